"""The arithmetic of units: what may be added, compared, multiplied and divided, and what it gives."""

from __future__ import annotations

from mipsdsl.core import nodes as c
from mipsdsl.core.build import retyped, value_of
from mipsdsl.core.types import QUANTITIES, Type, Unit

SCALARS = frozenset({Unit.COUNT, Unit.NUMBER, Unit.RATIO, Unit.PERCENT})
_RATIO_BECOMES = frozenset({Unit.PERCENT, Unit.NUMBER})


def is_quantity(expr: c.Expr) -> bool:
    """Return whether the value is one that can be calculated with."""
    return expr.type.unit in QUANTITIES


def is_plain_number(expr: c.Expr) -> bool:
    """Whether a whole number of the text stands here, which is a count or a number as needed."""
    return expr.type.unit is Unit.COUNT and value_of(expr) is not None


def common_unit(left: c.Expr, right: c.Expr) -> Unit | None:
    """Return the one unit in which both can be added or compared, if there is one."""
    a, b = left.type.unit, right.type.unit
    if a is b:
        return a
    for one, other, plain in ((a, b, left), (b, a, right)):
        if one is Unit.RATIO and other in _RATIO_BECOMES:
            return other
        if one is Unit.COUNT and other in (Unit.NUMBER, Unit.RATIO) and is_plain_number(plain):
            return other
    return None


def as_unit(expr: c.Expr, unit: Unit) -> c.Expr:
    """Return ``expr`` taken in ``unit``, which ``common_unit`` or ``fits`` has allowed."""
    if expr.type.unit is unit:
        return expr
    return retyped(expr, Type(unit, optional=expr.type.optional))


def fits(expr: c.Expr, type_: Type) -> bool:
    """Return whether a value may be taken where ``type_`` is declared, missing apart."""
    have, want = expr.type, type_
    if have.unit is want.unit:
        return have.choice == want.choice or have.unit not in (Unit.CHOICE, Unit.SET)
    if have.unit is Unit.RATIO:
        return want.unit in _RATIO_BECOMES
    if have.unit is Unit.COUNT:
        return want.unit is Unit.NUMBER
    whole = expr.shape is not None and expr.shape.is_decimal and expr.shape.scale == 0
    return have.unit is Unit.NUMBER and want.unit is Unit.COUNT and whole


def product_unit(left: c.Expr, right: c.Expr) -> Unit | None:
    """Return the unit of ``left * right``, or nothing when there is none."""
    a, b = left.type.unit, right.type.unit
    if Unit.DATE in (a, b):
        return None
    if a not in SCALARS or b not in SCALARS:
        if a in SCALARS:
            return b
        return a if b in SCALARS else None
    for one, other in ((left, b), (right, a)):
        if is_plain_number(one):
            return other
    for unit in (Unit.PERCENT, Unit.NUMBER):
        if unit in (a, b) and Unit.COUNT not in (a, b):
            return unit
    if Unit.COUNT in (a, b):
        return Unit.NUMBER if Unit.NUMBER in (a, b) else Unit.COUNT
    return Unit.RATIO


def quotient_unit(left: c.Expr, right: c.Expr) -> Unit | None:
    """Return the unit of ``left / right``, or nothing when there is none."""
    a, b = left.type.unit, right.type.unit
    if Unit.DATE in (a, b):
        return None
    if a is b or (a in SCALARS and b in SCALARS and common_unit(left, right) is not None):
        return a if a is not b and is_plain_number(right) else Unit.RATIO
    if b in (Unit.COUNT, Unit.NUMBER, Unit.RATIO):
        return Unit.NUMBER if a is Unit.COUNT else a
    return None
