"""Of real years, what is computed again is what a run from the start computes."""

from __future__ import annotations

import pytest

from mipsdsl.data.bulk.workspace import workspace
from mipsdsl.data.options import ReadOptions
from mipsdsl.diff.laws import laws_of
from mipsdsl.impact.attribute import why
from mipsdsl.impact.invented import invent
from mipsdsl.impact.people import crowd, population
from mipsdsl.large.world import read_world
from mipsdsl.scoring import planned
from mipsdsl.whatif.large import ManyPeople
from tests.diff.comparing import on_the_way, year

CLINICIANS = 150


@pytest.fixture(scope="module", params=["2018-2019", "2023-2024"])
def pair(request, tmp_path_factory):
    old, new = request.param.split("-")
    found = on_the_way(year(old), year(new))
    laws = laws_of(found, int(new))
    assert laws.merged is not None
    folder = tmp_path_factory.mktemp("people")
    whose = invent(laws.merged.program, CLINICIANS, folder)
    with workspace() as space:
        people = ManyPeople(
            read_world(space.connection, laws.merged.program, [folder], ReadOptions())
        )
        yield found, crowd(laws, people, whose)


def test_laws_between_are_those_of_runs_from_the_start(pair):
    _, both = pair
    runs, groups = both.new, list(both.new.law.switches)
    targets = [("", each.item) for each in runs.measures]
    tried = [
        frozenset(groups[:4]),
        frozenset(groups[::2]),
        frozenset(groups),
        frozenset(groups[1:5]),
    ]
    got = [runs.measured(on) for on in tried]
    runs.measured(frozenset())
    for on, measured in zip(tried, got, strict=True):
        said = {**runs.said, **{item: g in on for g, item in runs.law.switches.items()}}
        _, plan = planned(runs.world, targets, said)
        ran = both.people.run(runs.world, plan, said)
        assert measured == tuple(ran.populations[each.item] for each in runs.measures)


def test_attributions_of_years_add_up_and_are_what_is_counted(pair):
    found, both = pair
    seen, reasons = population(both), why(both, found)

    assert {"mips_eligible", "payment_adjustment"} == set(seen.outcomes)
    measures = {each.measure: each for each in reasons.attributions}
    for each in reasons.attributions:
        assert each.orders * (each.after - each.before) == sum(x.shapley for x in each.effects)
    whole = seen.outcomes["mips_eligible"].whole
    eligible = measures["how many are mips_eligible"]
    assert (whole.before("yes"), whole.after("yes")) == (eligible.before, eligible.after)
    before, after = whole.money["adjusted_payment"]
    sums = [measures[f"sum of {each}"] for each in ("reductions", "raises")]
    assert after - before == sum(each.after - each.before for each in sums)
    assert CLINICIANS == seen.size
