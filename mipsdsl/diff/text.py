"""A difference on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import wrap

from mipsdsl.diff.cells import Cells, columns
from mipsdsl.diff.change import Change, Difference, Kind
from mipsdsl.diff.view import MARKS, Line, Shown, areas, counts, headings

Paint = Callable[[str, str], str]
"""Colours a text by a mark (``+``, ``-``, ``~``, ``>``) or as ``dim`` or ``bold``."""


_CITATION = re.compile(r"\[[^\]]*\]")
_UNBROKEN = "\N{NO-BREAK SPACE}"


def plain(words: str, kind: str) -> str:
    """Return ``words`` without colour."""
    return words


def as_text(
    difference: Difference, changes: Sequence[Change], *, width: int = 100, paint: Paint = plain
) -> str:
    """Return ``changes``, some or all of ``difference``, as text for people."""
    lines = list(_headings(difference, paint))
    for area in areas(difference, changes):
        rule = "─" * max(3, width - len(area.name) - 5)
        lines += ["", paint(f"─── {area.name} {rule}", "bold")]
        for thing, after in zip(area.things, [*area.things[1:], None], strict=True):
            lines += _thing(thing, width, paint)
            last = after is None or after.kind is not thing.kind or after.reason != thing.reason
            if thing.kind is not Kind.RENAMED or last:
                lines += _reason(thing.reason, width, paint)
    return "\n".join([*lines, "", _last(difference, changes)]).lstrip("\n")


def _headings(difference: Difference, paint: Paint) -> Iterator[str]:
    for what, old, new in headings(difference):
        if what == "year":
            yield from ([paint(f"{old} → {new}", "bold")] if old != new else [])
        else:
            mark = "-" if old else "+"
            yield paint(f"  {mark} {what} {old or new}", mark)


def _last(difference: Difference, changes: Iterable[Change]) -> str:
    number = counts(changes)
    if not any(number.values()):
        return f"no difference; {difference.untouched} as before"
    return ", ".join(f"{count} {word}" for word, count in number.items()) + (
        f"; {difference.untouched} as before"
    )


def _thing(thing: Shown, width: int, paint: Paint) -> Iterator[str]:
    mark = MARKS[thing.kind]
    data = f"   {paint(thing.data, 'bold')}" if thing.data else ""
    if thing.text:
        first, *more = _wrapped(thing.text, width - 4)
        lines = [f"{mark} {first}", *(f"  {line}".rstrip() for line in more)]
        yield from (f"  {paint(line, mark)}" for line in lines[:-1])
        yield f"  {paint(lines[-1], mark)}{data}"
        return
    head = f"{mark} {thing.head}"
    alone = _on_one_line(thing, width - len(head) - 10)
    if alone:
        yield f"  {paint(head, mark)}   {alone}{data}"
    else:
        yield f"  {paint(head, mark)}{data}"
        for line in thing.lines:
            yield from _line(line, width, paint)
    if thing.cells is not None:
        yield from _cells(thing.cells, paint)


def _wrapped(text: Sequence[str], width: int) -> list[str]:
    """Return ``text``; one line alone, which is no layout, goes on below where it is long."""
    if len(text) > 1 or not text:
        return list(text)
    return wrap(
        text[0], width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _on_one_line(thing: Shown, room: int) -> str:
    if len(thing.lines) != 1 or thing.cells is not None:
        return ""
    line = thing.lines[0]
    said = _said(line)
    return said if len(said) <= room and line.old and line.new and not line.reason else ""


def _said(line: Line) -> str:
    before = f"{line.part}: " if line.part else ""
    if line.old and line.new:
        return f"{before}{line.old} → {line.new}"
    return f"{before}{'+ ' if line.new else '- '}{line.new or line.old}"


def _line(line: Line, width: int, paint: Paint) -> Iterator[str]:
    said = _said(line)
    if len(said) <= width - 6 or not (line.old and line.new):
        mark = "" if line.old and line.new else ("+" if line.new else "-")
        shown = wrap(
            said,
            width - 6,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from (f"      {paint(row, mark)}" for row in shown)
    else:
        if line.part:
            yield f"      {line.part}:"
        for mark, text in (("-", line.old), ("+", line.new)):
            rows = wrap(
                f"{mark} {text}",
                width - 8,
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            yield from (f"        {paint(row, mark)}" for row in rows)
    yield from _reason(line.reason, width, paint, indent=10)


def _reason(reason: str, width: int, paint: Paint, *, indent: int = 6) -> Iterator[str]:
    whole = _CITATION.sub(lambda found: found[0].replace(" ", _UNBROKEN), reason)
    for line in whole.split("\n"):
        for row in wrap(line, width - indent, break_long_words=False, break_on_hyphens=False):
            yield " " * indent + paint(row.replace(_UNBROKEN, " "), "dim")


# --- cells -------------------------------------------------------------------------------------------


def _cells(cells: Cells, paint: Paint) -> Iterator[str]:
    for word, mark, names in (("columns", "+", cells.come), ("columns", "-", cells.gone)):
        if names:
            yield f"      {paint(f'{word} {mark} ' + ', '.join(names), mark)}"
    if not cells.rows:
        return
    stacked = [head.replace("_", "_\n").split("\n") for head in cells.heads]
    tall = max(len(words) for words in stacked)
    heads = [[""] * (tall - len(words)) + words for words in stacked]
    above = [[words[i] for words in heads] for i in range(tall)]
    widths = columns([*above, *(row.cells for row in cells.rows)])
    for row in above:
        yield "        " + paint(_row(row, widths, cells.looked_at), "dim")
    for each in cells.rows:
        mark = each.mark
        yield f"      {paint(f'{mark} ' + _row(each.cells, widths, cells.looked_at), mark)}"
    if cells.before:
        rows = "1 row" if cells.before == 1 else f"{cells.before} rows"
        yield paint(f"        and {rows} as before", "dim")


def _row(texts: Sequence[str], widths: Sequence[int], looked_at: int) -> str:
    padded = [text.ljust(width) for text, width in zip(texts, widths, strict=True)]
    left, right = "  ".join(padded[:looked_at]), "  ".join(padded[looked_at:])
    return f"{left} | {right}".rstrip() if left else right.rstrip()
