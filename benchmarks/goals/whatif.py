"""Goal 8: what if the threshold were another one? From cells of clinicians alike, not from rows."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.goals.measured import Measured, Size, load
from mipsdsl import api
from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.engines.histogram.cells import Cells
from mipsdsl.engines.histogram.grades import Moving
from mipsdsl.engines.histogram.reduce import reduce
from mipsdsl.engines.plan import Population
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.schema import Target
from mipsdsl.sample.files import Order, write_sample
from mipsdsl.scoring import computed_here, planned, world_of

COMMAND = "python -m benchmarks.table --rows 8"
YEAR, MOST, PART = "2022", 20_000, 5
THRESHOLD = "performance_threshold"
_POINT = 10**12
_WANTED: list[Target] = [
    ("clinician", "payment_adjustment"), ("clinician", "final_score"), ("", "scaling_factor")
]  # fmt: skip


def over_thresholds(size: Size) -> list[Measured]:
    """Measure goal 8, at two sizes, which should not matter."""
    program = api.load(YEAR).program
    number = min(size.clinicians, MOST)
    few, many = (_timed(program, each, size.rounds) for each in (number // PART, number))
    return [
        Measured(
            "8",
            f"what-if over the threshold of {YEAR} on a scored population, {number:,} clinicians",
            "< 1 ms, whatever n",
            f"{many[0]:.0f} ms with {many[1]:,} cells; {few[0]:.0f} ms with {few[1]:,} "
            f"({number // PART:,} clinicians)",
            many[0] < 1,
            COMMAND,
            (
                "all clinicians, their scores, adjustments and the factor of the nation, exactly; "
                f"the rows are scored once before, in {many[2]:.1f} s by the generated Python",
                f"load {load()}",
            ),
        )
    ]


def _timed(program: c.Program, number: int, rounds: int) -> tuple[float, int, float]:
    """Return the milliseconds of one answer, how many cells there are, and the seconds before."""
    cells, before = _cells(program, number)
    times = []
    for each in range(2 * rounds):
        began = time.perf_counter()
        cells.evaluate({THRESHOLD: (60 + each) * _POINT})
        times.append(time.perf_counter() - began)
    return median(times) * 1_000, len(cells.sizes), before


def _cells(program: c.Program, number: int) -> tuple[Cells, float]:
    with tempfile.TemporaryDirectory() as name:
        write_sample(program, Order(number, 7), Path(name))
        inputs = read(program, [Path(name)], ReadOptions())
    said = computed_here(program, True, {})
    computed = {name for name, value in said.items() if value is Population.COMPUTE}
    type_ = next(each.type for each in program.parameters if each.name == THRESHOLD)
    moving = Moving(THRESHOLD, build.constant(40, 0, type_), build.constant(90, 0, type_), 0)
    first = world_of(program, inputs).store
    reduction = reduce(
        program, [moving], "clinician", _WANTED,
        computed=computed, given=set(first.lacking), partial=first.partial,
    )  # fmt: skip
    names = [*reduction.keys.values(), *reduction.amounts.values(), *reduction.opens]
    targets = [("clinician", each) for each in dict.fromkeys(names)]
    began = time.perf_counter()
    world, plan = planned(world_of(reduction.rows, inputs), targets, said)
    PythonEngine(world.program, world.store, said).run(plan)
    return Cells.of(reduction, world.store, said), time.perf_counter() - began
