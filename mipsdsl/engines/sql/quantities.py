"""Quantities in SQL: arithmetic, landing, rounding and comparison, all in whole numbers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import ceil, gcd
from typing import assert_never

from attrs import define, evolve, frozen
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


@frozen
class _Quotient:
    """A whole quotient, and what remains of ``bottom``; all not below 0."""

    floor: Whole
    rest: Whole
    bottom: Whole


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

    def landed(self, value: Held, scale: int, like: c.Expr) -> Held:
        """Return a quantity put on the grid of ``scale`` places; anything else as it is.

        ``like`` is the expression that it is the value of.
        """
        if isinstance(value, Plain | Absent) or (
            isinstance(value, Decimal) and value.scale <= scale
        ):
            return value
        ratio = self.as_ratio(value)
        quotient = self._floor(self._magnitude(ratio.top), ratio.bottom, scale, like)
        twice = self.numbers.times(quotient.rest, literal(2))
        up = self._one_where(exp.GTE, twice, quotient.bottom)
        return Decimal(self._signed(self.numbers.plus(quotient.floor, up), ratio), scale)

    def _one_where(self, symbol: type[exp.Binary], left: Whole, right: Whole) -> Whole:
        """Return 1 where two numbers compare so, else 0."""
        if left.literal is not None:
            return literal(0)
        holds = t.binary(symbol, left.sql, right.sql)
        one, none = self.numbers.typed(ONE), self.numbers.typed(literal(0))
        return Whole(t.case([(holds, one)], none), 1, natural=True)

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
        below, above = self.numbers.negative(magnitude), magnitude
        sql = t.case([(negative, self.numbers.typed(below))], self.numbers.typed(above))
        return evolve(magnitude, sql=sql, natural=False, literal=None)

    def _floor(self, top: Whole, bottom: Whole, places: int, like: c.Expr) -> _Quotient:
        """Return ⌊top · 10**places / bottom⌋ of numbers not below 0; ``like`` bounds it."""
        quotient = self._quotient_of_wholes(top, bottom, places)
        if like.shape is None:
            return quotient
        size = max(abs(like.shape.low), abs(like.shape.high)) * 10**places
        floor = evolve(quotient.floor, most=min(quotient.floor.most, ceil(size)))
        return evolve(quotient, floor=self.bound(self.numbers.fitted(floor)))

    def _quotient_of_wholes(self, top: Whole, bottom: Whole, places: int) -> _Quotient:
        numbers, widest = self.numbers, self.numbers.dialect.widest_dividend
        factor = 10**places
        if bottom.literal is not None:
            common = gcd(factor, bottom.literal)
            factor, bottom = factor // common, literal(bottom.literal // common)
            if bottom.literal == 1:
                return _Quotient(
                    self.bound(numbers.times(top, literal(factor))), literal(0), bottom
                )
        size = top.most * factor
        narrow = size < NARROW and not bottom.wide
        fits = size < widest and (top.wide or bottom.wide or bottom.most * 10 >= NARROW)
        if factor == 1 or narrow or fits:
            return self._divided(numbers.times(top, literal(factor)), bottom)
        # Long division: some digits at a time, as many as fit.
        whole = self._divided(top, bottom)
        while factor > 1:
            step = self.step(factor, bottom)
            part = self._divided(numbers.times(whole.rest, literal(step)), bottom)
            digits = evolve(part.floor, most=min(part.floor.most, step - 1))
            floor = numbers.plus(numbers.times(whole.floor, literal(step)), numbers.fitted(digits))
            whole = evolve(part, floor=self.bound(floor))
            factor //= step
        return whole

    def _divided(self, dividend: Whole, bottom: Whole) -> _Quotient:
        numbers, dialect = self.numbers, self.numbers.dialect
        dividend = self.bound(dividend)
        if dividend.wide and dividend.most >= dialect.widest_dividend:
            return self._approached(dividend, bottom)
        floor = self.bound(numbers.fitted(numbers.divided(dividend, bottom)))
        rest = numbers.fitted(numbers.remainder(dividend, bottom))
        return _Quotient(floor, self.bound(rest), bottom)

    def _approached(self, dividend: Whole, bottom: Whole) -> _Quotient:
        """Return a quotient of numbers that are too wide for the engine to divide.

        Doubles say it but for one part in 2⁵⁰; what remains is exact, and is divided again. The
        third time it is the quotient, or beside it.
        """
        numbers = self.numbers
        wide, double = numbers.dialect.wide(), exp.DataType.build("DOUBLE")
        by = self.bound(numbers.widened(bottom))
        floor, rest = evolve(numbers.widened(literal(0)), literal=None), dividend
        for _ in range(3):
            tops = [t.cast(each.sql.copy(), double.copy()) for each in (rest, by)]
            about = self.frame.bind(t.cast(t.binary(exp.Div, *tops), wide.copy()))
            floor = self.bound(evolve(floor, sql=t.binary(exp.Add, floor.sql, about)))
            taken = exp.Paren(this=t.binary(exp.Mul, about, by.sql))
            rest = self.bound(evolve(rest, sql=t.binary(exp.Sub, rest.sql, taken)))
        below = t.binary(exp.LT, rest.sql, t.number(0))
        beyond = t.binary(exp.GTE, rest.sql, by.sql)
        one = t.number(1)
        exact = t.case([(below, t.binary(exp.Sub, floor.sql, one)),
                        (beyond, t.binary(exp.Add, floor.sql, one.copy()))], floor.sql)  # fmt: skip
        left = t.case([(below.copy(), t.binary(exp.Add, rest.sql, by.sql)),
                       (beyond.copy(), t.binary(exp.Sub, rest.sql, by.sql))], rest.sql)  # fmt: skip
        least = bottom.literal or 1
        whole = Whole(t.cast(exact, wide.copy()), dividend.most // least, wide=True, natural=True)
        remains = Whole(t.cast(left, wide.copy()), max(0, bottom.most - 1), wide=True, natural=True)
        return _Quotient(
            self.bound(numbers.fitted(whole)), self.bound(numbers.fitted(remains)), bottom
        )

    def step(self, factor: int, bottom: Whole) -> int:
        """Return a divisor of ``factor``: by how much a remainder can be multiplied at once."""
        for limit in (NARROW, self.numbers.dialect.widest_dividend, self.numbers.dialect.widest):
            room, step = (limit - 1) // max(1, bottom.most), 1
            for prime in (10, 5, 2):
                while factor // step % prime == 0 and step * prime <= room:
                    step *= prime
            if step > 1:
                return step
        raise Unsupported("a quotient of numbers beyond 120 bits")

    def round(self, expr: c.Round) -> Held:
        """Return a written rounding: see ``arithmetic``; the guard is in steps of the finest grid."""
        value, places = self.expr(expr.operand), scale_of(expr)
        if isinstance(value, Absent | Plain):
            return value
        ratio = self.as_ratio(value)
        numbers, unit = self.numbers, 10 ** (FINEST - places)
        finest = (self._magnitude(ratio.top), ratio.bottom, FINEST, expr.operand)
        match expr.mode:
            case c.Rounding.HALF_UP:
                steps, shift = self._floor(*finest).floor, unit // 2 + GUARD
            case c.Rounding.DOWN:
                steps, shift = self._floor(*finest).floor, GUARD
            case c.Rounding.UP:
                steps, shift = self._ceiling(*finest), unit - GUARD - 1
            case _:
                assert_never(expr.mode)
        shifted = self.bound(numbers.plus(steps, literal(shift)))
        return Decimal(self._signed(numbers.divided(shifted, literal(unit)), ratio), places)

    def _ceiling(self, top: Whole, bottom: Whole, places: int, like: c.Expr) -> Whole:
        quotient = self._floor(top, bottom, places, like)
        some = self._one_where(exp.GT, quotient.rest, literal(0))
        return self.numbers.plus(quotient.floor, some)

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
