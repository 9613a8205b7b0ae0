"""What an expression reads, by name: the static side of its evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import assert_never

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.schema import Schema


class UseKind(Enum):
    """What kind of thing is read. ``GROUPS`` are the rows of a record that groups others."""

    VALUE = "value"
    LINK = "link"
    LIST = "list"
    TABLE = "table"
    GROUPS = "groups"
    PARAMETER = "parameter"
    POPULATION = "population"


@frozen
class Use:
    """A thing that is read: a table has no name, parameters and the population no record."""

    kind: UseKind
    record: str
    name: str


def uses_of(schema: Schema, here: str, exprs: Iterable[c.Expr]) -> dict[Use, None]:
    """Return what ``exprs`` read for a row of ``here``, in order, each once."""
    found = _Uses(schema, here)
    for expr in exprs:
        found.expr(expr, ())
    return found.uses


@define
class _Uses:
    schema: Schema
    here: str
    uses: dict[Use, None] = field(factory=dict)

    def _use(self, kind: UseKind, record: str, name: str) -> None:
        self.uses[Use(kind, record, name)] = None

    def expr(self, expr: c.Expr, elements: tuple[str, ...]) -> None:
        """Note what ``expr`` reads; ``elements`` are the records of the folds around it."""
        match expr:
            case c.Constant() | c.SetOf() | c.Missing():
                pass
            case c.Parameter(name):
                self._use(UseKind.PARAMETER, "", name)
            case c.ReadPopulation(name):
                self._use(UseKind.POPULATION, "", name)
            case c.Read(row, name):
                self._use(UseKind.VALUE, self._row(row, elements), name)
            case c.HasRow() | c.IsMember() | c.Fold() | c.Select():
                self._of_rows(expr, elements)
            case c.Position():
                self.expr(expr.value, elements)
                self.expr(expr.starts, elements)
            case _:
                for operand in operands_of(expr):
                    self.expr(operand, elements)

    def _of_rows(
        self, expr: c.HasRow | c.IsMember | c.Fold | c.Select, elements: tuple[str, ...]
    ) -> None:
        match expr:
            case c.HasRow(row):
                self._row(row, elements)
            case c.IsMember(row, rows):
                self._row(row, elements)
                self._rows(rows, elements)
            case c.Fold():
                inside = (*elements[: expr.level], self._rows(expr.rows, elements))
                self.expr(expr.where, inside)
                self.expr(expr.body, inside)
            case c.Select():
                inside = (self._rows(expr.rows, elements),)
                for places in expr.places:
                    self.expr(places.number, elements)
                    for each in parts_of(places):
                        self.expr(each, inside)
            case _:
                assert_never(expr)

    def _row(self, row: c.Row, elements: tuple[str, ...]) -> str:
        match row:
            case c.Here():
                return self.here
            case c.Element(level):
                return elements[level]
            case c.Follow(inner, name):
                record = self._row(inner, elements)
                self._use(UseKind.LINK, record, name)
                return self.schema.links[record, name]
            case c.Catalogue(record, keys):
                self._use(UseKind.TABLE, record, "")
                for key in keys:
                    self.expr(key, elements)
                return record
            case _:
                assert_never(row)

    def _rows(self, rows: c.Rows, elements: tuple[str, ...]) -> str:
        match rows:
            case c.Children(row, name):
                record = self._row(row, elements)
                self._use(UseKind.LIST, record, name)
                return self.schema.lists[record, name]
            case c.Everyone(record):
                self._use(UseKind.TABLE, record, "")
                return record
            case c.Chosen(row, name):
                record = self._row(row, elements)
                self._use(UseKind.VALUE, record, name)
                return self.schema.of_selection(record, name)
            case c.Apart(inner, without):
                self._rows(without, elements)
                return self._rows(inner, elements)
            case _:
                assert_never(rows)


def parts_of(places: c.Places) -> list[c.Expr]:
    """Return the expressions of ``places`` that look at a row of the list."""
    parts = [places.where, *places.fallbacks, *(key.value for key in places.keys)]
    return parts if places.each is None else [*parts, places.each]


def operands_of(
    expr: c.IsGiven | c.Default | c.Arithmetic | c.Divide | c.Land | c.Round | c.Compare | c.Same
    | c.Among | c.And | c.Or | c.Not | c.Cases | c.Pick,
) -> tuple[c.Expr, ...]:  # fmt: skip
    """Return the expressions within one that looks at no other row."""
    match expr:
        case c.IsGiven(operand) | c.Land(operand) | c.Round(operand) | c.Not(operand):
            return (operand,)
        case c.Default(first, second) | c.Same(first, second) | c.Among(first, second):
            return (first, second)
        case c.Arithmetic() | c.Compare():
            return (expr.left, expr.right)
        case c.Divide():
            return tuple(each for each in (expr.left, expr.right, expr.when_zero) if each)
        case c.And(operands) | c.Or(operands):
            return operands
        case c.Cases():
            arms = [part for arm in expr.arms for part in (arm.condition, arm.value)]
            return (*arms, expr.otherwise)
        case c.Pick():
            return (expr.index, *expr.values)
        case _:
            assert_never(expr)
