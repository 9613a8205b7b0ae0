"""What has to be computed, and the world in which it can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.engines.plan import Lack, MissingInput, Plan, Populations, Refusal, requirements
from mipsdsl.engines.schema import Target
from mipsdsl.scoring.world import World, to_be_given


def planned(
    world: World, targets: Sequence[Target], populations: Populations
) -> tuple[World, Plan]:
    """Return what has to be computed for ``targets``, and the world in which it can be.

    What is needed for created rows alone need not be in the data: no file has the rows, so none
    has anything that belongs to them.
    """
    plan = _plan(world, targets, populations, world.store.partial)
    if not plan.refused:
        return world, plan
    store = world.store
    in_files = {
        target
        for target, lacking in store.lacking.items()
        if lacking - store.created.get(target[0], set())
    }
    lenient = {each.target for each in _plan(world, targets, populations, in_files).refused}
    tables = {
        lack.record
        for refusal in plan.refused
        for lack in refusal.missing
        if lack.lack is Lack.TABLE and refusal.target not in lenient
    }
    if not tables:
        return world, plan
    world = world.again(world.none_of | tables)
    return world, _plan(world, targets, populations, world.store.partial)


def _plan(
    world: World,
    targets: Iterable[Target],
    populations: Populations,
    partial: Collection[Target],
) -> Plan:
    plan = requirements(world.program, world.available, targets, populations, partial=partial)
    return with_parameters(world.program, plan)


def with_parameters(program: c.Program, plan: Plan) -> Plan:
    """Return ``plan``, in which a parameter that is to be given is missing as what it is."""
    open_names = to_be_given(program)
    refused = [
        Refusal(each.target, tuple(_renamed(lack, open_names) for lack in each.missing))
        for each in plan.refused
    ]
    return evolve(plan, refused=tuple(refused))


def _renamed(lack: MissingInput, open_names: Collection[str]) -> MissingInput:
    is_parameter = lack.lack is Lack.POPULATION and lack.name in open_names
    return MissingInput(Lack.PARAMETER, "", lack.name) if is_parameter else lack
