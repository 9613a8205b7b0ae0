"""Clinicians as both policies see them: from examples, by chance, from refutations and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.build import value_of
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.core.walk import expressions_in
from mipsdsl.diagnostics import Report
from mipsdsl.diff.change import Difference
from mipsdsl.diff.laws import Laws
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import UNSET, Key, Store, Stored
from mipsdsl.impact.candidates import (
    TURN_PLACES,
    Candidates,
    Names,
    Side,
    Together,
    by_chance,
    distinct,
    mixed,
    under_other_names,
)
from mipsdsl.impact.law import OneLaw, People, both_laws
from mipsdsl.source import Source
from mipsdsl.testing.world import World

if TYPE_CHECKING:
    from mipsdsl.impact.witness import Case

CHANCE = 12
"""So many worlds are made by chance; the examples know more."""
MIXED = 800
"""So many people are made of the examples."""
SEED = 7
KEPT = 400
"""Of so many who differ in an output, and of so many who do not, more is kept than that."""
AT_ONCE = 400
"""So many worlds are run together."""
HIDDEN = frozenset({c.ItemKind.SELECTION, c.ItemKind.ROW})


Places: TypeAlias = tuple[int, int, int, Key]
"""A row that both have: where each has it, whose it is, and its key."""

Note: TypeAlias = Callable[
    [Sequence["People"], tuple[Store, Store], Mapping[str, Sequence[Places]]], None
]
"""Told of those who were tried together: the stores of both policies, and the rows that both have."""


@frozen(eq=False)
class Sighting:
    """A row for whom an item is another under the two policies, or (``alike``) the same.

    ``told``: of an output, what rules of the row say that are yes, no or a choice, under each.
    """

    people: People
    key: Key
    before: Stored
    after: Stored
    told: Mapping[str, tuple[Stored, Stored]] = {}


@define(eq=False)
class Trial:
    """Who was tried under both policies, and what was seen to differ.

    ``seen``: for each item that both have, rows for which it is another. ``alike``: for each output,
    some rows for which it is not. Refutations of the solver are added as they are found.
    """

    difference: Difference
    laws: Laws
    sides: tuple[Side, Side]
    both: tuple[OneLaw, OneLaw]
    candidates: Candidates
    items: tuple[Target, ...]
    outputs: tuple[Target, ...]
    together: Together
    seen: dict[Target, list[Sighting]] = field(factory=dict)
    alike: dict[Target, list[Sighting]] = field(factory=dict)
    tried: int = 0
    examples: tuple[People, ...] = ()
    cases: tuple[Case, ...] | None = None

    def look(self, people: Iterable[People], note: Note | None = None) -> None:
        """Try ``people`` under both policies; ``note`` is told of those who were tried together."""
        for some in self.together.worlds(people, AT_ONCE):
            self._look(some, note)
            self.tried += len(some)

    def _look(self, some: Sequence[People], note: Note | None) -> None:
        one = self.together.joined(some)
        old, new = (law.run(one, self.items) for law in self.both)
        records = {record for record, _ in self.items}
        rows = {record: self._rows(record, old, new) for record in records}
        if note is not None:
            note(some, (old, new), rows)
        telling: dict[str, dict[str, tuple[Sequence[Stored], Sequence[Stored]]]] = {}
        for target in self.items:
            if not rows[target[0]]:
                continue
            olds, news = (store.column(*target) for store in (old, new))
            is_output = target in self.outputs
            if is_output and target[0] not in telling:
                telling[target[0]] = self._telling(target[0], old, new)
            for at, to, number, key in rows[target[0]]:
                before, after = olds[at], news[to]
                if not (is_known(before) and is_known(after)):
                    continue
                if before == after and not is_output:
                    continue
                known = (self.alike if before == after else self.seen).setdefault(target, [])
                # Whom the solver finds comes alone and late, and is as telling as the first.
                is_told = is_output and (len(known) < KEPT or len(some) == 1)
                told = telling[target[0]] if is_told else {}
                values = {name: (was[at], now[to]) for name, (was, now) in told.items()}
                known.append(Sighting(some[number], key, before, after, values))

    def _telling(
        self, record: str, old: Store, new: Store
    ) -> dict[str, tuple[Sequence[Stored], Sequence[Stored]]]:
        """Return the columns of the rules of ``record`` that are yes, no or a choice."""
        units = {
            (item.record, item.name): item.type.unit
            for item in self.laws.new.items
            if item.record == record
        }
        return {
            at[1]: (old.column(*at), new.column(*at))
            for at in self.items
            if units.get(at) in (Unit.YESNO, Unit.CHOICE)
        }

    def _rows(self, record: str, old: Store, new: Store) -> list[Places]:
        """Return the rows that both have."""
        found = []
        there = {new.key(row): at for at, row in enumerate(new.rows.get(record, ()))}
        for at, row in enumerate(old.rows.get(record, ())):
            key = old.key(row)
            to, whose = there.get(key), self.together.whose(key)
            if to is not None and whose is not None:
                found.append((at, to, *whose))
        return found


def trial(
    difference: Difference,
    laws: Laws,
    sources: tuple[Sequence[Source], Sequence[Source]],
    people: Iterable[People] = (),
) -> Trial:
    """Return what examples of both policies, those near, some by chance, and ``people`` show.

    Of policies that cannot be one program nobody is tried.
    """
    sides = Side.of(sources[0]), Side.of(sources[1])
    program = laws.new if laws.merged is None else laws.merged.program
    years = laws.new.year - sides[0].program.year
    worlds = [World.usual(side.setting, Report()) for side in sides]
    candidates = Candidates(program, People({}))
    candidates.usual = candidates.whole(_people(worlds[1], sides[1], Names({}, {}, {}), 0))
    names, same = Names.of(difference), Names({}, {}, {})
    told = [
        *(_people(world, sides[0], names, years) for world in (worlds[0], *sides[0].examples())),
        *(_people(world, sides[1], same, 0) for world in sides[1].examples()),
    ]
    factors = {name: x for each in told for name, x in each.populations.items() if x is not None}
    found = Trial(
        difference, laws, sides, both_laws(laws, factors), candidates, *_watched(laws),
        Together(program),
    )  # fmt: skip
    if laws.merged is not None:
        plain = distinct([candidates.usual, *(candidates.whole(each) for each in told)])
        chance = list(by_chance(program, SEED, CHANCE))
        # A policy without examples of whole clinicians: those by chance are all that there is to mix.
        found.examples = tuple(x for x in plain if any(x.rows.values())) or tuple(chance)
        near = candidates.near(_turns(laws))
        found.look(
            [*people, *plain, *near, *chance, *mixed(candidates, found.examples, SEED, MIXED)]
        )
    return found


def is_known(value: object) -> bool:
    """Return whether a value could be computed: what lacks a constant that is to be given is not."""
    return value is not UNSET


def _people(world: World, side: Side, names: Names, years: int) -> People:
    said = {names.names.get(("", name), name): value for name, value in world.populations.items()}
    return People(under_other_names(world.rows, side.program, names, years), said)


def _watched(laws: Laws) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """Return the items that both policies have, and those of them that are results of one."""
    olds = {(item.record, item.name): item for item in laws.old.items}
    both = [
        (item.record, item.name)
        for item in laws.new.items
        if item.record and item.kind not in HIDDEN and (item.record, item.name) in olds
    ]
    results = outputs_of(laws)
    return tuple(both), tuple(x for x in results if x in set(both))


def outputs_of(laws: Laws) -> tuple[Target, ...]:
    """Return the results of either policy, in the order of the newer one."""
    named: dict[str, dict[str, None]] = {}
    for program in (laws.new, laws.old):
        for record, names in program.results:
            named.setdefault(record, {}).update(dict.fromkeys(names))
    return tuple((record, name) for record, names in named.items() for name in names)


def _turns(laws: Laws) -> dict[Unit, list[int]]:
    """Return the values that changed rules and parameters turn at, by their unit."""
    olds = {(item.record, item.name): item for item in laws.old.items}
    found: dict[Unit, dict[int, None]] = {}
    for item in laws.new.items:
        old = olds.get((item.record, item.name))
        if old is not None and old.expr == item.expr:
            continue
        for expr in _constants(item if old is None else (item, old)):
            value = value_of(expr)
            if value is not None and expr.type.unit in QUANTITIES:
                steps = value * 10**TURN_PLACES
                if steps.denominator == 1:
                    found.setdefault(expr.type.unit, {})[int(steps)] = None
    return {unit: list(each) for unit, each in found.items()}


def _constants(items: c.Item | tuple[c.Item, ...]) -> Iterator[c.Constant]:
    for item in items if isinstance(items, tuple) else (items,):
        for expr in expressions_in(item.expr):
            if isinstance(expr, c.Constant):
                yield expr
