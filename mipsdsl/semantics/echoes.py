"""Findings that follow from others, and those that an author has allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mipsdsl.diagnostics import Diagnostic, Label, Severity
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n

_REMOVED = re.compile(r"^[ \t]*remove[ \t]+[a-z]+[ \t]+([a-z0-9_.]+)", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NO_NAME = re.compile(r'"[^"\n]*"|\[[^\]\n]*\]|#[^\n]*')
_USES = 3
_UNDEFINED = frozenset({"E0201", "E0206", "E0601"})
_UNUSED = "W0702"
_DECLARING = frozenset(
    {
        "add", "choice", "extend", "parameter", "population", "record", "reference", "relation",
        "rename", "replace", "rule", "scale", "selection", "table",
    }
)  # fmt: skip


def report_without_echoes(
    found: Sequence[Diagnostic], files: Sequence[n.File], sources: Sequence[Source]
) -> tuple[Diagnostic, ...]:
    """Return ``found`` with each mistake once.

    A name that stands in an item that could not be read is not undefined: it may be declared there
    (a column of a table, a field, a value of a choice), and it may be used there. What was removed
    and is still used is one mistake of the removal (E0511); a warning that the comment above its
    item allows (``# allow E0403: why``) is none.
    """
    items = [item for file in files for item in file.items]
    broken = [item for item in items if isinstance(item, n.Broken)]
    declared = _names(item for item in broken if item.span.text in _DECLARING)
    used = _names(broken)
    kept = [
        d
        for d in found
        if not (d.code in _UNDEFINED and d.labels[0].span.text in declared)
        if not (d.code == _UNUSED and d.labels[0].span.text in used)
    ]
    kept = _removals(kept, sources)
    return tuple(d for d in kept if not is_allowed(d, items))


def _names(broken: Iterable[n.Broken]) -> set[str]:
    """Return the names that stand in these items, outside of texts, citations and comments."""
    return {word for item in broken for word in _NAME.findall(_NO_NAME.sub(" ", item.whole.text))}


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
