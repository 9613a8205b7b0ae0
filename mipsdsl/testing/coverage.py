"""What the tests of a policy reached: items, and the cases inside them."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import children


@frozen
class Branch:
    """One case of an item: its line, what it is, and the index of the arm (``None``: otherwise)."""

    item: tuple[str, str]
    line: int
    kind: c.CasesKind
    arm: int | None


@define
class Coverage:
    """The branches of a program, and those that were taken."""

    all_items: dict[tuple[str, str], c.Item] = field(factory=dict)
    branches: dict[tuple[int, int | None], Branch] = field(factory=dict)
    items: set[tuple[str, str]] = field(factory=set)
    taken: set[tuple[int, int | None]] = field(factory=set)

    @classmethod
    def of(cls, program: c.Program) -> Coverage:
        """Return the coverage of a program that no test has run yet."""
        made = cls()
        for item in program.items:
            made.all_items[item.record, item.name] = item
            for cases in _cases(item.expr):
                for arm in range(len(cases.arms)):
                    branch = Branch((item.record, item.name), cases.arms[arm].line, cases.kind, arm)
                    made.branches[id(cases), arm] = branch
                if cases.kind is not c.CasesKind.ROWS or item.kind is c.ItemKind.SCALE:
                    line = item.place.line
                    branch = Branch((item.record, item.name), line, cases.kind, None)
                    made.branches[id(cases), None] = branch
        return made

    def reach(self, cases: c.Cases, matched: int | None) -> None:
        """Note that a case decided."""
        self.taken.add((id(cases), matched))

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


def _cases(expr: c.Expr) -> Iterator[c.Cases]:
    if isinstance(expr, c.Cases):
        yield expr
    for part in children(expr):
        yield from _cases(part)
    if isinstance(expr, c.Select):
        for places in expr.places:
            for part in (places.number, places.where, *places.fallbacks):
                yield from _cases(part)
