"""``work.mips`` on the SQL engine: DuckDB over the same whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks import ours
from benchmarks.clinicians import KINDS, PARTIAL_QP
from benchmarks.many import Array, Many, long
from benchmarks.work_policy import fields_of, program
from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.engines.columns import ColumnStore
from mipsdsl.engines.plan import Plan, Populations
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.engine import SqlEngine
from mipsdsl.engines.sql.linking import link_tables
from mipsdsl.engines.store import Stored

_CHOICES = {"clinician_type": KINDS, "partial_qp": PARTIAL_QP}
_LIMIT = "4GB"


def differing(
    people: Many, native: ColumnStore, rows: slice, outputs: Sequence[str], populations: Populations
) -> int:
    """Return for how many clinicians the two engines differ; all of them when the nation differs.

    ``people`` are these ``rows`` of the clinicians that the native engine has scored.

    Raises:
        Unsupported: SQL cannot compute it exactly.

    """
    with scored(people, ours.plan_of(outputs, populations), populations) as engine:
        differ = np.zeros(people.number, np.bool_)
        for name in outputs:
            own, there = ours.whole_numbers(native, name)
            values, present = column_of(engine, name)
            differ |= present != (True if there is None else there[rows])
            differ |= present & (values != own[rows])
        nation = nation_of(engine)
        same = all(nation[name] == native.populations[name] for name in nation)
        return int(differ.sum()) if same else people.number


@contextmanager
def scored(people: Many, plan: Plan, populations: Populations) -> Iterator[SqlEngine]:
    """Give the engine after a run."""
    with duckdb.connect(config={"memory_limit": _LIMIT}) as connection:
        tables = {}
        for record, table in typed_tables(people).items():
            connection.register("given", table)
            connection.execute(f"create table typed_{record} as select * from given")
            connection.unregister("given")
            tables[record] = f"typed_{record}"
        database = DuckDB(connection)
        linked = link_tables(program(), database, tables)
        engine = SqlEngine(program(), database, linked, populations)
        engine.run(plan)
        yield engine


def typed_tables(people: Many) -> dict[str, pa.Table]:
    """Return one typed table for each record, in steps, in the order of the data."""
    clinicians = {"clinician_id": np.arange(people.number), **people.clinicians}
    benchmarks = {"benchmark_id": np.arange(len(people.cuts)), "usable": people.usable}
    found = {
        "clinician": _table("clinician", clinicians),
        "measure": _table("measure", long(people)),
        "benchmark": _table("benchmark", benchmarks),
    }
    cuts = pa.array(people.cuts.astype(np.int64).tolist())
    found["benchmark"] = found["benchmark"].append_column("cuts", cuts)
    return found


def _table(record: str, columns: dict[str, Array]) -> pa.Table:
    number = len(next(iter(columns.values())))
    fields = {each.name: each for each in fields_of(record)}
    made = {name: _array(fields[name], values) for name, values in columns.items()}
    return pa.table({"row": pa.array(np.arange(number)), **made})


def _array(field: c.Field, values: Array) -> pa.Array:
    if field.type.unit is Unit.YESNO:
        return pa.array(values.astype(np.bool_))
    if field.type.unit is Unit.CHOICE:
        return pa.DictionaryArray.from_arrays(values, list(_CHOICES[field.name])).cast(pa.string())
    missing = values < 0 if field.name == "cost_score" else None
    return pa.array(values.astype(np.int64), mask=missing)


def column_of(engine: SqlEngine, name: str) -> tuple[Array, Array]:
    """Return an output of the clinicians in steps, and who has one."""
    table = engine.catalog.columns["clinician", name]
    query = f'select "{name}"::bigint as value from "{table}" order by "row"'
    found = np.ma.asarray(_connection(engine).execute(query).fetchnumpy()["value"])
    values: Array = np.ma.filled(found, 0).astype(np.int64)
    return values, ~np.ma.getmaskarray(found)


def nation_of(engine: SqlEngine) -> dict[str, Stored]:
    """Return the population items."""
    found = _connection(engine).execute(f'from "{engine.catalog.populations}"')
    names = [each[0] for each in found.description]
    values = dict(zip(names, found.fetchone(), strict=True))
    items = (item.name for item in program().items if not item.record)
    return {name: int(values[name]) for name in items if values.get(name) is not None}


def _connection(engine: SqlEngine) -> duckdb.DuckDBPyConnection:
    assert isinstance(engine.database, DuckDB)
    connection: duckdb.DuckDBPyConnection = engine.database.connection
    return connection
