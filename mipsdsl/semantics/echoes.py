"""Findings that follow from others, and those that an author has allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mipsdsl.diagnostics import Diagnostic, Label, Severity
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n

_REMOVED = re.compile(r"^[ \t]*remove[ \t]+[a-z]+[ \t]+([a-z0-9_.]+)", re.MULTILINE)
_USES = 3


def report_without_echoes(
    found: Sequence[Diagnostic], files: Sequence[n.File], sources: Sequence[Source]
) -> tuple[Diagnostic, ...]:
    """Return ``found`` with each mistake once.

    A name whose declaration could not be read is not undefined; what was removed and is still used
    is one mistake of the removal (E0511); a warning that the comment above its item allows
    (``# allow E0403: why``) is none.
    """
    items = [item for file in files for item in file.items]
    broken = [item.span for item in items if isinstance(item, n.Broken)]
    kept = [d for d in found if d.code != "E0201" or not _declared_in(d, broken)]
    kept = _removals(kept, sources)
    return tuple(d for d in kept if not is_allowed(d, items))


def _declared_in(diagnostic: Diagnostic, broken: Sequence[Span]) -> bool:
    name = diagnostic.labels[0].span.text
    return any(name in span.source.line(span.line) for span in broken)


def _removals(found: Sequence[Diagnostic], sources: Sequence[Source]) -> list[Diagnostic]:
    removed = {
        match[1].rpartition(".")[2]: Span(source, match.start(1), match.end(1))
        for source in sources
        for match in _REMOVED.finditer(source.text)
    }
    uses: dict[str, list[Span]] = {}
    kept: list[Diagnostic] = []
    for diagnostic in found:
        span = diagnostic.labels[0].span
        if diagnostic.code == "E0201" and span.text in removed:
            uses.setdefault(span.text, []).append(span)
        else:
            kept.append(diagnostic)
    for name, spans in uses.items():
        labels = [Label(removed[name], "removed here")]
        labels += [Label(span, "used here") for span in spans[:_USES]]
        more = f" (and {len(spans) - _USES} more places)" if len(spans) > _USES else ""
        help_ = f"change what uses it too{more}"
        message = f"`{name}` is removed and still used"
        kept.append(Diagnostic("E0511", message, tuple(labels), help_))
    return kept


def is_allowed(diagnostic: Diagnostic, items: Sequence[n.Item]) -> bool:
    """Return whether the comment right above the item of a warning allows it."""
    if diagnostic.severity is Severity.ERROR:
        return False
    span = diagnostic.labels[0].span
    for item in items:
        around = item.span
        if around.source is span.source and around.start <= span.start < around.end:
            line = around.line - 1
            while line >= 1 and around.source.line(line).lstrip().startswith("#"):
                if re.search(rf"#\s*allow {diagnostic.code}\b", around.source.line(line)):
                    return True
                line -= 1
    return False
