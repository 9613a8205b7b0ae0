"""A file as a relation of DuckDB: its cells untouched, its rows numbered as in a spreadsheet."""

from __future__ import annotations

import csv
import glob
import mmap
import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mipsdsl.data.bulk import sql
from mipsdsl.data.delimited import delimiter_of
from mipsdsl.data.files import suffix_of
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.sheets import Sheet, columns_of

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection

_TEXTS = (".csv", ".tsv", ".txt")
_HEAD = 1 << 20
NUMBER = "_number"
_ODD_LINES = re.compile(rb"\n\r?\n|\x00|\r(?!\n)")


@frozen
class Cell:
    """A column of a file: its place, and its type in DuckDB."""

    place: int
    kind: str

    @property
    def name(self) -> str:
        """Return the name of the column in the relation."""
        return f"c{self.place}"

    @property
    def text(self) -> str:
        """Return SQL for the cell as text, as ``Sheet`` has it; missing is empty."""
        text = f"CAST({self.name} AS VARCHAR)"
        if self.kind in ("DOUBLE", "FLOAT"):
            text = f"regexp_replace({text}, '\\.0$', '')"
        return f"coalesce({text}, '')"


@frozen
class Scan:
    """A file in ``relation``: columns ``c0``, ``c1``, … and ``_number``, the row as it is shown.

    An empty cell is null.
    ``columns`` are their names in the file; ``last`` the number of the last row.
    """

    file: str
    relation: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    last: int

    @property
    def sheet(self) -> Sheet:
        """Return the file without its rows."""
        return Sheet(self.file, self.columns, [], [])

    def renamed(self, file: str) -> Scan:
        """Return the same under another name, of another folder."""
        return evolve(self, file=file)

    def rows(self, connection: Connection, where: str) -> tuple[list[list[str]], list[int]]:
        """Return the rows for which ``where`` holds as texts, in order, and their numbers."""
        texts = ", ".join(cell.text for cell in self.cells)
        found = connection.execute(
            f"SELECT {NUMBER}, {texts} FROM {self.relation} WHERE {where} ORDER BY {NUMBER}"
        ).fetchall()
        return [list(row[1:]) for row in found], [row[0] for row in found]


def scan(connection: Connection, path: Path, options: ReadOptions, relation: str) -> Scan | None:
    """Return the file ``path`` as a relation; nothing when it is not one that DuckDB reads as we do.

    Raises:
        DataError: a column has no name of its own.
    """
    suffix = suffix_of(path)
    if suffix == ".parquet":
        return _parquet(connection, path, relation)
    if suffix in _TEXTS and path.suffix.casefold() == suffix:
        return _delimited(connection, path, options, relation)
    return None


def _parquet(connection: Connection, path: Path, relation: str) -> Scan | None:
    import duckdb

    source = f"read_parquet([{sql.literal(glob.escape(str(path)))}], file_row_number=true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        names, kinds = [row[0] for row in described], [str(row[1]) for row in described]
        if names.count("file_row_number") != 1:
            return None
        place = names.index("file_row_number")
        del names[place], kinds[place]
        columns = columns_of(names, path)
        cells = tuple(Cell(place, kind) for place, kind in enumerate(kinds))
        selected = ", ".join(_selected(*each) for each in zip(cells, names, strict=True))
        connection.execute(
            f"CREATE VIEW {relation} AS SELECT file_row_number + 2 AS {NUMBER}, {selected} "
            f"FROM {source}"
        )
        (rows,) = sql.one(connection, f"SELECT count(*) FROM {source}")
    except duckdb.Error:
        return None
    return Scan(path.name, relation, columns, cells, rows + 1)


def _selected(cell: Cell, name: str) -> str:
    """Return SQL for a column under its name in the relation; an empty text is missing."""
    value = f"nullif({sql.name(name)}, '')" if cell.kind == "VARCHAR" else sql.name(name)
    return f"{value} AS {cell.name}"


def _delimited(
    connection: Connection, path: Path, options: ReadOptions, relation: str
) -> Scan | None:
    """Read a text file that every reader of CSV reads alike; another is for the standard library."""
    import duckdb

    if options.header_row != 1 or not path.stat().st_size:
        return None
    header = _header(path)
    if header is None or not _is_plain(path):
        return None
    mark = delimiter_of(options.delimiter, header, path)
    try:
        columns = columns_of(next(csv.reader([header], delimiter=mark, strict=True)), path)
    except csv.Error:
        return None
    names = [f"c{place}" for place in range(len(columns))]
    kinds = ", ".join(f"'{each}': 'VARCHAR'" for each in names)
    try:
        connection.execute(
            f"CREATE TABLE {relation}_lines AS SELECT * FROM "
            f"read_csv([{sql.literal(glob.escape(str(path)))}], auto_detect=false, header=false, "
            f"skip=1, delim={sql.literal(mark)}, quote='\"', escape='\"', strict_mode=true, "
            f"nullstr='', max_line_size={_HEAD}, columns={{{kinds}}})"
        )
        filled = " OR ".join(f"{each} <> ''" for each in names)
        empty = ", ".join(f"nullif({each}, '') AS {each}" for each in names)
        marked = " OR ".join(f"contains({each}, '\"')" for each in names)
        rows, quotes = sql.one(
            connection, f"SELECT count(*), count_if({marked}) FROM {relation}_lines"
        )
    except duckdb.Error:
        return None
    if quotes:
        return None
    connection.execute(
        f"CREATE VIEW {relation} AS SELECT rowid + 2 AS {NUMBER}, {empty} "
        f"FROM {relation}_lines WHERE {filled}"
    )
    cells = tuple(Cell(place, "VARCHAR") for place in range(len(columns)))
    return Scan(path.name, relation, columns, cells, rows + 1)


def _header(path: Path) -> str | None:
    """Return the first line, when it is a line of its own in UTF-8."""
    with path.open("rb") as file:
        head = file.readline(_HEAD)
    try:
        line = head.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
    return None if line.count('"') % 2 or line.startswith("sep=") or not line.strip() else line


def _is_plain(path: Path) -> bool:
    """Return whether lines are lines: none is blank, and no mark ends one that is not its end."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:2] in (b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"):
            return False
        return _ODD_LINES.search(content) is None


def keep(scan: Scan, connection: Connection, numbers: set[int], sheet: Sheet) -> Sheet:
    """Return ``sheet`` with the rows of these ``numbers``, so that rejects can show them."""
    new = numbers - set(sheet.numbers)
    if not new:
        return sheet
    rows, found = scan.rows(connection, f"{NUMBER} IN {sql.whole_numbers(sorted(new))}")
    both = sorted(
        zip([*sheet.numbers, *found], [*sheet.rows, *rows], strict=True), key=lambda each: each[0]
    )
    return Sheet(
        sheet.file,
        sheet.columns,
        [row for _, row in both],
        [number for number, _ in both],
        sheet.unreadable,
        sheet.notes,
    )
