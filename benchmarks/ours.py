"""``work.mips`` on the native engine: clinicians by the million as the columns that it computes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from benchmarks.exact import PAYMENT_OUTPUTS, RECORD_OUTPUTS
from benchmarks.many import Array, Many, long
from benchmarks.work_policy import program
from mipsdsl.core.types import Unit
from mipsdsl.engines.columns import NO_ROW, Column, ColumnStore, Listed, Rows, Texts, dtype_of
from mipsdsl.engines.native import Compiled, NativeEngine, compile_native
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.schema import Target, schema_of

EVERYTHING = (*RECORD_OUTPUTS, *PAYMENT_OUTPUTS)
_FINER = {"completeness": 1}
"""Steps of the policy for each step of the columns, where there are more than one."""


def populations() -> Populations:
    """Return that every population item is computed."""
    return {item.name: Population.COMPUTE for item in program().items if not item.record}


def plan_of(outputs: Sequence[str], said: Populations | None = None) -> Plan:
    """Return what has to be computed for ``outputs`` of the clinician, every field being there.

    ``said`` of the population items: unless it is given, each is computed.
    """
    available = {each.name: tuple(f.name for f in each.fields) for each in program().records}
    targets = [("clinician", name) for name in outputs]
    return requirements(program(), available, targets, said or populations())


def columns_of_work(people: Many) -> ColumnStore:
    """Return the clinicians, their measures and the benchmarks, linked."""
    schema = schema_of(program())
    measures = long(people)
    owner = measures.pop("clinician_id").astype(np.int32)
    bench = measures["benchmark_id"].astype(np.int32)
    counts = people.sent.sum(axis=1)
    starts = np.concatenate([[0], np.cumsum(counts)])
    tables: dict[str, Mapping[str, Array]] = {
        "clinician": {"clinician_id": np.arange(people.number), **people.clinicians},
        "measure": {"clinician_id": owner, **measures},
        "benchmark": {"benchmark_id": np.arange(len(people.cuts)), "usable": people.usable},
    }
    store = ColumnStore(schema, Texts.of(()))
    for record, table in tables.items():
        store.sizes[record] = len(next(iter(table.values())))
        store.created[record] = np.zeros(store.sizes[record], np.bool_)
        for name, values in table.items():
            store.columns[record, name] = _column(store, (record, name), values)
    cuts = np.arange(len(people.cuts) + 1) * people.cuts.shape[1]
    store.columns["benchmark", "cuts"] = Listed(cuts, people.cuts.ravel().astype(np.int32))
    store.lists["clinician", "measures"] = Listed(
        starts, np.arange(int(starts[-1]), dtype=np.int32)
    )
    links: dict[str, Rows] = {"benchmark": bench, "clinician": owner}
    for reference in schema.records["measure"].references:
        store.links["measure", reference.name] = links[reference.record]
    return store


def _column(store: ColumnStore, target: Target, values: Array) -> Column:
    kind = dtype_of(store.schema, target)
    if target[1] == "cost_score":
        present = values != NO_ROW
        return Column(np.where(present, values, 0).astype(kind), present)
    if store.schema.fields[target].type.unit is Unit.YESNO:
        return Column(values.astype(np.bool_))
    return Column((values * _FINER.get(target[1], 1)).astype(kind))


def prepare(
    people: Many, threads: int, outputs: Sequence[str] = RECORD_OUTPUTS
) -> Callable[[], ColumnStore]:
    """Return what scores them all, compiled before."""
    store, plan = columns_of_work(people), plan_of(outputs)
    compiled = compile_native(program(), plan, thorough=True)
    return lambda: run(store, plan, compiled, threads)


def run(store: ColumnStore, plan: Plan, compiled: Compiled, threads: int) -> ColumnStore:
    """Score all clinicians; the outputs are then in the columns."""
    NativeEngine(program(), store, populations()).run(plan, compiled, threads)
    return store


def whole_numbers(found: ColumnStore, name: str) -> tuple[Array, Array | None]:
    """Return an output in its steps, and which clinicians have one."""
    column = found.columns["clinician", name]
    return column.values, column.present


def columns_of(found: ColumnStore) -> dict[str, Array]:
    """Return the outputs of the record phase as doubles, as the peers have them."""
    return {name: _doubles(found, name) for name in RECORD_OUTPUTS}


def _doubles(found: ColumnStore, name: str) -> Array:
    values, present = whole_numbers(found, name)
    doubles: Array = values / 10 ** scale_of(found, name)
    return doubles if present is None else np.where(present, doubles, np.nan)


def scale_of(found: ColumnStore, name: str) -> int:
    """Return the decimal places of an output's steps."""
    return found.schema.layouts["clinician"].scales.get(name, 0)


def fractions(found: ColumnStore, name: str, rows: slice) -> list[Fraction | None]:
    """Return an output of some clinicians, exactly."""
    values, present = whole_numbers(found, name)
    steps = 10 ** scale_of(found, name)
    there = [True] * len(values[rows]) if present is None else present[rows].tolist()
    return [
        Fraction(int(value), steps) if is_there else None
        for value, is_there in zip(values[rows].tolist(), there, strict=True)
    ]
