"""Sheets of workbooks (Excel, OpenDocument) as text cells, in the rows that the program shows.

A whole number loses its `.0`, a date is written as `2019-03-31`, yes and no as true and false. The
reader shows a cell in error as empty; in `.xlsx` such cells are looked up and read as `#REF!` etc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from mipsdsl.data.sheets import Sheet, columns_of
from mipsdsl.data.tables import DataError

Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
"""What the reader makes of a cell."""

_ZIPPED = (".xlsx", ".xlsm")
_ERROR_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)([0-9]+)"[^>]*(?<!/)>'
    rb"(?:(?!</c>).)*?<v>(#[^<]*)</v>",
    re.DOTALL,
)
_IN_ERROR = b't="e"'
_SHEET = re.compile(r'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_TARGET = re.compile(r"<Relationship\b[^>]*>")


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the sheets of a workbook that are shown and hold something, in their order."""
    book = _opened(path)
    shown = [each.name for each in book.sheets_metadata if each.visible is SheetVisibleEnum.Visible]
    names = [name for name in shown if name in book.sheet_names and _holds(book, name, path)]
    return tuple(names)


def all_sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of all sheets, hidden ones too."""
    return tuple(_opened(path).sheet_names)


def load_sheet(path: Path, name: str, header_row: int) -> Sheet:
    """Return the rows below the header of the sheet ``name``.

    Raises:
        DataError: the file is no workbook, or the sheet has no header.
    """
    book = _opened(path)
    sheet = _sheet(book, name, path)
    grid = [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for row, column, error in _errors(path, name):
        if row < len(grid) and column < len(grid[row]):
            grid[row][column] = error
    several = len(sheet_names(path)) > 1
    file = f"{path.name}, {name}" if several else path.name
    return _below_header(file, grid, header_row, path)


def cell_text(cell: Cell) -> str:
    """Return a cell as text: a number in its shortest form, a date as year, month, day.

    >>> cell_text(1234567890.0), cell_text(0.85), cell_text(datetime(2018, 10, 1)), cell_text(True)
    ('1234567890', '0.85', '2018-10-01', 'true')
    """
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            at_midnight = cell.time() == time()
            return cell.date().isoformat() if at_midnight else cell.isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _opened(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        raise _no_workbook(path, error) from error


def _no_workbook(path: Path, error: Exception) -> DataError:
    return DataError(
        f"`{path}` is not a workbook that can be read: {str(error).splitlines()[0]}",
        "open it in a spreadsheet and save it as .xlsx; take off its password, if it has one",
    )


def _sheet(book: CalamineWorkbook, name: str, path: Path) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError as error:
        raise _no_workbook(path, error) from error


def _holds(book: CalamineWorkbook, name: str, path: Path) -> bool:
    return _sheet(book, name, path).height > 0


def _below_header(file: str, grid: list[list[str]], header_row: int, path: Path) -> Sheet:
    """Return the rows that hold something, without the columns that have neither name nor cell."""
    header = grid[header_row - 1] if header_row <= len(grid) else []
    body = grid[header_row:]
    kept = [
        place
        for place, title in enumerate(header)
        if title.strip() or any(row[place].strip() for row in body)
    ]
    columns = columns_of([header[place] for place in kept], path, header_row)
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, row in enumerate(body, start=header_row + 1):
        if any(cell.strip() for cell in row):
            rows.append([row[place] for place in kept])
            numbers.append(number)
    return Sheet(file, columns, rows, numbers)


# --- cells in error ------------------------------------------------------------------------------


def _errors(path: Path, name: str) -> Iterator[tuple[int, int, str]]:
    """Yield row, column (from 0) and text of the cells in error, as far as the file tells."""
    if path.suffix.casefold() not in _ZIPPED:
        return
    from zipfile import ZipFile

    with ZipFile(path) as parts:
        part = _part_of(parts.read("xl/workbook.xml"), parts.read(_RELATIONS), name)
        content = parts.read(part) if part in parts.namelist() else b""
    if _IN_ERROR not in content:
        return
    for found in _ERROR_CELL.finditer(content):
        yield int(found[2]) - 1, _column_number(found[1].decode()), found[3].decode()


_RELATIONS = "xl/_rels/workbook.xml.rels"


def _part_of(workbook: bytes, relations: bytes, name: str) -> str:
    """Return the part of the package that holds the sheet ``name``."""
    from html import unescape

    ids = {unescape(title): ident for title, ident in _SHEET.findall(workbook.decode("utf-8"))}
    for tag in _TARGET.findall(relations.decode("utf-8")):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("Id") == ids.get(name, ""):
            target = said.get("Target", "")
            return (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            )
    return ""


def _column_number(letters: str) -> int:
    """Return the place of a column by its letters.

    >>> _column_number("A"), _column_number("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
