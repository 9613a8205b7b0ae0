"""Random legal records of a program, with a liking for the values at which its rules turn."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from mipsdsl.core import nodes as c
from mipsdsl.core.build import value_of
from mipsdsl.core.reads import children
from mipsdsl.core.types import GRID, QUANTITIES, Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.plan import Population
from mipsdsl.engines.store import Stored

ROWS = 3
CHILDREN = 6
TEXTS = 5
"""How many texts of the rules, and how many others, keys are made of in one world."""


class Maker:
    """Makes worlds of a program from a seed."""

    def __init__(self, program: c.Program, seed: int) -> None:
        """Learn the constants and texts that the rules of ``program`` look at."""
        self._program = program
        self._random = Random(seed)
        self._turns = _turning_points(program)
        self._owners: dict[str, list[c.Relation]] = {}
        for record in program.records:
            self._owners[record.name] = [r for r in record.relations if r.owned]
        self._children = {r.record for owned in self._owners.values() for r in owned}
        self._order = _referred_first(program)
        self._texts = _texts(program)
        self._sample: list[str] = []

    def world(self) -> dict[str, list[Values]]:
        """Return rows of every record: a few of each, linked by keys out of small pools."""
        rows: dict[str, list[Values]] = {record.name: [] for record in self._program.records}
        few = min(TEXTS, len(self._texts))
        self._sample = self._random.sample(self._texts, few)
        for record in self._order:
            if record.grouping is not None or record.name in self._children:
                continue
            if record.is_reference:
                rows[record.name] = list(self._catalogue(record))
                continue
            for _ in range(self._random.randint(1, ROWS)):
                self._add(record, {}, rows)
        return rows

    def _catalogue(self, record: c.Record) -> Iterator[Values]:
        keys: list[Values] = [{}]
        for name in record.key:
            field = next(f for f in record.fields if f.name == name)
            keys = [{**key, name: value} for key in keys for value in self._key_values(field)]
        for key in keys[:400]:
            yield {**{f.name: self.value(f) for f in record.fields}, **key}

    def _key_values(self, field: c.Field) -> list[Stored]:
        if field.type.unit is Unit.CHOICE:
            return list(self._choice(field.type.choice))
        if field.type.unit is Unit.TEXT:
            return list(self._pool(field.name))
        return [self.value(field)]

    def _pool(self, name: str) -> list[str]:
        return [*self._sample, *(f"{name}-{i}" for i in range(TEXTS))]

    def _add(self, record: c.Record, key: Values, rows: dict[str, list[Values]]) -> None:
        row = {**{field.name: self.value(field) for field in record.fields}, **key}
        for name in record.key:
            field = next(f for f in record.fields if f.name == name)
            if name not in key and field.type.unit is Unit.TEXT:
                row[name] = self._random.choice(self._pool(name))
        by_name = {r.name: r for r in self._program.records}
        for reference in by_name[record.name].references:
            if not reference.optional and rows[reference.record]:
                target = self._random.choice(rows[reference.record])
                theirs = (target[name] for name in by_name[reference.record].key)
                row.update(
                    {
                        name: value
                        for name, value in zip(reference.by, theirs, strict=True)
                        if name not in key
                    }
                )
        told = tuple(row[name] for name in record.key)
        if any(tuple(other[name] for name in record.key) == told for other in rows[record.name]):
            return
        rows[record.name].append(row)
        for relation in self._owners[record.name]:
            inherited = {
                theirs: row[ours]
                for ours, theirs in zip(relation.ours, relation.theirs, strict=True)
            }
            most = min(CHILDREN, relation.at_most)
            for _ in range(self._random.choice([0, 1, most, self._random.randint(0, most)])):
                self._add(by_name[relation.record], inherited, rows)

    def _choice(self, name: str) -> tuple[str, ...]:
        return next(choice.values for choice in self._program.choices if choice.name == name)

    def value(self, field: c.Field) -> Stored:
        """Return a legal value of ``field``."""
        chance = self._random
        if field.type.optional and chance.random() < 0.25:
            return None
        match field.type.unit:
            case Unit.YESNO:
                return chance.random() < 0.5
            case Unit.CHOICE:
                return chance.choice(self._choice(field.type.choice))
            case Unit.TEXT:
                return chance.choice(self._pool(field.name))
            case Unit.SET:
                return ()
            case unit if field.many:
                count = chance.randint(0, field.many)
                starts = sorted(
                    self.steps(unit, field.low, field.high, field.scale) for _ in range(count)
                )
                return tuple(starts if chance.random() < 0.5 else reversed(starts))
            case unit:
                return self.steps(unit, field.low, field.high, field.scale)

    def steps(self, unit: Unit, low: int, high: int, scale: int) -> int:
        """Return a quantity between ``low`` and ``high`` (steps), often at or next to a turn."""
        chance = self._random
        if chance.random() < 0.5:
            turns = [low, high, *(int(x * 10**scale) for x in self._turns.get(unit, ()))]
            near = chance.choice(turns) + chance.choice([-1, 0, 0, 1])
            return min(high, max(low, near))
        size = chance.choice([100, 10_000, high - low])
        return min(high, max(low, low + chance.randint(0, max(1, min(size, high - low)))))


def populations_of(program: c.Program, maker: Maker) -> dict[str, Stored | Population]:
    """Return some value of each population item, in steps of its grid."""
    values: dict[str, Stored | Population] = {}
    for item in program.items:
        if not item.record and item.shape is not None:
            scale = GRID[item.type.unit]
            low, high = (int(x * 10**scale) for x in (item.shape.low, item.shape.high))
            values[item.name] = maker.steps(item.type.unit, low, high, scale)
    return values


def _referred_first(program: c.Program) -> list[c.Record]:
    """Return the records, each after those that its rows cannot be without."""
    by_name = {record.name: record for record in program.records}
    ordered: dict[str, c.Record] = {}

    def visit(record: c.Record, above: frozenset[str]) -> None:
        for reference in record.references:
            if not reference.optional and reference.record not in above:
                visit(by_name[reference.record], above | {record.name})
        ordered.setdefault(record.name, record)

    for record in program.records:
        visit(record, frozenset({record.name}))
    return list(ordered.values())


def _turning_points(program: c.Program) -> dict[Unit, list[Fraction]]:
    found: dict[Unit, set[Fraction]] = {}
    for constant in program.parameters:
        if isinstance(constant.value, c.Constant) and constant.type.unit in QUANTITIES:
            value = value_of(constant.value)
            if value is not None:
                found.setdefault(constant.type.unit, set()).add(value)
    for expr in _all(program):
        if isinstance(expr, c.Constant) and expr.type.unit in QUANTITIES:
            value = value_of(expr)
            if value is not None:
                found.setdefault(expr.type.unit, set()).add(value)
    return {unit: sorted(values) for unit, values in found.items()}


def _texts(program: c.Program) -> list[str]:
    found = {
        expr.value
        for expr in _all(program)
        if isinstance(expr, c.Constant)
        and expr.type.unit is Unit.TEXT
        and isinstance(expr.value, str)
    }
    for expr in _all(program):
        if isinstance(expr, c.SetOf) and not expr.type.choice:
            found.update(expr.values)
    return sorted(found)


def _all(program: c.Program) -> Iterator[c.Expr]:
    for item in program.items:
        yield from _inside(item.expr)


def _inside(expr: c.Expr) -> Iterator[c.Expr]:
    yield expr
    for part in children(expr):
        yield from _inside(part)
    if isinstance(expr, c.Parameter):
        yield expr.value
