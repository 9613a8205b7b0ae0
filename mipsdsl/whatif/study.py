"""A population under rules that change: pictures of it, from cells or from rows scored again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from attrs import define, evolve, field, frozen

from mipsdsl import scoring
from mipsdsl.core import nodes as c
from mipsdsl.data.tables import Inputs
from mipsdsl.engines.histogram.cells import Cells
from mipsdsl.engines.histogram.grades import Moving
from mipsdsl.engines.histogram.reduce import Irreducible, reduce
from mipsdsl.engines.plan import Plan, Population, Populations, Refusal, population_value
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Store, Stored
from mipsdsl.scoring import World
from mipsdsl.whatif.lens import Lens, total_name, totals, with_items


@frozen
class Picture:
    """What a population looks like under one set of rules.

    Shapes: ``weights`` (n,), each of ``columns`` and ``money`` too: n cells, or n rows of weight 1.
    Units: ``money`` is the total of a cell; all quantities are in steps. ``ids`` tells which cell or
    row each is.
    """

    populations: Mapping[str, Stored]
    ids: Sequence[object]
    weights: Sequence[int]
    columns: Mapping[str, Sequence[Stored]]
    money: Mapping[str, Sequence[int]]


@frozen
class Case:
    """One way the rules may be: values of the parameters that change, and of the population.

    ``parameters`` in steps of the grid of their units; ``program`` gives the rules with them.
    """

    parameters: Mapping[str, Stored]
    populations: Mapping[str, Stored]
    program: Callable[[], c.Program] = field(eq=False, repr=False)


class Ran(Protocol):
    """Rows that a program was run on."""

    @property
    def populations(self) -> Mapping[str, Stored]:
        """Return the items of the population that were computed."""

    def column(self, record: str, name: str) -> Sequence[Stored]:
        """Return what all rows of ``record`` have under ``name``."""

    def ids(self, record: str) -> Sequence[object]:
        """Return what tells the rows of ``record`` apart."""


class People(Protocol):
    """The data of a population, to be linked and run under one program or another."""

    @property
    def inputs(self) -> Inputs:
        """Return what was read; of large data without its rows."""

    @property
    def engine(self) -> str:
        """Return the engine that computes."""

    def world(self, program: c.Program) -> World:
        """Return the data linked; of large data only what a plan needs to know."""

    def run(self, world: World, plan: Plan, said: Populations) -> Ran:
        """Return the rows of ``world`` with all that ``plan`` computes."""


@frozen
class FewPeople:
    """Data that are in memory, row by row."""

    inputs: Inputs
    engine: str = "python"

    def world(self, program: c.Program) -> World:
        """Return the data linked."""
        return scoring.world_of(program, self.inputs)

    def run(self, world: World, plan: Plan, said: Populations) -> Ran:
        """Return the rows with all that ``plan`` computes."""
        scoring.run(world, plan, said)
        return _OfRows(world.store)


@frozen
class _OfRows:
    store: Store

    @property
    def populations(self) -> Mapping[str, Stored]:
        return self.store.populations

    def column(self, record: str, name: str) -> Sequence[Stored]:
        return self.store.column(record, name)

    def ids(self, record: str) -> Sequence[object]:
        return [self.store.key(row) for row in self.store.rows[record]]


@define
class Study:
    """The population and what is looked at; ``cells`` when the rules allow it, else ``why`` not.

    ``national``: the items of the population that are asked for. ``dropped``: money that cannot be
    computed for want of data.
    """

    lens: Lens
    people: People
    said: Populations
    national: tuple[str, ...]
    cells: Cells | None = None
    why: str = ""
    dropped: tuple[Refusal, ...] = ()
    scored: int = 0
    """How often rows were scored."""

    def picture(self, case: Case) -> Picture:
        """Return the population under ``case``."""
        if self.cells is not None:
            return self._of_cells(self.cells, case)
        return self._of_rows(case)

    def _of_cells(self, cells: Cells, case: Case) -> Picture:
        found = cells.evaluate({**case.parameters, **case.populations})
        sums = {
            each.name: stage.names[0] for stage in cells.reduction.stages for each in stage.sums
        }
        parts = {of: found.sums[name] for name, of in sums.items() if of.startswith("total ")}
        return Picture(
            populations=found.populations,
            ids=range(len(cells.sizes)),
            weights=cells.sizes,
            columns={name: found.columns[name] for name in self.lens.names},
            money={name: parts[total_name(name)] for name in self.lens.money},
        )

    def _of_rows(self, case: Case) -> Picture:
        program = case.program()
        said = {**self.said, **case.populations}
        lens = self.lens
        targets = [(lens.record, name) for name in (*lens.names, *lens.money)]
        targets += [("", name) for name in self.national]
        store = _run(program, self.people, targets, said)
        self.scored += 1
        ids = store.ids(lens.record)
        money = {
            name: [
                value if isinstance(value, int) else 0 for value in store.column(lens.record, name)
            ]
            for name in lens.money
        }
        return Picture(
            populations={**_values(program, said), **store.populations},
            ids=ids,
            weights=[1] * len(ids),
            columns={name: store.column(lens.record, name) for name in lens.names},
            money=money,
        )


def study(
    program: c.Program,
    people: People,
    lens: Lens,
    said: Populations,
    national: tuple[str, ...],
    moving: Sequence[Moving] | None,
    varied: Collection[str] = (),
    why: str = "",
) -> Study:
    """Return the population, in cells if ``moving`` (all that changes) is a matter of cells.

    ``varied``: items of the population that cases set. ``why``: the reason when ``moving`` is not
    known. Money that the data lack something for is left out.

    Raises:
        scoring.OutputError: the data lack what the outcome needs.

    """
    world = people.world(program)
    targets = [(lens.record, name) for name in lens.money]
    _, plan = scoring.planned(world, targets, said)
    refused = {refusal.target[1] for refusal in plan.refused}
    kept = evolve(lens, money=tuple(name for name in lens.money if name not in refused))
    made = Study(kept, people, said, national, why=why, dropped=plan.refused)
    if moving is not None:
        try:
            made.cells = _cells(program, made, moving, varied, world.store)
            made.scored = 1
        except Irreducible as reason:
            made.why = str(reason)
    return made


def _cells(
    program: c.Program,
    made: Study,
    moving: Sequence[Moving],
    varied: Collection[str],
    store: Store,
) -> Cells:
    lens = made.lens
    of_money = [total_name(name) for name in lens.money]
    said = {**made.said, **dict.fromkeys(of_money, Population.COMPUTE)}
    computed = {name for name, value in said.items() if value is Population.COMPUTE}
    wanted = [(lens.record, name) for name in lens.names]
    wanted += [("", name) for name in (*made.national, *of_money)]
    reduction = reduce(
        with_items(program, totals(program, lens)), moving, lens.record, wanted,
        computed=computed, given=set(store.lacking), partial=store.partial, varied=varied,
    )  # fmt: skip
    names = [*reduction.keys.values(), *reduction.amounts.values(), *reduction.opens]
    targets = [(lens.record, name) for name in dict.fromkeys(names)]
    targets += [("", name) for name in reduction.fixed if name in computed - reduction.national]
    rows = _run(reduction.rows, made.people, targets, said)
    return Cells.of(reduction, rows, {**_values(program, said), **said})


def _run(program: c.Program, people: People, targets: Sequence[Target], said: Populations) -> Ran:
    world, plan = scoring.planned(people.world(program), targets, said)
    if plan.refused:
        raise scoring.OutputError(*scoring.refusal_text(program, plan.refused))
    return people.run(world, plan, said)


def _values(program: c.Program, said: Populations) -> dict[str, Stored]:
    """Return the items of the population that have a value without being computed."""
    values = {item.name: population_value(item, said) for item in program.items if not item.record}
    return {name: v for name, v in values.items() if not isinstance(v, Population)}
