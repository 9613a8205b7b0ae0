"""How a value moves with parameters that change, as far as the rules alone tell.

A value that moves is *settled* when it stays what it is as long as the conditions on its way stay
(``carry.py`` says of each row whether they do), and *follows* one parameter when it is made of it
and of settled values by nothing but copies, the higher, the lower, and rounding that leaves the
parameter as it is. What follows a parameter P between P₁ and P₂ is the middle one of its value at
P₁, P, and its value at P₂.

Source: a polynomial in one variable over a distributive lattice is the median of the variable and
its values at the ends (Goodstein 1967).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import assert_never

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.schema import Schema, Target
from mipsdsl.engines.uses import operands_of, parts_of


class Grade(IntEnum):
    """How a value moves, from not at all to nobody knows how."""

    STILL = 0
    SETTLED = 1
    FOLLOWS = 2
    FREE = 3


@frozen
class Moving:
    """A parameter that changes. ``scale``: the most places of its values between its ends.

    ``low`` and ``high`` are the ends, of a quantity.
    """

    name: str
    low: c.Constant | None = None
    high: c.Constant | None = None
    scale: int = 0


@define
class Grades:
    """The grade of each item that was looked at, in the order of the program."""

    schema: Schema
    moving: Mapping[str, Moving]
    of: dict[Target, Grade] = field(factory=dict)

    def grade(self, expr: c.Expr, here: str, elements: tuple[str, ...] = ()) -> Grade:
        """Return how ``expr`` moves, for a row of ``here`` and folds over ``elements``."""
        match expr:
            case c.Constant() | c.SetOf() | c.Missing():
                return Grade.STILL
            case c.Parameter(name):
                return self._parameter(name, expr)
            case c.Read(row, name):
                value = self.of.get((self.schema.of_row(row, here, elements), name), Grade.STILL)
                return max(value, self._row(row, here, elements))
            case c.ReadPopulation(name):
                return Grade.FREE if self.of.get(("", name)) else Grade.STILL
            case c.HasRow(row):
                return self._row(row, here, elements)
            case c.IsMember(row, rows):
                return max(self._row(row, here, elements), self._rows(rows, here, elements))
            case c.Fold():
                return self._fold(expr, here, elements)
            case c.Select():
                return self._select(expr, here, elements)
            case c.Position():
                return _held(self._all([expr.value, expr.starts], here, elements))
            case _:
                return self._plain(expr, here, elements)

    def _plain(
        self,
        expr: c.IsGiven | c.Default | c.Arithmetic | c.Divide | c.Land | c.Round | c.Compare
        | c.Same | c.Among | c.And | c.Or | c.Not | c.Cases | c.Pick,
        here: str, elements: tuple[str, ...],
    ) -> Grade:  # fmt: skip
        most = max(self._all(operands_of(expr), here, elements), default=Grade.STILL)
        match expr:
            case c.IsGiven():
                return min(most, Grade.SETTLED) if most < Grade.FREE else most
            case c.Compare(comparison):
                if comparison is c.Comparison.EQUAL:
                    return _held([most])
                return min(most, Grade.SETTLED) if most < Grade.FREE else most
            case c.Default() | c.Cases() | c.Pick():
                return most
            case c.Arithmetic(operator):
                picks = operator in (c.Operator.LEAST, c.Operator.GREATEST)
                return most if picks else _held([most])
            case c.Land() | c.Round():
                return most if self._on_grid(expr) else _held([most])
            case c.Divide() | c.Same() | c.Among() | c.And() | c.Or() | c.Not():
                return _held([most])
            case _:
                assert_never(expr)

    def _parameter(self, name: str, expr: c.Parameter) -> Grade:
        if name not in self.moving:
            return Grade.STILL
        return Grade.FOLLOWS if expr.type.unit in QUANTITIES else Grade.FREE

    def _on_grid(self, expr: c.Land | c.Round) -> bool:
        """Return whether rounding leaves every moving parameter as it is."""
        places = 0 if expr.shape is None else expr.shape.scale
        return all(each.scale <= places for each in self.moving.values())

    def _all(self, exprs: Iterable[c.Expr], here: str, elements: tuple[str, ...]) -> list[Grade]:
        return [self.grade(each, here, elements) for each in exprs]

    def _row(self, row: c.Row, here: str, elements: tuple[str, ...]) -> Grade:
        match row:
            case c.Here() | c.Element():
                return Grade.STILL
            case c.Follow(inner):
                return self._row(inner, here, elements)
            case c.Catalogue(_, keys):
                return _held(self._all(keys, here, elements))
            case _:
                assert_never(row)

    def _rows(self, rows: c.Rows, here: str, elements: tuple[str, ...]) -> Grade:
        match rows:
            case c.Everyone(record):
                is_group = self.schema.records[record].grouping is not None
                return Grade.FREE if is_group and self._regrouped(record) else Grade.STILL
            case c.Children(row, name):
                record = self.schema.lists[self.schema.of_row(row, here, elements), name]
                regrouped = Grade.FREE if self._regrouped(record) else Grade.STILL
                return max(self._row(row, here, elements), regrouped)
            case c.Chosen(row, name):
                owner = self.schema.of_row(row, here, elements)
                return max(self._row(row, here, elements), self.of.get((owner, name), Grade.STILL))
            case c.Apart(inner, without):
                return max(self._rows(inner, here, elements), self._rows(without, here, elements))
            case _:
                assert_never(rows)

    def _regrouped(self, record: str) -> bool:
        """Return whether what the rows of a grouping are made by moves."""
        grouping = self.schema.records[record].grouping
        if grouping is None:
            return False
        child = self.schema.lists[grouping.parent, grouping.list_name]
        joined = () if grouping.joined is None else (grouping.joined,)
        return self.of.get((child, grouping.by), Grade.STILL) > Grade.STILL or any(
            self._all(joined, child, ())
        )

    def _fold(self, expr: c.Fold, here: str, elements: tuple[str, ...]) -> Grade:
        record = self.schema.of_rows(expr.rows, here, elements)
        inside = (*elements[: expr.level], record)
        rows = self._rows(expr.rows, here, elements)
        where, body = self._all((expr.where, expr.body), here, inside)
        if expr.kind not in (c.FoldKind.HIGHEST, c.FoldKind.LOWEST):
            body = _held([body])
        return max(_held([rows, where]), body)

    def _select(self, expr: c.Select, here: str, elements: tuple[str, ...]) -> Grade:
        inside = (self.schema.of_rows(expr.rows, here, elements),)
        grades = [self._rows(expr.rows, here, elements)]
        for places in expr.places:
            grades.append(self.grade(places.number, here, elements))
            grades += self._all(parts_of(places), here, inside)
        return Grade.FREE if any(grades) else Grade.STILL


def _held(grades: Iterable[Grade]) -> Grade:
    """Return the grade of what is calculated: what follows a parameter does so no longer."""
    most = max(grades, default=Grade.STILL)
    return Grade.FREE if most is Grade.FOLLOWS else most
