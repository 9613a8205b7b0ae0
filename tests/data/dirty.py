"""A workbook of 5,000 rows as people have them, and one with forty kinds of fault put into it."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

from mipsdsl.data.identifiers import has_check_digit

Row = dict[str, object]
Sheets = dict[str, list[Row]]
CLINICIANS, PRACTICES, SUBMISSIONS, MEASURES = 2_000, 250, 1_750, 1_000


class Fault(NamedTuple):
    """What is put into a cell of the row at ``index`` of a sheet, and what must be said of it."""

    kind: str
    sheet: str
    index: int
    column: str
    cell: object
    code: str


def npi(number: int) -> str:
    """Return a made-up NPI with its check digit."""
    return next(text for d in range(10) if has_check_digit(text := f"1{number:08d}{d}"))


def clean() -> Sheets:
    """Return the rows without a fault; what is written in several ways has one meaning each."""
    draw = random.Random(2017)
    return {
        "clinician": [_clinician(draw, number) for number in range(CLINICIANS)],
        "practice": [_practice(draw, number) for number in range(PRACTICES)],
        "submission": [_submission(draw, number) for number in range(SUBMISSIONS)],
        "quality_measure": [_measure(draw, number) for number in range(MEASURES)],
    }


def _tin(number: int) -> str:
    return f"{(number + 1) * 3_700_001:09d}"


def _clinician(draw: random.Random, number: int) -> Row:
    enrolled = date(2000, 1, 1) + timedelta(days=draw.randrange(5_000))
    charges = draw.randrange(10_000, 400_000)
    text = npi(number)
    return {
        "tin": _tin(number % PRACTICES),
        "npi": int(text) if draw.random() < 0.5 else text,
        "Name": f"Dr. {number}",
        "clinician_type": draw.choice(["physician", "nurse_practitioner", "Other", "other\u00a0"]),
        "enrolled_on": draw.choice(
            [enrolled, enrolled.isoformat(), enrolled.toordinal() - 693_594]
        ),
        "qp_status": draw.choice(["none", "None", "partial_qp"]),
        "elects_mips": draw.choice(["Y", "n", 1, 0, True, "", "N/A"]),
        "first_billed": draw.choice([enrolled, None, ".", "NULL"]),
        "charges_1": draw.choice(
            [charges, f"${charges:,}.00", f"{charges:,}", f"\u00a0{charges} "]
        ),
        "patients_1": draw.choice([draw.randrange(20, 900), ".", ".A", "1,204"]),
        "charges_2": draw.choice([charges, "", "na"]),
        "patients_2": draw.randrange(20, 900),
        "hospital_service_share": f"{draw.randrange(80)}%",
        "rural": draw.choice(["yes", "FALSE", None]),
        "allowed_charges": charges + 0.25,
        "paid_amount": round(charges * 0.8, 2),
    }


def _practice(draw: random.Random, number: int) -> Row:
    return {
        "tin": _tin(number),
        "eligible_clinicians": draw.randrange(1, 60),
        "reports_as_group": draw.choice(["no", "N", 0]),
        "rural": draw.choice(["yes", None]),
    }


def _submission(draw: random.Random, number: int) -> Row:
    return {
        "submission_id": f"S{number}",
        "kind": "individual",
        "reporting_option": "traditional",
        "reported": "yes",
        "tin": _tin(number % PRACTICES),
        "npi": npi(number),
        "apm_model": None,
        "performance_days": draw.randrange(90, 366),
        "quality_score": f"{draw.randrange(30, 100)}.5%",
        "improvement_activities_score": f"{draw.randrange(10)}0%",
        "advancing_care_information_score": "" if number % 3 else f"{draw.randrange(90)}%",
        "cost_score": "",
    }


def _measure(draw: random.Random, number: int) -> Row:
    return {
        "submission_id": f"S{number % (SUBMISSIONS // 2)}",
        "measure_id": 1 if number < SUBMISSIONS // 2 else "005",
        "collection_type": draw.choice(["claims", "mips_cqm"]),
        "performance_met": draw.randrange(20, 90),
        "performance_not_met": draw.randrange(20, 90),
    }


C, P, S, M = "clinician", "practice", "submission", "quality_measure"
_CELLS = (
    ("digits lost to an exponent", C, "npi", "1.23457E+09", "D0118"),
    ("a digit of an NPI lost", C, "npi", 123456789, "D0119"),
    ("a letter in an NPI", C, "npi", "123456789O", "D0119"),
    ("a TIN without its zero, where others have theirs", C, "tin", 3700001, "D0119"),
    ("a TIN in scientific notation", P, "tin", "3.7E+06", "D0118"),
    ("an error of a formula", C, "patients_1", "#REF!", "D0122"),
    ("a division by zero", C, "patients_2", "#DIV/0!", "D0122"),
    ("a lookup that found nothing", C, "allowed_charges", "#N/A", "D0122"),
    ("an error in a text", C, "tin", "#NAME?", "D0122"),
    ("a misspelt choice", C, "clinician_type", "phsician", "D0103"),
    ("a code of another list", C, "qp_status", "Q", "D0103"),
    ("a choice of a child", M, "collection_type", "registry", "D0103"),
    ("a choice with too many words", S, "reporting_option", "traditional MIPS", "D0103"),
    ("an unknown model", S, "apm_model", "ACO", "D0103"),
    ("a required choice is empty", C, "clinician_type", None, "D0102"),
    ("a required amount is not available", C, "paid_amount", "N/A", "D0102"),
    ("a required amount is SAS's missing", C, "allowed_charges", ".B", "D0102"),
    ("a required yes or no is blank", P, "reports_as_group", "\u00a0", "D0102"),
    ("perhaps", C, "elects_mips", "maybe", "D0107"),
    ("a cross for yes", C, "rural", "X", "D0107"),
    ("2 for yes", P, "reports_as_group", 2, "D0107"),
    ("month first", C, "enrolled_on", "10/01/2012", "D0108"),
    ("a day that there is not", C, "enrolled_on", "2013-02-30", "D0108"),
    ("a date with an hour", C, "first_billed", datetime(2012, 10, 1, 12, 30), "D0108"),
    ("a year alone", C, "first_billed", 2012, "D0108"),
    ("words for a number", C, "charges_1", "ninety", "D0101"),
    ("another currency", C, "charges_1", "USD 90", "D0101"),
    ("an accountant's minus", C, "charges_1", "(90.00)", "D0101"),
    ("a decimal comma", C, "charges_1", "90.000,00", "D0101"),
    ("a space in a number", C, "patients_1", "90\u00a0000", "D0101"),
    ("money for a count", C, "patients_1", "$5", "D0101"),
    ("a percent for a count", C, "patients_1", "85%", "D0101"),
    ("a date that was a number", C, "patients_1", date(2017, 4, 3), "D0101"),
    ("yes for a number", C, "charges_2", True, "D0101"),
    ("a dash for a number", C, "patients_2", "-", "D0101"),
    ("more than all", C, "hospital_service_share", "101%", "D0104"),
    ("below nothing", C, "charges_1", -5, "D0104"),
    ("more days than a year", S, "performance_days", 367, "D0104"),
    ("half a patient", C, "patients_1", 12.5, "D0105"),
    ("a tenth of a cent", C, "charges_1", 1.005, "D0106"),
    ("suppressed", C, "patients_1", "*", "D0120"),
    ("suppressed as small", C, "patients_2", "<11", "D0120"),
    ("a measure that there is not", M, "measure_id", "MUSIC99", "D0116"),
    ("a measure of nobody", M, "submission_id", "S99999", "D0114"),
    ("an unknown kind", S, "kind", "team", "D0103"),
)


def faults() -> list[Fault]:
    """Return the faults, each in a row of its own, far apart."""
    found: list[Fault] = []
    for number, (kind, sheet, column, cell, code) in enumerate(_CELLS):
        # A submission without measures, so that no measure is left out along with it.
        index = {C: 31, P: 5, S: 900, M: 3}[sheet] + number * {C: 41, P: 5, S: 17, M: 19}[sheet]
        found.append(Fault(kind, sheet, index, column, cell, code))
    return found


def dirty(sheets: Sheets, chosen: list[Fault]) -> dict[tuple[str, int], tuple[str, str]]:
    """Put the faults into ``sheets``; return row, column and code of all that must be reported."""
    expected: dict[tuple[str, int], tuple[str, str]] = {}
    for fault in chosen:
        sheets[fault.sheet][fault.index][fault.column] = fault.cell
        expected[fault.sheet, fault.index + 2] = (fault.column, fault.code)
    clinicians, submissions, measures = sheets[C], sheets[S], sheets[M]
    clinicians[10] |= {"tin": clinicians[9]["tin"], "npi": clinicians[9]["npi"]}
    expected[C, 12] = ("npi", "D0112")
    submissions[1_001]["submission_id"] = submissions[1_000]["submission_id"]
    expected[S, 1_003] = ("submission_id", "D0112")
    # The parent is wrong, and so its measure is left out too.
    submissions[880]["kind"] = "team"
    expected[S, 882] = ("kind", "D0103")
    measures[990]["submission_id"] = "S880"
    expected[M, 992] = ("submission_id", "D0115")
    clinicians.append({"tin": "Total", "paid_amount": 12_345_678})
    expected[C, len(clinicians) + 1] = ("tin", "D0123")
    return expected


def save(path: Path, sheets: Sheets) -> Path:
    """Write a workbook with a sheet for each record."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        columns = list(rows[0])
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                cell = row.get(column)
                if isinstance(cell, str) and cell.startswith("#"):
                    sheet.write_formula(number, place, "=1/0", None, cell)
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif isinstance(cell, datetime | date):
                    sheet.write_datetime(number, place, cell)
                elif cell is not None:
                    sheet.write(number, place, cell)
    book.add_worksheet("About").write(0, 0, "made by hand")
    book.close()
    return path
