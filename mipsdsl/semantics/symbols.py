"""What the names of a program stand for, before any expression is read."""

from __future__ import annotations

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


@frozen
class ListSymbol:
    """A list of a record: of ``record``, at most so long; ``owned`` when its rows have one parent."""

    record: str
    at_most: int
    owned: bool
    span: Span


@frozen
class ItemSymbol:
    """An item of a record (or, with the record "", of the population)."""

    record: str
    name: str
    type: Type
    node: n.Rule | n.Table | n.Scale | n.Selection | n.Population
    kind: c.ItemKind
    column: int = 0
    list_of: str = ""
    at_most: int = 0


@define
class RecordSymbol:
    """A record and all names in it. Filled by ``resolve``, and left alone from then on."""

    name: str
    span: Span
    is_reference: bool = False
    key: tuple[str, ...] = ()
    fields: dict[str, c.Field] = field(factory=dict)
    references: dict[str, c.Reference] = field(factory=dict)
    lists: dict[str, ListSymbol] = field(factory=dict)
    items: dict[str, ItemSymbol] = field(factory=dict)
    memberships: dict[str, tuple[str, str]] = field(factory=dict)
    """Selections that say of a row of this record whether they chose it: (parent, selection)."""
    relations: dict[str, n.ListType | n.Relation | n.Groups] = field(factory=dict)
    groups: n.Groups | None = None
    spans: dict[str, Span] = field(factory=dict)

    def names(self) -> list[str]:
        """Return every name that means something in this record."""
        return [*self.fields, *self.references, *self.lists, *self.items, *self.memberships]


@define
class Symbols:
    """All declarations of a program."""

    year: int = 0
    paying: int = 0
    title: str = ""
    sources: list[str] = field(factory=list)
    choices: dict[str, c.Choice] = field(factory=dict)
    records: dict[str, RecordSymbol] = field(factory=dict)
    parameters: dict[str, n.Parameter] = field(factory=dict)
    population: dict[str, ItemSymbol] = field(factory=dict)
    ensures: list[n.Ensure] = field(factory=list)
    results: dict[str, n.Results] = field(factory=dict)
    changeable: dict[str, n.Changeable] = field(factory=dict)
    claims: list[n.Claim] = field(factory=list)
    required: list[n.Require] = field(factory=list)
    pins: list[n.PinChanges | n.PinSame] = field(factory=list)
    tests: list[n.Usual | n.Example | n.Examples | n.PopulationExample] = field(factory=list)

    def item(self, record: str, name: str) -> ItemSymbol | None:
        """Return the item ``name`` of ``record`` ("" for the population), if there is one."""
        if not record:
            return self.population.get(name)
        found = self.records.get(record)
        return found.items.get(name) if found else None
