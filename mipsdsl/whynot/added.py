"""Rows that are not there yet: another measure or activity that could be sent.

A policy that lets a part of a key be changed (``changeable of improvement_activity = activity_id``) says
that more such rows may be sent. Which there are, the catalogues know; what such a row holds is what the
same measure holds elsewhere in the data, else what one alike holds, else what is usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.data.cells import Reading, parse_cell
from mipsdsl.data.slots import Layout, layout_of
from mipsdsl.engines.schema import LAYOUT, NUMBER
from mipsdsl.engines.store import Key, Row, Store, Stored, read

Undo = Callable[[], None]


@frozen(eq=False)
class Addition:
    """A row of ``record`` below ``parent`` that would be sent.

    ``key`` names it in its catalogue, by the parts ``named``; ``values`` are its fields, keys among
    them. ``alike``: the keys of others that do as well.
    """

    record: str
    parent: Row
    named: tuple[str, ...]
    key: Key
    values: Mapping[str, Stored]
    alike: tuple[Key, ...] = ()

    @property
    def spot(self) -> Addition:
        """Return what no two changes can be of: this row."""
        return self

    @property
    def size(self) -> float:
        """Return how large a change it is, where a yes or no is 1."""
        return 0.5


# --- which there are -----------------------------------------------------------------------------


def additions(program: c.Program, store: Store, rows: Sequence[Row]) -> Iterator[Addition]:
    """Give what could be sent besides, below ``rows``."""
    declared = dict(program.changeable)
    layout = layout_of(program)
    for parent in rows:
        for relation in store.schema.records[parent[LAYOUT].record].relations:
            record = store.schema.records[relation.record]
            named = [name for name in declared.get(record.name, ()) if name in record.key]
            if named and relation.owned:
                yield from _below(store, layout, parent, relation)


def _below(store: Store, layout: Layout, parent: Row, relation: c.Relation) -> Iterator[Addition]:
    record = store.schema.records[relation.record]
    fixed = dict(zip(relation.theirs, read(parent, relation.ours), strict=True))
    named = tuple(name for name in record.key if name not in fixed)
    samples = _Samples.of(store, layout, record, named)
    for key in _keys(store, record, named):
        whole = {**fixed, **dict(zip(named, key, strict=True))}
        there = store.find(record.name, tuple(whole[name] for name in record.key))
        if there is None or store.is_created(there):
            yield Addition(record.name, parent, named, key, {**samples.like(key), **whole})


def _keys(store: Store, record: c.Record, named: Sequence[str]) -> list[Key]:
    """Return what a row may be called: by the catalogue that knows most of its name."""
    leading = [r for r in record.references if store.schema.records[r.record].is_reference]
    whole = [r for r in leading if set(named) == set(r.by) and store.rows.get(r.record)]
    if not whole:
        return []
    found: dict[Key, None] = {}
    for row in store.rows[whole[0].record]:
        by = dict(zip(whole[0].by, store.key(row), strict=True))
        if all(_leads(store, each, by) for each in leading if not each.optional):
            found[tuple(by[name] for name in named)] = None
    return list(found)


def _leads(store: Store, reference: c.Reference, by: Mapping[str, Stored]) -> bool:
    """Return whether a reference leads to a row, if there is anything that it could lead to."""
    if not store.rows.get(reference.record):
        return True
    return store.find(reference.record, tuple(by.get(name) for name in reference.by)) is not None


@frozen
class _Samples:
    """What rows of a record hold: by their name, by what their catalogue says of them, usually."""

    same: Mapping[Key, Mapping[str, Stored]]
    alike: Mapping[Key, Mapping[str, Stored]]
    usual: Mapping[str, Stored]
    kinds: Mapping[Key, Key]

    @classmethod
    def of(cls, store: Store, layout: Layout, record: c.Record, named: tuple[str, ...]) -> _Samples:
        own = [each.name for each in record.fields if each.name not in record.key]
        kinds = {key: _kind(store, record, named, key) for key in _keys(store, record, named)}
        same: dict[Key, Mapping[str, Stored]] = {}
        alike: dict[Key, Mapping[str, Stored]] = {}
        for row in store.rows.get(record.name, ()):
            if not store.is_created(row):
                key, values = read(row, named), dict(zip(own, read(row, own), strict=True))
                same.setdefault(key, values)
                if key in kinds:
                    alike.setdefault(kinds[key], values)
        return cls(same, alike, _usual(layout, record, own), kinds)

    def like(self, key: Key) -> Mapping[str, Stored]:
        """Return what a row of this name would hold."""
        return self.same.get(key) or self.alike.get(self.kinds[key]) or self.usual


def _kind(store: Store, record: c.Record, named: Sequence[str], key: Key) -> Key:
    """Return what catalogues say of a row in words of a choice: how it is measured, above all."""
    said: list[Stored] = []
    by = dict(zip(named, key, strict=True))
    for reference in record.references:
        known = store.schema.records[reference.record]
        row = store.find(reference.record, tuple(by.get(name) for name in reference.by))
        if known.is_reference and row is not None:
            choices = [x.name for x in known.fields if x.type.unit is Unit.CHOICE]
            said += read(row, choices)
    return tuple(said)


def _usual(layout: Layout, record: c.Record, own: Sequence[str]) -> dict[str, Stored]:
    texts = dict(dict(layout.program.usual).get(record.name, ()))
    slots = layout.slots[record.name]
    found: dict[str, Stored] = dict.fromkeys(own)
    for name in own:
        value = parse_cell(slots[name], texts.get(name, ""), Reading()).value
        found[name] = value if isinstance(value, int | str) else None
    return found


# --- as if it were there -------------------------------------------------------------------------


def put(store: Store, added: Addition) -> Undo:
    """Put the row among the others as if it had been sent; return what takes it out again."""
    record = store.schema.records[added.record]
    there = store.find(added.record, tuple(added.values[name] for name in record.key))
    undone = [_sent(store, added.parent)]
    if there is not None:
        undone.append(_filled(there, added.values))
        store.created[added.record].discard(there[NUMBER])
        undone.append(lambda: store.created[added.record].add(there[NUMBER]))
    else:
        undone.append(_inserted(store, record, added))

    def undo() -> None:
        for each in reversed(undone):
            each()

    return undo


def _sent(store: Store, parent: Row) -> Undo:
    """Take a row that no file had as one that was sent: what is filled in as no is yes."""
    if not store.is_created(parent):
        return lambda: None
    record = parent[LAYOUT].record
    filled = {
        name
        for ensure in store.schema.program.ensures
        if ensure.record == record
        for name, _ in ensure.fill
    }
    no = {name: True for name in filled if parent[parent[LAYOUT].slots[name]] is False}
    return _filled(parent, no)


def _filled(row: Row, values: Mapping[str, Stored]) -> Undo:
    slots = row[LAYOUT].slots
    before = {name: row[slots[name]] for name in values}
    for name, value in values.items():
        row[slots[name]] = value

    def undo() -> None:
        for name, value in before.items():
            row[slots[name]] = value

    return undo


def _inserted(store: Store, record: c.Record, added: Addition) -> Undo:
    row = store.add(record.name)
    number = row[NUMBER]
    _filled(row, added.values)
    for reference in record.references:
        if (record.name, reference.name) in store.schema.links:
            found = store.find(reference.record, read(row, reference.by))
            row[row[LAYOUT].slots[reference.name]] = found
    given = [lacking for (of, _), lacking in store.lacking.items() if of == record.name]
    for lacking in given:
        lacking.add(number)
    held = list(_holders(store, row))
    for holder, slot in held:
        holder[slot] = (*holder[slot], row)

    def undo() -> None:
        for holder, slot in held:
            holder[slot] = tuple(each for each in holder[slot] if each is not row)
        for lacking in given:
            lacking.discard(number)
        store.rows[record.name].pop()

    return undo


def _holders(store: Store, row: Row) -> Iterator[tuple[Row, int]]:
    """Give the rows in whose lists ``row`` belongs, and where these are."""
    name = row[LAYOUT].record
    for record in store.schema.records.values():
        for relation in record.relations if record.grouping is None else ():
            if relation.record == name:
                slot = store.schema.layouts[record.name].slots[relation.name]
                theirs = read(row, relation.theirs)
                for holder in store.rows.get(record.name, ()):
                    if read(holder, relation.ours) == theirs:
                        yield holder, slot
