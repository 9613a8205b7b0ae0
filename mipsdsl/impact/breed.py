"""People bred toward what nobody was seen to differ in: who shows anything new has children.

Of a score that takes many measures chance makes no high one at once, and an outcome that turns on
several conditions shows nothing until all hold. So who brings some rule to a value that it had for
nobody before is kept, mixed and changed again; and who differs in something that an outcome rests on
has children that are changed in what else it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from random import Random

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.schema import Target, stored_scale
from mipsdsl.engines.store import Store, Stored
from mipsdsl.impact.candidates import Mixer
from mipsdsl.impact.law import OneLaw, People
from mipsdsl.impact.trial import HIDDEN, Places, Sighting, Trial

LITTER = 16
"""So many children have the same parents, and the same catalogues."""
AT_ONCE = 480
"""So many children are tried before the best of them are parents themselves."""
SLICES = 24
"""Into so many parts the range of a quantity is cut to tell whether a value is new."""
ROWS = 60
"""Who has more rows has no children."""
YOUNG = 40
"""So many of those kept last are parents as often as all others together."""
NEAR = 3
"""Whoever differs in what an outcome rests on over at most so many rules is near to it."""
SOME = 12
"""Of so many who differ in the same the one with the highest value is a parent, half of the time."""
SEED = 11


@frozen
class _Way:
    """What an outcome rests on: ``items`` and ``fields``, the nearest first, and how far they are."""

    items: Mapping[Target, int]
    fields: tuple[Target, ...]


@define(eq=False)
class Breeder:
    """Those who are kept (``stock``), and all values of the watched rules that were seen."""

    trial: Trial
    stock: list[People]
    _watched: tuple[tuple[c.Item, ...], tuple[c.Item, ...]]
    _ways: Mapping[Target, _Way]
    _mixer: Mixer
    _chance: Random
    _known: set[tuple[object, ...]] = field(factory=set)

    @classmethod
    def of(cls, trial: Trial, targets: Collection[Target]) -> Breeder:
        """Return a breeder of those who were tried, toward new values of what leads to ``targets``."""
        mixer = Mixer.of(trial.candidates.program, SEED)
        ways = {target: _way(trial, target, mixer.fields) for target in targets}
        reached = {x for way in ways.values() for x in way.items}
        old, new = (_items(law, reached) for law in trial.both)
        return cls(trial, list(trial.examples), (old, new), ways, mixer, Random(SEED))

    def round(self, targets: Sequence[Target]) -> None:
        """Try one generation, toward those of the targets that are still of interest."""
        self.trial.look(self._children(targets), self._note)

    def _children(self, targets: Sequence[Target]) -> Iterator[People]:
        for litter in range(AT_ONCE // LITTER):
            target = targets[litter % len(targets)]
            one, other = self._parent(), self._parent()
            near = self._ways[target].fields
            if litter % 4 < 2:
                one = self._near(target) or one
            yield from self._mixer.litter(one, other, LITTER, near)

    def _parent(self) -> People:
        if self._chance.random() < 1 / 2:
            return self._chance.choice(self.stock[-YOUNG:])
        return self._chance.choice(self.stock)

    def _near(self, target: Target) -> People | None:
        """Return somebody of whom something differs that ``target`` rests on, as near as there is."""
        seen = self.trial.seen
        items = self._ways[target].items
        there = [x for x, far in items.items() if 0 < far <= NEAR and x in seen]
        if not there:
            return None
        least = min(items[x] for x in there)
        at = self._chance.choice([x for x in there if items[x] == least])
        some = [self._chance.choice(seen[at]) for _ in range(self._chance.choice((1, SOME)))]
        found = max(some, key=_most).people
        return found if _size(found) <= ROWS else None

    def _note(
        self, some: Sequence[People], stores: tuple[Store, Store],
        rows: Mapping[str, Sequence[Places]],
    ) -> None:  # fmt: skip
        """Keep of ``some`` who brought a rule to a value that it had for nobody before."""
        fresh: dict[int, None] = {}
        for side, (items, store) in enumerate(zip(self._watched, stores, strict=True)):
            for item in items:
                column, told = store.column(item.record, item.name), _telling(item)
                for *at, number, _ in rows.get(item.record, ()):
                    feature = (side, item.record, item.name, told(column[at[side]]))
                    if feature not in self._known:
                        self._known.add(feature)
                        fresh[number] = None
        self.stock += [some[number] for number in fresh if _size(some[number]) <= ROWS]


def _most(one: Sighting) -> int:
    return max((x for x in (one.before, one.after) if isinstance(x, int)), default=0)


def _size(people: People) -> int:
    return sum(map(len, people.rows.values()))


def _telling(item: c.Item) -> Callable[[Stored], object]:
    """Return what tells whether a value of ``item`` is another: of a quantity where about it lies."""
    shape = item.shape
    if item.type.unit not in QUANTITIES or shape is None:
        return lambda value: value
    low, high = (int(x * 10 ** stored_scale(item)) for x in (shape.low, shape.high))
    width = max(1, (high - low) // SLICES)

    def told(value: Stored) -> object:
        if not isinstance(value, int):
            return value
        return (value - low) // width, value.bit_length()

    return told


def _items(law: OneLaw, reached: Collection[Target]) -> tuple[c.Item, ...]:
    return tuple(
        item for item in law.program.items
        if item.record and item.kind not in HIDDEN and (item.record, item.name) in reached
    )  # fmt: skip


def _way(trial: Trial, target: Target, fields: Collection[Target]) -> _Way:
    """Return what ``target`` rests on under either policy."""
    sides = [
        (
            {(item.record, item.name): item for item in law.program.items},
            schema_of(law.program.records, law.program.items),
        )
        for law in trial.both
    ]
    far = {target: 0}
    for at in (waiting := [target]):
        for items, schema in sides:
            if (item := items.get(at)) is None:
                continue
            for read in dependencies(item.expr, item.record, schema):
                if (read.record, read.name) not in far:
                    far[read.record, read.name] = far[at] + 1
                    waiting.append((read.record, read.name))
    return _Way(far, tuple(x for x in far if x in fields))
