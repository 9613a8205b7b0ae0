"""What a value is (its unit) and how large and fine a quantity is (its shape)."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction

from attrs import evolve, field, frozen


class Unit(Enum):
    """The unit of a value. ``RATIO`` is like divided by like, before a rule says percent or number."""

    YESNO = "yesno"
    COUNT = "count"
    NUMBER = "number"
    PERCENT = "percent"
    POINTS = "points"
    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    CHOICE = "choice"
    SET = "set"
    RATIO = "ratio"


QUANTITIES = frozenset(
    {Unit.COUNT, Unit.NUMBER, Unit.PERCENT, Unit.POINTS, Unit.MONEY, Unit.DATE, Unit.RATIO}
)

GRID = {
    Unit.COUNT: 0,
    Unit.DATE: 0,
    Unit.MONEY: 2,
    Unit.NUMBER: 12,
    Unit.PERCENT: 12,
    Unit.POINTS: 12,
    Unit.RATIO: 12,
}
"""Decimal places of the grid that a value of each unit is kept on (100% is 1, so 4.25% is 0.0425)."""

WRITTEN_PLACES = {Unit.PERCENT: 2}
"""A percent is written a hundred times its value: places that an author writes count from there."""


@frozen
class Type:
    """A unit, the choice it is one of (for ``CHOICE`` and ``SET``), and whether it may be missing."""

    unit: Unit
    choice: str = ""
    optional: bool = False

    def required(self) -> Type:
        """Return the same type without the possibility of being missing."""
        return evolve(self, optional=False)

    def or_missing(self) -> Type:
        """Return the same type with the possibility of being missing."""
        return evolve(self, optional=True)

    def spoken(self) -> str:
        """Return the type as it is said in a sentence: a count, points, money, a yes or no."""
        plain = {Unit.POINTS: "points", Unit.MONEY: "money", Unit.YESNO: "a yes or no"}
        plain |= {Unit.RATIO: "a pure ratio", Unit.SET: f"a set of {self.choice or 'texts'}"}
        name = plain.get(self.unit, f"a {self.required()}")
        if self.unit is Unit.CHOICE and self.choice[0] in "aeio":
            name = f"an {self.choice}"
        return f"{name} that may be missing" if self.optional else name

    def __str__(self) -> str:
        """Return the type as an author writes it."""
        name = self.choice if self.unit is Unit.CHOICE else self.unit.value
        name = f"set of {self.choice}" if self.unit is Unit.SET else name
        return f"optional {name}" if self.optional else name


YESNO = Type(Unit.YESNO)


@frozen
class Shape:
    """How a quantity is held: ``numerator / (denominator * 10**scale)``, both whole numbers.

    A decimal has the denominator 1. ``low`` and ``high`` bound the value; ``numerator`` bounds the
    magnitude of the numerator and ``denominator`` the denominator, for overflow. ``error`` bounds
    how far landings may have moved the value from exact arithmetic, in units of the value.
    """

    scale: int
    low: Fraction
    high: Fraction
    numerator: int
    denominator: int = 1
    error: Fraction = field(default=Fraction(0))

    @property
    def is_decimal(self) -> bool:
        """Return whether the denominator is always 1."""
        return self.denominator == 1
