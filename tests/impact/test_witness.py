"""The smallest clinicians for whom an outcome differs, replayed and saved as tests."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mipsdsl.data.tables import DataError
from mipsdsl.diff.laws import laws_of, year_of
from mipsdsl.impact.answers import Witness
from mipsdsl.impact.candidates import Candidates
from mipsdsl.impact.kinds import kinds
from mipsdsl.impact.law import People
from mipsdsl.impact.save import save_tests
from mipsdsl.impact.shrink import Shrinker
from mipsdsl.impact.trial import Trial, trial
from mipsdsl.impact.witness import Case, cases, witnesses
from mipsdsl.pipeline import analyse, compile_policy
from mipsdsl.source import Source
from mipsdsl.testing import run_tests
from tests.diff.comparing import on_the_way
from tests.impact.small import POLICY, changed

HIGHER = changed(("threshold = 30", "threshold = 45"))


def tried(old: str, new: str) -> Trial:
    """Return the people that are tried under two texts."""
    sources = (Source("small.mips", old),), (Source("small.mips", new),)
    difference = on_the_way(*sources)
    return trial(difference, laws_of(difference, year_of(difference.new)), sources)


def by_kind(found: tuple[Witness, ...], name: str) -> dict[str, Witness]:
    """Return the witnesses of an output by their kind."""
    return {each.kind: each for each in found if each.name == name}


def test_nobody_differs_under_a_policy_and_itself() -> None:
    assert () == witnesses(tried(POLICY, POLICY))


def test_a_higher_threshold_turns_a_reward_into_a_penalty() -> None:
    found = by_kind(witnesses(tried(POLICY, HIGHER)), "adjustment")

    assert ["reward → penalty"] == list(found)
    witness = found["reward → penalty"]
    assert {"npi", "score"} == set(witness.tables["clinician"][0])
    assert "adjustment is 9%" in witness.explained[0]
    assert "adjustment is -9%" in witness.explained[1]


def test_the_kinds_come_from_what_an_output_is() -> None:
    program = tried(POLICY, POLICY).laws.new
    items = {item.name: item for item in program.items}
    whole = 10**12

    assert ["out → in"] == list(kinds(items["eligible"], False, True))
    assert ["in → out"] == list(kinds(items["eligible"], True, False))
    assert ["reward → penalty", "largest loss"] == list(
        kinds(items["adjustment"], whole // 100, -whole // 100)
    )
    assert ["neutral → reward", "largest gain"] == list(kinds(items["adjustment"], 0, 1))
    assert ["largest gain"] == list(kinds(items["final"], 0, 5 * whole))
    assert [] == list(kinds(items["final"], 5, 5))


def test_no_single_value_of_a_witness_can_be_as_usual_and_no_row_be_gone() -> None:
    new = changed(("threshold = 30", "threshold = 45"), ("rural then 5", "rural then 4"),
                  ("low_charges = $30,000", "low_charges = $90,000"))  # fmt: skip
    found = tried(POLICY, new)
    shrinker = Shrinker(found.candidates)

    told = cases(found)
    assert len(told) >= 4
    for case in told:
        assert is_still(found, case, case.people)
        for record, number, name in shrinker.unusual(case.people):
            rows = {of: [dict(row) for row in x] for of, x in case.people.rows.items()}
            rows[record][number][name] = shrinker.usual(record, name)
            assert not is_still(found, case, People(rows, case.people.populations))


def is_still(found: Trial, case: Case, people: People) -> bool:
    """Return whether the interpreter sees the kind of change of a case, as large, in other people."""
    values = []
    for law in found.both:
        engine = law.interpreter(people)
        rows = [x for x in engine.store.rows["clinician"] if engine.store.key(x) == case.key]
        values.append(engine.value(rows[0], case.target[1]))
    item = next(x for x in found.laws.new.items if (x.record, x.name) == case.target)
    kind = case.witness.kind
    if kind not in kinds(item, values[0], values[1]):
        return False
    moved, was = (abs(Fraction(int(b or 0)) - int(a or 0)) for a, b in (values, case.values))
    return "largest" not in kind or moved >= was


def test_rows_and_values_that_do_not_matter_are_taken_away() -> None:
    found = tried(POLICY, HIGHER)
    many = [
        {"npi": str(n), "kind": "dentist", "charges": 9_999_900, "score": 350_000, "rural": False,
         "waived": True, "began": None}
        for n in range(30)
    ]  # fmt: skip
    found.seen.clear()
    found.look([People({"clinician": many})])

    (witness,) = witnesses(found)
    assert 1 == len(witness.tables["clinician"])
    assert {"npi", "score"} == set(witness.tables["clinician"][0])


def test_numbers_are_round_and_near_to_what_is_usual() -> None:
    shrinker = Shrinker(tried(POLICY, HIGHER).candidates)
    row = {**shrinker.candidates.usual.rows["clinician"][0], "charges": 7_654_321, "score": 478_900}
    people = People({"clinician": [row]}, {})
    focus = ("clinician", (row["npi"],))

    def shrunk_while(holds: Callable[[int, int], bool]) -> tuple[object, object]:
        def good(of: People) -> bool:
            return any(
                isinstance(x["charges"], int) and isinstance(x["score"], int)
                and holds(x["charges"], x["score"])
                for x in of.rows["clinician"]
            )  # fmt: skip

        (found,) = shrinker.shrunk(people, focus, good).rows["clinician"]
        return found["charges"], found["score"]

    usual = shrinker.usual("clinician", "score")
    assert (7_700_000, usual) == shrunk_while(lambda charges, _: 7_000_000 < charges < 7_900_000)
    assert (8_000_000, usual) == shrunk_while(lambda charges, _: charges < 9_000_000)
    assert (9_800_000, usual) == shrunk_while(lambda charges, _: charges < 9_900_000)
    assert (7_654_321, usual) == shrunk_while(lambda charges, _: charges == 7_654_321)


def test_a_part_that_is_made_rounder_stays_no_greater_than_the_whole() -> None:
    text = (
        'rules for performance year 2017 paying 2019\ntitle "parts"\nrecord measure key id\n'
        "    id text\n    met count from 0 to 10,000\n    cases count from 0 to 10,000\n"
    )
    program = compile_policy([Source("parts.mips", text)])
    row = {"id": "m", "met": 1_123, "cases": 1_151}
    shrinker = Shrinker(Candidates(program, People({}, {})))

    def more_than_nine_tenths(of: People) -> bool:
        return all(10 * x["met"] > 9 * x["cases"] > 9_000 for x in of.rows["measure"])  # type: ignore[operator]

    found = shrinker.shrunk(
        People({"measure": [row]}, {}), ("measure", ("m",)), more_than_nine_tenths
    )

    assert {"measure": [{"id": "m", "met": 1_100, "cases": 1_200}]} == found.rows


def test_saved_tests_pass_under_each_policy_and_fail_under_the_other(tmp_path: Path) -> None:
    found = tried(POLICY, HIGHER)
    paths = save_tests(witnesses(found), found, tmp_path / "people.mips")

    assert ["people.new.mips", "people.old.mips"] == sorted(path.name for path in paths)
    for path, text, passes in (
        (paths[0], POLICY, True), (paths[1], HIGHER, True), (paths[0], HIGHER, False),
    ):  # fmt: skip
        both = (Source("small.mips", text), Source("people.mips", path.read_text("utf-8")))
        outcomes = [x for x in run_tests(analyse(both)).outcomes if x.name.startswith("W")]
        assert outcomes
        assert passes is all(outcome.passed for outcome in outcomes)


def test_saved_tests_are_written_both_or_not_at_all(tmp_path: Path) -> None:
    found = tried(POLICY, HIGHER)
    (tmp_path / "people.new.mips").mkdir()

    with pytest.raises(DataError, match="folder"):
        save_tests(witnesses(found), found, tmp_path / "people.mips")
    assert ["people.new.mips"] == [path.name for path in tmp_path.iterdir()]


def test_who_was_renamed_is_told_in_the_names_of_each_year(tmp_path: Path) -> None:
    base = changed(("rules for", "rules for"))
    renamed = HIGHER.replace("clinician.adjustment", "clinician.change").replace(
        "final, new, adjustment", "final, new, change"
    ).replace("|| adjustment", "|| change")  # fmt: skip
    found = tried(base, renamed)
    old, new = save_tests(witnesses(found), found, tmp_path / "people.mips")

    assert "expect adjustment 9%" in old.read_text("utf-8")
    assert "expect change -9%" in new.read_text("utf-8")


def test_what_cannot_be_computed_does_not_differ() -> None:
    open_ = changed(
        ("parameter threshold = 30 points", "parameter threshold: points = to be given"),
    )
    found = tried(POLICY, open_)

    assert () == tuple(x for x in witnesses(found) if x.name == "adjustment")


def test_of_money_the_direction_is_a_kind_and_no_amount_the_largest() -> None:
    rule = "rule clinician.paid: money from $0 to $1,000,000 = (charges default $0) [42 CFR 7]"
    new = POLICY.replace("results of", f"{rule}\n\nresults of").replace(
        "= eligible", "= paid, eligible"
    )
    item = next(x for x in tried(new, new).laws.new.items if x.name == "paid")

    assert ["loss"] == list(kinds(item, 200, 100))
    assert ["gain"] == list(kinds(item, 100, 200))


def test_results_of_other_records_of_one_row_are_shown_with_their_record() -> None:
    practice = """
record practice key tin
    tin   text
    size  points from 0 points to 100 points

rule practice.large: points from 0 points to 100 points = size at most threshold [42 CFR 9]
results of practice = large
usual practice tin "P" size 100 points
"""
    linked = (
        (
            "    waived   yesno",
            "    waived   yesno\n    tin text\n    practice record practice by tin",
        ),
        ("waived no", 'waived no tin "P"'),
        ("points = score + bonus", "points = score + practice.large * 0 + bonus"),
    )
    old = changed(*linked) + practice
    new = changed(*linked, ("threshold = 30", "threshold = 45")) + practice
    found = witnesses(tried(old, new))
    (witness,) = [each for each in found if each.kind == "reward → penalty"]

    assert ["adjustment", "practice.large"] == [figure.name for figure in witness.figures]


def test_a_factor_that_the_change_needs_is_told_with_the_clinician() -> None:
    crowded = """
parameter limit = 60 [42 CFR 9]
population number: count = count of clinicians [42 CFR 9]
rule clinician.crowded: yesno = number > limit [42 CFR 9]
"""
    old = changed(("= eligible,", "= crowded, eligible,")) + crowded
    found = tried(old, old.replace("limit = 60", "limit = 40"))
    found.look([People(found.candidates.usual.rows, {"number": 50})])

    (witness,) = [each for each in witnesses(found) if each.name == "crowded"]

    assert ({"number": "50"},) == witness.tables["population"]
