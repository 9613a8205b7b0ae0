"""Dates in cells: year, month, day; or the order that the user's map says."""

from __future__ import annotations

import re
from datetime import date

from mipsdsl.data.options import DateIn

_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00:00(?:\.0+)?)?")
_OTHER_DATE = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?: 0?0:00(?::00)?)?")
# A spreadsheet counts days; these are the years 1954 to 2119.
_DAY_NUMBER = re.compile(r"([2-7][0-9]{4})(?:\.0+)?")
_DAY_NOUGHT = date(1899, 12, 30).toordinal()


def day_number(text: str) -> int | None:
    """Return the day that a spreadsheet counts as ``text``, as Python counts days."""
    number = _DAY_NUMBER.fullmatch(text)
    return _DAY_NOUGHT + int(number[1]) if number else None


def day_of(text: str, order: DateIn) -> int | None:
    """Return the day of a date as Python counts days; 2019-03-31 is read in any order.

    >>> date.fromordinal(day_of("3/31/2019", "mdy")).isoformat()
    '2019-03-31'
    """
    found, other = _DATE.fullmatch(text), _OTHER_DATE.fullmatch(text)
    try:
        if found:
            return date.fromisoformat(found[1]).toordinal()
        if other and order != "ymd":
            first, second, year = int(other[1]), int(other[3]), int(other[4])
            month, day = (first, second) if order == "mdy" else (second, first)
            return date(year, month, day).toordinal()
    except ValueError:
        pass
    return None


def such_as(text: str, order: DateIn) -> str:
    """Return which dates are read; of 3/4/2019 nobody can tell the order but its author."""
    if order != "ymd":
        return f" such as {'3/31/2019' if order == 'mdy' else '31/3/2019'}"
    hint = '; in the map, `date = "mdy"` or "dmy" says its order' if first_two(text) else ""
    return f" such as 2019-03-31{hint}"


def first_two(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date such as 3/31/2019: month and day, or day and month."""
    found = _OTHER_DATE.fullmatch(text)
    return (int(found[1]), int(found[3])) if found else None
