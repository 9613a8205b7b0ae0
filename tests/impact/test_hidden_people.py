"""``mips diff --suppress-below``: no number of few people, and none from which one follows."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mipsdsl import resources
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.privacy import is_small
from mipsdsl.impact.answers import Attribution, Effect, Population, Why
from mipsdsl.impact.hiding import population_shown, why_shown
from mipsdsl.whatif.compare import Comparison, Group

LEAST = 11
LABELS = ("neutral", "raise", "reduction")
PAIRS = tuple(product(LABELS, LABELS))
NUMBERS = st.sampled_from([0, 0, 1, 5, 10, 11, 40, 300])


class Few:
    """Privacy that hides small numbers, and knows no counts of a program."""

    least = LEAST
    small = None


def group(by: str, value: str, numbers: list[int]) -> Group:
    return Group(by, value, sum(numbers), dict(zip(PAIRS, numbers, strict=True)), {"paid": (1, 2)})


def together(groups: list[Group]) -> Group:
    return group("", "", [sum(g.flows[pair] for g in groups) for pair in PAIRS])


def shown(groups: list[Group]) -> Population:
    whole = together(groups)
    compared = Comparison(whole, tuple(groups), LABELS, ((50, 1, 2),), 3)
    found = Population(
        "these", whole.size, {"pay": compared}, (), (), {"paid": (Type(Unit.MONEY), 2)}
    )
    return population_shown(found, Few())  # type: ignore[arg-type]  # stands for it


@given(st.lists(st.lists(NUMBERS, min_size=9, max_size=9), min_size=1, max_size=5))
def test_nothing_small_is_shown_and_what_is_shown_adds_up(numbers: list[list[int]]) -> None:
    groups = [group("kind", f"g{place}", own) for place, own in enumerate(numbers)]
    found = shown(groups)

    for comparison in found.outcomes.values():
        for each in (comparison.whole, *comparison.groups):
            assert not any(is_small(number, LEAST) for number in each.flows.values())
        assert together(groups).size == comparison.whole.size
        assert () == comparison.spread
        if comparison.groups:
            assert comparison.whole.size == sum(each.size for each in comparison.groups)


def test_outcomes_and_groups_are_pooled_as_little_as_will_do() -> None:
    large = group("kind", "large", [100, 0, 0, 20, 400, 0, 0, 0, 50])
    some = group("kind", "some", [30, 0, 0, 15, 60, 0, 0, 0, 20])
    few = group("kind", "few", [30, 0, 0, 0, 60, 0, 0, 0, 20])
    tiny = group("kind", "tiny", [0, 0, 0, 3, 12, 0, 0, 0, 0])
    found = shown([large, some, few, tiny]).outcomes["pay"]
    by_value = {each.value: each.size for each in found.groups}

    assert LABELS == found.labels
    assert {"large": 570, "3 others": 250} == by_value


def test_outcomes_between_which_few_move_are_one() -> None:
    one = group("kind", "one", [100, 0, 0, 200, 400, 3, 0, 0, 50])
    found = shown([one]).outcomes["pay"]

    assert ("neutral", "raise or reduction") == found.labels


def attribution(*effects: tuple[str, int, int]) -> Attribution:
    told = tuple(Effect(name, alone, last, alone) for name, alone, last in effects)
    total = sum(each.shapley for each in told)
    return Attribution("how many", Type(Unit.COUNT), 0, 500, 500 + total, 1, told, True, 4)


@pytest.mark.parametrize(
    ("effects", "kept"),
    [
        ((("a", 200, 200), ("b", 50, 60)), {"a", "b"}),
        ((("a", 200, 200), ("b", 50, 60), ("c", 3, 3)), {"a"}),
        ((("a", 200, 200), ("b", 50, 60), ("c", 6, 6), ("d", 7, 7)), {"a", "b"}),
        ((("a", 200, 200), ("b", 50, 4)), None),
    ],
)
def test_a_provision_that_moves_few_does_not_follow_from_the_rest(effects, kept) -> None:
    found = why_shown(Why({}, (attribution(*effects),)), LEAST)
    names = {x.group for each in found.attributions for x in each.effects}

    assert (kept or set()) == names or not found.attributions
    for each in found.attributions:
        rest = (
            each.after - each.before - sum(Fraction(x.shapley, each.orders) for x in each.effects)
        )
        assert not 0 < abs(rest) < LEAST


def test_no_form_shows_a_small_number(mips) -> None:
    asked = ["diff", 2017, 2018, "--people", resources.sample(), "--layers", "people,why"]
    told = json.loads(mips(*asked, "--suppress-below", 11, "--format", "json").stdout)
    population = told["population"]

    assert "are in pools with others" in " ".join(population["notes"])
    for comparison in population["outcomes"].values():
        for each in (comparison, *comparison["subgroups"]):
            assert not any(is_small(flow["number"], 11) for flow in each["flows"])
    assert "mips_eligible" not in population["outcomes"]
    assert [] == population["spreads"]


def test_few_people_are_not_spoken_of(mips, tmp_path) -> None:
    (tmp_path / "clinician.csv").write_text(
        "tin,npi,clinician_type\n00-0000001,1999000015,physician\n"
    )
    asked = ["diff", 2017, 2018, "--people", tmp_path, "--layers", "people"]

    assert "fewer people than that" in mips(*asked, "--suppress-below", 11, code=2).stderr
