"""Quantities in SQL: arithmetic, landing, rounding and comparison, all in whole numbers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import ceil
from typing import assert_never

from attrs import define, evolve
from sqlglot import exp

from mipsdsl.arithmetic import FINEST, GUARD
from mipsdsl.core import nodes as c
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.rows import Reader
from mipsdsl.engines.sql.values import (
    NARROW,
    Absent,
    Decimal,
    Held,
    Plain,
    Ratio,
    Whole,
    literal,
)

_SYMBOLS: dict[c.Comparison, type[exp.Binary]] = {
    c.Comparison.LESS: exp.LT,
    c.Comparison.AT_MOST: exp.LTE,
    c.Comparison.MORE: exp.GT,
    c.Comparison.AT_LEAST: exp.GTE,
    c.Comparison.EQUAL: exp.EQ,
}
ONE = literal(1)


def scale_of(expr: c.Expr) -> int:
    """Return the places of the shape of ``expr``."""
    if expr.shape is None:
        raise TypeError(f"a quantity without a shape: {type(expr).__name__}")
    return expr.shape.scale


@define
class Quantities(Reader):
    """Writes quantities."""

    @abstractmethod
    def expr(self, expr: c.Expr) -> Held:
        """Return what ``expr`` looks like."""

    def bound(self, whole: Whole) -> Whole:
        """Return a number that may be said twice."""
        return evolve(whole, sql=self.frame.bind(whole.sql))

    def held(self, value: Held) -> Held:
        """Return a value that may be said twice."""
        match value:
            case Decimal(whole):
                return evolve(value, whole=self.bound(whole))
            case Ratio(top, bottom):
                return Ratio(self.bound(top), self.bound(bottom))
            case Plain(sql):
                return evolve(value, sql=self.frame.bind(sql))
            case Absent():
                return value
            case _:
                assert_never(value)

    # --- from one look to another ---

    def at_scale(self, value: Decimal, scale: int) -> Whole:
        """Return a decimal in steps of ``scale`` places, not fewer than it has."""
        return self.numbers.scaled(value.whole, scale - value.scale)

    def as_ratio(self, value: Held) -> Ratio:
        """Return a quantity as a quotient."""
        match value:
            case Ratio():
                return value
            case Decimal(whole, scale):
                return Ratio(self.bound(whole), literal(10**scale))
            case _:
                raise TypeError("a quantity is needed, and there is none")

    def limited(self, value: Held, expr: c.Expr) -> Held:
        """Return a decimal with the bounds that the shape of ``expr`` proves, if these are closer."""
        shape = expr.shape
        if shape is None or not isinstance(value, Decimal):
            return value
        most = ceil(max(abs(shape.low), abs(shape.high)) * 10**value.scale)
        natural = value.whole.natural or shape.low >= 0
        whole = evolve(value.whole, most=min(most, value.whole.most), natural=natural)
        return evolve(value, whole=self.numbers.fitted(whole))

    # --- landing and rounding ---

    def landed(self, value: Held, scale: int) -> Held:
        """Return a quantity put on the grid of ``scale`` places; anything else as it is."""
        if isinstance(value, Plain | Absent) or (
            isinstance(value, Decimal) and value.scale <= scale
        ):
            return value
        ratio = self.as_ratio(value)
        floor, rest = self._floor(self._magnitude(ratio.top), ratio.bottom, scale)
        twice = self.numbers.times(rest, literal(2))
        half = t.binary(exp.GTE, twice.sql, ratio.bottom.sql)
        up = t.case([(half, self.numbers.typed(ONE))], self.numbers.typed(literal(0)))
        return Decimal(
            self._signed(self.numbers.plus(floor, Whole(up, 1, natural=True)), ratio), scale
        )

    def _magnitude(self, whole: Whole) -> Whole:
        if whole.natural:
            return whole
        if whole.literal is not None:
            return literal(abs(whole.literal))
        return self.bound(evolve(whole, sql=t.call("ABS", whole.sql), natural=True))

    def _signed(self, magnitude: Whole, like: Ratio) -> Whole:
        """Return ``magnitude`` with the sign of a quotient."""
        magnitude = self.numbers.fitted(magnitude)
        if like.top.natural:
            return evolve(magnitude, natural=True)
        magnitude = self.bound(magnitude)
        negative = t.binary(exp.LT, like.top.sql, t.number(0))
        arms = [(negative, self.numbers.negative(magnitude).sql)]
        return evolve(magnitude, sql=t.case(arms, magnitude.sql), natural=False, literal=None)

    def _floor(self, top: Whole, bottom: Whole, places: int) -> tuple[Whole, Whole]:
        """Return ⌊top · 10**places / bottom⌋ of numbers not below 0, and what remains of ``top``."""
        numbers, widest = self.numbers, self.numbers.dialect.widest_dividend
        if (
            places == 0
            or top.most * 10**places < NARROW
            or (
                (top.wide or bottom.wide or bottom.most * 10 >= NARROW)
                and top.most * 10**places < widest
            )
        ):
            dividend = self.bound(numbers.scaled(top, places))
            quotient = self.bound(numbers.fitted(numbers.divided(dividend, bottom)))
            return quotient, self.bound(numbers.remainder(dividend, bottom))
        # Long division: some digits at a time, as many as fit.
        dividend = self.bound(top)
        floor = self.bound(numbers.fitted(numbers.divided(dividend, bottom)))
        rest = self.bound(numbers.remainder(dividend, bottom))
        while places > 0:
            digits = self.digits(bottom, places)
            dividend = self.bound(numbers.scaled(rest, digits))
            part = numbers.fitted(evolve(numbers.divided(dividend, bottom), most=10**digits))
            floor = self.bound(numbers.plus(numbers.scaled(floor, digits), part))
            rest = self.bound(numbers.remainder(dividend, bottom))
            places -= digits
        return floor, rest

    def digits(self, bottom: Whole, places: int) -> int:
        """Return how many digits of a quotient can be had at once."""
        for limit in (NARROW, self.numbers.dialect.widest_dividend):
            room = limit // max(1, bottom.most)
            if room >= 10:
                return min(places, len(str(room)) - 1)
        raise Unsupported("a quotient of numbers beyond 120 bits")

    def round(self, expr: c.Round) -> Held:
        """Return a written rounding: see ``arithmetic``; the guard is in steps of the finest grid."""
        value, places = self.expr(expr.operand), scale_of(expr)
        if isinstance(value, Absent | Plain):
            return value
        ratio = self.as_ratio(value)
        numbers, unit = self.numbers, 10 ** (FINEST - places)
        magnitude = self._magnitude(ratio.top)
        match expr.mode:
            case c.Rounding.HALF_UP:
                steps, shift = self._floor(magnitude, ratio.bottom, FINEST)[0], unit // 2 + GUARD
            case c.Rounding.DOWN:
                steps, shift = self._floor(magnitude, ratio.bottom, FINEST)[0], GUARD
            case c.Rounding.UP:
                steps, shift = self._ceiling(magnitude, ratio.bottom), unit - GUARD - 1
            case _:
                assert_never(expr.mode)
        shifted = self.bound(numbers.plus(steps, literal(shift)))
        return Decimal(self._signed(numbers.divided(shifted, literal(unit)), ratio), places)

    def _ceiling(self, magnitude: Whole, bottom: Whole) -> Whole:
        floor, rest = self._floor(magnitude, bottom, FINEST)
        some = t.binary(exp.GT, rest.sql, t.number(0))
        up = t.case([(some, self.numbers.typed(ONE))], self.numbers.typed(literal(0)))
        return self.numbers.plus(floor, Whole(up, 1, natural=True))

    def key_part(self, expr: c.Expr, scale: int) -> t.Sql:
        """Return a part of a key; a number between two steps is no key: missing."""
        value = self.expr(expr)
        match value:
            case Plain(sql):
                return sql
            case Absent():
                return exp.Null()
            case Decimal(_, given) if given <= scale:
                return self.numbers.typed(self.numbers.fitted(self.at_scale(value, scale)))
        ratio = self.as_ratio(value)
        top = self.bound(self.numbers.scaled(ratio.top, scale))
        rest = self.numbers.remainder(top, ratio.bottom)
        whole = self.numbers.fitted(self.numbers.divided(top, ratio.bottom))
        return t.case([(t.equal(rest.sql, t.number(0)), whole.sql)], None)

    # --- comparison ---

    def compare(self, expr: c.Compare) -> t.Sql:
        """Return a comparison; missing when a side is."""
        left, right = self.expr(expr.left), self.expr(expr.right)
        if isinstance(left, Absent) or isinstance(right, Absent):
            return t.boolean(False)
        return self._compared(_SYMBOLS[expr.comparison], left, right)

    def _compared(self, symbol: type[exp.Binary], left: Held, right: Held) -> t.Sql:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            scale = max(left.scale, right.scale)
            one, other = self.at_scale(left, scale), self.at_scale(right, scale)
            return t.binary(symbol, one.sql, other.sql)
        first, second = self.as_ratio(left), self.as_ratio(right)
        # A quotient without a value, of a divisor that is 0 where nobody looks, compares as missing.
        one = self.numbers.times(first.top, second.bottom)
        other = self.numbers.times(second.top, first.bottom)
        return t.binary(symbol, one.sql, other.sql)

    # --- arithmetic ---

    def arithmetic(self, expr: c.Arithmetic) -> Held:
        """Return a sum, product, or the smaller or greater of two."""
        left, right = self.expr(expr.left), self.expr(expr.right)
        if isinstance(left, Absent) or isinstance(right, Absent):
            return Absent()
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return self.limited(self._of_decimals(expr.operator, left, right), expr)
        return self._of_ratios(expr.operator, self.as_ratio(left), self.as_ratio(right))

    def _of_decimals(self, operator: c.Operator, left: Decimal, right: Decimal) -> Decimal:
        if operator is c.Operator.MULTIPLY:
            product = self.numbers.times(left.whole, right.whole)
            return Decimal(product, left.scale + right.scale)
        scale = max(left.scale, right.scale)
        one, other = self.at_scale(left, scale), self.at_scale(right, scale)
        match operator:
            case c.Operator.ADD:
                return Decimal(self.numbers.plus(one, other), scale)
            case c.Operator.SUBTRACT:
                return Decimal(self.numbers.minus(one, other), scale)
            case c.Operator.LEAST | c.Operator.GREATEST:
                one, other = self.bound(one), self.bound(other)
                symbol = exp.LTE if operator is c.Operator.LEAST else exp.GTE
                chosen = t.binary(symbol, one.sql, other.sql)
                return Decimal(self.either([(chosen, one)], other), scale)
            case _:
                assert_never(operator)

    def _of_ratios(self, operator: c.Operator, left: Ratio, right: Ratio) -> Ratio:
        numbers = self.numbers
        if operator is c.Operator.MULTIPLY:
            top = numbers.times(left.top, right.top)
            return Ratio(self.bound(top), self.bound(numbers.times(left.bottom, right.bottom)))
        if operator in {c.Operator.LEAST, c.Operator.GREATEST}:
            symbol = exp.LTE if operator is c.Operator.LEAST else exp.GTE
            chosen = self.frame.bind(self._compared(symbol, left, right))
            top = self.either([(chosen, left.top)], right.top)
            bottom = self.either([(chosen, left.bottom)], right.bottom)
            return Ratio(self.bound(top), self.bound(bottom))
        if left.bottom.literal is not None and left.bottom.literal == right.bottom.literal:
            first, second, bottom = left.top, right.top, left.bottom
        else:
            first = numbers.times(left.top, right.bottom)
            second = numbers.times(right.top, left.bottom)
            bottom = numbers.times(left.bottom, right.bottom)
        added = numbers.plus if operator is c.Operator.ADD else numbers.minus
        return Ratio(self.bound(added(first, second)), self.bound(bottom))

    def either(self, arms: Sequence[tuple[t.Sql, Whole | None]], otherwise: Whole | None) -> Whole:
        """Return the number of the first arm that holds; ``None`` is one that is missing."""
        there = [whole for whole in (*(whole for _, whole in arms), otherwise) if whole is not None]
        wide = any(whole.wide for whole in there)

        def sql(whole: Whole | None) -> t.Sql:
            if whole is None:
                return exp.Null()
            return self.numbers.typed(self.numbers.widened(whole) if wide else whole)

        case = t.case([(condition, sql(whole)) for condition, whole in arms], sql(otherwise))
        most = max(whole.most for whole in there)
        return Whole(case, most, wide, natural=all(whole.natural for whole in there))

    def divide(self, expr: c.Divide) -> Held:
        """Return a quotient, or what stands instead where the divisor is 0."""
        dividend, divisor = self.expr(expr.left), self.expr(expr.right)
        if isinstance(dividend, Absent) or isinstance(divisor, Absent):
            return Absent()
        quotient = self._quotient(dividend, divisor)
        if expr.when_zero is None:
            return quotient
        by = self.held(divisor)
        zero = by.whole if isinstance(by, Decimal) else self.as_ratio(by).top
        is_zero = self.frame.bind(t.equal(zero.sql, t.number(0)))
        return self.chosen([(is_zero, self.expr(expr.when_zero))], quotient)

    def _quotient(self, dividend: Held, divisor: Held) -> Ratio:
        numbers = self.numbers
        if isinstance(dividend, Decimal) and isinstance(divisor, Decimal):
            scale = min(dividend.scale, divisor.scale)
            top = numbers.scaled(dividend.whole, divisor.scale - scale)
            bottom = numbers.scaled(divisor.whole, dividend.scale - scale)
        else:
            one, other = self.as_ratio(dividend), self.as_ratio(divisor)
            top = numbers.times(one.top, other.bottom)
            bottom = numbers.times(one.bottom, other.top)
        if bottom.literal is not None:
            if bottom.literal < 0:
                top, bottom = numbers.negative(top), numbers.negative(bottom)
            return Ratio(self.bound(top), bottom)
        top, bottom = self.bound(top), self.bound(bottom)
        if bottom.natural:
            return Ratio(top, self.bound(_never_zero(bottom)))
        below = t.binary(exp.LT, bottom.sql, t.number(0))
        flipped = self.either([(below, numbers.negative(top))], top)
        magnitude = evolve(bottom, sql=t.call("ABS", bottom.sql), natural=True)
        return Ratio(self.bound(flipped), self.bound(_never_zero(magnitude)))

    @abstractmethod
    def chosen(self, arms: list[tuple[t.Sql, Held]], otherwise: Held) -> Held:
        """Return the value of the first arm that holds."""


def _never_zero(whole: Whole) -> Whole:
    """Return a divisor that is missing where it is 0."""
    return evolve(whole, sql=exp.Nullif(this=whole.sql, expression=t.number(0)))
