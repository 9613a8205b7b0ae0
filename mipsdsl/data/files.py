"""Files into sheets, each by its ending: text, JSON lines, Parquet, workbooks.

Parquet is read by DuckDB, which turns every cell into its shortest text.
"""

from __future__ import annotations

import glob
import json
from pathlib import Path

from mipsdsl.data.delimited import load_delimited, text_of
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.sheets import Sheet, columns_of, json_cell
from mipsdsl.data.tables import DataError, Reject

_TEXTS = (".csv", ".tsv", ".txt")
_LINES = (".jsonl", ".ndjson")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_SAS = (".sas7bdat", ".xpt")
SUFFIXES = (*_TEXTS, *_LINES, ".parquet", *WORKBOOKS, *_SAS)
_PACKED = ".gz"


def suffix_of(path: Path) -> str:
    """Return the ending that says the format; that of packing is looked through.

    >>> suffix_of(Path("clinician.CSV.gz")), suffix_of(Path("a.xlsx"))
    ('.csv', '.xlsx')
    """
    suffix = path.suffix.casefold()
    return Path(path.stem).suffix.casefold() if suffix == _PACKED else suffix


def stem_of(path: Path) -> str:
    """Return the name without its endings.

    >>> stem_of(Path("data/clinician.csv.gz"))
    'clinician'
    """
    return Path(path.stem).stem if path.suffix.casefold() == _PACKED else path.stem


def load(path: Path, options: ReadOptions, sheet: str = "") -> Sheet:
    """Return the content of a data file; of a workbook, that of ``sheet``.

    Raises:
        DataError: it cannot be read, or it is not what its name says.
    """
    suffix = suffix_of(path)
    try:
        if suffix in _TEXTS:
            return load_delimited(path, delimiter=options.delimiter, header_row=options.header_row)
        if suffix in _LINES:
            return _json_lines(path)
        if suffix == ".parquet":
            return _parquet(path)
        if suffix in _SAS:
            from mipsdsl.data.sas import load_sas

            return load_sas(path)
        if suffix in WORKBOOKS:
            from mipsdsl.data.workbooks import load_sheet

            return load_sheet(path, sheet, options.header_row)
    except OSError as error:
        raise DataError(f"`{path}` cannot be read: {error.strerror or error}") from error
    raise DataError(
        f"`{path}`: files named `{path.suffix or path.name}` are not read",
        f"give one of {', '.join(SUFFIXES)}",
    )


def _json_lines(path: Path) -> Sheet:
    text, notes = text_of(path)
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


def _parquet(path: Path) -> Sheet:
    import duckdb

    with duckdb.connect() as connection:
        try:
            # DuckDB takes `*` in a name for a pattern.
            source = connection.read_parquet([glob.escape(str(path))])
            names, types = source.columns, [str(kind) for kind in source.types]
            columns = columns_of(list(names), path)
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
