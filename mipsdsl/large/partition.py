"""Blocks of rows that do not depend on each other: found in the links of the data, not said by anyone.

Every row belongs to the block of the row above it (the one that its references lead to, or that lists
it); the rows above all others are cut into ranges. Where two ways up lead into different blocks,
there are no blocks; nor where a block is no range of rows. Catalogues, and records of which there are
few rows, go with every block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from mipsdsl.data.bulk import sql
from mipsdsl.engines.native.compiled import Compiled
from mipsdsl.engines.native.module import CallKind
from mipsdsl.engines.native.slots import SlotKind
from mipsdsl.engines.schema import Schema
from mipsdsl.engines.sql.catalog import PARENT, ROW, Catalog

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection

BLOCK = "_block"
FEW = 100_000
"""Rows of a record that go with every block."""
Way: TypeAlias = tuple[str, str, str]
"""A record, one that is above it, and SQL for the pairs of rows."""
_BY_KEY = frozenset({SlotKind.KEYS, SlotKind.KEY_ROWS, SlotKind.KEY_COUNT, SlotKind.ROW})


@frozen
class Partition:
    """Blocks of rows: of each record that is cut, where each block starts, and where the last ends.

    Shapes: each of ``starts`` (k + 1,), k the number of blocks.
    """

    starts: Mapping[str, Sequence[int]]

    @property
    def number(self) -> int:
        """Return how many blocks there are."""
        return len(next(iter(self.starts.values()))) - 1

    def ranges(self, block: int) -> dict[str, tuple[int, int]]:
        """Return the first row of a block and the one after its last, of each record."""
        return {r: (starts[block], starts[block + 1]) for r, starts in self.starts.items()}


def partition(
    connection: Connection,
    schema: Schema,
    catalog: Catalog,
    compiled: Compiled,
    rows: int,
) -> Partition | None:
    """Return blocks of ``rows`` rows of the record above all others, if there are some."""
    sizes: dict[str, int] = {
        record: sql.one(connection, f"SELECT count(*) FROM {table}")[0]
        for record, table in catalog.rows.items()
    }
    cut = {
        record for record, size in sizes.items()
        if size > min(FEW, rows) and not schema.records[record].is_reference
    }  # fmt: skip
    ways = list(_ways(schema, catalog, cut))
    tops = [record for record in cut if all(below != record for below, _, _ in ways)]
    if len(tops) != 1 or sizes[tops[0]] <= rows or not _is_closed(schema, catalog, compiled, cut):
        return None
    tables = _blocks(connection, catalog, tops[0], rows, cut, ways)
    if tables is None or not _holds(connection, ways, sizes, tables):
        return None
    number = -(-sizes[tops[0]] // rows)
    return Partition({r: _starts(connection, t, number, sizes[r]) for r, t in tables.items()})


def _ways(schema: Schema, catalog: Catalog, cut: Set[str]) -> Iterator[Way]:
    """Yield from which record one gets up to which, and SQL for the pairs of rows."""
    for (record, name), other in schema.links.items():
        if {record, other} <= cut and (record, name) in catalog.columns:
            table, up = catalog.columns[record, name], sql.name(name)
            yield record, other, f"SELECT {ROW}, {up} AS up FROM {table} WHERE {up} IS NOT NULL"
    for target, table in catalog.lists.items():
        below, above = schema.lists[target], target[0]
        if {below, above} <= cut:
            yield below, above, f"SELECT {ROW}, {PARENT} AS up FROM {table}"


def _is_closed(schema: Schema, catalog: Catalog, compiled: Compiled, cut: Set[str]) -> bool:
    """Return whether no rule looks past the links: at all rows of a record, or at one by its key."""
    for target in catalog.lists:
        if schema.lists[target] in cut and target[0] not in cut:
            return False
    for call in compiled.module.calls:
        if call.kind in (CallKind.PASS, CallKind.FINISH):
            continue
        for slot in call.slots:
            is_everyone = slot.kind is SlotKind.SIZE and slot.record != call.record
            if slot.record in cut and (slot.kind in _BY_KEY or is_everyone):
                return False
    return True


def _blocks(
    connection: Connection,
    catalog: Catalog,
    top: str,
    rows: int,
    cut: Set[str],
    ways: Sequence[Way],
) -> dict[str, str] | None:
    """Make a table with the block of each row, for each record; nothing when one is not tied."""
    tables = {top: f"block__{top}"}
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {tables[top]} AS "
        f"SELECT {ROW}, CAST({ROW} // {rows} AS INTEGER) AS {BLOCK} FROM {catalog.rows[top]}"
    )
    while len(tables) < len(cut):
        way = next((w for w in ways if w[0] not in tables and w[1] in tables), None)
        if way is None:
            return None
        below, above, pairs = way
        tables[below] = f"block__{below}"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {tables[below]} AS SELECT p.{ROW}, b.{BLOCK} "
            f"FROM ({pairs}) AS p JOIN {tables[above]} AS b ON p.up = b.{ROW}"
        )
    return tables


def _holds(
    connection: Connection,
    ways: Sequence[Way],
    sizes: Mapping[str, int],
    tables: Mapping[str, str],
) -> bool:
    """Return whether every row has one block, all ways stay in it, and blocks follow each other."""
    for record, table in tables.items():
        rows, overlaps = sql.one(
            connection,
            f"SELECT sum(number), count_if(number <> last - first + 1) FROM (SELECT count(*) AS "
            f"number, min({ROW}) AS first, max({ROW}) AS last FROM {table} GROUP BY {BLOCK})",
        )
        (back,) = sql.one(
            connection,
            f"SELECT count_if(first < before) FROM (SELECT min({ROW}) AS first, "
            f"lag(max({ROW})) OVER (ORDER BY {BLOCK}) AS before FROM {table} GROUP BY {BLOCK})",
        )
        if rows != sizes[record] or overlaps or back:
            return False
    for below, above, pairs in ways:
        (crossing,) = sql.one(
            connection,
            f"SELECT count(*) FROM ({pairs}) AS p JOIN {tables[below]} AS a ON p.{ROW} = "
            f"a.{ROW} JOIN {tables[above]} AS b ON p.up = b.{ROW} WHERE a.{BLOCK} <> b.{BLOCK}",
        )
        if crossing:
            return False
    return True


def _starts(connection: Connection, table: str, number: int, size: int) -> list[int]:
    """Return where each block starts, also one without rows, and the end of the last."""
    firsts = dict(
        connection.execute(f"SELECT {BLOCK}, min({ROW}) FROM {table} GROUP BY {BLOCK}").fetchall()
    )
    starts = [size]
    for block in reversed(range(number)):
        starts.append(firsts.get(block, starts[-1]))
    connection.execute(f"DROP TABLE {table}")
    return starts[::-1]
