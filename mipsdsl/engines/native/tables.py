"""The tables of generated functions: where the columns of a run are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.engines.columns import NO_ROW, Column, ColumnStore, Listed, choice_values, dtype_of
from mipsdsl.engines.native.memory import sorted_ranks
from mipsdsl.engines.native.positions import SLACK
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Stored

Array = NDArray[Any]

_EMPTY = np.zeros(64, dtype=np.uint8)
"""What is read, and thrown away, where there is no row."""


class OutOfRange(ValueError):
    """A value is not within the range that the program says; no result is given."""


@define
class Tables:
    """Finds what slots hold.

    ``computed`` are the items of rows that the plan computes; ``bits`` the width of those that are
    kept in another way than in a column.
    """

    columns: ColumnStore
    computed: frozenset[Target]
    partial: frozenset[Target]
    bits: Mapping[Target, int]
    populations: dict[str, Stored]
    parts: dict[tuple[str, int], int] = field(factory=dict)
    arrays: dict[Slot, Array] = field(factory=dict)

    def table(self, slots: Sequence[Slot]) -> Array:
        """Return the table of a function."""
        return np.array([self._number(slot) for slot in slots], dtype=np.uint64)

    def _number(self, slot: Slot) -> int:
        match slot.kind:
            case SlotKind.SIZE:
                return self.columns.sizes.get(slot.record, 0)
            case SlotKind.TEXT:
                return _unsigned(self.columns.texts.codes.get(slot.name, -1))
            case SlotKind.ROW:
                return _unsigned(self._row(slot))
            case SlotKind.KEY_COUNT:
                return len(self.array(Slot(SlotKind.KEY_ROWS, slot.record)))
            case SlotKind.POPULATION:
                return _unsigned(self._population(slot.name))
            case SlotKind.IS_SET:
                return int(self.populations.get(slot.name) is not None)
            case SlotKind.PART:
                return self.parts[slot.name, slot.number]
            case _:
                array = self.array(slot)
                return int((array if array.size else _EMPTY).ctypes.data)

    def array(self, slot: Slot) -> Array:
        """Return the array that a slot holds the address of."""
        if slot not in self.arrays:
            self.arrays[slot] = np.ascontiguousarray(self._array(slot))
        return self.arrays[slot]

    def _array(self, slot: Slot) -> Array:
        target = (slot.record, slot.name)
        match slot.kind:
            case SlotKind.VALUES | SlotKind.PRESENT:
                return self._column(slot, target)
            case SlotKind.BEGIN | SlotKind.END | SlotKind.ROWS:
                return self._list(slot, target)
            case SlotKind.LINK:
                found = self.columns.links.get(target)
                if found is not None:
                    return found.astype(np.int32, copy=False)
                size = self.columns.sizes.get(slot.record, 0)
                return self.columns.rooms.copy(np.broadcast_to(np.int32(NO_ROW), size))
            case SlotKind.LACKING:
                return self.columns.lacking[target]
            case SlotKind.TEXTS:
                codes = self.columns.texts.codes
                values = choice_values(self.columns.schema, Type(Unit.CHOICE, slot.name))
                return np.array([codes.get(value, -1) for value in values], dtype=np.int32)
            case SlotKind.RANK:
                return self._rank(slot.record)
            case _:
                return self._keys(slot)

    # --- columns ---

    def _column(self, slot: Slot, target: Target) -> Array:
        kind = dtype_of(self.columns.schema, target)
        if target in self.bits:
            kind = np.dtype(f"i{self.bits[target] // 8}")
        size, rooms = self.columns.sizes.get(slot.record, 0), self.columns.rooms
        column = self.columns.columns.get(target)
        if column is None or (target in self.computed and target not in self.partial):
            return rooms.zeros(size, kind if slot.kind is SlotKind.VALUES else np.bool_)
        if slot.kind is SlotKind.PRESENT:
            if column.present is None:
                return rooms.ones(size)
            return rooms.copy(column.present) if target in self.partial else column.present
        values = self._narrowed(target, column.values, kind)
        return rooms.copy(values) if values is column.values and target in self.partial else values

    def _narrowed(self, target: Target, values: Array, kind: np.dtype[Any]) -> Array:
        """Return values in the type that the code was compiled for."""
        if values.dtype == kind:
            return values
        if kind != np.bool_ and values.size:
            limits = np.iinfo(kind)
            low, high = int(values.min()), int(values.max())
            if low < limits.min or high > limits.max:
                raise OutOfRange(f"a value of {'.'.join(target)} is beyond its declared range")
        return self.columns.rooms.copy(values, kind)

    def _list(self, slot: Slot, target: Target) -> Array:
        found = self.columns.lists.get(target)
        if found is None:
            column = self.columns.columns.get(target)
            found = column if isinstance(column, Listed) else None
        if found is None:
            size = self.columns.sizes.get(slot.record, 0)
            found = Listed(np.zeros(size + 1, np.int64), np.zeros(0, np.int32))
        if slot.kind is SlotKind.BEGIN:
            return found.starts.astype(np.int64, copy=False)
        if slot.kind is SlotKind.END:
            return found.starts.astype(np.int64, copy=False)[1:]
        if target in self.columns.schema.fields:
            kind = dtype_of(self.columns.schema, target)
            padded = self.columns.rooms.zeros(len(found.values) + SLACK, kind)
            padded[: len(found.values)] = self._narrowed(target, found.values, kind)
            return padded
        return found.values.astype(np.int32, copy=False)

    # --- keys ---

    def _key_columns(self, record: str) -> list[tuple[str, Array, Array]]:
        """Return the fields of a key: name, values, which are there."""
        size, found = self.columns.sizes.get(record, 0), []
        for name in self.columns.schema.records[record].key:
            column = self.columns.columns.get((record, name))
            if not isinstance(column, Column):
                found.append((name, np.zeros(size, np.int64), np.zeros(size, np.bool_)))
                continue
            present = np.ones(size, np.bool_) if column.present is None else column.present
            found.append((name, column.values.astype(np.int64), present))
        return found

    def _keys(self, slot: Slot) -> Array:
        """Make the arrays of the rows of a record by key."""
        columns = self._key_columns(slot.record)
        there = np.logical_and.reduce([present for _, _, present in columns])
        rows = np.flatnonzero(there)
        parts = [values[rows] for _, values, _ in columns]
        order = np.lexsort(tuple(reversed(parts)))
        for number, part in enumerate(parts):
            self.arrays[Slot(SlotKind.KEYS, slot.record, "", number)] = part[order]
        self.arrays[Slot(SlotKind.KEY_ROWS, slot.record)] = rows[order].astype(np.int32)
        return self.arrays[slot]

    def _row(self, slot: Slot) -> int:
        """Return the first row with a known key."""
        found = np.ones(self.columns.sizes.get(slot.record, 0), np.bool_)
        for (name, values, present), part in zip(
            self._key_columns(slot.record), slot.key, strict=True
        ):
            type_ = self.columns.schema.fields[slot.record, name].type
            found &= present & (values == self._coded(type_, part))
        rows = np.flatnonzero(found)
        return int(rows[0]) if rows.size else NO_ROW

    def _coded(self, type_: Type, value: Stored) -> int:
        if not isinstance(value, str):
            return int(value) if isinstance(value, int) else NO_ROW
        if type_.unit is Unit.TEXT:
            return self.columns.texts.codes.get(value, -1)
        values = choice_values(self.columns.schema, type_)
        return values.index(value) if value in values else -1

    def _rank(self, record: str) -> Array:
        """Return the place of each row in the order of the keys; what is missing is last."""
        parts: list[Array] = []
        for name, values, present in self._key_columns(record):
            type_, shown = self.columns.schema.fields[record, name].type, values
            if type_.unit is Unit.CHOICE:
                shown = np.array(sorted_ranks(self.columns.schema, type_), dtype=np.int64)[values]
            parts += [~present, np.where(present, shown, 0)]
        size = self.columns.sizes.get(record, 0)
        if not size:
            return np.zeros(0, np.int32)
        order = np.lexsort(tuple(reversed(parts)))
        differs = np.zeros(size, np.bool_)
        for part in parts:
            differs[1:] |= part[order][1:] != part[order][:-1]
        rank = np.empty(size, np.int32)
        rank[order] = np.cumsum(differs)
        return rank

    def _population(self, name: str) -> int:
        value = self.populations.get(name)
        if value is None:
            return 0
        type_ = self.columns.schema.items["", name].type
        return self._coded(type_, value) if type_.unit not in QUANTITIES else int(str(int(value)))  # type: ignore[arg-type]


def _unsigned(number: int) -> int:
    return number & (2**64 - 1)


def limbs(parts: Mapping[int, int], widths: Sequence[int]) -> dict[int, int]:
    """Return whole numbers cut into pieces of 64 bits, as a table holds them.

    >>> limbs({0: 2**64 + 5, 1: -1}, [128, 64])
    {0: 5, 1: 1, 16: 18446744073709551615}
    """
    found = {}
    for index, width in enumerate(widths):
        for limb in range(width // 64):
            found[index * 16 + limb] = parts[index] >> (64 * limb) & (2**64 - 1)
    return found
