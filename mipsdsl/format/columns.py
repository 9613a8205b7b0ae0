"""What stands in columns: rows of tables, fields of records, parameters, labelled choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from mipsdsl.format.expressions import counted, flat_words, range_words, type_words
from mipsdsl.format.layout import INDENT, Layout
from mipsdsl.syntax import nodes as n

_WIDE_KIND = 44
_GAP = "  "


def padded(lines: Sequence[Sequence[str]], limits: Sequence[int]) -> list[str]:
    """Return each line with its columns aligned; what is wider than its limit just runs over.

    >>> padded([["npi", "text", ""], ["kind", "kind", '"its kind"']], [9, 9])
    ['npi   text', 'kind  kind  "its kind"']
    """
    widths = [
        max((len(line[i]) for line in lines if len(line[i]) <= limit), default=0)
        for i, limit in enumerate(limits)
    ]
    shown = []
    for line in lines:
        cells = [cell.ljust(widths[i]) for i, cell in enumerate(line[:-1]) if widths[i] or cell]
        shown.append(_GAP.join([*cells, line[-1]]).rstrip())
    return shown


def field_lines(fields: Sequence[n.Field], layout: Layout) -> list[list[str]]:
    """Return each field as one line, or as two when its type is one of the long ones.

    Name, type, range and label have a column each where all lines fit; else type and range share
    one. As in a table, the columns matter more than the width.
    """
    room = layout.width - INDENT
    apart = [_field_cells(field, layout) for field in fields]
    shown = padded(apart, [room, room, room])
    if any(len(line) > room for line in shown):
        together = [
            [name, f"{kind} {limits}".rstrip(), label] for name, kind, limits, label in apart
        ]
        shown = padded(together, [room, _WIDE_KIND])
    widest = max((len(field.name.text) for field in fields), default=0)
    margin = " " * (widest + len(_GAP))
    return [[line] if len(line) <= room else _parted(line, margin) for line in shown]


def _parted(line: str, margin: str) -> list[str]:
    before, each, after = line.partition(" one for each ")
    return [before, f"{margin}{each.lstrip()}{after}"] if each and '"' not in before else [line]


def _field_cells(field: n.Field, layout: Layout) -> list[str]:
    places = f"with {counted(field.places)}" if field.places is not None else ""
    limits = " ".join(part for part in (range_words(field.range, layout), places) if part)
    return [
        field.name.text,
        type_words(field.type, layout),
        limits,
        f'"{field.label}"' if field.label else "",
    ]


def choice_lines(values: Sequence[n.ChoiceValue]) -> list[str]:
    """Return each value with its label behind it, the labels aligned."""
    pairs = []
    for value in values:
        comma = "" if value is values[-1] else ","
        pairs.append(
            [value.name.text, f'"{value.label}"{comma}'] if value.label
            else [f"{value.name.text}{comma}", ""]
        )  # fmt: skip
    return padded(pairs, [_WIDE_KIND])


# --- parameters ---------------------------------------------------------------------------------


def parameter_head(node: n.Parameter, layout: Layout) -> str:
    """Return what stands before the ``=``."""
    kind = f": {type_words(node.type, layout)}" if node.type is not None else ""
    limits = f" {range_words(node.range, layout)}" if node.range is not None else ""
    return f"parameter {node.name.text}{kind}{limits}"


def parameter_value(node: n.Parameter, layout: Layout) -> str:
    """Return what stands behind the ``=``."""
    value = node.value
    return "to be given" if isinstance(value, n.ToBeGiven) else flat_words(value, layout)


def tail_words(because: Iterable[str], citations: Iterable[str]) -> str:
    """Return ``because "…" [cite]``."""
    return " ".join((*(f'because "{words}"' for words in because), *(f"[{c}]" for c in citations)))


def parameter_lines(group: Sequence[n.Parameter], layout: Layout) -> list[list[str]]:
    """Return neighbouring parameters with values and citations aligned.

    One that does not fit its line has no lines here, and the others are aligned without it; a
    citation that does not fit is on a line of its own.
    """
    cells = [
        [parameter_head(p, layout), parameter_value(p, layout), tail_words(p.because, p.citations)]
        for p in group
    ]
    fits = [len(f"{head} = {value}") <= layout.width for head, value, _ in cells]
    taken = [line for line, fit in zip(cells, fits, strict=True) if fit]
    aligned = iter(_aligned_parameters(taken, layout.width))
    return [next(aligned) if fit else [] for fit in fits]


def _aligned_parameters(cells: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    gap = _GAP if len(cells) > 1 else " "
    widest = max((len(head) for head, _, _ in cells), default=0)
    starts = [f"{head.ljust(widest)} = {value}" for head, value, _ in cells]
    if any(len(start) > width for start in starts):
        starts = [f"{head} = {value}" for head, value, _ in cells]
    pairs = [(start, cell[2]) for start, cell in zip(starts, cells, strict=True)]
    tails = [tail for start, tail in pairs if len(f"{start}{gap}{tail}") <= width]
    room = width - len(gap) - max(map(len, tails), default=0)
    column = max((len(start) for start in starts if len(start) <= room), default=0)
    shown = []
    for start, tail in pairs:
        line = f"{start.ljust(column)}{gap}{tail}".rstrip()
        shown.append([line] if len(line) <= width else [start, tail])
    return shown


# --- rows ---------------------------------------------------------------------------------------


def row_lines(rows: Sequence[n.Row], layout: Layout) -> list[str]:
    """Return the header and rows of a table with their bars below each other."""
    left = _cells([[_cell(cell, layout) for cell in row.conditions] for row in rows])
    right = _cells([[_cell(cell, layout) for cell in row.conclusions] for row in rows])
    return [f"| {a} || {b} |" for a, b in zip(left, right, strict=True)]


def _cells(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    return [" | ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)) for row in rows]


def _cell(cell: n.Cell, layout: Layout) -> str:
    return ", ".join(cell_part(part, layout) for part in cell.parts)


def cell_part(part: n.CellPart, layout: Layout) -> str:
    """Return one of the things that a cell says."""
    match part:
        case n.CellAny():
            return "any"
        case n.CellOtherwise():
            return "otherwise"
        case n.CellImpossible():
            return "impossible"
        case n.CellGiven():
            return "given"
        case n.CellNot(value):
            return f"not {flat_words(value, layout)}"
        case n.CellValue(value):
            return flat_words(value, layout)
        case n.CellRange():
            return _cell_range(part, layout)
        case n.CellLine(start, end):
            return f"line from {_point(start, layout)} to {_point(end, layout)}"
        case _:
            assert_never(part)


def _point(point: n.Point, layout: Layout) -> str:
    return f"({flat_words(point.x, layout)}, {flat_words(point.y, layout)})"


def _cell_range(part: n.CellRange, layout: Layout) -> str:
    low = "" if part.low is None else flat_words(part.low, layout)
    high = "" if part.high is None else flat_words(part.high, layout)
    if not high:
        return f"{'at least' if part.low_included else 'above'} {low}"
    if not low:
        return f"{'at most' if part.high_included else 'under'} {high}"
    begin = low if part.low_included else f"above {low}"
    return f"{begin} to {high if part.high_included else f'under {high}'}"
