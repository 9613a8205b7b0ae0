"""One expression, or one program, run by every engine; they must agree before a test looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type
from mipsdsl.engines.columns import ColumnStore, columns_of, stored_values
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.native import NativeEngine
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Store, Stored
from tests.engines import worlds as w


def computed(program: c.Program) -> Populations:
    """Return that every population item is computed."""
    return {item.name: Population.COMPUTE for item in program.items if not item.record}


def plan_for(
    program: c.Program,
    tables: Mapping[str, Frame],
    outputs: Iterable[Target] | None = None,
    populations: Populations | None = None,
) -> Plan:
    """Return the plan for ``outputs``, for all items when none are named."""
    every = [(item.record, item.name) for item in program.items]
    asked = every if outputs is None else outputs
    said = computed(program) if populations is None else populations
    partial = link(program, tables).partial
    return requirements(program, w.available(tables), asked, said, partial)


def run(program: c.Program, tables: Mapping[str, Frame], plan: Plan | None = None) -> Store:
    """Return the rows after a run, which is the same on all engines."""
    plan = plan or plan_for(program, tables)
    stores = [link(program, tables), link(program, tables)]
    columns = columns_of(link(program, tables))
    Interpreter(program, stores[0], computed(program)).run(plan)
    PythonEngine(program, stores[1], computed(program)).run(plan)
    NativeEngine(program, columns, computed(program)).run(plan)
    for step in plan.steps:
        for name in step.items:
            expected = column(stores[0], step.record, name)
            assert expected == column(stores[1], step.record, name)
            # The native engine keeps what was asked for, and no more.
            if not step.record or (step.record, name) in columns.columns:
                assert expected == native_column(columns, stores[0], step.record, name)
    assert {each for each in plan.outputs if each[0]} <= set(columns.columns)
    return stores[0]


def native_column(columns: ColumnStore, store: Store, record: str, name: str) -> list[object]:
    """Return the values of an item in columns as ``column`` has them in ``store``."""
    if not record:
        return [columns.populations[name]]
    values = stored_values(columns, (record, name))
    item = columns.schema.items[record, name]
    if isinstance(item.expr, c.Select):
        listed = columns.schema.of_selection(record, name)
        rows = store.rows.get(listed, [])
        values = [tuple(rows[number] for number in chosen) for chosen in values]  # type: ignore[union-attr]
    return [shown(store, value) for value in values]


def column(store: Store, record: str, name: str) -> list[object]:
    """Return the values of an item in all rows; a selection as the keys of what it chose."""
    if not record:
        return [store.populations[name]]
    return [shown(store, value) for value in store.column(record, name)]


def shown(store: Store, value: Stored) -> object:
    """Return a selection as the keys of its rows, anything else with its Python type."""
    if isinstance(value, tuple) and value and isinstance(value[0], list):
        return [store.key(row) for row in value]
    return (type(value).__name__, value)


def value_of(
    expr: c.Expr, type_: Type, fields: Sequence[c.Field] = (), values: Sequence[Stored] = ()
) -> Stored:
    """Return the value of ``expr`` for one thing with these ``fields``."""
    program = w.minimal(expr, type_, fields)
    names = ("id", *(each.name for each in fields))
    store = run(program, {"thing": Frame(names, [["T", *values]])})
    return store.column("thing", "x")[0]
