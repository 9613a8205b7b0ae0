"""Workbooks: sheets as files, cells as text, rows as the spreadsheet shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs

Cells = Sequence[Sequence[object]]
HEADER = ("tin", "npi", "clinician_type", "newly_enrolled", "enrolled_on", "charges_1")
ROW = (123456789, 1234567893, "physician", True, date(2018, 10, 1), 90_000.5)


def workbook(
    path: Path, sheets: dict[str, Cells], hidden: Sequence[str] = (), *, from_1904: bool = False
) -> Path:
    """Write a workbook; a text that begins with `#` is the error that a formula has."""
    how = {"default_date_format": "yyyy-mm-dd", "date_1904": from_1904}
    book = xlsxwriter.Workbook(str(path), how)
    framed = book.add_format({"border": 1})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("#"):
                    sheet.write_formula(row, column, "=1/0", None, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day))
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is None:
                    sheet.write_blank(row, column, None, framed)
                else:
                    sheet.write(row, column, cell)
    book.close()
    return path


def run(program: Program, *paths: Path, **options: object) -> Inputs:
    """Read files."""
    return read(program, paths, ReadOptions(**options))  # type: ignore[arg-type]


def codes(inputs: Inputs) -> list[tuple[str, int, str, str]]:
    """Return where and what the rejects are."""
    return [(each.file, each.row, each.column, each.code) for each in inputs.rejects]


def test_typed_cells_are_read_as_they_are_meant(program: Program, tmp_path: Path) -> None:
    inputs = run(program, workbook(tmp_path / "clinician.xlsx", {"Sheet1": [HEADER, ROW]}))

    assert [
        [
            "123456789",
            "1234567893",
            "physician",
            True,
            date(2018, 10, 1).toordinal(),
            9_000_050,
        ]
    ] == inputs.tables["clinician"].rows
    assert ((), ()) == (inputs.rejects, inputs.notes)


def test_a_workbook_that_counts_days_from_1904_has_the_same_dates(
    program: Program, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "clinician.xlsx", {"x": [HEADER, ROW]}, from_1904=True)

    assert date(2018, 10, 1).toordinal() == run(program, path).tables["clinician"].rows[0][4]


def test_a_workbook_with_a_sheet_for_each_record_is_a_folder(
    program: Program, tmp_path: Path
) -> None:
    sheets: dict[str, Cells] = {
        "Clinician": [HEADER, ROW],
        "practice": [["tin", "rural"], [123456789, "Y"], [123456780, "perhaps"]],
        "Read me": [["Notes"]],
    }
    inputs = run(program, workbook(tmp_path / "2018.xlsx", sheets))

    assert {"clinician": 1, "practice": 2} == inputs.counts
    assert [("2018.xlsx, practice", 3, "rural", "D0107")] == codes(inputs)
    assert "2018.xlsx: sheets not used: `Read me`" in inputs.notes


def test_sheet_and_header_row_can_be_named(program: Program, tmp_path: Path) -> None:
    sheets: dict[str, Cells] = {
        "Cover": [["Our practice"]],
        "Data": [
            ["made by hand"],
            [],
            [None, "tin", "rural\nor not"],
            [None, "001", "no"],
            [],
            [None, "2", "x"],
        ],
    }
    path = workbook(tmp_path / "book.xlsx", sheets)
    rules = {"rural or not": "practice.rural"}
    inputs = run(program, path, sheet="data", header_row=3, column_map=rules)

    assert [("book.xlsx, Data", 6, "rural or not", "D0107")] == codes(inputs)
    assert [[False, "001"]] == inputs.tables["practice"].rows
    with pytest.raises(DataError, match="near it: `Data`"):
        run(program, path, sheet="Dat")


def test_without_a_name_the_first_sheet_is_read_and_said(program: Program, tmp_path: Path) -> None:
    sheets: dict[str, Cells] = {"A": [["tin", "rural"], ["001", "no"]], "B": [["x"]], "C": [["x"]]}
    inputs = run(program, workbook(tmp_path / "practice.xlsx", sheets, hidden=["C"]))

    assert [["001", False]] == inputs.tables["practice"].rows
    assert ("practice.xlsx: sheets not used: `B`",) == inputs.notes


def test_cells_in_error_are_not_taken_for_empty(program: Program, tmp_path: Path) -> None:
    rows = [
        HEADER,
        ROW,
        (*ROW[:4], "#REF!", "#DIV/0!"),
        (*ROW[:1], 1245319599, *ROW[2:4], None, "#N/A"),
    ]
    inputs = run(program, workbook(tmp_path / "clinician.xlsx", {"a b & c": rows}))
    reject, other = inputs.rejects

    assert (4, "charges_1", "D0122") == (other.row, other.column, other.code)
    assert (3, "enrolled_on", "D0122") == (reject.row, reject.column, reject.code)
    assert "`#REF!` is an error of the spreadsheet" in reject.reason
    assert "`#DIV/0!`" in reject.reason


def test_lost_zeros_come_back_only_where_all_have_lost_them(
    program: Program, tmp_path: Path
) -> None:
    lost = workbook(
        tmp_path / "practice.xlsx", {"x": [["tin"], [123456789], [12345678], [234567890]]}
    )
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "practice.csv").write_text("tin\n012345678\n123456789\n12345679\n", encoding="utf-8")
    inputs, others = run(program, lost), run(program, kept)

    assert [["123456789"], ["012345678"], ["234567890"]] == inputs.tables["practice"].rows
    assert (
        "practice.xlsx: 1 cell of `tin` brought into the form of the others: 12345678 is 012345678",
    ) == inputs.notes
    assert [("practice.csv", 4, "tin", "D0119")] == codes(others)


def test_identifiers_that_lost_digits_are_rejected(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "clinician.csv"
    path.write_text(
        "tin,npi,clinician_type,newly_enrolled\n"
        "12-3456789,1234567893,other,no\n123456780,1.23457E+09,other,no\n"
        "123456781,123456789,other,no\n123456782,1234567890,other,no\n"
        "123456783,1245319599.0,other,no\n",
        encoding="utf-8",
    )
    inputs, strict = run(program, path), run(program, path, strict_npi=True)

    assert [(3, "D0118"), (4, "D0119")] == [(r.row, r.code) for r in inputs.rejects]
    assert [(3, "D0118"), (4, "D0119"), (5, "D0121")] == [(r.row, r.code) for r in strict.rejects]
    assert ["123456789", "1234567893"] == inputs.tables["clinician"].rows[0][:2]
    assert "1245319599" == inputs.tables["clinician"].rows[-1][1]
    assert (
        "clinician.csv: 1 cell of `npi` with a wrong check digit, first 1234567890 in row 5; "
        "--strict-npi rejects such rows" in inputs.notes
    )


def test_days_as_a_spreadsheet_counts_them_are_dates_with_a_note(
    program: Program, tmp_path: Path
) -> None:
    rows = [HEADER, (*ROW[:4], 43374, 1), (*ROW[:1], 1245319599, *ROW[2:])]
    inputs = run(program, workbook(tmp_path / "clinician.xlsx", {"x": rows}))

    assert [date(2018, 10, 1).toordinal()] * 2 == [
        row[4] for row in inputs.tables["clinician"].rows
    ]
    assert (
        "clinician.xlsx: 1 cell of `enrolled_on` as a spreadsheet counts days: 43374 is 2018-10-01",
    ) == inputs.notes


@pytest.mark.parametrize(
    "last", [("Total", None, 90_000), (None, "", 90_000), ("Grand total:", "", "")]
)
def test_rows_of_totals_are_rejected_with_a_code_of_their_own(
    program: Program, tmp_path: Path, last: tuple[object, ...]
) -> None:
    rows: Cells = [["tin", "npi", "quality_score"], ["1", "2", "80"], ["1", "3", "90"], last]
    inputs = run(program, workbook(tmp_path / "scored.xlsx", {"x": rows}))

    assert [(4, "D0123")] == [(each.row, each.code) for each in inputs.rejects]
    assert 2 == len(inputs.tables["submission"].rows)
