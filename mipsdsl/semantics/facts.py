"""What a condition says is there: after ``x is given`` the value x is not missing."""

from __future__ import annotations

from mipsdsl.core import nodes as c
from mipsdsl.semantics.context import Fact

NOTHING: frozenset[Fact] = frozenset()


def when_true(expr: c.Expr) -> frozenset[Fact]:
    """Return what is known to be there where ``expr`` holds."""
    match expr:
        case c.IsGiven(operand=operand):
            return _given(operand)
        case c.HasRow(row=row):
            return _row(row)
        case c.And(operands=operands):
            return frozenset().union(*(when_true(x) for x in operands))
        case c.Or(operands=operands):
            return frozenset.intersection(*(when_true(x) for x in operands))
        case c.Not(operand=operand):
            return when_false(operand)
        case c.Same(left=left, right=right):
            return _given(left) | _given(right)
        case c.Among(operand=operand):
            return _given(operand)
        case _:
            return NOTHING


def when_false(expr: c.Expr) -> frozenset[Fact]:
    """Return what is known to be there where ``expr`` does not hold."""
    match expr:
        case c.Not(operand=operand):
            return when_true(operand)
        case c.Or(operands=operands):
            return frozenset().union(*(when_false(x) for x in operands))
        case c.And(operands=operands):
            return frozenset.intersection(*(when_false(x) for x in operands))
        case _:
            return NOTHING


def _given(expr: c.Expr) -> frozenset[Fact]:
    if isinstance(expr, c.Read):
        return _row(expr.row) | {("value", (expr.row, expr.name))}
    return NOTHING


def _row(row: c.Row) -> frozenset[Fact]:
    """Return a row that is there, and with it those on the way to it."""
    known: frozenset[Fact] = frozenset({("row", row)})
    return known | _row(row.row) if isinstance(row, c.Follow) else known
