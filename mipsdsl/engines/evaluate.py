"""The meaning of an expression: a plain walk over the core in exact rationals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeAlias, assert_never

from attrs import field, frozen

from mipsdsl import arithmetic
from mipsdsl.core import nodes as c
from mipsdsl.core.meaning import applied, compared
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.choose import Stage, choose
from mipsdsl.engines.schema import LAYOUT, NUMBER
from mipsdsl.engines.store import Key, Row, Store, Stored

Value: TypeAlias = Fraction | int | str | tuple[Any, ...] | None
"""What an expression denotes: missing is ``None``, a set or selection a tuple, yes/no ``bool``."""


@frozen
class At:
    """Where an expression is evaluated: the row, and the rows that the folds around look at."""

    here: Row = field(repr=False)
    elements: tuple[Row, ...] = field(default=(), repr=False)

    def looking_at(self, level: int, row: Row) -> At:
        """Return the place within a fold of this level that looks at ``row``."""
        return At(self.here, (*self.elements[:level], row))


class Evaluator(ABC):
    """Evaluates expressions over the rows of ``store``; how an item is read is left open."""

    def __init__(self, store: Store) -> None:
        """Evaluate over the rows of ``store``."""
        self.store = store

    @abstractmethod
    def read(self, row: Row, name: str) -> Stored:
        """Return the field or item ``name`` of ``row``."""

    @abstractmethod
    def population(self, name: str) -> Stored:
        """Return the population item ``name``."""

    @abstractmethod
    def groups(self, record: str) -> None:
        """Make the groups of ``record`` where they are not made yet."""

    @abstractmethod
    def note_parameter(self, parameter: c.Parameter) -> None:
        """Hear that ``parameter`` was used."""

    @abstractmethod
    def note_cases(self, cases: c.Cases, matched: int | None, at: At) -> None:
        """Hear which arm of ``cases`` matched, none when it was ``otherwise``."""

    # --- expressions ---

    def evaluate(self, expr: c.Expr, at: At) -> Value:
        """Return what ``expr`` denotes at ``at``."""
        match expr:
            case c.Constant() | c.SetOf() | c.Missing() | c.Parameter():
                return self._literal(expr)
            case c.Read() | c.ReadPopulation():
                return self._read(expr, at)
            case c.IsGiven() | c.HasRow() | c.IsMember() | c.Same() | c.Among():
                return self._test(expr, at)
            case c.Compare():
                return self._compare(expr, at)
            case c.And() | c.Or() | c.Not():
                return self._logic(expr, at)
            case c.Arithmetic() | c.Divide() | c.Land() | c.Round() | c.Position():
                return self._quantity(expr, at)
            case c.Default() | c.Cases() | c.Pick():
                return self._case(expr, at)
            case c.Fold():
                return self._fold(expr, at)
            case c.Select():
                return self._select(expr, at)
            case _:
                assert_never(expr)

    def holds(self, expr: c.Expr, at: At) -> bool:
        """Return whether ``expr`` is yes; missing is not."""
        return self.evaluate(expr, at) is True

    def quantity(self, expr: c.Expr, at: At) -> Fraction:
        """Return the value of a quantity that is there.

        Raises:
            TypeError: it is missing, which the checks of the language rule out.

        """
        value = self.evaluate(expr, at)
        if not isinstance(value, Fraction):
            raise TypeError(f"a quantity is needed, not {value!r}")
        return value

    def stored(self, expr: c.Expr, at: At, scale: int) -> Stored:
        """Return what ``expr`` denotes as it is stored: a quantity landed, in steps."""
        value = self.evaluate(expr, at)
        if isinstance(value, Fraction):
            return arithmetic.land(value.numerator, value.denominator, scale)
        return value

    def _literal(self, expr: c.Constant | c.SetOf | c.Missing | c.Parameter) -> Value:
        match expr:
            case c.Constant(value):
                return unstored(value, _scale(expr)) if expr.type.unit in QUANTITIES else value
            case c.SetOf(values):
                return values
            case c.Missing():
                return None
            case c.Parameter(_, literal):
                self.note_parameter(expr)
                return self._literal(literal)
            case _:
                assert_never(expr)

    def _read(self, expr: c.Read | c.ReadPopulation, at: At) -> Value:
        match expr:
            case c.Read(row, name):
                found = self.row(row, at)
                if found is None:
                    return None
                return unstored(self.read(found, name), found[LAYOUT].scales.get(name))
            case c.ReadPopulation(name):
                scale = self.store.schema.population_scales.get(name)
                return unstored(self.population(name), scale)
            case _:
                assert_never(expr)

    def _test(self, expr: c.IsGiven | c.HasRow | c.IsMember | c.Same | c.Among, at: At) -> bool:
        match expr:
            case c.IsGiven(operand):
                return self.evaluate(operand, at) is not None
            case c.HasRow(row):
                return self.row(row, at) is not None
            case c.IsMember(row, rows):
                found = self.row(row, at)
                return any(each is found for each in self.rows(rows, at))
            case c.Same(left, right):
                first, second = self.evaluate(left, at), self.evaluate(right, at)
                return first is not None and first == second
            case c.Among(operand, values):
                value, members = self.evaluate(operand, at), self.evaluate(values, at)
                return value is not None and isinstance(members, tuple) and value in members
            case _:
                assert_never(expr)

    def _compare(self, expr: c.Compare, at: At) -> bool:
        if expr.comparison is c.Comparison.EQUAL:
            value = self.evaluate(expr.left, at)
            return value is not None and value == self.evaluate(expr.right, at)
        left, right = self.quantity(expr.left, at), self.quantity(expr.right, at)
        return compared(expr.comparison, left, right)

    def _logic(self, expr: c.And | c.Or | c.Not, at: At) -> bool:
        match expr:
            case c.And(operands):
                return all(self.holds(operand, at) for operand in operands)
            case c.Or(operands):
                return any(self.holds(operand, at) for operand in operands)
            case c.Not(operand):
                return not self.holds(operand, at)
            case _:
                assert_never(expr)

    # --- quantities ---

    def _quantity(
        self, expr: c.Arithmetic | c.Divide | c.Land | c.Round | c.Position, at: At
    ) -> Value:
        match expr:
            case c.Arithmetic(operator, left, right):
                return applied(operator, self.quantity(left, at), self.quantity(right, at))
            case c.Divide(left, right, when_zero):
                divisor = self.quantity(right, at)
                if divisor == 0 and when_zero is not None:
                    return self.evaluate(when_zero, at)
                return self.quantity(left, at) / divisor
            case c.Land(operand):
                return unstored(self.stored(operand, at, _scale(expr)), _scale(expr))
            case c.Round(operand, mode):
                value = self.evaluate(operand, at)
                return _rounded(value, mode, _scale(expr)) if value is not None else None
            case c.Position():
                return self._position(expr, at)
            case _:
                assert_never(expr)

    def _position(self, expr: c.Position, at: At) -> Value:
        value, row = self.evaluate(expr.value, at), self.row(expr.starts.row, at)
        starts = None if row is None else self.read(row, expr.starts.name)
        if not isinstance(value, Fraction) or not isinstance(starts, tuple) or row is None:
            return None
        scale = row[LAYOUT].scales[expr.starts.name]
        return position(value * 10**scale, starts, expr.first, rising=expr.rising)

    # --- cases ---

    def _case(self, expr: c.Default | c.Cases | c.Pick, at: At) -> Value:
        match expr:
            case c.Default(operand, otherwise):
                value = self.evaluate(operand, at)
                return value if value is not None else self.evaluate(otherwise, at)
            case c.Cases(_, arms, otherwise):
                for index, arm in enumerate(arms):
                    if self.holds(arm.condition, at):
                        self.note_cases(expr, index, at)
                        return self.evaluate(arm.value, at)
                self.note_cases(expr, None, at)
                return self.evaluate(otherwise, at)
            case c.Pick(index, values):
                return self.evaluate(values[int(self.quantity(index, at)) - 1], at)
            case _:
                assert_never(expr)

    # --- lists ---

    def row(self, row: c.Row, at: At) -> Row | None:
        """Return the row that ``row`` leads to, none when there is none."""
        match row:
            case c.Here():
                return at.here
            case c.Element(level):
                return at.elements[level]
            case c.Follow(inner, name):
                found = self.row(inner, at)
                return None if found is None else found[found[LAYOUT].slots[name]]
            case c.Catalogue(record, keys):
                return self.store.find(record, self._key(record, keys, at))
            case _:
                assert_never(row)

    def _key(self, record: str, keys: tuple[c.Expr, ...], at: At) -> Key:
        names = self.store.schema.records[record].key
        scales = self.store.schema.layouts[record].scales
        return tuple([
            self.on_grid(expr, scales.get(name), at)
            for name, expr in zip(names, keys, strict=True)
        ])  # fmt: skip

    def on_grid(self, expr: c.Expr, scale: int | None, at: At) -> Stored:
        """Return what ``expr`` denotes in steps; what is between two steps is no key: missing."""
        value = self.evaluate(expr, at)
        if not isinstance(value, Fraction):
            return value
        steps = value * 10 ** (scale or 0)
        return steps.numerator if steps.denominator == 1 else None

    def rows(self, rows: c.Rows, at: At) -> tuple[Row, ...] | list[Row]:
        """Return the rows of a list, in order."""
        match rows:
            case c.Children(row, name):
                found = self.row(row, at)
                return () if found is None else self._children(found, name)
            case c.Everyone(record):
                self.groups(record)
                return self.store.rows.get(record, [])
            case c.Chosen(row, name):
                found = self.row(row, at)
                chosen = None if found is None else self.read(found, name)
                return chosen if isinstance(chosen, tuple) else ()
            case c.Apart(inner, without):
                numbers = {row[NUMBER] for row in self.rows(without, at)}
                return [row for row in self.rows(inner, at) if row[NUMBER] not in numbers]
            case _:
                assert_never(rows)

    def _children(self, row: Row, name: str) -> tuple[Row, ...]:
        layout = row[LAYOUT]
        self.groups(self.store.schema.lists[layout.record, name])
        children: tuple[Row, ...] = row[layout.slots[name]]
        return children

    def _fold(self, expr: c.Fold, at: At) -> Value:
        values = self._bodies(expr, at)
        match expr.kind:
            case c.FoldKind.ANY:
                return any(value is True for value in values)
            case c.FoldKind.ALL:
                return all(value is True for value in values)
            case c.FoldKind.COUNT:
                return Fraction(sum(1 for _ in values))
            case _:
                return _summed(expr.kind, [_needed(value) for value in values])

    def _bodies(self, expr: c.Fold, at: At) -> Iterator[Value]:
        for row in self.rows(expr.rows, at):
            inside = at.looking_at(expr.level, row)
            if self.holds(expr.where, inside):
                yield self.evaluate(expr.body, inside)

    def _select(self, expr: c.Select, at: At) -> tuple[Row, ...]:
        stages = [self._stage(places, at) for places in expr.places]
        return choose(self.rows(expr.rows, at), self.store.key, stages)

    def _stage(self, places: c.Places, at: At) -> Stage:
        def test(condition: c.Expr) -> Any:  # noqa: ANN401 - a function of a row
            return lambda row: self.holds(condition, at.looking_at(0, row))

        def value(expr: c.Expr) -> Any:  # noqa: ANN401 - a function of a row
            return lambda row: self.evaluate(expr, at.looking_at(0, row))

        return Stage(
            number=int(self.quantity(places.number, at)),
            wheres=tuple(test(each) for each in (places.where, *places.fallbacks)),
            each=None if places.each is None else value(places.each),
            keys=tuple((value(key.value), key.highest_first) for key in places.keys),
        )


def _scale(expr: c.Expr) -> int:
    if expr.shape is None:
        raise TypeError(f"a quantity without a shape: {type(expr).__name__}")
    return expr.shape.scale


def unstored(value: Stored, scale: int | None) -> Value:
    """Return what a slot with ``scale`` places holds: steps become a number.

    >>> unstored(425, 4), unstored("group", None), unstored(None, 2)
    (Fraction(17, 400), 'group', None)
    """
    if scale is None or value is None or isinstance(value, str | tuple):
        return value
    return Fraction(value, 10**scale)


def position(value: Fraction, starts: tuple[int, ...], first: int, *, rising: bool) -> Fraction:
    """Return where ``value`` stands on ``starts``, see ``Position``; both in the same steps.

    >>> position(Fraction(15), (10, 20, 30), 1, rising=True)
    Fraction(3, 2)
    >>> position(Fraction(15), (30, 20, 10), 1, rising=False)
    Fraction(5, 2)
    """
    reached = [
        i for i, start in enumerate(starts) if (value >= start if rising else value <= start)
    ]
    if not reached:
        return Fraction(first - 1)
    last = reached[-1]
    whole = Fraction(first + last)
    if last == len(starts) - 1:
        return whole
    # The next start is not reached, so it lies beyond the value, which is at or beyond this one:
    # the fraction is within 0…1 whatever the order of the starts.
    return whole + (value - starts[last]) / (starts[last + 1] - starts[last])


def _rounded(value: Value, mode: c.Rounding, places: int) -> Fraction:
    number = _needed(value)
    match mode:
        case c.Rounding.HALF_UP:
            steps = arithmetic.round_half_up(number.numerator, number.denominator, places)
        case c.Rounding.UP:
            steps = arithmetic.round_up(number.numerator, number.denominator, places)
        case c.Rounding.DOWN:
            steps = arithmetic.round_down(number.numerator, number.denominator, places)
        case _:
            assert_never(mode)
    return Fraction(steps, 10**places)


def _needed(value: Value) -> Fraction:
    if not isinstance(value, Fraction):
        raise TypeError(f"a quantity is needed, not {value!r}")
    return value


def _summed(kind: c.FoldKind, values: list[Fraction]) -> Fraction | None:
    if kind is c.FoldKind.SUM:
        return sum(values, Fraction(0))
    if not values:
        return None
    if kind is c.FoldKind.AVERAGE:
        return sum(values, Fraction(0)) / len(values)
    return max(values) if kind is c.FoldKind.HIGHEST else min(values)
