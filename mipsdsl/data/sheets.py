"""A file as read: a sheet of text cells under named columns, whatever its format was."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from mipsdsl.data.tables import DataError, Origin, Reject


@frozen
class Sheet:
    """A file, or a sheet of a workbook, as read. ``columns`` are trimmed; missing is empty.

    Shapes: ``rows`` (n, k), k the number of columns; ``numbers`` (n,), ascending.
    ``unreadable`` are the rows that do not fit; they are not in ``rows``.
    """

    file: str
    columns: tuple[str, ...]
    rows: list[list[str]]
    numbers: list[int]
    unreadable: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def origin(self, index: int) -> Origin:
        """Return where the row at ``index`` stands."""
        return Origin(self.file, self.numbers[index])

    def renamed(self, file: str) -> Sheet:
        """Return the sheet under another name, told apart from one of the same in another folder."""
        unreadable = tuple(evolve(reject, file=file) for reject in self.unreadable)
        return evolve(self, file=file, unreadable=unreadable)

    def original(self, row: int) -> dict[str, str]:
        """Return the cells of the row with the number ``row``, by column."""
        index = bisect_left(self.numbers, row)
        return dict(zip(self.columns, self.rows[index], strict=True))


def columns_of(header: Sequence[str], path: Path, row: int = 1) -> tuple[str, ...]:
    """Return the names of the columns in a header, the given row of a file, each on one line.

    Raises:
        DataError: there is none, or a name stands twice.
    """
    columns = tuple(" ".join(name.split()) for name in header)
    if not any(columns) and row > 1:
        raise DataError(f"`{path}` has nothing in row {row}", "--header-row names another")
    if not any(columns):
        raise DataError(f"`{path}` is empty", "its first line must name the columns")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise DataError(f"`{path}` has two columns `{twice[0]}`", "rename or remove one of them")
    return columns


def json_cell(value: object) -> str:
    """Return a value of JSON as the text of a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(json_cell(each) for each in value)}]"
        case _:
            return json.dumps(value)
