"""A program that folds each list of another row once for that row means the same."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mipsdsl import library
from mipsdsl.core import nodes as c
from mipsdsl.core.hoist import hoisted
from mipsdsl.core.walk import walk
from mipsdsl.engines.columns import columns_of
from mipsdsl.engines.frames import Frame, linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.native import NativeEngine, compile_native
from mipsdsl.engines.plan import requirements
from mipsdsl.engines.rows import link
from mipsdsl.pipeline import compile_policy
from mipsdsl.scoring import to_be_given
from mipsdsl.source import Source
from mipsdsl.verify.random_world import Maker, populations_of
from tests.engines.random_programs import data_of, program_of
from tests.engines.running import column, computed, native_column, plan_for, run

HEAD = """\
rules for performance year 2017 paying 2019
title "practices"
record practice key tin
    tin            text                               "which"
    floor          points from 0 points to 50 points  "least that counts"
record clinician key npi
    npi            text                               "who"
    tin            optional text                      "where"
    practice       optional record practice by tin
    own            points from 0 points to 50 points  "own least"
record submission key submission_id
    submission_id  text                               "which"
    tin            text                               "of whom"
    score          points from 0 points to 50 points  "score"
relation practice.submissions list of submission by tin at most 100
rule submission.doubled: points from 0 points to 100 points = score + score [42 CFR 1]
"""
HOISTED = {
    "highest doubled of practice.submissions": "optional points from 0 points to 100 points",
    "lowest doubled of practice.submissions where score >= (practice.floor default 8 points)": (
        "optional points from 0 points to 100 points"
    ),
    "count of practice.submissions where score >= 5 points": "count from 0 to 100",
    "sum of doubled over practice.submissions": "points from 0 points to 10,000 points",
    "any of practice.submissions where score >= (practice.floor default 8 points)": "yesno",
    "all of practice.submissions have (score >= 5 points)": "yesno",
}
STAYING = {
    "highest doubled of practice.submissions where score >= own": (
        "optional points from 0 points to 100 points"
    ),
    "average of doubled over practice.submissions": "optional points from 0 points to 100 points",
    "highest score of practice.submissions": "optional points from 0 points to 50 points",
}


def policy_of(expressions: Mapping[str, str]) -> c.Program:
    rules = [
        f"rule clinician.x{number}: {type_} = {text} [42 CFR 2]\n"
        for number, (text, type_) in enumerate(expressions.items())
    ]
    return compile_policy([Source("small.mips", HEAD + "".join(rules))])


def people() -> dict[str, Frame]:
    sent = [("S1", "P", 0), ("S2", "P", 50_000), ("S3", "P", 120_000), ("S4", "Q", 70_000)]
    return {
        "practice": Frame(("tin", "floor"), [("P", 50_000), ("Q", 80_000), ("R", 0)]),
        "clinician": Frame(
            ("npi", "tin", "own"),
            [("1", "P", 60_000), ("2", "P", 0), ("3", "Q", 0), ("4", "R", 0), ("5", None, 0)],
        ),
        "submission": Frame(("submission_id", "tin", "score"), sent),
    }


def new_in(program: c.Program) -> list[c.Item]:
    """Return what a hoisted program computes that ``program`` does not."""
    there = {(item.record, item.name) for item in program.items}
    return [each for each in hoisted(program).items if (each.record, each.name) not in there]


def folds_of_clinicians(program: c.Program) -> list[c.Fold]:
    own = [item.expr for item in program.items if item.record == "clinician"]
    return [node for node in walk(own) if isinstance(node, c.Fold)]


def values_of(program: c.Program, tables: Mapping[str, Frame], names: c.Program) -> list[object]:
    """Return the values of the items of ``names`` in a run of ``program``."""
    store = link(program, tables)
    Interpreter(program, store, computed(program)).run(plan_for(program, tables))
    return [column(store, item.record, item.name) for item in names.items]


def test_each_practice_folds_its_list_once_whoever_is_in_it() -> None:
    program = policy_of(HOISTED)
    moved = hoisted(program)

    assert [] == folds_of_clinicians(moved)
    assert ["practice"] * len(HOISTED) == [item.record for item in new_in(program)]
    assert values_of(program, people(), program) == values_of(moved, people(), program)
    run(moved, people())


def test_what_two_rules_fold_alike_is_one() -> None:
    text = "highest doubled of practice.submissions"
    program = policy_of({text: HOISTED[text], f"({text})": HOISTED[text]})

    assert 1 == len(new_in(program))


def test_what_looks_at_the_row_itself_or_is_no_value_that_a_row_keeps_stays() -> None:
    program = policy_of(STAYING)

    assert program == hoisted(program)
    assert len(STAYING) == len(folds_of_clinicians(program))


@settings(max_examples=300, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 2**40))
def test_every_other_item_has_the_value_that_it_had(seed: int) -> None:
    dice = Random(seed)
    program = program_of(dice)
    tables = data_of(dice, program)

    assert values_of(program, tables, program) == values_of(hoisted(program), tables, program)


def test_among_random_programs_are_some_to_hoist() -> None:
    assert 5 <= len([seed for seed in range(60) if new_in(program_of(Random(seed)))])


@pytest.mark.parametrize("year", ["2018", "2023"])
def test_machine_code_of_a_hoisted_year_says_what_the_interpreter_says(year: str) -> None:
    program = compile_policy(library.read_sources(year))
    moved = hoisted(program)
    given_values = populations_of(program, Maker(program, 1))
    said = {**computed(program), **{name: given_values[name] for name in to_be_given(program)}}
    columns = {
        record.name: [each.name for each in record.fields]
        for record in program.records
        if record.grouping is None
    }
    outputs = [(item.record, item.name) for item in program.items]
    plans = [requirements(each, columns, outputs, said) for each in (program, moved)]
    compiled = compile_native(moved, plans[1])

    assert new_in(program)
    for seed in range(10):
        some = Maker(program, seed).world()
        store, turned = linked(program, some), columns_of(linked(moved, some))
        Interpreter(program, store, said).run(plans[0])
        NativeEngine(moved, turned, said).run(plans[1], compiled)
        for step in plans[0].steps:
            for name in step.items:
                expected = column(store, step.record, name)
                assert expected == native_column(turned, store, step.record, name), (seed, name)
