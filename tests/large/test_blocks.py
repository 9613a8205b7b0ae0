"""Blocks of rows that do not depend on each other give what all rows at once give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.clinicians import benchmarks, clinicians
from benchmarks.work_policy import program
from mipsdsl import cache, library, resources
from mipsdsl.core.nodes import Program
from mipsdsl.data.bulk.workspace import workspace
from mipsdsl.data.options import ReadOptions
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


def scored(policy: Program, folder: Path, block: int) -> tuple[Any, int]:
    """Return what a run gives, and of how many blocks it was."""
    heard: list[int] = []
    with workspace() as (connection, scratch):
        inputs = read_world(connection, policy, [folder], ReadOptions())
        world = large_world(policy, inputs)
        wanted = Wanted(populations=computed_here(policy, here=True, settings={}))
        options = LargeOptions(folder=scratch, block=block, heed=lambda done, _: heard.append(done))
        found = score_large(world, wanted, options)
        rows = [[tuple(row) for row in outcome.rows] for outcome in found.outcomes]
        return (rows, found.factors, found.created, found.none_of), len(heard)


def test_blocks_of_any_size_give_the_same_bits(people: Path) -> None:
    whole, _ = scored(program(), people, 1 << 20)

    for block, number in ((NUMBER // 2 + 1, 2), (64, 24)):
        assert (whole, number) == scored(program(), people, block)


def test_what_cannot_be_cut_is_one_block() -> None:
    policy = cache.compiled(library.read_sources("2017"), {}).program
    assert policy is not None

    whole, _ = scored(policy, resources.sample(), 1 << 20)

    assert whole == scored(policy, resources.sample(), 100)[0]


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
