"""Selections: the rows that the places of a selection choose, as ``engines.choose`` has it.

Each function that selects has memory of its own for the rows of one list; nothing is allocated for a
row. What is chosen is written where the list of the row begins that it is chosen from.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type, Unit
from mipsdsl.engines.native.code import Unsupported
from mipsdsl.engines.native.division import divided
from mipsdsl.engines.native.folds import Folds
from mipsdsl.engines.native.memory import sorted_ranks
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.values import Absent, Amount, At, Code32, Flag, Value
from mipsdsl.engines.native.wholes import Whole, known, within
from mipsdsl.engines.schema import select_of


@frozen
class _Array:
    """A part of a function's own memory: one entry for each row of the list."""

    address: str
    kind: str


@frozen
class _Key:
    """The keys of the rows: whole numbers, their divisors if they have any, and who has one."""

    top: _Array
    bottom: _Array | None
    there: _Array
    look: Amount
    highest_first: bool


@define
class Selections(Folds):
    """Writes selections."""

    def room(self, expr: c.Select) -> tuple[str, str]:
        """Return where the list begins and ends that is chosen from, before what is left out."""
        rows: c.Rows = expr.rows
        while not isinstance(rows, c.Children | c.Everyone):
            if isinstance(rows, c.Apart):
                rows = rows.rows
                continue
            if isinstance(rows.row, c.Here):
                rows = select_of(self.schema.items[self.here, rows.name].expr).rows
                continue
            begin, end, _ = self.span(rows.row, rows.name)
            return begin, end
        if isinstance(rows, c.Everyone):
            return "0", self.function.number(Slot(SlotKind.SIZE, rows.record))
        begin, end, _ = self.span(rows.row, rows.name)
        return begin, end

    def _array(self, kind: str) -> _Array:
        """Return memory for one entry of ``kind`` for each row of a list."""
        size = 8 if kind == "i1" else int(kind[1:]) // 8
        code = self.code
        offset = code.once(f"mul i64 %most, {self.function.scratch}")
        address = code.once(f"getelementptr i8, ptr %scratch, i64 {offset}")
        self.function.scratch += max(8, size)
        return _Array(address, kind)

    def _get(self, array: _Array, number: str) -> str:
        place = self.code.op(f"getelementptr {array.kind}, ptr {array.address}, i64 {number}")
        return self.code.op(f"load {array.kind}, ptr {place}")

    def _put(self, array: _Array, number: str, value: str) -> None:
        place = self.code.op(f"getelementptr {array.kind}, ptr {array.address}, i64 {number}")
        self.code.write(f"store {array.kind} {value}, ptr {place}")

    def chosen_into(self, expr: c.Select, name: str) -> None:
        """Write the choice of rows of the selection ``name``."""
        code = self.code
        rows, is_left = self._array("i32"), self._array("i8")
        count = code.variable("i64")
        code.write(f"store i64 0, ptr {count}")

        def note(at: At, _: str) -> None:
            number = code.op(f"load i64, ptr {count}")
            self._put(rows, number, code.op(f"trunc i64 {at.number} to i32"))
            self._put(is_left, number, "1")
            code.store("i64", code.op(f"add i64 {number}, 1"), count)

        self.each(expr.rows, note)
        begin = self.load("i64", Slot(SlotKind.BEGIN, self.here, name), "%row")
        end = code.variable("i64")
        code.write(f"store i64 {begin}, ptr {end}")
        many = code.op(f"load i64, ptr {count}")
        record = self.rows_record(expr.rows)
        for places in expr.places:
            stage = _Stage(self, expr.rows, record, rows, is_left, many, end, name)
            stage.write(places)
        table = self.function.address(Slot(SlotKind.END, self.here, name))
        place = code.op(f"getelementptr i64, ptr {table}, i64 %row")
        code.store("i64", code.op(f"load i64, ptr {end}"), place)


@define
class _Stage:
    """One ``Places`` of a selection."""

    of: Selections
    list: c.Rows
    record: str
    rows: _Array
    is_left: _Array
    many: str
    end: str
    name: str

    def at(self, number: str) -> At:
        """Return the row at a place of the list."""
        row = self.of._get(self.rows, number)
        return At(self.of.code.op(f"zext i32 {row} to i64"))

    def inside(self, number: str) -> Folds:
        """Return what writes expressions of the row at a place of the list."""
        return self.of.looking_at(self.at(number), self.list, 0)

    def write(self, places: c.Places) -> None:
        """Write the choice."""
        of, code = self.of, self.of.code
        limit = self._number(places.number)
        is_candidate = of._array("i8")
        self._candidates(is_candidate, (places.where, *places.fallbacks))
        looks = [self._look(key.value) for key in places.keys]
        keys = [
            _Key(
                of._array(look.top.kind),
                None if look.bottom is None else of._array(look.bottom.kind),
                of._array("i8"), look, key.highest_first,
            )
            for look, key in zip(looks, places.keys, strict=True)
        ]  # fmt: skip
        group = None
        if places.each is not None:
            group = self._group(places.each)
        with code.loop("0", self.many) as (number, _), code.when(self._is(is_candidate, number)):
            for key, each in zip(keys, places.keys, strict=True):
                self._note(key, number, each.value)
            if group is not None and places.each is not None:
                self._note_group(group, number, places.each)
        self._take(limit, is_candidate, keys, group)

    def _is(self, array: _Array, number: str) -> str:
        return self.of.code.op(f"trunc i8 {self.of._get(array, number)} to i1")

    def _number(self, expr: c.Expr) -> str:
        """Return how many are chosen at most; nothing below 0."""
        amount = self.of.quantity(expr)
        wholes = self.of.amounts.wholes
        top = self.of.amounts.extreme(amount.top, known(0), least=False)
        bottom = amount.bottom if amount.bottom is not None else known(1)
        quotient, _ = divided(wholes, top, wholes.times(bottom, amount.unit))
        least = self.of.amounts.extreme(quotient, known(2**40), least=True)
        return wholes.at(least, 64)

    def _candidates(self, flags: _Array, wheres: Sequence[c.Expr]) -> None:
        """Mark the rows where the first condition holds that holds of any."""
        of, code = self.of, self.of.code
        found, done = code.variable("i1"), code.name("x")
        code.write(f"store i1 false, ptr {found}")
        for index, where in enumerate(wheres):
            with code.loop("0", self.many) as (number, _):
                of._put(flags, number, "0")
                with code.when(self._is(self.is_left, number)):
                    holds = self.inside(number).condition(where)
                    of._put(flags, number, code.op(f"zext i1 {holds} to i8"))
                    so_far = code.op(f"load i1, ptr {found}")
                    code.store("i1", code.op(f"or i1 {so_far}, {holds}"), found)
            if index < len(wheres) - 1:
                following = code.name("b")
                code.branch(code.op(f"load i1, ptr {found}"), done, following)
                code.start(following)
        code.jump(done)
        code.start(done)

    # --- keys ---

    def _look(self, expr: c.Expr) -> Amount:
        """Return what a key looks like, written to be thrown away."""
        with self.of.code.apart():
            return self._sortable(self.of.looking_at(At("0"), self.list, 0).expr(expr))

    def _sortable(self, value: Value) -> Amount:
        """Return a value as a quantity that is in the same order."""
        code = self.of.code
        match value:
            case Amount():
                return value
            case Absent():
                return Amount(Whole("0", 64, 0, 1), 1, None, "false")
            case Flag(name, there):
                return Amount(Whole(code.op(f"zext i1 {name} to i64"), 64, 0, 1), 1, None, there)
            case Code32(name, type_, there):
                if type_.unit is Unit.CHOICE:
                    name = self._by_name(name, type_)
                wide = code.op(f"sext i32 {name} to i64")
                return Amount(Whole(wide, 64, -1, 2**31), 1, None, there)
            case _:
                raise Unsupported("a sort by a set")

    def _by_name(self, name: str, type_: Type) -> str:
        """Return the place of the value of a choice among their names in order."""
        ranks = sorted_ranks(self.of.schema, type_)
        if ranks == sorted(ranks):
            return name
        code = self.of.code
        table = f"ranks_{'_'.join(str(rank) for rank in ranks)}"
        code.tables[table] = (
            f"@{table} = private constant [{len(ranks)} x i32] "
            f"[{', '.join(f'i32 {rank}' for rank in ranks)}]"
        )
        return code.op(
            "load i32, ptr "
            + code.op(f"getelementptr i32, ptr @{table}, i64 {code.op(f'zext i32 {name} to i64')}")
        )

    def _note(self, key: _Key, number: str, expr: c.Expr) -> None:
        of, wholes = self.of, self.of.amounts.wholes
        held = self._sortable(self.inside(number).expr(expr))
        of._put(key.top, number, wholes.at(held.top, int(key.top.kind[1:])))
        if key.bottom is not None and held.bottom is not None:
            of._put(key.bottom, number, wholes.at(held.bottom, int(key.bottom.kind[1:])))
        of._put(key.there, number, of.code.op(f"zext i1 {held.there} to i8"))

    def _group(self, expr: c.Expr) -> tuple[_Array, _Array, Amount]:
        look = self._look(expr)
        if look.bottom is not None:
            raise Unsupported("a selection that takes some of each value of a quotient")
        return self.of._array(look.top.kind), self.of._array("i8"), look

    def _note_group(self, group: tuple[_Array, _Array, Amount], number: str, expr: c.Expr) -> None:
        of, (values, there, _) = self.of, group
        held = self._sortable(self.inside(number).expr(expr))
        of._put(values, number, of.amounts.wholes.at(held.top, int(values.kind[1:])))
        of._put(there, number, of.code.op(f"zext i1 {held.there} to i8"))

    # --- taking ---

    def _take(
        self, limit: str, is_candidate: _Array, keys: Sequence[_Key],
        group: tuple[_Array, _Array, Amount] | None,
    ) -> None:  # fmt: skip
        """Write the loop that takes the best of the candidates until there are enough."""
        of, code = self.of, self.of.code
        taken = of._array("i32") if group is not None else None
        count, best = code.variable("i64"), code.variable("i64")
        code.write(f"store i64 0, ptr {count}")
        turns = limit if group is None else self.many
        with code.loop("0", turns) as (_, out):
            self._find(is_candidate, keys, best)
            found = code.op(f"load i64, ptr {best}")
            some = code.name("b")
            code.branch(code.op(f"icmp slt i64 {found}, 0"), out, some)
            code.start(some)
            of._put(is_candidate, found, "0")
            if group is None or taken is None:
                self._chosen(found)
            else:
                with code.when(self._has_place(limit, found, group, taken, count)):
                    self._chosen(found)
                    number = code.op(f"load i64, ptr {count}")
                    of._put(taken, number, code.op(f"trunc i64 {found} to i32"))
                    code.store("i64", code.op(f"add i64 {number}, 1"), count)

    def _find(self, is_candidate: _Array, keys: Sequence[_Key], best: str) -> None:
        """Write the search for the best of the candidates that are left; -1 when there is none."""
        code = self.of.code
        code.store("i64", "-1", best)
        with code.loop("0", self.many) as (number, _), code.when(self._is(is_candidate, number)):
            so_far = code.load("i64", best)
            held = code.op(f"call i64 @llvm.smax.i64(i64 {so_far}, i64 0)")
            better = self._is_better(keys, number, held)
            wins = code.op(f"or i1 {code.op(f'icmp slt i64 {so_far}, 0')}, {better}")
            code.store("i64", code.op(f"select i1 {wins}, i64 {number}, i64 {so_far}"), best)

    def _has_place(
        self, limit: str, found: str, group: tuple[_Array, _Array, Amount], taken: _Array,
        count: str,
    ) -> str:  # fmt: skip
        """Return whether fewer than ``limit`` rows with the same value of ``each`` are taken."""
        of, code, (values, there, _) = self.of, self.of.code, group
        same = code.variable("i64")
        code.write(f"store i64 0, ptr {same}")
        own = of._get(values, found)
        with code.loop("0", code.op(f"load i64, ptr {count}")) as (number, _):
            other = code.op(f"zext i32 {of._get(taken, number)} to i64")
            equal = code.op(f"icmp eq {values.kind} {own}, {of._get(values, other)}")
            more = code.op(f"zext i1 {equal} to i64")
            so_far = code.op(f"load i64, ptr {same}")
            code.store("i64", code.op(f"add i64 {so_far}, {more}"), same)
        fewer = code.op(f"icmp slt i64 {code.op(f'load i64, ptr {same}')}, {limit}")
        return of.amounts.both(fewer, self._is(there, found))

    def _chosen(self, number: str) -> None:
        of, code = self.of, self.of.code
        of._put(self.is_left, number, "0")
        table = of.function.address(Slot(SlotKind.ROWS, of.here, self.name))
        end = code.op(f"load i64, ptr {self.end}")
        place = code.op(f"getelementptr i32, ptr {table}, i64 {end}")
        code.write(f"store i32 {of._get(self.rows, number)}, ptr {place}")
        code.store("i64", code.op(f"add i64 {end}, 1"), self.end)

    def _is_better(self, keys: Sequence[_Key], one: str, other: str) -> str:
        """Return whether a row comes before another that is before it in the list."""
        of, code = self.of, self.of.code
        ranks = [
            of.load("i32", Slot(SlotKind.RANK, self.record), self.at(number).number)
            for number in (one, other)
        ]
        better = code.op(f"icmp slt i32 {ranks[0]}, {ranks[1]}")
        for key in reversed(keys):
            better = self._by_key(key, one, other, better)
        return better

    def _by_key(self, key: _Key, one: str, other: str, when_equal: str) -> str:
        of, code = self.of, self.of.code
        there = [self._is(key.there, number) for number in (one, other)]
        amounts = [self._kept(key, number) for number in (one, other)]
        comparison = c.Comparison.MORE if key.highest_first else c.Comparison.LESS
        wins = of.amounts.compare(comparison, *amounts)
        equal = of.amounts.compare(c.Comparison.EQUAL, *amounts)
        both = of.amounts.both(*there)
        decided = code.op(f"select i1 {equal}, i1 {when_equal}, i1 {wins}")
        neither = code.op(f"or i1 {there[0]}, {there[1]}")
        otherwise = code.op(f"select i1 {neither}, i1 {there[0]}, i1 {when_equal}")
        return code.op(f"select i1 {both}, i1 {decided}, i1 {otherwise}")

    def _kept(self, key: _Key, number: str) -> Amount:
        look = key.look
        top = Whole(self.of._get(key.top, number), look.top.width, look.top.low, look.top.high)
        bottom = None
        if key.bottom is not None and look.bottom is not None:
            name = self.of._get(key.bottom, number)
            bottom = within(Whole(name, look.bottom.width, 1, look.bottom.high), 1, 2**1000)
        return Amount(top if top.known is None else known(top.low), look.unit, bottom)
