"""The rows of a run, as the interpreter and the Python engine hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Protocol, TypeAlias

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.engines.schema import LAYOUT, NUMBER, Schema, Target, group_list


class Unset(Enum):
    """The sentinel of a slot that nothing was put in yet."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET

Stored: TypeAlias = int | bool | str | tuple[Any, ...] | None
"""A value in a slot: a quantity in steps; missing is ``None``; a list or a selection a tuple."""

Key: TypeAlias = tuple[Stored, ...]

Row: TypeAlias = list[Any]
"""Slots of many types; its layout says which is which, and the core is typed already."""

_JOINED: Final = Unset.UNSET
"""The label of a row that is in every group."""


class Tabular(Protocol):
    """What ``link`` needs of a table of the data layer: its columns and its rows."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of fields and of given items."""

    @property
    def rows(self) -> Sequence[Sequence[Stored]]:
        """Return the values, a quantity in steps, missing as ``None``."""


@define
class Store:
    """The rows of every record, linked.

    ``lacking`` has, for each item given as a column, the numbers of the rows that it is not given
    for. ``created`` has, for each record, the numbers of the rows that no file had. ``grouped`` are
    the records whose groups are made. ``populations`` receives the population items of a run.
    """

    schema: Schema
    rows: dict[str, list[Row]] = field(factory=dict)
    index: dict[str, dict[Key, Row]] = field(factory=dict)
    lacking: dict[Target, set[int]] = field(factory=dict)
    created: dict[str, set[int]] = field(factory=dict)
    populations: dict[str, Stored] = field(factory=dict)
    grouped: set[str] = field(factory=set)
    _blank: dict[str, Row] = field(factory=dict, init=False)

    def add(self, record: str) -> Row:
        """Return a new row of ``record``: fields missing, lists empty, items to be computed."""
        rows = self.rows.setdefault(record, [])
        if (blank := self._blank.get(record)) is None:
            blank = self._blank[record] = _blank_row(self.schema, record)
        row = blank.copy()
        row[NUMBER] = len(rows)
        rows.append(row)
        return row

    def add_created(self, record: str) -> Row:
        """Return a new row of ``record`` that no file has: it has no given items."""
        row = self.add(record)
        self.created.setdefault(record, set()).add(row[NUMBER])
        for owner, name in self.lacking:
            if owner == record:
                self.lacking[owner, name].add(row[NUMBER])
        return row

    def is_created(self, row: Row) -> bool:
        """Return whether no file had the row."""
        return row[NUMBER] in self.created.get(row[LAYOUT].record, ())

    def is_given(self, row: Row, name: str) -> bool:
        """Return whether the item ``name`` of ``row`` came as data."""
        lacking = self.lacking.get((row[LAYOUT].record, name))
        return lacking is not None and row[NUMBER] not in lacking

    @property
    def partial(self) -> frozenset[Target]:
        """Return the items that are given as a column, but not for every row."""
        return frozenset(target for target, lacking in self.lacking.items() if lacking)

    def key(self, row: Row) -> Key:
        """Return the key of ``row``."""
        record = self.schema.records[row[LAYOUT].record]
        return read(row, record.key)

    def find(self, record: str, key: Key) -> Row | None:
        """Return the row of ``record`` with this key."""
        return self.index.get(record, {}).get(key)

    def column(self, record: str, name: str) -> list[Stored]:
        """Return what all rows of ``record`` have in the slot of ``name``."""
        slot = self.schema.layouts[record].slots[name]
        return [row[slot] for row in self.rows.get(record, [])]

    def reindex(self, record: str) -> None:
        """Find the rows of ``record`` by key from here on; a key with a missing part finds none."""
        key = self.schema.records[record].key
        self.index[record] = dict(reversed(list(indexed(self.rows.get(record, []), key))))

    def make_groups(
        self,
        record: str,
        by: Callable[[Row], Stored],
        joined: Callable[[Row], bool],
    ) -> None:
        """Make the rows of the grouped ``record`` anew, in the order of the data.

        A row without a value of ``by`` is in no group.
        """
        self.grouped.add(record)
        self.rows[record] = []
        parents = self.rows.get(grouping_of(self.schema.records[record]).parent, [])
        self.regroup(record, parents, by, joined)
        self.reindex(record)

    def regroup(
        self,
        record: str,
        parents: Iterable[Row],
        by: Callable[[Row], Stored],
        joined: Callable[[Row], bool],
    ) -> None:
        """Make the groups of these parents, after those that there are."""
        grouping = grouping_of(self.schema.records[record])
        slots = self.schema.layouts[grouping.parent].slots
        made_slot = slots[group_list(self.schema.records[record])]
        for parent in parents:
            rows: tuple[Row, ...] = parent[slots[grouping.list_name]]
            labels: list[object] = [_JOINED if joined(row) else by(row) for row in rows]
            own = dict.fromkeys(label for label in labels if label not in (None, _JOINED))
            made = []
            for value in own:
                pairs = zip(rows, labels, strict=True)
                members = tuple(row for row, label in pairs if label in (value, _JOINED))
                made.append(self._group(record, parent, value, members))
            parent[made_slot] = tuple(made)

    def _group(self, record: str, parent: Row, value: object, members: tuple[Row, ...]) -> Row:
        grouping = grouping_of(self.schema.records[record])
        row = self.add(record)
        slots = self.schema.layouts[record].slots
        above = self.schema.layouts[grouping.parent].slots
        for name in self.schema.records[record].key:
            if name in above:
                row[slots[name]] = parent[above[name]]
        row[slots[grouping.by]] = value
        row[slots[grouping.parent]] = parent
        row[slots[grouping.list_name]] = members
        return row


def _blank_row(schema: Schema, record: str) -> Row:
    layout = schema.layouts[record]
    row: Row = [UNSET] * layout.width
    row[LAYOUT] = layout
    for name, slot in layout.slots.items():
        if (record, name) not in schema.items:
            row[slot] = () if (record, name) in schema.lists else None
    return row


def grouping_of(record: c.Record) -> c.Grouping:
    """Return the grouping of a record that is one."""
    if record.grouping is None:
        raise TypeError(f"{record.name} groups nothing")
    return record.grouping


def read(row: Row, names: Iterable[str]) -> Key:
    """Return the values of ``names`` in ``row``."""
    slots: Mapping[str, int] = row[LAYOUT].slots
    return tuple([row[slots[name]] for name in names])


def indexed(rows: Iterable[Row], names: Sequence[str]) -> Iterable[tuple[Key, Row]]:
    """Yield the rows with their values of ``names``, where none of these is missing."""
    for row in rows:
        values = read(row, names)
        if None not in values:
            yield values, row
