"""Files into sheets of text cells: CSV, tab-separated, JSON lines, Parquet.

CSV and JSON lines of any size are read by the standard library: read by DuckDB they took the same
time (500,000 rows: 1.9 s against 1.6 s), and blank lines, quotes and the numbers of rows would
have two meanings. Parquet is read by DuckDB, which turns every cell into its shortest text.
"""

from __future__ import annotations

import csv
import glob
import json
from bisect import bisect_left
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from attrs import field, frozen

from mipsdsl.data.tables import DataError, Origin, Reject

SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")
_LARGEST_CELL = 1 << 20
_BROKEN_TEXT = "open it in a spreadsheet or an editor and save it as UTF-8"


@frozen
class Sheet:
    """A file as read. ``columns`` are trimmed; missing is the empty text.

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

    def original(self, row: int) -> dict[str, str]:
        """Return the cells of the row with the number ``row``, by column."""
        index = bisect_left(self.numbers, row)
        return dict(zip(self.columns, self.rows[index], strict=True))


def load(path: Path) -> Sheet:
    """Return the content of a data file.

    Raises:
        DataError: it cannot be read, or it is not what its name says.
    """
    try:
        match path.suffix.casefold():
            case ".csv" | ".tsv":
                return _csv(path)
            case ".jsonl" | ".ndjson":
                return _json_lines(path)
            case ".parquet":
                return _parquet(path)
            case suffix:
                raise DataError(
                    f"`{path}`: files named `{suffix or path.name}` are not read",
                    f"give one of {', '.join(SUFFIXES)}",
                )
    except OSError as error:
        raise DataError(f"`{path}` cannot be read: {error.strerror or error}") from error


def _text(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file, and a note when it is not UTF-8."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding, note = "utf-16", ()
    else:
        encoding, note = "utf-8-sig", ()
    try:
        return content.decode(encoding), note
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise DataError(f"`{path}` is not text", _BROKEN_TEXT) from None
    # Older exports of CMS and of spreadsheets are in Windows-1252.
    try:
        return content.decode("cp1252"), (f"{path.name} is not UTF-8; read as Windows-1252",)
    except UnicodeDecodeError:
        raise DataError(f"`{path}` is not text", _BROKEN_TEXT) from None


def _csv(path: Path) -> Sheet:
    text, notes = _text(path)
    if "\x00" in text:
        raise DataError(f"`{path}` is not a text file", "give a CSV file")
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text, path), strict=True)
    try:
        header = next(reader, None)
        columns = _columns(header or [], path)
        rows, numbers, unreadable = _rows(reader, columns, path)
    except csv.Error as error:
        raise DataError(
            f"`{path}`, line {reader.line_num}: {error}",
            "look for a quotation mark without its pair",
        ) from error
    return Sheet(path.name, columns, rows, numbers, tuple(unreadable), notes)


def _delimiter(text: str, path: Path) -> str:
    """Return what parts the cells; some spreadsheets write semicolons."""
    header = text[: text.find("\n")] if "\n" in text else text
    if path.suffix.casefold() == ".tsv":
        return "\t"
    return next((mark for mark in ",;\t" if mark in header), ",")


def _columns(header: list[str], path: Path) -> tuple[str, ...]:
    columns = tuple(name.strip() for name in header)
    if not any(columns):
        raise DataError(f"`{path}` is empty", "its first line must name the columns")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise DataError(f"`{path}` has two columns `{twice[0]}`", "rename or remove one of them")
    return columns


def _rows(
    reader: Iterator[list[str]], columns: tuple[str, ...], path: Path
) -> tuple[list[list[str]], list[int], list[Reject]]:
    """Return the rows that fit the header, their numbers, and those that do not fit."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    unreadable: list[Reject] = []
    width = len(columns)
    for number, row in enumerate(reader, start=2):
        if len(row) == width:
            if not any(row):
                continue
            rows.append(row)
            numbers.append(number)
        elif any(row):
            unreadable.append(_misfit(path, number, row, columns))
    return rows, numbers, unreadable


def _misfit(path: Path, number: int, row: list[str], columns: tuple[str, ...]) -> Reject:
    reason = f"the row has {len(row)} cells, the header {len(columns)}"
    original = dict(zip(columns, row, strict=False))
    beyond = ",".join(row[len(columns) :])
    return Reject(path.name, number, "", "D0110", reason, beyond, original)


def _json_lines(path: Path) -> Sheet:
    text, notes = _text(path)
    found: list[dict[str, str]] = []
    numbers: list[int] = []
    unreadable: list[Reject] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = _json_object(line)
        if record is None:
            reason = "the line is not a JSON object"
            unreadable.append(Reject(path.name, number, "", "D0111", reason, line[:200], {}))
            continue
        columns |= dict.fromkeys(record)
        found.append(record)
        numbers.append(number)
    if not columns:
        raise DataError(f"`{path}` has no line that is a JSON object", "write one object a line")
    rows = [[record.get(name, "") for name in columns] for record in found]
    return Sheet(path.name, tuple(columns), rows, numbers, tuple(unreadable), notes)


def _json_object(line: str) -> dict[str, str] | None:
    """Return the cells of one line; a number keeps the digits it was written with."""
    try:
        content = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    return {str(name).strip(): json_cell(value) for name, value in content.items()}


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


def _parquet(path: Path) -> Sheet:
    import duckdb

    with duckdb.connect() as connection:
        try:
            # DuckDB takes `*` in a name for a pattern.
            source = connection.read_parquet([glob.escape(str(path))])
            names, types = source.columns, [str(kind) for kind in source.types]
            columns = _columns(list(names), path)
            cells = ", ".join(_as_text(*pair) for pair in zip(names, types, strict=True))
            found = source.project(cells).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"`{path}` is not a Parquet file: {reason}") from error
    rows = [list(row) for row in found]
    return Sheet(path.name, columns, rows, list(range(2, len(rows) + 2)))


def _as_text(name: str, kind: str) -> str:
    """Return SQL for a column as text; a whole number held in a double loses its `.0`."""
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"CAST({quoted} AS VARCHAR)"
    if kind in ("DOUBLE", "FLOAT"):
        text = f"regexp_replace({text}, '\\.0$', '')"
    return f"coalesce({text}, '') AS {quoted}"
