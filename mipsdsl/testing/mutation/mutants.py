"""The mutants of a program: each with one thing of its rules changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from attrs import evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.core.walk import with_value
from mipsdsl.testing.mutation.operators import Choices, moved, variants
from mipsdsl.testing.mutation.words import constant, said

Target: TypeAlias = tuple[str, str]
"""A record ("" the population) and an item of it."""


@frozen(eq=False)
class Mutant:
    """A change of the rules: the items that are different, the change in words, and its place.

    ``owner`` is what an author calls the changed thing: ``table weights``, ``parameter x``.
    """

    number: int
    items: tuple[c.Item, ...]
    owner: str
    words: str
    place: c.Place

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return the items that are different."""
        return tuple((item.record, item.name) for item in self.items)

    def __str__(self) -> str:
        """Return the change as an author would tell it."""
        return f"{self.owner}: {self.words}"


def mutants(program: c.Program) -> Iterator[Mutant]:
    """Give every mutant of ``program``: first those of its items in order, then of its parameters."""
    choices: Choices = {each.name: each.values for each in program.choices}
    tables = _tables(program)
    number = 0
    for item in program.items:
        for variant in variants(item.expr, choices):
            number += 1
            table = tables.get((item.record, item.name))
            words = variant.words
            if item.kind is c.ItemKind.COLUMN:
                words = _in_row(words, item.name)
            place = _row_place(table, variant.words) or variant.place or item.place
            changed = evolve(item, expr=variant.expr)
            yield Mutant(number, (changed,), _owner(item, table), words, place)
    for parameter in program.parameters:
        for value, words in _values(parameter):
            number += 1
            items = tuple(_with(program, parameter, value))
            if items:
                owner = f"parameter {parameter.name}"
                yield Mutant(number, items, owner, words, parameter.place)


def changed_program(program: c.Program, mutant: Mutant) -> c.Program:
    """Return ``program`` with the items of ``mutant``; the bounds of shapes are those before."""
    changed = dict(zip(mutant.targets, mutant.items, strict=True))
    items = tuple(changed.get((item.record, item.name), item) for item in program.items)
    return evolve(program, items=items)


# --- what is changed, in words -------------------------------------------------------------------------


def _tables(program: c.Program) -> dict[Target, c.Item]:
    """Return, for each column of a table, the item with the number of its row."""
    items = {(item.record, item.name): item for item in program.items}
    found: dict[Target, c.Item] = {}
    for item in program.items:
        if item.kind is c.ItemKind.ROW:
            found[item.record, item.name] = item
        pick = item.expr.operand if isinstance(item.expr, c.Land) else item.expr
        if isinstance(pick, c.Pick) and isinstance(pick.index, c.Read):
            row = items.get((item.record, pick.index.name))
            if row is not None:
                found[item.record, item.name] = row
    return found


def _owner(item: c.Item, table: c.Item | None) -> str:
    if table is not None:
        return f"table {_named(table.record, table.name.removesuffix(' row'))}"
    word = {c.ItemKind.SCALE: "scale", c.ItemKind.SELECTION: "selection"}
    kind = "population" if not item.record else word.get(item.kind, "rule")
    return f"{kind} {_named(item.record, item.name)}"


def _named(record: str, name: str) -> str:
    return f"{record}.{name}" if record else name


def _in_row(words: str, column: str) -> str:
    """Return ``row 3: 45% instead of 50%`` with the column that is meant."""
    row, colon, rest = words.partition(": ")
    return f"{row}: {column} {rest}" if colon and row.startswith("row ") else f"{column}: {words}"


def _row_place(table: c.Item | None, words: str) -> c.Place | None:
    """Return the line of the row that ``words`` begin with."""
    row = words.partition(":")[0].removeprefix("row ")
    if table is None or not row.isdigit() or not isinstance(table.expr, c.Cases):
        return None
    numbers = {x.value.value: x.place for x in table.expr.arms if isinstance(x.value, c.Constant)}
    return numbers.get(int(row))


# --- parameters ----------------------------------------------------------------------------------------


def _values(parameter: c.NamedConstant) -> Iterator[tuple[c.Constant | c.SetOf, str]]:
    value = parameter.value
    if isinstance(value, c.SetOf):
        for gone in value.values:
            rest = tuple(each for each in value.values if each != gone)
            yield evolve(value, values=rest), f"{gone} taken out of the set"
    elif isinstance(value, c.Constant):
        others: list[c.Constant] = []
        if isinstance(value.value, bool):
            others = [evolve(value, value=not value.value)]
        elif value.type.unit in QUANTITIES:
            others = list(moved(value))
        for other in others:
            yield other, f"{constant(other)} instead of {said(value)}"


def _with(
    program: c.Program, parameter: c.NamedConstant, value: c.Constant | c.SetOf
) -> Iterator[c.Item]:
    """Give the items that read ``parameter``, with another value of it."""
    for item in program.items:
        expr = with_value(item.expr, parameter.name, value)
        if expr is not item.expr:
            yield evolve(item, expr=expr)
