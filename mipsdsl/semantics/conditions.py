"""Conditions: comparisons, sameness, membership, what is given, and, or."""

from __future__ import annotations

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics import facts, units
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.names import RowFound, RowsFound, ValueFound, find
from mipsdsl.syntax import nodes as n

_SIGNS = {
    "<": c.Comparison.LESS,
    "<=": c.Comparison.AT_MOST,
    ">": c.Comparison.MORE,
    ">=": c.Comparison.AT_LEAST,
}


def comparison(node: n.Comparison, scope: Scope, context: Context) -> c.Expr | None:
    """Return ``left <= right`` and the like.

    Reports: E0202 unlike units, E0403.
    """
    left = e.quantity(node.left, scope, context)
    right = e.quantity(node.right, scope, context)
    if left is None or right is None:
        return None
    return compare(_SIGNS[node.sign], node, node.left, left, node.right, right, context)


def compare(
    sign: c.Comparison, whole: n.Node, left: n.Expr, a: c.Expr, right: n.Expr, b: c.Expr,
    context: Context,
) -> c.Expr | None:  # fmt: skip
    """Return the comparison of two quantities of one unit; warn when a landing could decide it."""
    unit = units.common_unit(a, b)
    if unit is None:
        e.mixed("only like can be compared with like", left, a, right, b, context)
        return None
    errors = build.shape_of(a).error + build.shape_of(b).error
    if errors and any(build.value_of(x) for x in (a, b)):
        # A landing keeps the sign, so a comparison with 0 (falsy here) needs no warning.
        context.report.warning(
            "E0403", "the last digits of this value can decide the comparison", whole.span,
            help="round it first: `rounded to … places half up`",
        )  # fmt: skip
    return c.Compare(sign, units.as_unit(a, unit), units.as_unit(b, unit), type=YESNO)


def sameness(node: n.Is, scope: Scope, context: Context) -> c.Expr | None:
    """Return ``left is right``, or its opposite."""
    left = e.check(node.left, scope, context)
    if left is None:
        return None
    right = e.check(node.right, scope, context, left.type.required())
    if right is None:
        return None
    test = same(node, node.left, left, node.right, right, context)
    return test if test is None or not node.negated else c.Not(test, type=YESNO)


def same(
    whole: n.Node, left: n.Expr, a: c.Expr, right: n.Expr, b: c.Expr, context: Context
) -> c.Expr | None:
    """Return whether two values are the same; missing is the same as nothing."""
    if units.is_quantity(a) and units.is_quantity(b):
        equal = compare(c.Comparison.EQUAL, whole, left, a, right, b, context)
        given = tuple(c.IsGiven(x, type=YESNO) for x in (a, b) if x.type.optional)
        return equal if equal is None or not given else c.And((*given, equal), type=YESNO)
    if e.common(a, b) is None:
        e.mixed("only like can be compared with like", left, a, right, b, context)
        return None
    return c.Same(a, b, type=YESNO)


def is_in(node: n.IsIn, scope: Scope, context: Context) -> c.Expr | None:
    """Return whether a choice or text is in a set.

    Reports: E0209.
    """
    left = e.check(node.left, scope, context)
    if left is None:
        return None
    if left.type.unit not in (Unit.CHOICE, Unit.TEXT):
        context.report.error(
            "E0209", "only a choice or a text can be in a set", node.left.span,
            f"this is {left.type.spoken()}",
        )  # fmt: skip
        return None
    choice = left.type.choice
    values = e.check(node.right, scope, context, Type(Unit.SET, choice=choice))
    if values is None:
        return None
    if values.type.unit is not Unit.SET or values.type.choice != choice:
        context.report.error(
            "E0209", f"a set of {choice or 'texts'} is needed here", node.right.span,
            f"this is {values.type.spoken()}",
        )  # fmt: skip
        return None
    test = c.Among(left, values, type=YESNO)
    return c.Not(test, type=YESNO) if node.negated else test


def is_given(node: n.IsGiven, scope: Scope, context: Context) -> c.Expr | None:
    """Return whether a value or the row of a reference is there.

    Reports: E0204 a list.
    """
    test: c.Expr | None = None
    if isinstance(node.operand, n.Path):
        found = find(node.operand, scope, context, None)
        match found:
            case None:
                return None
            case RowFound():
                test = c.HasRow(found.row, type=YESNO)
            case ValueFound():
                test = c.IsGiven(found.expr, type=YESNO)
            case RowsFound():
                context.report.error(
                    "E0204", f"`{node.operand.text}` is a list", node.operand.span,
                    help=f"ask `any of {node.operand.text}`",
                )  # fmt: skip
                return None
    else:
        operand = e.check(node.operand, scope, context)
        test = None if operand is None else c.IsGiven(operand, type=YESNO)
    return c.Not(test, type=YESNO) if node.missing and test is not None else test


def is_within(node: n.IsWithin, scope: Scope, context: Context) -> c.Expr | None:
    """Return whether a quantity lies between two, ends included."""
    value = e.quantity(node.operand, scope, context)
    low, high = e.quantity(node.low, scope, context), e.quantity(node.high, scope, context)
    if value is None or low is None or high is None:
        return None
    above = compare(c.Comparison.AT_LEAST, node, node.operand, value, node.low, low, context)
    below = compare(c.Comparison.AT_MOST, node, node.operand, value, node.high, high, context)
    return None if above is None or below is None else c.And((above, below), type=YESNO)


def logic(node: n.And | n.Or, scope: Scope, context: Context) -> c.Expr | None:
    """Return ``and`` or ``or``; each operand knows what those before it say is there."""
    learn = facts.when_true if isinstance(node, n.And) else facts.when_false
    operands: list[c.Expr] = []
    mistaken = False
    for operand in node.operands:
        with context.knowing_less(None if mistaken else True):
            expr = e.condition(operand, scope, context)
        mistaken = mistaken or expr is None
        if expr is not None:
            operands.append(expr)
            scope = scope.knowing(learn(expr))
    if mistaken:
        return None
    whole = c.And if isinstance(node, n.And) else c.Or
    return whole(tuple(operands), type=YESNO)
