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


# --- what was not sent yet -----------------------------------------------------------------------

WITH_CATALOGUE = """\
rules for performance year 2017 paying 2019

choice weight_of = medium, high

record clinician key npi
    npi  text

record unit key unit_id
    unit_id     text
    npi         text
    sent        yesno
    activities  list of activity at most 10
    rates       list of rate at most 10

record activity key unit_id, activity_id
    unit_id      text
    activity_id  text
    days         optional count from 0 to 366
    catalogue    record activity_catalogue by activity_id

record rate key unit_id, measure_id, way
    unit_id     text
    measure_id  text
    way         text
    met         count from 0 to 100
    cases       count from 1 to 100
    known       record rate_catalogue by measure_id, way

record way_rate groups unit.rates by way at most 5

reference activity_catalogue key activity_id
    activity_id  text
    weight       weight_of

reference rate_catalogue key measure_id, way
    measure_id  text
    way         text

relation clinician.units list of unit by npi at most 5

ensure unit for each clinician where npi is not "0"
    matching npi from npi
    with sent no

rule activity.points: points from 0 points to 20 points =
    if (days default 0) < 90 then 0 points
    else if catalogue.weight is high then 20 points else 10 points

rule way_rate.points: points from 0 points to 100 points =
    100 points * (ratio of (sum of met over rates) to (sum of cases over rates) (when zero: 0))
    at most 100 points

rule unit.score: points from 0 points to 120 points =
    if not sent then 0 points
    else ((sum of points over activities) at most 20 points)
         + (highest points of way_rates default 0 points)

rule clinician.score: points from 0 points to 120 points = highest score of units default 0 points

changeable of activity = activity_id, days
changeable of rate = measure_id, way, met

usual activity days 90
usual rate met 40 cases 80
"""
FILES = {
    "clinician": "npi\n1\n2\n",
    "unit": "unit_id,npi,sent\nu1,1,yes\n",
    "activity": "unit_id,activity_id,days\nu1,A,120\n",
    "rate": "unit_id,measure_id,way,met,cases\nu1,M1,claims,30,60\n",
    "activity_catalogue": "activity_id,weight\nA,medium\nB,medium\nC,medium\nD,high\n",
    "rate_catalogue": "measure_id,way\nM1,claims\nM1,registry\nM2,claims\n",
}


@pytest.fixture
def sent(data):
    (data / "p.mips").write_text(WITH_CATALOGUE)
    for old in (data / "data").iterdir():
        old.unlink()
    for name, text in FILES.items():
        (data / "data" / f"{name}.csv").write_text(text)
    return data


def answers_of(data, npi, want, *more):
    found = whynot(data, npi, want, "--format", "json", *more)
    return json.loads(found.stdout)["answers"]


def test_one_more_activity_is_offered_with_those_that_do_as_well(sent) -> None:
    """10 points of the activity and 50 of the rate: ten are missing, whatever activity it is."""
    one = next(
        a for a in answers_of(sent, "1", "score >= 70") if a["changes"][0]["record"] == "activity"
    )
    change = one["changes"][0]

    assert {"unit_id": "u1", "activity_id": "B", "days": "120"} == change["adds"]
    assert [["C"], ["D"]] == change["or_instead"]
    assert "70 points" == one["outcome"]
    text = whynot(sent, "1", "score >= 70").stdout
    assert "unit u1: report one more activity, B (days 120); or instead C, D" in text


def test_one_more_rate_is_sent_as_well_as_is_needed(sent) -> None:
    """With 60 more in the denominator, claims reach 75% only if all 60 are met; a registry sooner."""
    answers = answers_of(sent, "1", "score >= 85", "--changes", "1")
    adds = [
        change["adds"] for answer in answers for change in answer["changes"] if "adds" in change
    ]

    assert {
        "unit_id": "u1",
        "measure_id": "M1",
        "way": "registry",
        "met": "45",
        "cases": "60",
    } in adds


def test_who_sent_nothing_is_told_to_send_something(sent) -> None:
    """The unit of the second clinician is in no file: it would be sent with what it holds."""
    answers = answers_of(sent, "2", "score > 0")
    kinds = {answer["changes"][0]["record"] for answer in answers}

    assert {"activity", "rate"} == kinds
    assert all("adds" in answer["changes"][0] for answer in answers)


def test_what_would_be_sent_counts_when_it_is(sent) -> None:
    """Each answer, written into the files, has the outcome that it was said to have."""
    for answer in answers_of(sent, "1", "score >= 70", "--changes", "1"):
        (change,) = answer["changes"]
        if "adds" not in change:
            continue
        file = sent / "data" / f"{change['record']}.csv"
        before = file.read_text()
        header = before.split("\n")[0].split(",")
        file.write_text(before + ",".join(change["adds"].get(x, "") for x in header) + "\n")

        assert answer["outcome"] in whynot(sent, "1", "score >= 70").stdout
        assert "that is so already" in whynot(sent, "1", "score >= 70").stdout
        file.write_text(before)


def test_two_more_activities_go_together(sent) -> None:
    (sent / "data" / "activity_catalogue.csv").write_text(
        "activity_id,weight\nA,medium\nB,medium\nC,medium\n"
    )
    (sent / "data" / "activity.csv").write_text("unit_id,activity_id,days\n")
    found = answers_of(sent, "1", "score >= 70", "--changes", "2")
    pairs = [{c["record"] for c in a["changes"]} for a in found if len(a["changes"]) > 1]

    assert {"activity"} in pairs
