"""On the years that come with the program, too, every engine says the same."""

from __future__ import annotations

import pytest

from mipsdsl import library
from mipsdsl.engines.columns import columns_of
from mipsdsl.engines.frames import linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.native import NativeEngine, compile_native
from mipsdsl.engines.plan import requirements
from mipsdsl.engines.python import PythonEngine, compile_python, load
from mipsdsl.pipeline import compile_policy
from mipsdsl.scoring import to_be_given
from mipsdsl.verify.random_world import Maker, populations_of
from tests.engines.running import column, computed, native_column

WORLDS = 25


@pytest.mark.parametrize("year", library.years())
def test_engines_agree_on_random_people_of_a_year(year: str) -> None:
    program = compile_policy(library.read_sources(year))
    # What nobody has published has some value, so that all that needs it is compared too.
    open_ones = {
        name: steps
        for name, steps in populations_of(program, Maker(program, 1)).items()
        if name in to_be_given(program)
    }
    said = {**computed(program), **open_ones}
    columns = {
        record.name: [each.name for each in record.fields]
        for record in program.records
        if record.grouping is None
    }
    every = [(item.record, item.name) for item in program.items]
    plan = requirements(program, columns, every, said)
    generated = load(compile_python(program, plan))
    compiled = compile_native(program, plan)

    assert () == plan.refused
    for seed in range(WORLDS):
        people = Maker(program, seed).world()
        one, other = linked(program, people), linked(program, people)
        Interpreter(program, one, said).run(plan)
        turned = columns_of(other)
        PythonEngine(program, other, said).run(plan, generated)
        NativeEngine(program, turned, said).run(plan, compiled, threads=1 + seed % 2)
        for step in plan.steps:
            for name in step.items:
                expected = column(one, step.record, name)
                assert expected == column(other, step.record, name), seed
                assert expected == native_column(turned, one, step.record, name), seed
