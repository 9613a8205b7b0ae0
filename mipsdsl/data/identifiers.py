"""NPIs and TINs: their form, their check digit, and the zeros that spreadsheets drop.

A column in which at least half of the different values have the form is one of such numbers, and
what has not the form is a mistake. Any other column holds names that someone made up, and they are
taken as they stand. Source: 45 CFR 162.406 for the form of an NPI and its check digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import field, frozen

_FORMS = {
    "npi": re.compile(r"[0-9]{10}"),
    "tin": re.compile(r"[0-9]{9}|[0-9]{2}-[0-9]{7}|[0-9]{3}-[0-9]{2}-[0-9]{4}"),
}
_SAID = {"npi": "an NPI of ten digits", "tin": "a TIN of nine digits"}
_SCIENTIFIC = re.compile(r"[-+]?[0-9](?:\.[0-9]*)?[eE][-+]?[0-9]{1,3}")
_WITH_ZERO_PLACES = re.compile(r"([0-9]+)\.0+")
_TIN_DIGITS = 9
_MOST_LOST = 2
# The prefix 80840 stands before every NPI when its check digit is computed; it adds 24.
_PREFIX_SUM = 24

NAMES = frozenset(_FORMS)
"""The fields that hold such numbers."""


@frozen
class Identifiers:
    """What was found in a column: other values for some texts, what is wrong, what is doubtful."""

    restored: dict[str, str] = field(factory=dict)
    wrong: dict[str, tuple[str, str]] = field(factory=dict)
    unsound: frozenset[str] = frozenset()


def look_at(name: str, texts: Iterable[str]) -> Identifiers:
    """Return what there is to say of the different ``texts`` of the column ``name``.

    Reports: D0118, D0119.
    """
    form = _FORMS[name]
    there = list(texts)
    scientific = {text for text in there if _SCIENTIFIC.fullmatch(text)}
    wrong = {text: ("D0118", _lost_digits(text)) for text in scientific}
    whole = {text: _without_places(text) for text in there if text not in scientific}
    formed = {value for value in whole.values() if form.fullmatch(value)}
    if 2 * len(formed) < len(whole) or not formed:
        return Identifiers(wrong=wrong)
    has_zeros = any(value.startswith("0") for value in formed)
    restored: dict[str, str] = {}
    for text, value in whole.items():
        if value not in formed:
            value = "" if name == "npi" or has_zeros else _with_zeros(value)
        if not value:
            wrong[text] = ("D0119", f"`{text}` is not {_SAID[name]}, as the others in the column")
        elif value != text:
            restored[text] = value
    unsound = {text for text, value in whole.items() if name == "npi" and _is_unsound(value)}
    return Identifiers(restored, wrong, frozenset(unsound))


def has_check_digit(npi: str) -> bool:
    """Return whether the last of ten digits is the check digit of the others.

    >>> has_check_digit("1234567893"), has_check_digit("1234567890")
    (True, False)
    """
    total = _PREFIX_SUM
    for place, digit in enumerate(reversed(npi)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 * (number > 9)
    return total % 10 == 0


def _is_unsound(value: str) -> bool:
    return bool(_FORMS["npi"].fullmatch(value)) and not has_check_digit(value)


def _lost_digits(text: str) -> str:
    return f"`{text}` has lost digits: a spreadsheet wrote the number with an exponent"


def _without_places(text: str) -> str:
    """Return a whole number without the `.0` that some programs write."""
    found = _WITH_ZERO_PLACES.fullmatch(text)
    return found[1] if found else text


def _with_zeros(text: str) -> str:
    """Return a TIN with up to two leading zeros put back, else nothing."""
    is_near = _TIN_DIGITS - _MOST_LOST <= len(text) < _TIN_DIGITS
    return text.zfill(_TIN_DIGITS) if is_near and text.isdigit() and text.isascii() else ""
