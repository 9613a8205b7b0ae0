"""One program with switches is the old law, the new one, and the laws between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from mipsdsl.core.merge import Apart, merge
from mipsdsl.core.nodes import ItemKind, Program
from mipsdsl.core.types import QUANTITIES
from mipsdsl.diagnostics import PolicyError
from mipsdsl.diff import Difference, Kind, apply
from mipsdsl.diff.laws import Laws, laws_of, program_of
from mipsdsl.engines.columns import columns_of, stored_values
from mipsdsl.engines.frames import Values, linked
from mipsdsl.engines.native import NativeEngine
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.store import Store, Stored
from mipsdsl.scoring import to_be_given
from mipsdsl.verify.random_world import Maker, populations_of
from tests.diff.comparing import of_text, on_the_way, year
from tests.engines.running import column

PAIRS = [("2017", "2018"), ("2021", "2022")]
WORLDS = 2
People = Mapping[str, list[Values]]


def populations(program: Program, switches: Mapping[str, bool]) -> Populations:
    """Return that all is computed, but for what nobody has published."""
    some = populations_of(program, Maker(program, 1)).items()
    given = {name: value for name, value in some if name in to_be_given(program)}
    names = [item.name for item in program.items if not item.record]
    return {**dict.fromkeys(names, Population.COMPUTE), **given, **switches}


def computed(program: Program, people: People, said: Populations) -> Store:
    """Return ``people`` under a law."""
    columns = {r.name: [f.name for f in r.fields] for r in program.records if r.grouping is None}
    known = {
        record: [{k: v for k, v in row.items() if k in columns[record]} for row in rows]
        for record, rows in people.items()
        if record in columns
    }
    names = {item.name for item in program.items if not item.record}
    store = linked(program, known)
    here = {name: value for name, value in said.items() if name in names}
    PythonEngine(program, store, here).run(plan_of(program, here))
    return store


def plan_of(program: Program, said: Populations) -> Plan:
    """Return how everything is computed from all columns."""
    columns = {r.name: [f.name for f in r.fields] for r in program.records if r.grouping is None}
    plan = requirements(program, columns, [(i.record, i.name) for i in program.items], said)
    assert () == plan.refused
    return plan


def values(program: Program, store: Store) -> dict[tuple[str, str], list[tuple[str, Stored]]]:
    """Return what was computed, but for the numbers of rows in tables."""
    return {
        (item.record, item.name): column(store, item.record, item.name)
        for item in program.items
        if item.record and item.kind is not ItemKind.ROW
    }


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def laws(request: pytest.FixtureRequest) -> tuple[Difference, Laws]:
    old, new = request.param
    difference = on_the_way(year(old), year(new))
    return difference, laws_of(difference)


def test_machine_code_of_one_program_is_wide_enough_for_every_law(
    laws: tuple[Difference, Laws],
) -> None:
    _, both = laws
    assert both.merged is not None
    one, switches = both.merged.program, list(both.merged.switches.values())
    people = Maker(one, 3).world()
    for on in ({}, dict.fromkeys(switches[::2], False), dict.fromkeys(switches, False)):
        said = populations(one, {**dict.fromkeys(switches, True), **on})
        store = computed(one, people, said)
        plan = plan_of(one, said)
        columns = columns_of(linked(one, people))
        NativeEngine(one, columns, said).run(plan)
        for target in ((step.record, name) for step in plan.steps for name in step.items):
            if target in columns.columns and columns.schema.items[target].type.unit in QUANTITIES:
                assert stored_values(columns, target) == store.column(*target)


def people_of(program: Program) -> Iterator[People]:
    """Give random people who are legal under both laws."""
    for seed in range(WORLDS):
        yield Maker(program, seed).world()


def test_all_switches_off_is_the_old_law_and_all_on_the_new(
    laws: tuple[Difference, Laws],
) -> None:
    _, both = laws
    assert both.merged is not None, both.apart
    one = both.merged.program
    for people in people_of(one):
        for law, on in ((both.old, False), (both.new, True)):
            said = populations(one, dict.fromkeys(both.merged.switches.values(), on))
            found = values(one, computed(one, people, said))
            expected = values(law, computed(law, people, said))
            assert expected == {target: found[target] for target in expected}


def test_one_switch_on_is_the_law_with_the_changes_of_that_file(
    laws: tuple[Difference, Laws],
) -> None:
    """What hangs on the days of the year itself is left out: each file has its own switch for it."""
    difference, both = laws
    assert both.merged is not None
    one, switches = both.merged.program, both.merged.switches
    tried = 0
    for group in switches:
        if not (found_laws := _with_changes_of(difference, group)):
            continue
        tried += 1
        for people in people_of(one):
            said = populations(one, {name: each == group for each, name in switches.items()})
            found = values(one, computed(one, people, said))
            expected, later = (values(law, computed(law, people, said)) for law in found_laws)
            alike = {
                target: expected[target] for target in expected if expected[target] == later[target]
            }
            assert alike == {target: found[target] for target in alike}, group
            assert len(alike) > len(expected) / 2
    assert tried >= 5


def _with_changes_of(difference: Difference, group: str) -> list[Program]:
    """Return the old law with the changes of one file, in the old year and in the new one.

    None where they rest on those of other files.
    """
    some = [x for x in difference.changes if x.kind is not Kind.RENAMED and x.area == group]
    year_too = [x for x in difference.changes if x.key.what == "year" and x not in some]
    try:
        return [program_of(apply(mine, difference.old)) for mine in (some, [*some, *year_too])]
    except PolicyError:
        return []


# --- what cannot be one --------------------------------------------------------------------------

POLICY = """rules for performance year 2030 paying 2032
title "A year"
source [a rule] published 2029-11-01
record clinician key npi
    npi    text
    score  points from 0 points to 100 points
rule share: percent from 0% to 100% = ratio of score to 100 points (when zero: 0) [a rule]
rule basic: points from 0 points to 100 points = score [a rule]
rule capped: points from 0 points to 100 points = basic at most 50 points [a rule]
"""


@pytest.mark.parametrize(
    ("written", "instead", "why"),
    [
        ("share: percent from 0% to 100%", "share: number from 0 to 1", "`clinician.share` is"),
        (
            "score  points from 0 points to 100 points",
            "score  points from 0 points to 100 points with 2 places",
            "the field score",
        ),
        ("key npi\n    npi    text", "key npi, tin\n    npi    text\n    tin  text", "another key"),
    ],
)
def test_what_cannot_be_one_program_says_why(written: str, instead: str, why: str) -> None:
    old, new = (program_of(of_text(x)) for x in (POLICY, POLICY.replace(written, instead)))
    with pytest.raises(Apart, match=why):
        merge(old, new, {})


def test_rules_that_would_rest_on_each_other_cannot_be_one_program() -> None:
    turned = POLICY.replace("= basic at", "= score at").replace(
        "100 points = score [", "100 points = capped ["
    )
    old, new = (program_of(of_text(x)) for x in (POLICY, turned))
    with pytest.raises(Apart, match="circle"):
        merge(old, new, {})
