"""Every year's weights, for all sixteen ways in which categories can be scored or not.

The tables are written out from the regulation (42 CFR 414.1380(c)(2)(ii), 414.1370(h), 414.1367(d))
and not from the policies: quality/cost/improvement activities/promoting interoperability, in percent.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

import mipsdsl

YEARS = range(2017, 2027)
CATEGORIES = ("Q", "C", "IA", "PI")
SCORES = (Decimal("0.8"), Decimal("0.5"), Decimal(1), Decimal("0.6"))
THRESHOLD = {2017: 3, 2018: 15, 2019: 30, 2020: 45, 2021: 60}
"""From 2022 on 75 points."""

# What is missing, and then the years 2017, 2018, … 2021, and 2022 and after. A dash: fewer than two
# categories, so the final score is the performance threshold. In 2017 cost weighs nothing at all.
TRADITIONAL = """
none   60/0/15/25  50/10/15/25  45/15/15/25  45/15/15/25  40/20/15/25  30/30/15/25
C      60/0/15/25  60/0/15/25   60/0/15/25   55/0/15/30   55/0/15/30   55/0/15/30
PI     85/0/15/0   75/10/15/0   70/15/15/0   70/15/15/0   65/20/15/0   55/30/15/0
Q      0/0/50/50   0/10/45/45   0/15/40/45   0/15/15/70   0/20/15/65   0/30/15/55
IA     75/0/0/25   65/10/0/25   60/15/0/25   60/15/0/25   55/20/0/25   45/30/0/25
C+PI   85/0/15/0   85/0/15/0    85/0/15/0    85/0/15/0    85/0/15/0    85/0/15/0
Q+C    0/0/50/50   0/0/50/50    0/0/50/50    0/0/15/85    0/0/15/85    0/0/15/85
C+IA   75/0/0/25   75/0/0/25    75/0/0/25    70/0/0/30    70/0/0/30    70/0/0/30
Q+PI   -           0/10/90/0    0/15/85/0    0/50/50/0    0/50/50/0    0/50/50/0
IA+PI  -           90/10/0/0    85/15/0/0    85/15/0/0    80/20/0/0    70/30/0/0
Q+IA   -           0/10/0/90    0/15/0/85    0/15/0/85    0/20/0/80    0/30/0/70
"""
SMALL_FROM_2022 = {"PI": "40/30/30/0", "C+PI": "50/0/50/0"}

# The APM scoring standard and, from 2021, the APM Performance Pathway. Cost is never scored, and what
# has no row is the performance threshold.
APM = {
    "ACOs 2017": {"none": "50/0/20/30", "Q": "0/0/25/75", "PI": "75/0/25/0"},
    "others 2017": {"none": "0/0/25/75", "Q": "0/0/25/75", "PI": "75/0/25/0"},
    "2018 to 2020": {"none": "50/0/20/30", "Q": "0/0/25/75", "PI": "80/0/20/0"},
    "from 2021": {"none": "50/0/20/30", "Q": "0/0/25/75", "PI": "75/0/25/0"},
}

Row = dict[str, object]
Weights = tuple[int, ...]


def test_the_tables_say_something_of_eleven_combinations():
    rows = [line.split() for line in TRADITIONAL.strip().splitlines()]

    assert 11 == len(rows) == len({row[0] for row in rows})
    assert {7} == {len(row) for row in rows}
    for row in rows:
        assert {100} == {sum(weights(cell)) for cell in row[1:] if cell != "-"}


@pytest.mark.parametrize("year", YEARS)
def test_weights(year: int):
    """All sixteen combinations, small or not, in each way of reporting there is in the year."""
    cases = [
        (case, scored, small)
        for case in pathways(year)
        for scored in product((True, False), repeat=4)
        for small in (True, False)
    ]
    rows = [submission(str(number), year, *each) for number, each in enumerate(cases)]
    results = mipsdsl.load(str(year)).run({"submission": rows}, outputs=outputs(year))

    found = {str(row["submission_id"]): row for row in results}
    assert len(cases) == len(found)
    for number, ((kind, option, model), scored, small) in enumerate(cases):
        expected = law(year, option, model, scored, small=small)
        row = found[str(number)]
        case = f"{year} {kind} {option} {model}, without {missing(scored)}, small: {small}"
        assert (case, expected or (0, 0, 0, 0)) == (case, given(row, year))
        assert (case, expected is None) == (case, row["too_few_categories"])
        assert (case, final_score(year, expected)) == (case, row["final_score"])


# --- the law ---------------------------------------------------------------------------------------


def law(
    year: int, option: str, model: str, scored: tuple[bool, ...], *, small: bool
) -> Weights | None:
    """Return the weights, or nothing where the final score is the threshold."""
    if option in ("apm_scoring_standard", "app"):
        # Cost is not there to be missing.
        return _weights(apm_table(year, model).get(missing((scored[0], True, *scored[2:]))))
    if year == 2017:
        scored = (scored[0], True, *scored[2:])
    if year >= 2022 and small and missing(scored) in SMALL_FROM_2022:
        return _weights(SMALL_FROM_2022[missing(scored)])
    table = {name: cells for name, *cells in map(str.split, TRADITIONAL.strip().splitlines())}
    cells = table.get(missing(scored))
    return _weights(cells[min(year, 2022) - 2017] if cells else None)


def apm_table(year: int, model: str) -> dict[str, str]:
    if year == 2017:
        return APM["others 2017" if model == "other" else "ACOs 2017"]
    return APM["2018 to 2020" if year <= 2020 else "from 2021"]


def missing(scored: tuple[bool, ...]) -> str:
    names = [name for name, there in zip(CATEGORIES, scored, strict=True) if not there]
    return "+".join(names) or "none"


def final_score(year: int, expected: Weights | None) -> Decimal:
    if expected is None:
        return Decimal(THRESHOLD.get(year, 75))
    return sum((w * s for w, s in zip(expected, SCORES, strict=True)), Decimal(0))


def weights(cell: str) -> Weights:
    return tuple(map(int, cell.split("/")))


def _weights(cell: str | None) -> Weights | None:
    return None if cell in (None, "-") else weights(cell)


# --- the rows --------------------------------------------------------------------------------------


def pathways(year: int) -> list[tuple[str, str, str]]:
    """Return the ways to report: kind, reporting option and APM."""
    ways = [("individual", "traditional", "none"), ("group", "traditional", "none")]
    if year <= 2020:
        ways += [
            ("apm_entity", "apm_scoring_standard", "shared_savings"),
            ("apm_entity", "apm_scoring_standard", "other"),
        ]
    else:
        ways += [("apm_entity", "app", "other"), ("individual", "app", "other")]
    if year >= 2023:
        ways += [("group", "mvp", "none"), ("subgroup", "mvp", "none")]
    return ways


def names(year: int) -> tuple[str, ...]:
    """Return what the four categories are called in the year."""
    last = "advancing_care_information" if year == 2017 else "promoting_interoperability"
    return ("quality", "cost", "improvement_activities", last)


def submission(
    identifier: str, year: int, way: tuple[str, str, str], scored: tuple[bool, ...], small: bool
) -> Row:
    kind, option, model = way
    row: Row = {
        "submission_id": identifier,
        "kind": kind,
        "reporting_option": option,
        "apm_model": model,
        "reported": True,
        "small_practice": small,
    }
    for name, score, there in zip(names(year), SCORES, scored, strict=True):
        row[f"{name}_score"] = score if there else None
    # The bonuses, where the year has them, are no matter of weights.
    if year >= 2018:
        row["complex_patient_bonus"] = 0
    if year == 2018:
        row["small_practice_bonus"] = 0
    return row


def outputs(year: int) -> list[str]:
    weighed = [f"submission.{name}_weight" for name in names(year)]
    return [*weighed, "submission.too_few_categories", "submission.final_score"]


def given(row: Row, year: int) -> tuple[Decimal, ...]:
    """Return the four weights of a result, in percent."""
    return tuple(Decimal(str(row[f"{name}_weight"])) * 100 for name in names(year))
