"""The whole year 2022 on the national sample: measures and activities in, payments out."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.goals.files import need_bulk
from benchmarks.goals.measured import Measured, Size, each, load
from benchmarks.timing import race
from mipsdsl import api
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.engines.columns import columns_of, stored_values
from mipsdsl.engines.native import NativeEngine, compile_native
from mipsdsl.engines.python import PythonEngine
from mipsdsl.sample.files import Order, write_sample
from mipsdsl.scoring import computed_here, planned, world_of

COMMAND = "python -m benchmarks.table --rows 2022"
YEAR, MOST, SEED = "2022", 20_000, 7
MOST_IN_FILES = 100_000
ALONE, BOTH, PYTHON = "native, 1 thread", "native, 2 threads", "generated Python"
_OUTPUTS = ("final_score", "payment_adjustment", "adjusted_payment")


def whole_year(size: Size) -> list[Measured]:
    """Measure a real year: in memory, and from files to a file."""
    return [*_in_memory(size), *_files(size)]


def _files(size: Size) -> list[Measured]:
    """Measure `mips run` from Parquet to Parquet; nobody wrote a whole year by hand to compare with."""
    need_bulk()
    number = min(size.clinicians, MOST_IN_FILES)
    with tempfile.TemporaryDirectory() as name:
        people, out = Path(name) / "people", Path(name) / "out.parquet"
        write_sample(api.load(YEAR).program, Order(number, SEED, detail="measures"), people)
        words = [sys.executable, "-m", "mipsdsl", "run", YEAR, str(people), "-o", str(out)]
        began = time.perf_counter()
        subprocess.run([*words, "--population", "here"], check=True, capture_output=True)
        seconds = time.perf_counter() - began
    return [
        Measured(
            f"{YEAR}, 3",
            f"`mips run {YEAR}`, Parquet → Parquet, sample with measures, {number:,} clinicians",
            "row 3 on a real year; no peer",
            f"{seconds:.1f} s, {number / seconds / 1000:.1f} thousand clinicians a second",
            None,
            COMMAND,
            (f"once, a process from start to finish; load {load()}",),
        )
    ]


def _in_memory(size: Size) -> list[Measured]:
    """Measure the record phase and the population of a real year, columns in memory."""
    number = min(size.clinicians, MOST)
    program = api.load(YEAR).program
    with tempfile.TemporaryDirectory() as name:
        write_sample(program, Order(number, SEED, detail="measures"), Path(name))
        inputs = read(program, [Path(name)], ReadOptions())
    said = computed_here(program, True, {})
    targets = [("clinician", output) for output in _OUTPUTS]
    world, plan = planned(world_of(program, inputs), targets, said)
    columns = columns_of(world.store)
    compiled = compile_native(program, plan)
    engine = NativeEngine(program, columns, said)
    PythonEngine(program, world.store, said).run(plan)
    engine.run(plan, compiled, threads=2)
    differing = sum(
        one != other
        for record, output in targets
        for one, other in zip(
            world.store.column(record, output),
            stored_values(columns, (record, output)),
            strict=True,
        )
    )
    again = PythonEngine(program, world.store, said)
    sides = {
        ALONE: lambda _: engine.run(plan, compiled, threads=1),
        BOTH: lambda _: engine.run(plan, compiled, threads=2),
        PYTHON: lambda _: again.run(plan),
    }
    found = race(sides, min(3, size.rounds), warm=1)
    rate = number / found.median(BOTH)
    rows = sum(columns.sizes.values())
    return [
        Measured(
            YEAR,
            f"the whole year {YEAR}, national sample with measures, {number:,} clinicians",
            "rows 1 and 4 on a real year",
            f"{rate:.3f} M/s on 2 threads, {found.ratio(PYTHON, BOTH):.0f}× the generated Python; "
            f"{differing} of {len(targets) * number:,} outputs differ",
            differing == 0,
            COMMAND,
            (
                *each(found, BOTH),
                f"{rows:,} rows of all records, {sum(len(s.items) for s in plan.steps)} items",
                f"load {load()}",
            ),
        )
    ]
