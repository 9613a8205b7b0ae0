"""People under laws that differ in groups of provisions: compiled once, a law is a run."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from mipsdsl import scoring
from mipsdsl.core import nodes as c
from mipsdsl.core.walk import expressions_in
from mipsdsl.engines.native import Again, compile_native
from mipsdsl.engines.plan import Population, Populations, Refusal, population_value
from mipsdsl.engines.schema import Target, schema_of
from mipsdsl.engines.store import Stored
from mipsdsl.impact.look import Look, Measure
from mipsdsl.large.fetch import fetch, needs_of
from mipsdsl.large.world import LargeWorld
from mipsdsl.whatif.large import ManyPeople, ManyRan
from mipsdsl.whatif.study import Picture

Groups = frozenset[str]
"""The groups of provisions that are those of the newer law."""


@frozen
class Law:
    """A program, and for each group of provisions the item of the population that switches it."""

    look: Look
    switches: Mapping[str, str]


@define(eq=False)
class Runs:
    """People, and a law with switches, ready to be run.

    ``measures`` are those that the data allow; ``refused`` what they do not. ``national``: the items
    of the population that are computed from them.
    """

    law: Law
    world: LargeWorld
    said: Populations
    measures: tuple[Measure, ...]
    names: tuple[str, ...]
    refused: tuple[Refusal, ...]
    national: tuple[str, ...]
    _again: Again
    _ran: ManyRan
    _known: dict[Groups, tuple[int, ...]] = field(factory=dict)

    @property
    def laws(self) -> int:
        """Return how many laws were run."""
        return len(self._known)

    def measured(self, on: Groups) -> tuple[int, ...]:
        """Return the measures of the law that has the newer provisions of ``on``."""
        if on not in self._known:
            found = self._run(on)
            self._known[on] = tuple(_whole(found[each.item]) for each in self.measures)
        return self._known[on]

    def _run(self, on: Groups) -> Mapping[str, Stored]:
        return self._again.run({item: g in on for g, item in self.law.switches.items()})

    def picture(self, on: Groups) -> Picture:
        """Return the people under that law."""
        self._run(on)
        self._again.show()
        lens, ran = self.law.look.lens, self._ran
        ids = range(self._ran.columns.sizes[lens.record])
        money = {
            name: [
                value if isinstance(value, int) else 0 for value in ran.column(lens.record, name)
            ]
            for name in lens.money
            if name in self.names
        }
        return Picture(
            populations={**_fixed(self.law.look.program, self.said), **ran.populations},
            ids=ids,
            weights=[1] * len(ids),
            columns={name: ran.column(lens.record, name) for name in self.names},
            money=money,
        )

    def movers(self) -> dict[str, list[str]]:
        """Return the groups that can move each measure (by its item).

        A group that nothing reads on the way to a measure, with these data, cannot move it.
        """
        items = schema_of(self.world.program).items
        found = {}
        for measure in self.measures:
            _, plan = scoring.planned(self.world, [("", measure.item)], self.said)
            exprs = [items[step.record, name].expr for step in plan.steps for name in step.items]
            read = {x.name for x in expressions_in(tuple(exprs)) if isinstance(x, c.ReadPopulation)}
            found[measure.item] = [
                group for group, item in self.law.switches.items() if item in read
            ]
        return found

    def effort(self, group: str) -> int:
        """Return over how many rows something is computed when ``group`` alone is switched."""
        self._run(frozenset())
        self._run(frozenset({group}))
        return self._again.rows


def runs_of(law: Law, people: ManyPeople) -> Runs:
    """Return ``people`` under ``law``; national factors are computed from them.

    Raises:
        Unsupported: the native engine cannot do what a rule asks.

    """
    look = law.look
    record, world = look.lens.record, people.world(look.program)
    assert isinstance(world, LargeWorld)
    program = world.program
    said: Populations = {
        **scoring.computed_here(program, True, {}),
        **dict.fromkeys(law.switches.values(), False),
    }
    factors = [
        item.name
        for item in program.items
        if not item.record
        and said.get(item.name) is Population.COMPUTE
        and item.name not in {each.item for each in look.measures}
    ]
    targets: list[Target] = [(record, name) for name in (*look.names, *look.lens.money)]
    targets += [("", each.item) for each in look.measures] + [("", name) for name in factors]
    found, plan = scoring.planned(world, targets, said)
    assert isinstance(found, LargeWorld)
    refused = {each.target for each in plan.refused}
    schema, catalog = found.store.schema, found.linked.catalog
    compiled = compile_native(program, plan)
    needs = needs_of(schema, catalog, compiled)
    # What is shown without being looked at by a rule is fetched as well: data are linked only once.
    shown = needs.columns.setdefault(record, [])
    for name in look.lens.by:
        if (record, name) in catalog.columns and name not in shown:
            shown.append(name)
    columns = fetch(found.connection, schema, catalog, needs)
    return Runs(
        law=law, world=found, said=said, refused=plan.refused,
        measures=tuple(each for each in look.measures if ("", each.item) not in refused),
        names=tuple(n for n in (*look.names, *look.lens.money) if (record, n) not in refused),
        national=tuple(name for name in factors if ("", name) not in refused),
        again=Again.of(program, columns, said, plan, compiled),
        ran=ManyRan(found, columns),
    )  # fmt: skip


def _whole(value: Stored) -> int:
    return value if isinstance(value, int) else 0


def _fixed(program: c.Program, said: Populations) -> dict[str, Stored]:
    """Return the items of the population that have a value without being computed."""
    values = {item.name: population_value(item, said) for item in program.items if not item.record}
    return {name: v for name, v in values.items() if not isinstance(v, Population)}
