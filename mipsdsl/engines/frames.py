"""Rows written down by hand or by a solver, which name only some of their fields and given items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.rows import link
from mipsdsl.engines.store import UNSET, Store, Stored

Values: TypeAlias = dict[str, Stored]
"""What a row says, by field and given item."""


@frozen
class Frame:
    """A table for ``link``; shapes: a row has a cell for each of ``columns``, unset or a value."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def linked(program: c.Program, rows: Mapping[str, Sequence[Values]]) -> Store:
    """Return a store of rows; an item that only some rows are given is computed for the others."""
    return linked_frames(program, frames(program, rows))


def frames(program: c.Program, rows: Mapping[str, Sequence[Values]]) -> dict[str, Frame]:
    """Return the rows as tables of all fields, and of the items that some row is given."""
    items = {(item.record, item.name) for item in program.items}
    made: dict[str, Frame] = {}
    for record in program.records:
        told = rows.get(record.name, ())
        fields = [field.name for field in record.fields]
        given = {name for row in told for name in row if (record.name, name) in items}
        columns = (*fields, *sorted(given))
        values = [
            tuple(row.get(x, UNSET if (record.name, x) in items else None) for x in columns)
            for row in told
        ]
        made[record.name] = Frame(columns, values)
    return made


def linked_frames(program: c.Program, tables: Mapping[str, Frame]) -> Store:
    """Return a store of tables in which an item that is not given stands as unset."""
    store = link(program, tables)
    for (owner, name), lacking in store.lacking.items():
        slot = store.schema.layouts[owner].slots[name]
        lacking.update(i for i, row in enumerate(store.rows[owner]) if row[slot] is UNSET)
    return store
