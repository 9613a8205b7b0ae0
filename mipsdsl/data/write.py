"""Results into files: CSV, JSON lines, Parquet, Excel. Numbers are exact, files whole or not there."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Literal, TypeAlias

from attrs import frozen

from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.data.decimals import plain
from mipsdsl.data.neutral import REJECT_COLUMNS
from mipsdsl.data.neutral import neutral as neutral
from mipsdsl.data.tables import DataError, Reject, Value
from mipsdsl.scraps import part_of

PercentAs: TypeAlias = Literal["fraction", "text"]
SUFFIXES = (".csv", ".parquet", ".jsonl", ".xlsx")
_WIDEST = 38


@frozen
class Column:
    """A column of results. Units: its quantities are in steps of ``10**-scale``.

    A text in a column of quantities stands for one that was withheld (``<11``): in text it is
    written as it is; where numbers have a type, it is missing.
    """

    name: str
    type: Type
    scale: int = 0


def write(
    path: Path | None,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    percent: PercentAs = "fraction",
    about: str = "",
) -> None:
    """Write ``rows`` to ``path``, by its ending, or as CSV to the standard output.

    The file is written beside its place and moved there at the end. Missing is empty, or null.
    ``about`` is what a Parquet file says of itself, under that name in its metadata.

    Raises:
        DataError: the ending is not known, or the file cannot be written.
    """
    if path is None:
        write_csv(sys.stdout, columns, rows, percent)
        return
    match path.suffix.casefold():
        case ".csv":
            with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
                write_csv(file, columns, rows, percent)
        case ".jsonl":
            with replacing(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
                _json_lines(file, columns, rows, percent)
        case ".parquet":
            with replacing(path) as part:
                _parquet(part, columns, rows, percent, about)
        case ".xlsx":
            from mipsdsl.data.spreadsheet import Tab, write_workbook

            write_workbook(path, [Tab("results", columns, list(rows))])
        case _:
            check_ending(path)


def check_ending(path: Path) -> None:
    """Check that files of this ending are written.

    Raises:
        DataError: they are not.
    """
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise DataError(
            f"`{path}`: files named `{suffix or path.name}` are not written",
            f"name one of {', '.join(SUFFIXES)}",
        )


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write the rows that were left out as CSV: their own columns, then where and why."""
    header, lines = reject_lines(rejects)
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(neutral, header))
        writer.writerows(map(neutral, line) for line in lines)


def reject_lines(rejects: Iterable[Reject]) -> tuple[list[str], list[list[str]]]:
    """Return the header and the lines of a file of rejects."""
    found = list(rejects)
    own = list(dict.fromkeys(name for reject in found for name in reject.original))
    own = [name for name in own if name not in REJECT_COLUMNS]
    lines = [
        [each.original.get(name, "") for name in own]
        + [each.file, str(each.row), each.column, each.code, each.reason]
        for each in found
    ]
    return [*own, *REJECT_COLUMNS], lines


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to, which takes its place when all went well.

    A link is followed; what is no file (``/dev/stdout``, a pipe) is written to itself.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        yield path
        return
    try:
        part = part_of(path)
    except OSError as error:
        raise DataError(f"`{path}` cannot be written: {error.strerror}") from error
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise DataError(f"`{path}` cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _folder(part: Path) -> Path:
    """Return where a further file may lie: beside a file, else where temporary ones do."""
    return part.parent if part.is_file() else Path(tempfile.gettempdir())


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


# --- text ----------------------------------------------------------------------------------------


def cell_text(column: Column, value: Value, percent: PercentAs = "fraction") -> str:
    """Return a value as text, exactly: yes or no, a date, a decimal, or empty for missing."""
    return "" if value is None else _printer(column, percent)(value)


def _printer(column: Column, percent: PercentAs) -> Callable[[Value], str]:
    """Return how the values of a column are written as text."""
    unit, scale = column.type.unit, column.scale
    if unit is Unit.YESNO:
        return lambda value: "yes" if value else "no"
    if unit is Unit.DATE:
        return lambda value: _iso(_whole(value))
    if unit is Unit.PERCENT and percent == "text":
        return lambda value: _percent(value, scale)
    if unit in QUANTITIES:
        return lambda value: _plain(value, scale)
    return str


def _percent(value: Value, scale: int) -> str:
    return value if isinstance(value, str) else f"{plain(_whole(value) * 100, scale)}%"


def _plain(value: Value, scale: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ";".join(plain(each, scale) for each in value)
    return plain(_whole(value), scale)


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def write_csv(
    file: IO[str],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    percent: PercentAs = "fraction",
) -> None:
    """Write ``rows`` as CSV to an open file."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([neutral(column.name) for column in columns])
    writer.writerows(_cells(columns, rows, percent))


def _cells(
    columns: Sequence[Column], rows: Iterable[Sequence[Value]], percent: PercentAs
) -> Iterator[list[str]]:
    """Return the rows as cells; only texts can hold what a spreadsheet executes."""
    texts = (Unit.TEXT, Unit.CHOICE)
    print_cell = [
        (lambda value: neutral(str(value)))
        if column.type.unit in texts
        else _printer(column, percent)
        for column in columns
    ]
    for row in rows:
        yield [
            "" if value is None else write_cell(value)
            for write_cell, value in zip(print_cell, row, strict=True)
        ]


# --- JSON ----------------------------------------------------------------------------------------


def _json_lines(
    file: IO[str], columns: Sequence[Column], rows: Iterable[Sequence[Value]], percent: PercentAs
) -> None:
    """Write one object a line; a decimal is written with its own digits, not through a double."""
    printers = [_json_printer(column, percent) for column in columns]
    names = [json.dumps(column.name, ensure_ascii=False) for column in columns]
    for row in rows:
        pairs = (
            f"{name}: {'null' if value is None else write_cell(value)}"
            for name, write_cell, value in zip(names, printers, row, strict=True)
        )
        file.write(f"{{{', '.join(pairs)}}}\n")


def _json_printer(column: Column, percent: PercentAs) -> Callable[[Value], str]:
    unit, scale = column.type.unit, column.scale
    if unit is Unit.YESNO:
        return lambda value: "true" if value else "false"
    if (
        unit in QUANTITIES
        and unit is not Unit.DATE
        and not (unit is Unit.PERCENT and percent == "text")
    ):
        return lambda value: _json_number(value, scale)
    print_cell = _printer(column, percent)
    return lambda value: json.dumps(print_cell(value), ensure_ascii=False)


def _json_number(value: Value, scale: int) -> str:
    if isinstance(value, str):
        return "null"
    if isinstance(value, tuple):
        return f"[{', '.join(plain(each, scale) for each in value)}]"
    return plain(_whole(value), scale)


# --- Parquet -------------------------------------------------------------------------------------


def _parquet(
    part: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    percent: PercentAs,
    about: str,
) -> None:
    """Write Parquet through a temporary CSV, whose texts DuckDB casts to exact decimals."""
    import duckdb

    handle, name = tempfile.mkstemp(dir=_folder(part), prefix=f".{part.name}.", suffix=".lines")
    lines = Path(name)
    selected = ", ".join(
        f"CAST(c{place} AS {_sql_type(column, percent)}) AS {_quoted(column.name)}"
        for place, column in enumerate(columns)
    )
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(columns)))
    said = f", KV_METADATA {{about: {_literal(about)}}}" if about else ""
    query = (
        f"COPY (SELECT {selected} FROM read_csv({_literal(str(lines))}, header=false, "
        f"columns={{{types}}}, delim=',', quote='\"', escape='\"', nullstr='', "
        f"allow_quoted_nulls=false, auto_detect=false, max_line_size=10000000)) "
        f"TO {_literal(str(part))} (FORMAT parquet, USE_TMP_FILE false{said})"
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            _quoted_lines(file, columns, rows, percent)
        with duckdb.connect() as connection:
            connection.execute(query)
    except duckdb.Error as error:
        raise DataError(f"Parquet cannot be written: {str(error).splitlines()[0]}") from error
    finally:
        lines.unlink(missing_ok=True)


def _quoted_lines(
    file: IO[str], columns: Sequence[Column], rows: Iterable[Sequence[Value]], percent: PercentAs
) -> None:
    """Write cells in quotation marks, and missing ones without, so that they are told apart."""
    printers = [(_printer(column, percent), _is_number(column)) for column in columns]
    for row in rows:
        buffer = io.StringIO()
        cells = (
            ""
            if value is None or (is_number and isinstance(value, str))
            else '"' + write_cell(value).replace('"', '""') + '"'
            for (write_cell, is_number), value in zip(printers, row, strict=True)
        )
        buffer.write(",".join(cells))
        file.write(buffer.getvalue() + "\n")


def _is_number(column: Column) -> bool:
    return column.type.unit in QUANTITIES


def _sql_type(column: Column, percent: PercentAs) -> str:
    match column.type.unit:
        case Unit.YESNO:
            return "BOOLEAN"
        case Unit.DATE:
            return "DATE"
        case Unit.COUNT:
            return "BIGINT"
        case Unit.PERCENT if percent == "text":
            return "VARCHAR"
        case unit if unit in QUANTITIES:
            return f"DECIMAL({_WIDEST}, {column.scale})"
        case _:
            return "VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
