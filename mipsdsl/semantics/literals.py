"""Literals of the text as exact constants of the core."""

from __future__ import annotations

from datetime import date

from mipsdsl.core import nodes as c
from mipsdsl.core.build import constant, yes
from mipsdsl.core.types import Type, Unit
from mipsdsl.diagnostics import Report
from mipsdsl.syntax import nodes as n

MAX_PLACES = 12
MAX_DIGITS = 18
MONTHS = (
    "January February March April May June July August September October November December"
).split()


def literal(node: n.Literal, year: int, report: Report) -> c.Expr | None:
    """Return the constant that ``node`` denotes.

    A whole number is a count, any other a number. Reports: E0404 too many digits or no such date.
    """
    match node:
        case n.Number():
            whole = "." not in node.text
            return _quantity(node, node.text, 0, Unit.COUNT if whole else Unit.NUMBER, report)
        case n.Percent():
            return _quantity(node, node.text, 2, Unit.PERCENT, report)
        case n.Points():
            return _quantity(node, node.text, 0, Unit.POINTS, report)
        case n.Money():
            return _quantity(node, node.text, 0, Unit.MONEY, report)
        case n.Text():
            return c.Constant(node.text, type=Type(Unit.TEXT))
        case n.YesNo():
            return yes(node.value)
        case n.Missing():
            return None
        case n.Date():
            return _date(node, node.text, report)
        case n.RelativeDate():
            month = MONTHS.index(node.month) + 1
            day = int(node.day.replace(",", "")) if node.day.isdigit() else 0
            return _date(node, f"{year + node.years:04d}-{month:02d}-{day:02d}", report)


def _quantity(node: n.Node, text: str, shift: int, unit: Unit, report: Report) -> c.Expr | None:
    digits = text.replace(",", "")
    whole, _, places = digits.partition(".")
    scale = len(places) + shift
    if scale > MAX_PLACES + shift or len(whole) > MAX_DIGITS - 4:
        report.error(
            "E0404",
            "this number has more digits than the language keeps",
            node.span,
            help=f"at most {MAX_DIGITS - 4} digits and {MAX_PLACES} decimal places",
        )
        return None
    if unit is Unit.MONEY and scale > 2:
        report.error("E0404", "money is kept in cents", node.span, help="write two decimal places")
        return None
    return constant(int(whole + places), scale, Type(unit))


def _date(node: n.Node, text: str, report: Report) -> c.Expr | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        report.error("E0404", f"there is no day {text}", node.span)
        return None
    return constant(day.toordinal(), 0, Type(Unit.DATE))
