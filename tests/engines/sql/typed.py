"""Typed tables, as the loaders of files make them, from small tables in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.engines.store import UNSET, Tabular


def kind(type_: Type, *, many: bool) -> pa.DataType:
    if many:
        return pa.list_(pa.int64())
    if type_.unit in QUANTITIES or type_.unit is Unit.DATE:
        return pa.int64()
    return pa.bool_() if type_.unit is Unit.YESNO else pa.string()


def typed(program: c.Program, tables: Mapping[str, Tabular]) -> dict[str, pa.Table]:
    """Return the typed tables, by record."""
    fields = {(r.name, f.name): f for r in program.records for f in r.fields}
    items = {(item.record, item.name): item for item in program.items}
    made = {}
    for record, table in tables.items():
        columns = {"row": pa.array(range(len(table.rows)), pa.int64())}
        for place, name in enumerate(table.columns):
            each = fields.get((record, name))
            type_ = each.type if each is not None else items[record, name].type
            values = [None if row[place] is UNSET else row[place] for row in table.rows]
            many = each is not None and each.many > 0
            columns[name] = pa.array(values, kind(type_, many=many))
        made[record] = pa.table(columns)
    return made


def load(connection: Any, program: c.Program, tables: Mapping[str, Tabular]) -> dict[str, str]:
    """Return the names of the tables that were made in DuckDB, by record."""
    made = typed(program, tables)
    for record, table in made.items():
        connection.register("arrow", table)
        connection.execute(f'CREATE TABLE "typed_{record}" AS SELECT * FROM arrow')
        connection.unregister("arrow")
    return {record: f"typed_{record}" for record in made}
