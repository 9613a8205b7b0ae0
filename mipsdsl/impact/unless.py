"""Simple conditions that all have in common for whom an output is another, and few of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.trial import Sighting, Trial

MOST = 400
"""So many of those who differ, and of those who do not, are looked at."""
FEW = 3
"""Of a choice so many values can be named."""
OTHERS = 0.3
"""At least so many of those for whom the output is the same must not meet a condition."""


@frozen
class Condition:
    """A condition on a row, in words and in the core; ``share``: so many of the alike do not meet it."""

    said: str
    expr: c.Expr
    share: float

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


def conditions(trial: Trial, target: Target) -> list[Condition]:
    """Return what all have in common for whom the output was seen to differ, the most telling first."""
    seen, alike = (known.get(target, [])[:MOST] for known in (trial.seen, trial.alike))
    program = trial.candidates.program
    choices = {each.name: len(each.values) for each in program.choices}
    found = []
    for place in _places(program, target[0]) if alike else ():
        told, others = (
            [_value(program, each, target[0], place) for each in some] for some in (seen, alike)
        )
        sent = [value for value in others if value is not _NOT_SENT]
        if _NOT_SENT in told or not sent:
            continue
        few = min(FEW, choices.get(place.field.type.choice, 0) // 2)
        for said, expr, met in _common(place, told, few):
            share = sum(not met(value) for value in sent) / len(sent)
            if share >= OTHERS:
                found.append(Condition(said, expr, share))
    return sorted(found, key=lambda each: -each.share)


def _places(program: c.Program, record: str) -> Iterator[_Place]:
    records = {each.name: each for each in program.records}
    owner = records[record]
    if owner.grouping is not None:
        return
    for field in owner.fields:
        yield _Place(record, (), c.Here(), field)
    for reference in owner.references:
        if not records[reference.record].is_reference:
            row = c.Follow(c.Here(), reference.name)
            for field in records[reference.record].fields:
                yield _Place(reference.record, reference.by, row, field)


def _value(program: c.Program, one: Sighting, record: str, place: _Place) -> Stored:
    """Return what a row has at a place, if somebody sent such a row."""
    row = _row(program, one, record, one.key)
    if place.by and row is not None:
        row = _row(program, one, place.record, tuple(row.get(name) for name in place.by))
    return _NOT_SENT if row is None else row.get(place.field.name)


_NOT_SENT = "\x1f"
"""What stands for the value of a row that nobody sent: no text of a policy or of data is it."""


def _row(program: c.Program, one: Sighting, record: str, key: Key) -> Values | None:
    names = next(each.key for each in program.records if each.name == record)
    rows = one.people.rows.get(record, ())
    return next((row for row in rows if tuple(row.get(name) for name in names) == key), None)


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
