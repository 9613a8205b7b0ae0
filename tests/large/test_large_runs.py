"""A run by query and machine code gives what the Python engine gives: files, summary, exit code."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

import mipsdsl
from mipsdsl import resources
from mipsdsl.cli.main import cli

WORK = Path(__file__).parents[2] / "benchmarks" / "work.mips"


def run(*arguments: object) -> Result:
    """Run the command line."""
    return CliRunner().invoke(cli, ["run", *map(str, arguments)], catch_exceptions=False)


def both(
    folder: Path, *arguments: object, form: str = "csv", other: str = "native"
) -> tuple[Path, Path]:
    """Run with both engines, compare what they say, and return the files that they wrote."""
    written, said = [], []
    for engine in ("python", other):
        out = folder / engine / f"results.{form}"
        out.parent.mkdir(exist_ok=True)
        result = run(*arguments, "--engine", engine, "-o", out)
        assert result.exit_code == 0, result.stderr
        lines = [x.partition(", written to")[0] for x in result.stderr.splitlines()]
        lines = [each for each in lines if not each.startswith(("about", "wrote"))]
        said.append(lines)
        assert f"engine {engine}" in result.stderr
        written.append(out)
    assert said[0] == said[1]
    return written[0], written[1]


@pytest.mark.parametrize("year", ["2017", "2018"])
def test_the_sample(tmp_path: Path, year: str) -> None:
    first, second = both(tmp_path, year, "--sample", "--population", "here")

    assert first.read_text() == second.read_text()


def test_constants_that_nobody_gave_need_no_value_in_sql_either(tmp_path: Path) -> None:
    data = tmp_path / "people"
    made = CliRunner().invoke(
        cli, ["sample", "--clinicians", "300", "--year", "2022", "-o", str(data)]
    )
    bonus = "CASE WHEN kind = 'group' THEN complex_patient_bonus END AS complex_patient_bonus"
    path = data / "submission.parquet"
    duckdb.sql(f"SELECT * REPLACE ({bonus}) FROM '{path}'").write_parquet(
        str(tmp_path / "x.parquet")
    )
    (tmp_path / "x.parquet").replace(path)

    first, second = both(tmp_path, "2022", data, other="sql")

    assert made.exit_code == 0
    assert first.read_text() == second.read_text()


def test_own_columns_and_rejects(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(resources.sample(), data)
    lines = (data / "clinician.csv").read_text().splitlines()
    lines[0] += ",Name"
    lines[1:] = [f"{line},=dr {number}" for number, line in enumerate(lines[1:])]
    lines[5] = lines[5].replace("physician", "phsician")
    (data / "clinician.csv").write_text("\n".join(lines) + "\n")

    first, second = both(tmp_path, "2017", data, "--max-rejects", "5", "--percent", "text")

    assert first.read_text() == second.read_text()
    assert ",Name\n" in first.read_text()
    rejects = [path.with_suffix(".rejects.csv").read_text() for path in (first, second)]
    assert rejects[0] == rejects[1]


def test_parquet(tmp_path: Path) -> None:
    first, second = both(tmp_path, "2017", "--sample", form="parquet")

    names = [f"'{path}'" for path in (first, second)]
    kinds = [duckdb.sql(f"DESCRIBE FROM {name}").fetchall() for name in names]
    rows = [duckdb.sql(f"FROM {name}").fetchall() for name in names]
    assert kinds[0] == kinds[1]
    assert rows[0] == rows[1]


def test_outputs_by_name_and_on_the_terminal(tmp_path: Path) -> None:
    asked = ("2017", "--sample", "--outputs", "submission.final_score,tin", "--format")

    for form in ("csv", "jsonl", "table"):
        found = [run(*asked, form, "--engine", engine).stdout for engine in ("python", "native")]
        assert found[0] == found[1]
        assert found[0]


def test_too_many_rejects_stop_the_run(tmp_path: Path) -> None:
    data = tmp_path / "clinician.csv"
    data.write_text("clinician_id\nx\n")

    result = run(WORK, data, "--engine", "native", "-o", tmp_path / "out.csv")

    assert result.exit_code == 3
    assert not (tmp_path / "out.csv").exists()


def test_masks_and_choices_of_groups_are_the_same(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef0123")
    asked = ("--per", "submission", "--outputs", "final_score,tin,best_set,survey")
    hidden = ("--mask", "keys", "--mask-secret-file", secret)

    first, second = both(tmp_path, "2017", "--sample", *asked, *hidden)

    assert first.read_text() == second.read_text()
    assert " CAHPS_1 cahps" in first.read_text()
    assert "00-00000" not in first.read_text()
    assert "1999000" not in first.read_text()


def test_too_little_memory_is_a_sentence(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"

    result = run("2017", "--sample", "--engine", "native", "--memory", "1MB", "-o", out)

    assert result.exit_code == 5
    assert "--memory" in result.stderr
    assert not out.exists()


def test_from_python() -> None:
    policy = mipsdsl.load("2017")

    first = policy.run(resources.sample())
    second = policy.run(resources.sample(), engine="native")

    assert first.rows() == second.rows()
    assert first.notes == second.notes
