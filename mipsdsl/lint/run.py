"""Every rule on one policy."""

from __future__ import annotations

from mipsdsl.diagnostics import Diagnostic
from mipsdsl.lint.rules import missing_citation, unused_definition
from mipsdsl.pipeline import Analysis

RULES = (missing_citation.find, unused_definition.find)


def lint(analysis: Analysis) -> tuple[Diagnostic, ...]:
    """Return what every rule found in a policy, in the order of the text; nothing if it has errors."""
    if analysis.program is None:
        return ()
    found = [diagnostic for rule in RULES for diagnostic in rule(analysis)]
    return tuple(sorted(found, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[str, int]:
    span = diagnostic.labels[0].span
    return span.source.name, span.start
