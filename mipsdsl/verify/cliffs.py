"""Cliffs: where a hair more of something makes an outcome jump."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import Enum
from fractions import Fraction

from attrs import frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, YESNO, Type, Unit
from mipsdsl.core.walk import expressions_in
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.schema import Schema, schema_of
from mipsdsl.engines.solver.attempt import NeverMoves
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.verify.changes import changed_by
from mipsdsl.verify.judge import Judge, Verdict
from mipsdsl.verify.questions import steps_of
from mipsdsl.verify.told import told

SMALLEST = Fraction(1, 200)
"""What moves an outcome by less (half a hundredth of a point, half a percent of the unit) is no jump."""

COUNT = Type(Unit.COUNT)


class Kind(Enum):
    """What makes the outcome jump."""

    SCALE = "scale"
    THRESHOLD = "threshold"
    ROUNDING = "rounding"


@frozen
class Cliff:
    """A place where ``outcome`` jumps; ``falls``: more of ``cause`` is less of it."""

    kind: Kind
    outcome: str
    cause: str
    at: str
    before: str
    after: str
    falls: bool
    person: str
    citations: tuple[str, ...]
    place: c.Place

    def __str__(self) -> str:
        """Return the cliff in a line."""
        if self.kind is Kind.ROUNDING:
            return f"{self.outcome}: {self.at}"
        said = f"{self.outcome}: {self.before} → {self.after} where {self.cause} reaches {self.at}"
        return f"{said}: more is less" if self.falls else said


@frozen
class Open:
    """A threshold of which nobody was found for whom it matters."""

    outcome: str
    cause: str
    at: str
    place: c.Place


@frozen
class _Threshold:
    """An item that compares something of its row with a constant."""

    item: c.Item
    cause: c.Read
    at: Fraction
    opens: bool
    """Whether the comparison turns at the constant itself, else a step beyond it."""


def cliffs(program: c.Program, seconds: float, jobs: int = 0) -> tuple[list[Cliff], list[Open]]:
    """Return the cliffs of a program, and the thresholds that nobody was found for."""
    found = [*_of_scales(program), *_of_roundings(program)]
    left: list[Open] = []
    thresholds = _thresholds(program)
    with ProcessPoolExecutor(
        jobs or os.cpu_count() or 1, initializer=_start, initargs=(program, seconds)
    ) as pool:
        for each, cliff in zip(thresholds, pool.map(_found, range(len(thresholds))), strict=True):
            if cliff is not None:
                found.append(cliff)
            else:
                at = quantity_text(each.at, each.cause.type.unit)
                left.append(Open(_name(each.item), each.cause.name, at, each.item.place))
    return found, left


def _name(item: c.Item) -> str:
    return f"{item.record}.{item.name.removesuffix(' row')}"


def _of_scales(program: c.Program) -> Iterator[Cliff]:
    for item in program.items:
        if item.kind is c.ItemKind.SCALE:
            for at, before, after in steps_of(item):
                if before != after:
                    cause, unit = _argument(item)
                    texts = [quantity_text(x, item.type.unit) for x in (before, after)]
                    yield Cliff(
                        Kind.SCALE, _name(item), cause, quantity_text(at, unit), texts[0], texts[1],
                        after < before, "", item.citations, item.place,
                    )  # fmt: skip


def _argument(item: c.Item) -> tuple[str, Unit]:
    for expr in expressions_in(item.expr):
        if isinstance(expr, c.Compare) and isinstance(expr.left, c.Read):
            return expr.left.name, expr.left.type.unit
    return "its argument", Unit.NUMBER


_MODES = {
    c.Rounding.HALF_UP: "half up", c.Rounding.UP: "up", c.Rounding.DOWN: "down",
}  # fmt: skip


def _of_roundings(program: c.Program) -> Iterator[Cliff]:
    for item in program.items:
        for expr in expressions_in(item.expr):
            if isinstance(expr, c.Round) and expr.shape is not None:
                step = quantity_text(Fraction(1, 10**expr.shape.scale), expr.type.unit)
                said = f"in steps of {step}, {_MODES[expr.mode]}"
                yield Cliff(
                    Kind.ROUNDING, _name(item).lstrip("."), "", said, "", "", False, "",
                    item.citations, item.place,
                )  # fmt: skip


# --- thresholds ----------------------------------------------------------------------------------


def _thresholds(program: c.Program) -> list[_Threshold]:
    found: dict[tuple[str, str, str, Fraction, bool], _Threshold] = {}
    for item in program.items:
        if not item.record or item.kind in (c.ItemKind.SCALE, c.ItemKind.SELECTION):
            continue
        for expr in expressions_in(item.expr):
            if isinstance(expr, c.Compare) and (each := _turning(item, expr)) is not None:
                key = (item.record, item.name, each.cause.name, each.at, each.opens)
                found.setdefault(key, each)
    return list(found.values())


def _turning(item: c.Item, expr: c.Compare) -> _Threshold | None:
    """Return where a comparison of something of the row itself with a constant turns."""
    operand = expr.left.operand if isinstance(expr.left, c.Default) else expr.left
    at = build.value_of(expr.right)
    is_read = isinstance(operand, c.Read) and isinstance(operand.row, c.Here)
    if not is_read or at is None or expr.comparison is c.Comparison.EQUAL:
        return None
    assert isinstance(operand, c.Read)
    opens = expr.comparison in (c.Comparison.AT_LEAST, c.Comparison.LESS)
    return _Threshold(item, operand, at, opens)


_WORK: list[tuple[Judge, list[_Threshold]]] = []


def _start(program: c.Program, seconds: float) -> None:
    _WORK.append((Judge(program, seconds, rows=2), _thresholds(program)))


def _found(index: int) -> Cliff | None:
    judge, thresholds = _WORK[-1]
    return _cliff(judge, thresholds[index])


def _cliff(judge: Judge, each: _Threshold) -> Cliff | None:
    """Return the jump at a threshold, of somebody whom it concerns."""
    program = judge.program
    schema = schema_of(program)
    effect, said = _as_number(each.item, schema)
    one = build.constant(1, build.shape_of(each.cause).scale, each.cause.type.required())
    end = _steps(each.at, each.cause)
    limits = (end - 1, end) if each.opens else (end, end + 1)
    low, high = (build.constant(x, build.shape_of(one).scale, one.type) for x in limits)
    when = c.And(
        (
            c.IsGiven(each.cause, type=YESNO),
            c.Compare(c.Comparison.AT_LEAST, each.cause, low, type=YESNO),
            c.Compare(c.Comparison.AT_MOST, each.cause, high, type=YESNO),
            *([c.IsGiven(effect, type=YESNO)] if effect.type.optional else []),
        ),
        type=YESNO,
    )
    changed = changed_by(program, (each.item.record, each.cause.name))
    for lowers in (False, True):
        claim = c.Raising("", each.item.record, each.cause, lowers, effect, when, each.item.place)
        answer = judge.answer(NeverMoves(claim, changed))
        if answer.verdict is not Verdict.REFUTED or answer.replay is None:
            continue
        values = [
            engine.evaluate(effect, At(row))
            for engine, row in zip(answer.replay.engines, answer.replay.rows, strict=True)
        ]
        before, after = (x for x in values if isinstance(x, Fraction))
        if abs(after - before) < SMALLEST * _unit(each.item):
            continue
        texts = [
            said[int(x)] if said else quantity_text(x, each.item.type.unit) for x in (before, after)
        ]
        person = told(
            effect, each.item.record, answer.replay.rows[1], answer.replay.engines[1], program
        )
        return Cliff(
            Kind.THRESHOLD, _name(each.item), each.cause.name,
            quantity_text(Fraction(limits[1], 10 ** build.shape_of(one).scale), each.cause.type.unit),
            texts[0], texts[1], not said and after < before, person, each.item.citations,
            each.item.place,
        )  # fmt: skip
    return None


def _unit(item: c.Item) -> Fraction:
    return Fraction(1, 100) if item.type.unit is Unit.PERCENT else Fraction(1)


def _steps(at: Fraction, cause: c.Read) -> int:
    """Return the first step of the grid that is not below ``at``."""
    steps = at * 10 ** build.shape_of(cause).scale
    up: int = -(-steps.numerator // steps.denominator)
    return up


def _as_number(item: c.Item, schema: Schema) -> tuple[c.Expr, Sequence[str]]:
    """Return the value of an item as a quantity, and what its numbers stand for if it is none."""
    read = c.Read(c.Here(), item.name, type=item.type, shape=item.shape)
    if item.type.unit in QUANTITIES:
        return read, ()
    if item.type.unit is Unit.YESNO:
        arms = (c.Arm(read, build.constant(1, 0, COUNT)),)
        return build.cases(c.CasesKind.IF, arms, build.constant(0, 0, COUNT), COUNT), ("no", "yes")
    choice = next((x for x in schema.program.choices if x.name == item.type.choice), None)
    names = choice.values if choice is not None else ()
    tests = tuple(
        c.Arm(
            c.Same(read, c.Constant(name, type=item.type.required()), type=YESNO),
            build.constant(number, 0, COUNT),
        )
        for number, name in enumerate(names)
    )
    last = build.constant(len(names), 0, COUNT)
    return build.cases(c.CasesKind.IF, tests, last, COUNT), (*names, "missing")
