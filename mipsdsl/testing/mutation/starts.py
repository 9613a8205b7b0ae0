"""The worlds that a search begins at: the usual one, those of the examples, and these grown."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.core.types import Unit
from mipsdsl.diagnostics import Report
from mipsdsl.engines.frames import Values
from mipsdsl.engines.plan import Population
from mipsdsl.engines.schema import NUMBER
from mipsdsl.testing.mutation.killing import Bench
from mipsdsl.testing.mutation.mutants import Target
from mipsdsl.testing.mutation.probe import Base
from mipsdsl.testing.mutation.search import BASES
from mipsdsl.testing.world import Setting, World

_MORE = (1, 2, 7)
"""How many rows are added to a list."""


def starts(setting: Setting, bench: Bench, target: Target) -> Iterator[Base]:
    """Give the usual world, and the simplest of the examples in which ``target`` was computed."""
    plain = _usual(setting, target[0])
    if plain is not None:
        yield plain
    found: list[tuple[int, int, Base]] = []
    for index in bench.scenes_of.get(target, ()):
        scene = bench.scenes[index]
        if Population.COMPUTE in scene.judge.populations.values():
            continue
        told = scene.world.rows
        for row in bench.computed[index][target][:3]:
            if (
                not target[0]
                or row[NUMBER] < len(told.get(target[0], ()))
                or not told.get(target[0])
            ):
                found.append((sum(map(len, told.values())), len(found), Base(scene, row)))
    yield from (base for *_, base in sorted(found, key=lambda x: x[:2])[:BASES])


def _usual(setting: Setting, record: str) -> Base | None:
    world = World.usual(setting, Report())
    if record and not world.rows.get(record):
        definition = next(r for r in setting.program.records if r.name == record)
        if definition.grouping is not None:
            return None
        world.add(record)
    return Base.of(world, record, 0)


# --- more rows, and fewer ---------------------------------------------------------------------------


def grow(setting: Setting, item: c.Item, base: Base) -> Iterator[Base]:
    """Give ``base`` with one or two more rows in each list that ``item`` looks at, and without rows."""
    record, number = item.record, base.row[NUMBER] if base.row else 0
    for relation, owner in _lists(setting.program, item):
        for many in (each for each in _MORE if each <= relation.at_most):
            world = _copied(base.scene.world)
            if all(_add(setting, world, relation, owner) for _ in range(many)):
                made = Base.of(world, record, number)
                if made is not None:
                    yield made
    for gone in base.scene.world.rows:
        if gone != record and len(base.scene.world.rows[gone]) == 1:
            world = _copied(base.scene.world)
            world.rows[gone] = []
            made = Base.of(world, record, number)
            if made is not None:
                yield made


def _copied(world: World) -> World:
    return World(world.setting, Report(), deepcopy(world.rows), dict(world.populations))


def _lists(program: c.Program, item: c.Item) -> Iterator[tuple[c.Relation, str]]:
    """Give the lists that ``item`` looks at, each with the record whose list it is."""
    schema = schema_of(program.records, program.items)
    known = {(r.name, x.name): x for r in program.records for x in r.relations}
    seen = dict.fromkeys(
        (one.record, one.name)
        for one in dependencies(item.expr, item.record, schema)
        if one.is_list
    )
    for at in seen:
        if at in known:
            yield known[at], at[0]


def _add(setting: Setting, world: World, relation: c.Relation, owner: str) -> bool:
    """Add a row to the list of the first row of ``owner``; return whether there is one to add to."""
    parents = world.rows.get(owner)
    if not parents:
        return False
    parent = parents[0]
    world.current[owner] = 0
    row = world.add(relation.record)
    joined = dict(zip(relation.theirs, relation.ours, strict=True))
    row.update({theirs: parent.get(ours) for theirs, ours in joined.items()})
    definition = next(r for r in setting.program.records if r.name == relation.record)
    catalogues = {r.name for r in setting.program.records if r.is_reference}
    for reference in definition.references:
        if reference.record in catalogues:
            continue
        free = [name for name in reference.by if name in definition.key and name not in joined]
        if free:
            _point(setting, world, row, reference, definition.key)
    choices = {each.name: each.values for each in setting.program.choices}
    for each in definition.fields:
        if each.type.unit is Unit.CHOICE and not each.type.optional:
            row.setdefault(each.name, choices[each.type.choice][0])
    _unique(setting, world.rows[relation.record], row, definition, joined)
    return True


def _point(
    setting: Setting, world: World, row: Values, reference: c.Reference, key: tuple[str, ...]
) -> None:
    """Let ``row`` refer to a new row."""
    target = world.add(reference.record)
    theirs = next(r.key for r in setting.program.records if r.name == reference.record)
    for name, their in zip(reference.by, theirs, strict=True):
        if name in row and row[name] is not None and name not in key:
            target[their] = row[name]
        row[name] = target.get(their)


def _unique(
    setting: Setting, rows: list[Values], row: Values, definition: c.Record, joined: dict[str, str]
) -> None:
    """Give ``row`` a key of its own, in a part that joins it to nothing."""
    own = [
        f.name
        for f in definition.fields
        if f.name in definition.key and f.name not in joined and f.type.unit is Unit.TEXT
    ]
    others = {tuple(x.get(k) for k in definition.key) for x in rows if x is not row}
    count = 1
    while own and tuple(row.get(k) for k in definition.key) in others:
        count += 1
        row[own[-1]] = f"{definition.name}-{count}"
