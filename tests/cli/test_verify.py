"""``mips verify``: what is proved, what is refuted and by whom, and what it says of the rest."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

import pytest

pytest.importorskip("z3")

POLICY = """\
rules for performance year 2017 paying 2019
title "claims"
source [81 FR 77008] published 2016-11-04

record clinician key npi
    npi     text                                   "identifier"
    score   points from 0 points to 100 points     "score"
    out     yesno                                  "out"
    new     yesno                                  "new"
    visits  list of visit at most 50

record visit key npi, number
    npi     text                "identifier"
    number  count from 0 to 999 "number"
    cost    money from $0 to $1,000 "cost"

parameter threshold = 3 points [42 CFR 1]

rule clinician.sent: count = count of visits [42 CFR 1]
rule clinician.spent: money = sum of cost over visits [42 CFR 1]

rule clinician.paid: percent = 4% [42 CFR 1]
    except 0% when out because "out" [42 CFR 1]
    except 0% when new because "new" [42 CFR 1]

rule clinician.bonus: percent =
    if score < threshold then -4% else if score < 2 points then 1% else 0%
    [42 CFR 1]

claim "nobody loses" for clinician: always bonus >= 0% [42 CFR 5] [SSA 6]
claim "a better score is never worse" for clinician: raising score never lowers bonus
claim "who is out has nothing" for clinician: always paid is 0% when out
claim "no visits, no money" for clinician: always spent is $0 when sent is 0
claim "three visits cost a thousand at most" for clinician: always spent <= $3,000 when sent <= 3
claim "fifty visits cost fifty thousand" for clinician: always spent <= $49,999
"""

SOUND = "\n".join(line for line in POLICY.splitlines() if "nobody loses" not in line).replace(
    " else if score < 2 points then 1%", ""
)


@pytest.fixture
def unsound(tmp_path):
    path = tmp_path / "unsound.mips"
    path.write_text(POLICY, encoding="utf-8")
    return path


def results(mips, path, *args, code=0):
    text = mips("verify", path, "--format", "json", "--jobs", "1", *args, code=code).stdout
    return {each["name"].split(" (")[0]: each for each in json.loads(text)["results"]}


def test_a_refuted_claim_shows_a_person_and_fails(mips, unsound):
    told = results(mips, unsound, "-k", "nobody loses", code=1)["nobody loses"]

    assert told["verdict"] == "refuted"
    assert "bonus -4%" in told["said"]
    assert "score " in told["said"]


def test_a_claim_is_shown_with_what_it_cites(mips, unsound):
    args = ("verify", unsound, "-k", "nobody loses", "--jobs", "1")
    text = mips(*args, code=1).stdout
    (told,) = results(mips, unsound, "-k", "nobody loses", code=1).values()
    case = Xml.fromstring(mips(*args, "--format", "junit", code=1).stdout).find(".//testcase")

    assert "nobody loses [unsound.mips:30] [42 CFR 5] [SSA 6]" in text
    assert ["42 CFR 5", "SSA 6"] == told["citations"]
    assert case is not None
    assert ["42 CFR 5", "SSA 6"] == [x.get("value") for x in case.iter("property")]


def test_what_lists_decide_is_proved_up_to_a_bound_that_is_said(mips, unsound):
    told = results(mips, unsound, "-k", "fifty", "--rows", "2")["fifty visits cost fifty thousand"]

    assert told["verdict"] == "proved up to a bound"
    assert told["said"] == "up to 2 rows in clinician.visits"


def test_a_claim_that_a_longer_list_breaks_is_refuted_when_lists_may_be_longer(mips, unsound):
    text = unsound.read_text().replace("spent <= $49,999", "spent <= $2,000")
    unsound.write_text(text)

    assert results(mips, unsound, "-k", "fifty", "--rows", "2")
    told = results(mips, unsound, "-k", "fifty", "--rows", "3", code=1)
    assert told["fifty visits cost fifty thousand"]["verdict"] == "refuted"


def test_a_case_that_never_applies_is_found(mips, unsound):
    told = mips("verify", unsound, "-k", "clinician.bonus", "--jobs", "1", code=1).stdout

    assert "1 shown, 1 never" in told
    assert "nobody ever comes to this case" in told


def test_a_case_that_an_exception_for_everybody_hides_is_meant(mips, tmp_path):
    path = tmp_path / "relief.mips"
    relief = """
parameter relief_until = 2017-12-31 [42 CFR 1]
rule clinician.sick: yesno = out [42 CFR 1]
    except yes when January 1 of performance year <= relief_until because "a flood" [42 CFR 1]
rule clinician.price: percent = if not sick then 2% else 1% [42 CFR 1]
"""
    path.write_text(SOUND + relief, encoding="utf-8")

    told = results(mips, path, "-k", "clinician.price")["clinician.price"]

    assert told["said"] == "never as long as everybody is excepted: a flood"


def test_a_sound_policy_is_well_and_each_question_is_listed(mips, tmp_path):
    path = tmp_path / "sound.mips"
    path.write_text(SOUND, encoding="utf-8")

    told = mips("verify", path, "--jobs", "1").stdout

    assert "claims: 2 proved, 3 proved up to a bound" in told
    assert "0 refuted, 0 not decided" in told


def test_what_is_not_decided_in_time_is_said_to_be_unknown(mips, unsound, monkeypatch):
    from mipsdsl.verify import judge

    monkeypatch.setattr(judge, "ROUNDS", 0)

    told = results(mips, unsound, "-k", "who is out", code=4)["who is out has nothing"]
    assert told["verdict"] == "unknown"
    assert told["said"]


def test_verdicts_are_kept_until_a_rule_behind_them_changes(mips, unsound, monkeypatch):
    results(mips, unsound, "-k", "who is out")
    from mipsdsl.verify import run

    def answered(program, limits, asked, todo, examples):
        assert not todo, "asked again"
        return iter(())

    monkeypatch.setattr(run, "_answered", answered)
    results(mips, unsound, "-k", "who is out")
    unsound.write_text(unsound.read_text().replace("score < 2 points", "score < 1 point"))
    results(mips, unsound, "-k", "who is out")


def test_a_missing_solver_is_said_with_what_to_install(mips, unsound, monkeypatch):
    from mipsdsl.cli import verify

    monkeypatch.setattr(verify, "find_spec", lambda _: None)

    assert "pip install 'mipsdsl[verify]'" in mips("verify", unsound, code=5).output


def test_what_is_proved_of_one_year_is_not_proved_again_of_another(mips, unsound, monkeypatch):
    results(mips, unsound, "-k", "who is out")
    from mipsdsl.verify import run

    asked = []

    def answered(program, limits, every, todo, examples):
        asked.extend(todo)
        return iter(())

    monkeypatch.setattr(run, "_answered", answered)
    later = unsound.with_name("later.mips")
    text = unsound.read_text().replace("year 2017 paying 2019", "year 2018 paying 2020")
    later.write_text(text.replace("sum of cost over visits", "sum of cost over visits at most $9"))
    results(mips, later, "-k", "who is out")
    assert asked == []

    later.write_text(text.replace("paid: percent = 4%", "paid: percent = 5%"))
    mips("verify", later, "-k", "who is out", code=1)
    assert asked


RATIOS = """\
rules for performance year 2017 paying 2019
title "ratios"
source [81 FR 77008] published 2016-11-04

record clinician key npi
    npi     text
    rate    number from 0 to 100
    before  percent from 1% to 100%
    now     percent from 0% to 100%
    starts  list of number at most 10

rule clinician.gain: percent =
    10% * ratio of (now - before) to before (when zero: 0%) at least 0% at most 10%
    [42 CFR 1]
rule clinician.decile: number from 0 to 10 = position of rate on starts from 1 rising [42 CFR 1]
rule clinician.points: points = 1 point * decile at least 3 points at most 10 points [42 CFR 1]

claim "who was better before gains less" for clinician: raising before never raises gain
claim "at least three" for clinician: always points >= 3 points
claim "three is all" for clinician: always points <= 3 points
"""


@pytest.fixture
def ratios(tmp_path):
    path = tmp_path / "ratios.mips"
    path.write_text(RATIOS, encoding="utf-8")
    return path


def test_a_quotient_of_two_unknowns_is_known_to_fall_with_its_divisor(mips, ratios):
    told = results(mips, ratios, "-k", "who was better")["who was better before gains less"]
    assert told["verdict"] == "proved"


def test_a_place_between_two_starts_is_looked_at_only_where_it_matters(mips, ratios):
    told = results(mips, ratios, "-k", "at least three")["at least three"]
    assert told["verdict"] == "proved"
    told = results(mips, ratios, "-k", "three is all", code=1)["three is all"]
    assert told["verdict"] == "refuted"


def test_somebody_is_found_by_chance_where_there_are_many(unsound):
    from mipsdsl.cli import policies
    from mipsdsl.verify.chance import somebody
    from mipsdsl.verify.questions import Asked, Kind, questions

    _, program = policies.compiled(str(unsound))
    cases = [x for x in questions(program) if isinstance(x, Asked) and x.kind is Kind.CASE]
    wanted = {number: each.question for number, each in enumerate(cases)}
    never = set(wanted) - set(somebody(program, wanted, 2017))

    assert len(never) == 1, "a score that is under two and not under three"
    assert "clinician.bonus" in cases[never.pop()].name


MEANS = """\
rules for performance year 2017 paying 2019
title "means of the nation"
source [81 FR 77008] published 2016-11-04

record clinician key npi
    npi   text
    risk  number from 0 to 20

parameter mean: percent from 0% to 100%     = to be given [42 CFR 1]
parameter spread: number from 0.01 to 20    = to be given [42 CFR 1]

rule clinician.distance: number = risk / spread [42 CFR 1]

claim "a mean is all or nothing" for clinician: always not (mean >= 10% and mean <= 90%)
claim "a distance is small" for clinician: always distance <= 1,000
claim "a distance is what can be" for clinician: always distance <= 2,000
"""


def test_what_is_to_be_given_can_be_all_that_it_is_declared_to_be_and_nothing_else(mips, tmp_path):
    path = tmp_path / "means.mips"
    path.write_text(MEANS, encoding="utf-8")
    told = results(mips, path, code=1)

    assert told["a mean is all or nothing"]["verdict"] == "refuted"
    assert told["a distance is small"]["verdict"] == "refuted"
    assert told["a distance is what can be"]["verdict"] == "proved"


RARE = """
rule clinician.odd: percent = if score is 61.37 points and spent is $777.77 then 1% else 2% [42 CFR 1]

example "a rare clinician"
    given the clinician npi "1" score 61.37 points out no new no
    given the visit npi "1" number 1 cost $777.77
    expect odd 1%

example "a result that is given"
    given the clinician npi "1" score 61.37 points out no new no spent $777.77
    expect odd 1%
"""


def rare(text):
    """Return the question of the rare case, and those whom the examples tell of."""
    from mipsdsl.pipeline import compile_policy
    from mipsdsl.source import Source
    from mipsdsl.testing.told import told
    from mipsdsl.verify.questions import Kind, questions
    from mipsdsl.verify.shown import shown

    sources = [Source("rare.mips", text)]
    program = compile_policy(sources)
    case = next(x for x in questions(program) if x.kind is Kind.CASE and "odd" in x.name)
    return shown(program, {7: case.question}, told(sources))


def test_who_is_in_an_example_need_not_be_looked_for():
    assert rare(SOUND + RARE) == {7: "the example “a rare clinician”"}


def test_of_an_example_that_gives_a_result_that_is_said():
    given = SOUND + RARE.replace("number 1 cost $777.77", "number 1 cost $777.76")

    assert rare(given) == {7: "the example “a result that is given”, given spent"}


def test_an_example_of_somebody_else_shows_nothing():
    assert rare(SOUND + RARE.replace("score 61.37 points", "score 61.38 points")) == {}


def test_a_parameter_that_an_example_shows_has_an_effect_whatever_the_example_is_called():
    from mipsdsl.verify.judge import Verdict
    from mipsdsl.verify.questions import UNREAD, Kind
    from mipsdsl.verify.report import Result

    said = ("the example “who sends nothing”", UNREAD)
    found = [Result(Kind.PARAMETER, "size", Verdict.REFUTED, True, x, None) for x in said]

    assert [each.is_without_effect for each in found] == [False, True]
