"""SQL on Spark says what the interpreter says; the server is Sail, which needs no Java."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from mipsdsl import library
from mipsdsl.engines.frames import Frame, frames, linked
from mipsdsl.engines.rows import link
from mipsdsl.engines.sql.spark import Spark, SparkError, connect, read_parquet
from mipsdsl.engines.store import UNSET
from mipsdsl.pipeline import compile_policy
from mipsdsl.verify.random_world import Maker
from tests.engines.random_programs import data_of, program_of
from tests.engines.running import computed, plan_for
from tests.engines.sql.running import by_sql, differing, everything, interpreted
from tests.engines.sql.typed import typed

pytest.importorskip("pyspark", reason="pyspark-client is missing: pip install 'mipsdsl[spark]'")
sail = pytest.importorskip("pysail.spark", reason="pysail, a Spark Connect server, is missing")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    server = sail.SparkConnectServer()
    server.start(background=True)
    session = connect(f"sc://localhost:{server.listening_address[1]}")
    yield session
    # A session that outlives its server asks after it for minutes when Python ends.
    session.stop()
    server.stop()


def loaded(database: Spark, folder: Path, tables) -> dict[str, str]:
    files = {}
    for record, table in tables.items():
        files[record] = str(folder / f"{record}.parquet")
        pq.write_table(table, files[record])
    return read_parquet(database, files)


def test_random_people_of_2022(session: Any, tmp_path: Path) -> None:
    program = compile_policy(library.read_sources("2022"))
    plan, said = everything(program)
    people = Maker(program, 5).world()
    store = interpreted(program, linked(program, people), plan, said)
    database = Spark(session, str(tmp_path / "scratch"))
    tables = loaded(database, tmp_path, typed(program, frames(program, people)))
    engine = by_sql(program, database, tables, plan, said)

    assert differing(engine, store, plan) == []


def test_random_programs(session: Any, tmp_path: Path) -> None:
    database = Spark(session, str(tmp_path / "scratch"))
    for seed in (3, 4, 7):
        dice = Random(seed)
        program = program_of(dice)
        tables = {
            name: Frame(
                table.columns, [[None if v is UNSET else v for v in row] for row in table.rows]
            )
            for name, table in data_of(dice, program).items()
        }
        plan, said = plan_for(program, tables), computed(program)
        store = interpreted(program, link(program, tables), plan, said)
        folder = tmp_path / str(seed)
        folder.mkdir()
        names = loaded(database, folder, typed(program, tables))
        engine = by_sql(program, database, names, plan, said)

        assert differing(engine, store, plan) == [], seed


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(SparkError, match="no Spark Connect server answers at sc://localhost:1"):
        connect("sc://localhost:1")
