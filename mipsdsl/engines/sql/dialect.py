"""What DuckDB and Spark call the few things that the generated SQL uses."""

from __future__ import annotations

from enum import Enum

from sqlglot import exp

from mipsdsl.core.types import QUANTITIES, Type, Unit


class Unsupported(Exception):
    """What an item needs and SQL cannot do exactly."""


class Dialect(Enum):
    """The SQL of an engine."""

    DUCKDB = "duckdb"
    SPARK = "spark"

    @property
    def widest(self) -> int:
        """Return the bound below which every whole number of the wide type is exact."""
        return 2**127 if self is Dialect.DUCKDB else 10**38

    @property
    def widest_dividend(self) -> int:
        """Return the bound below which a wide number may be divided.

        Spark divides decimals into one with some places, so the dividend needs room for these.
        """
        return 2**127 if self is Dialect.DUCKDB else 10**32

    def wide(self) -> exp.DataType:
        """Return the type of whole numbers beyond 64 bits."""
        return exp.DataType.build("INT128" if self is Dialect.DUCKDB else "DECIMAL(38, 0)")

    def type_of(self, type_: Type, *, many: bool = False) -> exp.DataType:
        """Return the type of a stored value; ``many``: of a list of quantities."""
        if many:
            return exp.DataType.build("ARRAY<BIGINT>")
        if type_.unit in QUANTITIES or type_.unit is Unit.DATE:
            return exp.DataType.build("BIGINT")
        if type_.unit is Unit.YESNO:
            return exp.DataType.build("BOOLEAN")
        return exp.DataType.build("TEXT")

    def text(self, value: str) -> exp.Expr:
        """Return a text; Spark reads a backslash as an escape."""
        if self is Dialect.SPARK:
            value = value.replace("\\", "\\\\")
        return exp.Literal.string(value)

    def element(self, values: exp.Expr, number: int) -> exp.Expr:
        """Return an element of a list, from 1; missing beyond its end."""
        if self is Dialect.DUCKDB:
            arguments = [values.copy(), exp.Literal.number(number)]
            return exp.Anonymous(this="list_extract", expressions=arguments)
        arguments = [values.copy(), exp.Literal.number(number - 1)]
        return exp.Anonymous(this="get", expressions=arguments)

    def day(self, number: exp.Expr) -> exp.Expr:
        """Return a day number, 1 for the first of January of the year 1, as YYYY-MM-DD."""
        first = exp.Cast(this=exp.Literal.string("0001-01-01"), to=exp.DataType.build("DATE"))
        since = exp.Cast(
            this=exp.Paren(this=exp.Sub(this=number.copy(), expression=exp.Literal.number(1))),
            to=exp.DataType.build("INT"),
        )
        if self is Dialect.DUCKDB:
            day: exp.Expr = exp.Add(this=first, expression=since)
        else:
            day = exp.Anonymous(this="date_add", expressions=[first, since])
        return exp.Cast(this=day, to=exp.DataType.build("TEXT"))

    def shortest(self, steps: exp.Expr, scale: int) -> exp.Expr:
        """Return the shortest decimal that is ``steps`` of ``10**-scale``, see ``arithmetic``."""
        text = exp.DataType.build("TEXT")
        if scale == 0:
            return exp.Cast(this=steps.copy(), to=text)
        size = exp.Anonymous(this="ABS", expressions=[steps.copy()])
        unit = exp.Literal.number(10**scale)
        whole = exp.Cast(this=exp.Paren(this=exp.IntDiv(this=size, expression=unit)), to=text)
        part = exp.Paren(this=exp.Mod(this=size.copy(), expression=unit.copy()))
        padded = exp.Anonymous(
            this="LPAD",
            expressions=[
                exp.Cast(this=part, to=text.copy()),
                exp.Literal.number(scale),
                exp.Literal.string("0"),
            ],
        )
        digits = exp.Trim(this=padded, expression=exp.Literal.string("0"), position="TRAILING")
        zero = exp.Literal.number(0)
        tail = exp.Case(
            ifs=[
                exp.If(this=exp.EQ(this=part.copy(), expression=zero), true=exp.Literal.string(""))
            ],
            default=exp.Anonymous(this="CONCAT", expressions=[exp.Literal.string("."), digits]),
        )
        sign = exp.Case(
            ifs=[
                exp.If(
                    this=exp.LT(this=steps.copy(), expression=zero.copy()),
                    true=exp.Literal.string("-"),
                )
            ],
            default=exp.Literal.string(""),
        )
        return exp.Anonymous(this="CONCAT", expressions=[sign, whole, tail])

    def written(self, statement: exp.Expr, *, pretty: bool = False) -> str:
        """Return the text of a statement."""
        return statement.sql(self.value, pretty=pretty, copy=False)
