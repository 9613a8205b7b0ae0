"""A small world that tells a mutant from the rules, shrunk toward the usual one, and as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from fractions import Fraction

from attrs import define, frozen

from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.diagnostics import Report
from mipsdsl.engines.frames import Values
from mipsdsl.engines.store import Stored
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.testing.facts import Slot
from mipsdsl.testing.judge import NoValue, Strict
from mipsdsl.testing.mutation.changed import Changed, value_of
from mipsdsl.testing.mutation.mutants import Mutant, Target
from mipsdsl.testing.world import Setting, World

WRONG = (NoValue, ValueError, TypeError, ZeroDivisionError, KeyError, IndexError)


@define
class Sketch:
    """The rows of a world and one of them that a result is asked of (of the population: none)."""

    setting: Setting
    rows: dict[str, list[Values]]
    populations: dict[str, Stored]
    asked: Values | None
    number: int = 0
    """The number of the row, where nobody tells it (it is made, as groups are)."""

    def world(self) -> World:
        """Return it as the world of an example."""
        return World(self.setting, Report(), self.rows, self.populations)

    def both(self, mutant: Mutant, target: Target) -> tuple[Stored, object] | None:
        """Return the result under the rules and under ``mutant``; nothing if the rules give none.

        Of a mutant that makes no sense here, the result is what was raised.
        """
        store = self.world().store()
        rules = Strict(self.setting.program, store, dict(self.populations))
        items = dict(zip(mutant.targets, mutant.items, strict=True))
        row = []
        if target[0]:
            try:
                rules.groups(target[0])
            except WRONG:
                return None
            rows = store.rows.get(target[0], [])
            number = self._number(target[0])
            if number >= len(rows):
                return None
            row = rows[number]
        try:
            value = value_of(rules, target, row)
        except WRONG:
            return None
        try:
            other: object = value_of(Changed(rules, items, {}, {}), target, row)
        except WRONG as wrong:
            other = wrong
        return value, other

    def _number(self, record: str) -> int:
        rows = self.rows.get(record, [])
        for number, row in enumerate(rows):
            if row is self.asked:
                return number
        return len(rows) - 1 if rows else self.number

    def tells(self, mutant: Mutant, target: Target) -> bool:
        """Return whether ``target`` is another under ``mutant``."""
        pair = self.both(mutant, target)
        return pair is not None and pair[0] != pair[1]

    # --- shrinking ---

    def shrink(self, good: Callable[[], bool]) -> None:
        """Take away rows and put values back to what is usual, as long as ``good`` holds."""
        for record in list(self.rows):
            for row in list(self.rows[record]):
                if row is not self.asked:
                    self._try_without(record, row, good)
        for record in list(self.rows):
            for row in self.rows[record]:
                plain = self.plain(record, row)
                for name in list(row):
                    self._try_plain(row, plain, name, good)
        for name in list(self.populations):
            value = self.populations.pop(name)
            if not good():
                self.populations[name] = value

    def _try_without(self, record: str, row: Values, good: Callable[[], bool]) -> None:
        rows = self.rows[record]
        if record in self.setting.usual and record not in self.setting.owners and len(rows) == 1:
            return
        number = next(i for i, each in enumerate(rows) if each is row)
        del rows[number]
        if not good():
            rows.insert(number, row)

    def _try_plain(self, row: Values, plain: Values, name: str, good: Callable[[], bool]) -> None:
        value = row[name]
        if name in plain and plain[name] == value:
            return
        if name in plain:
            row[name] = plain[name]
        else:
            del row[name]
        if not good():
            row[name] = value

    def plain(self, record: str, row: Values) -> Values:
        """Return what a row of ``record`` has when nothing is said of it."""
        made = dict(self.setting.usual.get(record, {}))
        owner = self.setting.owners.get(record)
        if owner is not None:
            parents = self.rows.get(owner[0], [])
            keys = self.key(owner[0])
            parent = next(
                (p for p in parents if all(p.get(k) == row.get(k) for k in keys)),
                parents[0] if parents else {},
            )
            made.update({key: parent[key] for key in keys if key in parent})
        texts = self._texts_of_key(record)
        if texts and self.rows.get(record) and self.rows[record][0] is row:
            made.setdefault(texts[-1], record)
        return made

    def key(self, record: str) -> tuple[str, ...]:
        """Return the key of a record."""
        return next(each.key for each in self.setting.program.records if each.name == record)

    def _texts_of_key(self, record: str) -> list[str]:
        slots = self.setting.slots
        return [x for x in self.key(record) if slots[record, x].type.unit is Unit.TEXT]


# --- as text ------------------------------------------------------------------------------------------


@frozen
class Said:
    """What is given of a row in a test: a path, and its value as text."""

    path: str
    value: str


@frozen
class Row:
    """A row of a sketch as a test tells it."""

    record: str
    another: bool
    given: tuple[Said, ...]


def told_rows(sketch: Sketch) -> list[Row]:
    """Return the rows in an order in which a test can tell them: children after their parents."""
    found: list[Row] = []
    begun: set[str] = set()
    owners = sketch.setting.owners

    def tell(record: str, row: Values) -> None:
        given = _given(sketch, record, row)
        another = record in begun
        if given or another or record not in sketch.setting.usual or record in owners:
            found.append(Row(record, another, given))
        begun.add(record)
        for child in (child for child, (parent, _) in owners.items() if parent == record):
            for each in _last(sketch.rows.get(child, []), sketch.asked):
                if all(each.get(key) == row.get(key) for key in sketch.key(record)):
                    tell(child, each)

    for record in sketch.setting.program.records:
        if record.name not in owners:
            for row in _last(sketch.rows.get(record.name, []), sketch.asked):
                tell(record.name, row)
    return found


def _given(sketch: Sketch, record: str, row: Values) -> tuple[Said, ...]:
    """Return what has to be given of a row: all that it would not have if nothing were said."""
    plain = sketch.plain(record, row)
    given = []
    for name in {**dict.fromkeys(plain), **dict.fromkeys(row)}:
        if name not in plain or plain[name] != row.get(name):
            text = value_text(sketch.setting, record, name, row.get(name))
            if text is not None:
                given.append(Said(name, text))
    return tuple(given)


def _last(rows: list[Values], asked: Values | None) -> Iterator[Values]:
    """Give ``rows``, the one that is asked of last: a test speaks of the row it told last."""
    yield from (row for row in rows if row is not asked)
    yield from (row for row in rows if row is asked)


def value_text(setting: Setting, record: str, name: str, value: Stored) -> str | None:
    """Return a value as a test writes it; nothing for what no test can give."""
    slot: Slot | None = setting.slots.get((record, name))
    if value is None:
        return "missing"
    if slot is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        if not slot.many:
            return None
        parts = [value_text(setting, record, name, each) or "" for each in value]
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, int) and slot.type.unit in QUANTITIES:
        return quantity_text(Fraction(value, 10**slot.scale), slot.type.unit)
    return str(value) if slot.type.unit is Unit.CHOICE else f'"{value}"'


def path_of(setting: Setting, record: str, name: str) -> str:
    """Return how a test names something: with its record where another has the same name."""
    owners = [r.name for r in setting.program.records if (r.name, name) in setting.slots]
    return name if not record or owners == [record] else f"{record}.{name}"


def copied(rows: dict[str, list[Values]]) -> dict[str, list[Values]]:
    """Return rows of a world that can be changed without touching it."""
    return deepcopy(rows)
