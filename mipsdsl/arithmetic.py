"""The number rules of the language: the one place that rounds. Whole numbers only, always exact.

A rational is given as ``numerator / denominator`` with the denominator positive. All rounding works
on the magnitude, as Excel's ROUND, ROUNDUP and ROUNDDOWN do.

Source: the language manual, "Numbers".
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

FINEST: Final = 12
"""Places of the finest grid; the guard of a rounding counts in its steps."""

GUARD: Final = 50
"""What is within this many finest steps of a half, or of a whole step, is that."""

MOST_PLACES: Final = 8
"""The most places a number may be rounded to; beyond it the guard would be felt."""


def land(numerator: int, denominator: int, scale: int) -> int:
    """Return the nearest whole number of steps of ``10**-scale``, halves away from zero.

    >>> land(1, 3, 2), land(1, 8, 2), land(-1, 8, 2), land(5, 1, 0)
    (33, 13, -13, 5)
    """
    return nearest(numerator * 10**scale, denominator)


def nearest(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to the quotient, halves away from zero.

    >>> nearest(7, 2), nearest(-7, 2), nearest(-1, 3), nearest(0, 9)
    (4, -4, 0, 0)
    """
    if numerator < 0:
        return -((denominator - 2 * numerator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def round_half_up(numerator: int, denominator: int, places: int) -> int:
    """Return the quotient in steps of ``10**-places``; what is a half but for the guard is a half.

    >>> round_half_up(74995, 1000, 2), round_half_up(-74995, 1000, 2)
    (7500, -7500)

    A tie that a landing moved down is still a tie; what is further below is not.

    >>> round_half_up(74995 * 10**9 - 50, 10**12, 2), round_half_up(74995 * 10**9 - 51, 10**12, 2)
    (7500, 7499)
    """
    unit = _unit(places)
    return _signed(numerator, denominator, unit, (unit // 2 + GUARD) * denominator)


def round_down(numerator: int, denominator: int, places: int) -> int:
    """Return the magnitude cut to ``places``; what is a whole step but for the guard is that.

    >>> round_down(79, 10, 0), round_down(-79, 10, 0), round_down(8 * 10**12 - 50, 10**12, 0)
    (7, -7, 8)
    """
    return _signed(numerator, denominator, _unit(places), GUARD * denominator)


def round_up(numerator: int, denominator: int, places: int) -> int:
    """Return the magnitude raised to ``places``; what is a whole step but for the guard is that.

    >>> round_up(71, 10, 0), round_up(-71, 10, 0), round_up(7 * 10**12 + 50, 10**12, 0)
    (8, -8, 7)
    """
    unit = _unit(places)
    return _signed(numerator, denominator, unit, (unit - GUARD) * denominator - 1)


def _unit(places: int) -> int:
    if not 0 <= places <= MOST_PLACES:
        raise ValueError(f"cannot round to {places} places")
    return int(10 ** (FINEST - places))


def _signed(numerator: int, denominator: int, unit: int, shift: int) -> int:
    """Return ⌊(|n|·10¹² + shift) / (unit·d)⌋ with the sign of n: ⌈x / y⌉ is ⌊(x + y - 1) / y⌋."""
    magnitude = (abs(numerator) * 10**FINEST + shift) // (unit * denominator)
    return -magnitude if numerator < 0 else magnitude


def rescale(steps: int, scale: int, target: int) -> int:
    """Return ``steps`` of ``10**-scale`` in steps of ``10**-target``, landed when coarser.

    >>> rescale(425, 4, 12), rescale(12345, 3, 2), rescale(7, 0, 0)
    (42500000000, 1235, 7)
    """
    if target >= scale:
        return steps * int(10 ** (target - scale))
    return nearest(steps, int(10 ** (scale - target)))


def shortest(steps: int, scale: int) -> str:
    """Return the shortest decimal that is ``steps`` of ``10**-scale``.

    >>> shortest(6000, 2), shortest(425, 4), shortest(-5, 1), shortest(12, 0)
    ('60', '0.0425', '-0.5', '12')
    """
    whole, part = divmod(abs(steps), 10**scale)
    digits = f"{part:0{scale}d}".rstrip("0") if part else ""
    return f"{'-' if steps < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def steps_of_double(value: float, scale: int) -> tuple[int, bool]:
    """Return a double, read as its shortest decimal, in steps; and whether no digit was lost.

    >>> steps_of_double(0.1, 2), steps_of_double(1e-07, 8), steps_of_double(2.675, 2)
    ((10, True), (10, True), (268, False))

    Raises:
        ValueError: the double is infinite or not a number.

    """
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a number")
    mantissa = int("".join(map(str, digits))) * (-1 if sign else 1)
    shift = exponent + scale
    if shift >= 0:
        return mantissa * int(10**shift), True
    return nearest(mantissa, int(10**-shift)), mantissa % 10**-shift == 0
