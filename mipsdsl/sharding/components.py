"""Which rows belong together, and to which part: the same on every machine, in any order of rows."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from attrs import evolve, frozen

from mipsdsl.data.tables import Inputs
from mipsdsl.engines.schema import NUMBER, Schema
from mipsdsl.engines.store import Row, Store


@frozen
class Shard:
    """Part ``number`` (from 1) of ``of`` parts."""

    number: int
    of: int

    def __str__(self) -> str:
        """Return it as a user says it."""
        return f"{self.number}/{self.of}"


def share_of(store: Store, inputs: Inputs, shard: Shard) -> Inputs:
    """Return the rows of ``inputs`` that are of ``shard``; ``store`` holds all of them, linked.

    Rows that lead to each other stay together, and with them what the rules create for them. A
    reference table is in every part.
    """
    numbers = _parts(store, shard.of)
    tables = {}
    for record, table in inputs.tables.items():
        if store.schema.records[record].is_reference:
            tables[record] = table
            continue
        mine = [
            place for place in range(len(table.rows)) if numbers[record][place] == shard.number - 1
        ]
        rows, origins = table.rows, table.origins
        tables[record] = evolve(
            table, rows=[rows[x] for x in mine], origins=[origins[x] for x in mine]
        )
    return evolve(inputs, tables=tables)


def _parts(store: Store, of: int) -> dict[str, list[int]]:
    """Return the part of each row of each record: a digest of the first key of those linked."""
    offsets, total = {}, 0
    for record, rows in store.rows.items():
        offsets[record] = total
        total += len(rows)
    roots = list(range(total))
    for one, other in _links(store, offsets):
        first, second = _root(roots, one), _root(roots, other)
        roots[max(first, second)] = min(first, second)
    least: dict[int, str] = {}
    for record, rows in store.rows.items():
        for row in rows:
            root = _root(roots, offsets[record] + row[NUMBER])
            name = f"{record} {store.key(row)}"
            least[root] = min(name, least.get(root, name))
    parts = {root: _part(name, of) for root, name in least.items()}
    return {
        record: [parts[_root(roots, offsets[record] + place)] for place in range(len(rows))]
        for record, rows in store.rows.items()
    }


def _part(name: str, of: int) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big") % of


def _links(store: Store, offsets: dict[str, int]) -> Iterator[tuple[int, int]]:
    schema = store.schema
    for record, rows in store.rows.items():
        slots = schema.layouts[record].slots
        if schema.records[record].is_reference or schema.records[record].grouping is not None:
            continue
        ways = [(slots[name], other) for name, other in _ways(schema, record)]
        for row in rows:
            here = offsets[record] + row[NUMBER]
            for slot, other in ways:
                for found in _found(row, slot):
                    yield here, offsets[other] + found[NUMBER]


def _ways(schema: Schema, record: str) -> Iterator[tuple[str, str]]:
    """Yield the references and lists of ``record`` that lead to rows which are parted."""
    for (owner, name), other in (*schema.links.items(), *schema.lists.items()):
        target = schema.records[other]
        if owner == record and not target.is_reference and target.grouping is None:
            yield name, other


def _found(row: Row, slot: int) -> tuple[Row, ...]:
    value = row[slot]
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _root(roots: list[int], place: int) -> int:
    while roots[place] != place:
        roots[place] = roots[roots[place]]
        place = roots[place]
    return place
