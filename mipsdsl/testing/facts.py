"""What a test writes, as a value that a row can hold."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.build import shape_of
from mipsdsl.core.types import GRID, QUANTITIES, Type, Unit
from mipsdsl.diagnostics import Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.engines.store import Stored
from mipsdsl.semantics.literals import literal
from mipsdsl.syntax import nodes as n

LITERALS = (
    n.Number, n.Percent, n.Money, n.Points, n.Text, n.YesNo, n.Date, n.RelativeDate
)  # fmt: skip


@frozen
class Slot:
    """A field or item that a test can name: where, its type, and the places it is kept in."""

    record: str
    name: str
    type: Type
    scale: int
    many: int = 0


def slots(program: c.Program) -> dict[tuple[str, str], Slot]:
    """Return everything that a test can give or expect, by record ("" the population) and name."""
    found: dict[tuple[str, str], Slot] = {}
    for record in program.records:
        for field in record.fields:
            one = Slot(record.name, field.name, field.type, field.scale, field.many)
            found[record.name, field.name] = one
    for item in program.items:
        scale = GRID.get(item.type.unit, 0)
        found[item.record, item.name] = Slot(item.record, item.name, item.type, scale)
    return found


def stored(
    node: n.Expr, slot: Slot, program: c.Program, report: Report, *, exact: bool = True
) -> Stored:
    """Return what ``node`` says, as ``slot`` holds it (with ``exact`` false: a Fraction's steps).

    Reports: E0602 a value of another type, or finer than the slot keeps.
    """
    if slot.many and isinstance(node, n.SetOf):
        one = Slot(slot.record, slot.name, slot.type.required(), slot.scale)
        return tuple(stored(x, one, program, report) for x in node.members)
    value = denoted(node, slot, program, report)
    if not isinstance(value, Fraction):
        return value
    steps = value * 10**slot.scale
    if exact and steps.denominator != 1:
        report.error(
            "E0602", f"`{slot.name}` is kept in {slot.scale} decimal places", node.span,
            "this is finer",
        )  # fmt: skip
    return int(steps)


def denoted(
    node: n.Expr, slot: Slot, program: c.Program, report: Report
) -> Fraction | str | bool | None:
    """Return the exact value that ``node`` stands for where ``slot`` is expected.

    Reports: E0602.
    """
    type_ = slot.type
    sign, inner = (-1, node.operand) if isinstance(node, n.Minus) else (1, node)
    if isinstance(inner, n.Missing):
        if not type_.optional:
            report.error("E0602", f"`{slot.name}` is never missing", node.span)
        return None
    if isinstance(inner, n.Path) and type_.unit is Unit.CHOICE:
        return _choice_value(inner, type_, program, report)
    if isinstance(inner, LITERALS):
        expr = literal(inner, program.year, report)
        if isinstance(expr, c.Constant) and _fits(expr.type.unit, type_.unit):
            if type_.unit in QUANTITIES:
                return Fraction(sign * int(expr.value), 10 ** shape_of(expr).scale)
            assert isinstance(expr.value, (str, bool))
            return expr.value
    shown = node.span.text
    report.error("E0602", f"`{slot.name}` is {type_.spoken()}", node.span, f"{shown} is none")
    return None


def _fits(have: Unit, want: Unit) -> bool:
    return have is want or (have is Unit.COUNT and want is Unit.NUMBER)


def _choice_value(node: n.Path, type_: Type, program: c.Program, report: Report) -> str | None:
    choice = next(x for x in program.choices if x.name == type_.choice)
    if node.text in choice.values:
        return node.text
    near = nearest(node.text, choice.values)
    report.error(
        "E0602", f"`{node.text}` is no {choice.name}", node.span,
        help=f"`{near}` is near" if near else f"it is one of {', '.join(choice.values)}",
    )  # fmt: skip
    return None
