"""``work.mips`` on an engine: clinicians as dictionaries in, the results of each as dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from attrs import frozen

from benchmarks.clinicians import REASONS, Benchmark, Clinician
from mipsdsl.arithmetic import steps_of_double
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.rows import link
from mipsdsl.engines.store import Store, Stored
from mipsdsl.pipeline import compile_policy
from mipsdsl.source import Source

WORK = Path(__file__).with_name("work.mips")
ENGINES: dict[str, Callable[[c.Program, Store, Populations], Interpreter | PythonEngine]] = {
    "interpreter": Interpreter,
    "python": PythonEngine,
}
FACTORS = ("scaling_factor", "exceptional_factor")

Tables: TypeAlias = dict[str, "Columns"]


@frozen
class Columns:
    """A table as the engines take it.

    Shapes: ``rows`` (n, k) with k the number of columns.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Stored]]


@cache
def program() -> c.Program:
    """Return the compiled policy."""
    return compile_policy([Source(WORK.name, WORK.read_text(encoding="utf-8"))])


def fields_of(record: str) -> tuple[c.Field, ...]:
    """Return the fields of a record of the policy."""
    return next(each.fields for each in program().records if each.name == record)


def steps(value: Any, field: c.Field) -> Stored:
    """Return a plain value as the engines hold it."""
    if value is None or field.type.unit not in QUANTITIES:
        stored: Stored = value
        return stored
    if field.many:
        return tuple(steps_of_double(each, field.scale)[0] for each in value)
    return steps_of_double(value, field.scale)[0]


def tables_of(clinicians: Iterable[Clinician], benchmarks: Iterable[Benchmark]) -> Tables:
    """Return the data as tables, one for each record of the policy."""
    people = list(clinicians)
    measures = [measure for each in people for measure in each["measures"]]
    starts = [
        {"benchmark_id": each.number, "usable": each.usable, "cuts": each.cuts}
        for each in benchmarks
    ]
    rows = {"clinician": people, "measure": measures, "benchmark": starts}
    return {record: _table(record, each) for record, each in rows.items()}


def _table(record: str, rows: Iterable[Mapping[str, Any]]) -> Columns:
    fields = fields_of(record)
    names = tuple(each.name for each in fields)
    return Columns(names, [[steps(row[each.name], each) for each in fields] for row in rows])


def plan_of(tables: Tables, outputs: Iterable[str], populations: Populations) -> Plan:
    """Return what has to be computed for ``outputs`` of the clinician."""
    available = {record: table.columns for record, table in tables.items()}
    targets = [("clinician", name) for name in outputs]
    return requirements(program(), available, targets, populations)


def score_all(
    engine: str, tables: Tables, outputs: Sequence[str]
) -> tuple[list[dict[str, Fraction | None]], dict[str, Fraction]]:
    """Return ``outputs`` of each clinician, and the factors of the population."""
    populations: Populations = {
        item.name: Population.COMPUTE for item in program().items if not item.record
    }
    store = link(program(), tables)
    ENGINES[engine](program(), store, populations).run(plan_of(tables, outputs, populations))
    layout = store.schema.layouts["clinician"]
    places = [(name, layout.slots[name], layout.scales.get(name, 0)) for name in outputs]
    rows = [
        {name: plain(row[slot], scale) for name, slot, scale in places}
        for row in store.rows["clinician"]
    ]
    scales = store.schema.population_scales
    found = store.populations
    factors = {name: plain(found[name], scales[name]) for name in FACTORS if name in found}
    return rows, {name: value or Fraction(0) for name, value in factors.items()}


def plain(value: Stored, scale: int) -> Fraction | None:
    """Return a result as the fractions have it: yes is 1, a reason its number in the work."""
    if isinstance(value, str):
        return Fraction(REASONS.index(value))
    if isinstance(value, tuple):
        raise TypeError("no output of the work is a list")
    return None if value is None else Fraction(int(value), 10**scale)
