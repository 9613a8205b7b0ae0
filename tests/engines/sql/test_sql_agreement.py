"""SQL on DuckDB says what the interpreter says, to the bit, on random programs and on real years."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from random import Random

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mipsdsl import library
from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Frame, frames, linked
from mipsdsl.engines.rows import link
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.store import UNSET
from mipsdsl.pipeline import compile_policy
from mipsdsl.verify.random_world import Maker
from tests.engines import worlds as w
from tests.engines.random_programs import data_of, program_of
from tests.engines.running import computed, plan_for
from tests.engines.sql.running import by_sql, differing, everything, interpreted
from tests.engines.sql.typed import load

EXAMPLES = int(os.environ.get("MIPSDSL_EXAMPLES", "400")) // 8
"""Programs to compare; set the variable for a longer search."""


def assert_sql_agrees(program: c.Program, tables: Mapping[str, Frame]) -> None:
    plain = {
        name: Frame(table.columns, [[None if v is UNSET else v for v in row] for row in table.rows])
        for name, table in tables.items()
    }
    plan, said = plan_for(program, plain), computed(program)
    store = interpreted(program, link(program, plain), plan, said)
    with duckdb.connect(config={"threads": 1}) as connection:
        database = DuckDB(connection)
        engine = by_sql(program, database, load(connection, program, plain), plan, said)

        assert differing(engine, store, plan) == []


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 2**40))
def test_engines_agree_on_random_programs(seed: int) -> None:
    dice = Random(seed)
    program = program_of(dice)
    # Random programs nest quotients as no rule does; who cannot be exact says so.
    with suppress(Unsupported):
        assert_sql_agrees(program, data_of(dice, program))


def test_engines_agree_on_a_world_like_mips() -> None:
    assert_sql_agrees(w.scoring(), w.scoring_data())


@pytest.mark.parametrize("year", ["2017", "2022", "2026"])
def test_engines_agree_on_random_people_of_a_year(year: str) -> None:
    program = compile_policy(library.read_sources(year))
    plan, said = everything(program)
    assert () == plan.refused

    people = Maker(program, 11).world()
    store = interpreted(program, linked(program, people), plan, said)
    with duckdb.connect(config={"threads": 1}) as connection:
        tables = load(connection, program, frames(program, people))
        engine = by_sql(program, DuckDB(connection), tables, plan, said)

        assert differing(engine, store, plan) == []


def test_what_is_too_wide_is_refused_by_name() -> None:
    much = w.read(w.HERE, "much", w.NUMBER, 4)
    product: c.Expr = much
    for _ in range(5):
        product = b.arithmetic(c.Operator.MULTIPLY, product, much, w.NUMBER)
    program = w.minimal(product, w.NUMBER, [w.column("much", w.NUMBER)])
    data = {"thing": Frame(("id", "much"), [["T", 1]])}

    with pytest.raises(Unsupported, match=r"`thing\.x` cannot be computed in SQL: a number beyond"):
        assert_sql_agrees(program, data)
