"""What the passes over expressions share, and the scope of a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.diagnostics import Report
from mipsdsl.semantics.symbols import ItemSymbol, RecordSymbol, Symbols
from mipsdsl.source import Span

Fact = tuple[str, object]
"""A value (``("value", (row, name))``) or a row (``("row", row)``) that is known to be there."""


@frozen
class Scope:
    """Where an expression stands: the record it is computed for, and the folds around it.

    ``elements`` are the records that the folds look at, outermost first. ``facts`` are what the
    conditions around the expression say is there. The record "" is the population.
    """

    record: str
    elements: tuple[str, ...] = ()
    facts: frozenset[Fact] = frozenset()

    def inside(self, element: str) -> Scope:
        """Return the scope of the body of a fold over rows of ``element``."""
        return evolve(self, elements=(*self.elements, element))

    def knowing(self, facts: frozenset[Fact]) -> Scope:
        """Return the scope in which ``facts`` hold as well."""
        return evolve(self, facts=self.facts | facts)

    @property
    def rows(self) -> tuple[tuple[c.Row, str], ...]:
        """The rows that a name can belong to, nearest first, each with its record."""
        elements = [(c.Element(i), name) for i, name in enumerate(self.elements)]
        here: list[tuple[c.Row, str]] = [(c.Here(), self.record)] if self.record else []
        return (*reversed(elements), *here)


@define
class Context:
    """The state of one compilation. ``items`` is filled in an order in which each follows its needs."""

    symbols: Symbols
    report: Report
    define_item: Callable[[Context, ItemSymbol], c.Item | None]
    items: dict[tuple[str, str], c.Item | None] = field(factory=dict)
    parameters: dict[str, c.Expr | None] = field(factory=dict)
    stack: list[tuple[str, str]] = field(factory=list)
    used: set[tuple[str, str]] = field(factory=set)

    def item(self, symbol: ItemSymbol, span: Span) -> c.Item | None:
        """Return the compiled item, compiling it first if need be.

        Reports: E0502 for a circle of items.
        """
        key = (symbol.record, symbol.name)
        self.used.add(key)
        if key in self.items:
            return self.items[key]
        if key in self.stack:
            self._circle(key, span)
            return None
        self.stack.append(key)
        compiled = self.define_item(self, symbol)
        self.stack.pop()
        self.items[key] = compiled
        return compiled

    def _circle(self, key: tuple[str, str], span: Span) -> None:
        names = [shown(k) for k in [*self.stack[self.stack.index(key) :], key]]
        self.report.error(
            "E0502", f"`{shown(key)}` depends on itself", span,
            help="it goes round: " + " → ".join(names),
        )  # fmt: skip

    @contextmanager
    def knowing_less(self, mistaken: object) -> Iterator[None]:
        """Do not say what may be missing where a mistaken condition (``None``) would have told."""
        before = len(self.report.diagnostics)
        yield
        if mistaken is None:
            found = self.report.diagnostics
            found[before:] = [d for d in found[before:] if d.code != "E0205"]

    def record(self, name: str) -> RecordSymbol:
        """Return the record ``name``."""
        return self.symbols.records[name]


def shown(key: tuple[str, str]) -> str:
    """Return an item's name as an author knows it."""
    record, name = key
    name = name.removesuffix(" row")
    return f"{record}.{name}" if record else name
