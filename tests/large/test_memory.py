"""Columns in files, and results a few rows at a time, give the bits of a run in memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from benchmarks.clinicians import benchmarks, clinicians
from benchmarks.work_policy import program
from mipsdsl import cache, library, resources
from mipsdsl.cli.main import cli
from mipsdsl.core.nodes import Program
from mipsdsl.data.bulk.budget import allowed, budget, bytes_of
from mipsdsl.data.bulk.workspace import workspace
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.tables import DataError
from mipsdsl.engines.rooms import Rooms
from mipsdsl.large.world import LargeOptions, large_world, read_world, score_large
from mipsdsl.scoring import Wanted, computed_here

WORK = Path(__file__).parents[2] / "benchmarks" / "work.mips"
NUMBER = 1_500


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the clinicians of the work as Parquet files."""
    folder = tmp_path_factory.mktemp("people")
    table = benchmarks()
    rows = list(clinicians(NUMBER, table))
    measures = [measure for each in rows for measure in each.pop("measures")]
    own = [
        {"benchmark_id": each.number, "usable": each.usable, "cuts": list(each.cuts)}
        for each in table
    ]
    for name, found in (("clinician", rows), ("measure", measures), ("benchmark", own)):
        pq.write_table(pa.Table.from_pylist(found), folder / f"{name}.parquet")
    return folder


def scored(policy: Program, folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what a run gives that makes ``rows`` of results at a time; with few, all in files."""
    if rows < NUMBER:
        monkeypatch.setattr("mipsdsl.engines.rooms._SMALL", 0)
    with workspace() as space:
        inputs = read_world(space.connection, policy, [folder], ReadOptions())
        world = large_world(policy, inputs)
        wanted = Wanted(populations=computed_here(policy, here=True, settings={}))
        rooms = Rooms(space.folder) if rows < NUMBER else Rooms()
        found = score_large(
            world, wanted, LargeOptions(folder=space.folder, rooms=rooms, rows=rows)
        )
        shown = [[tuple(row) for row in outcome.rows] for outcome in found.outcomes]
    return shown, found.factors, found.created, found.none_of


@pytest.mark.parametrize("rows", [NUMBER // 2 + 1, 64])
def test_the_work_is_the_same(people: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scored(program(), people, NUMBER, monkeypatch)

    assert whole == scored(program(), people, rows, monkeypatch)


@pytest.mark.parametrize("year", ["2017", "2022"])
def test_a_year_is_the_same(year: str, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = cache.compiled(library.read_sources(year), {}).program
    assert policy is not None

    whole = scored(policy, resources.sample(), NUMBER, monkeypatch)

    assert whole == scored(policy, resources.sample(), 7, monkeypatch)


def test_rooms_beyond_memory_are_files_without_a_name(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path, most=1 << 20)
    first, second = (rooms.zeros(1 << 18, np.int32) for _ in range(2))

    second[:] = np.arange(1 << 18)
    ones = rooms.ones(1 << 20)

    assert first.base is None
    assert second.base is not None
    assert (second == np.arange(1 << 18)).all()
    assert ones.all()
    assert (rooms.copy(second, np.int64) == second).all()
    assert list(tmp_path.iterdir()) == []


def test_amounts_of_memory() -> None:
    assert bytes_of("1.5GB") == 1_500_000_000
    assert bytes_of(" 64 MiB") == 64 << 20
    for text in ("", "much", "-1GB", "5", "1EB"):
        with pytest.raises(DataError):
            bytes_of(text)


def test_shares_are_less_than_the_whole() -> None:
    for text in ("1GiB", "2GB", "64GB"):
        shares = budget(text)
        assert shares.database + shares.columns < bytes_of(text)
    assert budget("1GiB").threads == 1
    assert budget("1GiB", 3).threads == 3
    assert budget().database < allowed()


def test_little_memory_gives_the_same_file(people: Path, tmp_path: Path) -> None:
    written = []
    for name, memory in (("plenty", "8GB"), ("little", "450MB")):
        out = tmp_path / f"{name}.csv"
        asked = ["run", str(WORK), str(people), "--engine", "native", "--population", "here"]
        result = CliRunner().invoke(cli, [*asked, "--memory", memory, "-o", str(out)])
        assert result.exit_code == 0, result.stderr
        written.append(out.read_bytes())

    assert written[0] == written[1]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_run_that_is_interrupted_leaves_no_scratch_folder(people: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "mipsdsl", "run", str(WORK), str(people), "--engine", "native"]
    with subprocess.Popen(
        [*command, "--memory", "1GB", "-o", str(tmp_path / "out.csv")],
        env={**os.environ, "TMPDIR": str(scratch)}, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        while process.poll() is None and not list(scratch.glob("*/tables.duckdb")):
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)

    assert list(scratch.iterdir()) == []


def test_a_run_that_is_killed_leaves_nothing_half_written(people: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    command = [sys.executable, "-m", "mipsdsl", "run", str(WORK), str(people), "--engine", "native"]
    for seconds in (0.4, 0.9, 1.4):
        with subprocess.Popen(
            [*command, "--population", "here", "-o", str(out)], stderr=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        if out.exists():
            assert pq.read_table(out).num_rows == NUMBER
            out.unlink()
