"""People made as small and as usual as can be while something holds of them."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Values
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.candidates import Candidates, linking
from mipsdsl.impact.law import People

Good = Callable[[People], bool]


@define(eq=False)
class Shrinker:
    """Takes rows away and puts values back to what is usual."""

    candidates: Candidates
    _fields: dict[str, tuple[str, ...]] = field(init=False)
    _keys: dict[str, tuple[str, ...]] = field(init=False)
    _plain: dict[str, Values] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn what is usual of each record, and which fields only say whose row it is."""
        program, usual = self.candidates.program, self.candidates.usual.rows
        linked = linking(program)
        self._keys = {record.name: record.key for record in program.records}
        self._fields = {
            record.name: tuple(f.name for f in record.fields if (record.name, f.name) not in linked)
            for record in program.records
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
        usual, without it holding no more.
        """
        now = people
        while True:
            before = now
            now = self._fewer(now, focus, good)
            now = self._plainer(now, good)
            now = _without_factors(now, good)
            if now is before:
                return now

    def _fewer(self, people: People, focus: tuple[str, Key], good: Good) -> People:
        now = people
        for record in list(people.rows):
            number = len(now.rows[record])
            size = number
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

    def _plainer(self, people: People, good: Good) -> People:
        now, spots = people, self.unusual(people)
        size = len(spots)
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

    def _put_back(self, people: People, spots: list[tuple[str, int, str]]) -> People:
        rows = {record: list(told) for record, told in people.rows.items()}
        for record, number, name in spots:
            rows[record][number] = {**rows[record][number], name: self.usual(record, name)}
        return People(rows, people.populations)


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
