"""Values as a person reads them: the same on a terminal, in Markdown and on a page."""

from __future__ import annotations

from fractions import Fraction

from mipsdsl.core.types import QUANTITIES, WRITTEN_PLACES, Unit
from mipsdsl.data.tables import Value
from mipsdsl.data.write import Column, cell_text
from mipsdsl.semantics.cells import quantity_text

_SHOWN_PLACES = 4


def shown_text(column: Column, value: Value) -> str:
    """Return a value as a person reads it: 4.25%, $1,200.50, 75 points; to four places."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and column.type.unit in QUANTITIES:
        return amount_text(Fraction(value, 10**column.scale), column.type.unit)
    return cell_text(column, value, "text")


def amount_text(amount: Fraction, unit: Unit, places: int = _SHOWN_PLACES) -> str:
    """Return a quantity to so many places, as they are written.

    >>> amount_text(Fraction(1, 3), Unit.PERCENT, 1), amount_text(Fraction(-2469, 2), Unit.MONEY, 0)
    ('33.3%', '-$1,234')
    """
    steps = 10 ** (places + WRITTEN_PLACES.get(unit, 0))
    return quantity_text(Fraction(round(amount * steps), steps), unit)
