"""Quantities in generated code: exact quotients until they are landed or rounded."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, gcd, lcm

from attrs import evolve

from mipsdsl.arithmetic import FINEST, GUARD
from mipsdsl.core import nodes as c
from mipsdsl.core.types import Shape
from mipsdsl.engines.native.code import Code
from mipsdsl.engines.native.division import divided
from mipsdsl.engines.native.values import ALWAYS, Amount
from mipsdsl.engines.native.wholes import Whole, Wholes, known, within

COMPARISONS = {
    c.Comparison.LESS: "slt",
    c.Comparison.AT_MOST: "sle",
    c.Comparison.MORE: "sgt",
    c.Comparison.AT_LEAST: "sge",
    c.Comparison.EQUAL: "eq",
}


def literal(value: Fraction) -> Amount:
    """Return a quantity that is known."""
    return Amount(known(value.numerator), value.denominator)


def bounded(amount: Amount, shape: Shape | None) -> Amount:
    """Return the same quantity with what its shape says of its bounds."""
    if shape is None:
        return amount
    low, high = shape.low * amount.unit, shape.high * amount.unit
    if amount.bottom is None:
        return evolve(amount, top=within(amount.top, ceil(low), floor(high)))
    least = low * (amount.bottom.low if low >= 0 else amount.bottom.high)
    most = high * (amount.bottom.high if high >= 0 else amount.bottom.low)
    return evolve(amount, top=within(amount.top, ceil(least), floor(most)))


class Amounts:
    """Writes arithmetic of quantities."""

    def __init__(self, code: Code) -> None:
        """Write to ``code``."""
        self.code = code
        self.wholes = Wholes(code)

    def both(self, one: str, other: str) -> str:
        """Return whether both flags hold."""
        if one == ALWAYS or other == "false":
            return other
        if other == ALWAYS or one == "false" or one == other:
            return one
        return self.code.op(f"and i1 {one}, {other}")

    def alike(self, one: Amount, other: Amount) -> tuple[Whole, Whole]:
        """Return two whole numbers that are to each other as the quantities are."""
        top, bottom = one.top, other.top
        shared = gcd(one.unit, other.unit)
        top = self.wholes.times(top, other.unit // shared)
        bottom = self.wholes.times(bottom, one.unit // shared)
        if one.bottom == other.bottom:
            return top, bottom
        if other.bottom is not None:
            top = self.wholes.multiply(top, other.bottom)
        if one.bottom is not None:
            bottom = self.wholes.multiply(bottom, one.bottom)
        return top, bottom

    def compare(self, comparison: c.Comparison, one: Amount, other: Amount) -> str:
        """Return whether the comparison holds; only ``EQUAL`` minds what is missing."""
        first, second = self.alike(one, other)
        found = self.wholes.compare(COMPARISONS[comparison], first, second)
        if comparison is c.Comparison.EQUAL:
            found = self.both(self.both(one.there, other.there), found)
        return found

    def arithmetic(self, operator: c.Operator, one: Amount, other: Amount) -> Amount:
        """Return ``one operator other``."""
        if operator is c.Operator.MULTIPLY:
            return self.product(one, other)
        first, second = self.alike(one, other)
        if operator in (c.Operator.LEAST, c.Operator.GREATEST):
            return self._better(operator, one, other, first, second)
        unit, bottom = lcm(one.unit, other.unit), one.bottom
        if one.bottom != other.bottom:
            bottoms = [each for each in (one.bottom, other.bottom) if each is not None]
            bottom = bottoms[0] if len(bottoms) == 1 else self.wholes.multiply(*bottoms)
        if operator is c.Operator.ADD:
            return Amount(self.wholes.add(first, second), unit, bottom)
        return Amount(self.wholes.subtract(first, second), unit, bottom)

    def _better(
        self, operator: c.Operator, one: Amount, other: Amount, first: Whole, second: Whole
    ) -> Amount:
        least = operator is c.Operator.LEAST
        if one.bottom is None and other.bottom is None:
            unit = lcm(one.unit, other.unit)
            better = self.extreme(first, second, least=least)
            return Amount(better, unit)
        first_wins = self.wholes.compare("sle" if least else "sge", first, second)
        return self.chosen(first_wins, one, other)

    def extreme(self, one: Whole, other: Whole, *, least: bool) -> Whole:
        """Return the lesser, or the greater, of two whole numbers."""
        choose = min if least else max
        low, high = choose(one.low, other.low), choose(one.high, other.high)
        if one.known is not None and other.known is not None:
            return known(low)
        if (one.high <= other.low) if least else (one.low >= other.high):
            return one
        if (other.high <= one.low) if least else (other.low >= one.high):
            return other
        wins = self.wholes.compare("slt" if least else "sgt", one, other)
        return within(self.wholes.select(wins, one, other), low, high)

    def chosen(self, condition: str, yes: Amount, no: Amount) -> Amount:
        """Return one of two quantities."""
        one, other = self.common([yes, no])
        top = self.wholes.select(condition, one.top, other.top)
        bottom = None
        if one.bottom is not None and other.bottom is not None:
            bottom = self.wholes.select(condition, one.bottom, other.bottom)
        there = one.there
        if one.there != other.there:
            there = self.code.op(f"select i1 {condition}, i1 {one.there}, i1 {other.there}")
        return Amount(top, one.unit, bottom, there)

    def common(self, amounts: list[Amount]) -> list[Amount]:
        """Return quantities with one unit, and all or none with a ``bottom``."""
        return [self.to_common(amount, amounts) for amount in amounts]

    def to_common(self, amount: Amount, amounts: list[Amount]) -> Amount:
        """Return ``amount`` as ``common`` has it."""
        if all(each.bottom is None for each in amounts):
            unit = lcm(*(each.unit for each in amounts))
            return evolve(amount, top=self.wholes.times(amount.top, unit // amount.unit), unit=unit)
        shared = gcd(*(each.unit for each in amounts))
        bottom = amount.bottom if amount.bottom is not None else known(1)
        bottom = self.wholes.times(bottom, amount.unit // shared)
        return evolve(amount, unit=shared, bottom=bottom)

    def product(self, one: Amount, other: Amount) -> Amount:
        """Return the product, shortened by what is known."""
        first, unit_of_other = self._shortened(one.top, other.unit)
        second, unit_of_one = self._shortened(other.top, one.unit)
        bottoms = [each for each in (one.bottom, other.bottom) if each is not None]
        bottom = None
        if bottoms:
            bottom = bottoms[0] if len(bottoms) == 1 else self.wholes.multiply(*bottoms)
        return Amount(self.wholes.multiply(first, second), unit_of_one * unit_of_other, bottom)

    def _shortened(self, top: Whole, unit: int) -> tuple[Whole, int]:
        if top.known is None or unit == 1:
            return top, unit
        shared = gcd(top.known, unit)
        return known(top.known // shared), unit // shared

    def quotient(self, one: Amount, other: Amount) -> Amount:
        """Return the quotient; the divisor is not 0."""
        divisor = other.top
        top = self.wholes.times(one.top, -1) if divisor.high <= 0 else one.top
        if divisor.low < 0 < divisor.high:
            top = self.wholes.signed(one.top, divisor) if one.top.known != 0 else one.top
        size = self.wholes.magnitude(divisor)
        if size.known is None:
            size = within(size, 1, size.high)
        if size.known is not None:
            # A divisor that is known to be 0 is one that is never come to.
            inverse = literal(Fraction(other.unit, size.known or 1))
            found = self.product(Amount(top, one.unit, one.bottom), inverse)
        else:
            shared = gcd(one.unit, other.unit)
            turned = literal(Fraction(other.unit // shared))
            found = self.product(Amount(top, one.unit // shared, one.bottom), turned)
            bottom = size if found.bottom is None else self.wholes.multiply(found.bottom, size)
            found = evolve(found, bottom=bottom)
        if other.bottom is not None:
            found = evolve(found, top=self.wholes.multiply(found.top, other.bottom))
        return found

    # --- landing and rounding ---

    def landed(self, amount: Amount, scale: int) -> Amount:
        """Return a quantity on the grid of ``scale`` places; its unit may be a coarser one."""
        steps = 10**scale
        if amount.bottom is None and steps % amount.unit == 0:
            return amount
        shared = gcd(steps, amount.unit)
        top = self.wholes.times(amount.top, steps // shared)
        bottom = self._whole_bottom(amount, shared)
        return Amount(self.nearest(top, bottom), steps, None, amount.there)

    def in_steps(self, amount: Amount, scale: int) -> Whole:
        """Return a quantity that is on the grid in steps of it."""
        return self.wholes.times(amount.top, 10**scale // amount.unit)

    def _whole_bottom(self, amount: Amount, shared: int = 1) -> Whole:
        if amount.bottom is None:
            return known(amount.unit // shared)
        return self.wholes.times(amount.bottom, amount.unit // shared)

    def nearest(self, top: Whole, bottom: Whole) -> Whole:
        """Return the whole number nearest to the quotient, halves away from zero."""
        size = self.wholes.magnitude(top)
        if (divisor := bottom.known) is not None:
            sum_ = self.wholes.add(size, known(divisor // 2))
            quotient, _ = divided(self.wholes, sum_, bottom)
        else:
            quotient, rest = divided(self.wholes, size, bottom)
            above = self.wholes.compare("sge", self.wholes.times(rest, 2), bottom)
            quotient = self._raised(quotient, above)
        return self.wholes.signed(quotient, top)

    def _raised(self, whole: Whole, by: str) -> Whole:
        one = Whole(self.code.op(f"zext i1 {by} to i64"), 64, 0, 1)
        return self.wholes.add(whole, one)

    def rounded(self, amount: Amount, mode: c.Rounding, places: int) -> Amount:
        """Return a quantity rounded as ``arithmetic`` does."""
        size, unit = self.wholes.magnitude(amount.top), 10 ** (FINEST - places)
        if amount.bottom is None:
            quotient = self._rounded_known(size, amount.unit, mode, unit)
        else:
            quotient = self._rounded_unknown(size, amount, mode, places)
        signed = self.wholes.signed(quotient, amount.top)
        return Amount(signed, 10**places, None, amount.there)

    def _rounded_known(self, size: Whole, below: int, mode: c.Rounding, unit: int) -> Whole:
        """⌊(size·10¹² + shift) / (unit·below)⌋, shortened by what all but the shift share."""
        shift = {
            c.Rounding.HALF_UP: (unit // 2 + GUARD) * below,
            c.Rounding.DOWN: GUARD * below,
            c.Rounding.UP: (unit - GUARD) * below - 1,
        }[mode]
        factor, divisor = 10**FINEST, unit * below
        shared = gcd(factor, divisor)
        top = self.wholes.times(size, factor // shared)
        top = self.wholes.add(top, known(shift // shared))
        return divided(self.wholes, top, known(divisor // shared))[0]

    def _rounded_unknown(self, size: Whole, amount: Amount, mode: c.Rounding, places: int) -> Whole:
        """⌊…⌋ of the quotient in steps of ``places``, one more where the rest is near enough."""
        unit, steps = 10 ** (FINEST - places), 10**places
        shared = gcd(steps, amount.unit)
        below = self._whole_bottom(amount, shared)
        quotient, rest = divided(self.wholes, self.wholes.times(size, steps // shared), below)
        # rest / below is the part of a step; with the shift of the rounding it is a whole one
        # where rest·unit + shift >= unit·below.
        least = {
            c.Rounding.HALF_UP: unit - unit // 2 - GUARD,
            c.Rounding.DOWN: unit - GUARD,
            c.Rounding.UP: GUARD,
        }[mode]
        bound = self.wholes.times(below, least)
        how = "sgt" if mode is c.Rounding.UP else "sge"
        return self._raised(
            quotient, self.wholes.compare(how, self.wholes.times(rest, unit), bound)
        )
