"""Linked tables of a database into columns: only what the machine code of a plan looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen
from numpy.typing import NDArray

from mipsdsl.core.types import Type, Unit
from mipsdsl.data.bulk import sql
from mipsdsl.data.masks import Mask
from mipsdsl.engines.columns import (
    NO_ROW,
    Column,
    ColumnStore,
    Listed,
    Texts,
    choice_values,
    dtype_of,
    texts_of,
)
from mipsdsl.engines.native.compiled import Compiled
from mipsdsl.engines.native.slots import SlotKind
from mipsdsl.engines.rooms import Rooms
from mipsdsl.engines.schema import Schema, Target
from mipsdsl.engines.sql.catalog import CREATED, PARENT, ROW, Catalog, lacking

Array = NDArray[Any]

_KEYED = frozenset(
    {SlotKind.KEYS, SlotKind.KEY_ROWS, SlotKind.KEY_COUNT, SlotKind.RANK, SlotKind.ROW}
)
_BATCH = 1 << 16
_SQL_TYPES = {1: "TINYINT", 2: "SMALLINT", 4: "INTEGER", 8: "BIGINT"}


@frozen
class Needs:
    """What of each record is fetched: columns by name, links, lists, and items that rows lack."""

    columns: dict[str, list[str]] = field(factory=dict)
    links: dict[str, list[str]] = field(factory=dict)
    lists: list[Target] = field(factory=list)
    lacking: dict[str, list[str]] = field(factory=dict)


def needs_of(schema: Schema, catalog: Catalog, compiled: Compiled) -> Needs:
    """Return what the functions of a plan look at, as far as tables have it."""
    found = Needs()
    slots = {slot for call in compiled.module.calls for slot in call.slots}
    for record in schema.records.values():
        if record.grouping is not None:
            lists = (record.grouping.parent, record.grouping.list_name)
            child = schema.lists[lists]
            _add_list(found, schema, lists)
            _add(found.columns, child, record.grouping.by)
            for name in record.key:
                _add(found.columns, record.grouping.parent, name)
    for slot in sorted(slots, key=lambda each: (each.record, each.name)):
        target = (slot.record, slot.name)
        if slot.kind in _KEYED:
            for name in schema.records[slot.record].key:
                _add(found.columns, slot.record, name)
        elif target in schema.links:
            _add(found.links, *target)
        elif target in schema.lists:
            _add_list(found, schema, target)
        elif slot.kind is SlotKind.LACKING:
            _add(found.lacking, *target)
        elif target in schema.fields or target in schema.items:
            _add(found.columns, *target)
    for owner, names in found.columns.items():
        names[:] = [name for name in names if (owner, name) in catalog.columns]
    return found


def _add(by_record: dict[str, list[str]], record: str, name: str) -> None:
    names = by_record.setdefault(record, [])
    if name not in names:
        names.append(name)


def _add_list(found: Needs, schema: Schema, target: Target) -> None:
    if schema.records[schema.lists[target]].grouping is None and target not in found.lists:
        found.lists.append(target)


@frozen
class Keeping:
    """Where fetched columns go; ``heed`` is told how many rows are done, and of how many."""

    rooms: Rooms = field(factory=Rooms)
    heed: Callable[[int, int], None] = lambda done, of: None


def fetch(
    connection: sql.Connection,
    schema: Schema,
    catalog: Catalog,
    needs: Needs,
    keeping: Keeping | None = None,
) -> ColumnStore:
    """Return the linked rows as columns: those of ``needs``, and how many rows there are."""
    keeping = keeping or Keeping()
    fetched = _Fetch(connection, schema, catalog, keeping.rooms)
    store = ColumnStore(schema, fetched.texts(needs), rooms=keeping.rooms)
    for name, record in schema.records.items():
        store.sizes[name] = 0 if record.grouping is not None else fetched.size(catalog.rows[name])
        store.created[name] = keeping.rooms.zeros(store.sizes[name], np.bool_)
    done, rows = 0, sum(store.sizes.values())
    for name, record in schema.records.items():
        if record.grouping is None:
            fetched.record(store, name, needs)
            done += store.sizes[name]
            keeping.heed(done, rows)
    for target in needs.lists:
        store.lists[target] = fetched.list(target, store.sizes)
    return store


@frozen
class _Fetch:
    connection: sql.Connection
    schema: Schema
    catalog: Catalog
    rooms: Rooms

    def size(self, table: str) -> int:
        """Return how many rows a table has."""
        (size,) = sql.one(self.connection, f"SELECT count(*) FROM {table}")
        return int(size)

    def _batches(self, query: str) -> Iterator[Mapping[str, Array]]:
        """Yield the columns of a query, some rows at a time; nothing in them is missing."""
        reader: pa.RecordBatchReader = self.connection.sql(query).to_arrow_reader(_BATCH)
        for batch in reader:
            yield {
                name: column.to_numpy(zero_copy_only=False)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }

    def texts(self, needs: Needs) -> Texts:
        """Return the texts that are fetched, in a table with their numbers besides."""
        selects = [
            f"SELECT DISTINCT {sql.name(name)} AS said FROM {self.catalog.rows[record]}"
            for record, names in needs.columns.items()
            for name in names
            if self._type((record, name)).unit is Unit.TEXT
        ]
        known = sorted(set(texts_of(self.schema.program)))
        sql.put(self.connection, "texts_of_rules", [("said", "VARCHAR", list(known))])
        union = " UNION ".join(["SELECT said FROM texts_of_rules", *selects])
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE texts AS SELECT said, "
            f"CAST(row_number() OVER (ORDER BY said) - 1 AS INTEGER) AS code FROM ({union}) "
            "WHERE said IS NOT NULL"
        )
        found = self.connection.execute("SELECT said FROM texts ORDER BY code").fetchall()
        return Texts.of(said for (said,) in found)

    def _type(self, target: Target) -> Type:
        item = self.schema.items.get(target)
        return item.type if item is not None else self.schema.fields[target].type

    def record(self, store: ColumnStore, record: str, needs: Needs) -> None:
        """Put the columns of a record into ``store``."""
        names = needs.columns.get(record, [])
        lists = [name for name in names if self._is_list((record, name))]
        values = [name for name in names if name not in lists]
        links = needs.links.get(record, [])
        without = needs.lacking.get(record, [])
        given = [name for name in self._given(record) if name in without or name in names]
        selected, joins = [f"p.{ROW} AS {ROW}", f"p.{CREATED} AS {CREATED}"], ""
        for number, name in enumerate(values):
            selected.append(f"{self._value(record, name, number)} AS v{number}")
            selected.append(f"p.{sql.name(name)} IS NULL AS m{number}")
            if self._type((record, name)).unit is Unit.TEXT:
                joins += f" LEFT JOIN texts t{number} ON t{number}.said = p.{sql.name(name)}"
        selected += [
            f"CAST(coalesce(p.{sql.name(name)}, {NO_ROW}) AS INTEGER) AS l{number}"
            for number, name in enumerate(links)
        ]
        selected += [f"p.{sql.name(lacking(name))} AS k{n}" for n, name in enumerate(given)]
        rooms, size = self.rooms, store.sizes[record]
        found: dict[str, Array] = {CREATED: store.created[record]}
        found |= {
            f"v{number}": rooms.zeros(size, dtype_of(self.schema, (record, name)))
            for number, name in enumerate(values)
        }
        found |= {f"l{number}": rooms.zeros(size, np.int32) for number, _ in enumerate(links)}
        found |= {f"k{number}": rooms.zeros(size, np.bool_) for number, _ in enumerate(given)}
        present: dict[str, Array] = {}
        rows = self.catalog.rows[record]
        for batch in self._batches(f"SELECT {', '.join(selected)} FROM {rows} p{joins}"):
            places = _places(batch[ROW])
            for name, array in found.items():
                array[places] = batch[name]
            for number, _ in enumerate(values):
                if (missing := batch[f"m{number}"]).any():
                    if f"v{number}" not in present:
                        present[f"v{number}"] = rooms.ones(size)
                    present[f"v{number}"][places] = ~missing
        for number, name in enumerate(values):
            store.columns[record, name] = Column(found[f"v{number}"], present.get(f"v{number}"))
        for number, name in enumerate(links):
            store.links[record, name] = found[f"l{number}"]
        for number, name in enumerate(given):
            store.lacking[record, name] = found[f"k{number}"]
        for name in lists:
            store.columns[record, name] = self._field_list(record, name)

    def _given(self, record: str) -> list[str]:
        return [
            name for owner, name in self.catalog.columns if owner == record
            and (owner, name) in self.schema.items
        ]  # fmt: skip

    def _is_list(self, target: Target) -> bool:
        return target in self.schema.fields and self.schema.fields[target].many > 0

    def _value(self, record: str, name: str, number: int) -> str:
        """Return SQL for a value as the engine holds it; what is missing is 0."""
        type_, column = self._type((record, name)), f"p.{sql.name(name)}"
        if type_.unit is Unit.YESNO:
            return f"coalesce({column}, false)"
        kind = _SQL_TYPES[dtype_of(self.schema, (record, name)).itemsize]
        if type_.unit is Unit.TEXT:
            column = f"t{number}.code"
        elif type_.unit is Unit.CHOICE:
            values = ", ".join(map(sql.literal, choice_values(self.schema, type_)))
            column = f"list_position([{values}], {column}) - 1"
        return f"CAST(coalesce({column}, 0) AS {kind})"

    def _field_list(self, record: str, name: str) -> Listed:
        """Return a field that is a list of quantities."""
        kind = dtype_of(self.schema, (record, name))
        table = self.connection.execute(
            f"SELECT {ROW}, {sql.name(name)} IS NULL AS missing, "
            f"coalesce(len({sql.name(name)}), 0) AS length FROM {self.catalog.rows[record]}"
        ).fetchnumpy()
        rows = in_order({each: np.asarray(values) for each, values in table.items()}, ROW)
        parts = self.connection.execute(
            f"SELECT {ROW}, generate_subscripts({sql.name(name)}, 1) AS place, "
            f"unnest({sql.name(name)}) AS value FROM {self.catalog.rows[record]}"
        ).fetchnumpy()
        order = np.lexsort((np.asarray(parts["place"]), np.asarray(parts[ROW])))
        starts = np.zeros(len(rows[ROW]) + 1, np.int64)
        np.cumsum(rows["length"], out=starts[1:])
        missing = rows["missing"]
        values = np.asarray(parts["value"])[order].astype(kind)
        return Listed(starts, values, ~missing if missing.any() else None)

    def list(self, target: Target, sizes: Mapping[str, int]) -> Listed:
        """Return the rows of a relation, those of each row in order."""
        starts = self.rooms.zeros(sizes[target[0]] + 1, np.int64)
        if target not in self.catalog.lists:
            return Listed(starts, np.zeros(0, np.int32))
        table = self.catalog.lists[target]
        size = self.size(table)
        parents, rows = self.rooms.zeros(size, np.int32), self.rooms.zeros(size, np.int32)
        done = 0
        for batch in self._batches(
            f"SELECT CAST({PARENT} AS INTEGER) AS parent, CAST({ROW} AS INTEGER) AS child FROM {table}"
        ):
            end = done + len(batch["parent"])
            parents[done:end], rows[done:end] = batch["parent"], batch["child"]
            low = int(parents[done:end].min()) if end > done else 0
            counts = np.bincount(parents[done:end] - low)
            starts[low + 1 : low + 1 + len(counts)] += counts
            done = end
        if not (_ascend(parents) and _ascend(rows)):
            rows[:] = rows[np.lexsort((rows, parents))]
        return Listed(np.cumsum(starts, out=starts), rows)


def _places(rows: Array) -> Array | slice:
    """Return where these rows are: a piece of the whole, if they follow each other."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and _ascend(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def in_order(columns: Mapping[str, Array], by: str) -> Mapping[str, Array]:
    """Return columns in the order of ``by``, whose values are 0, 1, 2, … in some order."""
    places = columns[by]
    if _ascend(places):
        return columns
    order = np.argsort(places)
    return {name: values[order] for name, values in columns.items()}


def _ascend(values: Array) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def keys_as_texts(
    connection: sql.Connection,
    table: str,
    record: str,
    names: Sequence[str],
    mask: Mask | None,
) -> list[str]:
    """Return the keys of all rows of ``table``, the parts of each with a space between."""
    parts = ", ".join(f"CAST({sql.name(name)} AS VARCHAR)" for name in names)
    hidden = [mask is not None and mask.hides(record, name) for name in names]
    found = connection.execute(f"SELECT {parts} FROM {table} ORDER BY {ROW}").fetchall()
    return [
        " ".join(
            mask.text(part) if part and is_hidden and mask is not None else part or ""
            for part, is_hidden in zip(key, hidden, strict=True)
        )
        for key in found
    ]
