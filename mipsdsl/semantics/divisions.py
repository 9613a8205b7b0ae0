"""Divisions: a quotient, and a ratio that says what it is when its divisor is zero."""

from __future__ import annotations

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics import units
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.resolve import place
from mipsdsl.syntax import nodes as n


def quotient(
    node: n.Product | n.Ratio, left: c.Expr, right: c.Expr, zero: c.Expr | None, context: Context
) -> c.Expr | None:
    """Return ``left / right``, and ``zero`` where the divisor is 0.

    Reports: E0202 units that cannot be divided or do not go together.
    """
    unit = units.quotient_unit(left, right)
    if unit is None:
        e.mixed("these two cannot be divided", node.left, left, node.right, right, context)
        return None
    if zero is not None and zero.type.unit is not unit:
        taken = units.common_unit(evolve(left, type=Type(unit)), zero)
        if taken is None:
            span = (
                node.when_zero.span if isinstance(node, n.Ratio) and node.when_zero else node.span
            )
            label = f"this is {zero.type.spoken()}"
            message = f"the ratio is a {_unit_name(unit)}, and so must be this"
            context.report.error("E0202", message, span, label)
            return None
        unit, zero = taken, units.as_unit(zero, taken)
    type_ = Type(unit, optional=zero is not None and zero.type.optional)
    return e.within_width(build.divide(left, right, zero, type_), node.span, context)


def _unit_name(unit: Unit) -> str:
    return "percent or number" if unit is Unit.RATIO else unit.value


def ratio(node: n.Ratio, scope: Scope, context: Context) -> c.Expr | None:
    """Return ``ratio of a to b``, with what it is when the divisor is 0.

    Reports: E0402 a divisor that may be zero.
    """
    left = e.quantity(node.left, scope, context)
    right = e.quantity(node.right, scope, context)
    if left is None or right is None:
        return None
    shape = build.shape_of(right)
    if node.when_zero is None:
        if shape.low <= 0 <= shape.high:
            context.report.error(
                "E0402", "this divisor may be zero", node.right.span,
                help="say what the ratio is then: `(when zero: …)`",
            )  # fmt: skip
            return None
        return quotient(node, left, right, None, context)
    unit = units.quotient_unit(left, right)
    wanted = Type(Unit.PERCENT if unit is Unit.RATIO else unit) if unit else None
    zero = e.check(node.when_zero, scope, context, wanted)
    if zero is None:
        return None
    if zero.type.optional:
        return _ratio_or_missing(node, left, right, zero, context)
    return quotient(node, left, right, zero, context)


def _ratio_or_missing(
    node: n.Ratio, left: c.Expr, right: c.Expr, zero: c.Expr, context: Context
) -> c.Expr | None:
    """Return the ratio as two cases, so that what is done to it leaves alone what is missing."""
    assert node.when_zero is not None
    share = quotient(node, left, right, None, context)
    if share is None:
        return None
    pair = e.alternatives([(node.when_zero, zero), (node, share)], context)
    if pair is None:
        return None
    (zero, share), type_ = pair
    nothing = build.constant(0, 0, right.type)
    is_zero = c.Compare(c.Comparison.EQUAL, right, nothing, type=YESNO)
    arm = c.Arm(is_zero, zero, place=place(node.when_zero.span))
    return build.cases(c.CasesKind.IF, (arm,), share, type_, place(node.span))
