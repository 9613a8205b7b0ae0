"""The cells of a table that differ, as a small table: only the rows and columns that matter."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from mipsdsl.diff.normal import same
from mipsdsl.diff.words import words
from mipsdsl.syntax import nodes as n

ARROW = " → "
_ANY = {"any", "otherwise"}


@frozen
class CellRow:
    """A row with its mark: added, removed or changed; a changed cell is ``old → new``."""

    mark: str
    cells: tuple[str, ...]


@frozen
class Cells:
    """What differs between two states of a table; ``before`` rows are as before.

    The first ``looked_at`` columns are conditions.
    """

    heads: tuple[str, ...]
    looked_at: int
    rows: tuple[CellRow, ...]
    before: int
    come: tuple[str, ...]
    gone: tuple[str, ...]


def cells_of(old: n.Table, new: n.Table) -> Cells | None:
    """Return the cells that differ, or nothing when all rows say the same.

    A row of the new table has become of the row that looked at the same; where a column is new, of the
    one that looked at the same but for it.
    """
    one, other = _Sheet(old), _Sheet(new)
    rows: list[CellRow] = []
    used: set[int] = set()
    before = 0
    for row in new.rows:
        index = one.row_like(row, other)
        if index is None:
            rows.append(CellRow("+", other.texts(row)))
            continue
        used.add(index)
        texts = other.texts_since(row, old.rows[index], one)
        changed = any(ARROW in text for text in texts)
        before += not changed
        rows += [CellRow("~", texts)] if changed else []
    rows += [
        CellRow("-", one.texts_under(row, other)) for i, row in enumerate(old.rows) if i not in used
    ]
    come = tuple(head for head in other.heads if head not in one.heads)
    gone = tuple(head for head in one.heads if head not in other.heads)
    if not rows and not come and not gone:
        return None
    return _narrow(Cells(tuple(other.heads), other.looked_at, tuple(rows), before, come, gone))


class _Sheet:
    """A table by the names of its columns."""

    def __init__(self, table: n.Table) -> None:
        header = table.header
        self.heads = [words(cell) for cell in (*header.conditions, *header.conclusions)]
        self.looked_at = len(header.conditions)
        self.rows = table.rows

    def texts(self, row: n.Row) -> tuple[str, ...]:
        return tuple(words(cell) for cell in (*row.conditions, *row.conclusions))

    def cells(self, row: n.Row) -> dict[str, n.Cell]:
        return dict(zip(self.heads, (*row.conditions, *row.conclusions), strict=False))

    def row_like(self, row: n.Row, theirs: _Sheet) -> int | None:
        looked_at = [head for head in self.heads[: self.looked_at] if head in theirs.heads]
        cells = theirs.cells(row)
        for index, own in enumerate(self.rows):
            mine = self.cells(own)
            if all(same(mine[head], cells[head]) for head in looked_at):
                return index
        return None

    def texts_since(self, row: n.Row, before: n.Row, older: _Sheet) -> tuple[str, ...]:
        was = older.cells(before)
        found = []
        for head, cell in self.cells(row).items():
            changed = head in was and not same(was[head], cell)
            found.append(f"{words(was[head])}{ARROW}{words(cell)}" if changed else words(cell))
        return tuple(found)

    def texts_under(self, row: n.Row, theirs: _Sheet) -> tuple[str, ...]:
        cells = self.cells(row)
        return tuple(words(cells[head]) if head in cells else "" for head in theirs.heads)


def _narrow(cells: Cells) -> Cells:
    """Return ``cells`` without conditions that say nothing and conclusions that do not change."""
    kept = [i for i in range(len(cells.heads)) if _matters(cells, i)]
    rows = tuple(CellRow(row.mark, tuple(row.cells[i] for i in kept)) for row in cells.rows)
    looked_at = sum(i < cells.looked_at for i in kept)
    heads = tuple(cells.heads[i] for i in kept)
    return Cells(heads, looked_at, rows, cells.before, cells.come, cells.gone)


def _matters(cells: Cells, column: int) -> bool:
    texts = [row.cells[column] for row in cells.rows]
    if column < cells.looked_at:
        return not set(texts) <= _ANY
    whole = any(row.mark != "~" for row in cells.rows)
    return whole or any(ARROW in text for text in texts)


def columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column of ``rows`` is."""
    return [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
