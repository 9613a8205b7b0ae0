"""``mips whynot``: the smallest changes that reach an outcome, and nothing else."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mipsdsl.cli.main import cli

POLICY = """\
rules for performance year 2017 paying 2019

record clinician key npi
    npi       text
    attests   optional yesno                                     "attests to a query"
    age       count from 0 to 100
    measures  list of measure at most 10

record measure key npi, measure_id
    npi         text
    measure_id  text
    missed      count from 0 to 1,000

rule measure.points: points from 0 points to 10 points =
    (10 points - (missed * 0.1) * 1 point) at least 0 points

rule clinician.activities: percent from 0% to 100% = if attests default no then 100% else 0%

rule clinician.score: points from 0 points to 100 points =
    (sum of points over measures) + activities * 40 points at most 100 points
    rounded to 2 places half up

rule clinician.adjustment: percent from -4% to 4% =
    if score >= 50 points then 1% else if age > 90 then 1% else -4%

changeable of clinician = attests
changeable of measure = missed
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "p.mips").write_text(POLICY)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "clinician.csv").write_text("npi,attests,age\n1,no,40\n2,no,40\n3,yes,40\n")
    rows = [(1, "a", 60), (1, "b", 90), (2, "a", 100), (3, "a", 0)]
    text = "npi,measure_id,missed\n" + "".join(f"{n},{m},{x}\n" for n, m, x in rows)
    (folder / "measure.csv").write_text(text)
    return tmp_path


def whynot(data, npi, want, *more, code=0):
    asked = [
        "whynot",
        str(data / "p.mips"),
        str(data / "data"),
        "--npi",
        npi,
        "--want",
        want,
        *more,
    ]
    result = CliRunner().invoke(cli, asked)

    assert code == result.exit_code, result.output
    return result


def test_one_change_is_not_enough_and_two_are_drawn_back_to_the_least(data) -> None:
    """4 and 1 points: with the attestation 45, so that 5 points of measures are missing."""
    answers = json.loads(whynot(data, "1", "adjustment >= 0%", "--format", "json").stdout)[
        "answers"
    ]
    told = [{(x["key"][-1], x["name"], x["to"]) for x in answer["changes"]} for answer in answers]

    assert {("1", "attests", "yes"), ("a", "missed", "10")} in told
    assert {("1", "attests", "yes"), ("b", "missed", "40")} in told
    assert all(2 == len(each) for each in told)
    assert {"1%"} == {answer["outcome"] for answer in answers}


def test_what_is_not_declared_is_not_changed(data) -> None:
    """Another age would do; nobody can change it."""
    assert "age" not in whynot(data, "1", "adjustment >= 0%").stdout


def test_one_change_that_is_enough_comes_alone(data) -> None:
    output = whynot(data, "1", "score >= 13.9 points").stdout

    assert "1. measure 1 b: missed 1 instead of 90" in output
    assert "then score is 13.9 points" in output


def test_it_is_said_when_nothing_reaches_it(data) -> None:
    output = whynot(data, "2", "score >= 60 points", code=1).stdout

    assert "nothing within 2 changes reaches it" in output
    assert "attests (attests to a query) yes instead of no" in output
    assert "then score is 50 points" in output


def test_what_is_so_already_is_said(data) -> None:
    assert "that is so already" in whynot(data, "3", "adjustment is 1%").stdout


@pytest.mark.parametrize(
    ("want", "said"),
    [
        ("adjustment", "write an outcome and what it shall be"),
        ("adjustment >= much", "is no percent"),
        ("adjustmint >= 0%", "there is no output"),
    ],
)
def test_what_cannot_be_wanted_is_said(want, said, data) -> None:
    assert said in whynot(data, "1", want, code=2).stderr


def test_a_year_says_what_a_clinician_can_change() -> None:
    from mipsdsl.pipeline import compile_policy, read_sources

    declared = dict(compile_policy(read_sources("2019")).changeable)

    assert {"promoting_interoperability_score", "quality_score"} <= set(declared["submission"])
    assert "interoperability_measure" in declared


def test_what_is_no_field_cannot_be_declared_changeable(data) -> None:
    path = data / "p.mips"
    path.write_text(POLICY.replace("= attests", "= npi, atests"))
    found = CliRunner().invoke(cli, ["check", str(path)]).stderr

    assert 2 == found.count("that can be changed")
    assert "`attests` is near" in found
