"""The native engine on ``work.mips``: columns in memory in, columns in memory out.

    python -m benchmarks.native --reference DIR [-n 1000000] [--rounds 5]

``DIR`` has the work's own ``generate.py`` and ``reference.py``. Timed is the record phase and, apart,
record and population phase, on one thread and on two; Polars by hand, where ``DIR/peers`` has it,
runs in turn with it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.clinicians import KINDS, PARTIAL_QP
from benchmarks.work_policy import program
from benchmarks.work_reference import _NAMES, Arrays, load
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.columns import Column, ColumnStore, Listed, Texts, choice_values, dtype_of
from mipsdsl.engines.native import NativeEngine, compile_native
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.schema import Schema, Target, schema_of

RECORD_OUTPUTS = (
    "eligible", "reason", "quality", "interoperability", "improvement_activities", "quality_weight",
    "cost_weight", "interoperability_weight", "activities_weight", "complex_patient_bonus",
    "final_score",
)  # fmt: skip
PAYMENT_OUTPUTS = ("adjustment_factor", "exceptional_adjustment", "payment")
MEASURES = {
    "benchmark_id": "bench", "rate": "rate", "cases": "cases", "completeness": "compl",
    "inverse": "inv", "high_priority": "hp", "topped_out": "top",
}  # fmt: skip

Array = NDArray[Any]


def columns_of_arrays(arrays: Arrays) -> ColumnStore:
    """Return the clinicians of the reference as linked columns."""
    schema = schema_of(program())
    store = ColumnStore(schema, Texts.of(()))
    people, n = arrays.columns, len(arrays.columns["id"])
    cost = people["cost_score"]
    choices = {"clinician_type": people["ctype"], "partial_qp": people["pqp"]}
    plain = {ours: people[theirs] for ours, theirs in _NAMES.items()}
    plain |= {"clinician_id": people["id"], "cost_score": np.nan_to_num(cost), **choices}
    store.sizes["clinician"] = n
    for name, values in plain.items():
        present = ~np.isnan(cost) if name == "cost_score" else None
        store.columns["clinician", name] = _column(schema, ("clinician", name), values, present)
    _measures(store, people, n)
    _benchmarks(store, arrays)
    _check_choices(schema)
    return store


def _column(schema: Schema, target: Target, values: Array, present: Array | None = None) -> Column:
    each, kind = schema.fields[target], dtype_of(schema, target)
    if each.type.unit in QUANTITIES and each.type.unit is not Unit.COUNT:
        factor = 10 ** (each.scale - (2 if target[1] == "completeness" else 0))
        values = np.rint(values * float(factor))
    return Column(values.astype(kind), present)


def _measures(store: ColumnStore, people: Any, n: int) -> None:
    sent = np.stack([people[f"m{slot}_bench"] >= 0 for slot in range(1, 7)], axis=1)
    owners, slots = np.nonzero(sent)
    store.sizes["measure"] = len(owners)
    for ours, theirs in MEASURES.items():
        wide = np.stack([people[f"m{slot}_{theirs}"] for slot in range(1, 7)], axis=1)
        target = ("measure", ours)
        store.columns[target] = _column(store.schema, target, wide[sent])
    store.columns["measure", "clinician_id"] = _column(
        store.schema, ("measure", "clinician_id"), owners
    )
    store.columns["measure", "slot"] = _column(store.schema, ("measure", "slot"), slots + 1)
    starts = np.zeros(n + 1, np.int64)
    np.cumsum(sent.sum(axis=1), out=starts[1:])
    store.lists["clinician", "measures"] = Listed(starts, np.arange(len(owners), dtype=np.int32))
    store.links["measure", "clinician"] = owners.astype(np.int32)
    numbers = store.columns["measure", "benchmark_id"].values
    store.links["measure", "benchmark"] = numbers.astype(np.int32)


def _benchmarks(store: ColumnStore, arrays: Arrays) -> None:
    size, record = len(arrays.usable), "benchmark"
    store.sizes[record] = size
    store.columns[record, "benchmark_id"] = _column(
        store.schema, (record, "benchmark_id"), np.arange(size)
    )
    store.columns[record, "usable"] = Column(np.asarray(arrays.usable, np.bool_))
    cuts = np.rint(np.asarray(arrays.cuts) * 100).astype(dtype_of(store.schema, (record, "cuts")))
    starts = np.arange(0, cuts.size + 1, cuts.shape[1], dtype=np.int64)
    store.columns[record, "cuts"] = Listed(starts, cuts.reshape(-1))


def _check_choices(schema: Schema) -> None:
    """See that the numbers of the reference are those of our choices."""
    for name, values in (("clinician_type", KINDS), ("partial_qp", PARTIAL_QP)):
        type_ = schema.fields["clinician", name].type
        if choice_values(schema, type_) != tuple(values):
            raise ValueError(f"the values of {name} are numbered in another way")


def plan_of(outputs: tuple[str, ...], populations: Populations) -> Plan:
    """Return what has to be computed for outputs of the clinician."""
    available = {record.name: [each.name for each in record.fields] for record in program().records}
    targets = [("clinician", name) for name in outputs]
    return requirements(program(), available, targets, populations)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Time the engine, and say how fast it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", "--number", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reference", type=Path, required=True, metavar="DIR")
    asked = parser.parse_args()
    store = columns_of_arrays(load(asked.reference, asked.number))
    populations: Populations = {
        item.name: Population.COMPUTE for item in program().items if not item.record
    }
    for title, outputs in (
        ("record phase", RECORD_OUTPUTS),
        ("record and population phase", (*RECORD_OUTPUTS, *PAYMENT_OUTPUTS)),
    ):
        plan = plan_of(outputs, populations)
        began = time.perf_counter()
        compiled = compile_native(program(), plan, thorough=True)
        print(f"{title}: compiled in {time.perf_counter() - began:.2f} s")
        for threads in (1, 2):
            engine = NativeEngine(program(), store, populations)
            seconds = [
                timed(lambda: engine.run(plan, compiled, threads=threads))  # noqa: B023
                for _ in range(asked.rounds)
            ]
            middle = statistics.median(seconds)
            rate = asked.number / middle / 1e6
            print(f"  {threads} threads: {middle * 1000:.0f} ms, {rate:.1f} million clinicians/s")


if __name__ == "__main__":
    main()
