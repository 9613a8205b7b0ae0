"""What an expression denotes for the solver: each value with whether it is there."""

from __future__ import annotations

from typing import Any, TypeAlias

from attrs import evolve, frozen

from mipsdsl import arithmetic
from mipsdsl.core import nodes as c
from mipsdsl.engines.solver.logic import Bool, choose, conj
from mipsdsl.engines.solver.numbers import (
    Num,
    Numbers,
    Rounded,
    at_most,
    below,
    common_power,
    equal,
    known,
    minus,
    over,
    plus,
    select,
    times,
)


@frozen
class Quantity:
    """``top / (bottom * 10**scale)``; the bottom is positive, and 1 for a decimal."""

    present: Bool
    top: Num
    bottom: Num
    scale: int
    split: tuple[Bool, Quantity, Quantity] | None = None
    """Of one of two ratios: where which holds, so that each can be rounded by its own divisor."""


@frozen
class Flag:
    """A yes/no."""

    present: Bool
    holds: Bool


@frozen
class Code:
    """A choice value or a text, as a number whose order is the order of the texts."""

    present: Bool
    number: Num


@frozen
class Starts:
    """A list of quantities: how many there are, and each as if it were there."""

    present: Bool
    count: Num
    items: tuple[Num, ...]
    scale: int


Value: TypeAlias = Quantity | Flag | Code | Starts
ONE = known(1)


def decimal(top: Num, scale: int, present: Bool = True) -> Quantity:
    """Return a decimal."""
    return Quantity(present, top, ONE, scale)


def is_yes(value: Value) -> Bool:
    """Return whether a yes/no is there and is yes."""
    assert isinstance(value, Flag)
    return conj([value.present, value.holds])


def quantity(value: Value) -> Quantity:
    """Return a value as the quantity that it is."""
    assert isinstance(value, Quantity), value
    return value


# --- one of two ----------------------------------------------------------------------------------


def pick(test: Bool, one: Value, other: Value) -> Value:
    """Return ``one`` where ``test`` holds, else ``other``."""
    if isinstance(test, bool):
        return one if test else other
    present = choose(test, one.present, other.present)
    if one.present is False:
        return evolve(other, present=present)
    if other.present is False:
        return evolve(one, present=present)
    match one, other:
        case Quantity(), Quantity():
            a, b, scale = aligned(one, other)
            bottom = select(test, one.bottom, other.bottom)
            split = None if bottom is ONE else (test, one, other)
            return Quantity(present, select(test, a, b), bottom, scale, split)
        case Flag(), Flag():
            return Flag(present, choose(test, one.holds, other.holds))
        case Code(), Code():
            return Code(present, select(test, one.number, other.number))
        case _:
            raise TypeError(f"two kinds of value: {one!r}, {other!r}")


def aligned(a: Quantity, b: Quantity) -> tuple[Num, Num, int]:
    """Return both tops in steps of the finer of the two scales."""
    scale = max(a.scale, b.scale)
    return times(a.top, 10 ** (scale - a.scale)), times(b.top, 10 ** (scale - b.scale)), scale


# --- arithmetic ----------------------------------------------------------------------------------


def coarser(value: Quantity) -> Quantity:
    """Return the same value on the coarsest scale, where its few values allow it."""
    if value.scale == 0 or value.top.values is None or value.bottom is not ONE:
        return value
    power = common_power(value.top.values, value.scale)
    return value if not power else evolve(
        value, top=over(value.top, 10**power), scale=value.scale - power
    )  # fmt: skip


def combined(numbers: Numbers, operator: c.Operator, a: Quantity, b: Quantity) -> Quantity:
    """Return ``a operator b``."""
    match operator:
        case c.Operator.ADD | c.Operator.SUBTRACT:
            joined = plus if operator is c.Operator.ADD else minus
            one, other, scale = aligned(a, b)
            top = joined(numbers.multiply(one, b.bottom), numbers.multiply(other, a.bottom))
            return Quantity(True, top, numbers.multiply(a.bottom, b.bottom), scale)
        case c.Operator.MULTIPLY:
            a, b = coarser(a), coarser(b)
            top = numbers.multiply(a.top, b.top)
            return Quantity(True, top, numbers.multiply(a.bottom, b.bottom), a.scale + b.scale)
        case c.Operator.LEAST | c.Operator.GREATEST:
            least = operator is c.Operator.LEAST
            first = compared(
                numbers, c.Comparison.AT_MOST if least else c.Comparison.AT_LEAST, a, b
            )
            return _held(quantity(pick(first, evolve(a, present=True), evolve(b, present=True))),
                         a, b, least=least)  # fmt: skip


def _held(value: Quantity, a: Quantity, b: Quantity, *, least: bool) -> Quantity:
    """Return the lesser (or greater) of two decimals with the bounds that it has."""
    if a.bottom is not ONE or b.bottom is not ONE or value.top.known is not None:
        return value
    one, other, _ = aligned(a, b)
    if least:
        low, high = value.top.low, min(one.high, other.high)
    else:
        low, high = max(one.low, other.low), value.top.high
    if low == high:
        return evolve(value, top=known(low))
    values = value.top.values and tuple(x for x in value.top.values if low <= x <= high)
    return evolve(value, top=evolve(value.top, low=low, high=high, values=values))


def divided(numbers: Numbers, a: Quantity, b: Quantity) -> tuple[Quantity, Bool]:
    """Return ``a / b`` where b is not zero, and whether it is."""
    one, other, _ = aligned(a, b)
    top, bottom = numbers.multiply(one, b.bottom), numbers.multiply(other, a.bottom)
    zero = equal(bottom, known(0))
    if bottom.low < 0:
        negative = below(bottom, known(0))
        top = select(negative, times(top, -1), top)
        bottom = select(negative, times(bottom, -1), bottom)
    if bottom.low <= 0:
        bottom = _positive(select(zero, ONE, bottom))
    return Quantity(True, top, bottom, 0), zero


def _positive(number: Num) -> Num:
    """Return a number that is positive with the bounds to say so."""
    values = number.values and tuple(x for x in number.values if x > 0)
    if values and len(values) == 1:
        return known(values[0])
    return evolve(number, low=max(1, number.low), values=values)


def compared(numbers: Numbers, comparison: c.Comparison, a: Quantity, b: Quantity) -> Bool:
    """Return whether the comparison of two values that are there holds."""
    one, other, _ = aligned(a, b)
    left, right = numbers.multiply(one, b.bottom), numbers.multiply(other, a.bottom)
    match comparison:
        case c.Comparison.LESS:
            return below(left, right)
        case c.Comparison.AT_MOST:
            return at_most(left, right)
        case c.Comparison.MORE:
            return below(right, left)
        case c.Comparison.AT_LEAST:
            return at_most(right, left)
        case c.Comparison.EQUAL:
            return equal(left, right)


# --- rounding ------------------------------------------------------------------------------------


def landed(numbers: Numbers, value: Quantity, scale: int) -> Quantity:
    """Return the value on the grid of ``scale``, see ``arithmetic.land``."""
    value = coarser(value)
    if value.bottom.known == 1 and value.scale <= scale:
        return value
    if value.split is not None:
        test, one, other = value.split
        found = pick(test, landed(numbers, one, scale), landed(numbers, other, scale))
        return quantity(evolve(found, present=value.present))
    up, down = 10 ** max(0, scale - value.scale), 10 ** max(0, value.scale - scale)
    divisor = times(value.bottom, 2 * down)

    def steps(magnitude: Num) -> Num:
        return numbers.quotient(
            plus(times(magnitude, 2 * up), times(value.bottom, down)), divisor,
            Rounded(("landed", up, down), magnitude, value.bottom),
        )  # fmt: skip

    return Quantity(value.present, on_magnitude(value.top, steps), ONE, scale)


def rounded(numbers: Numbers, value: Quantity, mode: c.Rounding, places: int) -> Quantity:
    """Return the value rounded to ``places``, see ``arithmetic.round_half_up`` and its like."""
    value = coarser(value)
    if value.split is not None:
        test, one, other = value.split
        parts = (rounded(numbers, each, mode, places) for each in (one, other))
        return quantity(evolve(pick(test, *parts), present=value.present))
    unit, guard = 10 ** (arithmetic.FINEST - places), arithmetic.GUARD
    shift = {c.Rounding.HALF_UP: unit // 2 + guard, c.Rounding.DOWN: guard,
             c.Rounding.UP: unit - guard}[mode]  # fmt: skip
    up = 10 ** max(0, arithmetic.FINEST - value.scale)
    bottom = times(value.bottom, 10 ** max(0, value.scale - arithmetic.FINEST))
    less = known(1 if mode is c.Rounding.UP else 0)

    def steps(magnitude: Num) -> Num:
        shifted = minus(plus(times(magnitude, up), times(bottom, shift)), less)
        return numbers.quotient(
            shifted, times(bottom, unit), Rounded((mode, up, unit), magnitude, bottom)
        )

    return Quantity(value.present, on_magnitude(value.top, steps), ONE, places)


def on_magnitude(number: Num, steps: Any) -> Num:  # noqa: ANN401 - of a magnitude
    """Return what ``steps`` makes of the magnitude, with the sign of ``number``."""
    if number.low >= 0:
        result: Num = steps(number)
        return result
    if number.high <= 0:
        return times(steps(times(number, -1)), -1)
    negative = below(number, known(0))
    magnitude = select(negative, times(number, -1), number)
    magnitude = evolve(magnitude, low=0, values=magnitude.values and tuple(
        x for x in magnitude.values if x >= 0))  # fmt: skip
    found: Num = steps(magnitude)
    return select(negative, times(found, -1), found)
