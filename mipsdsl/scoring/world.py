"""Data ready to be run: linked rows, and which columns were given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from attrs import frozen

from mipsdsl import absent
from mipsdsl.core import nodes as c
from mipsdsl.data.tables import Inputs, Table
from mipsdsl.engines.plan import Plan, Population, Populations
from mipsdsl.engines.rows import link
from mipsdsl.engines.store import Row, Store, Stored


@frozen
class World:
    """Data ready to be run: linked rows and the columns that were given.

    ``given`` are the records that came as data; ``none_of`` those that a file need not have, of
    which there are no rows then.
    """

    program: c.Program
    tables: Mapping[str, Table]
    store: Store
    available: Mapping[str, Collection[str]]
    none_of: frozenset[str]

    def again(self, none_of: frozenset[str]) -> World:
        """Return the same data linked anew, of more records none."""
        return _world(self.program, self.tables, none_of)

    def size(self, record: str) -> int:
        """Return how many rows a record has."""
        return len(self.store.rows.get(record, ()))


def world_of(program: c.Program, inputs: Inputs) -> World:
    """Return the linked rows of ``inputs``."""
    none_of = absent.dispensable(program) | absent.unreached(program, inputs.tables)
    return _world(program, inputs.tables, none_of - set(inputs.tables))


def _world(program: c.Program, given: Mapping[str, Table], none_of: frozenset[str]) -> World:
    empty = {
        record.name: Table(record.name, tuple(each.name for each in record.fields), [], [])
        for record in program.records
        if record.name in none_of
    }
    tables = {**given, **empty}
    available = {record: table.columns for record, table in tables.items()}
    return World(program, given, link(program, tables), available, none_of)


def computed_here(program: c.Program, here: bool, settings: Mapping[str, Stored]) -> Populations:
    """Return what is said of the population items: those set, and with ``here`` all others."""
    said: dict[str, Stored | Population] = {}
    if here:
        national = {item.name for item in program.items if not item.record}
        said = dict.fromkeys(national - to_be_given(program), Population.COMPUTE)
    return {**said, **settings}


def to_be_given(program: c.Program) -> frozenset[str]:
    """Return the parameters that have no value; the engines know them as population items."""
    return frozenset(each.name for each in program.parameters if each.value is None)


def run(world: World, plan: Plan, populations: Populations, engine: str = "python") -> None:
    """Compute what ``plan`` says, with the engine for few records or the one that defines all."""
    if engine == "interpreter":
        from mipsdsl.engines.interpreter import Interpreter

        Interpreter(world.program, world.store, populations).run(plan)
        return
    from mipsdsl.engines.python import PythonEngine

    PythonEngine(world.program, world.store, populations).run(plan)


Wish: TypeAlias = Mapping[str, str]
"""Fields of a record and the texts that they shall have."""


def rows_where(store: Store, record: str, wish: Wish) -> list[Row]:
    """Return the rows of ``record`` whose fields have these values, as texts."""
    slots = store.schema.layouts[record].slots
    return [
        row
        for row in store.rows.get(record, [])
        if all(str(row[slots[name]]) == text for name, text in wish.items())
    ]
