from __future__ import annotations

from fractions import Fraction

import pytest

from mipsdsl.core.types import Type, Unit
from mipsdsl.whatif.question import QuestionError, goal_of, quantity, range_of
from mipsdsl.whatif.solve import LARGEST_LOOKED_THROUGH, Course, Stretch, solve

POINTS, PERCENT = Type(Unit.POINTS), Type(Unit.PERCENT)


def _goal(text: str, among: str = ""):
    return goal_of(text, "clinicians", "adjustment", among, "0%")


def test_a_short_goal_is_an_aggregate_of_the_language() -> None:
    goal = _goal("share penalised <= 5%", among="eligible")

    assert (
        "(ratio of (count of clinicians where (eligible) and (adjustment < 0%)) "
        "to (count of clinicians where eligible) (when zero: 0)) at most 100%"
    ) == goal.measure
    assert ("<=", Fraction(1, 20), Unit.PERCENT) == (goal.sign, goal.target, goal.type.unit)


def test_the_last_comparison_is_that_of_the_goal() -> None:
    goal = _goal("count of clinicians where adjustment < 0% >= 100")

    assert "(count of clinicians where adjustment < 0%)" == goal.measure
    assert (">=", 100, Unit.COUNT) == (goal.sign, goal.target, goal.type.unit)


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("share penalised", "is no goal; write it as `share penalised <= 5%`"),
        ("share delighted <= 5%", "there is no outcome `delighted`; there are penalised"),
        ("count penalised <= many", "`many` is no value of this kind"),
    ],
)
def test_what_is_no_goal_is_answered_with_how_one_is_written(goal: str, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        _goal(goal)


def test_a_percent_is_written_as_one() -> None:
    with pytest.raises(QuestionError, match="write it as 4%"):
        quantity("5", PERCENT)


def test_a_range_has_whole_steps_unless_others_are_said() -> None:
    assert (60, 61, 62) == range_of("x", "60..62", POINTS).values
    assert (Fraction(1, 50), Fraction(3, 100)) == range_of("x", "2%..3%", PERCENT).values
    assert 5 == len(range_of("x", "1 points to 3 points by 0.5", POINTS).values)


@pytest.mark.parametrize("text", ["60", "62..60", "0..100000", "a..b"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(QuestionError):
        range_of("x", text, POINTS)


def test_all_of_a_few_values_are_tried() -> None:
    answer = solve([Fraction(n) for n in range(20)], lambda x: not 5 <= x <= 7)

    assert (Stretch(Fraction(0), Fraction(4)), Stretch(Fraction(8), Fraction(19))) == answer.met
    assert Course.TURNS_OFTEN is answer.course


@pytest.mark.parametrize("edge", [0, 1, 777, 1998, 1999])
def test_of_many_values_the_turn_is_found_by_bisection(edge: int) -> None:
    values = [Fraction(n, 10) for n in range(2000)]
    below = solve(values, lambda x: x <= values[edge])
    above = solve(values, lambda x: x >= values[edge])

    assert (Stretch(values[0], values[edge]),) == below.met
    assert (Stretch(values[edge], values[-1]),) == above.met
    assert len(below.tried) < 40 < LARGEST_LOOKED_THROUGH


def test_nothing_meets_what_cannot_be_met() -> None:
    assert () == solve([Fraction(1), Fraction(2)], lambda _: False).met
