"""What the tests of a policy reached: items, and the cases inside them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import TypeAlias

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import children

Key: TypeAlias = "tuple[int, int | None]"
"""A case: the identity of the cases, and the index of the arm (``None``: otherwise)."""


class Part(Enum):
    """What a case is to the author. A break of a scale is where one of its parts ends."""

    ROW = "rows"
    EXCEPTION = "exceptions"
    BREAK = "breaks"
    BRANCH = "branches"


@frozen
class Branch:
    """One case of an item: what it is and where it stands."""

    item: tuple[str, str]
    part: Part
    place: c.Place


@define
class Coverage:
    """The branches of a program, and those that were taken."""

    all_items: dict[tuple[str, str], c.Item] = field(factory=dict)
    branches: dict[Key, Branch] = field(factory=dict)
    breaks: list[tuple[Key, Key]] = field(factory=list)
    items: set[tuple[str, str]] = field(factory=set)
    taken: set[Key] = field(factory=set)

    @classmethod
    def of(cls, program: c.Program) -> Coverage:
        """Return the coverage of a program that no test has run yet."""
        made = cls()
        for item in program.items:
            made.all_items[item.record, item.name] = item
            for cases in _cases(item.expr):
                made._add(item, cases)
        return made

    def _add(self, item: c.Item, cases: c.Cases) -> None:
        ends: list[tuple[int | None, c.Place | None]] = [(None, cases.otherwise_place)]
        places = [*((index, arm.place) for index, arm in enumerate(cases.arms)), *ends]
        for index, place in places:
            if place is not None:
                part = _part(item, cases, index)
                self.branches[id(cases), index] = Branch((item.record, item.name), part, place)
        if item.kind is c.ItemKind.SCALE and cases.kind is c.CasesKind.ROWS:
            keys = [(id(cases), index) for index, _ in places]
            self.breaks += pairwise(keys)

    def reach(self, cases: c.Cases, matched: int | None) -> None:
        """Note that a case decided, or that an exception held."""
        self.taken.add((id(cases), matched))

    def counted(self, part: Part) -> tuple[int, int]:
        """Return how many of these there are, and how many of them were reached, those first.

        A break is reached when both of the parts of the scale that meet there are.
        """
        if part is Part.BREAK:
            reached = [self.taken >= set(sides) for sides in self.breaks]
        else:
            reached = [key in self.taken for key, x in self.branches.items() if x.part is part]
        return sum(reached), len(reached)

    def missed_items(self) -> list[c.Item]:
        """Return the items that no test computed."""
        return [item for key, item in self.all_items.items() if key not in self.items]

    def missed(self) -> list[Branch]:
        """Return the cases that no test reached, of items that were computed."""
        return [
            branch
            for key, branch in self.branches.items()
            if key not in self.taken and branch.item in self.items
        ]


def _part(item: c.Item, cases: c.Cases, index: int | None) -> Part:
    if cases.kind is c.CasesKind.ROWS:
        return Part.BREAK if item.kind is c.ItemKind.SCALE else Part.ROW
    is_exception = cases.kind is c.CasesKind.EXCEPTIONS and index is not None
    return Part.EXCEPTION if is_exception else Part.BRANCH


def _cases(expr: c.Expr) -> Iterator[c.Cases]:
    if isinstance(expr, c.Cases):
        yield expr
    for part in children(expr):
        yield from _cases(part)
    if isinstance(expr, c.Select):
        for places in expr.places:
            for part in (places.number, places.where, *places.fallbacks):
                yield from _cases(part)
