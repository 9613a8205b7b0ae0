"""Where the tables of a run have what: the columns of each record, its lists, its rows by key."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field, frozen

from mipsdsl.engines.schema import Schema, Target

ROW = "row"
"""The column with the number of a row in its record, from 0 in the order of the data."""
PARENT = "parent"
"""Of a list: the column with the row that has the list; ``ROW`` is then a row in it."""
POSITION = "position"
"""Of a selection: the column with the place that a row was chosen for, from 1."""
CREATED = "_created"
"""The column that says that no file had a row. No name of a policy begins with an underscore."""


def lacking(name: str) -> str:
    """Return the name of the column that says that the item ``name`` is not given for a row."""
    return f"_lacking_{name}"


@frozen
class Index:
    """A table with the row of each key; shapes: one row a key, the parts in ``columns``."""

    table: str
    columns: tuple[str, ...]


@define
class Catalog:
    """The tables of a run, by what they hold.

    ``rows``: of each record the table that has all its rows. ``columns``: the table that has a
    field, reference (as a row number) or item of a record, beside ``ROW``. ``lists``: the table of
    a list. ``make_index`` makes the table of an index when it is needed first.
    """

    schema: Schema
    make_index: Callable[[str], Index]
    rows: dict[str, str] = field(factory=dict)
    columns: dict[Target, str] = field(factory=dict)
    lists: dict[Target, str] = field(factory=dict)
    indexes: dict[str, Index] = field(factory=dict)
    populations: str = ""

    def index(self, record: str) -> Index:
        """Return the rows of ``record`` by key."""
        if record not in self.indexes:
            self.indexes[record] = self.make_index(record)
        return self.indexes[record]
