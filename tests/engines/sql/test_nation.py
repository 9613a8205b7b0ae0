"""Population items that are too wide for SQL are exact all the same: SQL adds, Python divides."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import ours
from benchmarks.by_sql import typed_tables
from benchmarks.many import as_dictionaries, many, table_of
from benchmarks.work_policy import program, tables_of
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.rows import link
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.dialect import Dialect, Unsupported
from mipsdsl.engines.sql.script import script
from mipsdsl.engines.store import Store
from mipsdsl.pipeline import compile_policy
from mipsdsl.source import Source
from tests.engines.running import computed, plan_for
from tests.engines.sql.running import by_sql, differing, interpreted
from tests.engines.sql.typed import load

OUTPUTS = ("final_score", "adjustment_factor", "exceptional_adjustment", "payment")
PEOPLE = many(60, 9)


def _by_interpreter() -> Store:
    store = link(program(), tables_of(as_dictionaries(PEOPLE), table_of(PEOPLE)))
    return interpreted(program(), store, ours.plan_of(OUTPUTS), ours.populations())


def test_the_work_needs_no_factor_that_is_set() -> None:
    plan, said = ours.plan_of(OUTPUTS), ours.populations()
    with duckdb.connect(config={"threads": 1}) as connection:
        for record, table in typed_tables(PEOPLE).items():
            connection.register("given", table)
            connection.execute(f"CREATE TABLE typed_{record} AS SELECT * FROM given")
            connection.unregister("given")
        tables = {record: f"typed_{record}" for record in ("clinician", "measure", "benchmark")}
        engine = by_sql(program(), DuckDB(connection), tables, plan, said)
        store = _by_interpreter()

        assert store.populations["exceptional_factor"] not in (0, 10**12)
        assert differing(engine, store, plan) == []


def test_nor_does_it_on_spark(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark-client is missing")
    sail = pytest.importorskip("pysail.spark", reason="pysail is missing")
    import pyarrow.parquet as pq

    from mipsdsl.engines.sql.spark import Spark, connect, read_parquet

    plan, said = ours.plan_of(OUTPUTS), ours.populations()
    files = {}
    for record, table in typed_tables(PEOPLE).items():
        files[record] = str(tmp_path / f"{record}.parquet")
        pq.write_table(table, files[record])
    server = sail.SparkConnectServer()
    server.start(background=True)
    session = connect(f"sc://localhost:{server.listening_address[1]}")
    try:
        database = Spark(session, str(tmp_path / "scratch"))
        engine = by_sql(program(), database, read_parquet(database, files), plan, said)

        assert differing(engine, _by_interpreter(), plan) == []
    finally:
        session.stop()
        server.stop()


WIDE = """
rules for performance year 2019 paying 2021

record thing key id
    id    text
    much  number from 0 to 1,000,000 with 12 places
    size  number from 0 to 9 with 2 places

population total: number from 0 to 1,000,000 =
    (average of much over things default 0) [it]

population wide: number from 0 to 1 =
    ratio of (total * (highest size of things default 1))
          to ((sum of much over things) * (lowest size of things default 1)
              + (ratio of (count of things where much > 1) to 3))
          (when zero: 0.5)
    at most (if (any of things where size is 2) then 1 else 0.25)
    [it]

rule thing.x: number from 0 to 2 = wide + (if (total rounded to 2 places half up) > 3 then 1 else 0) [it]
"""


@pytest.mark.parametrize(
    "rows",
    [
        [["a", 10**12 - 1, 200], ["b", 7, 3]],
        [["a", 9 * 10**17, 101], ["b", 5, 900], ["c", 1, 3]],
        [["a", 0, 0]],
        [],
    ],
)
def test_folds_of_all_kinds_come_from_sql(rows: list[list[object]]) -> None:
    source = Source("wide.mips", WIDE)
    wide = compile_policy([source])
    data = {"thing": Frame(("id", "much", "size"), rows)}
    plan, said = plan_for(wide, data), computed(wide)
    store = interpreted(wide, link(wide, data), plan, said)
    with duckdb.connect(config={"threads": 1}) as connection:
        tables = load(connection, wide, data)
        engine = by_sql(wide, DuckDB(connection), tables, plan, said)

        assert differing(engine, store, plan) == []


def test_a_script_says_that_it_is_too_wide() -> None:
    plan = ours.plan_of(OUTPUTS)

    with pytest.raises(Unsupported, match="`exceptional_factor` cannot be computed in SQL"):
        script(program(), Dialect.DUCKDB, plan, ours.populations())
