"""From the steps of a plan to functions in the text of LLVM."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import children
from mipsdsl.core.types import Unit
from mipsdsl.engines.columns import dtype_of
from mipsdsl.engines.native.amounts import bounded
from mipsdsl.engines.native.code import Piece
from mipsdsl.engines.native.folds import Total
from mipsdsl.engines.native.memory import Facts, Function, Storage
from mipsdsl.engines.native.selections import Selections
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.values import ALWAYS, Absent, Amount, At, Code32, Flag, Value
from mipsdsl.engines.native.wholes import Whole, known
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.schema import Schema, Target, select_of, stored_scale
from mipsdsl.engines.store import grouping_of

OUT_OF_RANGE = 2
"""What a function reports: the number of the item and this; 1 is a division by 0."""


class CallKind(Enum):
    """What a function does.

    ``ROWS`` computes items of rows, ``ROOM`` how much a selection may choose, ``PASS`` adds up over the
    rows of a record for an item of the population, ``FINISH`` computes that, ``JOINED`` says which
    rows are in every group; ``GROUPS`` has no function: it makes groups.
    """

    ROWS = "rows"
    ROOM = "room"
    PASS = "pass"
    FINISH = "finish"
    JOINED = "joined"
    GROUPS = "groups"


@frozen
class Call:
    """A function: its text, its table, and what it is for.

    ``scratch``: bytes of its own memory for each row of the longest list it chooses from, which is one
    of ``selections``. ``totals``: what a pass adds up.
    """

    kind: CallKind
    record: str
    names: tuple[str, ...] = ()
    function: str = ""
    text: str = field(default="", repr=False)
    slots: tuple[Slot, ...] = field(default=(), repr=False)
    scratch: int = 0
    selections: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()


@frozen
class Module:
    """The functions of a plan, in the order in which they run.

    ``bits``: the width of the quantities that are kept in another way than their columns.
    """

    calls: tuple[Call, ...]
    bits: Mapping[Target, int]


def module_of(schema: Schema, plan: Plan) -> Module:
    """Return the functions that compute ``plan``; what nobody looks at is not stored."""
    labels = {
        (schema.lists[each.parent, each.list_name], each.by)
        for each in (record.grouping for record in schema.program.records)
        if each is not None
    }
    shown = frozenset({*plan.outputs, *plan.partial, *labels})
    facts = Facts(schema, plan.partial, shown)
    writer = _Writer(schema, plan, facts)
    calls = [call for step in plan.steps for call in writer.step(step)]
    read = {
        (slot.record, slot.name)
        for call in calls
        for slot in call.slots
        if slot.kind in _COLUMNS and not (slot.record == call.record and slot.name in call.names)
    }
    spared = {
        f"; {number}"
        for number, target in enumerate(schema.items)
        if target not in read and target not in shown
    }
    kept = [_named(evolve(call, text=_without(call.text, spared))) for call in calls]
    return Module(tuple(kept), {target: each.bits for target, each in facts.kept.items()})


_COLUMNS = (SlotKind.VALUES, SlotKind.PRESENT)


def _named(call: Call) -> Call:
    """Return a call whose function is named after its text, so that it is known when met again."""
    if not call.text:
        return call
    text = re.sub(r" ; \d+$", "", call.text, flags=re.MULTILINE)
    name = f"code_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    return evolve(call, function=name, text=text.replace("@step(", f"@{name}(", 1))


def _without(text: str, marks: set[str]) -> str:
    """Return ``text`` without the lines that end in one of ``marks``."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if line[line.rfind(";") :] not in marks)


@define
class _Writer:
    schema: Schema
    plan: Plan
    facts: Facts
    _count: int = 0

    def step(self, step: c.Step) -> Iterator[Call]:
        """Write the functions of a step."""
        if not step.record:
            yield from self._population(step.items)
        elif not step.items:
            yield from self._groups(step.record)
        else:
            rest = list(step.items)
            while rest:
                room, call = self._rows(step.record, rest)
                yield from room
                yield call
                rest = rest[len(call.names) :]

    def _translator(self, record: str) -> Selections:
        return Selections(self.facts, Function(), record)

    # --- items of rows ---

    def _rows(self, record: str, names: list[str]) -> tuple[list[Call], Call]:
        """Write as many of the items as one function can compute."""
        translator, done = self._translator(record), 0
        code = translator.code
        for name in names:
            with code.apart() as piece:
                value = self._item(translator, name)
            if any((record, each) in translator.remote for each in names[: done + 1]):
                if done:
                    break
                raise TypeError(f"{record}.{name} reads itself in another row")
            translator.remote.clear()
            if piece.is_straight:
                code.splice(piece)
            else:
                code.jump(piece.first)
                code.place(piece)
            self._kept(translator, name, value)
            done += 1
        selections = tuple(name for name in names[:done] if self._is_selection(record, name))
        room = [self._room(record, name) for name in selections]
        call = Call(CallKind.ROWS, record, tuple(names[:done]), selections=selections)
        return room, self._finished(call, translator)

    def _is_selection(self, record: str, name: str) -> bool:
        return isinstance(self.schema.items[record, name].expr, c.Select)

    def _item(self, translator: Selections, name: str) -> Value:
        """Write the value of an item and its storing."""
        record = translator.here
        item = self.schema.items[record, name]
        if isinstance(item.expr, c.Select):
            translator.chosen_into(item.expr, name)
            return Absent()
        if (record, name) in self.plan.partial:
            value = translator.either(
                translator.flag(Slot(SlotKind.LACKING, record, name), "%row"),
                lambda: self._value(translator, item),
                lambda: translator.value_at((record, name), At("%row"), changes=True),
            )
        else:
            value = self._value(translator, item)
        self._store(translator, item, value)
        return value

    def _value(self, translator: Selections, item: c.Item) -> Value:
        """Return the value of an item as it is stored."""
        held = translator.expr(item.expr)
        if isinstance(held, Code32) and item.type.unit is Unit.TEXT:
            return translator.as_text(held)
        if not isinstance(held, Amount):
            return held
        scale = stored_scale(item)
        landed = translator.amounts.landed(held, scale)
        _, low, high = self.facts.limits((item.record, item.name))
        factor = 10**scale // landed.unit
        if landed.top.low * factor < low or landed.top.high * factor > high:
            self._check(translator, item, landed, (-(-low // factor), high // factor))
        return bounded(landed, item.shape)

    def _number(self, item: c.Item) -> int:
        return [*self.schema.items].index((item.record, item.name))

    def _check(
        self, translator: Selections, item: c.Item, landed: Amount, limits: tuple[int, int]
    ) -> None:
        """Report a value that is outside of what the program says of the item."""
        code, wholes = translator.code, translator.amounts.wholes
        under = wholes.compare("slt", landed.top, known(limits[0]))
        over = wholes.compare("sgt", landed.top, known(limits[1]))
        outside = translator.amounts.both(landed.there, code.op(f"or i1 {under}, {over}"))
        number = self._number(item)
        with code.when(outside):
            code.write(f"store i64 {number + OUT_OF_RANGE}, ptr %report")

    def _store(self, translator: Selections, item: c.Item, value: Value) -> None:
        code, target = translator.code, (item.record, item.name)
        bits, held = self._as_kept(translator, target, value)
        mark = f"; {self._number(item)}"
        address = translator.function.address(Slot(SlotKind.VALUES, *target))
        place = code.op(f"getelementptr i{bits}, ptr {address}, i64 %row")
        code.piece.lines.append(f"store i{bits} {held}, ptr {place} {mark}")
        if value.there != ALWAYS and not item.type.optional:
            self.facts.maybe.add(target)
        if self.facts.may_lack(target):
            address = translator.function.address(Slot(SlotKind.PRESENT, *target))
            place = code.op(f"getelementptr i8, ptr {address}, i64 %row")
            there = "1" if value.there == ALWAYS else code.op(f"zext i1 {value.there} to i8")
            code.piece.lines.append(f"store i8 {there}, ptr {place} {mark}")

    def _as_kept(self, translator: Selections, target: Target, value: Value) -> tuple[int, str]:
        """Return a value as it is stored, and its bits; what is missing is 0."""
        code, bits = translator.code, dtype_of(self.schema, target).itemsize * 8
        match value:
            case Absent():
                return bits, "0"
            case Flag(name):
                held = code.op(f"zext i1 {name} to i{bits}")
            case Code32(name):
                held = name if bits == 32 else code.op(f"trunc i32 {name} to i{bits}")
            case Amount(top, unit):
                if target in self.facts.shown:
                    top = translator.amounts.in_steps(value, self.facts.limits(target)[0])
                else:
                    bits = _bits_of(top)
                    self.facts.kept[target] = Storage(bits, unit, top.low, top.high)
                held = translator.amounts.wholes.at(top, 64)
                if bits != 64 and top.known is None:
                    held = code.op(f"trunc i64 {held} to i{bits}")
            case _:
                raise TypeError("a set is no value of an item")
        if value.there == ALWAYS:
            return bits, held
        return bits, code.op(f"select i1 {value.there}, i{bits} {held}, i{bits} 0")

    def _kept(self, translator: Selections, name: str, value: Value) -> None:
        """Remember what was computed, for the items that follow."""
        if self._is_selection(translator.here, name):
            translator.chosen.add(name)
        else:
            translator.locals[name] = value

    def _room(self, record: str, name: str) -> Call:
        """Write the function that says how many rows a selection may choose."""
        translator = self._translator(record)
        code = translator.code
        begin, end = translator.room(select_of(self.schema.items[record, name].expr))
        place = code.op("getelementptr i64, ptr %scratch, i64 %row")
        code.store("i64", code.op(f"sub i64 {end}, {begin}"), place)
        return self._finished(Call(CallKind.ROOM, record, (name,)), translator)

    def _groups(self, record: str) -> Iterator[Call]:
        grouping = grouping_of(self.schema.records[record])
        if grouping.joined is not None:
            child = self.schema.lists[grouping.parent, grouping.list_name]
            translator = self._translator(child)
            code = translator.code
            joined = translator.condition(grouping.joined)
            place = code.op("getelementptr i8, ptr %scratch, i64 %row")
            code.store("i8", code.op(f"zext i1 {joined} to i8"), place)
            yield self._finished(Call(CallKind.JOINED, child, (record,)), translator)
        yield Call(CallKind.GROUPS, record)

    # --- the population ---

    def _population(self, names: tuple[str, ...]) -> Iterator[Call]:
        """Write the passes that need no item of this step together, each other with its item."""
        folds = {name: list(_over_everyone(self.schema.items["", name].expr)) for name in names}
        totals: dict[int, Total] = {}
        free = [f for each in folds.values() for f in each if not _reads(f, names)]
        yield from self._passes(free, totals)
        for name in names:
            yield from self._passes([f for f in folds[name] if id(f) not in totals], totals)
            yield self._finish(name, totals)

    def _passes(self, folds: list[c.Fold], totals: dict[int, Total]) -> Iterator[Call]:
        records = {f.rows.record: None for f in folds if isinstance(f.rows, c.Everyone)}
        for record in records:
            own = [f for f in folds if isinstance(f.rows, c.Everyone) and f.rows.record == record]
            yield self._pass(record, own, totals)

    def _pass(self, record: str, folds: list[c.Fold], totals: dict[int, Total]) -> Call:
        """Write a function that adds up over the rows of a record."""
        translator = self._translator("")
        code, added = translator.code, []
        for fold in folds:
            with code.apart() as piece:
                total = translator.begun(fold)
            code.entry.extend(piece.lines)
            out, done = code.name("x"), code.name("x")
            translator.look(fold, total, At("%row"), out)
            code.jump(done)
            code.start(out)
            code.jump(done)
            code.start(done)
            number = self._count = self._count + 1
            added.append(total)
            totals[id(fold)] = evolve(total, name=f"total {number}")
        tail, offset = [], 0
        for total in added:
            for place, width in zip(total.places, total.widths, strict=True):
                value, at = f"%{code.name('z')}", f"%{code.name('z')}"
                tail.append(f"{value} = load i{width}, ptr {place}")
                tail.append(f"{at} = getelementptr i64, ptr %scratch, i64 {offset}")
                tail.append(f"store i{width} {value}, ptr {at}, align 8")
                offset += width // 64
        kept = tuple(totals[id(fold)] for fold in folds)
        call = Call(CallKind.PASS, record, totals=kept)
        return self._finished(call, translator, tail)

    def _finish(self, name: str, totals: dict[int, Total]) -> Call:
        """Write the function that computes an item of the population, and whether it has a value."""
        translator = self._translator("")
        translator.totals.update(totals)
        code, item = translator.code, self.schema.items["", name]
        value = self._value(translator, item)
        held = self._as_number(translator, item, value)
        code.write(f"store i64 {held}, ptr %scratch")
        place = code.op("getelementptr i64, ptr %scratch, i64 1")
        there = code.op(f"zext i1 {value.there} to i64")
        code.write(f"store i64 {there}, ptr {place}")
        return self._finished(Call(CallKind.FINISH, "", (name,)), translator)

    def _as_number(self, translator: Selections, item: c.Item, value: Value) -> str:
        """Return a value of the population as an i64."""
        code = translator.code
        match value:
            case Absent():
                return "0"
            case Flag(name):
                return code.op(f"zext i1 {name} to i64")
            case Code32(name):
                return code.op(f"sext i32 {name} to i64")
            case Amount():
                steps = translator.amounts.in_steps(value, stored_scale(item))
                return translator.amounts.wholes.at(steps, 64)
            case _:
                raise TypeError("a set is no value of an item")

    # --- functions ---

    def _finished(self, call: Call, translator: Selections, tail: list[str] | None = None) -> Call:
        """Return the call with the text of its function."""
        function, code = translator.function, translator.code
        text = _function(code.entry, function.early, code.piece, tail or [])
        parts = [*code.tables.values(), *code.helpers.values(), text]
        return evolve(
            call, text="\n".join(parts), slots=tuple(function.slots), scratch=function.scratch
        )


def _function(entry: list[str], early: Piece, body: Piece, tail: list[str]) -> str:
    head = (
        "define void @step(ptr %table, i64 %first, i64 %last, ptr %report, ptr %scratch, "
        "i64 %most) nounwind {"
    )
    lines = [
        head, "entry:", *entry, "br label %head",
        "head:",
        "%row = phi i64 [ %first, %entry ], [ %after, %next ]",
        "%go = icmp slt i64 %row, %last",
        "br i1 %go, label %loop, label %done",
        "loop:", *early.lines, *body.lines, "br label %next",
        "next:", "%after = add i64 %row, 1", "br label %head",
        "done:", *tail, "ret void", "}",
    ]  # fmt: skip
    return "\n".join(lines)


def _bits_of(whole: Whole) -> int:
    """Return the narrowest width that a column can keep a number in."""
    for bits in (8, 16, 32):
        if -(1 << (bits - 1)) <= whole.low and whole.high < 1 << (bits - 1):
            return bits
    return 64


def _over_everyone(expr: c.Expr) -> Iterator[c.Fold]:
    """Yield the folds over all rows of a record that are in no other fold."""
    if isinstance(expr, c.Fold):
        if isinstance(expr.rows, c.Everyone) and expr.level == 0:
            yield expr
        return
    for part in children(expr):
        yield from _over_everyone(part)


def _reads(expr: c.Expr, names: tuple[str, ...]) -> bool:
    """Return whether an expression reads one of these items of the population."""
    if isinstance(expr, c.ReadPopulation) and expr.name in names:
        return True
    return any(_reads(part, names) for part in children(expr))


def targets_of(plan: Plan) -> set[Target]:
    """Return the items of rows that a plan computes."""
    return {(step.record, name) for step in plan.steps for name in step.items if step.record}
