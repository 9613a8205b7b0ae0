"""The national values that a run used: how each came about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.data.privacy import WITHHELD, is_small
from mipsdsl.engines.plan import Plan, Population, Populations, population_value
from mipsdsl.engines.store import Stored
from mipsdsl.engines.uses import Use, UseKind, uses_of
from mipsdsl.scoring.outputs import Wanted
from mipsdsl.scoring.world import World


@frozen
class Factor:
    """A population item that the run used: how it came about, and over how many rows.

    ``instead``: what is shown for a value that is withheld.
    """

    item: c.Item
    value: Stored
    origin: str
    rows: int = 0
    instead: str = ""


def factors_of(world: World, plan: Plan, wanted: Wanted) -> Iterable[Factor]:
    """Yield the population items that the computed items read, in the order of the program."""
    schema, populations = world.store.schema, wanted.populations
    hidden = hidden_of_nation(world, wanted)
    used = {name for record, name in plan.outputs if not record}
    for step in plan.steps:
        for name in step.items:
            uses = uses_of(schema, step.record, [schema.items[step.record, name].expr])
            used |= {use.name for use in uses if use.kind is UseKind.POPULATION}
    for item in world.program.items:
        if item.record or item.name not in used:
            continue
        # What has no value was not needed: it stands behind a condition that never holds here.
        if population_value(item, populations) is not None:
            factor = _factor(world, item, populations)
            yield evolve(factor, instead=hidden.get(item.name, ""))


def _factor(world: World, item: c.Item, populations: Populations) -> Factor:
    value = national_value(world, item, populations)
    if population_value(item, populations) is Population.COMPUTE:
        uses: Iterable[Use] = uses_of(world.store.schema, "", [item.expr])
        tables = [use.record for use in uses if use.kind is UseKind.TABLE]
        rows = world.size(tables[0]) if tables else 0
        return Factor(item, value, "computed", rows)
    return Factor(item, value, "set" if item.name in populations else "published")


def national_value(world: World, item: c.Item, populations: Populations) -> Stored:
    """Return the value of a population item in a run: published, set, or computed."""
    value = population_value(item, populations)
    return world.store.populations[item.name] if isinstance(value, Population) else value


def hidden_of_nation(world: World, wanted: Wanted) -> Mapping[str, str]:
    """Return what stands for the items of the population, computed here, that may not be shown."""
    if not wanted.privacy:
        return {}
    from mipsdsl.hiding import of_nation

    items, least = world.store.schema.items, wanted.privacy.least
    of_few = {
        name: WITHHELD
        for name in world.store.populations
        if is_small(_factor(world, items["", name], wanted.populations).rows, least)
    }
    return of_few | of_nation(world.store.populations, wanted.privacy)
