"""What --mask and --suppress-below hide, every engine hides alike, byte for byte."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from mipsdsl.cli.main import cli
from tests.large.hidden import ASKED, written

ENGINES = ("interpreter", "python", "native", "sql")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("people"))


def _run(people: Path, *arguments: object) -> Result:
    asked = ["run", people / "counts.mips", people / "data", "--population", "here", *arguments]
    result = CliRunner().invoke(cli, [*map(str, asked)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result


HIDING = {
    "small": ("--suppress-below", "11"),
    "masked": ("--mask", "keys"),
    "both": ("--mask", "keys", "--suppress-below", "11", "--percent", "text"),
}


def _hiding(people: Path, name: str) -> tuple[object, ...]:
    secret = ("--mask-secret-file", people / "secret") if name != "small" else ()
    return (*HIDING[name], *secret)


@pytest.mark.parametrize("hiding", HIDING)
@pytest.mark.parametrize("asked", ASKED)
def test_every_engine_hides_the_same(people: Path, tmp_path: Path, hiding: str, asked: str) -> None:
    found, said = {}, {}
    for engine in ENGINES:
        out = tmp_path / engine
        how = ("--engine", engine, "--outputs", ASKED[asked], *_hiding(people, hiding))
        result = _run(people, *how, "-o", f"{out}/")
        found[engine] = {
            path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".csv"
        }
        lines = result.stderr.splitlines()
        said[engine] = [x for x in lines if not x.startswith(("about", "wrote"))]

    assert found["interpreter"]
    for engine in ENGINES:
        assert found[engine] == found["interpreter"], engine
        assert said[engine] == said["interpreter"], engine


@pytest.mark.parametrize("form", ["parquet", "jsonl", "xlsx"])
def test_in_every_form(people: Path, tmp_path: Path, form: str) -> None:
    found = []
    for engine in ENGINES:
        out = tmp_path / f"{engine}.{form}"
        how = ("--engine", engine, "--outputs", ASKED["practice"], *_hiding(people, "both"))
        _run(people, *how, "-o", out)
        if form == "parquet":
            table = duckdb.sql(f"FROM '{out}'")
            found.append((table.columns, table.types, table.fetchall()))
        elif form == "xlsx":
            found.append(CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python())
        else:
            found.append(out.read_bytes())

    assert all(each == found[0] for each in found)


def test_what_is_small_is_hidden_and_nothing_else(people: Path) -> None:
    how = ("--outputs", "practice.share,practice.size,practice.members", "--engine", "native")
    result = _run(people, *how, "--suppress-below", "11")

    assert result.stdout.splitlines() == [
        "tin,share,size,members",
        "P-0,*,*,<11",
        "P-1,0,40,<11",
        "P-2,*,<11,<11",
        "P-3,0.5,40,<11",
        "P-4,*,<11,<11",
        "P-5,1,11,<11",
        "P-6,0,0,<11",
        "P-7,*,<11,0",
    ]


def test_a_small_count_of_the_nation_is_hidden_with_what_is_made_of_it(people: Path) -> None:
    for engine in ENGINES:
        how = ("--outputs", "few,many,part,factor", "--engine", engine, "--suppress-below", "11")
        result = _run(people, *how)

        assert "few = <11, computed over 60 rows" in result.stderr
        assert "part = *, computed" in result.stderr
        assert result.stdout.splitlines()[1] == "<11,*,*,0.2896"


@pytest.mark.parametrize("hiding", HIDING)
def test_the_merge_of_parts_hides_as_a_single_run_does(
    people: Path, tmp_path: Path, hiding: str
) -> None:
    for asked in ASKED.values():
        _run(people, "--outputs", asked, *_hiding(people, hiding), "-o", tmp_path / "single")
        parts = []
        for number in (1, 2, 3):
            parts.append(str(tmp_path / f"{number}"))
            _run(people, "--outputs", asked, "--shard", f"{number}/3", "-o", parts[-1])
        how = [*map(str, _hiding(people, hiding)), "-o", str(tmp_path / "merged")]
        result = CliRunner().invoke(cli, ["merge", *parts, *how], catch_exceptions=False)

        assert result.exit_code == 0, result.stderr
        for path in (tmp_path / "single").glob("*.csv"):
            assert path.read_bytes() == (tmp_path / "merged" / path.name).read_bytes()
