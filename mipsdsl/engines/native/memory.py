"""Where generated code finds things: rows, lists of rows, and what a row holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

import numpy as np
from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Shape, Type, Unit
from mipsdsl.engines.columns import choice_values, dtype_of
from mipsdsl.engines.native.amounts import Amounts, bounded
from mipsdsl.engines.native.code import Code, Piece, Unsupported
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.values import ALWAYS, Absent, Amount, At, Code32, Flag, Value
from mipsdsl.engines.native.wholes import Whole, known, within
from mipsdsl.engines.schema import Schema, Target, group_list, select_of, stored_scale

CONSTANT = ", !invariant.load !0"
"""Said of a load of what does not change while the function runs."""


@define
class Function:
    """A function being written: its code, its table, the lines at the beginning of each row."""

    code: Code = field(factory=Code)
    slots: dict[Slot, int] = field(factory=dict)
    addresses: dict[Slot, str] = field(factory=dict)
    early: Piece = field(factory=lambda: Piece("early", last="early"))
    scratch: int = 0

    def place(self, slot: Slot) -> str:
        """Return the address of a slot in the table."""
        at = self.slots.setdefault(slot, len(self.slots))
        return self.code.once(f"getelementptr i64, ptr %table, i64 {at}")

    def address(self, slot: Slot) -> str:
        """Return the address that a slot holds."""
        if slot not in self.addresses:
            place = self.place(slot)
            self.addresses[slot] = self.code.once(f"load ptr, ptr {place}{CONSTANT}")
        return self.addresses[slot]

    def number(self, slot: Slot) -> str:
        """Return the number that a slot holds."""
        if slot not in self.addresses:
            place = self.place(slot)
            self.addresses[slot] = self.code.once(f"load i64, ptr {place}{CONSTANT}")
        return self.addresses[slot]


@frozen
class Storage:
    """How a quantity is kept: whole numbers of ``bits`` bits within bounds, in parts of ``unit``."""

    bits: int
    unit: int
    low: int
    high: int


@frozen
class Facts:
    """What is known of a program and a plan before any code is written.

    ``partial``: given items to be computed in some rows. ``shown``: computed items that others than
    the generated code look at. ``maybe``: computed items that a row may be without. ``kept``: how
    quantities are kept that only the generated code looks at.
    """

    schema: Schema
    partial: frozenset[Target]
    shown: frozenset[Target]
    maybe: set[Target] = field(factory=set)
    kept: dict[Target, Storage] = field(factory=dict)

    def storage(self, target: Target) -> Storage:
        """Return how a quantity is kept."""
        if (own := self.kept.get(target)) is not None:
            return own
        scale, low, high = self.limits(target)
        return Storage(dtype_of(self.schema, target).itemsize * 8, 10**scale, low, high)

    def type_of(self, target: Target) -> Type:
        """Return the type of a field or an item."""
        item = self.schema.items.get(target)
        return item.type if item is not None else self.schema.fields[target].type

    def may_lack(self, target: Target) -> bool:
        """Return whether a row may be without a field or an item."""
        is_optional = self.type_of(target).optional
        return is_optional or target in self.schema.incomplete or target in self.maybe

    def limits(self, target: Target) -> tuple[int, int, int]:
        """Return the places of a quantity, and its bounds in steps."""
        if (item := self.schema.items.get(target)) is not None:
            scale = stored_scale(item)
            low, high = in_steps(item.shape, scale)
            return scale, low, high
        each = self.schema.fields[target]
        return each.scale, each.low, each.high

    def at_most(self, record: str, name: str) -> int:
        """Return the most rows in a list."""
        if (relation := self.schema.relation(record, name)) is not None:
            return relation.at_most
        target = self.schema.lists[record, name]
        grouping = self.schema.records[target].grouping
        if grouping is not None and group_list(self.schema.records[target]) == name:
            return grouping.at_most
        own = self.schema.records[record].grouping
        if own is None:
            raise TypeError(f"{record}.{name} is no list")
        return self.at_most(own.parent, own.list_name)


def in_steps(shape: Shape | None, scale: int) -> tuple[int, int]:
    """Return the bounds of a shape in steps, those of 64 bits when it has none."""
    if shape is None:
        return -(2**63), 2**63 - 1
    low, high = shape.low * 10**scale, shape.high * 10**scale
    return floor(low), ceil(high)


EVERYONE = 2**31
"""More rows than a record can have."""


@define
class Memory(ABC):
    """Reads for a row of ``here`` (no row: the population).

    ``locals``: the items computed before in this function, and ``chosen`` its selections; ``remote``:
    what was read of other rows. ``elements`` and ``records`` are the rows of the folds around.
    """

    facts: Facts
    function: Function
    here: str
    locals: dict[str, Value] = field(factory=dict)
    chosen: set[str] = field(factory=set)
    remote: set[Target] = field(factory=set)
    elements: tuple[At, ...] = ()
    records: tuple[str, ...] = ()
    memo: dict[object, At | Value] = field(factory=dict)

    @abstractmethod
    def expr(self, expr: c.Expr) -> Value:
        """Write what ``expr`` needs, and return its value."""

    @property
    def code(self) -> Code:
        """Return what is written to."""
        return self.function.code

    @property
    def amounts(self) -> Amounts:
        """Return the arithmetic."""
        return Amounts(self.function.code)

    @property
    def schema(self) -> Schema:
        """Return the program by name."""
        return self.facts.schema

    def record_of(self, row: c.Row) -> str:
        """Return the record of ``row``."""
        return self.schema.of_row(row, self.here, self.records)

    # --- loads ---

    def load(self, kind: str, slot: Slot, number: str, *, changes: bool = False) -> str:
        """Return what a slot's column has in row ``number``; ``changes``: in this function."""
        address = self.function.address(slot)
        place = self.code.op(f"getelementptr {kind}, ptr {address}, i64 {number}")
        return self.code.op(f"load {kind}, ptr {place}{'' if changes else CONSTANT}")

    def flag(self, slot: Slot, number: str, *, changes: bool = False) -> str:
        """Return a yes/no of a column."""
        loaded = self.load("i8", slot, number, changes=changes)
        return self.code.op(f"trunc i8 {loaded} to i1")

    def value_at(
        self, target: Target, at: At, shape: Shape | None = None, *, changes: bool = False
    ) -> Value:
        """Return what the row ``at`` has of a field or an item; ``changes``: in this function."""
        type_, there = self.facts.type_of(target), at.there
        slot = Slot(SlotKind.VALUES, *target)
        if self.facts.may_lack(target):
            present = self.flag(Slot(SlotKind.PRESENT, *target), at.number, changes=changes)
            there = self.amounts.both(there, present)
        if type_.unit is Unit.YESNO:
            return Flag(self.flag(slot, at.number, changes=changes), there)
        if type_.unit not in QUANTITIES:
            bits = dtype_of(self.schema, target).itemsize * 8
            loaded = self.load(f"i{bits}", slot, at.number, changes=changes)
            name = loaded if bits == 32 else self.code.op(f"sext i{bits} {loaded} to i32")
            return Code32(name, type_, there)
        kept = self.facts.storage(target)
        name = self.load(f"i{kept.bits}", slot, at.number, changes=changes)
        if kept.bits != 64:
            name = self.code.op(f"sext i{kept.bits} {name} to i64")
        whole = within(Whole(name, 64, -(2**63), 2**63 - 1), kept.low, kept.high)
        return bounded(Amount(whole, kept.unit, None, there), shape)

    # --- rows ---

    def early(self, key: object, write: Callable[[], At | Value]) -> At | Value:
        """Return what ``write`` writes at the beginning of the row, once."""
        if key not in self.memo:
            with self.code.apart(self.function.early):
                self.memo[key] = write()
        return self.memo[key]

    def row(self, row: c.Row) -> At:
        """Return the row that ``row`` leads to."""
        match row:
            case c.Here():
                return At("%row")
            case c.Element(level):
                return self.elements[level]
            case c.Follow(inner, name):
                self._note(inner, name)
                if not starts_here(row):
                    return self._followed(inner, name)
                found = self.early(row, lambda: self._followed(inner, name))
                if not isinstance(found, At):
                    raise TypeError("a row is needed")
                return found
            case c.Catalogue():
                return self.looked_up(row)
            case _:
                assert_never(row)

    def _note(self, row: c.Row, name: str) -> None:
        if not isinstance(row, c.Here):
            self.remote.add((self.record_of(row), name))

    def _followed(self, inner: c.Row, name: str) -> At:
        at = self.row(inner)
        linked = self.load("i32", Slot(SlotKind.LINK, self.record_of(inner), name), at.number)
        found = self.code.op(f"icmp sge i32 {linked}, 0")
        held = self.code.op(f"call i32 @llvm.smax.i32(i32 {linked}, i32 0)")
        number = self.code.op(f"zext i32 {held} to i64")
        return At(number, self.amounts.both(at.there, found))

    def read(self, expr: c.Read | c.ReadPopulation) -> Value:
        """Return what a read gives."""
        if isinstance(expr, c.ReadPopulation):
            return self._population(expr)
        row, target = expr.row, (self.record_of(expr.row), expr.name)
        if isinstance(row, c.Here) and expr.name in self.locals:
            held = self.locals[expr.name]
            return bounded(held, expr.shape) if isinstance(held, Amount) else held
        self._note(row, expr.name)
        if starts_here(row):
            key = (row, expr.name)
            held_early = self.early(key, lambda: self.value_at(target, self.row(row)))
            if isinstance(held_early, Amount):
                return bounded(held_early, expr.shape)
            if isinstance(held_early, At):
                raise TypeError("a value is needed")
            return held_early
        return self.value_at(target, self.row(row), expr.shape)

    def _population(self, expr: c.ReadPopulation) -> Value:
        item = self.schema.items["", expr.name]
        number = self.function.number(Slot(SlotKind.POPULATION, "", expr.name))
        if item.type.unit in QUANTITIES:
            scale, low, high = self.facts.limits(("", expr.name))
            low, high = (low, high) if item.shape is not None else in_steps(expr.shape, scale)
            return bounded(Amount(Whole(number, 64, low, high), 10**scale), expr.shape)
        there = self.function.number(Slot(SlotKind.IS_SET, "", expr.name))
        flag = self.code.once(f"trunc i64 {there} to i1")
        if item.type.unit is Unit.YESNO:
            return Flag(self.code.once(f"trunc i64 {number} to i1"), flag)
        return Code32(self.code.once(f"trunc i64 {number} to i32"), item.type, flag)

    # --- keys ---

    def text(self, text: str) -> str:
        """Return the number of a text in this run, an i32."""
        number = self.function.number(Slot(SlotKind.TEXT, "", text))
        return self.code.once(f"trunc i64 {number} to i32")

    def looked_up(self, row: c.Catalogue) -> At:
        """Return the row of a reference table with these keys."""
        if (key := self._known_key(row)) is not None:
            slot = Slot(SlotKind.ROW, row.record, "", 0, key)
            number = self.function.number(slot)
            found = self.code.once(f"icmp sge i64 {number}, 0")
            return At(self.code.once(f"call i64 @llvm.smax.i64(i64 {number}, i64 0)"), found)
        names, there, parts = self.schema.records[row.record].key, ALWAYS, []
        for name, expr in zip(names, row.keys, strict=True):
            part, given = self.key_part(expr, (row.record, name))
            parts.append(part)
            there = self.amounts.both(there, given)
        return self._searched(row.record, parts, there)

    def _known_key(self, row: c.Catalogue) -> tuple[int | bool | str, ...] | None:
        parts = []
        names = self.schema.records[row.record].key
        for name, expr in zip(names, row.keys, strict=True):
            literal = expr.value if isinstance(expr, c.Parameter) else expr
            if not isinstance(literal, c.Constant):
                return None
            value = literal.value
            if literal.type.unit in QUANTITIES and literal.shape is not None:
                scale = self.facts.limits((row.record, name))[0]
                steps = Fraction(int(value) * 10**scale, 10**literal.shape.scale)
                if steps.denominator != 1:
                    return None
                value = steps.numerator
            parts.append(value)
        return tuple(parts)

    def key_part(self, expr: c.Expr, target: Target) -> tuple[str, str]:
        """Return a part of a key as an i64, and whether it is one."""
        held, type_ = self.expr(expr), self.facts.type_of(target)
        match held:
            case Absent():
                return "0", "false"
            case Flag(name, there):
                return self.code.op(f"zext i1 {name} to i64"), there
            case Code32():
                if type_.unit is Unit.TEXT:
                    held = self.as_text(held)
                return self.code.op(f"sext i32 {held.name} to i64"), held.there
            case Amount():
                return self._exact_steps(held, self.facts.limits(target)[0])
            case _:
                raise Unsupported("a key that is a set")

    def _exact_steps(self, held: Amount, scale: int) -> tuple[str, str]:
        """Return a quantity in steps; what is between two steps is no key."""
        wholes = self.amounts.wholes
        landed = self.amounts.landed(held, scale)
        there = held.there
        if held.bottom is not None or 10**scale % held.unit:
            first, second = self.amounts.alike(landed, held)
            there = self.amounts.both(there, wholes.compare("eq", first, second))
        steps = self.amounts.in_steps(landed, scale)
        if steps.low < -(2**63) or steps.high >= 2**63:
            fits = wholes.compare("sle", wholes.magnitude(steps), known(2**63 - 1))
            there = self.amounts.both(there, fits)
        return wholes.at(within(steps, -(2**63), 2**63 - 1), 64), there

    def as_text(self, code: Code32) -> Code32:
        """Return the text that the name of a value of a choice is."""
        if code.type.unit is Unit.TEXT:
            return code
        number = self.code.op(f"sext i32 {code.name} to i64")
        found = self.load("i32", Slot(SlotKind.TEXTS, "", code.type.choice), number)
        return Code32(found, Type(Unit.TEXT), code.there)

    def _searched(self, record: str, parts: list[str], there: str) -> At:
        """Look for a key among the sorted ones: the first that is not before it."""
        code = self.code
        count = self.function.number(Slot(SlotKind.KEY_COUNT, record))
        low, high = code.variable("i64"), code.variable("i64")
        code.write(f"store i64 0, ptr {low}")
        code.write(f"store i64 {count}, ptr {high}")
        head, body, done = code.name("h"), code.name("b"), code.name("x")
        code.jump(head)
        code.start(head)
        first, last = code.op(f"load i64, ptr {low}"), code.op(f"load i64, ptr {high}")
        code.branch(code.op(f"icmp slt i64 {first}, {last}"), body, done)
        code.start(body)
        middle = code.op(f"lshr i64 {code.op(f'add i64 {first}, {last}')}, 1")
        before, _ = self._key_order(record, parts, middle)
        after = code.op(f"add i64 {middle}, 1")
        code.store("i64", code.op(f"select i1 {before}, i64 {after}, i64 {first}"), low)
        code.store("i64", code.op(f"select i1 {before}, i64 {last}, i64 {middle}"), high)
        code.jump(head)
        code.start(done)
        held = code.op(f"load i64, ptr {low}")
        inside = code.op(f"icmp slt i64 {held}, {count}")
        held = code.op(f"select i1 {inside}, i64 {held}, i64 0")
        _, same = self._key_order(record, parts, held)
        found = self.amounts.both(self.amounts.both(there, inside), same)
        row = self.load("i32", Slot(SlotKind.KEY_ROWS, record), held)
        return At(code.op(f"zext i32 {row} to i64"), found)

    def _key_order(self, record: str, parts: list[str], at: str) -> tuple[str, str]:
        """Return whether the key at a place is before the one looked for, and whether it is it."""
        before, same = "false", "true"
        for number, part in reversed(list(enumerate(parts))):
            held = self.load("i64", Slot(SlotKind.KEYS, record, "", number), at)
            less = self.code.op(f"icmp slt i64 {held}, {part}")
            equal = self.code.op(f"icmp eq i64 {held}, {part}")
            before = self.code.op(f"select i1 {equal}, i1 {before}, i1 {less}")
            same = self.amounts.both(same, equal)
        return before, same

    # --- lists ---

    def rows_record(self, rows: c.Rows) -> str:
        """Return the record of each of ``rows``."""
        return self.schema.of_rows(rows, self.here, self.records)

    def most(self, rows: c.Rows) -> int:
        """Return the most rows that a list can have."""
        match rows:
            case c.Children(row, name):
                return self.facts.at_most(self.record_of(row), name)
            case c.Everyone():
                return EVERYONE
            case c.Chosen(row, name):
                inner = self.selecting(self.record_of(row), name)
                return inner.most(select_of(self.schema.items[inner.here, name].expr).rows)
            case c.Apart(inner_rows, _):
                return self.most(inner_rows)
            case _:
                assert_never(rows)

    def selecting(self, record: str, _: str) -> Memory:
        """Return the same at a row of ``record``."""
        return evolve(self, here=record, elements=(), records=())

    def span(self, row: c.Row, name: str) -> tuple[str, str, Slot]:
        """Return where the list of a row begins and ends, and the slot of its rows."""
        record = self.record_of(row)
        self._note(row, name)
        at = self.row(row)
        begin = self.load("i64", Slot(SlotKind.BEGIN, record, name), at.number)
        changes = isinstance(row, c.Here) and name in self.chosen
        end = self.load("i64", Slot(SlotKind.END, record, name), at.number, changes=changes)
        if at.there != ALWAYS:
            end = self.code.op(f"select i1 {at.there}, i64 {end}, i64 {begin}")
        return begin, end, Slot(SlotKind.ROWS, record, name)

    def each(self, rows: c.Rows, then: Callable[[At, str], None]) -> None:
        """Write what ``then`` writes for each of ``rows``; it is also given the way out."""
        match rows:
            case c.Children(row, name) | c.Chosen(row, name):
                begin, end, slot = self.span(row, name)
                changes = isinstance(row, c.Here) and name in self.chosen
                with self.code.loop(begin, end) as (number, out):
                    found = self.load("i32", slot, number, changes=changes)
                    then(At(self.code.op(f"zext i32 {found} to i64")), out)
            case c.Everyone(record):
                size = self.function.number(Slot(SlotKind.SIZE, record))
                with self.code.loop("0", size) as (number, out):
                    then(At(number), out)
            case c.Apart(inner, without):
                self.each(inner, lambda at, out: self._apart(at, out, without, then))
            case _:
                assert_never(rows)

    def _apart(self, at: At, out: str, without: c.Rows, then: Callable[[At, str], None]) -> None:
        is_out = self.is_among(at, without)
        with self.code.when(self.code.op(f"xor i1 {is_out}, true")):
            then(at, out)

    def is_among(self, at: At, rows: c.Rows) -> str:
        """Return whether a row is one of ``rows``."""
        found = self.code.variable("i1")
        self.code.write(f"store i1 false, ptr {found}")

        def look(each: At, out: str) -> None:
            same = self.code.op(f"icmp eq i64 {each.number}, {at.number}")
            following = self.code.name("b")
            self.code.write(f"store i1 {same}, ptr {found}")
            self.code.branch(same, out, following)
            self.code.start(following)

        self.each(rows, look)
        return self.amounts.both(at.there, self.code.op(f"load i1, ptr {found}"))

    def choice_code(self, value: str, type_: Type) -> str:
        """Return the number of a value of a choice; -1 when it has no such value."""
        values = choice_values(self.schema, type_)
        return str(values.index(value)) if value in values else "-1"


def starts_here(row: c.Row) -> bool:
    """Return whether a row is come to by references from the row that is computed."""
    while isinstance(row, c.Follow):
        row = row.row
    return isinstance(row, c.Here)


def sorted_ranks(schema: Schema, type_: Type) -> list[int]:
    """Return the place of each value of a choice among their names in order."""
    values = choice_values(schema, type_)
    return [int(rank) for rank in np.argsort(np.argsort(np.array(values)))]
