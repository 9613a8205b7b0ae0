"""Results of a run as a query."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from mipsdsl.core import nodes as c
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import CREATED, ROW
from mipsdsl.engines.sql.engine import SqlEngine


def results(engine: SqlEngine, record: str, names: Sequence[str]) -> exp.Select:
    """Return the query of ``ROW``, ``CREATED`` and fields and items ``names`` of all rows of ``record``.

    Of the population (no ``record``) there is one row, without a number. A quantity is in steps.
    """
    if not record:
        table = t.table(engine.catalog.populations)
        return t.select([t.column(name) for name in names], table)
    reader = engine.translator(record)
    columns = [t.named(reader.row_of(c.Here()), ROW)]
    columns.append(t.named(reader.frame.core_column(CREATED), CREATED))
    columns += [t.named(reader.own(name), name) for name in names]
    return reader.frame.selected(columns)
