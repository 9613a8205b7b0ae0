"""A program run by SQL and by the interpreter, to be compared."""

from __future__ import annotations

from collections.abc import Mapping

from mipsdsl.core import nodes as c
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Plan, Populations, requirements
from mipsdsl.engines.schema import NUMBER
from mipsdsl.engines.sql.database import Database
from mipsdsl.engines.sql.engine import SqlEngine, stored_column
from mipsdsl.engines.sql.linking import link_tables
from mipsdsl.engines.store import Store, Stored
from mipsdsl.scoring import to_be_given
from mipsdsl.verify.random_world import Maker, populations_of
from tests.engines.running import computed


def everything(program: c.Program) -> tuple[Plan, Populations]:
    """Return the plan of all items of a year; what nobody has published has some value."""
    open_ones = {
        name: steps
        for name, steps in populations_of(program, Maker(program, 1)).items()
        if name in to_be_given(program)
    }
    said: Populations = {**computed(program), **open_ones}
    columns = {
        record.name: [each.name for each in record.fields]
        for record in program.records
        if record.grouping is None
    }
    items = [(item.record, item.name) for item in program.items]
    return requirements(program, columns, items, said), said


def by_sql(
    program: c.Program,
    database: Database,
    tables: Mapping[str, str],
    plan: Plan,
    populations: Populations,
) -> SqlEngine:
    engine = SqlEngine(program, database, link_tables(program, database, tables), populations)
    engine.run(plan)
    return engine


def interpreted(program: c.Program, store: Store, plan: Plan, populations: Populations) -> Store:
    Interpreter(program, store, populations).run(plan)
    return store


def differing(engine: SqlEngine, store: Store, plan: Plan) -> list[str]:
    """Return the items of which some value differs."""
    found = []
    for step in plan.steps:
        for name in step.items:
            mine = [(type(v).__name__, v) for v in stored_column(engine, step.record, name)]
            if mine != [(type(v).__name__, v) for v in theirs(store, step.record, name)]:
                found.append(f"{step.record}.{name}")
    return found


def theirs(store: Store, record: str, name: str) -> list[Stored]:
    if not record:
        return [store.populations[name]]
    return [
        tuple(row[NUMBER] for row in value)
        if isinstance(value, tuple) and value and isinstance(value[0], list)
        else value
        for value in store.column(record, name)
    ]
