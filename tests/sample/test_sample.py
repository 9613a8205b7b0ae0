"""The sample that comes with the package: whole, made up, and with every situation of 2017."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import mipsdsl
from benchmarks import make_sample
from benchmarks.sample_people import npi_of
from mipsdsl.api import Policy, Results
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.resources import sample

SUMMARY = Path(__file__).with_name("summary.txt")
MOST_BYTES = 1_500_000
# These come with later years.
LATER = {"virtual_group", "opt_in"}
SUBMISSION = (
    "kind,scheme,too_few_categories,quality_scored,improvement_activities_scored,"
    "advancing_care_information_scored,reported,pace,final_score,quality_score,cost_score,"
    "improvement_activities_score,advancing_care_information_score"
)
CLINICIAN = (
    "exclusion_reason,participation,late_joiner,mips_eligible,final_score,payment_adjustment,"
    "adjusted_payment"
)
MEASURE = "standing,mechanism,points"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return mipsdsl.load("2017")


@pytest.fixture(scope="module")
def results(policy: Policy) -> Results:
    names = {"clinician": CLINICIAN, "submission": SUBMISSION, "quality_measure": MEASURE}
    outputs = [f"{record}.{name}" for record in names for name in names[record].split(",")]
    return policy.run(sample(), outputs=outputs)


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a file as they are."""
    with (sample() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(results: Results, record: str, *names: str) -> set[object]:
    """Return what the items, together, are in some row."""
    rows = results.rows(record)
    return {tuple(row[name] for name in names) if names[1:] else row[names[0]] for row in rows}


# --- the files -----------------------------------------------------------------------------------


def test_the_generator_writes_these_files() -> None:
    files = make_sample.sample()

    assert set(files) == {path.name for path in sample().iterdir()}
    for name, text in files.items():
        assert text.encode() == (sample() / name).read_bytes(), name


def test_the_sample_is_small() -> None:
    assert MOST_BYTES > sum(path.stat().st_size for path in sample().iterdir())


def test_all_rows_are_read(policy: Policy) -> None:
    inputs = read(policy.program, [sample()], ReadOptions())

    assert () == inputs.rejects
    for note in inputs.notes:
        assert "percents are read so that 0.85 is 85%" in note


def test_nobody_in_it_exists() -> None:
    clinicians = table("clinician")

    assert 2_000 < len(clinicians) < 2_200
    for row in clinicians:
        assert row["tin"].startswith("00-")
        assert row["npi"] == npi_of(int(row["npi"][4:9]))


def test_practices_are_of_all_sizes() -> None:
    sizes = [int(row["eligible_clinicians"]) for row in table("practice")]

    assert 290 < len(sizes) < 310
    assert 1 == min(sizes)
    assert 100 < max(sizes) <= 150


# --- what comes of them --------------------------------------------------------------------------


@pytest.mark.parametrize("record", ["clinician", "submission", "payment", "quality_measure"])
def test_every_result_can_be_computed(policy: Policy, record: str) -> None:
    assert () == policy.run(sample(), per=record).left_out


@pytest.mark.parametrize(
    ("record", "item", "choice", "later"),
    [
        ("clinician", "exclusion_reason", "exclusion", set()),
        ("clinician", "participation", "participation_kind", LATER),
        ("submission", "pace", "pace_choice", set()),
        ("submission", "scheme", "weighting", set()),
        ("quality_measure", "standing", "measure_standing", set()),
        ("quality_measure", "mechanism", "collection_type", {"medicare_cqm"}),
    ],
)
def test_every_kind_occurs(
    policy: Policy, results: Results, record: str, item: str, choice: str, later: set[str]
) -> None:
    (kinds,) = (set(each.values) for each in policy.program.choices if each.name == choice)

    assert kinds - later == found(results, record, item)


def test_every_row_of_the_weights_is_reached(results: Results) -> None:
    names = ["scheme", "quality_scored", "improvement_activities_scored"]
    scored = found(results, "submission", "too_few_categories", *names,
                   "advancing_care_information_scored")  # fmt: skip

    assert {
        (False, "traditional", True, True, True),
        (False, "traditional", True, True, False),
        (False, "traditional", False, True, True),
        (False, "traditional", True, False, True),
        (False, "web_interface", True, True, True),
        (False, "web_interface", True, True, False),
        (False, "other_apm", True, True, True),
        (False, "other_apm", False, True, True),
    } <= scored
    assert {True, False} == found(results, "submission", "too_few_categories")


def test_the_scores_lie_much_like_those_of_2017(results: Results) -> None:
    """71% were exceptional, 22% above the threshold, 2% at it, 5% below."""
    scores = [
        row["final_score"]
        for row in results.rows("clinician")
        if row["mips_eligible"] and not row["late_joiner"]
    ]
    found = Counter(_place(each) for each in scores if isinstance(each, Decimal))
    shares = {place: number / len(scores) for place, number in found.items()}

    assert 0.66 < shares["exceptional"] < 0.76
    assert 0.17 < shares["positive"] < 0.27
    assert 0.01 < shares["neutral"] < 0.03
    assert 0.04 < shares["negative"] < 0.07


def _place(score: Decimal) -> str:
    if score >= 70:
        return "exceptional"
    if score == 3:
        return "neutral"
    return "positive" if score > 3 else "negative"


def test_the_results_are_stable(results: Results, request: pytest.FixtureRequest) -> None:
    """Counts of every kind, and sums of every quantity. ``--update-golden`` writes them anew."""
    text = "\n".join(_summary(results)) + "\n"
    if request.config.getoption("--update-golden"):
        SUMMARY.write_text(text, encoding="utf-8")

    assert SUMMARY.read_text(encoding="utf-8") == text


def _summary(results: Results) -> list[str]:
    lines = []
    for record in ("clinician", "submission", "quality_measure"):
        rows = results.rows(record)
        lines.append(f"{record}: {len(rows)} rows")
        for name in rows[0]:
            values = [row[name] for row in rows]
            numbers = [value for value in values if isinstance(value, Decimal)]
            if numbers:
                total = sum(numbers, Decimal(0)).quantize(Decimal("0.0001"))
                lines.append(f"  {name}: sum {total} of {len(numbers)}")
            elif len(set(values)) < 20:
                counts = sorted(Counter(str(value) for value in values).items())
                lines.append(f"  {name}: " + ", ".join(f"{each} {n}" for each, n in counts))
    return lines
