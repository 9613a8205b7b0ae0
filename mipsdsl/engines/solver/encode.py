"""The core as constraints on whole numbers: what an expression denotes for rows that are unknown."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from attrs import define, evolve, field, frozen

from mipsdsl.arithmetic import FINEST
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.schema import Schema, Target, stored_scale
from mipsdsl.engines.solver.grids import Grids
from mipsdsl.engines.solver.logic import Bool, choose, conj, disj, neg
from mipsdsl.engines.solver.numbers import (
    Num,
    Numbers,
    at_most,
    equal,
    known,
    plus,
    select,
    times,
)
from mipsdsl.engines.solver.rows import Beyond, Row, Rows, Slot, equals
from mipsdsl.engines.solver.values import (
    ONE,
    Code,
    Flag,
    Quantity,
    Starts,
    Value,
    combined,
    compared,
    decimal,
    divided,
    is_yes,
    landed,
    pick,
    quantity,
    rounded,
)


@frozen(eq=False)
class At:
    """Where an expression is evaluated: the row, and the rows that the folds around look at."""

    here: Row
    elements: tuple[Row, ...] = ()

    def looking_at(self, level: int, row: Row) -> At:
        """Return the place within a fold of this level that looks at ``row``."""
        return At(self.here, (*self.elements[:level], row))


@frozen(eq=False)
class Freed:
    """Something that was not computed but taken as any value that it can have."""

    row: Row
    value: Value
    target: Target
    expr: c.Fold | c.IsMember | None = None
    elements: tuple[Row, ...] = ()
    lists: frozenset[Target] = frozenset()


@define
class Depth:
    """How much is computed. What is not is taken as any value in its range: so more is allowed.

    ``items``: the items that are computed. ``lists``: those that are looked into, by record and name;
    folds and selections of others are taken as any value. ``exact``: the items whose places between
    two starts are computed; of others only the starts that are reached, and any share of the way.
    """

    items: set[Target] = field(factory=set)
    lists: set[Target] = field(factory=set)
    exact: set[Target] = field(factory=set)


class Encoder:
    """Evaluates a program over ``rows``. ``given``: items of rows that are given a value.

    With a ``base``, this is another run over the same rows: what does not depend on what is given
    (``changed`` has the names that do) is taken from there.
    """

    def __init__(
        self, rows: Rows, depth: Depth, grids: Grids, base: Encoder | None = None,
        changed: frozenset[Target] = frozenset(),
    ) -> None:  # fmt: skip
        """Evaluate over ``rows`` to the given depth."""
        self.rows = rows
        self.schema: Schema = rows.schema
        self.numbers: Numbers = rows.numbers
        self.depth = depth
        self.grids = grids
        self.base = base
        self.changed = changed
        self._changed_names = {name for _, name in changed}
        self.given: dict[tuple[int, str], Value] = {}
        self.freed: list[Freed] = []
        self.parameters: dict[str, Value] = {}
        self._items: dict[tuple[int, str], Value] = {}
        self._folds: dict[tuple[int, tuple[int, ...], c.Expr], Value] = {}
        self._selected: dict[tuple[int, str], list[Slot]] = {}
        self._groups: dict[tuple[int, str], list[Slot]] = {}
        self._members: dict[int, list[Slot]] = {}
        self._catalogues: dict[tuple[str, tuple[object, ...]], Row] = {}
        self._populations: dict[str, Value] = {}
        self._is_rough = False

    # --- names ---

    def read(self, row: Row, name: str) -> Value:
        """Return the field or item ``name`` of ``row``, as if there were such a row."""
        if (given := self.given.get((row.number, name))) is not None:
            return given
        target = (row.record, name)
        if target not in self.schema.items:
            return self.rows.field(row, name)
        if self.base is not None and target not in self.changed:
            return self.base.read(row, name)
        if (row.number, name) not in self._items:
            self._items[row.number, name] = self._item(row, target)
        return self._items[row.number, name]

    def _item(self, row: Row, target: Target) -> Value:
        item = self.schema.items[target]
        if target not in self.depth.items:
            value = self.any_of(item, f"{row.record}{row.number}.{item.name}")
            self.freed.append(Freed(row, value, target))
            return value
        outer, self._is_rough = self._is_rough, self._may_be_rough(item)
        value = self.evaluate(item.expr, At(row))
        if isinstance(value, Quantity):
            value = landed(self.numbers, value, stored_scale(item))
            value = evolve(value, top=self.numbers.named(f"{target[0]}.{target[1]}", value.top))
        if self._is_rough:
            self.freed.append(Freed(row, value, target))
        self._is_rough = outer
        return value

    def _may_be_rough(self, item: c.Item) -> bool:
        """Return whether places between two starts are taken as any place there is between them."""
        target = (item.record, item.name)
        return target not in self.depth.exact and self.grids.lands_places(item)

    def any_of(self, item: c.Item, stem: str) -> Value:
        """Return any value that ``item`` can have."""
        present: Bool = True
        if item.type.optional:
            present = self.numbers.flag(f"{stem}?")
        if item.type.unit in QUANTITIES and item.shape is not None:
            return self.any_quantity(
                item.shape.low, item.shape.high, self.grids.of_item(item), stem, present
            )
        return self._any(item.type.unit, item.type.choice, stem, present)

    def any_quantity(
        self, low: Fraction, high: Fraction, scale: int, stem: str, present: Bool
    ) -> Value:
        """Return any quantity of a grid within bounds."""
        bottom, top = ceil(low * 10**scale), floor(high * 10**scale)
        return decimal(self.numbers.fresh(stem, bottom, max(bottom, top)), scale, present)

    def _any(self, unit: Unit, choice: str, stem: str, present: Bool) -> Value:
        match unit:
            case Unit.YESNO:
                return Flag(present, self.numbers.flag(stem))
            case Unit.CHOICE | Unit.TEXT:
                low, high = self.rows.codes.bounds(choice)
                return Code(present, self.numbers.fresh(stem, low, high))
            case _:
                raise Beyond(f"{stem} is {unit.value}")

    def population(self, name: str) -> Value:
        """Return a population item: any value in its range, the same wherever it is read."""
        if self.base is not None:
            return self.base.population(name)
        if name not in self._populations:
            self._populations[name] = self.any_of(self.schema.items["", name], name)
        return self._populations[name]

    def known_populations(self) -> dict[str, Value]:
        """Return the population items that were read."""
        return self._populations

    # --- expressions ---

    def holds(self, expr: c.Expr, at: At) -> Bool:
        """Return whether ``expr`` is yes; missing is not."""
        return is_yes(self.evaluate(expr, at))

    def evaluate(self, expr: c.Expr, at: At) -> Value:
        """Return what ``expr`` denotes at ``at``."""
        match expr:
            case c.Constant() | c.SetOf() | c.Missing() | c.Parameter():
                return self._literal(expr)
            case c.Read(row, name):
                found = self.row(row, at)
                value = self.read(found, name)
                return evolve(value, present=conj([found.here, value.present]))
            case c.ReadPopulation(name):
                return self.population(name)
            case c.IsGiven() | c.HasRow() | c.IsMember() | c.Same() | c.Among() | c.Compare():
                return Flag(True, self._test(expr, at))
            case c.And(operands):
                return Flag(True, conj(self.holds(x, at) for x in operands))
            case c.Or(operands):
                return Flag(True, disj(self.holds(x, at) for x in operands))
            case c.Not(operand):
                return Flag(True, neg(self.holds(operand, at)))
            case c.Arithmetic() | c.Divide() | c.Land() | c.Round() | c.Position():
                return self._quantity(expr, at)
            case c.Default() | c.Cases() | c.Pick():
                return self._case(expr, at)
            case c.Fold():
                return self._fold(expr, at)
            case c.Select():
                raise Beyond("a selection within an expression")
            case _:
                assert_never(expr)

    def _literal(self, expr: c.Constant | c.SetOf | c.Missing | c.Parameter) -> Value:
        match expr:
            case c.Constant(value) if isinstance(value, str):
                return Code(True, known(self.rows.codes.code(value, expr.type.choice)))
            case c.Constant(value) if expr.type.unit in QUANTITIES:
                return decimal(known(int(value)), expr.shape.scale if expr.shape else 0)
            case c.Constant(value):
                return Flag(True, value is True)
            case c.Missing():
                return _nothing(expr.type.unit)
            case c.Parameter(name, literal):
                return self.parameters.get(name) or self._literal(literal)
            case c.SetOf():
                raise Beyond("a set as a value")
            case _:
                assert_never(expr)

    def _test(
        self,
        expr: c.IsGiven | c.HasRow | c.IsMember | c.Same | c.Among | c.Compare,
        at: At,
    ) -> Bool:
        match expr:
            case c.IsGiven(operand):
                return self.evaluate(operand, at).present
            case c.HasRow(row):
                return self.row(row, at).here
            case c.IsMember():
                return self._member(expr, at)
            case c.Same(left, right):
                return equals(self.evaluate(left, at), self.evaluate(right, at))
            case c.Among(operand, values):
                return self._among(self.evaluate(operand, at), values, operand.type.choice)
            case c.Compare(comparison, left, right):
                one, other = self.evaluate(left, at), self.evaluate(right, at)
                held = compared(self.numbers, comparison, quantity(one), quantity(other))
                if comparison is c.Comparison.EQUAL:
                    return conj([one.present, other.present, held])
                return held
            case _:
                assert_never(expr)

    def _among(self, value: Value, values: c.Expr, choice: str) -> Bool:
        members = values.value if isinstance(values, c.Parameter) else values
        if not isinstance(members, c.SetOf) or not isinstance(value, Code):
            raise Beyond("a set that is not written out")
        found = [
            equal(value.number, known(self.rows.codes.code(x, choice))) for x in members.values
        ]
        return conj([value.present, disj(found)])

    def _quantity(
        self, expr: c.Arithmetic | c.Divide | c.Land | c.Round | c.Position, at: At
    ) -> Value:
        match expr:
            case c.Arithmetic(operator, left, right):
                one, other = (quantity(self.evaluate(x, at)) for x in (left, right))
                return combined(self.numbers, operator, one, other)
            case c.Divide(left, right, when_zero):
                one, other = (quantity(self.evaluate(x, at)) for x in (left, right))
                found, zero = divided(self.numbers, one, other)
                if when_zero is None or zero is False:
                    return found
                return pick(zero, self.evaluate(when_zero, at), found)
            case c.Land(operand):
                scale = expr.shape.scale if expr.shape else 0
                return landed(self.numbers, quantity(self.evaluate(operand, at)), scale)
            case c.Round(operand, mode):
                places = expr.shape.scale if expr.shape else 0
                return rounded(self.numbers, quantity(self.evaluate(operand, at)), mode, places)
            case c.Position():
                return self._position(expr, at)
            case _:
                assert_never(expr)

    def _position(self, expr: c.Position, at: At) -> Value:
        value = quantity(self.evaluate(expr.value, at))
        starts = self.evaluate(expr.starts, at)
        assert isinstance(starts, Starts)
        if self._is_rough:
            return self._rough_position(expr, value, starts)
        found: Value = decimal(known(expr.first - 1), 0)
        for index, start in enumerate(starts.items):
            reached = self._reaches(expr, value, starts, index, start)
            whole: Value = decimal(known(expr.first + index), 0)
            if index + 1 < len(starts.items):
                last = equal(starts.count, known(index + 1))
                whole = pick(last, whole, self._between(value, starts, index, quantity(whole)))
            found = pick(reached, whole, found)
        return evolve(found, present=conj([value.present, starts.present]))

    def _reaches(
        self, expr: c.Position, value: Quantity, starts: Starts, index: int, start: Num
    ) -> Bool:
        sign = c.Comparison.AT_LEAST if expr.rising else c.Comparison.AT_MOST
        there = at_most(known(index + 1), starts.count)
        return conj([there, compared(self.numbers, sign, value, decimal(start, starts.scale))])

    def _rough_position(self, expr: c.Position, value: Quantity, starts: Starts) -> Value:
        """Return the last start that is reached, and any share of the way to the next, as landed."""
        whole, is_between = known(expr.first - 1), False
        for index, start in enumerate(starts.items):
            reached = self._reaches(expr, value, starts, index, start)
            whole = select(reached, known(expr.first + index), whole)
            last = equal(starts.count, known(index + 1))
            is_between = choose(reached, neg(last), is_between)
        unit = 10**FINEST
        share = self.numbers.once(
            ("share", expr.rising),
            [value.top.term, value.bottom.term, *(x.term for x in (starts.count, *starts.items))],
            lambda: self.numbers.fresh("share", 0, unit),
        )
        part = select(is_between, share, known(0))
        return decimal(
            plus(times(whole, unit), part), FINEST, conj([value.present, starts.present])
        )

    def _between(self, value: Quantity, starts: Starts, index: int, whole: Quantity) -> Value:
        """Return how far a value is from one start to the next, beyond ``whole``."""
        one, other = (decimal(starts.items[i], starts.scale) for i in (index, index + 1))
        subtract = c.Operator.SUBTRACT
        above = combined(self.numbers, subtract, evolve(value, present=True), one)
        gap = combined(self.numbers, subtract, other, one)
        share, _ = divided(self.numbers, above, gap)
        return combined(self.numbers, c.Operator.ADD, whole, share)

    def _case(self, expr: c.Default | c.Cases | c.Pick, at: At) -> Value:
        match expr:
            case c.Default(operand, otherwise):
                value = self.evaluate(operand, at)
                if value.present is True:
                    return value
                return pick(value.present, value, self.evaluate(otherwise, at))
            case c.Cases(_, arms, otherwise):
                tests: list[tuple[Bool, c.Expr]] = []
                for arm in arms:
                    if (test := self.holds(arm.condition, at)) is not False:
                        tests.append((test, arm.value))
                    if test is True:
                        break
                rest = otherwise if not tests or tests[-1][0] is not True else tests.pop()[1]
                value = self.evaluate(rest, at)
                for test, each in reversed(tests):
                    value = pick(test, self.evaluate(each, at), value)
                return value
            case c.Pick(index, values):
                number = quantity(self.evaluate(index, at)).top
                value = self.evaluate(values[-1], at)
                for i in range(len(values) - 1, 0, -1):
                    test = equal(number, known(i))
                    if test is not False:
                        value = pick(test, self.evaluate(values[i - 1], at), value)
                return value
            case _:
                assert_never(expr)

    # --- rows ---

    def row(self, row: c.Row, at: At) -> Row:
        """Return the row that ``row`` leads to; its ``here`` says whether there is one."""
        match row:
            case c.Here():
                return at.here
            case c.Element(level):
                return at.elements[level]
            case c.Follow(inner, name):
                return self.rows.follow(self.row(inner, at), name)
            case c.Catalogue(record, keys):
                values = tuple(self.evaluate(key, at) for key in keys)
                return self._catalogue(record, values)
            case _:
                assert_never(row)

    def _catalogue(self, record: str, keys: tuple[Value, ...]) -> Row:
        """Return the row of a reference table; the same one for the same keys."""
        rows = self._catalogues if self.base is None else self.base._catalogues
        at = (record, tuple(_identity(key) for key in keys))
        if at not in rows:
            rows[at] = self.rows.catalogue(record, keys)
        return rows[at]

    def slots(self, rows: c.Rows, at: At) -> list[Slot]:
        """Return the places of a list, each with whether a row is in it."""
        match rows:
            case c.Children(row, name):
                return self._children(self.row(row, at), name)
            case c.Everyone(record):
                raise Beyond(f"every {record}")
            case c.Chosen(row, name):
                return self._chosen(self.row(row, at), name)
            case c.Apart(inner, without):
                left_out = {slot.row.number: slot.taken for slot in self.slots(without, at)}
                return [
                    Slot(conj([slot.taken, neg(left_out.get(slot.row.number, False))]), slot.row)
                    for slot in self.slots(inner, at)
                ]
            case _:
                assert_never(rows)

    def _children(self, row: Row, name: str) -> list[Slot]:
        record = self.schema.lists[row.record, name]
        grouping = self.schema.records[row.record].grouping
        if grouping is not None and grouping.list_name == name:
            return self._group_members(row)
        if self.schema.records[record].grouping is not None:
            return self.groups(row, record)
        return self.rows.children(row, name)

    def groups(self, parent: Row, record: str) -> list[Slot]:
        """Return the groups of ``parent``: one for the first row of each value."""
        if self.base is not None and not self._touches(record):
            return self.base.groups(parent, record)
        if (parent.number, record) not in self._groups:
            self._groups[parent.number, record] = list(self._grouped(parent, record))
        return self._groups[parent.number, record]

    def _touches(self, record: str) -> bool:
        """Whether the groups of ``record`` depend on what is given."""
        grouping = self.schema.records[record].grouping
        assert grouping is not None
        child = self.schema.lists[grouping.parent, grouping.list_name]
        return (child, grouping.by) in self.changed or bool(
            grouping.joined is not None and self.mentions(grouping.joined)
        )

    def _grouped(self, parent: Row, record: str) -> list[Slot]:
        grouping = self.schema.records[record].grouping
        assert grouping is not None
        members = self.rows.children(parent, grouping.list_name)
        joined = [
            grouping.joined is not None and self.holds(grouping.joined, At(slot.row))
            for slot in members
        ]
        labels = [self.read(slot.row, grouping.by) for slot in members]
        made: list[Slot] = []
        for i, slot in enumerate(members):
            own = [slot.taken, neg(joined[i]), labels[i].present]
            earlier = [
                conj([members[j].taken, neg(joined[j]), equals(labels[i], labels[j])])
                for j in range(i)
            ]
            first = conj([*own, neg(disj(earlier))])
            group = self.rows.make(record, first)
            group.group = (parent, i)
            group.fields[grouping.by] = evolve(labels[i], present=True)
            self._members[group.number] = [
                Slot(
                    conj([first, each.taken, disj([joined[j], equals(labels[j], labels[i])])]),
                    each.row,
                )
                for j, each in enumerate(members)
            ]
            made.append(Slot(first, group))
        return made

    def _group_members(self, row: Row) -> list[Slot]:
        if row.number not in self._members and self.base is not None:
            return self.base._group_members(row)
        return self._members[row.number]

    def a_group(self, record: str) -> Row:
        """Return some group of ``record``."""
        parent = self.rows.parent_of_group(record)
        return self.groups(parent, record)[0].row

    # --- folds and selections, in ``lists`` ---

    def looks_into(self, rows: c.Rows, at: At) -> bool:
        """Return whether the list is looked into, or what is made of it taken as any value."""
        match rows:
            case c.Children(row, name) | c.Chosen(row, name):
                record = self._record_of(row, at)
                return (record, name) in self.depth.lists
            case c.Everyone():
                return False
            case c.Apart(inner, without):
                return self.looks_into(inner, at) and self.looks_into(without, at)
            case _:
                assert_never(rows)

    def _record_of(self, row: c.Row, at: At) -> str:
        return self.schema.of_row(row, at.here.record, tuple(x.record for x in at.elements))

    def mentions(self, expr: object) -> bool:
        """Return whether an expression names something that depends on what is given."""
        return self.grids.mentions(expr, self._changed_names)

    def _fold(self, expr: c.Fold, at: At) -> Value:
        from mipsdsl.engines.solver.lists import fold

        key = (at.here.number, tuple(x.number for x in at.elements), expr)
        if self.base is not None and not self.mentions(expr) and not self.given_inside(at):
            return self.base._fold(expr, at)
        if key not in self._folds:
            if self.looks_into(expr.rows, at):
                self._folds[key] = fold(self, expr, at)
            else:
                self._folds[key] = self._any_fold(expr, at)
        return self._folds[key]

    def given_inside(self, at: At) -> bool:
        """Return whether a row that is looked at is a group made anew for this run."""
        return any(row.number in self._members for row in (at.here, *at.elements))

    def _any_fold(self, expr: c.Fold, at: At) -> Value:
        stem = f"{expr.kind.value} {at.here.record}{at.here.number}"
        present: Bool = self.numbers.flag(f"{stem}?") if expr.type.optional else True
        value: Value = Flag(True, self.numbers.flag(stem))
        if expr.shape is not None:
            shape, scale = expr.shape, expr.shape.scale
            if expr.kind is c.FoldKind.AVERAGE:
                value = self._any_average(expr, stem, present)
            else:
                value = self.any_quantity(shape.low, shape.high, scale, stem, present)
        self._free(expr, at, value)
        return value

    def _free(self, expr: c.Fold | c.IsMember, at: At, value: Value) -> None:
        lists = frozenset(self._lists_of(expr.rows, at))
        self.freed.append(Freed(at.here, value, (at.here.record, ""), expr, at.elements, lists))

    def _any_average(self, expr: c.Fold, stem: str, present: Bool) -> Value:
        """Return any average: a sum over any number, never landed."""
        assert expr.shape is not None
        shape, many = expr.shape, expr.shape.denominator
        low, high = (int(x * 10**shape.scale) for x in (shape.low, shape.high))
        count = self.numbers.fresh(f"{stem} #", 1, many)
        total = self.numbers.fresh(stem, min(low * many, low), max(high * many, high))
        self.numbers.require(self.numbers.multiply(count, known(low)).term <= total.term)
        self.numbers.require(total.term <= self.numbers.multiply(count, known(high)).term)
        return Quantity(present, total, count, shape.scale)

    def _chosen(self, row: Row, name: str) -> list[Slot]:
        from mipsdsl.engines.solver.lists import select

        if self.base is not None and (row.record, name) not in self.changed:
            return self.base._chosen(row, name)
        if (row.number, name) not in self._selected:
            self._selected[row.number, name] = select(self, row, name)
        return self._selected[row.number, name]

    def _member(self, expr: c.IsMember, at: At) -> Bool:
        row = self.row(expr.row, at)
        if self.looks_into(expr.rows, at):
            found = [slot.taken for slot in self.slots(expr.rows, at) if slot.row is row]
            if found:
                return disj(found)
        if self.base is not None and not self.mentions(expr) and not self.given_inside(at):
            return self.base._member(expr, at)
        key = (at.here.number, tuple(x.number for x in at.elements), expr)
        if key not in self._folds:
            value = Flag(True, self.numbers.flag(f"{row.record}{row.number} chosen"))
            self._folds[key] = value
            self._free(expr, at, value)
        return is_yes(self._folds[key])

    def _lists_of(self, rows: c.Rows, at: At) -> Iterator[Target]:
        match rows:
            case c.Children(row, name) | c.Chosen(row, name):
                yield (self._record_of(row, at), name)
            case c.Apart(inner, without):
                yield from self._lists_of(inner, at)
                yield from self._lists_of(without, at)
            case c.Everyone():
                return
            case _:
                assert_never(rows)


def _identity(value: Value) -> object:
    """Return what two values have in common only if they are the same."""
    match value:
        case Code(present, Num(term)):
            pass
        case Quantity(present, Num(term)):
            pass
        case _:
            return id(value)
    return (_term_id(present), _term_id(term))


def _term_id(term: object) -> object:
    return ("known", term) if isinstance(term, int) else term.get_id()  # type: ignore[attr-defined]


def _nothing(unit: Unit) -> Value:
    if unit is Unit.YESNO:
        return Flag(False, False)
    if unit in QUANTITIES:
        return Quantity(False, known(0), ONE, 0)
    return Code(False, known(0))
