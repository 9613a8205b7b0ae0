"""What rows are in a query, and what is read of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import ceil
from typing import assert_never

from attrs import define, evolve, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.schema import Target, stored_scale
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import ROW, Catalog
from mipsdsl.engines.sql.frame import Frame
from mipsdsl.engines.sql.values import Decimal, Held, Numbers, Plain, Whole

STORED = 2**63 - 1
"""The bound of a stored quantity of which no better one is known."""
POPULATION = 10**30
"""The bound of a population item of which no better one is known."""


@define
class Reader(ABC):
    """Reads rows for the rows of ``frame``.

    ``here`` is the record of the item ("" for the population), ``elements`` those of the folds
    around. ``anchors`` are the columns of the frame's core with the numbers of the rows that paths
    begin at; ``core_table`` is the table of ``Here`` that the core is, if it is one.
    ``locals``: the items of ``Here`` that this very query computes.
    """

    catalog: Catalog
    numbers: Numbers
    frame: Frame
    here: str
    anchors: dict[c.Row, str]
    elements: tuple[str, ...] = ()
    locals: dict[str, t.Sql] = field(factory=dict)
    core_table: str = ""

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
                return self.frame.core_column(self.anchors[row])
            case c.Follow(inner, name):
                record = self.record_of(inner)
                if (record, name) in self.catalog.columns:
                    return self.column(inner, name)
                reference = self.catalog.schema.reference(record, name)
                if reference is None:
                    raise TypeError(f"{record}.{name} leads nowhere yet")
                parts = [self.column(inner, each) for each in reference.by]
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
        return self.frame.joined_table(index.table, on, ROW)

    def column(self, row: c.Row, name: str) -> t.Sql:
        """Return the field, reference or item ``name`` of a row."""
        record = self.record_of(row)
        if isinstance(row, c.Here) and name in self.locals:
            return self.locals[name].copy()
        return self._from(self.catalog.columns[record, name], row, name)

    def _from(self, where: str, row: c.Row, name: str) -> t.Sql:
        if where == self.core_table and isinstance(row, c.Here):
            return self.frame.core_column(name)
        return self.frame.joined_table(where, {ROW: self.row_of(row)}, name)

    # --- what is read ---

    def own(self, name: str, stored: Target | None = None) -> t.Sql:
        """Return a column of the row that the item is computed for.

        ``stored``: of the table that has the column of ``stored``, whatever a query computes.
        """
        if stored is None:
            return self.column(c.Here(), name)
        return self._from(self.catalog.columns[stored], c.Here(), name)

    def read(self, expr: c.Read) -> Held:
        """Return the field or item that is read."""
        record = self.record_of(expr.row)
        value = self.column(expr.row, expr.name)
        scale = self.scale_of(record, expr.name)
        if scale is None:
            return Plain(value, maybe=True)
        return Decimal(stored_whole(value, expr, scale), scale)

    def population(self, expr: c.ReadPopulation) -> Held:
        """Return a population item."""
        if not self.here and expr.name in self.locals:
            value = self.locals[expr.name].copy()
        else:
            value = self.frame.joined_table(self.catalog.populations, {}, expr.name)
        scale = self.catalog.schema.population_scales.get(expr.name)
        if scale is None:
            return Plain(value, maybe=True)
        # What is said of the whole nation may be beyond 64 bits.
        whole = stored_whole(value, expr, scale, limit=POPULATION)
        return Decimal(self.numbers.fitted(evolve(whole, wide=True)), scale)

    def scale_of(self, record: str, name: str) -> int | None:
        """Return the places in which a field or item is stored; none when it is no quantity."""
        schema = self.catalog.schema
        if (item := schema.items.get((record, name))) is not None:
            return stored_scale(item) if item.type.unit in QUANTITIES else None
        return schema.layouts[record].scales.get(name)


def stored_whole(value: t.Sql, expr: c.Expr, scale: int, limit: int = STORED) -> Whole:
    """Return a stored quantity with the bounds that its shape has, none beyond ``limit``."""
    shape = expr.shape
    if shape is None:
        return Whole(value, limit)
    most = ceil(max(abs(shape.low), abs(shape.high)) * 10**scale)
    return Whole(value, min(most, limit), natural=shape.low >= 0)
