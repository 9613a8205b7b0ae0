"""What an expression reads, by name: the static side of its evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeAlias, assert_never

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


Absent: TypeAlias = Callable[[str, str], bool]
"""Whether a name of a record is missing in every row, whatever the data say."""


def uses_of(
    schema: Schema, here: str, exprs: Iterable[c.Expr], absent: Absent = lambda *_: False
) -> dict[Use, None]:
    """Return what ``exprs`` read for a row of ``here``, in order, each once.

    What stands behind a condition on something ``absent`` is never come to, so it is not read.
    """
    found = _Uses(schema, here, absent)
    for expr in exprs:
        found.expr(expr, ())
    return found.uses


@define
class _Uses:
    schema: Schema
    here: str
    absent: Absent
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
            case c.Cases() | c.And():
                self._in_turn(expr, elements)
            case _:
                for operand in operands_of(expr):
                    self.expr(operand, elements)

    def _in_turn(self, expr: c.Cases | c.And, elements: tuple[str, ...]) -> None:
        """Note what is read where one part decides whether the next is come to."""
        if isinstance(expr, c.Cases):
            for arm in expr.arms:
                self.expr(arm.condition, elements)
                if not self.never(arm.condition, elements):
                    self.expr(arm.value, elements)
            self.expr(expr.otherwise, elements)
            return
        for operand in expr.operands:
            self.expr(operand, elements)
            if self.never(operand, elements):
                break

    def never(self, condition: c.Expr, elements: tuple[str, ...]) -> bool:
        """Return whether ``condition`` holds for no row, since something it needs is absent."""
        match condition:
            case c.IsGiven(operand):
                return self.always_missing(operand, elements)
            case c.And(operands):
                return any(self.never(operand, elements) for operand in operands)
            case c.Or(operands):
                return all(self.never(operand, elements) for operand in operands)
            case _:
                return False

    def always_missing(self, expr: c.Expr, elements: tuple[str, ...]) -> bool:
        """Return whether ``expr`` is missing for every row."""
        match expr:
            case c.Missing():
                return True
            case c.Read(row, name):
                return self.absent(self._looking(row, elements), name)
            case c.Land(operand) | c.Round(operand):
                return self.always_missing(operand, elements)
            case c.Cases(arms=arms, otherwise=otherwise):
                values = [arm.value for arm in arms if not self.never(arm.condition, elements)]
                return all(self.always_missing(value, elements) for value in (*values, otherwise))
            case c.Fold() if expr.type.optional:
                aside = _Uses(self.schema, self.here, self.absent)
                inside = (*elements[: expr.level], aside._rows(expr.rows, elements))
                return self.never(expr.where, inside) or self.always_missing(expr.body, inside)
            case _:
                return False

    def _looking(self, row: c.Row, elements: tuple[str, ...]) -> str:
        """Return the record of ``row`` without noting how it is come to."""
        return _Uses(self.schema, self.here, self.absent)._row(row, elements)

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


def always_missing(schema: Schema, here: str, expr: c.Expr, absent: Absent) -> bool:
    """Return whether ``expr`` is missing for every row of ``here``, since what it needs is absent."""
    return _Uses(schema, here, absent).always_missing(expr, ())


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
