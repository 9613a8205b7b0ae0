"""The SQL that ``mips build`` prints computes, in a plain database, what the year says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from mipsdsl import library
from mipsdsl.cli.main import cli
from mipsdsl.engines.frames import frames, linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import requirements
from mipsdsl.pipeline import compile_policy
from mipsdsl.scoring import computed_here
from mipsdsl.verify.random_world import Maker
from tests.engines.sql.typed import typed


def built(*arguments: str):
    return CliRunner().invoke(cli, ["build", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("year", ["2016", "2017"])
def test_a_year_as_a_script_for_duckdb(year: str, tmp_path: Path) -> None:
    out = tmp_path / "year.sql"
    done = built(year, "--sql", "duckdb", "--population", "here", "-o", str(out))
    assert done.exit_code == 0, done.output

    program = compile_policy(library.read_sources(year))
    people = Maker(program, 4).world()
    with duckdb.connect(config={"threads": 1}) as connection:
        for record, table in typed(program, frames(program, people)).items():
            connection.register("arrow", table)
            connection.execute(f'CREATE TABLE "{record}" AS SELECT * FROM arrow')
        connection.execute(out.read_text("utf-8"))

        said = computed_here(program, True, {})
        columns = {r.name: [f.name for f in r.fields] for r in program.records if not r.grouping}
        outputs = [(record, name) for record, names in program.results for name in names]
        plan = requirements(program, columns, outputs, said)
        store = linked(program, people)
        Interpreter(program, store, said).run(plan)

        assert plan.outputs
        for record, name in plan.outputs:
            query = f'SELECT "{name}" FROM results__{record} ORDER BY "row"'
            assert [v for (v,) in connection.execute(query).fetchall()] == store.column(
                record, name
            ), name


def test_a_script_says_what_it_expects_and_leaves() -> None:
    done = built("2016", "--sql", "spark")

    assert done.exit_code == 0
    assert "-- practice (key tin)\n--   row BIGINT\n--   tin STRING: text\n" in done.stdout
    assert "-- results__practice\n" in done.stdout
    assert "CREATE TABLE `results__practice` AS" in done.stdout


def test_what_cannot_be_computed_is_said() -> None:
    done = built("2022", "--sql", "duckdb", "--outputs", "clinician.final_score")

    assert done.exit_code == 2
    assert "`clinician.final_score` cannot be computed" in done.stderr
    assert "--set hcc_mean=…" in done.stderr
    assert "there is no output `x`" in built("2016", "--sql", "duckdb", "--outputs", "x").stderr
