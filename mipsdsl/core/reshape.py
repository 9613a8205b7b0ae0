"""Shapes anew: the same expressions, when what they read has become wider."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import TypeAlias, assert_never

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.around import Around, Remaker
from mipsdsl.core.reads import Schema
from mipsdsl.core.types import Shape

ShapeOf: TypeAlias = Callable[[str, str], Shape | None]
"""The shape of a name of a record; the population has the record ""."""


def reshaped(expr: c.Expr, record: str, schema: Schema, shape_of: ShapeOf) -> c.Expr:
    """Return ``expr``, of the rows of ``record``, with the shapes that follow from ``shape_of``."""
    return _Reshaper(record, schema, shape_of).expr(expr, ())


class _Reshaper(Remaker):
    def __init__(self, record: str, schema: Schema, shape_of: ShapeOf) -> None:
        super().__init__(record, schema)
        self._shape_of = shape_of

    def expr(self, expr: c.Expr, around: Around) -> c.Expr:
        """Return ``expr`` with new shapes."""
        match expr:
            case c.Read(row=row, name=name):
                known = self._shape_of(self.record_of(row, around), name)
                return evolve(expr, row=self.part(row, around), shape=known)
            case c.ReadPopulation(name=name):
                return evolve(expr, shape=self._shape_of("", name))
            case c.Fold():
                return self._fold(expr, around)
            case c.Select():
                return self.selection(expr, around)
            case _:
                return _derived(self.with_parts(expr, around))

    def _fold(self, fold: c.Fold, around: Around) -> c.Expr:
        inside = self.inside(fold.rows, around)
        before = fold.body.shape
        where, body = self.expr(fold.where, inside), self.expr(fold.body, inside)
        rows = self.part(fold.rows, around)
        made = evolve(fold, rows=rows, where=where, body=body)
        if before is None or body.shape == before or fold.kind is c.FoldKind.COUNT:
            return made
        most = ceil((fold.shape or before).numerator / max(1, before.numerator))
        return evolve(build.fold(fold.kind, fold.level, rows, most, where, body), type=fold.type)


def _derived(expr: c.Expr) -> c.Expr:
    """Return ``expr`` with the shape that its parts give it."""
    match expr:
        case c.Arithmetic(operator, left, right):
            return build.arithmetic(operator, left, right, expr.type)
        case c.Divide(left, right, when_zero):
            return build.divide(left, right, when_zero, expr.type)
        case c.Land(operand):
            landed = build.land(operand, expr.type.unit)
            return evolve(landed, type=expr.type)
        case c.Round(operand, mode):
            made = build.round_to(operand, build.shape_of(expr).scale, mode)
            return evolve(made, type=expr.type)
        case c.Default(operand, otherwise):
            return build.default(operand, otherwise, expr.type)
        case c.Cases(kind, arms, otherwise, place):
            return build.cases(kind, arms, otherwise, expr.type, place)
        case c.Pick(_, values):
            shapes = [value.shape for value in values if value.shape is not None]
            return evolve(expr, shape=build.joined(shapes) if shapes else None)
        case c.Position(value, starts, first, rising):
            many = int(build.shape_of(expr).high) - first + 1
            return evolve(build.position(value, starts, many, first, rising), type=expr.type)
        case (
            c.Constant() | c.SetOf() | c.Missing() | c.Parameter() | c.Read() | c.ReadPopulation()
            | c.IsGiven() | c.HasRow() | c.IsMember() | c.Compare() | c.Same() | c.Among()
            | c.And() | c.Or() | c.Not() | c.Fold() | c.Select()
        ):  # fmt: skip
            return expr
        case _:
            assert_never(expr)
