"""Worlds that tell a mutant from the rules: found by a search over what an item reads.

The search begins at the worlds of the examples and at the usual world. It changes what the item reads
to values at which its rules turn, and goes on from every world in which other conditions were asked or
answered than before. What it finds is shrunk toward where it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.build import value_of
from mipsdsl.core.types import GRID, QUANTITIES, Type, Unit
from mipsdsl.core.walk import expressions_in
from mipsdsl.engines.store import Row, Stored
from mipsdsl.testing.mutation.probe import NONE_GIVEN, Base, Facts, Probe, Signature, Spot

TRIES = 2000
"""How many changes of its worlds an item is watched under."""
MORE = 5
"""A mutant that none of these tells from the rules is tried on that many times fewer."""
MANY = 40
"""How many different worlds a search goes on from, at most."""
BASES = 16
_PLAIN = (0, 1, 3, 7, 10, 25, 33, 50, 100)
"""Quantities, in their written unit, that are tried whatever the rules say."""


@frozen
class Slotted:
    """What a fact can be: its type, the places it is kept in, and its bounds in steps, if any."""

    type: Type
    scale: int
    low: int | None
    high: int | None


@frozen(eq=False)
class Found:
    """A world that tells a mutant from the rules, by the item: where it begins, and what is given."""

    item: c.Item
    base: Base
    facts: Facts
    value: Stored
    other: object


@frozen(eq=False)
class _State:
    base: int
    facts: dict[Spot, Stored]
    reads: dict[Spot, Row]


@define
class Search:
    """The search over the worlds of one item; several mutants of it share what is found."""

    program: c.Program
    item: c.Item
    bases: Sequence[Base]
    random: Random
    tries: int = TRIES
    _probes: list[Probe] = field(init=False)
    _states: list[_State] = field(factory=list, init=False)
    _seen: set[tuple[object, Signature]] = field(factory=set, init=False)
    _range: tuple[int, int] = field(default=(0, 0), init=False)
    _turns: dict[Unit, list[int]] = field(init=False)
    _texts: list[str] = field(init=False)
    _slots: dict[tuple[str, str], Slotted] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Watch the item in its worlds, and under changes of them."""
        self._probes = [Probe(base.scene.judge.witness) for base in self.bases]
        self._turns, self._texts = _turning(self.item.expr)
        self._slots = _slots(self.program)
        for index in range(len(self.bases)):
            self._watch(index, {})
        for _ in range(self.tries if self._states else 0):
            state = self.random.choice(self._states)
            changed = self._changed(state)
            if changed is not None:
                self._watch(state.base, changed)

    def _watch(self, index: int, facts: dict[Spot, Stored]) -> None:
        base = self.bases[index]
        answer, seen = self._probes[index].ask(self.item, base.row, facts)
        kind = answer if isinstance(answer, str | bool | None) else answer is NONE_GIVEN
        mark = (kind, frozenset(seen.asked))
        if len(self._states) >= MANY * len(self.bases):
            return
        if mark not in self._seen or self._is_extreme(answer):
            self._seen.add(mark)
            self._states.append(_State(index, facts, seen.reads))

    def _is_extreme(self, answer: object) -> bool:
        """Return whether a quantity is greater or less than any before."""
        if not isinstance(answer, int) or isinstance(answer, bool):
            return False
        low, high = self._range
        self._range = min(low, answer), max(high, answer)
        return answer < low or answer > high

    # --- telling apart ---

    def telling(self, mutant: c.Item) -> Iterator[Found]:
        """Give worlds, each shrunk, that tell ``mutant`` (the item, changed) from the item."""
        for state in self._states:
            if (found := self._told(state.base, state.facts, mutant)) is not None:
                yield found
        for _ in range(self.tries // MORE if self._states else 0):
            state = self.random.choice(self._states)
            changed = self._changed(state)
            found = None if changed is None else self._told(state.base, changed, mutant)
            if found is not None:
                yield found

    def _told(self, index: int, facts: dict[Spot, Stored], mutant: c.Item) -> Found | None:
        if not self._differs(index, facts, mutant):
            return None
        for spot in sorted(facts, key=str):
            less = {at: value for at, value in facts.items() if at != spot}
            if self._differs(index, less, mutant):
                facts = less
        base, probe = self.bases[index], self._probes[index]
        value, _ = probe.ask(self.item, base.row, facts)
        other, _ = probe.ask(mutant, base.row, facts)
        return Found(self.item, base, facts, value, other)  # type: ignore[arg-type]  # an answer

    def _differs(self, index: int, facts: Facts, mutant: c.Item) -> bool:
        base, probe = self.bases[index], self._probes[index]
        value, _ = probe.ask(self.item, base.row, facts)
        if value is NONE_GIVEN:
            return False
        return probe.ask(mutant, base.row, facts)[0] != value

    # --- changes ---

    def _changed(self, state: _State) -> dict[Spot, Stored] | None:
        """Return the facts of ``state`` with one to three of the things that are read changed."""
        told = self.bases[state.base].told
        spots = [
            spot
            for spot in state.reads
            if (not spot[0] or spot[1] < told.get(spot[0], 0)) and spot[::2] in self._slots
        ]
        if not spots:
            return None
        facts = dict(state.facts)
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            spot = self.random.choice(spots)
            facts[spot] = self._value(self._slots[spot[::2]], facts)
        return facts

    def _value(self, slot: Slotted, facts: Facts) -> Stored:
        chance = self.random
        if slot.type.optional and chance.random() < 0.2:
            return None
        match slot.type.unit:
            case Unit.YESNO:
                return chance.random() < 0.5
            case Unit.CHOICE:
                values = next(x.values for x in self.program.choices if x.name == slot.type.choice)
                wanted = [text for text in self._texts if text in values]
                return chance.choice(wanted if wanted and chance.random() < 0.7 else values)
            case Unit.TEXT:
                return chance.choice([*self._texts, "other"])
            case unit:
                return self._quantity(slot, unit)

    def _quantity(self, slot: Slotted, unit: Unit) -> int:
        chance = self.random
        turns = self._turns.get(unit, [])
        if turns and chance.random() < 0.75:
            steps = chance.choice(turns)
        else:
            places = 2 if unit is Unit.PERCENT else 0
            steps = chance.choice(_PLAIN) * 10 ** (GRID.get(unit, 0) - places)
            if unit is Unit.DATE:
                steps = chance.choice(turns or [736_000])
        grid = GRID.get(unit, 0)
        steps = steps * 10**slot.scale // 10**grid if slot.scale != grid else steps
        low = steps if slot.low is None else max(slot.low, steps)
        return low if slot.high is None else min(slot.high, low)


def _slots(program: c.Program) -> dict[tuple[str, str], Slotted]:
    """Return all that can be given: fields that are no lists or links, items that are no selections."""
    found: dict[tuple[str, str], Slotted] = {}
    owned = {
        (x.record, y) for r in program.records for x in r.relations if x.owned for y in x.theirs
    }
    catalogues = {record.name for record in program.records if record.is_reference}
    for record in program.records:
        links = {y for x in record.references if x.record not in catalogues for y in x.by}
        links = {name for name in links if (record.name, name) in owned or name not in record.key}
        links |= {name for name in record.key if (record.name, name) in owned}
        for each in record.fields:
            if not each.many and each.type.unit is not Unit.SET and each.name not in links:
                found[record.name, each.name] = Slotted(each.type, each.scale, each.low, each.high)
    for item in program.items:
        if item.kind not in (c.ItemKind.SELECTION, c.ItemKind.ROW):
            scale = GRID.get(item.type.unit, 0)
            low = high = None
            if item.shape is not None:
                low, high = (int(x * 10**scale) for x in (item.shape.low, item.shape.high))
            found[item.record, item.name] = Slotted(item.type, scale, low, high)
    return found


def _turning(expr: c.Expr) -> tuple[dict[Unit, list[int]], list[str]]:
    """Return the quantities (in steps of the grid of their unit) and texts at which an item turns."""
    turns: dict[Unit, dict[int, None]] = {}
    texts: dict[str, None] = {}
    for each in expressions_in(expr):
        if isinstance(each, c.SetOf):
            texts.update(dict.fromkeys(each.values))
        if not isinstance(each, c.Constant) or isinstance(each.value, bool):
            continue
        if isinstance(each.value, str):
            texts[each.value] = None
        elif each.type.unit in QUANTITIES and each.shape is not None:
            value = value_of(each)
            assert value is not None
            grid, unit = GRID[each.type.unit], 10 ** (GRID[each.type.unit] - each.shape.scale)
            steps = int(value * 10**grid)
            near = (
                steps,
                steps + unit,
                steps - unit,
                steps * 2,
                steps + unit // 2,
                steps + unit // 8,
            )
            turns.setdefault(each.type.unit, {}).update(dict.fromkeys(near))
    for one, other in ((Unit.COUNT, Unit.NUMBER), (Unit.PERCENT, Unit.RATIO)):
        ratio = 10 ** (GRID[other] - GRID[one])
        more = {x * ratio: None for x in turns.get(one, {})}
        if more:
            turns.setdefault(other, {}).update(more)
    return {unit: list(found) for unit, found in turns.items()}, list(texts)
