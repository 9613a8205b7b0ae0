"""The rows of a record while they are checked, in tables of DuckDB: ``findings.Draft`` for millions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.plain import sql_type
from mipsdsl.data.findings import Draft
from mipsdsl.data.slots import Slot
from mipsdsl.data.tables import Origin, Reject

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection

PLACE = "_place"
"""The column that orders the rows of a record: the number of the row, after those of files before."""


@frozen
class Part:
    """The rows of one file; ``offset`` is added to their numbers."""

    file: str
    offset: int


@define
class Sent:
    """The rows of one record: a table with ``_place`` and a column for each slot.

    ``rejects`` has the rows that are out, by their places. They stay in the table: their children
    must be told.
    """

    record: str
    slots: tuple[Slot, ...]
    table: str
    size: int
    parts: tuple[Part, ...]
    rejects: dict[int, Reject] = field(factory=dict)

    def has(self, names: Iterable[str]) -> bool:
        """Return whether there is a column for each of ``names``."""
        return set(names) <= {slot.name for slot in self.slots}

    def origin(self, place: int) -> Origin:
        """Return where the row at ``place`` was read."""
        part = self.parts[bisect_right([each.offset for each in self.parts], place) - 1]
        return Origin(part.file, place - part.offset)

    def alive(self, connection: Connection) -> str:
        """Return a relation of the rows that are not rejected."""
        if not self.rejects:
            return self.table
        out = f"{self.table}_out"
        sql.put(connection, out, [(PLACE, "BIGINT", sorted(self.rejects))])
        return f"(FROM {self.table} ANTI JOIN {out} USING ({PLACE}))"

    def revise(self, connection: Connection, columns: str) -> None:
        """Put ``columns``, as SQL after ``SELECT``, in the place of those of the table."""
        new = f"{self.table}_"
        connection.execute(f"CREATE VIEW {new} AS SELECT {columns} FROM {self.table}")
        self.table = new


def of_draft(connection: Connection, draft: Draft, table: str) -> Sent:
    """Return rows that were read in Python."""
    files = list(dict.fromkeys(origin.file for origin in draft.origins))
    parts = tuple(_parts(files, draft.origins))
    offsets = {part.file: part.offset for part in parts}
    places = [offsets[origin.file] + origin.row for origin in draft.origins]
    columns: list[tuple[str, str, list[Any]]] = [(PLACE, "BIGINT", places)]
    for index, slot in enumerate(draft.slots):
        values = [row[index] for row in draft.rows]
        lists = [list(each) if isinstance(each, tuple) else each for each in values]
        columns.append((slot.name, sql_type(slot), lists))
    sql.put(connection, table, columns)
    rejects = {
        place: reject
        for place, reject in zip(places, draft.rejects, strict=True)
        if reject is not None
    }
    return Sent(draft.record, draft.slots, table, len(places), parts, rejects)


def _parts(files: list[str], origins: list[Origin]) -> Iterable[Part]:
    last = dict.fromkeys(files, 0)
    for origin in origins:
        last[origin.file] = max(last[origin.file], origin.row)
    offset = 0
    for file in files:
        yield Part(file, offset)
        offset += last[file] + 1


def together(connection: Connection, sent: list[Sent]) -> Sent:
    """Return the rows of several files under all their columns."""
    if len(sent) == 1:
        return sent[0]
    slots = tuple({slot.name: slot for each in sent for slot in each.slots}.values())
    parts: list[Part] = []
    rejects: dict[int, Reject] = {}
    selects = []
    offset = 0
    for each in sent:
        columns = ", ".join(
            sql.name(slot.name)
            if each.has([slot.name])
            else f"CAST(NULL AS {sql_type(slot)}) AS {sql.name(slot.name)}"
            for slot in slots
        )
        selects.append(f"SELECT {PLACE} + {offset} AS {PLACE}, {columns} FROM {each.table}")
        parts += [Part(part.file, part.offset + offset) for part in each.parts]
        rejects |= {place + offset: reject for place, reject in each.rejects.items()}
        (last,) = sql.one(connection, f"SELECT coalesce(max({PLACE}), 0) FROM {each.table}")
        offset += last + 1
    table = f"{sent[0].table}_all"
    connection.execute(f"CREATE VIEW {table} AS {' UNION ALL '.join(selects)}")
    return Sent(sent[0].record, slots, table, sum(e.size for e in sent), tuple(parts), rejects)
