"""Who moves between two policies of a user's own, how much, and what did it."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve

from mipsdsl.data.bulk.workspace import workspace
from mipsdsl.data.options import ReadOptions
from mipsdsl.diff.laws import Laws, laws_of
from mipsdsl.impact.attribute import EVERYTHING, why
from mipsdsl.impact.people import crowd, edges_of, population
from mipsdsl.large.world import read_world
from mipsdsl.library import read_sources
from mipsdsl.scoring import planned
from mipsdsl.whatif.large import ManyPeople
from tests.diff.comparing import on_the_way

HEAD = """\
rules for performance year 2030 paying 2032
title "a year"
source [a rule] published 2029-11-01
record clinician key npi
    npi     text
    came  date
    paid    money from $0 to $1,000,000
    score   points from 0 points to 100 points
    small   yesno
results of clinician = eligible, score_shown, adjustment, payment
"""
RULES = """\
rule clinician.score_shown: points "score" = score [a rule]
rule clinician.eligible: yesno "eligible" = {eligible} [a rule]
rule clinician.new_here: yesno =
    came is within January 1 of performance year to December 31 of performance year [a rule]
"""
MONEY = """\
parameter threshold = {threshold} points [a rule]
parameter largest = {most} [a rule]
population factor: number from 0 to 3 =
    ratio of (sum of paid over clinicians where eligible and score < threshold)
          to (sum of paid over clinicians where eligible and score >= threshold) (when zero: 0)
    at most 3
    rounded to 2 places down
    [a rule]
rule clinician.adjustment: percent from -10% to 30% = {adjustment} [a rule]
rule clinician.payment: money = paid * (100% + adjustment) [a rule]
"""
ADJUSTMENT = "if not eligible then 0% else if score < threshold then -largest else largest * factor"
BEFORE = {"eligible": "not new_here", "threshold": "30", "most": "4%", "adjustment": ADJUSTMENT}
AFTER = {
    "eligible": "not new_here and paid >= $20,000",
    "threshold": "60",
    "most": "6%",
    "adjustment": ADJUSTMENT,
}
PEOPLE = """\
npi,came,paid,score,small
1000000012,2020-05-01,100000,80,no
1000000020,2020-05-01,50000,45,yes
1000000038,2020-05-01,10000,20,yes
1000000046,{year}-05-01,70000,20,no
1000000053,2019-05-01,30000,10,no
"""


def policy(folder: Path, said: dict[str, str], year: int = 2030) -> Path:
    folder.mkdir()
    head = HEAD.replace("2030", str(year)).replace("2032", str(year + 2))
    (folder / "people.mips").write_text(head + RULES.format(**said), encoding="utf-8")
    (folder / "money.mips").write_text(MONEY.format(**said), encoding="utf-8")
    return folder


@pytest.fixture
def sides(tmp_path):
    return policy(tmp_path / "old", BEFORE), policy(tmp_path / "new", AFTER, 2031)


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "clinician.csv"
    path.write_text(PEOPLE.format(year=2030), encoding="utf-8")
    return path


def test_who_moves_and_which_file_did_it(mips, sides, people):
    said = mips("diff", *sides, "--people", people, "--by", "small")
    text = " ".join(said.stdout.split())

    assert "~ parameter threshold 30 points → 60 points" in text
    assert "days are those of performance year 2030 under both" in text
    assert "eligible: no 1 → 2, yes 4 → 3 1 of 5 move: yes → no 1" in text
    assert "adjustment: reduction 2 → 2, neutral 1 → 2, raise 2 → 1" in text
    assert "raise → reduction 1, reduction → neutral 1" in text
    assert "how many are eligible share alone last in people -1.0 -1 -1 4 → 3 -1" in text
    assert "factor 0.26 0.8" in text


def test_layers_are_shown_as_asked(mips, sides, people):
    only = mips("diff", *sides, "--people", people, "--layers", "why").stdout

    assert "5 why" in only
    assert "4 how many" not in only
    assert "→ 60 points" not in only
    assert "it knows text, proof" in mips("diff", *sides, "--layers", "x", code=2).stderr


def test_what_is_said_wrongly_is_said_so(mips, sides, people):
    assert "--people says whom" in mips("diff", *sides, people, code=2).stderr
    both = mips("diff", *sides, "--people", people, "--sample", "5", code=2)
    assert "not both" in both.stderr
    assert "how many clinicians" in mips("diff", *sides, "--sample", "few", code=2).stderr
    by = mips("diff", *sides, "--people", people, "--by", "nothing", code=2)
    assert "there is no `nothing`" in by.stderr


def test_what_the_data_lack_is_left_out_by_name(mips, sides, people):
    rows = [line.split(",") for line in people.read_text(encoding="utf-8").splitlines()]
    people.write_text("\n".join(",".join((r[0], r[1], r[2], r[4])) for r in rows), encoding="utf-8")
    said = mips("diff", *sides, "--people", people, "--layers", "people,why", "--by", "small")
    text = " ".join(said.stdout.split())

    assert "left out:" in text
    assert "`clinician.score` is not in the data" in text
    assert "eligible: no 1 → 2" in text
    assert "how many are eligible share" in text
    assert "sum of raises share" not in text


# --- laws ----------------------------------------------------------------------------------------


@pytest.fixture
def found(sides):
    old, new = sides
    return on_the_way(read_sources(str(old)), read_sources(str(new)))


def with_people(laws: Laws, path: Path):
    with workspace() as space:
        one = laws.merged.program if laws.merged is not None else laws.new
        large = read_world(space.connection, one, [path], ReadOptions())
        yield crowd(laws, ManyPeople(large), "five")


@pytest.fixture
def five(found, people):
    yield from with_people(laws_of(found, 2030), people)


def test_attributions_add_up_and_their_ends_are_what_is_counted(five, found):
    seen, reasons = population(five), why(five, found)

    assert {"people", "money"} == set(reasons.groups)
    for each in reasons.attributions:
        assert each.orders * (each.after - each.before) == sum(x.shapley for x in each.effects)
    counted = {each.measure: (each.before, each.after) for each in reasons.attributions}
    whole = seen.outcomes["eligible"].whole
    assert (whole.before("yes"), whole.after("yes")) == counted["how many are eligible"]
    whole = seen.outcomes["adjustment"].whole
    moved = counted["sum of reductions"], counted["sum of raises"]
    before, after = whole.money["payment"]
    assert after - before == sum(one[1] - one[0] for one in moved)
    assert counted["sum of reductions"][0] == -(1_000_000 + 3_000_000) * 4 // 100


def test_a_law_in_between_is_what_the_engine_makes_of_it(five):
    runs = five.new
    law = runs.law
    for on in (
        frozenset({"people"}),
        frozenset[str](),
        frozenset({"money"}),
        frozenset(law.switches),
    ):
        said = {**runs.said, **{item: group in on for group, item in law.switches.items()}}
        targets = [("", each.item) for each in runs.measures]
        world, plan = planned(runs.world, targets, said)
        ran = five.people.run(world, plan, said)
        assert runs.measured(on) == tuple(ran.populations[each.item] for each in runs.measures)


def test_laws_that_are_no_one_program_are_one_group(found, people):
    laws = evolve(laws_of(found, 2030), merged=None, apart="rows of clinician have another key")
    together = None
    for each in with_people(laws, people):
        together = why(each, found)
        seen = population(each)
    assert together is not None
    assert [EVERYTHING] == list(together.groups)
    assert "another key" in together.together
    for each in together.attributions:
        assert [each.after - each.before] == [x.shapley for x in each.effects]
    whole = seen.outcomes["eligible"].whole
    assert (4, 3) == (whole.before("yes"), whole.after("yes"))


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-5, 5), (3, 97), (0, 10**14), (-900, 27_00)])
def test_bins_hold_all_values(low, high):
    edges = edges_of(low, high)

    assert edges[0] <= low
    assert high <= edges[-1]
    assert len(edges) <= 14
    assert 1 == len({b - a for a, b in pairwise(edges)})


def test_a_file_and_its_past_are_compared(mips, sides, monkeypatch):
    folder, new = sides
    monkeypatch.chdir(folder.parent)
    for args in (
        ["init", "-q"],
        ["add", "old"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *args], check=True)
    text = (new / "money.mips").read_text(encoding="utf-8")
    (folder / "money.mips").write_text(text, encoding="utf-8")

    said = mips("diff", "old", "--against", "git:HEAD").stdout
    assert "parameter threshold   30 points → 60 points" in said
    assert "leave B out" in mips("diff", "old", "old", "--against", "git:HEAD", code=2).stderr
    assert "write a revision" in mips("diff", "old", "--against", "HEAD", code=2).stderr
    assert "no file" in mips("diff", "2018", "--against", "git:HEAD", code=2).stderr
