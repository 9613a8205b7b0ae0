"""Folds over lists."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.native.amounts import bounded
from mipsdsl.engines.native.code import Unsupported
from mipsdsl.engines.native.positions import Positions
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.values import ALWAYS, Amount, At, Flag, Value
from mipsdsl.engines.native.wholes import Whole, known, width_of

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
class Folds(Positions):
    """Writes folds. ``totals`` are those that were added up before, over all rows of a record."""

    totals: dict[int, Total] = field(factory=dict)

    def expr(self, expr: c.Expr) -> Value:
        """Write what ``expr`` needs, and return its value."""
        match expr:
            case c.Fold():
                if id(expr) in self.totals:
                    return bounded_fold(self.added_up(expr), expr)
                if (counted := self._counted(expr)) is not None:
                    return bounded_fold(counted, expr)
                total = self.added(expr)
                return bounded_fold(self.finished(expr.kind, total), expr)
            case c.Position():
                return self.position(expr)
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

    def _counted(self, fold: c.Fold) -> Value | None:
        """Return a count of all rows of a list, or whether there is any, without looking at them."""
        if not isinstance(fold.rows, c.Children | c.Chosen) or not _is_yes(fold.where):
            return None
        is_any = fold.kind is c.FoldKind.ANY and _is_yes(fold.body)
        if not is_any and fold.kind is not c.FoldKind.COUNT:
            return None
        begin, end, _ = self.span(fold.rows.row, fold.rows.name)
        if is_any:
            return Flag(self.code.op(f"icmp slt i64 {begin}, {end}"))
        number = self.code.op(f"sub i64 {end}, {begin}")
        return Amount(Whole(number, 64, 0, self.most(fold.rows)), 1)

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


def bounded_fold(value: Value, fold: c.Fold) -> Value:
    """Return the value of a fold with what its shape says."""
    return bounded(value, fold.shape) if isinstance(value, Amount) else value


def _is_yes(expr: c.Expr) -> bool:
    return isinstance(expr, c.Constant) and expr.value is True
