"""A population of any size for what-ifs: in a database, computed as machine code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.data.bulk.read import LargeInputs
from mipsdsl.data.tables import Inputs
from mipsdsl.engines.columns import ColumnStore
from mipsdsl.engines.native import NativeEngine, compile_native
from mipsdsl.engines.plan import Plan, Populations
from mipsdsl.engines.store import Stored
from mipsdsl.large.fetch import fetch, needs_of
from mipsdsl.large.world import LargeWorld, Results, inputs_of, large_world
from mipsdsl.scoring import World


@frozen
class ManyPeople:
    """Data that were read by query."""

    large: LargeInputs
    engine: str = "native"

    @property
    def inputs(self) -> Inputs:
        """Return what was read, without its rows."""
        return inputs_of(self.large)

    def world(self, program: c.Program) -> World:
        """Return the data linked."""
        return large_world(program, self.large)

    def run(self, world: World, plan: Plan, said: Populations) -> ManyRan:
        """Return the rows with all that ``plan`` computes."""
        assert isinstance(world, LargeWorld)
        schema, catalog = world.store.schema, world.linked.catalog
        compiled = compile_native(world.program, plan)
        columns = fetch(world.connection, schema, catalog, needs_of(schema, catalog, compiled))
        NativeEngine(world.program, columns, said).run(plan, compiled)
        return ManyRan(world, columns)


@frozen(eq=False)
class ManyRan:
    """Columns that were computed."""

    world: LargeWorld
    columns: ColumnStore

    @property
    def populations(self) -> Mapping[str, Stored]:
        """Return the items of the population that were computed."""
        return self.columns.populations

    def column(self, record: str, name: str) -> Sequence[Stored]:
        """Return what all rows of ``record`` have under ``name``."""
        found: list[Stored] = Results(self.world, self.columns, record).array(name).to_pylist()
        return found

    def ids(self, record: str) -> Sequence[object]:
        """Return the keys of the rows."""
        key = self.world.store.schema.records[record].key
        return list(zip(*(self.column(record, name) for name in key), strict=True))
