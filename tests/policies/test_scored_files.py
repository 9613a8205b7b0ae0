"""A flat file of category scores is enough for the final score, in every year.

The expected points are the weights of the year (42 CFR 414.1380(c)) times the scores, by hand.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mipsdsl.cli.main import cli

SCORES = """\
npi,clinician_type,charges_1,patients_1,quality_score,cost_score,improvement_activities_score,{last}
1000000004,physician,$200000,500,85%,70%,100%,95%
1000000012,physician,$200000,500,45%,60%,50%,
"""
INTEROPERABILITY = "promoting_interoperability_score"
YEARS = {
    2017: ("89.75", "45.75"),
    2018: ("88.25", "47.25"),
    2019: ("87.5", "48"),
    2020: ("87.5", "48"),
    2021: ("86.75", "48.75"),
    **dict.fromkeys(range(2022, 2027), ("85.25", "50.25")),
}
"""The final scores of both rows: all four categories, and promoting interoperability not scored."""


def run(year: int, path: Path, *args: str) -> Result:
    """Return what a run of one file prints."""
    return CliRunner().invoke(cli, ["run", str(year), str(path), *args])


def scored(year: int, folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Write the flat file of a year and return where it is."""
    last = "advancing_care_information_score" if year == 2017 else INTEROPERABILITY
    rows = list(csv.DictReader(SCORES.format(last=last).splitlines()))
    for row in rows:
        row["services_1"] = "" if year == 2017 else "500"
        row["small_practice"] = "no"
    names = [name for name in rows[0] if name not in without]
    path = folder / "scored.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("year", YEARS)
def test_scores_of_the_categories_give_the_final_score(year: int, tmp_path: Path) -> None:
    path = scored(year, tmp_path, without=("services_1",) if year == 2017 else ())
    outputs = "final_score,payment_adjustment"
    result = run(year, path, "--outputs", outputs, "--set", "scaling_factor=0.005")
    assert 0 == result.exit_code, result.output
    rows = list(csv.DictReader(result.stdout.splitlines()))

    assert list(YEARS[year]) == [row["final_score"] for row in rows]
    assert all(row["payment_adjustment"] for row in rows)


@pytest.mark.parametrize("year", YEARS)
def test_a_score_that_is_not_given_needs_measures_and_catalogues(year: int, tmp_path: Path) -> None:
    path = scored(year, tmp_path, without=("quality_score",))
    result = run(year, path, "--outputs", "final_score")

    assert 2 == result.exit_code, result.output
    assert "there are no data of `quality_measure`" in result.output
    assert "CMS's catalogues are missing" in result.output or year < 2023


@pytest.mark.parametrize("year", [2019, 2023, 2026])
def test_a_hospital_that_is_named_must_be_in_the_catalogue(year: int, tmp_path: Path) -> None:
    path = scored(year, tmp_path)
    text = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{text[0]},ccn,facility_based", *(f"{line},100001,yes" for line in text[1:])]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = run(year, path, "--outputs", "submission.facility_quality_score")

    assert "there are no data of `facility`" in result.output
