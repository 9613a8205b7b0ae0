"""The native engine on the work of the benchmarks: the bits of the Python engine."""

from __future__ import annotations

import pytest

from benchmarks.clinicians import benchmarks, clinicians
from benchmarks.work_policy import program, tables_of
from mipsdsl.engines.columns import columns_of, stored_values
from mipsdsl.engines.native import NativeEngine
from mipsdsl.engines.plan import Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.rows import link

PEOPLE = 300


@pytest.mark.parametrize("threads", [1, 2])
def test_native_and_python_agree_on_every_item_of_the_work(threads: int) -> None:
    table = benchmarks(7)
    tables = tables_of(clinicians(PEOPLE, table, 7), table)
    populations: Populations = {
        item.name: Population.COMPUTE for item in program().items if not item.record
    }
    every = [(item.record, item.name) for item in program().items]
    available = {record: each.columns for record, each in tables.items()}
    plan = requirements(program(), available, every, populations)
    rows = link(program(), tables)
    columns = columns_of(rows)
    PythonEngine(program(), rows, populations).run(plan)
    NativeEngine(program(), columns, populations).run(plan, threads=threads)

    assert rows.populations == columns.populations
    for record, name in every:
        if record:
            assert rows.column(record, name) == stored_values(columns, (record, name)), name
