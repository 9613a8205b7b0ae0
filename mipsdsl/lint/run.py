"""Every rule on one policy."""

from __future__ import annotations

from mipsdsl.diagnostics import Diagnostic
from mipsdsl.lint.rules import missing_citation, unused_definition
from mipsdsl.pipeline import Analysis
from mipsdsl.semantics.echoes import is_allowed

RULES = (missing_citation.find, unused_definition.find)


def lint(analysis: Analysis) -> tuple[Diagnostic, ...]:
    """Return what every rule found in a policy, in the order of the text; nothing if it has errors."""
    if analysis.program is None:
        return ()
    items = [item for file in analysis.files for item in file.items]
    found = [d for rule in RULES for d in rule(analysis) if not is_allowed(d, items)]
    return tuple(sorted(found, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[str, int]:
    span = diagnostic.labels[0].span
    return span.source.name, span.start
