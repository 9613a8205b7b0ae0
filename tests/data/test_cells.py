"""One cell: what it is read as, and what is said when it cannot be."""

from __future__ import annotations

from datetime import date

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.cells import Parsed, Reading, parse_cell
from mipsdsl.data.codes import PAGES
from mipsdsl.data.options import DateIn
from mipsdsl.data.slots import layout_of


def parse(program: Program, name: str, text: str, *, hundred: bool = False) -> Parsed:
    """Return what ``text`` is in the column ``name``."""
    slot = layout_of(program).target(name, "a test")
    return parse_cell(slot, text, Reading(hundred=hundred))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("clinician.charges_1", "$90,000.00", 9_000_000),
        ("clinician.charges_1", " 90000.5 ", 9_000_050),
        ("clinician.charges_1", "1e3", 100_000),
        ("clinician.patients_1", "1,234", 1234),
        ("clinician.patients_1", "12.0", 12),
        ("clinician.patients_1", "N/A", None),
        ("clinician.patients_1", "", None),
        ("clinician.patients_1", ".", None),
        ("clinician.patients_1", ".A", None),
        ("clinician.enrolled_on", "NULL", None),
        ("clinician.patients_1", "\u00a01,234\u00a0", 1234),
        ("clinician.enrolled_on", "43374", date(2018, 10, 1).toordinal()),
        ("clinician.dual_share", "85%", 8500),
        ("clinician.dual_share", "0.85", 8500),
        ("clinician.average_hcc", "1.25", 12_500),
        ("clinician.newly_enrolled", "Y", True),
        ("clinician.newly_enrolled", "0", False),
        ("clinician.newly_enrolled", "TRUE", True),
        ("clinician.clinician_type", "physician", "physician"),
        ("clinician.clinician_type", "Physician", "physician"),
        ("clinician.enrolled_on", "2018-10-01", date(2018, 10, 1).toordinal()),
        ("clinician.enrolled_on", "2018-10-01 00:00:00", date(2018, 10, 1).toordinal()),
        ("clinician.npi", "0123", "0123"),
        ("quality_measure.measure_id", "46", "046"),
        ("quality_measure.performance_rate", "-1.0406", -10_406),
        ("benchmark.starts", "1;2.5;3", (10_000, 25_000, 30_000)),
        ("benchmark.starts", "[1, 2.5, 3]", (10_000, 25_000, 30_000)),
        ("submission.quality_score", "0.935", 935 * 10**9),
    ],
)
def test_cells_are_whole_numbers_of_steps(
    program: Program, name: str, text: str, value: object
) -> None:
    parsed = parse(program, name, text)

    assert (value, None, False) == (parsed.value, parsed.problem, parsed.rounded)


@pytest.mark.parametrize(
    ("name", "text", "code", "said"),
    [
        ("clinician.charges_1", "ninety", "D0101", "`ninety` is not a number"),
        ("clinician.patients_1", "$5", "D0101", "is money"),
        ("quality_measure.performance_rate", "85%", "D0101", "is a percent"),
        ("clinician.clinician_type", "phsician", "D0103", "near it: `physician`"),
        ("clinician.patients_1", "-1", "D0104", "from 0 to 100000"),
        ("clinician.charges_1", "60000000", "D0104", "from $0 to $50000000"),
        ("clinician.dual_share", "101%", "D0104", "from 0% to 100%"),
        ("clinician.enrolled_on", "1900-01-01", "D0104", "from 1965-07-30"),
        ("submission.final_score", "100.1", "D0104", "from 0 to 100"),
        ("clinician.patients_1", "12.5", "D0105", "not a whole number"),
        ("clinician.charges_1", "1.005", "D0106", "more than 2 decimal places"),
        ("clinician.newly_enrolled", "maybe", "D0107", "not yes or no"),
        ("clinician.enrolled_on", "10/01/2018", "D0108", "in the map, `date = "),
        ("clinician.enrolled_on", "2018-02-30", "D0108", "not a date"),
        ("benchmark.starts", "1;2;3;4;5;6;7;8;9;10;11", "D0109", "at most 10"),
        ("clinician.patients_1", "*", "D0120", "hides the value"),
        ("clinician.patients_1", "<11", "D0120", "hides the value"),
        ("clinician.dual_share", "≥ 95%", "D0120", "hides the value"),
        ("clinician.patients_1", "#REF!", "D0122", "an error of the spreadsheet"),
        ("clinician.tin", "#N/A", "D0122", "an error of the spreadsheet"),
        ("clinician.patients_1", "90 000", "D0101", "not a number"),
        ("clinician.charges_1", "(90.00)", "D0101", "not a number"),
        ("clinician.charges_1", "90.000,00", "D0101", "not a number"),
        ("clinician.enrolled_on", "2018-10-01 12:30:00", "D0108", "not a date"),
    ],
)
def test_a_cell_that_cannot_be_read_says_why(
    program: Program, name: str, text: str, code: str, said: str
) -> None:
    problem = parse(program, name, text).problem

    assert problem is not None
    assert code == problem.code
    assert said in problem.reason
    assert code in PAGES


def test_places_beyond_the_declared_ones_are_rounded_half_up(program: Program) -> None:
    assert Parsed(12_346, rounded=True) == parse(program, "clinician.average_hcc", "1.23455")
    assert Parsed(-3, rounded=True) == parse(
        program, "quality_measure.performance_rate", "-0.00025"
    )


def test_a_percent_of_a_hundred_loses_no_digit(program: Program) -> None:
    assert Parsed(933 * 10**9) == parse(program, "submission.quality_score", "93.3", hundred=True)
    assert Parsed(933 * 10**9) == parse(program, "submission.quality_score", "93.3%")


@pytest.mark.parametrize(
    "text", ["1e99", "9" * 41, "1__0", "٣", "..", "-", "1,00", "--1", "1e-99x"]
)
def test_odd_numbers_never_crash(program: Program, text: str) -> None:
    assert parse(program, "clinician.patients_1", text).problem is not None


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("3/31/2019", "mdy", "2019-03-31"),
        ("03-31-2019", "mdy", "2019-03-31"),
        ("31.3.2019", "dmy", "2019-03-31"),
        ("03/31/2019 0:00", "mdy", "2019-03-31"),
        ("2019-03-31", "mdy", "2019-03-31"),
        ("31/3/2019", "mdy", None),
        ("3/31-2019", "mdy", None),
        ("3/31/19", "mdy", None),
        ("3/31/2019", "ymd", None),
    ],
)
def test_dates_have_the_order_that_the_map_says(
    program: Program, text: str, order: DateIn, expected: str | None
) -> None:
    slot = layout_of(program).target("clinician.enrolled_on", "a test")
    parsed = parse_cell(slot, text, Reading(date=order))

    assert (expected is None) == (parsed.problem is not None)
    if expected is not None:
        assert date.fromisoformat(expected).toordinal() == parsed.value
