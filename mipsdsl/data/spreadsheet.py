"""Tables into a workbook: numbers in the format of their unit, identifiers as text, no formulas.

A spreadsheet keeps fifteen digits of a number. A quantity that has more is written as text, so
that what stands there is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from attrs import frozen

from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.data.decimals import power_of_ten
from mipsdsl.data.tables import DataError, Value
from mipsdsl.data.write import Column, cell_text, replacing

_MOST_ROWS = 1_048_576
_MOST_DIGITS = 15
_LONGEST_TEXT = 32_767
_LARGE = 20_000
_WIDEST = 60
_MEASURED = 200
_FIRST_DAY = date(1900, 3, 1)
_PLACES = "0." + "0" * 2 + "#" * 10
_FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.MONEY: "$#,##0.00",
    Unit.PERCENT: "0.00##########%",
    Unit.POINTS: _PLACES,
    Unit.NUMBER: "0.############",
    Unit.RATIO: "0.############",
    Unit.DATE: "yyyy-mm-dd",
}
"""How a spreadsheet shows a number of each unit."""

TEXT = Type(Unit.TEXT)


@frozen
class Tab:
    """A sheet to be: its name, its columns and rows; ``keys`` columns stay in view."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    keys: int = 0


def text_tab(name: str, header: Iterable[str], rows: Iterable[Sequence[str]]) -> Tab:
    """Return a sheet of texts."""
    return Tab(name, [Column(title, TEXT) for title in header], list(rows))


def write_workbook(path: Path, tabs: Sequence[Tab]) -> None:
    """Write a workbook: the header of each sheet stays in view and has filters.

    Raises:
        DataError: there are more rows than a sheet holds, or the file cannot be written.
    """
    for tab in tabs:
        if len(tab.rows) >= _MOST_ROWS:
            raise DataError(
                f"`{path}`: {len(tab.rows):,} rows of {tab.name} are more than a sheet holds",
                "name a .csv or a .parquet file",
            )
    large = any(len(tab.rows) > _LARGE for tab in tabs)
    with replacing(path) as part:
        book = xlsxwriter.Workbook(str(part), {"constant_memory": large, "use_zip64": large})
        formats = {unit: book.add_format({"num_format": text}) for unit, text in _FORMATS.items()}
        # As if typed after an apostrophe: it stays text when someone edits the cell.
        as_text = book.add_format({"num_format": "@", "quote_prefix": True})
        head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "quote_prefix": True}
        )
        for tab in tabs:
            _tab(book.add_worksheet(tab.name[:31]), tab, formats, as_text, head)
        book.close()


# XlsxWriter has no types.
def _tab(
    sheet: Any,  # noqa: ANN401
    tab: Tab,
    formats: Mapping[Unit, Any],
    as_text: Any,  # noqa: ANN401
    head: Any,  # noqa: ANN401
) -> None:
    """Write one sheet, row by row."""
    sheet.freeze_panes(1, tab.keys)
    if tab.columns:
        sheet.autofilter(0, 0, len(tab.rows), len(tab.columns) - 1)
    for place, column in enumerate(tab.columns):
        sheet.set_column(place, place, _width(tab, place))
        sheet.write_string(0, place, column.name, head)
    writers = [_writer(sheet, column, formats, as_text) for column in tab.columns]
    for number, row in enumerate(tab.rows, start=1):
        for place, value in enumerate(row):
            if value is not None and value != "":
                writers[place](number, place, value)


def _width(tab: Tab, place: int) -> int:
    """Return how wide a column is: as its name and its first cells, within reason."""
    column = tab.columns[place]
    texts = (cell_text(column, row[place], "text") for row in islice(tab.rows, _MEASURED))
    return min(max(map(len, chain([column.name], texts))) + 2, _WIDEST)


def _writer(
    sheet: Any,  # noqa: ANN401
    column: Column,
    formats: Mapping[Unit, Any],
    as_text: Any,  # noqa: ANN401
) -> Callable[[int, int, Value], None]:
    """Return how a value of the column is written into a cell."""
    unit, scale = column.type.unit, column.scale

    def text(row: int, place: int, value: Value) -> None:
        sheet.write_string(row, place, cell_text(column, value, "text")[:_LONGEST_TEXT], as_text)

    def number(row: int, place: int, value: Value) -> None:
        if isinstance(value, int) and len(str(abs(value)).rstrip("0")) <= _MOST_DIGITS:
            sheet.write_number(row, place, value / power_of_ten(scale), formats[unit])
        else:
            text(row, place, value)

    def day(row: int, place: int, value: Value) -> None:
        found = date.fromordinal(value) if isinstance(value, int) else _FIRST_DAY
        if found < _FIRST_DAY:
            text(row, place, value)
        else:
            midnight = datetime(found.year, found.month, found.day)
            sheet.write_datetime(row, place, midnight, formats[unit])

    if unit is Unit.DATE:
        return day
    return number if unit in QUANTITIES else text
