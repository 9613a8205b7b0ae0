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
    number = -(-sizes[tops[0]] // rows)
    starts = {tops[0]: [min(block * rows, sizes[tops[0]]) for block in range(number + 1)]}
    while len(starts) < len(cut):
        way = next((w for w in ways if w[0] not in starts and w[1] in starts), None)
        found = None if way is None else _starts(connection, way, starts, sizes)
        if way is None or found is None:
            return None
        starts[way[0]] = found
    return Partition(starts) if _holds(connection, ways, starts) else None


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


def _block(row: str, starts: Sequence[int]) -> str:
    """Return SQL for the block that a row is in."""
    return " + ".join(["0", *(f"CAST({row} >= {start} AS INTEGER)" for start in starts[1:-1])])


def _starts(
    connection: Connection,
    way: Way,
    starts: Mapping[str, Sequence[int]],
    sizes: Mapping[str, int],
) -> list[int] | None:
    """Return where each block starts, also one without rows, and the end of the last.

    Nothing where a row has no block, or where the rows of a block do not follow each other.
    """
    below, above, pairs = way
    found = connection.execute(
        f"SELECT {_block('up', starts[above])} AS {BLOCK}, count(*), min({ROW}), max({ROW}) "
        f"FROM ({pairs}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    ends = [0, *(last + 1 for _, _, _, last in found)]
    if ends[-1] != sizes[below] or any(
        first != end or last - first + 1 != number
        for end, (_, number, first, last) in zip(ends, found, strict=False)
    ):
        return None
    firsts = {block: first for block, _, first, _ in found}
    own = [sizes[below]]
    for block in reversed(range(len(starts[above]) - 1)):
        own.append(firsts.get(block, own[-1]))
    return own[::-1]


def _holds(
    connection: Connection, ways: Sequence[Way], starts: Mapping[str, Sequence[int]]
) -> bool:
    """Return whether all ways stay in their blocks."""
    for below, above, pairs in ways:
        crosses = f"{_block(ROW, starts[below])} <> {_block('up', starts[above])}"
        (crossing,) = sql.one(connection, f"SELECT count_if({crosses}) FROM ({pairs})")
        if crossing:
            return False
    return True
