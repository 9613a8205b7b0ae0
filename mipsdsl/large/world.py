"""Data of any size ready to be run, and a run over them: ``mipsdsl.scoring`` for millions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from attrs import field, frozen

from mipsdsl import absent
from mipsdsl.core import nodes as c
from mipsdsl.core.hoist import hoisted
from mipsdsl.core.types import Unit
from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.read import LargeInputs, read_large
from mipsdsl.data.masks import Mask
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.tables import Inputs, Table
from mipsdsl.engines.columns import Column, ColumnStore, Listed, choice_values
from mipsdsl.engines.native import Compiled, NativeEngine, compile_native
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.rooms import Rooms
from mipsdsl.engines.schema import Schema, schema_of
from mipsdsl.engines.sql.catalog import CREATED, ROW, lacking
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.linking import Linked, link_tables
from mipsdsl.engines.store import Store
from mipsdsl.large.fetch import Keeping, fetch, keys_as_texts, needs_of
from mipsdsl.large.hiding import released
from mipsdsl.large.results import ColumnRows, Kept, array_of
from mipsdsl.scoring import (
    Outcome,
    OutputError,
    Scored,
    Wanted,
    World,
    asked_by_record,
    factors_of,
    guarded,
    guarding,
    looked_at,
    national,
    outputs_of,
    planned,
    record_of_run,
    refusal_text,
    shown_column,
)

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection


@frozen
class LargeWorld(World):
    """Linked rows in a database.

    ``store`` has no rows: it says of which records some were made, and which given items some rows
    lack. ``tables`` have no rows but such as ``mipsdsl.absent`` looks for.
    """

    large: LargeInputs = field(kw_only=True, repr=False)
    linked: Linked = field(kw_only=True, repr=False)

    @property
    def connection(self) -> Connection:
        """Return the database."""
        return self.large.connection

    def again(self, none_of: frozenset[str]) -> LargeWorld:
        """Return the same data, without more records."""
        return _world(self.program, self.large, self.tables, none_of)

    def size(self, record: str) -> int:
        """Return how many rows a record has."""
        table = self.linked.catalog.rows.get(record)
        if table is None:
            return 0
        (number,) = sql.one(self.connection, f"SELECT count(*) FROM {table}")
        return int(number)


def read_world(
    connection: Connection, program: c.Program, paths: Sequence[Path], options: ReadOptions
) -> LargeInputs:
    """Return the data in ``paths``, checked."""
    return read_large(connection, program, paths, options)


def inputs_of(large: LargeInputs) -> Inputs:
    """Return what was read without its rows: what a summary tells."""
    from mipsdsl.data.digests import files_read

    findings = large.findings
    return Inputs(
        tables={},
        notes=large.notes,
        rejects=large.rejects,
        counts=large.counts,
        subjects=large.subjects,
        plain_notes=findings.plain_notes,
        bound=findings.bound,
        files=files_read(findings.files),
    )


def large_world(program: c.Program, large: LargeInputs) -> LargeWorld:
    """Return the linked rows of ``large``; ``program`` folds each list once for all who share it."""
    program = hoisted(program)
    tables = {
        name: Table(name, table.columns, list(_witnesses(program, large, name)), [])
        for name, table in large.tables.items()
    }
    none_of = absent.dispensable(program) | absent.unreached(program, tables)
    return _world(program, large, tables, none_of - set(tables))


def _witnesses(program: c.Program, large: LargeInputs, record: str) -> Iterator[list[Any]]:
    """Yield a row with all fields of each reference, if there is one: all that ``absent`` asks."""
    table = large.tables[record]
    # A record that only the other of two policies has is of no interest here.
    references = next((x.references for x in program.records if x.name == record), ())
    for reference in references:
        if set(reference.by) <= set(table.columns):
            there = " AND ".join(f"{sql.name(name)} IS NOT NULL" for name in reference.by)
            columns = ", ".join(map(sql.name, table.columns))
            query = f"SELECT {columns} FROM {table.relation} WHERE {there} LIMIT 1"
            yield from map(list, large.connection.execute(query).fetchall())


def _world(
    program: c.Program, large: LargeInputs, given: Mapping[str, Table], none_of: frozenset[str]
) -> LargeWorld:
    connection, sources = large.connection, {}
    for record in program.records:
        if record.name in large.tables:
            sources[record.name] = f"data_{record.name}"
        elif record.name in none_of:
            sources[record.name] = f"none_{record.name}"
            columns = ", ".join(
                f"NULL AS {sql.name(name)}" for name in (ROW, *(f.name for f in record.fields))
            )
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {sources[record.name]} AS SELECT {columns} LIMIT 0"
            )
    _forget(connection)
    linked = link_tables(program, DuckDB(connection), sources)
    tables = {**given}
    available = {record: table.columns for record, table in given.items()}
    for record in program.records:
        if record.name in none_of:
            available[record.name] = tuple(each.name for each in record.fields)
    store = _sketch(connection, schema_of(program), linked)
    return LargeWorld(program, tables, store, available, none_of, large=large, linked=linked)


def _forget(connection: Connection) -> None:
    """Drop the tables of an earlier linking."""
    made = connection.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE regexp_matches(table_name, '^(linked|list|index)__')"
    ).fetchall()
    for (table,) in made:
        connection.execute(f"DROP TABLE {table}")


def _sketch(connection: Connection, schema: Schema, linked: Linked) -> Store:
    """Return a store without rows that knows of which records some were made, and what is lacking.

    Row 0 stands for all rows of files, row 1 for all that were made.
    """
    store = Store(schema)
    for record, table in linked.catalog.rows.items():
        given = [name for owner, name in linked.given if owner == record]
        counted = [f"count_if({CREATED})"]
        for name in given:
            counted += [
                f"count_if({lacking(name)} AND NOT {CREATED})",
                f"count_if({lacking(name)})",
            ]
        made, *counts = sql.one(connection, f"SELECT {', '.join(counted)} FROM {table}")
        store.rows[record] = []
        if made:
            store.created[record] = {1}
        for number, name in enumerate(given):
            in_files, all_ = counts[2 * number : 2 * number + 2]
            rows = {0} if in_files else set()
            store.lacking[record, name] = rows | ({1} if all_ > in_files else set())
    return store


# --- a run ---------------------------------------------------------------------------------------


def score_large(world: LargeWorld, wanted: Wanted, options: LargeOptions) -> Scored:
    """Return the results that are ``wanted``, computed by the native engine.

    Raises:
        OutputError: there is no such output, or none that was asked for can be computed.
        Unsupported: the engine cannot do what a rule asks.

    """
    world, plan = planned_large(world, wanted)
    compiled = compile_native(world.program, plan)
    run = _Run(world, wanted, plan, compiled, options)
    outcomes = tuple(run.outcomes())
    return told(world, plan, wanted, outcomes, run.created, "native")


def planned_large(world: LargeWorld, wanted: Wanted) -> tuple[LargeWorld, Plan]:
    """Return what has to be computed, and the world in which it can be.

    Raises:
        OutputError: there is no such output, or none that was asked for can be computed.

    """
    found, plan = planned(world, outputs_of(world, wanted), wanted.populations)
    assert isinstance(found, LargeWorld)
    if plan.refused and (wanted.outputs or not plan.outputs):
        raise OutputError(*refusal_text(world.program, plan.refused))
    return found, guarded(found, plan, wanted)


def told(
    world: LargeWorld,
    plan: Plan,
    wanted: Wanted,
    outcomes: tuple[Outcome, ...],
    created: Mapping[str, int],
    engine: str,
) -> Scored:
    """Return what came of a run; ``created`` has how many rows of each record no file had."""
    return Scored(
        outcomes=outcomes,
        refused=plan.refused,
        factors=tuple(factors_of(world, plan, wanted)),
        created=dict(created),
        none_of=tuple(sorted(looked_at(world, plan) & world.none_of)),
        record=record_of_run(world, wanted),
        engine=engine,
    )


@frozen(kw_only=True)
class LargeOptions:
    """How a run is done: ``threads``, and ``rows``, how many rows of results are made at a time.

    ``rooms`` is where columns are, ``folder`` for results that wait to be written; ``heed`` is told
    how many rows are fetched, and of how many.
    """

    folder: Path
    rooms: Rooms = field(factory=Rooms)
    threads: int | None = None
    rows: int = 1 << 19
    heed: Callable[[int, int], None] = lambda done, of: None


@frozen
class _Run:
    """One run over all rows."""

    world: LargeWorld
    wanted: Wanted
    plan: Plan
    compiled: Compiled
    options: LargeOptions
    created: dict[str, int] = field(factory=dict)

    def outcomes(self) -> Iterator[Outcome]:
        """Compute the results, and yield them."""
        world, options = self.world, self.options
        schema, catalog = world.store.schema, world.linked.catalog
        needs = needs_of(schema, catalog, self.compiled)
        keeping = Keeping(options.rooms, options.heed)
        columns = fetch(world.connection, schema, catalog, needs, keeping)
        engine = NativeEngine(world.program, columns, self.wanted.populations)
        engine.run(self.plan, self.compiled, options.threads)
        world.store.populations.update(columns.populations)
        self._count_created(columns)
        kept = Kept(options.folder)
        for record, names in asked_by_record(self.plan).items():
            if record:
                yield self._outcome(record, self._rows(columns, record, kept))
            else:
                yield national(world, names, self.wanted)

    def _count_created(self, columns: ColumnStore) -> None:
        for record, mask in columns.created.items():
            if mask.any():
                self.created[record] = int(mask.sum())

    def _names(self, record: str) -> list[str]:
        keys = self.world.store.schema.records[record].key
        names = asked_by_record(self.plan)[record]
        return [*keys, *(name for name in names if name not in keys)]

    def _rows(self, columns: ColumnStore, record: str, kept: Kept) -> ColumnRows:
        """Return the results of a record; of many rows they are in a file."""
        results = Results(self.world, columns, record, self.wanted.privacy.mask)
        step = self.options.rows
        if results.size <= step:
            return ColumnRows(self._arrays(results, slice(0, results.size)))
        for first in range(0, results.size, step):
            kept.add(record, self._arrays(results, slice(first, min(results.size, first + step))))
        return kept.rows(record)

    def _arrays(self, results: Results, rows: slice) -> tuple[pa.Array, ...]:
        """Return the columns of results of some rows."""
        record, names = results.record, self._names(results.record)
        arrays = tuple(results.array(name, rows) for name in names)
        guards = guarding(self.plan, record)
        arrays = released(record, names, arrays, guards, self.wanted.privacy)
        made = results.columns.created[record][rows]
        if record in self.wanted.subjects and made.any():
            arrays = tuple(array.filter(pa.array(~made)) for array in arrays)
        return arrays

    def _outcome(self, record: str, rows: ColumnRows) -> Outcome:
        inside = guarding(self.plan, record)
        shapes = tuple(
            shown_column(self.world, record, name, self.wanted.privacy)
            for name in self._names(record)
            if name not in inside
        )
        return Outcome(record, len(self.world.store.schema.records[record].key), shapes, rows)


@frozen
class Results:
    """The columns of results of one record."""

    world: LargeWorld
    columns: ColumnStore
    record: str
    mask: Mask | None = None
    _keys: dict[str, list[str]] = field(factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Return how many rows there are."""
        return self.columns.sizes[self.record]

    def array(self, name: str, rows: slice | None = None) -> pa.Array:
        """Return a column, or these rows of it: whole numbers in steps, days, texts, yes or no."""
        target, rows = (self.record, name), rows or slice(0, self.size)
        schema = self.columns.schema
        match self.columns.columns.get(target):
            case Listed() as listed if target in schema.items:
                below = schema.lists.get(target) or schema.of_selection(*target)
                return self._chosen(listed, rows, below)
            case Column(values, present):
                item = schema.items.get(target)
                type_ = item.type if item is not None else schema.fields[target].type
                texts: tuple[str, ...] = ()
                if type_.unit is Unit.TEXT:
                    texts = self.columns.texts.sorted
                elif type_.unit is Unit.CHOICE:
                    texts = choice_values(schema, type_)
                there = None if present is None else present[rows]
                return array_of(Column(values[rows], there), type_, texts)
            case _:
                return self._as_read(name, rows)

    def _as_read(self, name: str, rows: slice) -> pa.Array:
        """Return a column that the engine did not look at."""
        table = self.world.linked.catalog.columns[self.record, name]
        query = (
            f"SELECT {sql.name(name)} FROM {table} "
            f"WHERE {ROW} >= {rows.start} AND {ROW} < {rows.stop} ORDER BY {ROW}"
        )
        return sql.arrow(self.world.connection, query).column(0).combine_chunks()

    def _chosen(self, listed: Listed, rows: slice, below: str) -> pa.Array:
        """Return the rows of ``below`` that were chosen, by their keys."""
        if below not in self._keys:
            self._keys[below] = self._key_texts(below)
        keys = self._keys[below]
        starts = listed.starts[rows.start : rows.stop + 1].tolist()
        values = listed.values[starts[0] : starts[-1]].tolist()
        texts = [
            "; ".join(keys[row] for row in values[first - starts[0] : last - starts[0]]) or None
            for first, last in pairwise(starts)
        ]
        return pa.array(texts, pa.string())

    def _key_texts(self, record: str) -> list[str]:
        """Return the keys of the rows of ``record`` as texts; the rules made those of groups."""
        definition = self.columns.schema.records[record]
        if definition.grouping is None:
            table = self.world.linked.catalog.rows[record]
            return keys_as_texts(self.world.connection, table, record, definition.key, self.mask)
        of_group = Results(self.world, self.columns, record, self.mask)
        parts = [of_group.array(name).to_pylist() for name in definition.key]
        if self.mask is not None:
            parts = [
                [self.mask.value(record, name, each) for each in part]
                for name, part in zip(definition.key, parts, strict=True)
            ]
        return [" ".join(map(str, key)) for key in zip(*parts, strict=True)]
