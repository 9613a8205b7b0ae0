"""People made as small and as usual as can be while something holds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.candidates import Candidates, linking
from mipsdsl.impact.law import People

Good = Callable[[People], bool]
_MANY = 1_000_000


@define(eq=False)
class Shrinker:
    """Takes rows away and puts values back to what is usual."""

    candidates: Candidates
    _fields: dict[str, tuple[str, ...]] = field(init=False)
    _keys: dict[str, tuple[str, ...]] = field(init=False)
    _plain: dict[str, Values] = field(init=False)
    _numbers: dict[Target, c.Field] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn what is usual of each record, and which fields only say whose row it is."""
        program, usual = self.candidates.program, self.candidates.usual.rows
        linked = linking(program)
        self._keys = {record.name: record.key for record in program.records}
        self._fields = {
            record.name: tuple(f.name for f in record.fields if (record.name, f.name) not in linked)
            for record in program.records
        }
        self._numbers = {
            (record.name, f.name): f
            for record in program.records
            for f in record.fields
            if f.type.unit in QUANTITIES - {Unit.DATE} and not f.many
        }
        self._plain = {
            record.name: usual.get(record.name, [self._nothing(record)])[0]
            for record in program.records
        }

    def _nothing(self, record: c.Record) -> Values:
        return {each.name: self.candidates.plain.value(each, each.name) for each in record.fields}

    def usual(self, record: str, name: str) -> Stored:
        """Return what is usual of a field."""
        return self._plain[record].get(name)

    def unusual(self, people: People) -> list[tuple[str, int, str]]:
        """Return the fields (of the row at a place in its record) that are not as usual."""
        return [
            (record, number, name)
            for record, rows in people.rows.items()
            for number, row in enumerate(rows)
            for name in self._fields[record]
            if name in row and row[name] != self.usual(record, name)
        ]

    def shrunk(self, people: People, focus: tuple[str, Key], good: Good) -> People:
        """Return people of whom ``good`` still holds, without what it does not need.

        No row can be taken away (but that of ``focus``), and no single value put back to what is
        usual, without it holding no more; numbers are round and near to what is usual, where such
        numbers do.
        """
        now = _without_factors(
            self._plainer(self._fewer(people, focus, good, _MANY), good, _MANY), good
        )
        now = self._rounder(now, good)
        while True:
            before = now
            now = self._fewer(now, focus, good, 1)
            now = self._plainer(now, good, 1)
            now = _without_factors(now, good)
            if now is before:
                return now

    def _fewer(self, people: People, focus: tuple[str, Key], good: Good, most: int) -> People:
        """Take rows away, up to so many at once."""
        now = people
        for record in list(people.rows):
            number = len(now.rows[record])
            size = min(number, most)
            while size and number:
                tried = _without(now, record, range(max(0, number - size), number))
                if self._has(tried, focus, people) and good(tried):
                    now, number = tried, max(0, number - size)
                elif size > 1:
                    size = (size + 1) // 2
                else:
                    number -= 1
                    size = min(1, number)
        return now

    def _has(self, people: People, focus: tuple[str, Key], before: People) -> bool:
        """Return whether the row of ``focus`` is still there, if somebody sent it."""
        record, key = focus
        names = self._keys[record]

        def sent(of: People) -> bool:
            return any(tuple(r.get(x) for x in names) == key for r in of.rows.get(record, ()))

        return sent(people) or not sent(before)

    def _plainer(self, people: People, good: Good, most: int) -> People:
        """Put values back to what is usual, up to so many at once."""
        now, spots = people, self.unusual(people)
        size = min(len(spots), most)
        while size:
            start = 0
            while start < len(spots):
                tried = self._put_back(now, spots[start : start + size])
                if good(tried):
                    now, spots = tried, [*spots[:start], *spots[start + size :]]
                else:
                    start += size
            size //= 2
        return now

    def _rounder(self, people: People, good: Good) -> People:
        now = people
        for record, number, name in self.unusual(people):
            row, usual = now.rows[record][number], self.usual(record, name)
            for simpler in self._simpler(self._numbers.get((record, name)), row[name], usual):
                tried = _with(now, record, number, name, simpler)
                if self._is_in_order(record, row, name, simpler) and good(tried):
                    now = tried
                    break
        return now

    def _simpler(self, of: c.Field | None, value: Stored, usual: Stored) -> Iterator[int]:
        """Yield rounder numbers than ``value`` that a field can hold, those near the usual first."""
        if of is None or type(value) is not int:
            return
        near = usual if type(usual) is int else max(of.low, min(of.high, 0))
        away = value - near
        some = [
            near + _rounded(away // 10**power, 1) for power in range(len(str(abs(away))), 0, -1)
        ]
        if _rounded(value, 2) != value:
            some += [_rounded(value, 1), _rounded(value, 2)]
        for each in dict.fromkeys(some):
            if each not in (value, near) and of.low <= each <= of.high:
                yield each

    def _is_in_order(self, record: str, row: Values, name: str, value: int) -> bool:
        """Return whether ``value`` stands to the other numbers of its unit as the one before it does.

        What is a part of something stays no greater than the whole.
        """
        unit, before = self._numbers[record, name].type.unit, row[name]
        assert isinstance(before, int)
        others = [
            other
            for at, other in row.items()
            if at != name and type(other) is int
            if (of := self._numbers.get((record, at))) is not None and of.type.unit is unit
        ]
        return all(
            (value <= other or before > other) and (value >= other or before < other)
            for other in others
        )

    def _put_back(self, people: People, spots: list[tuple[str, int, str]]) -> People:
        rows = {record: list(told) for record, told in people.rows.items()}
        for record, number, name in spots:
            rows[record][number] = {**rows[record][number], name: self.usual(record, name)}
        return People(rows, people.populations)


def _with(people: People, record: str, number: int, name: str, value: Stored) -> People:
    rows = list(people.rows[record])
    rows[number] = {**rows[number], name: value}
    return People({**people.rows, record: rows}, people.populations)


def _rounded(value: int, digits: int) -> int:
    """Return ``value`` with so many leading digits.

    >>> _rounded(-7848, 2)
    -7800
    """
    unit: int = 10 ** max(0, len(str(abs(value))) - digits)
    return (abs(value) + unit // 2) // unit * unit * (1 if value > 0 else -1)


def _without(people: People, record: str, numbers: range) -> People:
    rows: dict[str, list[Values]] = {of: list(told) for of, told in people.rows.items()}
    rows[record] = [row for at, row in enumerate(rows[record]) if at not in numbers]
    return People(rows, people.populations)


def _without_factors(people: People, good: Good) -> People:
    now = people
    for name in people.populations:
        rest = {other: x for other, x in now.populations.items() if other != name}
        tried = People(now.rows, rest)
        if good(tried):
            now = tried
    return now
