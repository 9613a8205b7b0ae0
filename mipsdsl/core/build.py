"""Smart constructors of core expressions: each derives the shape of what it makes.

The shapes answer, before anything runs, how wide a number can become and how far landings can have
moved it (language manual, "Numbers").
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.meaning import applied
from mipsdsl.core.types import GRID, YESNO, Shape, Type, Unit

STORED_LIMIT = 2**63
INTERMEDIATE_LIMIT = 2**126
POPULATION_ROWS = 10**9
"""The most rows that a population sum is sized for."""


def decimal(
    scale: int, low: Fraction | int, high: Fraction | int, error: Fraction | int = 0
) -> Shape:
    """Return the shape of a decimal with ``scale`` places between ``low`` and ``high``."""
    low, high = Fraction(low), Fraction(high)
    numerator = ceil(max(abs(low), abs(high)) * 10**scale)
    return Shape(scale, low, high, numerator, 1, Fraction(error))


def shape_of(expr: c.Expr) -> Shape:
    """Return the shape of a quantity."""
    assert expr.shape is not None, f"not a quantity: {expr!r}"
    return expr.shape


def constant(steps: int, scale: int, type_: Type) -> c.Constant:
    """Return the literal ``steps * 10**-scale``."""
    value = Fraction(steps, 10**scale)
    return c.Constant(steps, type=type_, shape=decimal(scale, value, value))


def yes(value: bool = True) -> c.Constant:
    """Return the literal yes (or no)."""
    return c.Constant(value, type=YESNO)


def value_of(expr: c.Expr) -> Fraction | None:
    """Return the value of an expression of literals and parameters, or nothing for any other."""
    match expr:
        case c.Constant() if isinstance(expr.value, int) and not isinstance(expr.value, bool):
            return Fraction(expr.value, 10 ** shape_of(expr).scale)
        case c.Parameter():
            return value_of(expr.value)
        case c.Land(operand=operand):
            return value_of(operand)
        case c.Arithmetic():
            left, right = value_of(expr.left), value_of(expr.right)
            return None if left is None or right is None else applied(expr.operator, left, right)
        case c.Divide():
            left, right = value_of(expr.left), value_of(expr.right)
            return None if left is None or not right else left / right
        case _:
            return None


def arithmetic(operator: c.Operator, left: c.Expr, right: c.Expr, type_: Type) -> c.Arithmetic:
    """Return ``left operator right`` with its shape."""
    a, b = shape_of(left), shape_of(right)
    match operator:
        case c.Operator.ADD:
            shape = _linear(a, b, a.low + b.low, a.high + b.high)
        case c.Operator.SUBTRACT:
            shape = _linear(a, b, a.low - b.high, a.high - b.low)
        case c.Operator.MULTIPLY:
            shape = _multiplied(a, b)
        case c.Operator.LEAST:
            shape = union(a, b, min(a.low, b.low), min(a.high, b.high))
        case c.Operator.GREATEST:
            shape = union(a, b, max(a.low, b.low), max(a.high, b.high))
    return c.Arithmetic(operator, left, right, type=type_, shape=shape)


def _linear(a: Shape, b: Shape, low: Fraction, high: Fraction) -> Shape:
    scale = max(a.scale, b.scale)
    error = a.error + b.error
    if a.is_decimal and b.is_decimal:
        return decimal(scale, low, high, error)
    left = a.numerator * 10 ** (scale - a.scale) * b.denominator
    right = b.numerator * 10 ** (scale - b.scale) * a.denominator
    return Shape(scale, low, high, left + right, a.denominator * b.denominator, error)


def _multiplied(a: Shape, b: Shape) -> Shape:
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    error = a.error * _size(b) + b.error * _size(a)
    if a.is_decimal and b.is_decimal:
        return decimal(a.scale + b.scale, min(ends), max(ends), error)
    return Shape(
        a.scale + b.scale, min(ends), max(ends), a.numerator * b.numerator,
        a.denominator * b.denominator, error,
    )  # fmt: skip


def _size(shape: Shape) -> Fraction:
    return max(abs(shape.low), abs(shape.high))


def union(a: Shape, b: Shape, low: Fraction, high: Fraction) -> Shape:
    """Return the shape of what is either of the two, between ``low`` and ``high``."""
    scale = max(a.scale, b.scale)
    error = max(a.error, b.error)
    if a.is_decimal and b.is_decimal:
        return decimal(scale, low, high, error)
    numerator = max(s.numerator * 10 ** (scale - s.scale) for s in (a, b))
    return Shape(scale, low, high, numerator, max(a.denominator, b.denominator), error)


def joined(shapes: list[Shape]) -> Shape:
    """Return the shape of what is any one of ``shapes``."""
    whole = shapes[0]
    for shape in shapes[1:]:
        whole = union(whole, shape, min(whole.low, shape.low), max(whole.high, shape.high))
    return whole


def divide(left: c.Expr, right: c.Expr, when_zero: c.Expr | None, type_: Type) -> c.Divide:
    """Return ``left / right`` with its shape; the divisor's least magnitude is a step unless known."""
    a, b = shape_of(left), shape_of(right)
    least = _least(b)
    most = max(abs(a.low), abs(a.high)) / least
    low = Fraction(0) if (a.low >= 0 and b.low >= 0) or (a.high <= 0 and b.high <= 0) else -most
    high = Fraction(0) if (a.low >= 0 and b.high <= 0) or (a.high <= 0 and b.low >= 0) else most
    if _is_part_of(left, right) and a.low >= 0:
        high = min(high, Fraction(1))
    elif b.low > 0:
        ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
        low, high = min(ends), max(ends)
    error = a.error / least + _size(a) * b.error / least**2 if a.error or b.error else Fraction(0)
    numerator = a.numerator * b.denominator * 10 ** max(0, b.scale - a.scale)
    denominator = b.numerator * a.denominator * 10 ** max(0, a.scale - b.scale)
    shape = Shape(0, low, high, numerator, max(denominator, 2), error)
    if when_zero is not None:
        shape = joined([shape, shape_of(when_zero)])
    return c.Divide(left, right, when_zero, type=type_, shape=shape)


def _least(shape: Shape) -> Fraction:
    if shape.low > 0:
        return shape.low
    if shape.high < 0:
        return -shape.high
    return Fraction(1, 10**shape.scale * shape.denominator)


def _is_part_of(left: c.Expr, right: c.Expr) -> bool:
    """Whether ``right`` is a sum of ``left`` and something that is never negative."""
    if isinstance(right, c.Arithmetic) and right.operator is c.Operator.ADD:
        pairs = ((right.left, right.right), (right.right, right.left))
        return any(
            (one == left or _is_part_of(left, one)) and shape_of(other).low >= 0
            for one, other in pairs
        )
    return False


def land(expr: c.Expr, unit: Unit) -> c.Expr:
    """Return ``expr`` on the grid of ``unit``; itself when it is on it already."""
    shape, scale = shape_of(expr), GRID[unit]
    if shape.is_decimal and shape.scale <= scale:
        return expr
    step = Fraction(1, 10**scale)
    low, high = floor(shape.low / step) * step, ceil(shape.high / step) * step
    return c.Land(expr, type=expr.type, shape=decimal(scale, low, high, shape.error + step / 2))


def round_to(expr: c.Expr, scale: int, mode: c.Rounding) -> c.Round:
    """Return ``expr`` rounded to ``scale`` places of its value."""
    shape = shape_of(expr)
    step = Fraction(1, 10**scale)
    low, high = floor(shape.low / step) * step, ceil(shape.high / step) * step
    return c.Round(expr, mode, type=expr.type, shape=decimal(scale, low, high))


def cases(
    kind: c.CasesKind, arms: tuple[c.Arm, ...], otherwise: c.Expr, type_: Type,
    otherwise_place: c.Place | None = None,
) -> c.Cases:  # fmt: skip
    """Return the first of ``arms`` that holds, else ``otherwise``, with the shape of them all."""
    shapes = [e.shape for e in (*[arm.value for arm in arms], otherwise) if e.shape is not None]
    shape = joined(shapes) if shapes else None
    return c.Cases(kind, arms, otherwise, otherwise_place, type=type_, shape=shape)


def default(operand: c.Expr, otherwise: c.Expr, type_: Type) -> c.Default:
    """Return ``operand`` or, when it is missing, ``otherwise``."""
    shapes = [e.shape for e in (operand, otherwise) if e.shape is not None]
    return c.Default(operand, otherwise, type=type_, shape=joined(shapes) if shapes else None)


def fold(
    kind: c.FoldKind, level: int, rows: c.Rows, at_most: int, where: c.Expr, body: c.Expr
) -> c.Fold:
    """Return a fold over at most ``at_most`` rows; the body of a quantity is landed first."""
    match kind:
        case c.FoldKind.ANY | c.FoldKind.ALL:
            return c.Fold(kind, level, rows, where, body, type=YESNO)
        case c.FoldKind.COUNT:
            shape = decimal(0, 0, at_most)
            return c.Fold(kind, level, rows, where, body, type=Type(Unit.COUNT), shape=shape)
        case c.FoldKind.SUM:
            body = land(body, body.type.unit)
            one = shape_of(body)
            low, high = min(Fraction(0), one.low * at_most), max(Fraction(0), one.high * at_most)
            # What a population adds up is what each clinician was landed on: no error of its own.
            error = 0 if at_most == POPULATION_ROWS else one.error * at_most
            shape = decimal(one.scale, low, high, error)
            return c.Fold(kind, level, rows, where, body, type=body.type, shape=shape)
        case c.FoldKind.AVERAGE:
            body = land(body, body.type.unit)
            one = shape_of(body)
            shape = evolve(one, numerator=one.numerator * at_most, denominator=max(2, at_most))
            return c.Fold(kind, level, rows, where, body, type=body.type.or_missing(), shape=shape)
        case c.FoldKind.HIGHEST | c.FoldKind.LOWEST:
            body = land(body, body.type.unit)
            type_ = body.type.or_missing()
            return c.Fold(kind, level, rows, where, body, type=type_, shape=body.shape)


def position(value: c.Expr, starts: c.Read, many: int, first: int, rising: bool) -> c.Position:
    """Return where ``value`` stands on ``starts`` (at most ``many`` of them)."""
    a, b = shape_of(value), shape_of(starts)
    scale = max(a.scale, b.scale)
    gap = ceil((b.high - b.low) * 10**scale)
    low, high = Fraction(first - 1), Fraction(first - 1 + many)
    numerator = max(1, gap) * (abs(first) + many + 1) * a.denominator
    shape = Shape(0, low, high, numerator, max(2, gap * a.denominator), a.error)
    type_ = Type(Unit.NUMBER)
    return c.Position(value, starts, first, rising, type=type_, shape=shape)


def retyped(expr: c.Expr, type_: Type) -> c.Expr:
    """Return the same expression under another type (a whole number taken as a number)."""
    return evolve(expr, type=type_)
