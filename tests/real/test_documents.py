"""Documents of CMS's submissions API of every year, scored end to end with CMS's published files.

The expected figures are worked out here, apart from the program. No measure of the documents has high
priority but the first, and none is reported end to end, so there are no bonus points.
"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import mipsdsl
from mipsdsl.cli.main import cli
from tests.real.published_points import WORDS, published

SHARED = Path(__file__).parents[3] / "shared" / "data" / "qpp-measures-data"
FOLDER = Path(__file__).parent / "documents"
YEARS = range(2017, 2027)
KINDS = ("individual", "group")
THRESHOLD = dict(zip(YEARS, (3, 15, 30, 45, 60, 75, 75, 75, 75, 75), strict=True))
AT_STAKE = dict(zip(YEARS, (4, 5, 7, 9, 9, 9, 9, 9, 9, 9), strict=True))
# Without cost: quality, activities, interoperability.
WEIGHTS = {year: (60, 15, 25) if year < 2020 else (55, 15, 30) for year in YEARS}
INTEROPERABILITY = {year: 81 if year < 2019 else 64 if year < 2023 else 75 for year in YEARS}
HALF = Fraction(1, 2)


@pytest.fixture(scope="module")
def measures() -> Path:
    if not SHARED.exists():
        pytest.skip("the real data ../shared/data/qpp-measures-data are not here")
    return SHARED


def submission(year: int, kind: str) -> dict[str, Any]:
    """Return the document of a year."""
    content = json.loads((FOLDER / f"{year}-{kind}.json").read_text("utf-8"))
    return dict(content.get("data", {}).get("submission", content))


def quality(document: dict[str, Any], measures: Path, year: int) -> Fraction:
    """Return the quality score, in percent: points of six measures, of 60."""
    (sent,) = (each for each in document["measurementSets"] if each["category"] == "quality")
    known = {(row.measure, row.collection_type): row for row in published(measures, year)}
    points = Fraction(0)
    for each in sent["measurements"]:
        value = each["value"]
        exact = Fraction(value["performanceMet"] * 100) / (
            value["performanceMet"] + value["performanceNotMet"]
        )
        row = known[each["measureId"], WORDS[sent["submissionMethod"]]]
        points += row.points(rounded(exact))
    return points / 60 * 100


def rounded(value: Fraction) -> Fraction:
    """Return a value half up at two places."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def adjustment(score: Fraction, year: int) -> Fraction:
    """Return the adjustment in percent, with a scaling factor of a half."""
    threshold, most = THRESHOLD[year], Fraction(AT_STAKE[year])
    if score <= Fraction(threshold, 4):
        return -most
    if score <= threshold:
        return -rounded((threshold - score) / threshold * most)
    return rounded((score - threshold) / (100 - threshold) * most * HALF)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_scored_to_the_adjustment(measures: Path, year: int, kind: str) -> None:
    expected = quality(submission(year, kind), measures, year)
    parts = (expected, Fraction(100), Fraction(INTEROPERABILITY[year]))
    final = rounded(
        sum((p * w / 100 for p, w in zip(parts, WEIGHTS[year], strict=True)), Fraction(0))
    )
    factors = {"scaling_factor": 0.5} | ({"additional_scaling_factor": 0} if year < 2023 else {})
    policy = mipsdsl.load(str(year), **factors)
    results = policy.run(FOLDER / f"{year}-{kind}.json", measures=measures)
    found = results.rows("submission")[0]
    (clinician,) = results.rows("clinician")
    third = "advancing_care_information" if year == 2017 else "promoting_interoperability"

    assert () == results.rejects
    assert () == results.left_out
    assert abs(expected / 100 - Fraction(str(found["quality_score"]))) < Fraction(1, 10**8)
    assert (1, INTEROPERABILITY[year], None) == (
        found["improvement_activities_score"],
        Fraction(str(found[f"{third}_score"])) * 100,
        found["cost_score"],
    )
    assert final == Fraction(str(found["final_score"]))
    assert final == Fraction(str(clinician["final_score"]))
    assert adjustment(final, year) == Fraction(str(clinician["payment_adjustment"])) * 100


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_whom_a_document_is_taken_for_changes_no_score(
    measures: Path, tmp_path: Path, path: Path
) -> None:
    policy = mipsdsl.load(path.stem[:4])
    # Somebody else: then nobody is made up.
    (tmp_path / "clinician.csv").write_text(
        "tin,npi,clinician_type,allowed_charges,paid_amount\nT,N,other,0,0\n", "utf-8"
    )
    alone = policy.run(path, measures=measures)
    beside = policy.run([path, tmp_path], measures=measures)

    assert () == alone.rejects
    assert alone.rows("submission") == beside.rows("submission")


@pytest.mark.parametrize("year", range(2023, 2027))
def test_a_value_pathway_has_four_measures(measures: Path, year: int) -> None:
    path = FOLDER / f"{year}-mvp.json"
    results = mipsdsl.load(str(year), scaling_factor=0.5).run(path, measures=measures)
    (found,) = results.rows("submission")
    expected = quality(submission(year, "mvp"), measures, year) * 60 / 40

    assert abs(expected / 100 - Fraction(str(found["quality_score"]))) < Fraction(1, 10**8)
    assert found["final_score"] == results.rows("clinician")[0]["final_score"]


def test_a_subgroup_s_score_is_anybody_s_in_it(measures: Path) -> None:
    policy = mipsdsl.load("2024", scaling_factor=0.5)
    results = policy.run(FOLDER / "2024-subgroup.json", measures=measures)

    assert (
        results.rows("submission")[0]["final_score"]
        == (results.rows("clinician")[0]["final_score"])
    )


def test_the_size_of_a_practice_may_be_assumed(measures: Path) -> None:
    path = FOLDER / "2022-individual.json"
    asked = {"measures": measures, "outputs": ["submission.small_practice"]}
    policy = mipsdsl.load("2022")

    assert [False] == [row["small_practice"] for row in policy.run(path, **asked)]
    assert [True] == [
        row["small_practice"]
        for row in policy.run(path, **asked, assume={"eligible_clinicians": 3})
    ]


@pytest.mark.parametrize("year", [2019, 2026])
def test_a_document_says_its_year_and_is_explained(measures: Path, year: int) -> None:
    path = FOLDER / f"{year}-individual.json"
    asked = [str(path), "--measures", str(measures)]
    run = CliRunner().invoke(cli, ["run", *asked, "--format", "json"])
    told = CliRunner().invoke(cli, ["explain", *asked, "--set", "scaling_factor=0.5"])
    other = CliRunner().invoke(cli, ["run", str(year - 1), *asked])

    assert (0, 0, 3) == (run.exit_code, told.exit_code, other.exit_code), (
        run.output + told.output + other.output
    )
    assert year == json.loads(run.stdout)["year"]
    assert "payment_adjustment is " in told.stdout
    assert "quality weight" in told.stdout
    assert f"sent for {year}, and the rules are of {year - 1}" in other.stderr
