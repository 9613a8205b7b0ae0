"""A policy as it is tried on people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from mipsdsl.arithmetic import rescale
from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID
from mipsdsl.diff.laws import Laws
from mipsdsl.engines.frames import Values, linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Plan, Population, population_value, requirements
from mipsdsl.engines.python import Loaded, PythonEngine, compile_python, load
from mipsdsl.engines.schema import Target, stored_scale
from mipsdsl.engines.store import Store, Stored


@frozen(eq=False)
class People:
    """Rows by record, under the names and in the days of the newer policy; factors that are set."""

    rows: Mapping[str, Sequence[Values]]
    populations: Mapping[str, Stored] = {}


@define(eq=False)
class OneLaw:
    """A policy to be run; ``factors`` are taken of the population unless people come with others."""

    program: c.Program
    factors: Mapping[str, Stored]
    _columns: dict[str, list[str]] = field(init=False)
    _loaded: dict[tuple[object, ...], tuple[Plan, Loaded]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Learn the columns of each record."""
        self._columns = {
            record.name: [each.name for each in record.fields]
            for record in self.program.records
            if record.grouping is None
        }

    def rows(self, people: People) -> dict[str, list[Values]]:
        """Return the rows as this policy knows them: of its own fields."""
        return {
            record: [
                {name: row[name] for name in columns if name in row} for row in people.rows[record]
            ]
            for record, columns in self._columns.items()
            if record in people.rows
        }

    def populations(self, people: People) -> dict[str, Stored | Population]:
        """Return the factors: those of the people, then those that are published."""
        names = {item.name for item in self.program.items if not item.record}
        said = {**self.factors, **people.populations}
        return {name: value for name, value in said.items() if name in names}

    def run(self, people: People, targets: Sequence[Target]) -> Store:
        """Return the rows with ``targets`` computed, as far as they can be."""
        said = self.populations(people)
        store = linked(self.program, self.rows(people))
        key = (tuple(targets), tuple(sorted(said)), store.partial)
        if key not in self._loaded:
            plan = requirements(self.program, self._columns, targets, said, store.partial)
            self._loaded[key] = plan, load(compile_python(self.program, plan))
        plan, loaded = self._loaded[key]
        PythonEngine(self.program, store, said).run(plan, loaded)
        return store

    def interpreter(self, people: People) -> Interpreter:
        """Return the interpreter on the people; its groups are made when they are needed."""
        store = linked(self.program, self.rows(people))
        found = Interpreter(self.program, store, self.populations(people))
        for record in self.program.records:
            if record.grouping is not None:
                found.groups(record.name)
        return found


def both_laws(laws: Laws, told: Mapping[str, Stored]) -> tuple[OneLaw, OneLaw]:
    """Return both policies to be run, with the factors that ``pairing`` writes into them.

    Of those that nobody published (means of the nation) both take what examples have ``told``, or one;
    of a parameter that one of them leaves to be given, what the other says.
    """
    olds, news = (_published(each) for each in (laws.old, laws.new))
    told = {**told, **_said(laws.new), **_said(laws.old)}
    some = {
        item.name: told.get(item.name, _one(item))
        for program in (laws.old, laws.new)
        for item in program.items
        if not item.record and item.shape is not None
    }
    return OneLaw(laws.old, {**some, **news, **olds}), OneLaw(laws.new, {**some, **olds, **news})


def open_factors(laws: Laws) -> frozenset[str]:
    """Return the factors that neither policy says anything of: means of the nation, not yet known."""
    names = {x.name for law in (laws.old, laws.new) for x in law.items if not x.record}
    for law in (laws.old, laws.new):
        names -= {*_published(law), *_said(law)}
    return frozenset(names)


def _said(program: c.Program) -> dict[str, Stored]:
    """Return the quantities that parameters are, in steps of the grid of their unit."""
    return {
        each.name: rescale(int(each.value.value), each.value.shape.scale, GRID[each.type.unit])
        for each in program.parameters
        if isinstance(each.value, c.Constant) and each.value.shape is not None
    }


def _one(item: c.Item) -> Stored:
    """Return one, or what an item can have that is nearest to it."""
    assert item.shape is not None
    scale = stored_scale(item)
    low, high = (int(x * 10**scale) for x in (item.shape.low, item.shape.high))
    one: int = 10**scale
    return min(high, max(low, one))


def _published(program: c.Program) -> dict[str, Stored]:
    found = {item.name: population_value(item, {}) for item in program.items if not item.record}
    return {name: x for name, x in found.items() if not isinstance(x, Population | None)}
