"""What can be asked of a run, and what is said when it cannot be had."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mipsdsl.cli.main import cli
from mipsdsl.data import fetch

BARE = """\
rules for performance year 2017 paying 2019

record clinician key npi
    npi      text
    charges  money

rule clinician.low: yesno = charges <= $30,000
"""

CATALOGUE = """\
rules for performance year 2017 paying 2019

record activity key npi, activity_id
    npi          text
    activity_id  text
    improvement  optional record activity_catalogue by activity_id

reference activity_catalogue key activity_id
    activity_id  text
    title        optional text

rule activity.known: yesno "in the catalogue" = improvement is given
"""


@pytest.fixture
def bare(tmp_path):
    path = tmp_path / "bare.mips"
    path.write_text(BARE, encoding="utf-8")
    (tmp_path / "clinician.csv").write_text("npi,charges\n1,20000\n", encoding="utf-8")
    return path, tmp_path / "clinician.csv"


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "catalogue.mips"
    path.write_text(CATALOGUE, encoding="utf-8")
    (tmp_path / "activity.csv").write_text("npi,activity_id\n1,IA_AHE_1\n", encoding="utf-8")
    return path, tmp_path / "activity.csv"


def _published(folder):
    for name, content in {
        "benchmarks/2017.json": [],
        "measures/2017/measures-data.json": [
            {"category": "ia", "measureId": "IA_AHE_1", "title": "Engagement", "weight": "high"}
        ],
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_outputs_are_had_by_name_from_a_policy_without_results(mips, bare):
    assert "npi,low\n1,yes\n" == mips("run", *bare, "--outputs", "low").stdout


def test_a_policy_without_results_says_how_to_ask(mips, bare):
    stderr = mips("run", *bare, code=2).stderr

    assert "no record in the data has results" in stderr
    assert "name what to compute with `--outputs`" in stderr


def test_a_catalogue_that_is_missing_is_said_with_both_cures(mips, catalogue):
    stderr = mips("run", *catalogue, "--outputs", "known", code=2).stderr

    assert "`--measures DIR`" in stderr
    assert "`mips data get 2017`" in stderr
    assert "`--measures 2017`" in stderr


def test_a_folder_of_catalogues_gives_them(mips, catalogue, tmp_path):
    folder = _published(tmp_path / "published")
    result = mips("run", *catalogue, "--outputs", "known", "--measures", folder)

    assert "1,IA_AHE_1,yes\n" in result.stdout


def test_a_year_stands_for_the_folder_that_was_fetched(mips, catalogue):
    _published(fetch.kept())
    result = mips("run", *catalogue, "--outputs", "known", "--measures", "2017")

    assert "1,IA_AHE_1,yes\n" in result.stdout


def test_a_year_that_was_not_fetched_is_said(mips, catalogue):
    stderr = mips("run", *catalogue, "--measures", "2017", code=2).stderr

    assert "were not fetched yet" in stderr
    assert "`mips data get 2017`" in stderr
    assert "not 1999" in mips("run", *catalogue, "--measures", "1999", code=2).stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("-o", "x.foo"), "files named `.foo` are not written"),
        (("--shard", "5/3", "-o", "parts"), "--shard 5/3: write 1/4"),
        (("--shard", "1/3"), "--shard writes a folder"),
        (("--shard", "1/3", "-o", "parts", "--suppress-below", "11"), "when you merge"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(asked, said, tmp_path) -> None:
    """The data are not there, which nobody has looked for yet."""
    result = CliRunner().invoke(cli, ["run", "2017", str(tmp_path / "nothing.csv"), *asked])

    assert 2 == result.exit_code
    assert said in result.stderr
