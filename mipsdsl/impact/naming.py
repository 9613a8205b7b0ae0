"""People under usual names: a clinician made of odd parts is told as the first of the usual ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.candidates import joins
from mipsdsl.impact.law import People

_NUMBER = re.compile(r"\d+$")


@define(eq=False)
class Naming:
    """Which texts only say whose row it is, and how the usual people have them."""

    program: c.Program
    usual: People
    _class: dict[Target, int] = field(init=False)
    _first: dict[int, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn which fields share their texts, and the text that the usual people have there."""
        self._class = _classes(self.program)
        self._first = {}
        for record, rows in self.usual.rows.items():
            for row in rows[:1]:
                for name, value in row.items():
                    if (record, name) in self._class and isinstance(value, str):
                        self._first.setdefault(self._class[record, name], value)

    def named(self, people: People, record: str, key: Key) -> tuple[People, Key]:
        """Return the same people under usual names, and the key that the row of ``key`` has there."""
        names = next(each.key for each in self.program.records if each.name == record)
        turned = self._turned(people, [(record, dict(zip(names, key, strict=True)))])
        rows = {
            of: [self._renamed(of, row, turned) for row in told] for of, told in people.rows.items()
        }
        now = self._renamed(record, dict(zip(names, key, strict=True)), turned)
        return People(rows, people.populations), tuple(now[name] for name in names)

    def _turned(
        self, people: People, first: Sequence[tuple[str, Values]]
    ) -> Mapping[tuple[int, Stored], str]:
        """Return the new text for each old one of a class, in the order in which they are met."""
        told = [*first, *((of, row) for of, rows in people.rows.items() for row in rows)]
        turned: dict[tuple[int, Stored], str] = {}
        met: dict[int, int] = {}
        for record, row in told:
            for name, value in row.items():
                of = self._class.get((record, name), -1)
                if of in self._first and isinstance(value, str) and (of, value) not in turned:
                    turned[of, value] = _numbered(self._first[of], met.setdefault(of, 0))
                    met[of] += 1
        return turned

    def _renamed(
        self, record: str, row: Values, turned: Mapping[tuple[int, Stored], str]
    ) -> Values:
        return {
            name: turned.get((self._class.get((record, name), -1), value), value)
            for name, value in row.items()
        }


def _numbered(text: str, more: int) -> str:
    """Return ``text`` with the number at its end so much higher.

    >>> _numbered("S1", 0), _numbered("S1", 1), _numbered("900000001", 9), _numbered("A", 1)
    ('S1', 'S2', '900000010', 'A2')
    """
    if not more:
        return text
    found = _NUMBER.search(text)
    if found is None:
        return f"{text}{more + 1}"
    digits = found.group()
    return f"{text[: found.start()]}{int(digits) + more:0{len(digits)}}"


def _classes(program: c.Program) -> dict[Target, int]:
    """Return a number for each text that links rows or is a key: the same for those that match."""
    texts = {
        (r.name, f.name) for r in program.records for f in r.fields if f.type.unit is Unit.TEXT
    }
    known = {(r.name, name) for r in program.records for name in r.key} & texts
    found = {
        target: number for number, target in enumerate(sorted(known | _linked(program, texts)))
    }
    for one, other in _linking(program, texts):
        lower, higher = sorted((found[one], found[other]))
        found = {target: lower if of == higher else of for target, of in found.items()}
    return found


def _linked(program: c.Program, texts: set[Target]) -> set[Target]:
    return {each for pair in _linking(program, texts) for each in pair}


def _linking(program: c.Program, texts: set[Target]) -> Iterator[tuple[Target, Target]]:
    return (pair for pair in joins(program) if pair[0] in texts and pair[1] in texts)
