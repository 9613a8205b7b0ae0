"""Expressions of the core in the words of an author, for a line of a report."""

from __future__ import annotations

from mipsdsl.core import nodes as c
from mipsdsl.core.build import value_of
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.semantics.cells import quantity_text

LONGEST = 70


def short(expr: c.Expr) -> str:
    """Return ``expr`` in words, cut to a part of a line."""
    text = said(expr)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def said(expr: c.Expr) -> str:
    """Return ``expr`` in words."""
    match expr:
        case c.Constant():
            return constant(expr)
        case c.SetOf(values):
            return f"{{{', '.join(values)}}}"
        case c.Missing():
            return "nothing"
        case c.Read(row, name):
            return f"{_row(row)}{name.removesuffix(' row')}"
        case c.Parameter(name) | c.ReadPopulation(name):
            return name
        case c.IsGiven() | c.HasRow() | c.IsMember() | c.Same() | c.Among() | c.Compare():
            return _test(expr)
        case c.And(operands):
            return " and ".join(map(_bound, operands))
        case c.Or(operands):
            return " or ".join(map(_bound, operands))
        case c.Not(operand):
            return f"not {_bound(operand)}"
        case c.Fold(kind, _, rows, where, body):
            inner = "" if body == where or _is_yes(body) else f"{said(body)} over "
            chosen = "" if _is_yes(where) else f" where {said(where)}"
            return f"{kind.value} of {inner}{_rows(rows)}{chosen}"
        case _:
            return _calculated(expr)


def constant(expr: c.Constant) -> str:
    """Return a literal as an author writes it."""
    if isinstance(expr.value, bool):
        return "yes" if expr.value else "no"
    value = value_of(expr)
    if value is None or expr.type.unit not in QUANTITIES:
        return str(expr.value) if expr.type.unit is Unit.CHOICE else f'"{expr.value}"'
    return quantity_text(value, expr.type.unit)


def _calculated(expr: c.Expr) -> str:
    match expr:
        case c.Default(operand, otherwise):
            return f"{_bound(operand)} default {said(otherwise)}"
        case c.Arithmetic(operator, left, right):
            return f"{_bound(left)} {operator.value} {_bound(right)}"
        case c.Divide(left, right):
            return f"ratio of {_bound(left)} to {_bound(right)}"
        case c.Land(operand):
            return said(operand)
        case c.Round(operand, mode):
            return f"{_bound(operand)} rounded {mode.value}"
        case c.Cases(_, arms, otherwise) if arms:
            first = arms[0]
            return f"if {said(first.condition)} then {said(first.value)} else {said(otherwise)}"
        case c.Position(value):
            return f"position of {said(value)}"
        case c.Pick(index):
            return f"the cell of {said(index)}"
        case c.Select(rows):
            return f"the best of {_rows(rows)}"
        case _:
            return "a value"


def _test(
    expr: c.IsGiven | c.HasRow | c.IsMember | c.Same | c.Among | c.Compare,
) -> str:
    match expr:
        case c.IsGiven(operand):
            return f"{_bound(operand)} is given"
        case c.HasRow(row):
            return f"{_row(row).removesuffix('.')} is given"
        case c.IsMember(_, rows):
            return _rows(rows)
        case c.Same(left, c.Constant(value)) if isinstance(value, bool):
            return f"{'' if value else 'not '}{_bound(left)}"
        case c.Same(left, right):
            return f"{_bound(left)} is {said(right)}"
        case c.Among(operand, values):
            return f"{_bound(operand)} is in {said(values)}"
        case c.Compare(comparison, left, right):
            return f"{_bound(left)} {comparison.value} {_bound(right)}"


def _bound(expr: c.Expr) -> str:
    """Return ``expr`` in parentheses where it would fall apart without."""
    inner = expr.operand if isinstance(expr, c.Land) else expr
    loose = isinstance(inner, c.And | c.Or | c.Arithmetic | c.Cases | c.Default | c.Fold)
    return f"({said(inner)})" if loose else said(inner)


def _is_yes(expr: c.Expr) -> bool:
    return isinstance(expr, c.Constant) and expr.value is True


def _row(row: c.Row) -> str:
    match row:
        case c.Here() | c.Element():
            return ""
        case c.Follow(inner, name):
            return f"{_row(inner)}{name}."
        case c.Catalogue(record):
            return f"{record}."


def _rows(rows: c.Rows) -> str:
    match rows:
        case c.Children(row, name) | c.Chosen(row, name):
            return f"{_row(row)}{name}"
        case c.Everyone(record):
            return f"all {record}s"
        case c.Apart(inner, without):
            return f"{_rows(inner)} apart from {_rows(without)}"
