"""Compiled policies, kept in the user's cache folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from mipsdsl.core.nodes import Program
from mipsdsl.diagnostics.model import Diagnostic
from mipsdsl.source import Source


@frozen
class Compiled:
    """What is known of a policy after compilation; ``program`` is ``None`` when it has errors."""

    sources: tuple[Source, ...]
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


def compiled(sources: Sequence[Source], settings: Mapping[str, str] | None = None) -> Compiled:
    """Return ``sources`` compiled, with ``settings`` in the place of the values of parameters.

    Raises:
        SettingError: a setting is no value of the language.
    """
    from mipsdsl.pipeline import analyse
    from mipsdsl.settings import expressions

    analysis = analyse(sources, expressions(settings or {}))
    return Compiled(analysis.sources, analysis.program, analysis.diagnostics)
