"""Goals 5 and 6: one clinician, warm: a score, and the whole explanation of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import zen_policy
from benchmarks.clinicians import Benchmark, Clinician, benchmarks, clinicians
from benchmarks.exact import RECORD_OUTPUTS, score
from benchmarks.goals.measured import Measured, Size, each, load
from benchmarks.one_clinician import HAND, OURS, ZEN, contestants, is_right
from benchmarks.timing import Side, race
from benchmarks.work_policy import program, tables_of
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.rows import link

COMMAND = "python -m benchmarks.table --rows 5,6"
PEOPLE = 200
_TRACED, _ZEN_TRACE = "mipsdsl, trace of 12 outputs", "zen-engine with trace"


def scores(size: Size) -> list[Measured]:
    """Measure goal 5."""
    table = benchmarks()
    people = list(clinicians(PEOPLE, table))
    scorers = contestants(table)
    given = {OURS: people, ZEN: zen_policy.records(people, table), HAND: people}
    wanted = [score(each_, table) for each_ in people]
    timed = [
        i
        for i in range(PEOPLE)
        if all(is_right(run(given[name][i]), wanted[i]) for name, run in scorers.items())
    ]
    sides = {name: _side(run, [given[name][i] for i in timed]) for name, run in scorers.items()}
    found = race(sides, len(timed) * size.rounds, warm=len(timed))
    ratio = found.ratio(ZEN, OURS)
    return [
        Measured(
            "5",
            "one clinician, warm, score",
            "≥ 10× faster than zen-engine",
            f"{ratio:.2f}× zen-engine; {found.median(OURS):.0f} µs",
            ratio >= 10,
            COMMAND,
            (*each(found, OURS, 1, "µs"), f"load {load()}"),
        )
    ]


def explanations(size: Size) -> list[Measured]:
    """Measure goal 6."""
    table = benchmarks()
    people = [each_ for each_ in clinicians(PEOPLE, table) if each_["measures"]][:60]
    sides = {
        _TRACED: _side(_tracer(table), people),
        _ZEN_TRACE: _side(_zen_tracer(), zen_policy.records(people, table)),
    }
    found = race(sides, len(people) * max(1, size.rounds // 2), warm=10)
    ratio = found.ratio(_ZEN_TRACE, _TRACED)
    return [
        Measured(
            "6",
            "one clinician, warm, full explanation",
            "≥ 5× faster than zen's trace, then 10×",
            f"{ratio:.2f}× zen's trace; {found.median(_TRACED):.0f} µs",
            ratio >= 5,
            COMMAND,
            (
                *each(found, _TRACED, 1, "µs"),
                "ours: rows linked, all rules behind twelve outputs with their inputs, interpreted",
                f"load {load()}",
            ),
        )
    ]


def _tracer(table: Sequence[Benchmark]) -> Callable[[Clinician], object]:
    starts = tables_of([], table)["benchmark"]

    def explain(person: Clinician) -> object:
        used = {each_["benchmark_id"] for each_ in person["measures"]}
        tables = tables_of([person], [])
        kept = [row for row in starts.rows if row[0] in used]
        tables["benchmark"] = type(starts)(starts.columns, kept)
        store = link(program(), tables)
        interpreter = Interpreter(program(), store, {})
        [row] = store.rows["clinician"]
        return [interpreter.trace("clinician", row, name) for name in RECORD_OUTPUTS]

    return explain


def _zen_tracer() -> Callable[[Clinician], object]:
    import zen

    content = zen.ZenDecisionContent(json.dumps(zen_policy.graph()))
    engine = zen.ZenEngine({"loader": lambda _: content})
    return lambda record: engine.evaluate("work", record, {"trace": True})


def _side(run: Callable[[Clinician], Any], records: Sequence[Clinician]) -> Side:
    number = len(records)
    return lambda repetition: run(records[repetition % number])
