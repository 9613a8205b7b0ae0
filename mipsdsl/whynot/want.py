"""What somebody wants of an outcome: ``payment_adjustment >= 0%``."""

from __future__ import annotations

import re

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.store import Stored
from mipsdsl.settings import SettingError, steps_of

_WANT = re.compile(r"\s*(?P<name>[\w.]+)\s*(?P<sign>>=|<=|>|<|is\s+not\b|is\b)\s*(?P<value>.+?)\s*")


class WantError(Exception):
    """What is wanted cannot be understood; the message says why."""


@frozen
class Want:
    """An outcome, how it is compared, and with what (a quantity in steps)."""

    text: str
    item: c.Item
    sign: str
    value: Stored

    def holds(self, value: Stored) -> bool:
        """Return whether ``value`` is one that is wanted; a missing one is not."""
        if self.sign in ("is", "is not"):
            return (value == self.value) is (self.sign == "is")
        if not isinstance(value, int) or not isinstance(self.value, int):
            return False
        compare = {
            ">=": value >= self.value,
            "<=": value <= self.value,
            ">": value > self.value,
            "<": value < self.value,
        }
        return compare[self.sign]

    def lacking(self, value: Stored) -> int:
        """Return how far ``value`` is from what is wanted, in steps; much if that has no measure."""
        if self.holds(value):
            return 0
        if isinstance(value, int) and isinstance(self.value, int) and self.sign != "is not":
            return abs(value - self.value)
        return 10**30


def name_in(text: str) -> str:
    """Return the name of the outcome that ``text`` is about.

    Raises:
        WantError: it is no comparison.

    """
    return _parts(text)["name"]


def want_of(text: str, item: c.Item) -> Want:
    """Return what ``text`` wants of ``item``.

    Raises:
        WantError: the value is none of the item.

    """
    parts = _parts(text)
    sign = " ".join(parts["sign"].split())
    if sign not in ("is", "is not") and item.type.unit not in QUANTITIES:
        raise WantError(f"--want {text}: {item.name} is no quantity; write `{item.name} is …`")
    if item.type.unit in (Unit.CHOICE, Unit.TEXT):
        return Want(text, item, sign, parts["value"].strip('"'))
    if item.type.unit is Unit.YESNO:
        if parts["value"] not in ("yes", "no"):
            raise WantError(f"--want {text}: {item.name} is yes or no")
        return Want(text, item, sign, parts["value"] == "yes")
    try:
        value = steps_of(item, parts["value"].removesuffix("points").removesuffix("point").strip())
    except SettingError:
        raise WantError(f"--want {text}: {parts['value']} is no {item.type}") from None
    return Want(text, item, sign, value)


def _parts(text: str) -> dict[str, str]:
    found = _WANT.fullmatch(text)
    if found is None:
        raise WantError(
            f'--want {text}: write an outcome and what it shall be, as "payment_adjustment >= 0%"'
        )
    return found.groupdict()
