"""What moving values need to be known of each row, as rules of the program's own.

An item X that moves and that other rows read becomes three: X itself is computed with the parameter
at its lower end, ``X high`` with it at its upper end, and ``X open`` says whether a condition on the
way to X turns in between. Of a row that is not open, X is the middle one of X, the parameter and
``X high``, whatever the parameter is between its ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from attrs import define, evolve, field

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from mipsdsl.core.walk import rebuilt, replaced
from mipsdsl.engines.histogram.grades import Grade, Grades
from mipsdsl.engines.schema import Schema, Target
from mipsdsl.engines.uses import operands_of

T = TypeVar("T")

YES, NO = build.yes(), build.yes(value=False)


def high(name: str) -> str:
    """Return the name of the item that has ``name`` at the upper end."""
    return f"{name} high"


def open_(name: str) -> str:
    """Return the name of the item that says whether ``name`` is undecided."""
    return f"{name} open"


@define
class Carrier:
    """Makes the items that stand for those of ``carried``."""

    grades: Grades
    carried: frozenset[Target]
    opens: set[Target] = field(factory=set)
    """The items that can be open."""

    @property
    def schema(self) -> Schema:
        """Return where names lead."""
        return self.grades.schema

    def items_for(self, item: c.Item) -> Iterator[c.Item]:
        """Yield the items that stand for ``item``, those it reads having been asked for before."""
        target = (item.record, item.name)
        lower = self.widened(self.at_end(item.expr, item.record, (), upper=False))
        yield self.widened(evolve(item, expr=lower))
        if self.grades.of[target] is Grade.FOLLOWS:
            upper = self.at_end(item.expr, item.record, (), upper=True)
            yield self.widened(evolve(item, name=high(item.name), expr=upper))
        undecided = self.widened(self.open(item.expr, item.record, ()))
        if undecided is not None:
            self.opens.add(target)
            yield _yesno(item, open_(item.name), undecided)

    def widened(self, part: T) -> T:
        """Return ``part`` with bounds that hold wherever the parameters are between their ends."""
        ends = [
            (each.low.type.unit, each.low.shape, each.high.shape)
            for each in self.grades.moving.values()
            if each.low is not None and each.high is not None
        ]

        def wide(node: Any) -> Any:  # noqa: ANN401 - any part of the core
            if not isinstance(node, c.Valued | c.Item) or node.shape is None:
                return node
            shape = node.shape
            for unit, low, top in ends:
                if unit is node.type.unit and low is not None and top is not None:
                    least, most = min(shape.low, low.low), max(shape.high, top.high)
                    if (least, most) != (shape.low, shape.high):
                        shape = build.union(shape, top, least, most)
            return node if shape is node.shape else evolve(node, shape=shape)

        return rebuilt(part, wide)

    # --- the value at an end ---

    def at_end(self, expr: c.Expr, here: str, elements: tuple[str, ...], *, upper: bool) -> c.Expr:
        """Return ``expr`` with what moves at its lower or upper end."""

        def swap(part: object) -> c.Expr | None:
            match part:
                case c.Parameter(name) if name in self.grades.moving:
                    moving = self.grades.moving[name]
                    end = moving.high if upper else moving.low
                    return None if end is None else end
                case c.Read(row, name) if upper:
                    owner = self.schema.of_row(row, here, elements)
                    follows = self.grades.of.get((owner, name)) is Grade.FOLLOWS
                    return evolve(part, name=high(name)) if follows else None
                case c.Fold():
                    return self._fold_at_end(part, here, elements, upper=upper)
                case c.Select():
                    return part  # what chooses does not move
                case _:
                    return None

        return replaced(expr, swap)

    def _fold_at_end(
        self, fold: c.Fold, here: str, elements: tuple[str, ...], *, upper: bool
    ) -> c.Fold:
        inside = self._inside(fold, here, elements)
        where = self.at_end(fold.where, here, inside, upper=upper)
        body = self.at_end(fold.body, here, inside, upper=upper)
        return evolve(fold, where=where, body=body)

    def _inside(self, fold: c.Fold, here: str, elements: tuple[str, ...]) -> tuple[str, ...]:
        return (*elements[: fold.level], self.schema.of_rows(fold.rows, here, elements))

    # --- whether it is decided ---

    def open(self, expr: c.Expr, here: str, elements: tuple[str, ...]) -> c.Expr | None:
        """Return the condition that ``expr`` is undecided; nothing when it never is."""
        if self.grades.grade(expr, here, elements) is Grade.STILL:
            return None
        match expr:
            case c.Read(row, name):
                return self._open_read(row, name, here, elements)
            case c.And(operands) | c.Or(operands):
                return self._open_chain(expr, operands, here, elements)
            case c.Cases():
                return self._open_cases(expr, here, elements)
            case c.Default(operand, otherwise):
                there = self.at_end(operand, here, elements, upper=False)
                given = c.IsGiven(there, type=YESNO)
                last = self.open(otherwise, here, elements)
                return _in_turn([(self.open(operand, here, elements), YES), (given, None)], last)
            case c.Compare():
                return self._open_compare(expr, here, elements)
            case c.Fold():
                return self._open_fold(expr, here, elements)
            case c.Constant() | c.SetOf() | c.Missing() | c.Parameter() | c.ReadPopulation():
                return None
            case c.HasRow() | c.IsMember() | c.Select() | c.Position():
                return self._open_rows(expr, here, elements)
            case _:
                return _any(self.open(each, here, elements) for each in operands_of(expr))

    def _open_read(
        self, row: c.Row, name: str, here: str, elements: tuple[str, ...]
    ) -> c.Expr | None:
        owner = self.schema.of_row(row, here, elements)
        if (owner, name) not in self.opens:
            return None
        return c.Read(row, open_(name), type=Type(Unit.YESNO))

    def _open_chain(
        self, expr: c.And | c.Or, operands: tuple[c.Expr, ...], here: str, elements: tuple[str, ...]
    ) -> c.Expr | None:
        turns: list[tuple[c.Expr | None, c.Expr | None]] = []
        for operand in operands:
            turns.append((self.open(operand, here, elements), YES))
            over = c.Not(operand, type=YESNO) if isinstance(expr, c.And) else operand
            turns.append((self.at_end(over, here, elements, upper=False), None))
        return _in_turn(turns, None)

    def _open_cases(self, expr: c.Cases, here: str, elements: tuple[str, ...]) -> c.Expr | None:
        turns: list[tuple[c.Expr | None, c.Expr | None]] = []
        for arm in expr.arms:
            turns.append((self.open(arm.condition, here, elements), YES))
            holds = self.at_end(arm.condition, here, elements, upper=False)
            turns.append((holds, self.open(arm.value, here, elements)))
        return _in_turn(turns, self.open(expr.otherwise, here, elements))

    def _open_compare(self, expr: c.Compare, here: str, elements: tuple[str, ...]) -> c.Expr | None:
        """Undecided: neither always, the lowest of one against the highest of the other, nor never."""
        operands = (expr.left, expr.right)
        deeper = [self.open(each, here, elements) for each in operands]
        if max(self.grades.grade(each, here, elements) for each in operands) < Grade.FOLLOWS:
            return _any(deeper)
        ends = [
            [self.at_end(each, here, elements, upper=upper) for upper in (False, True)]
            for each in operands
        ]
        (left_low, left_high), (right_low, right_high) = ends
        rises = expr.comparison in (c.Comparison.MORE, c.Comparison.AT_LEAST)
        worst = (left_low, right_high) if rises else (left_high, right_low)
        best = (left_high, right_low) if rises else (left_low, right_high)
        always, ever = (c.Compare(expr.comparison, *pair, type=YESNO) for pair in (worst, best))
        turns = c.And((c.Not(always, type=YESNO), ever), type=YESNO)
        return _any([*deeper, turns])

    def _open_fold(self, expr: c.Fold, here: str, elements: tuple[str, ...]) -> c.Expr | None:
        inside = self._inside(expr, here, elements)
        fails = c.Not(self.at_end(expr.where, here, inside, upper=False), type=YESNO)
        body = _in_turn(
            [(self.open(expr.where, here, inside), YES), (fails, None)],
            self.open(expr.body, here, inside),
        )
        rows = self._open_list(expr.rows, here, elements)
        if body is None:
            return rows
        any_of = c.Fold(c.FoldKind.ANY, expr.level, expr.rows, YES, body, type=YESNO)
        return _any([rows, any_of])

    def _open_rows(
        self,
        expr: c.HasRow | c.IsMember | c.Select | c.Position,
        here: str,
        elements: tuple[str, ...],
    ) -> c.Expr | None:
        match expr:
            case c.Position(value, starts):
                return _any(self.open(each, here, elements) for each in (value, starts))
            case c.IsMember(_, rows) | c.Select(rows):
                return self._open_list(rows, here, elements)
            case _:
                return None

    def _open_list(self, rows: c.Rows, here: str, elements: tuple[str, ...]) -> c.Expr | None:
        match rows:
            case c.Chosen(row, name):
                return self._open_read(row, name, here, elements)
            case c.Apart(inner, without):
                both = (inner, without)
                return _any(self._open_list(each, here, elements) for each in both)
            case _:
                return None


def _yesno(item: c.Item, name: str, expr: c.Expr) -> c.Item:
    return c.Item(
        item.record, name, c.ItemKind.RULE, YESNO, None, expr, "", (), (), None, item.place
    )


def _any(conditions: Iterable[c.Expr | None]) -> c.Expr | None:
    there = tuple(each for each in conditions if each is not None)
    if len(there) <= 1:
        return there[0] if there else None
    return c.Or(there, type=YESNO)


def _in_turn(
    turns: Iterable[tuple[c.Expr | None, c.Expr | None]], otherwise: c.Expr | None
) -> c.Expr | None:
    """Return the conclusion of the first condition that holds; nothing when it is always no.

    A condition that is ``None`` never holds; a conclusion that is ``None`` is no.
    """
    pairs = [(condition, value) for condition, value in turns if condition is not None]
    if otherwise is None and all(value is None for _, value in pairs):
        return None
    arms = tuple(c.Arm(condition, NO if value is None else value) for condition, value in pairs)
    return c.Cases(c.CasesKind.IF, arms, NO if otherwise is None else otherwise, type=YESNO)
