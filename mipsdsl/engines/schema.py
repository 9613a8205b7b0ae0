"""What the names of a program lead to: the record of a row, of a list, the slot of a name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias, assert_never

from attrs import field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID, QUANTITIES

Target: TypeAlias = tuple[str, str]
"""A record and a name in it; the items of the population have the record ""."""

NUMBER: Final = 0
LAYOUT: Final = 1
FIRST_SLOT: Final = 2


@frozen
class Layout:
    """Where a row of ``record`` keeps what: a slot for each field, reference, list and item.

    The first two slots are the number of the row in its record, and this layout. ``scales`` has the
    places in which a quantity is stored.
    """

    record: str
    slots: Mapping[str, int] = field(repr=False)
    scales: Mapping[str, int] = field(repr=False)
    width: int


@frozen
class Schema:
    """The program by name. ``links``: where a reference leads; ``lists``: the record of a list.

    ``incomplete``: fields that rows which no file has may lack, whether or not they are optional.
    """

    program: c.Program = field(repr=False)
    records: Mapping[str, c.Record] = field(repr=False)
    fields: Mapping[Target, c.Field] = field(repr=False)
    items: Mapping[Target, c.Item] = field(repr=False)
    links: Mapping[Target, str]
    lists: Mapping[Target, str]
    layouts: Mapping[str, Layout] = field(repr=False)
    population_scales: Mapping[str, int]
    incomplete: frozenset[Target]

    def of_row(self, row: c.Row, here: str, elements: tuple[str, ...]) -> str:
        """Return the record of ``row``; ``elements`` are the records of the folds around."""
        match row:
            case c.Here():
                return here
            case c.Element(level):
                return elements[level]
            case c.Follow(inner, name):
                return self.links[self.of_row(inner, here, elements), name]
            case c.Catalogue(record):
                return record
            case _:
                assert_never(row)

    def of_rows(self, rows: c.Rows, here: str, elements: tuple[str, ...]) -> str:
        """Return the record of each of ``rows``."""
        match rows:
            case c.Children(row, name):
                return self.lists[self.of_row(row, here, elements), name]
            case c.Everyone(record):
                return record
            case c.Chosen(row, name):
                return self.of_selection(self.of_row(row, here, elements), name)
            case c.Apart(inner, _):
                return self.of_rows(inner, here, elements)
            case _:
                assert_never(rows)

    def of_selection(self, record: str, name: str) -> str:
        """Return the record of the rows that the selection ``name`` of ``record`` chooses."""
        return self.of_rows(select_of(self.items[record, name].expr).rows, record, ())

    def relation(self, record: str, name: str) -> c.Relation | None:
        """Return the relation behind the list ``name``, none when it is made by a grouping."""
        relations = self.records[record].relations
        return next((each for each in relations if each.name == name), None)

    def reference(self, record: str, name: str) -> c.Reference | None:
        """Return the reference ``name``, none when it leads from a group to its parent."""
        references = self.records[record].references
        return next((each for each in references if each.name == name), None)


def group_list(record: c.Record) -> str:
    """Return the name of the list of groups that the parent of a grouping has."""
    return f"{record.name}s"


def select_of(expr: c.Expr) -> c.Select:
    """Return the selection that is the expression of a selection's item."""
    if not isinstance(expr, c.Select):
        raise TypeError(f"not a selection: {type(expr).__name__}")
    return expr


def stored_scale(item: c.Item) -> int:
    """Return the places in which the value of ``item`` is stored."""
    return GRID.get(item.type.unit, 0)


_MADE: deque[Schema] = deque(maxlen=8)
"""The schemas made last: many small worlds of one program need the same one."""


def schema_of(program: c.Program) -> Schema:
    """Return the schema of ``program``; the same one for the same program."""
    for made in _MADE:
        if made.program is program:
            return made
    _MADE.append(_schema_of(program))
    return _MADE[-1]


def _schema_of(program: c.Program) -> Schema:
    records = {record.name: record for record in program.records}
    lists = {(r.name, each.name): each.record for r in records.values() for each in r.relations}
    links = {(r.name, each.name): each.record for r in records.values() for each in r.references}
    for record in records.values():
        if (grouping := record.grouping) is not None:
            links[record.name, grouping.parent] = grouping.parent
            lists[grouping.parent, group_list(record)] = record.name
    for record in records.values():
        if (grouping := record.grouping) is not None:
            lists[record.name, grouping.list_name] = lists[grouping.parent, grouping.list_name]
    items = {(item.record, item.name): item for item in program.items}
    fields = {(r.name, each.name): each for r in records.values() for each in r.fields}
    layouts = {name: _layout(name, fields, items, [*links, *lists]) for name in records}
    scales = {
        item.name: stored_scale(item)
        for item in program.items
        if not item.record and item.type.unit in QUANTITIES
    }
    incomplete = frozenset(_incomplete(program, fields))
    return Schema(program, records, fields, items, links, lists, layouts, scales, incomplete)


def _incomplete(program: c.Program, fields: Iterable[Target]) -> Iterator[Target]:
    """Yield the fields that a row made by ``one_for_each`` or ``ensure`` may be without."""
    known: dict[str, set[str]] = {}
    keys = {record.name: set(record.key) for record in program.records}
    for relation in (each for record in program.records for each in record.relations):
        if relation.one_for_each:
            filled = keys[relation.one_for_each] | set(relation.theirs)
            known[relation.record] = filled & known.get(relation.record, filled)
    for ensure in program.ensures:
        filled = keys[ensure.record] | {name for name, _ in (*ensure.matching, *ensure.fill)}
        known[ensure.record] = filled & known.get(ensure.record, filled)
    for record, name in fields:
        if name not in known.get(record, {name}):
            yield record, name


def _layout(
    record: str,
    fields: Mapping[Target, c.Field],
    items: Mapping[Target, c.Item],
    related: list[Target],
) -> Layout:
    slots: dict[str, int] = {}
    scales: dict[str, int] = {}
    for name in _names(record, [*fields, *related, *items]):
        slots[name] = FIRST_SLOT + len(slots)
        if (each := fields.get((record, name))) is not None:
            if each.type.unit in QUANTITIES:
                scales[name] = each.scale
        elif (item := items.get((record, name))) is not None and item.type.unit in QUANTITIES:
            scales[name] = stored_scale(item)
    return Layout(record, slots, scales, FIRST_SLOT + len(slots))


def _names(record: str, targets: list[Target]) -> Iterator[str]:
    return iter(dict.fromkeys(name for owner, name in targets if owner == record))
