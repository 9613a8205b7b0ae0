"""The Python engine says what the interpreter says, to the bit, whatever the program."""

from __future__ import annotations

import os
from collections.abc import Mapping
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mipsdsl.core import nodes as c
from mipsdsl.engines.columns import columns_of
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.native import NativeEngine
from mipsdsl.engines.native.tables import OutOfRange
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine, compile_python
from mipsdsl.engines.rows import link
from mipsdsl.engines.store import Store, Stored
from tests.engines import worlds as w
from tests.engines.random_programs import data_of, program_of
from tests.engines.running import computed, native_column


def outcome(store: Store, plan: Plan) -> dict[str, list[object]]:
    """Return all that a run computed, selections as keys."""
    found: dict[str, list[object]] = {}
    for step in plan.steps:
        for name in step.items:
            if step.record:
                values = store.column(step.record, name)
                found[f"{step.record}.{name}"] = [_shown(store, value) for value in values]
            else:
                found[name] = [store.populations[name]]
    return found


def _shown(store: Store, value: Stored) -> object:
    if isinstance(value, tuple) and value and isinstance(value[0], list):
        return [store.key(row) for row in value]
    return (type(value).__name__, value)


OUT_OF_RANGE: dict[str, list[object]] = {}
"""Of a program whose values are beyond what it says of them, which no compiled policy's are."""


def native_outcome(
    program: c.Program, tables: Mapping[str, Frame], plan: Plan, store: Store
) -> dict[str, list[object]]:
    """Return all that a run of machine code computed, as ``outcome`` has it."""
    populations = computed(program)
    columns = columns_of(link(program, tables))
    try:
        NativeEngine(program, columns, populations).run(plan)
    except OutOfRange:
        return OUT_OF_RANGE
    return {
        f"{step.record}.{name}" if step.record else name: native_column(
            columns, store, step.record, name
        )
        for step in plan.steps
        for name in step.items
    }


def assert_engines_agree(program: c.Program, tables: Mapping[str, Frame]) -> None:
    """Run all engines on everything, and look at every trace: assert that they say the same."""
    populations: Populations = {
        item.name: Population.COMPUTE for item in program.items if not item.record
    }
    stores = [link(program, tables), link(program, tables)]
    outputs = [(item.record, item.name) for item in program.items]
    columns = {name: table.columns for name, table in tables.items()}
    plan = requirements(program, columns, outputs, populations, stores[0].partial)
    interpreter = Interpreter(program, stores[0], populations)
    interpreter.run(plan)
    PythonEngine(program, stores[1], populations).run(plan)

    expected = outcome(stores[0], plan)
    assert expected == outcome(stores[1], plan)
    assert native_outcome(program, tables, plan, stores[0]) in (expected, OUT_OF_RANGE)
    for item in program.items:
        for row in stores[0].rows.get(item.record, []):
            trace = interpreter.trace(item.record, row, item.name)
            assert interpreter.value(row, item.name) is None or trace.value is not None


EXAMPLES = int(os.environ.get("MIPSDSL_EXAMPLES", "400"))
"""Programs to compare; set the variable for a longer search."""


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 2**40))
def test_engines_agree(seed: int) -> None:
    # Drawn by a seed: hypothesis's own choices repeat themselves so much that few values differ.
    dice = Random(seed)
    program = program_of(dice)
    assert_engines_agree(program, data_of(dice, program))


def test_engines_agree_on_a_world_like_mips() -> None:
    assert_engines_agree(w.scoring(), w.scoring_data())


def test_generated_text_holds_no_word_of_the_policy() -> None:
    program = w.scoring()
    tables = w.scoring_data()
    populations: Populations = {"mean": Population.COMPUTE}
    columns = w.available(tables)
    partial = link(program, tables).partial
    plan = requirements(program, columns, [("submission", "above")], populations, partial)
    text = compile_python(program, plan).text
    names = [item.name for item in program.items] + [r.name for r in program.records]

    assert not [name for name in [*names, "cahps"] if name in text]
