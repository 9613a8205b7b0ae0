"""Folds over lists, and positions on lists of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.columns import dtype_of
from mipsdsl.engines.native.amounts import bounded
from mipsdsl.engines.native.code import Unsupported
from mipsdsl.engines.native.expressions import Expressions
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.values import ALWAYS, Absent, Amount, At, Flag, Value
from mipsdsl.engines.native.wholes import Whole, known, width_of, within

_LIMB = 64


@frozen
class Total:
    """What a fold adds up: variables of so many bits, and the unit and bounds of the amounts.

    The first is the sum, the count, the yes/no (1 or 0) or the best; the second how many rows there
    were; the third the divisor of the best.
    """

    kind: c.FoldKind
    name: str
    places: tuple[str, ...]
    widths: tuple[int, ...]
    unit: int = 1
    low: int = 0
    high: int = 0
    bottom_high: int = 0


@define
class Folds(Expressions):
    """Writes folds. ``totals`` are those that were added up before, over all rows of a record."""

    totals: dict[int, Total] = field(factory=dict)

    def expr(self, expr: c.Expr) -> Value:
        """Write what ``expr`` needs, and return its value."""
        match expr:
            case c.Fold():
                if id(expr) in self.totals:
                    return bounded_fold(self.added_up(expr), expr)
                total = self.added(expr)
                return bounded_fold(self.finished(expr.kind, total), expr)
            case c.Position():
                return self._position(expr)
            case c.Select():
                raise TypeError("a selection is an item of its own")
            case _:
                return self.plain(expr)

    # --- adding up ---

    def looking_at(self, at: At, rows: c.Rows, level: int) -> Folds:
        """Return the same within a fold."""
        return evolve(
            self,
            elements=(*self.elements[:level], at),
            records=(*self.records[:level], self.rows_record(rows)),
        )

    def added(self, fold: c.Fold) -> Total:
        """Write the loop of a fold, and return what it adds up in."""
        total = self.begun(fold)
        self.each(fold.rows, lambda at, out: self.look(fold, total, at, out))
        return total

    def look(self, fold: c.Fold, total: Total, at: At, out: str) -> None:
        """Write what a fold does for the row ``at``; ``out`` is the way out of the loop."""
        inside = self.looking_at(at, fold.rows, fold.level)
        where = inside.condition(fold.where)
        if where == ALWAYS:
            inside._step(fold, total, out)
            return
        with self.code.when(where):
            inside._step(fold, total, out)

    def begun(self, fold: c.Fold) -> Total:
        """Write the variables that a fold adds up in."""
        most = self.most(fold.rows)
        match fold.kind:
            case c.FoldKind.COUNT:
                return self._total(fold.kind, [64], [0], 0, most)
            case c.FoldKind.ANY | c.FoldKind.ALL:
                return self._total(fold.kind, [64], [int(fold.kind is c.FoldKind.ALL)], 0, 1)
        body = self._body_of(fold)
        low, high = body.top.low, body.top.high
        if fold.kind in (c.FoldKind.SUM, c.FoldKind.AVERAGE):
            if body.bottom is not None:
                raise Unsupported("a sum of quotients that were not landed")
            low, high = min(0, low * most), max(0, high * most)
            return self._total(fold.kind, [width_of(low, high), 64], [0, 0], low, high, body.unit)
        bits = body.top.width
        if body.bottom is None:
            return self._total(fold.kind, [bits, 64], [0, 0], low, high, body.unit)
        places = [bits, 64, body.bottom.width]
        total = self._total(fold.kind, places, [0, 0, 1], low, high, body.unit)
        return evolve(total, bottom_high=body.bottom.high)

    def _body_of(self, fold: c.Fold) -> Amount:
        """Return the body as it looks for some row, written to be thrown away."""
        with self.code.apart():
            inside = self.looking_at(At("0"), fold.rows, fold.level)
            return inside.quantity(fold.body)

    def _total(
        self, kind: c.FoldKind, widths: Sequence[int], values: Sequence[int],
        low: int, high: int, unit: int = 1,
    ) -> Total:  # fmt: skip
        places = []
        for width, value in zip(widths, values, strict=True):
            place = self.code.variable(f"i{width}")
            self.code.write(f"store i{width} {value}, ptr {place}")
            places.append(place)
        return Total(kind, places[0], tuple(places), tuple(widths), unit, low, high)

    def _step(self, fold: c.Fold, total: Total, out: str) -> None:
        """Write what is done for a row where the condition holds."""
        code = self.code
        match fold.kind:
            case c.FoldKind.COUNT:
                self._increase(total, 0, known(1))
            case c.FoldKind.ANY | c.FoldKind.ALL:
                held = self.condition(fold.body)
                is_any = fold.kind is c.FoldKind.ANY
                decided = held if is_any else code.op(f"xor i1 {held}, true")
                decide, following = code.name("b"), code.name("b")
                code.branch(decided, decide, following)
                code.start(decide)
                code.write(f"store i64 {int(is_any)}, ptr {total.places[0]}")
                code.jump(out)
                code.start(following)
            case c.FoldKind.SUM | c.FoldKind.AVERAGE:
                body = self.quantity(fold.body)
                self._increase(total, 0, body.top)
                if fold.kind is c.FoldKind.AVERAGE:
                    self._increase(total, 1, known(1))
            case _:
                self._better(fold, total)

    def _increase(self, total: Total, number: int, by: Whole) -> None:
        kind, place = f"i{total.widths[number]}", total.places[number]
        before = self.code.op(f"load {kind}, ptr {place}")
        more = self.code.op(
            f"add {kind} {before}, {self.amounts.wholes.at(by, total.widths[number])}"
        )
        self.code.write(f"store {kind} {more}, ptr {place}")

    def _better(self, fold: c.Fold, total: Total) -> None:
        """Keep the value of a row that is higher, or lower, than what was found so far."""
        code, wholes = self.code, self.amounts.wholes
        body = self.quantity(fold.body)
        best = self.held(total)
        comparison = c.Comparison.MORE if fold.kind is c.FoldKind.HIGHEST else c.Comparison.LESS
        wins = self.amounts.compare(comparison, body, best)
        none = code.op(f"icmp eq i64 {code.op(f'load i64, ptr {total.places[1]}')}, 0")
        with code.when(code.op(f"or i1 {none}, {wins}")):
            bits = total.widths[0]
            code.write(f"store i{bits} {wholes.at(body.top, bits)}, ptr {total.places[0]}")
            code.write(f"store i64 1, ptr {total.places[1]}")
            if body.bottom is not None:
                bits = total.widths[2]
                code.write(f"store i{bits} {wholes.at(body.bottom, bits)}, ptr {total.places[2]}")

    def held(self, total: Total) -> Amount:
        """Return the amount that is in a total."""
        top = self._loaded(total, 0, total.low, total.high)
        bottom = None
        if total.bottom_high:
            bottom = self._loaded(total, 2, 1, total.bottom_high)
        return Amount(top, total.unit, bottom)

    def _loaded(self, total: Total, number: int, low: int, high: int) -> Whole:
        width = total.widths[number]
        name = self.code.op(f"load i{width}, ptr {total.places[number]}")
        if low == high and number == 0:
            return known(low)
        return Whole(name, width, low, high)

    def finished(self, kind: c.FoldKind, total: Total) -> Value:
        """Return the value of a fold of which all is added up."""
        match kind:
            case c.FoldKind.COUNT:
                return Amount(self._loaded(total, 0, 0, total.high), 1)
            case c.FoldKind.ANY | c.FoldKind.ALL:
                held = self.code.op(f"load i64, ptr {total.places[0]}")
                return Flag(self.code.op(f"trunc i64 {held} to i1"))
            case c.FoldKind.SUM:
                return self.held(total)
        some = self.code.op(f"load i64, ptr {total.places[1]}")
        there = self.code.op(f"icmp ne i64 {some}, 0")
        found = evolve(self.held(total), there=there)
        if kind is c.FoldKind.AVERAGE:
            count = self.code.op(f"call i64 @llvm.umax.i64(i64 {some}, i64 1)")
            return evolve(found, bottom=Whole(count, 64, 1, 2**31))
        return found

    # --- what was added up over all rows of a record ---

    def added_up(self, fold: c.Fold) -> Value:
        """Return the value of a fold whose parts are in the table."""
        total = self.totals[id(fold)]
        places = []
        for index, width in enumerate(total.widths):
            place = self.code.variable(f"i{width}")
            for limb in range(width // _LIMB):
                slot = Slot(SlotKind.PART, "", total.name, index * 16 + limb)
                number = self.function.number(slot)
                at = self.code.op(f"getelementptr i64, ptr {place}, i64 {limb}")
                self.code.write(f"store i64 {number}, ptr {at}")
            places.append(place)
        return self.finished(fold.kind, evolve(total, places=tuple(places)))

    # --- positions ---

    def _position(self, expr: c.Position) -> Value:
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

    def _located(self, expr: c.Position, target: tuple[str, str], at: At, value: Amount) -> Amount:
        """Write the search for the last start that is reached."""
        code = self.code
        begin = self.load("i64", Slot(SlotKind.BEGIN, *target), at.number)
        end = self.load("i64", Slot(SlotKind.END, *target), at.number)
        reached = code.variable("i64")
        code.write(f"store i64 {begin}, ptr {reached}")
        comparison = c.Comparison.AT_LEAST if expr.rising else c.Comparison.AT_MOST
        with code.loop(begin, end) as (number, _):
            wins = self.amounts.compare(comparison, value, self._start(target, number))
            after = code.op(f"add i64 {number}, 1")
            so_far = code.op(f"load i64, ptr {reached}")
            code.store("i64", code.op(f"select i1 {wins}, i64 {after}, i64 {so_far}"), reached)
        last = code.op(f"load i64, ptr {reached}")
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

    def _start(self, target: tuple[str, str], number: str) -> Amount:
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


def bounded_fold(value: Value, fold: c.Fold) -> Value:
    """Return the value of a fold with what its shape says."""
    return bounded(value, fold.shape) if isinstance(value, Amount) else value
