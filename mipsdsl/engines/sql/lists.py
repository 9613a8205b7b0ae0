"""Lists in SQL."""

from __future__ import annotations

from attrs import define

from mipsdsl.core import nodes as c
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.quantities import Quantities
from mipsdsl.engines.sql.values import Held


@define
class Lists(Quantities):
    """Writes what looks at lists."""

    def is_member(self, row: c.Row, rows: c.Rows) -> t.Sql:
        """Return whether a row is among rows."""
        raise Unsupported("lists")

    def fold(self, expr: c.Fold) -> Held:
        """Return one value of a list."""
        raise Unsupported("lists")

    def position(self, expr: c.Position) -> Held:
        """Return a position."""
        raise Unsupported("lists")
