"""The search for the smallest changes.

What can be changed is declared (``changeable of …``), and only rows that led to the outcome are
changed, or get another row below them (``added``). One change is looked for first, then two, and so on:
each at its ends, and where that is enough it is drawn back, by halving, to the least that still is. A
quantity is taken to work in one direction; every answer is computed again before it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import TypeAlias

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID, QUANTITIES, Type, Unit
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Populations
from mipsdsl.engines.schema import LAYOUT, NUMBER, group_list
from mipsdsl.engines.store import Row, Store, Stored
from mipsdsl.engines.trace import Trace
from mipsdsl.whynot.added import Addition, Undo, additions, put
from mipsdsl.whynot.want import Want

WIDEST = 20
"""How many changes are tried together with others, at most: those that do most."""
_FINE = {Unit.PERCENT: 4, Unit.POINTS: 2, Unit.NUMBER: 2}
"""The places to which a quantity is drawn back: a percent to 0.01%."""


@frozen(eq=False)
class Spot:
    """Something that can be changed: of which row, its type and places, what it is and can be."""

    row: Row
    name: str
    type: Type
    scale: int
    low: int
    high: int
    value: Stored
    label: str
    choices: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """Return the record of the row."""
        layout = self.row[LAYOUT]
        return str(layout.record)

    def ends(self) -> Iterator[Stored]:
        """Give the values that are farthest from what it is."""
        if self.type.unit is Unit.YESNO:
            yield from (each for each in (True, False) if each is not (self.value is True))
        elif self.type.unit is Unit.CHOICE:
            yield from (each for each in self.choices if each != self.value)
        else:
            yield from (each for each in (self.high, self.low) if each != self.value)


@frozen(eq=False)
class Change:
    """A spot and what it would be instead."""

    spot: Spot
    to: Stored

    @property
    def size(self) -> float:
        """Return how large the change is: 1 for all that is possible, or for a yes or no."""
        if not isinstance(self.to, int) or isinstance(self.to, bool):
            return 1.0
        start = self.spot.value if isinstance(self.spot.value, int) else self.spot.low
        return abs(self.to - start) / max(1, self.spot.high - self.spot.low)


Changes: TypeAlias = tuple[Change | Addition, ...]


@frozen(eq=False)
class Answer:
    """Changes that together reach what is wanted, and the outcome then."""

    changes: Changes
    outcome: Stored


@frozen
class Found:
    """The answers, the outcome as it is, and the nearest to what is wanted when there are none."""

    outcome: Stored
    answers: tuple[Answer, ...]
    nearest: Answer | None
    spots: int


@define
class Asker:
    """Computes the outcome of one row under changes of its world."""

    program: c.Program
    store: Store
    said: Populations
    row: Row
    want: Want
    _near: list[Row] | None = field(default=None, init=False)

    def outcome(self, changes: Sequence[Change | Addition] = ()) -> Stored:
        """Return the outcome under ``changes``; the world is as before afterwards."""
        return self.around(changes)[self.want.item.name]

    def around(self, changes: Sequence[Change | Addition] = ()) -> dict[str, Stored]:
        """Return the outcome under ``changes`` and all of the same row that was computed for it.

        Groups are made again of the rows that led to the outcome; ``is_so`` makes them all.
        """
        near = self._settled()
        undone = [self._made(each) for each in changes]
        try:
            interpreter = Interpreter(self.program, self.store, self.said)
            undone += self._regrouped(interpreter, near)
            name = self.want.item.name
            value = interpreter.value(self.row, name)
            return {**interpreter.computed(self.row), name: value}
        finally:
            for undo in reversed(undone):
                undo()

    def is_so(self, answer: Answer) -> bool:
        """Return whether the whole world, made anew, has the outcome of ``answer``, and it is wanted."""
        undone = [self._made(each) for each in answer.changes]
        self.store.grouped.clear()
        try:
            found = Interpreter(self.program, self.store, self.said)
            value = found.value(self.row, self.want.item.name)
            return value == answer.outcome and self.want.holds(value)
        finally:
            for undo in reversed(undone):
                undo()
            self.store.grouped.clear()
            self._near = None

    def _settled(self) -> list[Row]:
        """Return the rows that led to the outcome; all groups are those of the data."""
        if self._near is None:
            interpreter = Interpreter(self.program, self.store, self.said)
            for record in self.program.records:
                interpreter.groups(record.name)
            self._near = self.rows()
        return self._near

    def _regrouped(self, interpreter: Interpreter, near: Sequence[Row]) -> Iterator[Undo]:
        for record in self.program.records:
            if record.grouping is not None:
                parent = record.grouping.parent
                parents = [row for row in near if row[LAYOUT].record == parent]
                slot = self.store.schema.layouts[parent].slots[group_list(record)]
                lists, size = [row[slot] for row in parents], len(self.store.rows[record.name])
                yield partial(_as_before, self.store, record.name, parents, slot, lists, size)
                interpreter.regroup(record.name, parents)

    def _made(self, change: Change | Addition) -> Undo:
        if isinstance(change, Addition):
            return put(self.store, change)
        spot = change.spot
        _put(spot, change.to)
        return lambda: _put(spot, spot.value)

    def reaches(self, changes: Sequence[Change | Addition], within: int = 0) -> bool:
        """Return whether ``changes`` reach what is wanted, or come as near to it as ``within``."""
        return self.want.lacking(self.outcome(changes)) <= within

    def spots(self) -> list[Spot]:
        """Return what can be changed of the rows that led to the outcome."""
        declared = dict(self.program.changeable)
        return [
            spot
            for row in self.rows()
            for name in declared.get(row[LAYOUT].record, ())
            if (spot := self._spot(row, row[LAYOUT].record, name)) is not None
        ]

    def rows(self) -> list[Row]:
        """Return the rows that led to the outcome."""
        interpreter = Interpreter(self.program, self.store, self.said)
        item = self.want.item
        trace = interpreter.trace(item.record, self.row, item.name)
        rows = {(x.record, x.number): None for x in _all(trace) if x.record}
        return [self.store.rows[record][number] for record, number in rows]

    def would_be(self, added: Addition, name: str) -> Spot:
        """Return a field of a row that is not there yet."""
        known = self.store.schema.fields[added.record, name]
        choices = {each.name: each.values for each in self.program.choices}
        many = choices.get(known.type.choice, ())
        bounds, value = (known.low, known.high), added.values.get(name)
        row = added.parent
        return Spot(row, name, known.type, known.scale, *bounds, value, known.label, many)

    def _spot(self, row: Row, record: str, name: str) -> Spot | None:
        schema = self.store.schema
        if self.store.is_created(row) or name in self.store.schema.records[record].key:
            return None
        value = row[row[LAYOUT].slots[name]]
        scale = row[LAYOUT].scales.get(name, 0)
        choices = {each.name: each.values for each in self.program.choices}
        if (known := schema.fields.get((record, name))) is not None:
            many = choices.get(known.type.choice, ())
            bounds = (known.low, known.high)
            return Spot(row, name, known.type, scale, *bounds, value, known.label, many)
        item = schema.items[record, name]
        if not self.store.is_given(row, name):
            return None
        low = high = 0
        if item.type.unit in QUANTITIES and item.shape is not None:
            grid = 10 ** GRID[item.type.unit]
            low, high = int(item.shape.low * grid), int(item.shape.high * grid)
        many = choices.get(item.type.choice, ())
        return Spot(row, name, item.type, scale, low, high, value, item.label, many)


def _as_before(
    store: Store, record: str, parents: Sequence[Row], slot: int, lists: Sequence[object], size: int
) -> None:
    for row, made in zip(parents, lists, strict=True):
        row[slot] = made
    del store.rows[record][size:]


def _put(spot: Spot, value: Stored) -> None:
    spot.row[spot.row[LAYOUT].slots[spot.name]] = value


def _all(trace: Trace) -> Iterator[Trace]:
    """Give a trace and all below it, each once."""
    seen: dict[int, Trace] = {}
    ahead = [trace]
    while ahead:
        one = ahead.pop()
        if id(one) not in seen:
            seen[id(one)] = one
            ahead.extend(one.reads)
    return iter(seen.values())


def search(asker: Asker, *, most: int, answers: int) -> Found:
    """Return up to ``answers`` ways to what is wanted, of ``most`` changes at most, the fewest first."""
    outcome = asker.outcome()
    spots, more = asker.spots(), list(additions(asker.program, asker.store, asker.rows()))
    ranked = [*_ranked(asker, spots), *_added(asker, more, most)]
    ranked.sort(key=lambda pair: pair[0])
    enough = {change.spot: change for lacking, change in reversed(ranked) if lacking == 0}
    found = [_drawn_back(asker, (change,)) for change in enough.values()]
    rest = [change for lacking, change in ranked if change.spot not in enough][:WIDEST]
    nearest = Answer((ranked[0][1],), asker.outcome((ranked[0][1],))) if ranked else None
    for number in range(2, most + 1):
        if len(found) >= answers:
            break
        for combined in combinations(rest, number):
            spots_of = {x.spot for x in combined}
            if len(spots_of) < number or any(
                {x.spot for x in each.changes} <= spots_of for each in found
            ):
                continue
            value = asker.outcome(combined)
            if asker.want.holds(value):
                found.append(_drawn_back(asker, combined))
            elif nearest is None or _closer(asker.want, value, nearest.outcome):
                nearest = Answer(combined, value)
    found.sort(key=lambda each: (len(each.changes), sum(x.size for x in each.changes)))
    found = [each for each in found[:answers] if asker.is_so(each)]
    if found or nearest is None:
        return Found(outcome, tuple(found), None, len(spots) + len(more))
    reached = asker.want.lacking(nearest.outcome)
    return Found(outcome, (), _drawn_back(asker, nearest.changes, reached), len(spots) + len(more))


def _closer(want: Want, value: Stored, other: Stored) -> bool:
    return want.lacking(value) < want.lacking(other)


def _ranked(asker: Asker, spots: Sequence[Spot]) -> list[tuple[int, Change]]:
    """Return each end of each spot with how far the outcome is then from what is wanted.

    The nearest come first, and of those alike the ones that move something of the row.
    """
    before = asker.around()
    found: list[tuple[int, bool, float, int, Change]] = []
    for spot in spots:
        for end in spot.ends():
            change = Change(spot, end)
            after = asker.around((change,))
            lacking = asker.want.lacking(after[asker.want.item.name])
            found.append((lacking, after == before, change.size, len(found), change))
    return [(lacking, change) for lacking, *_, change in sorted(found, key=lambda x: x[:4])]


def _added(
    asker: Asker, more: Sequence[Addition], most: int
) -> Iterator[tuple[int, Change | Addition]]:
    """Give rows that could be sent, each with how far the outcome is then from what is wanted.

    Of those of one record that do as well, one stands for all; so many of them as may go together
    are given where one does not do.
    """
    classes: dict[tuple[int, str, int, Stored], list[Addition]] = {}
    for each in more:
        outcome = asker.outcome((each,))
        lacking = asker.want.lacking(outcome)
        alike = (lacking, each.record, each.parent[NUMBER], outcome if lacking else None)
        classes.setdefault(alike, []).append(each)
    nearest: dict[tuple[str, int], int] = {}
    for lacking, record, number, outcome in sorted(classes, key=lambda alike: alike[0]):
        some = classes[lacking, record, number, outcome]
        if nearest.setdefault((record, number), lacking) != lacking:
            continue
        yield from ((lacking, one) for one in _standing(some, most if lacking else 1))
        best = _at_best(asker, some[0], lacking) if lacking else None
        if best is not None:
            yield best


def _standing(some: Sequence[Addition], number: int) -> list[Addition]:
    """Return so many of some that do as well, each with the others."""
    keys = [each.key for each in some]
    return [
        evolve(one, alike=tuple(key for key in keys if key != one.key)) for one in some[:number]
    ]


def _at_best(asker: Asker, added: Addition, lacking: int) -> tuple[int, Addition] | None:
    """Return a row that could be sent as well as it can be done, if that is better."""
    schema, made, reached = asker.store.schema, added, lacking
    for name in dict(asker.program.changeable)[added.record]:
        known = schema.fields.get((added.record, name))
        if known is None or name in added.named:
            continue
        spot = asker.would_be(added, name)
        for end in spot.ends():
            tried = evolve(made, values={**made.values, name: end})
            now = asker.want.lacking(asker.outcome((tried,)))
            if now < reached:
                made, reached = tried, now
    if made is added:
        return None
    for name, value in made.values.items():
        if value != added.values[name]:
            change = Change(asker.would_be(added, name), value)

            def enough(to: Stored, made: Addition = made, name: str = name) -> bool:
                tried = evolve(made, values={**made.values, name: to})
                return asker.reaches((tried,), reached)

            made = evolve(made, values={**made.values, name: _least(change, enough)})
    return reached, made


def _drawn_back(asker: Asker, changes: Changes, within: int = 0) -> Answer:
    """Return ``changes``, each drawn back to the least that is still enough (comes so near)."""
    for index, change in enumerate(changes):
        if isinstance(change, Addition):
            continue
        before, after = changes[:index], changes[index + 1 :]

        def enough(to: Stored, before: Changes = before, one: Change = change,
                   after: Changes = after) -> bool:  # fmt: skip
            return asker.reaches((*before, evolve(one, to=to), *after), within)

        changes = (*before, evolve(change, to=_least(change, enough)), *after)
    return Answer(changes, asker.outcome(changes))


def _least(change: Change, enough: Callable[[Stored], bool]) -> Stored:
    """Return the value nearest to what it is that is enough, by halving."""
    spot, end = change.spot, change.to
    if spot.type.unit not in QUANTITIES or not isinstance(end, int):
        return end
    start = spot.value if isinstance(spot.value, int) else spot.low + spot.high - end
    step = 10 ** max(0, spot.scale - _FINE.get(spot.type.unit, spot.scale))
    sign = 1 if end > start else -1
    low, high = 0, -(-abs(end - start) // step)
    if spot.value is None and enough(start):
        return start
    while high - low > 1:
        middle = (low + high) // 2
        if enough(start + sign * middle * step):
            high = middle
        else:
            low = middle
    found = start + sign * high * step
    return found if abs(found - start) < abs(end - start) else end
