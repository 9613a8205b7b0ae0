"""What rows are in a query, and what is read of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import ceil
from typing import assert_never

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.schema import stored_scale
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import ROW, Catalog
from mipsdsl.engines.sql.frame import Frame
from mipsdsl.engines.sql.values import Decimal, Held, Numbers, Plain, Whole

STORED = 2**63 - 1
"""The bound of a stored quantity of which no better one is known."""


@define
class Reader(ABC):
    """Reads rows for the rows of ``frame``.

    ``here`` is the record of the item ("" for the population), ``elements`` those of the folds
    around. ``anchors`` are the columns of the frame with the row numbers of ``Here`` and of elements.
    ``locals``: the items of ``Here`` that this very query computes.
    """

    catalog: Catalog
    numbers: Numbers
    frame: Frame
    here: str
    anchors: dict[c.Row, t.Sql]
    elements: tuple[str, ...] = ()
    locals: dict[str, t.Sql] = field(factory=dict)

    @abstractmethod
    def key_part(self, expr: c.Expr, scale: int) -> t.Sql:
        """Return a part of a key, as it is stored in ``scale`` places."""

    # --- rows ---

    def record_of(self, row: c.Row) -> str:
        """Return the record of ``row``."""
        return self.catalog.schema.of_row(row, self.here, self.elements)

    def row_of(self, row: c.Row) -> t.Sql:
        """Return the number of a row; missing when there is none."""
        match row:
            case c.Here() | c.Element():
                return self.anchors[row].copy()
            case c.Follow(inner, name):
                record = self.record_of(inner)
                if (record, name) in self.catalog.columns:
                    return self._column(inner, name)
                reference = self.catalog.schema.reference(record, name)
                if reference is None:
                    raise TypeError(f"{record}.{name} leads nowhere yet")
                parts = [self._column(inner, each) for each in reference.by]
                return self._found(reference.record, parts)
            case c.Catalogue(record, keys):
                names = self.catalog.schema.records[record].key
                scales = self.catalog.schema.layouts[record].scales
                pairs = zip(names, keys, strict=True)
                return self._found(
                    record, [self.key_part(key, scales.get(name, 0)) for name, key in pairs]
                )
            case _:
                assert_never(row)

    def _found(self, record: str, parts: list[t.Sql]) -> t.Sql:
        index = self.catalog.index(record)
        on = dict(zip(index.columns, parts, strict=True))
        return self.frame.joined(t.table(index.table), index.table, on, ROW, record)

    def _column(self, row: c.Row, name: str) -> t.Sql:
        """Return the field, reference or item ``name`` of a row."""
        record = self.record_of(row)
        if isinstance(row, c.Here) and name in self.locals:
            return self.locals[name].copy()
        where = self.catalog.columns[record, name]
        return self.frame.joined(t.table(where), where, {ROW: self.row_of(row)}, name)

    # --- what is read ---

    def field(self, name: str) -> t.Sql:
        """Return the field or item ``name`` of the row that the item is computed for."""
        return self._column(c.Here(), name)

    def read(self, expr: c.Read) -> Held:
        """Return the field or item that is read."""
        record = self.record_of(expr.row)
        value = self._column(expr.row, expr.name)
        scale = self.scale_of(record, expr.name)
        if scale is None:
            return Plain(value, maybe=True)
        return Decimal(stored_whole(value, expr, scale), scale)

    def population(self, expr: c.ReadPopulation) -> Held:
        """Return a population item."""
        table = self.catalog.populations
        value = self.frame.joined(t.table(table), table, {}, expr.name)
        scale = self.catalog.schema.population_scales.get(expr.name)
        if scale is None:
            return Plain(value, maybe=True)
        return Decimal(stored_whole(value, expr, scale), scale)

    def scale_of(self, record: str, name: str) -> int | None:
        """Return the places in which a field or item is stored; none when it is no quantity."""
        schema = self.catalog.schema
        if (item := schema.items.get((record, name))) is not None:
            return stored_scale(item) if item.type.unit in QUANTITIES else None
        return schema.layouts[record].scales.get(name)


def stored_whole(value: t.Sql, expr: c.Expr, scale: int) -> Whole:
    """Return a stored quantity with the bounds that its shape has."""
    shape = expr.shape
    if shape is None:
        return Whole(value, STORED)
    most = ceil(max(abs(shape.low), abs(shape.high)) * 10**scale)
    return Whole(value, min(most, STORED), natural=shape.low >= 0)
