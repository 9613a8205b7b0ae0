"""Decimal text and whole numbers of steps, each into the other; no double in between."""

from __future__ import annotations

import re

from attrs import frozen

_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?P<dollar>\$?)(?P<late>[-+]?)"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?:[eE](?P<power>[-+]?[0-9]{1,2}))?[ ]?(?P<percent>%?)"
)
_LONGEST = 40


@frozen
class Decimal:
    """A number as written: ``mantissa * 10**exponent``, and the sign of its unit."""

    mantissa: int
    exponent: int
    dollar: bool = False
    percent: bool = False


@frozen
class Steps:
    """A whole number of steps; ``exact`` is no when digits were rounded away."""

    steps: int
    exact: bool


def parse_decimal(text: str) -> Decimal | None:
    """Return the number that ``text`` is, ``None`` when it is none.

    >>> parse_decimal("$90,000.50")
    Decimal(mantissa=9000050, exponent=-2, dollar=True, percent=False)
    >>> parse_decimal("12 apples") is None
    True
    """
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    whole, part = found["whole"].replace(",", ""), found["part"] or ""
    if not whole + part or (found["sign"] and found["late"]):
        return None
    mantissa = int(whole + part)
    if "-" in (found["sign"], found["late"]):
        mantissa = -mantissa
    exponent = int(found["power"] or 0) - len(part)
    return Decimal(mantissa, exponent, bool(found["dollar"]), bool(found["percent"]))


def power_of_ten(exponent: int) -> int:
    """Return ``10**exponent``, a whole number, as the exponent is not below 0."""
    return int(10**exponent)


def to_steps(number: Decimal, scale: int) -> Steps:
    """Return ``number`` in steps of ``10**-scale``, half up on the magnitude.

    >>> to_steps(Decimal(12345, -3), 2)
    Steps(steps=1235, exact=False)
    """
    shift = number.exponent + scale
    if shift >= 0:
        return Steps(number.mantissa * power_of_ten(shift), exact=True)
    unit = power_of_ten(-shift)
    magnitude, rest = divmod(abs(number.mantissa), unit)
    magnitude += 2 * rest >= unit
    return Steps(magnitude if number.mantissa >= 0 else -magnitude, exact=rest == 0)


def plain(steps: int, scale: int) -> str:
    """Return the decimal as text, without an exponent and without zeros that say nothing.

    >>> plain(-123400, 4), plain(5, 0), plain(0, 2)
    ('-12.34', '5', '0')
    """
    if scale <= 0:
        return str(steps * 10**-scale)
    whole, part = divmod(abs(steps), 10**scale)
    digits = f"{part:0{scale}d}".rstrip("0")
    return f"{'-' if steps < 0 else ''}{whole}{'.' if digits else ''}{digits}"
