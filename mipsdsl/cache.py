"""Compiled policies, kept in the user's cache folder: plain JSON, owner-only, rebuilt on any doubt.

A policy has two files: its findings, which are all that ``mips check`` needs, and its program. They
are named after a digest of the texts of the policy, the grammar, the settings, and the files of this
package, so what was compiled by other code is never found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mipsdsl import kept
from mipsdsl.diagnostics.model import Diagnostic, Label, Severity
from mipsdsl.library import NoSuchPolicy, layers
from mipsdsl.source import Source, Span, names_and_texts

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.pipeline import Analysis

_COMPILED = "compiled"
_FINDINGS, _PROGRAM = "findings", "program"

Finder = Callable[["Analysis"], Sequence[Diagnostic]]
"""Finds more in a policy that was analysed."""


@frozen
class Compiled:
    """A policy after compilation; ``program`` is ``None`` when it has errors."""

    sources: tuple[Source, ...]
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


@frozen
class Law:
    """A policy by its text: the layers of which it is made, the oldest first, and their SHA-256."""

    layers: tuple[str, ...]
    sha256: str


@frozen
class Findings:
    """What was found in a policy, and (without errors) how many rules and parameters it has."""

    diagnostics: tuple[Diagnostic, ...]
    compiles: bool
    rules: int
    parameters: int


def compiled(sources: Sequence[Source], settings: Mapping[str, str] | None = None) -> Compiled:
    """Return ``sources`` compiled, with ``settings`` in the place of the values of parameters.

    Raises:
        SettingError: a setting is no value of the language.

    """
    file = _file(_PROGRAM, read_with(sources), settings or {})
    program = kept.load(file, _program)
    if program is not None:
        return Compiled(tuple(sources), program, ())
    from mipsdsl.codec import to_data
    from mipsdsl.pipeline import analyse
    from mipsdsl.settings import expressions

    analysis = analyse(sources, expressions(settings or {}))
    if analysis.program is not None:
        kept.store(file, to_data(analysis.program))
    return Compiled(analysis.sources, analysis.program, analysis.diagnostics)


def findings(sources: Sequence[Source], finder: Finder) -> Findings:
    """Return what is wrong with ``sources``; ``finder`` adds what it finds."""
    texts = read_with(sources)
    file = _file(_FINDINGS, texts, {})
    known = kept.load(file, lambda data: _as_findings(data, texts))
    if known is not None:
        return known
    from mipsdsl.codec import to_data
    from mipsdsl.pipeline import analyse

    analysis = analyse(sources)
    program = analysis.program
    found = Findings(
        diagnostics=(*analysis.diagnostics, *finder(analysis)),
        compiles=program is not None,
        rules=len(program.items) if program is not None else 0,
        parameters=len(program.parameters) if program is not None else 0,
    )
    kept.store(file, _as_data(found, texts))
    if program is not None:
        kept.store(_file(_PROGRAM, texts, {}), to_data(program))
    return found


def law(sources: Sequence[Source]) -> Law:
    """Return of which layers a policy is made (``2018``, ``2018/corrections/1``), and their digest."""
    texts = as_read_last(sources)
    digest = hashlib.sha256()
    for source in texts:
        for part in (source.name, source.text):
            content = part.encode()
            digest.update(b"%d:" % len(content) + content)
    layers = dict.fromkeys(source.name.rpartition("/")[0] or source.name for source in texts)
    return Law(tuple(layers), digest.hexdigest())


# --- files ---------------------------------------------------------------------------------------


def folder() -> Path:
    """Return where compiled policies are kept."""
    return kept.folder(_COMPILED)


def _file(kind: str, texts: Sequence[Source], settings: Mapping[str, str]) -> Path | None:
    """Return the file of a policy of all these texts, or nothing when the user wants no cache."""
    if kept.is_off():
        return None
    parts = (kept.version(), *names_and_texts(texts), json.dumps(sorted(settings.items())))
    return kept.file_of(_COMPILED, parts, f"{kind}.json")


_read_last: tuple[tuple[Source, ...], tuple[Source, ...]] = ((), ())
"""The policy that was compiled last, and with it the years that it amends: read once a run."""


def as_read_last(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return what ``read_with`` does; of the policy that it was asked for last, as it was then."""
    return _read_last[1] if _read_last[0] == tuple(sources) else read_with(sources)


def read_with(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return the files of a policy and of the years that it amends."""
    global _read_last
    try:
        found = tuple(source for layer in layers(sources) for source in layer)
    except NoSuchPolicy:
        found = tuple(sources)
    _read_last = (tuple(sources), found)
    return found


# --- contents ------------------------------------------------------------------------------------


def _program(data: Any) -> Program:  # noqa: ANN401 - JSON
    from mipsdsl.codec import from_data

    return from_data(data)


def _as_data(found: Findings, sources: Sequence[Source]) -> dict[str, object]:
    places = {source.name: index for index, source in enumerate(sources)}
    return {
        "diagnostics": [
            {
                "code": each.code,
                "message": each.message,
                "help": each.help,
                "severity": each.severity.value,
                "labels": [
                    [places[label.span.source.name], label.span.start, label.span.end, label.text]
                    for label in each.labels
                ],
            }
            for each in found.diagnostics
        ],
        "compiles": found.compiles,
        "rules": found.rules,
        "parameters": found.parameters,
    }


def _as_findings(data: Any, sources: Sequence[Source]) -> Findings:  # noqa: ANN401 - JSON
    diagnostics = tuple(
        Diagnostic(
            code=each["code"],
            message=each["message"],
            labels=tuple(
                Label(Span(sources[place], start, end), text)
                for place, start, end, text in each["labels"]
            ),
            help=each["help"],
            severity=Severity(each["severity"]),
        )
        for each in data["diagnostics"]
    )
    return Findings(diagnostics, data["compiles"], data["rules"], data["parameters"])
