"""The rows of a run as columns of whole numbers: what the engines for millions compute on.

One meaning with ``store.Store``: the same linked rows, turned by ninety degrees. A quantity is in
steps, a date its day number, a choice the number of the value in its declaration, a text its number
in ``Texts`` (sorted, so that codes compare as the texts do), a yes/no 0 or 1, a row its number in
its record (-1: no row).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any, TypeAlias

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import every_expression
from mipsdsl.core.types import Type, Unit
from mipsdsl.engines.rooms import Rooms
from mipsdsl.engines.schema import NUMBER, Schema, Target, stored_scale
from mipsdsl.engines.store import UNSET, Row, Store, Stored

Whole: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]

NO_ROW = -1


@frozen(eq=False)
class Column:
    """A field or an item. Shapes: both (n,). ``present`` is ``None`` when nothing is missing.

    What is missing has the value 0.
    """

    values: NDArray[Any]
    present: Mask | None = None


@frozen(eq=False)
class Listed:
    """Lists: that of row i is ``values[starts[i]:starts[i + 1]]``. Shapes: ``starts`` (n + 1,).

    Of a relation, a selection or the members of a group the numbers of rows, in order; of a field
    that is a list its quantities, in steps. ``present`` is that of ``Column``.
    """

    starts: Whole
    values: NDArray[Any]
    present: Mask | None = None


@frozen
class Texts:
    """The texts of a run, sorted, each once."""

    sorted: tuple[str, ...]
    codes: Mapping[str, int] = field(repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Return the codes of ``texts``."""
        known = tuple(sorted(set(texts)))
        return cls(known, {text: code for code, text in enumerate(known)})


@define(eq=False)
class ColumnStore:
    """The rows of every record, linked, as columns.

    ``sizes`` has how many rows each record has. ``columns`` holds fields and given items, and what
    the run computes. ``links`` has the row that a reference leads to, ``lists`` the rows of each
    relation (and, once made, of groups). ``lacking`` has, for each item that is given as a column,
    in which rows it is not (``Store.lacking``); ``created`` which rows no file had. ``populations``
    receives the population items of a run. ``rooms`` is where columns are.
    """

    schema: Schema
    texts: Texts
    sizes: dict[str, int] = field(factory=dict)
    columns: dict[Target, Column | Listed] = field(factory=dict)
    links: dict[Target, Rows] = field(factory=dict)
    lists: dict[Target, Listed] = field(factory=dict)
    lacking: dict[Target, Mask] = field(factory=dict)
    created: dict[str, Mask] = field(factory=dict)
    populations: dict[str, Stored] = field(factory=dict)
    rooms: Rooms = field(factory=Rooms)


def dtype_of(schema: Schema, target: Target) -> np.dtype[Any]:
    """Return the narrowest type that holds a field or an item (of a list, each of its values).

    The native engine computes on these without a copy; it takes any other as well.
    """
    item, field_ = schema.items.get(target), schema.fields.get(target)
    type_ = item.type if item is not None else schema.fields[target].type
    if type_.unit is Unit.YESNO:
        return np.dtype(np.bool_)
    if type_.unit is Unit.TEXT:
        return np.dtype(np.int32)
    if type_.unit is Unit.CHOICE:
        return _holding(0, len(choice_values(schema, type_)))
    if field_ is not None:
        return _holding(field_.low, field_.high)
    if item is None or item.shape is None:
        raise TypeError(f"{'.'.join(target)} has no values in a column")
    step = 10 ** stored_scale(item)
    return _holding(floor(item.shape.low * step), ceil(item.shape.high * step))


def _holding(low: int, high: int) -> np.dtype[Any]:
    for kind in (np.int8, np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return np.dtype(kind)
    return np.dtype(np.int64)


# --- from rows and back --------------------------------------------------------------------------


def columns_of(store: Store) -> ColumnStore:
    """Return linked rows as columns; groups are made later, in their step."""
    schema = store.schema
    turned = ColumnStore(schema, Texts.of(_texts(store)))
    for name, record in schema.records.items():
        rows = store.rows.get(name, []) if record.grouping is None else []
        turned.sizes[name] = len(rows)
        turned.created[name] = _mask(len(rows), store.created.get(name, ()))
        if record.grouping is None:
            _turn(turned, store, record, rows)
    return turned


def _turn(turned: ColumnStore, store: Store, record: c.Record, rows: Sequence[Row]) -> None:
    schema, name = store.schema, record.name
    slots = schema.layouts[name].slots
    for each in record.fields:
        values = [row[slots[each.name]] for row in rows]
        turned.columns[name, each.name] = column_of(turned, each.type, values, each.many > 0)
    for owner, item in store.lacking:
        if owner == name:
            values = [None if row[slots[item]] is UNSET else row[slots[item]] for row in rows]
            turned.columns[name, item] = column_of(turned, schema.items[name, item].type, values)
            turned.lacking[name, item] = _mask(len(rows), store.lacking[name, item])
    for reference in record.references:
        found = (row[slots[reference.name]] for row in rows)
        turned.links[name, reference.name] = np.array(
            [NO_ROW if row is None else row[NUMBER] for row in found], dtype=np.int32
        )
    for relation in record.relations:
        if schema.records[relation.record].grouping is None:
            lists = [[child[NUMBER] for child in row[slots[relation.name]]] for row in rows]
            turned.lists[name, relation.name] = listed(lists, np.int32)


def column_of(
    store: ColumnStore, type_: Type, values: Sequence[Stored], many: bool = False
) -> Column | Listed:
    """Return stored values as a column; ``many``: each is a list of quantities."""
    present = np.array([value is not None for value in values], dtype=np.bool_)
    mask = None if present.all() else present
    if many:
        lists = [value if isinstance(value, tuple) else () for value in values]
        starts_and_values = listed(lists, np.int64)
        return Listed(starts_and_values.starts, starts_and_values.values, mask)
    match type_.unit:
        case Unit.YESNO:
            return Column(np.array([value is True for value in values], dtype=np.bool_), mask)
        case Unit.TEXT:
            codes = store.texts.codes
            coded = [codes[value] if isinstance(value, str) else 0 for value in values]
            return Column(np.array(coded, dtype=np.int32), mask)
        case Unit.CHOICE:
            numbers = {value: i for i, value in enumerate(choice_values(store.schema, type_))}
            coded = [numbers[value] if isinstance(value, str) else 0 for value in values]
            return Column(np.array(coded, dtype=np.int32), mask)
        case _:
            whole = [value if isinstance(value, int) else 0 for value in values]
            return Column(np.array(whole, dtype=np.int64), mask)


def listed(lists: Sequence[Sequence[int]], kind: type[np.int32 | np.int64]) -> Listed:
    """Return lists of whole numbers one after another."""
    starts = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in lists], out=starts[1:])
    return Listed(starts, np.array([value for each in lists for value in each], dtype=kind))


def choice_values(schema: Schema, type_: Type) -> tuple[str, ...]:
    """Return the values of the choice that ``type_`` is one of, in the order of its declaration."""
    return next(each.values for each in schema.program.choices if each.name == type_.choice)


def stored_values(store: ColumnStore, target: Target) -> list[Stored]:
    """Return a column as ``Store.column`` has it; lists as tuples, rows as their numbers."""
    item = store.schema.items.get(target)
    type_ = item.type if item is not None else store.schema.fields[target].type
    column = store.columns[target]
    values = list(_values(store, type_, column))
    if column.present is not None:
        values = [v if there else None for v, there in zip(values, column.present, strict=True)]
    return values


def _values(store: ColumnStore, type_: Type, column: Column | Listed) -> Iterator[Stored]:
    match column:
        case Listed(starts, values):
            for i in range(len(starts) - 1):
                yield tuple(values[starts[i] : starts[i + 1]].tolist())
        case Column(values) if type_.unit is Unit.TEXT:
            yield from (store.texts.sorted[code] for code in values.tolist())
        case Column(values) if type_.unit is Unit.CHOICE:
            names = choice_values(store.schema, type_)
            yield from (names[code] for code in values.tolist())
        case Column(values):
            yield from values.tolist()


def _texts(store: Store) -> Iterator[str]:
    for record, rows in store.rows.items():
        slots = store.schema.layouts[record].slots
        texts = [
            slots[each.name]
            for each in store.schema.records[record].fields
            if each.type.unit is Unit.TEXT
        ]
        texts += [
            slots[name]
            for owner, name in store.lacking
            if owner == record and store.schema.items[owner, name].type.unit is Unit.TEXT
        ]
        for row in rows:
            yield from (row[slot] for slot in texts if isinstance(row[slot], str))
    yield from texts_of(store.schema.program)


def texts_of(program: c.Program) -> Iterator[str]:
    """Yield the texts that the rules look at."""
    for expr in every_expression(program):
        if isinstance(expr, c.Constant) and isinstance(expr.value, str):
            yield expr.value
        elif isinstance(expr, c.SetOf):
            yield from expr.values


def _mask(size: int, numbers: Iterable[int]) -> Mask:
    mask = np.zeros(size, dtype=np.bool_)
    mask[list(numbers)] = True
    return mask
