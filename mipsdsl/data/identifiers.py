"""NPIs and TINs: their form, their check digit, and the zeros that spreadsheets drop.

A column in which at least half of the different values have the form is one of such numbers, and
what has not the form is a mistake. Any other column holds names that someone made up, and they are
taken as they stand. Source: 45 CFR 162.406 for the form of an NPI and its check digit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from attrs import evolve, field, frozen

FORMS = {
    "npi": re.compile(r"[0-9]{10}"),
    "tin": re.compile(r"[0-9]{9}|[0-9]{2}-[0-9]{7}|[0-9]{3}-[0-9]{2}-[0-9]{4}"),
}
DIGITS = {"npi": 10, "tin": 9}
_SAID = {"npi": "an NPI of ten digits", "tin": "a TIN of nine digits"}
_SCIENTIFIC = re.compile(r"[-+]?[0-9](?:\.[0-9]*)?[eE][-+]?[0-9]{1,3}")
_WITH_ZERO_PLACES = re.compile(r"([0-9]+)\.0+")
_MOST_LOST = 2
# The prefix 80840 stands before every NPI when its check digit is computed; it adds 24.
_PREFIX_SUM = 24
# What each two digits add: the first is doubled, and the digits of the double are added up.
_PAIRS = {f"{n:02d}": sum(divmod(2 * (n // 10), 10)) + n % 10 for n in range(100)}

NAMES = frozenset(FORMS)
"""The fields that hold such numbers."""

FORM_IN_TEXT = re.compile(
    r"(?<![0-9.,$])(?:[0-9]{9,10}|[0-9]{2}-[0-9]{7}|[0-9]{3}-[0-9]{2}-[0-9]{4})(?![0-9])"
)
"""What may be such a number within a longer text."""


@frozen
class Identifiers:
    """What was found in a column: other values for some texts, what is wrong, what is doubtful.

    ``wrong_only``: the column holds names that someone made up; only lost digits are looked for.
    """

    restored: dict[str, str] = field(factory=dict)
    wrong: dict[str, tuple[str, str]] = field(factory=dict)
    unsound: frozenset[str] = frozenset()
    wrong_only: bool = False


def look_at(name: str, texts: Collection[str]) -> Identifiers:
    """Return what there is to say of the different ``texts`` of the column ``name``.

    Reports: D0118, D0119.
    """
    formed = {text for text in texts if is_digits(name, text)}
    others = [text for text in texts if text not in formed]
    new = formed_of(name, others) - formed
    has_zeros = any(text.startswith("0") for text in (*formed, *new))
    found = judge(name, others, len(formed) + len(new), len(formed), has_zeros=has_zeros)
    if name != "npi" or found.wrong_only:
        return found
    unsound = {npi for npi in formed | new if not has_check_digit(npi)}
    return with_unsound(found, unsound)


def is_digits(name: str, text: str) -> bool:
    """Return whether ``text`` is of as many digits as ``name`` has, and of nothing else."""
    return len(text) == DIGITS[name] and text.isdigit() and text.isascii()


def formed_of(name: str, others: Iterable[str]) -> set[str]:
    """Return the numbers in the form of ``name`` that ``others``, not all of digits, stand for."""
    whole = (_without_places(text) for text in others if not _SCIENTIFIC.fullmatch(text))
    return set(filter(FORMS[name].fullmatch, whole))


def judge(
    name: str, others: Iterable[str], formed: int, digits: int, *, has_zeros: bool
) -> Identifiers:
    """Return what there is to say of ``others``: different texts, all that are not in the form.

    ``formed``: how many different numbers have the form, ``digits`` of them as they stand and not
    among ``others``; ``has_zeros``: whether one of them begins with a zero.

    Reports: D0118, D0119.
    """
    others = list(others)
    wrong = {text: ("D0118", _lost_digits(text)) for text in others if _SCIENTIFIC.fullmatch(text)}
    whole = {text: _without_places(text) for text in others if text not in wrong}
    if 2 * formed < digits + len(whole) or not formed:
        return Identifiers(wrong=wrong, wrong_only=True)
    restored: dict[str, str] = {}
    for text, value in whole.items():
        if not FORMS[name].fullmatch(value):
            value = "" if name == "npi" or has_zeros else _with_zeros(value)
        if not value:
            wrong[text] = ("D0119", f"`{text}` is not {_SAID[name]}, as the others in the column")
        elif value != text:
            restored[text] = value
    return Identifiers(restored, wrong)


def with_unsound(found: Identifiers, unsound: Collection[str]) -> Identifiers:
    """Return ``found`` with the NPIs whose check digit is wrong, and the texts that stand for them."""
    texts = {text for text, value in found.restored.items() if value in unsound}
    return evolve(found, unsound=frozenset(unsound) | texts)


def has_check_digit(npi: str) -> bool:
    """Return whether the last of ten digits is the check digit of the others.

    >>> has_check_digit("1234567893"), has_check_digit("1234567890")
    (True, False)
    """
    pairs = _PAIRS
    total = pairs[npi[:2]] + pairs[npi[2:4]] + pairs[npi[4:6]] + pairs[npi[6:8]] + pairs[npi[8:]]
    return (total + _PREFIX_SUM) % 10 == 0


def canonical(text: str) -> str:
    """Return an identifier in the one form that it is known by: a TIN without its dashes.

    >>> canonical("12-3456789"), canonical("E17")
    ('123456789', 'E17')
    """
    return text.replace("-", "") if FORMS["tin"].fullmatch(text) else text


def _lost_digits(text: str) -> str:
    return f"`{text}` has lost digits: a spreadsheet wrote the number with an exponent"


def _without_places(text: str) -> str:
    """Return a whole number without the `.0` that some programs write."""
    found = _WITH_ZERO_PLACES.fullmatch(text)
    return found[1] if found else text


def _with_zeros(text: str) -> str:
    """Return a TIN with up to two leading zeros put back, else nothing."""
    is_near = DIGITS["tin"] - _MOST_LOST <= len(text) < DIGITS["tin"]
    return text.zfill(DIGITS["tin"]) if is_near and text.isdigit() and text.isascii() else ""
