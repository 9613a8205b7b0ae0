"""Cells give what scoring every row again gives, to the last step, in every year."""

from __future__ import annotations

import pytest

from mipsdsl import library
from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Frame, frames, linked_frames
from mipsdsl.engines.histogram.cells import Cells
from mipsdsl.engines.histogram.grades import Moving
from mipsdsl.engines.histogram.reduce import Irreducible, Reduction, reduce
from mipsdsl.engines.plan import Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Store
from mipsdsl.pipeline import compile_policy
from mipsdsl.scoring import computed_here, to_be_given
from mipsdsl.settings import expressions
from mipsdsl.verify.random_world import Maker, populations_of

WORLDS = 8
THRESHOLD = "performance_threshold"
WANTED: list[Target] = [
    ("clinician", "payment_adjustment"), ("clinician", "final_score"), ("", "scaling_factor")
]  # fmt: skip


def _said(program: c.Program) -> Populations:
    """Compute every national factor; what nobody has published has some value."""
    some = populations_of(program, Maker(program, 1))
    open_ones = {name: v for name, v in some.items() if name in to_be_given(program)}
    return {**computed_here(program, True, {}), **open_ones}


def _moving(program: c.Program, name: str, low: int, high: int) -> Moving:
    type_ = next(each.type for each in program.parameters if each.name == name)
    return Moving(name, build.constant(low, 0, type_), build.constant(high, 0, type_), 0)


def _reduced(program: c.Program, moving: Moving) -> Reduction:
    computed = {name for name, v in _said(program).items() if v is Population.COMPUTE}
    return reduce(program, [moving], "clinician", WANTED, computed=computed)


def _run(program: c.Program, tables: dict[str, Frame], outputs: list[Target]) -> Store:
    store, said = linked_frames(program, tables), _said(program)
    available = {record: table.columns for record, table in tables.items()}
    plan = requirements(program, available, outputs, said, partial=store.partial)
    PythonEngine(program, store, said).run(plan)
    return store


def _needs(reduction: Reduction) -> list[Target]:
    names = [*reduction.keys.values(), *reduction.amounts.values(), *reduction.opens]
    return [("clinician", name) for name in dict.fromkeys(names)]


@pytest.mark.parametrize("year", ["2017", "2022", "2026"])
def test_thresholds_are_answered_from_cells_as_from_rows(year: str) -> None:
    sources = library.read_sources(year)
    program = compile_policy(sources)
    reduction = _reduced(program, _moving(program, THRESHOLD, 40, 90))
    ends = {
        points: compile_policy(sources, expressions({THRESHOLD: f"{points} points"}))
        for points in (40, 67, 90)
    }
    maker, moved = Maker(program, 5), 0
    for _ in range(WORLDS):
        tables = frames(program, maker.world())
        rows = _run(reduction.rows, tables, _needs(reduction))
        cells = Cells.of(reduction, rows, _said(program))
        for points, full in ends.items():
            found = cells.evaluate({THRESHOLD: points * 10**12})
            again = _run(full, tables, WANTED)
            assert again.populations["scaling_factor"] == found.populations["scaling_factor"]
            for name in ("payment_adjustment", "final_score"):
                column = found.columns[name]
                assert again.column("clinician", name) == [column[n] for n in cells.numbers]
        columns = reduction.keys["final_score low"], reduction.keys["final_score high"]
        low, high = (rows.column("clinician", name) for name in columns)
        moved += sum(one != other for one, other in zip(low, high, strict=True))

    assert moved, "nobody's score followed the threshold"


def test_what_is_calculated_from_a_parameter_needs_rows() -> None:
    program = compile_policy(library.read_sources("2018"))

    with pytest.raises(Irreducible, match=r"calculated from what changes, and other rows read it"):
        _reduced(program, _moving(program, "complex_patient_cap", 3, 5))


POLICY = """\
rules for performance year 2017 paying 2019
title "conditions that turn"
record clinician key npi
    npi    text                                "who"
    tin    text                                "where"
    score  points from 0 points to 100 points  "score"
    bonus  points from 0 points to 100 points  "bonus"
relation clinician.partners list of clinician by tin at most 100
parameter floor = 30 points [42 CFR 1]
rule clinician.held: points = score at least floor [42 CFR 2]
rule clinician.taken: points =
    if held >= bonus then (highest held of partners) default 0 points else held [42 CFR 3]
population mean: number from 0 to 100 =
    ratio of (sum of taken over clinicians) to 1 points at most 100 [42 CFR 4]
"""


def _small() -> c.Program:
    from mipsdsl.source import Source

    return compile_policy([Source("small.mips", POLICY)])


def _people(*rows: tuple[str, str, int, int]) -> dict[str, Frame]:
    told = [(npi, tin, score * 10**4, bonus * 10**4) for npi, tin, score, bonus in rows]
    return {"clinician": Frame(("npi", "tin", "score", "bonus"), told)}


def _small_cells(tables: dict[str, Frame]) -> Cells:
    program = _small()
    said = {"mean": Population.COMPUTE}
    wanted = [("clinician", "taken"), ("", "mean")]
    reduction = reduce(
        program, [_moving(program, "floor", 20, 40)], "clinician", wanted, computed={"mean"}
    )
    rows = linked_frames(reduction.rows, tables)
    available = {record: table.columns for record, table in tables.items()}
    needs = requirements(reduction.rows, available, _needs(reduction), said)
    PythonEngine(reduction.rows, rows, said).run(needs)
    return Cells.of(reduction, rows, said)


def test_a_condition_that_turns_in_between_is_noticed() -> None:
    with pytest.raises(Irreducible, match=r"for 1 clinician .* `taken`"):
        _small_cells(_people(("A", "T", 10, 30), ("B", "T", 90, 50)))


def test_a_condition_that_stays_does_not_matter() -> None:
    cells = _small_cells(_people(("A", "T", 10, 15), ("B", "T", 35, 50), ("C", "U", 25, 10)))

    by_row = cells.evaluate({"floor": 30 * 10**12}).columns["taken"]
    assert [35, 35, 30] == [int(str(by_row[n])) // 10**12 for n in cells.numbers]
