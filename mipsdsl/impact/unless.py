"""Simple conditions that all have in common for whom an output is another, and few of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.pairing import Pairing, before
from mipsdsl.impact.trial import KEPT, Sighting, Trial

LAST = 20
"""So many of those who were seen last are looked at as well: whom the solver brought against another."""
FEW = 3
"""Of a choice so many values can be named."""
OTHERS = 0.1
"""At least so many of those for whom the output is the same must not meet a condition."""


@frozen
class Condition:
    """A condition on a row, in words and in the core.

    ``share``: so many of the alike do not meet it. ``far``: over so many rules the output rests on it.
    """

    said: str
    expr: c.Expr
    share: float
    far: int

    def but_not(self, bad: c.Expr) -> c.Expr:
        """Return that ``bad`` holds where the condition does not."""
        return c.And((bad, c.Not(self.expr, type=YESNO)), type=YESNO)


@frozen
class _Place:
    """A field of the row of an output, or (``by``: of the fields that name it) of one it refers to."""

    record: str
    by: tuple[str, ...]
    row: c.Row
    field: c.Field

    @property
    def said(self) -> str:
        """Return how it is named."""
        return f"{self.record}.{self.field.name}" if self.by else self.field.name

    @property
    def read(self) -> c.Read:
        """Return the reading of it."""
        return c.Read(self.row, self.field.name, type=self.field.type)


def conditions(trial: Trial, target: Target, pairs: Pairing) -> list[Condition]:
    """Return what all have in common for whom the output was seen to differ, the nearest first.

    What the output does not rest on is none, whatever those have in common who were seen.
    """
    alike = trial.alike.get(target, [])[:KEPT]
    seen = [*trial.seen[target][:KEPT], *trial.seen[target][KEPT:][-LAST:]]
    program = trial.candidates.program
    choices = {each.name: len(each.values) for each in program.choices}
    found: list[Condition] = []
    far = pairs.distances(target)
    keyed = _Keyed(program)
    for place in _places(program, target[0]) if alike else ():
        if (place.record, place.field.name) not in far:
            continue
        told = keyed.values(seen, target[0], place)
        if _NOT_SENT in told:
            continue
        few = min(FEW, choices.get(place.field.type.choice, 0) // 2)
        for said, expr, met in _common(place, told, few):
            others = keyed.values(alike, target[0], place)
            sent = [value for value in others if value is not _NOT_SENT]
            share = _share(not met(value) for value in sent)
            if share >= OTHERS:
                found.append(Condition(said, expr, share, far[place.record, place.field.name]))
    if alike:
        found += _ruled(seen, alike, target, pairs, far)
    return sorted(found, key=lambda each: (each.far, -each.share))


def _ruled(
    seen: Sequence[Sighting],
    alike: Sequence[Sighting],
    target: Target,
    pairs: Pairing,
    far: Mapping[Target, int],
) -> Iterator[Condition]:
    """Give what a rule that the output rests on says of all who differ, under one policy at least."""
    for name in seen[0].told:
        at = (target[0], name)
        item = pairs.items.get(at)
        if item is None or not far.get(at) or at in pairs.apart:
            continue
        is_open = at in pairs.open
        for value in _values_of(seen, name):
            told = [value in each.told[name] for each in seen if each.told]
            share = _share(value not in each.told[name] for each in alike if each.told)
            if not all(told) or share < OTHERS:
                continue
            tests = [_is(item, name, value)]
            if is_open:
                was = pairs.items[before(at)]
                tests.append(_is(was, was.name, value))
            word = value if isinstance(value, str) else "yes" if value else "no"
            said = f"{name} is {word}" + (" under one of the two" if is_open else "")
            yield Condition(said, c.Or(tuple(tests), type=YESNO), share, far[at])


def _values_of(seen: Sequence[Sighting], name: str) -> list[bool | str]:
    """Return what a rule says of the first: what it says of all is among this."""
    return list(dict.fromkeys(x for x in seen[0].told[name] if isinstance(x, bool | str)))


def _share(those: Iterable[bool]) -> float:
    told = list(those)
    return sum(told) / len(told) if told else 0.0


def _is(item: c.Item, name: str, value: bool | str) -> c.Expr:
    read = c.Read(c.Here(), name, type=item.type, shape=item.shape)
    return c.Same(read, c.Constant(value, type=item.type), type=YESNO)


def _places(program: c.Program, record: str) -> Iterator[_Place]:
    records = {each.name: each for each in program.records}
    owner = records[record]
    if owner.grouping is not None:
        return
    for each in owner.fields:
        yield _Place(record, (), c.Here(), each)
    for reference in owner.references:
        if not records[reference.record].is_reference:
            row = c.Follow(c.Here(), reference.name)
            for each in records[reference.record].fields:
                yield _Place(reference.record, reference.by, row, each)


_NOT_SENT = "\x1f"
"""What stands for the value of a row that nobody sent: no text of a policy or of data is it."""


@define(eq=False)
class _Keyed:
    """The rows of those who were seen, by their keys."""

    program: c.Program
    _rows: dict[tuple[int, str], dict[Key, Values]] = field(factory=dict)

    def values(self, some: Sequence[Sighting], record: str, place: _Place) -> list[Stored]:
        """Return what the row of each has at a place, or that nobody sent such a row."""
        return [self._value(each, record, place) for each in some]

    def _value(self, one: Sighting, record: str, place: _Place) -> Stored:
        row = self._of(one, record).get(one.key)
        if place.by and row is not None:
            key = tuple(row.get(name) for name in place.by)
            row = self._of(one, place.record).get(key)
        return _NOT_SENT if row is None else row.get(place.field.name)

    def _of(self, one: Sighting, record: str) -> dict[Key, Values]:
        at = id(one.people), record
        if (found := self._rows.get(at)) is None:
            names = next(each.key for each in self.program.records if each.name == record)
            rows = reversed(one.people.rows.get(record, ()))
            found = self._rows[at] = {tuple(row.get(x) for x in names): row for row in rows}
        return found


def _common(
    place: _Place, told: Sequence[Stored], few: int
) -> Iterator[tuple[str, c.Expr, Callable[[Stored], bool]]]:
    """Give what all of ``told`` have at a place: in words, as a condition, and of a value."""
    values = frozenset(told)
    type_, read = place.field.type, place.read
    if type_.unit is Unit.YESNO and len(values) == 1 and isinstance(told[0], bool):
        word = "yes" if told[0] else "no"
        literal = c.Constant(told[0], type=YESNO)
        yield f"{place.said} is {word}", c.Same(read, literal, type=YESNO), values.__contains__
    elif type_.unit is Unit.CHOICE and len(values) <= few and None not in values:
        members = tuple(sorted(str(value) for value in values))
        listed = c.SetOf(members, type=Type(Unit.SET, type_.choice))
        said = f"{place.said} is {' or '.join(members)}"
        yield said, c.Among(read, listed, type=YESNO), values.__contains__
    elif type_.optional and None not in values:
        given = c.IsGiven(read, type=YESNO)
        yield f"{place.said} is given", given, lambda value: value is not None
