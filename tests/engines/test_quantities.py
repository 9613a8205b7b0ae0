"""What single expressions denote, on every engine."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from tests.engines import worlds as w
from tests.engines.running import value_of

STEP = 10**12
STARTS = w.column("starts", w.NUMBER.or_missing(), 4, many=10)
RATE = w.column("rate", w.NUMBER, 4)


def number(value: Fraction | int | str) -> c.Constant:
    exact = Fraction(value) * 10**6
    return b.constant(int(exact), 6, w.NUMBER)


def position(value: str, starts: tuple[int, ...] | None, *, rising: bool = True) -> object:
    read = w.read(w.HERE, "starts", w.NUMBER.or_missing(), 4)
    where = b.position(w.read(w.HERE, "rate", w.NUMBER, 4), read, 10, 1, rising)
    expr = b.default(where, number(-1), w.NUMBER)
    held = None if starts is None else tuple(start * 10**4 for start in starts)
    rate = int(Fraction(value) * 10**4)
    found = value_of(expr, w.NUMBER, [STARTS, RATE], [held, rate])
    assert isinstance(found, int)
    return Fraction(found, STEP)


@pytest.mark.parametrize(
    ("value", "starts", "expected"),
    [
        ("5", (10, 20, 30), "0"),  # below all
        ("10", (10, 20, 30), "1"),  # at the first
        ("15", (10, 20, 30), "1.5"),
        ("20", (10, 20, 30), "2"),
        ("30", (10, 20, 30), "3"),  # the last has no fraction
        ("99", (10, 20, 30), "3"),
        ("10", (10, 10, 20), "2"),  # of equal starts the last is reached
        ("15", (10, 10, 20), "2.5"),
        ("20", (20, 20, 20), "3"),
        ("19", (20, 20, 20), "0"),
        ("25", (10, 30, 20, 40), "3.25"),  # out of order: the highest reached wins
        ("15", (10, 30, 20, 40), "1.25"),
        ("15", (40, 10, 30), "2.25"),
        ("5", (), "0"),
    ],
)
def test_a_position_rises(value: str, starts: tuple[int, ...], expected: str) -> None:
    assert Fraction(expected) == position(value, starts)


@pytest.mark.parametrize(
    ("value", "starts", "expected"),
    [
        ("35", (30, 20, 10), "0"),
        ("30", (30, 20, 10), "1"),
        ("25", (30, 20, 10), "1.5"),
        ("12.5", (30, 20, 10), "2.75"),
        ("10", (30, 20, 10), "3"),
        ("1", (30, 20, 10), "3"),
        ("20", (20, 20, 10), "2"),
        ("15", (20, 5, 18, 8), "3.3"),
    ],
)
def test_a_position_falls(value: str, starts: tuple[int, ...], expected: str) -> None:
    assert Fraction(expected) == position(value, starts, rising=False)


def test_a_position_on_no_starts_is_missing() -> None:
    assert Fraction(-1) == position("5", None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 3, 333333333333), (2, 3, 666666666667), (-2, 3, -666666666667), (1, -8, -125 * 10**9)],
)
def test_a_quotient_lands_once(numerator: int, denominator: int, expected: int) -> None:
    expr = b.divide(number(numerator), number(denominator), None, w.NUMBER)

    assert expected == value_of(expr, w.NUMBER)


def test_nothing_lands_within_an_expression() -> None:
    third = b.divide(number(1), number(3), None, w.NUMBER)
    whole = b.arithmetic(c.Operator.MULTIPLY, third, number(3), w.NUMBER)

    assert value_of(whole, w.NUMBER) == STEP
    assert value_of(c.Compare(c.Comparison.EQUAL, whole, number(1), type=YESNO), YESNO) is True


def test_half_a_cent_goes_up_on_the_magnitude() -> None:
    for cents, expected in ((1, 1), (-1, -1), (3, 2), (-3, -2), (4, 2)):
        half = b.divide(b.constant(cents, 2, w.MONEY), number(2), None, w.MONEY)

        assert expected == value_of(half, w.MONEY)


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        (c.Rounding.HALF_UP, "74.995", "75"),
        (c.Rounding.HALF_UP, "-74.995", "-75"),
        (c.Rounding.HALF_UP, "74.9949", "74.99"),
        (c.Rounding.UP, "0.0001", "0.01"),
        (c.Rounding.UP, "-0.0001", "-0.01"),
        (c.Rounding.DOWN, "0.0199", "0.01"),
        (c.Rounding.DOWN, "-0.0199", "-0.01"),
    ],
)
def test_rounding_is_on_the_magnitude(mode: c.Rounding, value: str, expected: str) -> None:
    expr = b.round_to(number(value), 2, mode)

    assert int(Fraction(expected) * STEP) == value_of(expr, w.NUMBER)


def test_a_tie_that_a_landing_moved_is_a_tie_still() -> None:
    # 0.045 as three thirds of 0.015, each landed, is a step short of the tie.
    third = b.land(b.divide(number("0.005"), number(3), None, w.NUMBER), Unit.NUMBER)
    moved = b.arithmetic(c.Operator.MULTIPLY, third, number(9), w.NUMBER)

    assert value_of(moved, w.NUMBER) == 15 * 10**9 + 3
    assert value_of(b.round_to(moved, 2, c.Rounding.HALF_UP), w.NUMBER) == 2 * 10**10


def test_a_ratio_that_is_rounded_is_not_landed_first() -> None:
    ratio = b.divide(number(1), number(3), None, w.NUMBER)

    assert value_of(b.round_to(ratio, 1, c.Rounding.UP), w.NUMBER) == STEP // 10 * 4


def test_a_divisor_of_zero_gives_what_was_written() -> None:
    field = w.column("d", w.NUMBER)
    expr = b.divide(number(6), w.read(w.HERE, "d", w.NUMBER, 4), number(7), w.NUMBER)

    assert value_of(expr, w.NUMBER, [field], [0]) == 7 * STEP
    assert value_of(expr, w.NUMBER, [field], [20_000]) == 3 * STEP
    assert value_of(expr, w.NUMBER, [field], [-20_000]) == -3 * STEP


def test_a_missing_value_is_never_zero() -> None:
    field, type_ = w.column("p", w.PERCENT.or_missing()), w.PERCENT.or_missing()
    read = w.read(w.HERE, "p", type_, 4)
    zero = b.constant(0, 0, w.PERCENT)
    is_zero = c.Compare(c.Comparison.EQUAL, read, zero, type=YESNO)

    assert value_of(read, type_, [field], [None]) is None
    assert value_of(read, type_, [field], [5]) == 5 * 10**8
    assert value_of(b.default(read, b.constant(1, 0, w.PERCENT), w.PERCENT), w.PERCENT,
                    [field], [None]) == STEP  # fmt: skip
    assert value_of(is_zero, YESNO, [field], [None]) is False
    assert value_of(is_zero, YESNO, [field], [0]) is True


def test_missing_is_the_same_as_nothing_and_in_no_set() -> None:
    field, type_ = w.column("c", w.MECHANISM.or_missing()), w.MECHANISM.or_missing()
    read = w.read(w.HERE, "c", type_)
    same = c.Same(read, read, type=YESNO)
    among = c.Among(read, c.SetOf(("ehr",), type=Type(Unit.SET, "mechanism")), type=YESNO)

    assert [value_of(same, YESNO, [field], [v]) for v in (None, "ehr")] == [False, True]
    assert [value_of(among, YESNO, [field], [v]) for v in (None, "ehr", "claims")] == [
        False,
        True,
        False,
    ]


def test_a_missing_yes_is_not_yes() -> None:
    field = w.column("f", YESNO.or_missing())
    read = w.read(w.HERE, "f", YESNO.or_missing())

    assert value_of(c.Not(read, type=YESNO), YESNO, [field], [None]) is True
    assert value_of(c.And((read, w.YES), type=YESNO), YESNO, [field], [None]) is False
    assert value_of(c.Or((read, read), type=YESNO), YESNO, [field], [None]) is False


def test_many_cases_that_each_need_work_stay_shallow() -> None:
    rate = w.read(w.HERE, "rate", w.NUMBER, 4)
    third = b.divide(rate, number(3), None, w.NUMBER)
    arms = tuple(
        c.Arm(
            c.Compare(
                c.Comparison.LESS, b.divide(rate, rate, number(i), w.NUMBER), number(i), type=YESNO
            ),
            b.arithmetic(c.Operator.ADD, third, number(i), w.NUMBER),
        )
        for i in range(150)
    )
    expr = b.cases(c.CasesKind.FIRST_OF, arms, number(-1), w.NUMBER)

    assert value_of(expr, w.NUMBER, [RATE], [30_000]) == 3 * STEP
    assert value_of(expr, w.NUMBER, [RATE], [0]) == -1 * STEP


def test_deep_expressions_run() -> None:
    expr: c.Expr = w.read(w.HERE, "rate", w.NUMBER, 4)
    for _ in range(300):
        expr = b.arithmetic(c.Operator.ADD, expr, number(1), w.NUMBER)

    assert value_of(expr, w.NUMBER, [RATE], [10_000]) == 301 * STEP
