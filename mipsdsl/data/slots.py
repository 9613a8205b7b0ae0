"""What a column can be: the fields and the items of the records of a program."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import frozen

from mipsdsl.core.nodes import Choice, Field, Item, ItemKind, Program, Record
from mipsdsl.core.types import GRID, QUANTITIES, Type, Unit
from mipsdsl.data.former import NONE, Former
from mipsdsl.data.tables import DataError

_GIVEN_KINDS = frozenset({ItemKind.RULE, ItemKind.COLUMN, ItemKind.SCALE})


@frozen
class Slot:
    """A field, or an item that is given, with the values it may have.

    Units: ``low`` and ``high`` in steps of ``10**-scale``. ``former``: values by former names.
    """

    record: str
    name: str
    type: Type
    scale: int
    low: int | None
    high: int | None
    many: int
    choices: tuple[str, ...]
    is_item: bool
    former: tuple[tuple[str, str], ...] = ()

    @property
    def is_required(self) -> bool:
        """Return whether an empty cell is a mistake; a given item may always be empty."""
        return not self.is_item and not self.type.optional

    @property
    def full_name(self) -> str:
        """Return the name with its record before it."""
        return f"{self.record}.{self.name}"


@frozen
class Layout:
    """The records that data can be given for, and their slots.

    Those that a person has one of come first (the program makes them for each other: clinician,
    practice, submission), then the lists; each in the order of the program.
    """

    program: Program
    records: dict[str, Record]
    slots: dict[str, dict[str, Slot]]
    former: Former = NONE

    def record(self, name: str) -> str:
        """Return the record of this name, or that was once called so; or nothing."""
        return name if name in self.slots else self.former.records.get(name, "")

    def slot(self, record: str, name: str) -> Slot | None:
        """Return the slot of a record that has this name, or once had it."""
        slots = self.slots[record]
        return slots.get(name) or slots.get(self.former.names.get((record, name), ""))

    def list_name(self, record: str, name: str) -> str:
        """Return what a list of a record is called now."""
        known = {each.name for each in self.records[record].relations}
        return name if name in known else self.former.names.get((record, name), name)

    def owner(self, name: str) -> Slot | None:
        """Return the slot that ``name`` means, alone or qualified; catalogues only qualified.

        Alone it is that of a record that a person has one of, if one of these has it: the cost score
        of a submission, not that of an earlier year. Of several the first that has it as a field,
        else the first that has it as an item.
        """
        of, _, rest = name.rpartition(".")
        if of:
            return self.slot(record, rest) if (record := self.record(of)) else None
        found = self._called(name)
        if not found:
            found = [
                slot
                for now in dict.fromkeys(self.former.names.values())
                for slot in self._called(now)
                if self.former.names.get((slot.record, name)) == now
            ]
        units = _units(self.program)
        return min(found, key=lambda slot: (slot.record not in units, slot.is_item), default=None)

    def _called(self, name: str) -> list[Slot]:
        return [
            slots[name]
            for record, slots in self.slots.items()
            if name in slots and not self.records[record].is_reference
        ]

    def names(self) -> list[str]:
        """Return all names that ``owner`` knows."""
        return [*{n for s in self.slots.values() for n in s}, *self.full_names()]

    def full_names(self) -> list[str]:
        """Return the qualified names."""
        return [slot.full_name for slots in self.slots.values() for slot in slots.values()]

    def target(self, name: str, said_in: str) -> Slot:
        """Return the slot that ``name`` means.

        Raises:
            DataError: there is none; the message names the near ones.
        """
        slot = self.owner(name)
        if slot is None:
            raise DataError(
                f"{said_in} names `{name}`, which is no field or item of a record",
                near_help(name, self.names()),
            )
        return slot


def layout_of(program: Program, former: Former = NONE) -> Layout:
    """Return what data of ``program`` look like; records that the rules group are left out."""
    choices = {choice.name: choice for choice in program.choices}
    units = _units(program)
    ordered = sorted(program.records, key=lambda record: record.name not in units)
    records = {record.name: record for record in ordered if record.grouping is None}
    slots = {
        record.name: {each.name: _of_field(record, each, choices, former) for each in record.fields}
        for record in records.values()
    }
    for item in program.items:
        if item.record in slots and item.kind in _GIVEN_KINDS and item.type.unit is not Unit.SET:
            slots[item.record].setdefault(item.name, _of_item(item, choices, former))
    return Layout(program, records, slots, former)


def _units(program: Program) -> set[str]:
    """Return the records that a person has one of."""
    return {name for ensure in program.ensures for name in (ensure.each, ensure.record)}


def _of_field(record: Record, each: Field, choices: dict[str, Choice], former: Former) -> Slot:
    bounded = each.type.unit in QUANTITIES
    return Slot(
        record=record.name,
        name=each.name,
        type=each.type,
        scale=each.scale,
        low=each.low if bounded else None,
        high=each.high if bounded else None,
        many=each.many,
        choices=_values(each.type, choices),
        is_item=False,
        former=former.of(each.type),
    )


def _of_item(item: Item, choices: dict[str, Choice], former: Former) -> Slot:
    scale = GRID.get(item.type.unit, 0)
    steps = 10**scale
    shape = item.shape if item.type.unit in QUANTITIES else None
    return Slot(
        record=item.record,
        name=item.name,
        type=item.type,
        scale=scale,
        low=None if shape is None else math.ceil(shape.low * steps),
        high=None if shape is None else math.floor(shape.high * steps),
        many=0,
        choices=_values(item.type, choices),
        is_item=True,
        former=former.of(item.type),
    )


def _values(type_: Type, choices: dict[str, Choice]) -> tuple[str, ...]:
    return choices[type_.choice].values if type_.unit is Unit.CHOICE else ()


def near(name: str, names: Iterable[str], number: int = 3) -> list[str]:
    """Return the names that ``name`` may have been meant for, the nearest first."""
    import difflib

    folded = {known.casefold(): known for known in names}
    close = difflib.get_close_matches(name.casefold(), folded, n=number, cutoff=0.7)
    return [folded[each] for each in close]


def near_help(name: str, names: Iterable[str]) -> str:
    """Return the advice that names the near names, or nothing."""
    close = near(name, names)
    return "near it: " + ", ".join(f"`{each}`" for each in close) if close else ""
