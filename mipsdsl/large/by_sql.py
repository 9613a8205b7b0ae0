"""A run over data of any size in SQL: in the database that read them, or on a Spark server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mipsdsl.data.bulk import sql
from mipsdsl.data.masks import Mask
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import CREATED, PARENT, POSITION, ROW
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.engine import SqlEngine, stored_column
from mipsdsl.engines.sql.results import results
from mipsdsl.large.fetch import keys_as_texts
from mipsdsl.large.hiding import released
from mipsdsl.large.results import ColumnRows
from mipsdsl.large.world import LargeWorld, planned_large, told
from mipsdsl.scoring import (
    Outcome,
    Scored,
    Wanted,
    asked_by_record,
    guarding,
    national,
    shown_column,
)

if TYPE_CHECKING:
    from mipsdsl.engines.sql.spark import Spark


def score_by_sql(world: LargeWorld, wanted: Wanted, spark: Spark | None = None) -> Scored:
    """Return the results that are ``wanted``, computed by the database, or on ``spark``.

    Raises:
        OutputError: there is no such output, or none that was asked for can be computed.
        Unsupported: SQL cannot do exactly what a rule asks.

    """
    world, plan = planned_large(world, wanted)
    here = DuckDB(world.connection)
    if spark is None:
        engine = SqlEngine(world.program, here, world.linked, wanted.populations)
    else:
        from mipsdsl.engines.sql.spark import carried

        linked = carried(world.linked, here, spark)
        engine = SqlEngine(world.program, spark, linked, wanted.populations)
    engine.run(plan)
    for name in plan.populations:
        world.store.populations[name] = stored_column(engine, "", name)[0]
    outcomes = tuple(_outcomes(world, engine, plan, wanted))
    return told(world, plan, wanted, outcomes, _made(world), "sql" if spark is None else "spark")


def _outcomes(
    world: LargeWorld, engine: SqlEngine, plan: Plan, wanted: Wanted
) -> Iterator[Outcome]:
    for record, names in asked_by_record(plan).items():
        if record:
            yield _outcome(world, engine, record, names, guarding(plan, record), wanted)
        else:
            yield national(world, names, wanted)


def _outcome(
    world: LargeWorld,
    engine: SqlEngine,
    record: str,
    names: Sequence[str],
    inside: frozenset[str],
    wanted: Wanted,
) -> Outcome:
    keys = world.store.schema.records[record].key
    shown = [*keys, *(name for name in names if name not in keys)]
    chosen = [name for name in shown if (record, name) in engine.catalog.lists]
    plain = [name for name in shown if name not in chosen]
    table = engine.database.arrow(results(engine, record, plain)).sort_by(ROW)
    arrays = {name: _array(table, name) for name in plain}
    mask = wanted.privacy.mask
    arrays |= {name: _chosen(world, engine, record, name, len(table), mask) for name in chosen}
    created = _array(table, CREATED)
    if record in wanted.subjects:
        kept = pc.invert(created)
        arrays = {name: array.filter(kept) for name, array in arrays.items()}
    columns = released(record, shown, [arrays[name] for name in shown], inside, wanted.privacy)
    shapes = tuple(
        shown_column(world, record, name, wanted.privacy) for name in shown if name not in inside
    )
    return Outcome(record, len(keys), shapes, ColumnRows(columns))


def _array(table: pa.Table, name: str) -> pa.Array:
    array = table.column(name).combine_chunks()
    return array.dictionary_encode() if pa.types.is_string(array.type) else array


def _chosen(
    world: LargeWorld, engine: SqlEngine, record: str, name: str, size: int, mask: Mask | None
) -> pa.Array:
    """Return the rows that were chosen, by their keys."""
    columns = [t.column(PARENT), t.column(POSITION), t.column(ROW)]
    query = t.select(columns, t.table(engine.catalog.lists[record, name]))
    order = [(PARENT, "ascending"), (POSITION, "ascending")]
    table = engine.database.arrow(query).sort_by(order)
    counts = np.bincount(np.asarray(table.column(PARENT)), minlength=size)
    ends = np.cumsum(counts).tolist()
    schema = world.store.schema
    keys = _keys(world, engine, schema.of_selection(record, name), mask)
    rows = table.column(ROW).to_pylist()
    texts = [
        "; ".join(keys[row] for row in rows[end - count : end]) or None
        for count, end in zip(counts.tolist(), ends, strict=True)
    ]
    return pa.array(texts, pa.string())


def _keys(world: LargeWorld, engine: SqlEngine, record: str, mask: Mask | None) -> list[str]:
    """Return the keys of the rows of ``record`` as texts; the rules made those of groups."""
    declared, tables = world.store.schema.records[record], world.linked.catalog.rows
    if declared.grouping is None:
        return keys_as_texts(world.connection, tables[record], record, declared.key, mask)
    table = engine.database.arrow(results(engine, record, declared.key)).sort_by(ROW)
    parts = [table.column(name).to_pylist() for name in declared.key]
    if mask is not None:
        parts = [
            [mask.value(record, name, each) for each in part]
            for name, part in zip(declared.key, parts, strict=True)
        ]
    return [" ".join(map(str, key)) for key in zip(*parts, strict=True)]


def _made(world: LargeWorld) -> dict[str, int]:
    """Return how many rows of each record no file had."""
    made = {}
    for record in world.store.created:
        table = sql.name(world.linked.catalog.rows[record])
        (number,) = sql.one(world.connection, f"SELECT count_if({CREATED}) FROM {table}")
        made[record] = int(number)
    return made
