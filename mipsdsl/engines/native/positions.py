"""Positions on lists of numbers."""

from __future__ import annotations

from attrs import define, evolve

from mipsdsl.core import nodes as c
from mipsdsl.engines.columns import dtype_of
from mipsdsl.engines.native.amounts import bounded
from mipsdsl.engines.native.expressions import Expressions
from mipsdsl.engines.native.memory import CONSTANT
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.values import ALWAYS, Absent, Amount, At, Value
from mipsdsl.engines.native.wholes import Whole, known, within
from mipsdsl.engines.schema import Target

_LIMB = 64

SLACK = 64
"""Numbers that may be read behind the end of a column of lists of numbers."""


@define
class Positions(Expressions):
    """Writes positions."""

    def position(self, expr: c.Position) -> Value:
        """Return where a value stands on starts."""
        value = self.expr(expr.value)
        if not isinstance(value, Amount):
            return Absent()
        row, name = expr.starts.row, expr.starts.name
        target = (self.record_of(row), name)
        at = self.row(row)
        there = self.amounts.both(at.there, value.there)
        if self.facts.may_lack(target) or expr.starts.type.optional:
            present = self.flag(Slot(SlotKind.PRESENT, *target), at.number)
            there = self.amounts.both(there, present)
        found = self._located(expr, target, at, evolve(value, there=ALWAYS))
        return evolve(bounded(found, expr.shape), there=there)

    def _located(self, expr: c.Position, target: Target, at: At, value: Amount) -> Amount:
        """Write the search for the last start that is reached."""
        code = self.code
        begin = self.load("i64", Slot(SlotKind.BEGIN, *target), at.number)
        end = self.load("i64", Slot(SlotKind.END, *target), at.number)
        last = self._compared_at_once(expr, target, (begin, end), value)
        if last is None:
            last = self._compared_in_turn(expr, target, (begin, end), value)
        most = self.schema.fields[target].many
        count = Whole(code.op(f"sub i64 {last}, {begin}"), 64, 0, max(1, most))
        whole = Amount(self.amounts.wholes.add(count, known(expr.first - 1)), 1)
        is_none = code.op(f"icmp eq i64 {last}, {begin}")
        is_last = code.op(f"icmp eq i64 {last}, {end}")
        flat = code.op(f"or i1 {is_none}, {is_last}")
        before = code.op(f"select i1 {flat}, i64 {begin}, i64 {code.op(f'sub i64 {last}, 1')}")
        ahead = code.op(f"select i1 {flat}, i64 {begin}, i64 {last}")
        here, there = self._start(target, before), self._start(target, ahead)
        return self._between(expr, flat, whole, (value, here, there))

    def _compared_in_turn(
        self, expr: c.Position, target: Target, span: tuple[str, str], value: Amount
    ) -> str:
        """Return where the last start that is reached ends; where the list begins if none is."""
        code, reached = self.code, self.code.variable("i64")
        code.store("i64", span[0], reached)
        comparison = c.Comparison.AT_LEAST if expr.rising else c.Comparison.AT_MOST
        with code.loop(*span) as (number, _):
            wins = self.amounts.compare(comparison, value, self._start(target, number))
            after = code.op(f"add i64 {number}, 1")
            so_far = code.load("i64", reached)
            code.store("i64", code.op(f"select i1 {wins}, i64 {after}, i64 {so_far}"), reached)
        return code.load("i64", reached)

    def _compared_at_once(
        self, expr: c.Position, target: Target, span: tuple[str, str], value: Amount
    ) -> str | None:
        """Return the same for a short list of numbers in the unit of the value, without a loop.

        All are compared in one vector; what lies behind the list is left out.
        """
        code, each = self.code, self.schema.fields[target]
        bits, lanes = dtype_of(self.schema, target).itemsize * 8, 8
        while lanes < each.many:
            lanes *= 2
        if lanes > SLACK or value.bottom is not None or 10**each.scale % value.unit:
            return None
        own = self.amounts.wholes.times(value.top, 10**each.scale // value.unit)
        if not -(1 << (bits - 1)) <= own.low <= own.high < 1 << (bits - 1):
            return None
        kind, begin = f"<{lanes} x i{bits}>", span[0]
        address = self.function.address(Slot(SlotKind.ROWS, *target))
        place = code.op(f"getelementptr i{bits}, ptr {address}, i64 {begin}")
        starts = code.op(f"load {kind}, ptr {place}, align {bits // 8}{CONSTANT}")
        wide = self.amounts.wholes.at(own, _LIMB)
        narrow = wide if bits == _LIMB or own.known is not None else code.op(
            f"trunc i64 {wide} to i{bits}"
        )  # fmt: skip
        comparison = "sle" if expr.rising else "sge"
        held = self._spread(f"i{bits}", narrow, lanes)
        wins = code.op(f"icmp {comparison} {kind} {starts}, {held}")
        count = code.op(f"sub i64 {span[1]}, {begin}")
        counted = code.op(f"trunc i64 {count} to i32")
        places = ", ".join(f"i32 {lane}" for lane in range(lanes))
        mask = code.op(
            f"icmp slt <{lanes} x i32> <{places}>, {self._spread('i32', counted, lanes)}"
        )
        reached = code.op(f"and <{lanes} x i1> {wins}, {mask}")
        flags = code.op(f"bitcast <{lanes} x i1> {reached} to i{lanes}")
        if lanes < _LIMB:
            flags = code.op(f"zext i{lanes} {flags} to i64")
        ahead = code.op(f"call i64 @llvm.ctlz.i64(i64 {flags}, i1 false)")
        number = code.op(f"sub i64 {_LIMB}, {ahead}")
        return code.op(f"add i64 {begin}, {number}")

    def _spread(self, kind: str, name: str, lanes: int) -> str:
        """Return a vector of one value."""
        vector = f"<{lanes} x {kind}>"
        one = self.code.op(f"insertelement {vector} poison, {kind} {name}, i32 0")
        return self.code.op(
            f"shufflevector {vector} {one}, {vector} poison, <{lanes} x i32> zeroinitializer"
        )

    def _start(self, target: Target, number: str) -> Amount:
        each = self.schema.fields[target]
        bits = dtype_of(self.schema, target).itemsize * 8
        name = self.load(f"i{bits}", Slot(SlotKind.ROWS, *target), number)
        if bits < _LIMB:
            name = self.code.op(f"sext i{bits} {name} to i64")
        whole = within(Whole(name, 64, -(2**63), 2**63 - 1), each.low, each.high)
        return Amount(whole, 10**each.scale)

    def _between(
        self, expr: c.Position, flat: str, whole: Amount, amounts: tuple[Amount, Amount, Amount]
    ) -> Amount:
        """Return the position between two starts, or at the ends of the list just ``whole``."""
        value, here, ahead = amounts
        minus = self.amounts.arithmetic
        gap, way = (
            (minus(c.Operator.SUBTRACT, ahead, here), minus(c.Operator.SUBTRACT, value, here))
            if expr.rising
            else (minus(c.Operator.SUBTRACT, here, ahead), minus(c.Operator.SUBTRACT, here, value))
        )
        wholes = self.amounts.wholes
        size = max(1, gap.top.high)
        some = wholes.select(flat, known(1), gap.top)
        gap = Amount(within(some, 1, size), gap.unit)
        # Not below 0 and not above 1, see the interpreter.
        fraction = self.amounts.quotient(way, gap)
        between = self.amounts.arithmetic(c.Operator.ADD, whole, fraction)
        return self.amounts.chosen(flat, whole, between)
