"""SAS files (`.sas7bdat`, `.xpt`) as text cells; needs the extra ``sas``.

A missing value of SAS, plain or lettered, is an empty cell; a whole number loses its ``.0``; a date
is written as ``2019-03-31``.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from mipsdsl.data.sheets import Sheet, columns_of
from mipsdsl.data.tables import DataError


def load_sas(path: Path) -> Sheet:
    """Return the rows of a SAS file.

    Raises:
        DataError: it is no such file, or the extra that reads it is not installed.

    """
    try:
        import pyreadstat  # type: ignore[import-not-found,unused-ignore]  # an extra, untyped
    except ImportError:
        raise DataError(
            f"`{path}` is a SAS file, and what reads those is not installed",
            "install it with `pip install 'mipsdsl[sas]'`, or save the file as CSV",
        ) from None
    read = pyreadstat.read_xport if path.suffix.casefold() == ".xpt" else pyreadstat.read_sas7bdat
    try:
        content, about = read(str(path), output_format="dict")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise DataError(f"`{path}` is not a SAS file: {error}") from error
    names = list(about.column_names)
    lists = [[_text(value) for value in content[name]] for name in names]
    rows = [list(row) for row in zip(*lists, strict=True)]
    columns = columns_of(names, path)
    return Sheet(path.name, columns, rows, list(range(2, len(rows) + 2)))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.rstrip()
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            number = float(str(value))
            if number != number:
                return ""
            return str(int(number)) if number.is_integer() else repr(number)
