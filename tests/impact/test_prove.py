"""What is proved of two policies, and what is never said of them."""

from __future__ import annotations

import pytest

from mipsdsl.cli.diff import command
from mipsdsl.diff.laws import laws_of, year_of
from mipsdsl.impact.answers import Proof, Sameness
from mipsdsl.impact.prove import BUDGET, Limits, Proofs, proofs
from mipsdsl.impact.trial import Trial, trial
from mipsdsl.source import Source
from tests.diff.comparing import on_the_way
from tests.impact.small import POLICY, changed

pytest.importorskip("z3")


def tried(old: str, new: str) -> Trial:
    """Return the people that are tried under two texts."""
    sources = (Source("small.mips", old),), (Source("small.mips", new),)
    difference = on_the_way(*sources)
    return trial(difference, laws_of(difference, year_of(difference.new)), sources)


def proved(old: str, new: str) -> Proofs:
    """Return what is known of two texts; the limits are far off."""
    return proofs(tried(old, new), Limits(seconds=60, budget=600))


def of(found: Proofs, name: str) -> Proof:
    """Return what is known of an output."""
    return next(each for each in found.outputs if each.name == name)


def sameness(found: Proofs) -> dict[str, Sameness]:
    """Return what is known of each output, in a word."""
    return {each.name: each.sameness for each in found.outputs}


def test_a_policy_and_itself_are_the_same_for_everyone() -> None:
    found = proved(POLICY, POLICY)

    assert {Sameness.SAME} == set(sameness(found).values())
    assert () == found.reworded


def test_what_a_parameter_does_not_reach_is_the_same_and_the_rest_differs() -> None:
    found = proved(POLICY, changed(("threshold = 30", "threshold = 45")))

    assert {
        "eligible": Sameness.SAME,
        "final": Sameness.SAME,
        "new": Sameness.SAME,
        "adjustment": Sameness.UNLESS,
    } == sameness(found)
    assert "eligible is yes" == of(found, "adjustment").why


def test_a_rule_of_another_text_and_the_same_meaning_is_said_to_be_reworded() -> None:
    new = changed(("kind is physician or kind is dentist", "not (kind is other)"))
    found = proved(POLICY, new)

    assert {Sameness.SAME} == set(sameness(found).values())
    assert ["clinician.eligible"] == [key.full for key in found.reworded]


def test_a_rule_of_another_meaning_is_not_reworded() -> None:
    found = proved(POLICY, changed(("final < threshold", "final <= threshold")))

    assert () == found.reworded
    assert Sameness.UNLESS is of(found, "adjustment").sameness


def test_arithmetic_of_the_same_meaning_is_proved() -> None:
    new = changed((
        "= score + bonus at most 100 points",
        "= (if rural then score + 5 points else score) at most 100 points",
    ))  # fmt: skip
    found = proved(POLICY, new)

    assert Sameness.SAME is of(found, "final").sameness
    assert ["clinician.final"] == [key.full for key in found.reworded]


def test_what_differs_only_under_a_condition_says_it() -> None:
    new = changed(('because "bills too little" [42 CFR 4(b)]',
                   'because "bills too little" [42 CFR 4(b)]\n'
                   '    except no when waived because "waived" [42 CFR 4(c)]'))  # fmt: skip
    found = proved(POLICY, new)

    assert Sameness.UNLESS is of(found, "eligible").sameness
    assert "waived is yes" == of(found, "eligible").why


def test_a_new_value_of_a_choice_is_a_condition() -> None:
    new = changed(("dentist, other", "dentist, nurse, other"),
                  ("kind is dentist", "kind is dentist or kind is nurse"))  # fmt: skip
    found = proved(POLICY, new)

    assert "kind is nurse" == of(found, "eligible").why


def test_the_same_day_of_a_later_year_is_the_same() -> None:
    found = proved(POLICY, changed(("year 2030 paying 2032", "year 2031 paying 2033")))

    assert {Sameness.SAME} == set(sameness(found).values())


def test_what_only_one_policy_has_differs() -> None:
    found = proved(POLICY, changed((", new, adjustment", ", new, bonus, adjustment")))
    assert Sameness.SAME is of(found, "bonus").sameness

    found = proved(POLICY, changed(("final, new,", "final, newest,"), ("or new", "or newest"),
                                   ("clinician.new: yesno = (", "clinician.newest: yesno = not ("),
                                   ))  # fmt: skip
    assert "only the newer policy has it" == of(found, "newest").why
    assert "only the older policy has it" == of(found, "new").why


def test_more_time_breeds_more_generations_up_to_a_limit() -> None:
    assert [4, 4, 8, 12, 12] == [Limits(budget=x).generations(4) for x in (1, 12, 24, 36, 600)]


def test_the_command_takes_as_much_time_as_proofs_do_unless_it_is_told() -> None:
    option = next(each for each in command.params if each.name == "budget")

    assert BUDGET == option.default


def test_without_time_nothing_is_said() -> None:
    new = changed((
        "= score + bonus at most 100 points",
        "= (if rural then score + 5 points else score) at most 100 points",
    ))  # fmt: skip
    found = proofs(tried(POLICY, new), Limits(budget=0))

    assert Sameness.UNKNOWN is of(found, "final").sameness
    assert "time" in of(found, "final").why


def test_a_rule_that_all_who_differ_have_in_common_is_a_condition() -> None:
    found = proved(POLICY, changed(("then -9% else 9%", "then -8% else 8%")))
    one = of(found, "adjustment")

    assert (Sameness.UNLESS, "eligible is yes") == (one.sameness, one.why)


def test_a_condition_that_changed_itself_holds_under_one_of_the_two() -> None:
    new = changed(
        ("then -9% else 9%", "then -8% else 8%"), ("low_charges = $30,000", "low_charges = $90")
    )
    one = of(proved(POLICY, new), "adjustment")

    assert (Sameness.UNLESS, "eligible is yes under one of the two") == (one.sameness, one.why)


def test_another_name_of_a_parameter_is_the_same_for_everyone_there_and_back() -> None:
    text = POLICY.replace("low_charges", "few_charges")

    for one, other in ((POLICY, text), (text, POLICY)):
        found = proofs(tried(one, other), Limits(seconds=60, budget=0))
        assert {Sameness.SAME} == set(sameness(found).values())


def test_another_order_is_the_same_for_everyone() -> None:
    head, *items = POLICY.split("\n\n")
    parts = [x for x in items if not x.startswith("results")]
    found = proofs(
        tried(POLICY, "\n\n".join([head, *reversed(parts), *(x for x in items if x not in parts)])),
        Limits(seconds=60, budget=0),
    )
    assert {Sameness.SAME} == set(sameness(found).values())
