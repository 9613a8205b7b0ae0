"""From tables to linked rows: keys, references, lists, and the rows that the rules ensure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from mipsdsl.arithmetic import shortest
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.evaluate import At, Evaluator
from mipsdsl.engines.plan import ensurable
from mipsdsl.engines.schema import LAYOUT, schema_of
from mipsdsl.engines.store import UNSET, Key, Row, Store, Stored, Tabular, indexed, read


def link(program: c.Program, tables: Mapping[str, Tabular]) -> Store:
    """Return the rows of ``tables`` (by record), linked; groups are made later, in their step.

    A record without a table has no rows but those that are ensured. A field without a column is
    missing in every row, and nothing is ensured that looks at one, if it is not optional. An item
    with a column is given, but where its cell is empty and it may not be missing: it is computed.
    """
    store = Store(schema_of(program))
    for record in program.records:
        _load(store, record, tables.get(record.name))
    _link_references(store)
    available = {record: table.columns for record, table in tables.items()}
    for ensure in ensurable(store.schema, available):
        if _ensure(store, ensure):
            _link_references(store)
    if _add_children(store):
        _link_references(store)
    _link_lists(store)
    return store


class _Fields(Evaluator):
    """Reads fields: all that the conditions of linking may look at."""

    def read(self, row: Row, name: str) -> Stored:
        """Return what is in the slot."""
        value: Stored = row[row[LAYOUT].slots[name]]
        return value

    def population(self, name: str) -> Stored:
        """Refuse: no population is known yet."""
        raise TypeError(f"{name} is read before there is a population")

    def groups(self, record: str) -> None:
        """Leave the groups: none are made yet."""

    def note_parameter(self, parameter: c.Parameter) -> None:
        """Note nothing: nobody explains how rows are linked."""

    def note_cases(self, cases: c.Cases, matched: int | None, at: At) -> None:
        """Note nothing."""


def _load(store: Store, record: c.Record, table: Tabular | None) -> None:
    store.rows[record.name] = []
    if table is not None:
        layout = store.schema.layouts[record.name]
        targets = [(record.name, name) for name in table.columns]
        for target in targets:
            if target in store.schema.items:
                store.lacking[target] = set()
        slots = [layout.slots[name] for name in table.columns]
        for values in table.rows:
            row = store.add(record.name)
            for slot, value in zip(slots, values, strict=True):
                row[slot] = value
        for target in targets:
            _take_given(store, target)
    store.reindex(record.name)


def _take_given(store: Store, target: tuple[str, str]) -> None:
    """Leave to be computed what is given empty and may not be missing."""
    item = store.schema.items.get(target)
    if item is None or item.type.optional:
        return
    slot = store.schema.layouts[item.record].slots[item.name]
    for number, row in enumerate(store.rows[item.record]):
        if row[slot] is None:
            row[slot] = UNSET
            store.lacking[target].add(number)


# --- references and lists ------------------------------------------------------------------------


def _link_references(store: Store) -> None:
    for record in store.schema.records.values():
        for reference in record.references:
            if (record.name, reference.name) not in store.schema.links or record.grouping:
                continue
            slot = store.schema.layouts[record.name].slots[reference.name]
            rows = store.index[reference.record]
            for row in store.rows[record.name]:
                row[slot] = rows.get(read(row, reference.by))


def _link_lists(store: Store) -> None:
    for record in store.schema.records.values():
        if record.grouping is not None:
            continue
        for relation in record.relations:
            slot = store.schema.layouts[record.name].slots[relation.name]
            lists = _by_values(store, relation.record, relation.theirs)
            for row in store.rows[record.name]:
                row[slot] = tuple(lists.get(read(row, relation.ours), ()))


def _by_values(store: Store, record: str, names: Sequence[str]) -> dict[Key, list[Row]]:
    """Return the rows of ``record`` in the order of the data for each value of ``names``."""
    lists: dict[Key, list[Row]] = {}
    for values, row in indexed(store.rows[record], names):
        lists.setdefault(values, []).append(row)
    return lists


# --- rows that no file has -----------------------------------------------------------------------


def _add_children(store: Store) -> bool:
    """Add the children that a list has ``one for each`` row of a catalogue; whether any was."""
    added = False
    # A child that was added may have such a list itself, so once for each possible generation.
    for _ in store.schema.records:
        made = [
            _one_for_each(store, record, relation)
            for record in store.schema.records.values()
            for relation in record.relations
            if relation.one_for_each
        ]
        if not any(made):
            break
        added = True
    return added


def _one_for_each(store: Store, parent: c.Record, relation: c.Relation) -> int:
    catalogue = store.schema.records[relation.one_for_each]
    fields, yes = _Fields(store), relation.where
    wanted = [
        key
        for key, row in indexed(store.rows[catalogue.name], catalogue.key)
        if yes is None or fields.holds(yes, At(row))
    ]
    lists = _by_values(store, relation.record, relation.theirs)
    added = 0
    for ours, _ in list(indexed(store.rows[parent.name], relation.ours)):
        # Two parents of one pairing share their children: these are added once.
        children = lists.setdefault(ours, [])
        sent = {read(child, catalogue.key) for child in children}
        for key in (key for key in wanted if key not in sent):
            child = store.add_created(relation.record)
            _fill(child, zip(catalogue.key, key, strict=True))
            _fill(child, zip(relation.theirs, ours, strict=True))
            children.append(child)
            added += 1
    if added:
        store.reindex(relation.record)
    return added


def _ensure(store: Store, ensure: c.Ensure) -> int:
    names = [name for name, _ in ensure.matching]
    there = {values for values, _ in indexed(store.rows[ensure.record], names)}
    fields = _Fields(store)
    added = 0
    for row in list(store.rows[ensure.each]):
        if not fields.holds(ensure.where, At(row)):
            continue
        matching = _values(fields, ensure.record, ensure.matching, row)
        # A missing value matches nothing, so a row made of it would never be found: none is made.
        if None in matching or matching in there:
            continue
        created = store.add_created(ensure.record)
        _fill(created, zip(names, matching, strict=True))
        filled = _values(fields, ensure.record, ensure.fill, row)
        _fill(created, zip([name for name, _ in ensure.fill], filled, strict=True))
        _mint(store, created, ensure, matching)
        there.add(matching)
        added += 1
    return added


def _values(fields: _Fields, record: str, pairs: Iterable[tuple[str, c.Expr]], row: Row) -> Key:
    scales = fields.store.schema.layouts[record].scales
    return tuple([fields.on_grid(expr, scales.get(name), At(row)) for name, expr in pairs])


def _fill(row: Row, values: Iterable[tuple[str, Stored]]) -> None:
    for name, value in values:
        row[row[LAYOUT].slots[name]] = value


def _mint(store: Store, row: Row, ensure: c.Ensure, matching: Key) -> None:
    """Give the key's missing texts the values that were matched, and a number if that is taken."""
    schema, record = store.schema, store.schema.records[ensure.record]
    said = [
        _said(value, schema.fields[record.name, name])
        for (name, _), value in zip(ensure.matching, matching, strict=True)
    ]
    open_names = [name for name in record.key if row[row[LAYOUT].slots[name]] is None]
    for name in open_names:
        if schema.fields[record.name, name].type.unit is not Unit.TEXT:
            raise TypeError(f"{record.name}.{name} is no text: ensure cannot mint it")
        row[row[LAYOUT].slots[name]] = " ".join(said)
    number = 1
    while open_names and store.key(row) in store.index[record.name]:
        number += 1
        row[row[LAYOUT].slots[open_names[0]]] = " ".join([*said, str(number)])
    store.index[record.name].setdefault(store.key(row), row)


def _said(value: Stored, each: c.Field) -> str:
    """Return a value as a reader would write it in a key."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and each.type.unit is Unit.DATE:
        return date.fromordinal(value).isoformat()
    if isinstance(value, int) and each.type.unit in QUANTITIES:
        return shortest(value, each.scale)
    return str(value)
