"""What a value looks like in SQL: whole numbers with a bound, decimals, quotients, all else.

What is missing is NULL. A number below 2⁶³ is a BIGINT; one that may be beyond is of the wide type
of the engine, and one that may be beyond that is ``Unsupported``.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import evolve, frozen
from sqlglot import exp

from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.dialect import Dialect, Unsupported

NARROW = 2**63


@frozen
class Whole:
    """A whole number of a magnitude of at most ``most``; ``literal`` when it is known.

    ``wide``: it has the wide type. ``natural``: it is never below 0.
    """

    sql: t.Sql
    most: int
    wide: bool = False
    natural: bool = False
    literal: int | None = None


@frozen
class Plain:
    """A yes/no, text or choice; ``maybe``: it may be missing."""

    sql: t.Sql
    maybe: bool = False


@frozen
class Decimal:
    """A whole number of steps of ``10**-scale``."""

    whole: Whole
    scale: int


@frozen
class Ratio:
    """``top / bottom``; the latter positive, or missing where nobody looks."""

    top: Whole
    bottom: Whole


@frozen
class Absent:
    """The value that is not there."""


Held: TypeAlias = Plain | Decimal | Ratio | Absent


def literal(value: int) -> Whole:
    """Return a known whole number."""
    return Whole(t.number(value), abs(value), abs(value) >= NARROW, value >= 0, value)


@frozen
class Numbers:
    """Arithmetic of whole numbers in the SQL of an engine."""

    dialect: Dialect

    def typed(self, value: Whole) -> t.Sql:
        """Return a number that has its type whatever stands around it: a literal says its own."""
        if value.literal is None:
            return value.sql
        type_ = self.dialect.wide() if value.wide else exp.DataType.build("BIGINT")
        return t.cast(value.sql.copy(), type_)

    def widened(self, value: Whole) -> Whole:
        """Return a number in the wide type."""
        if value.wide:
            return value
        return evolve(value, sql=t.cast(value.sql, self.dialect.wide()), wide=True)

    def narrowed(self, value: Whole) -> Whole:
        """Return a number that fits in 64 bits in the narrow type."""
        if not value.wide:
            return value
        return evolve(value, sql=t.cast(value.sql, exp.DataType.build("BIGINT")), wide=False)

    def fitted(self, value: Whole) -> Whole:
        """Return a number in the narrow type if it fits."""
        return self.narrowed(value) if value.most < NARROW else value

    def _operated(
        self, kind: type[exp.Binary], left: Whole, right: Whole, most: int, *, natural: bool
    ) -> Whole:
        if most >= self.dialect.widest:
            raise Unsupported("a number beyond 126 bits")
        wide = most >= NARROW or left.wide or right.wide
        if wide and not (left.wide or right.wide):
            left, right = (
                (left, self.widened(right)) if left.literal else (self.widened(left), right)
            )
        return Whole(t.binary(kind, left.sql, right.sql), most, wide, natural)

    def plus(self, left: Whole, right: Whole) -> Whole:
        """Return a sum."""
        if left.literal is not None and right.literal is not None:
            return literal(left.literal + right.literal)
        if left.literal == 0 or right.literal == 0:
            return right if left.literal == 0 else left
        natural = left.natural and right.natural
        return self._operated(exp.Add, left, right, left.most + right.most, natural=natural)

    def minus(self, left: Whole, right: Whole) -> Whole:
        """Return a difference."""
        if left.literal is not None and right.literal is not None:
            return literal(left.literal - right.literal)
        if right.literal == 0:
            return left
        return self._operated(exp.Sub, left, right, left.most + right.most, natural=False)

    def times(self, left: Whole, right: Whole) -> Whole:
        """Return a product."""
        if left.literal is not None and right.literal is not None:
            return literal(left.literal * right.literal)
        for one, other in ((left, right), (right, left)):
            if one.literal == 1:
                return other
        natural = left.natural and right.natural
        return self._operated(exp.Mul, left, right, left.most * right.most, natural=natural)

    def scaled(self, value: Whole, places: int) -> Whole:
        """Return a number times a power of ten."""
        return self.times(value, literal(10**places))

    def negative(self, value: Whole) -> Whole:
        """Return the number with the other sign."""
        if value.literal is not None:
            return literal(-value.literal)
        return evolve(value, sql=exp.Paren(this=exp.Neg(this=t.closed(value.sql))), natural=False)

    def divided(self, dividend: Whole, divisor: Whole) -> Whole:
        """Return the quotient cut to a whole number; missing when the divisor is 0.

        The dividend of a wide division is a column or a literal: it is said twice.
        """
        natural = dividend.natural and divisor.natural
        if dividend.literal is not None and divisor.literal:
            quotient = abs(dividend.literal) // abs(divisor.literal)
            return literal(quotient if dividend.literal * divisor.literal >= 0 else -quotient)
        if divisor.literal == 1:
            return dividend
        wide = dividend.wide or divisor.wide
        least = abs(divisor.literal) if divisor.literal else 1
        most = dividend.most // least
        by = (
            divisor.sql if divisor.literal else exp.Nullif(this=divisor.sql, expression=t.number(0))
        )
        if not wide or self.dialect is Dialect.DUCKDB:
            return Whole(t.binary(exp.IntDiv, dividend.sql, by), most, wide, natural)
        if dividend.most >= self.dialect.widest_dividend:
            raise Unsupported("a division of a number beyond 106 bits")
        # Nothing is left to be divided but a multiple of the divisor: no digit can be lost.
        rest = t.binary(exp.Mod, dividend.sql, by)
        exact = t.binary(exp.Div, exp.Paren(this=t.binary(exp.Sub, dividend.sql, rest)), by)
        return Whole(t.cast(exact, self.dialect.wide()), most, wide=True, natural=natural)

    def remainder(self, dividend: Whole, divisor: Whole) -> Whole:
        """Return what a division cut to a whole number leaves, with the sign of the dividend."""
        by = (
            divisor.sql if divisor.literal else exp.Nullif(this=divisor.sql, expression=t.number(0))
        )
        most = min(dividend.most, max(0, divisor.most - 1))
        wide = dividend.wide or divisor.wide
        return Whole(t.binary(exp.Mod, dividend.sql, by), most, wide, dividend.natural)
