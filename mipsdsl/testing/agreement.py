"""Do the engines say the same? On the data of one practice, every value of every item is compared."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.data.tables import Inputs, Table, Value
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.store import Store, Stored
from mipsdsl.scoring import computed_here, planned, world_of


@frozen
class Agreement:
    """How many values were compared, and the items of which some differ."""

    values: int
    differing: tuple[str, ...]


def agreement(program: c.Program, inputs: Inputs) -> Agreement:
    """Return whether the interpreter and the Python engine agree on ``inputs``."""
    said = computed_here(program, True, {})
    every = [(item.record, item.name) for item in program.items]
    world, plan = planned(world_of(program, inputs), every, said)
    other, again = planned(world_of(program, inputs), every, said)
    Interpreter(program, world.store, said).run(plan)
    PythonEngine(program, other.store, said).run(again)
    values, differing = 0, []
    for step in plan.steps:
        for name in step.items:
            one = list(_column(world.store, step.record, name))
            values += len(one)
            if one != list(_column(other.store, step.record, name)):
                differing.append(".".join(part for part in (step.record, name) if part))
    return Agreement(values, tuple(differing))


def _column(store: Store, record: str, name: str) -> Iterator[object]:
    values = store.column(record, name) if record else [store.populations[name]]
    for value in values:
        yield _shown(store, value)


def _shown(store: Store, value: Stored) -> object:
    """Return rows that were chosen by their keys, all else with its type: 1 is not yes."""
    if isinstance(value, tuple) and value and isinstance(value[0], list):
        return [store.key(row) for row in value]
    return type(value).__name__, value


def first_practice(program: c.Program, inputs: Inputs) -> Inputs:
    """Return what belongs to the first row's first key: the first practice, in a sample.

    Rows belong together when the parts of keys that they share are the same.
    """
    own = [
        record
        for record in program.records
        if record.name in inputs.tables and not record.is_reference and record.grouping is None
    ]
    if not own or not inputs.tables[own[0].name].rows:
        return inputs
    first = inputs.tables[own[0].name]
    name = own[0].key[0]
    known: dict[str, set[Value]] = {name: {first.rows[0][first.columns.index(name)]}}
    tables = dict(inputs.tables)
    for record in own:
        table = tables[record.name] = _belonging(tables[record.name], known)
        for key in record.key:
            place = table.columns.index(key)
            known.setdefault(key, set()).update(row[place] for row in table.rows)
    return evolve(inputs, tables=tables)


def _belonging(table: Table, known: dict[str, set[Value]]) -> Table:
    shared = [(table.columns.index(name), known[name]) for name in known if name in table.columns]
    kept = [
        number
        for number, row in enumerate(table.rows)
        if any(row[place] is not None for place, _ in shared)
        and all(row[place] is None or row[place] in values for place, values in shared)
    ]
    rows, origins = [table.rows[n] for n in kept], [table.origins[n] for n in kept]
    return Table(table.record, table.columns, rows, origins)
