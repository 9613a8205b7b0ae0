"""Values as an analyst writes them, ranges of them, and goals."""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import frozen

from mipsdsl.core.types import Type, Unit
from mipsdsl.semantics.cells import quantity_text

MOST_VALUES = 2_001


class QuestionError(Exception):
    """What was asked is not understood; the message says why, and how it is written."""


_BARE = re.compile(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?")
_SAID = re.compile(r"(?P<sign>-?)\$?(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<tail>%|\s*points?)?")


def spelt(text: str, type_: Type) -> str:
    """Return a value as the language writes it; a bare number is taken in the unit of ``type_``.

    >>> spelt("82", Type(Unit.POINTS)), spelt("500000", Type(Unit.MONEY))
    ('82 points', '$500000')
    """
    if not _BARE.fullmatch(text.strip()):
        return text
    if type_.unit is Unit.POINTS:
        return f"{text.strip()} points"
    return f"${text.strip()}" if type_.unit is Unit.MONEY else text


def quantity(text: str, type_: Type) -> Fraction:
    """Return the size of a value, in its unit.

    >>> quantity("60", Type(Unit.POINTS)), quantity("4.5%", Type(Unit.PERCENT))
    (Fraction(60, 1), Fraction(9, 200))

    Raises:
        QuestionError: it is no quantity of this type.

    """
    found = _SAID.fullmatch(text.strip())
    percent = found is not None and found["tail"] == "%"
    if found is None or (type_.unit is Unit.PERCENT) != percent:
        example = {Unit.PERCENT: "4%", Unit.MONEY: "$30,000"}.get(type_.unit, "60")
        raise QuestionError(f"`{text}` is no value of this kind; write it as {example}")
    size = Fraction(found["digits"].replace(",", ""))
    return (-size if found["sign"] else size) / (100 if percent else 1)


@frozen
class Range:
    """Values of a parameter, ascending."""

    name: str
    values: tuple[Fraction, ...]


_RANGE = re.compile(r"(?P<low>.+?)\s*(?:\.\.|\bto\b)\s*(?P<high>.+?)(?:\s+by\s+(?P<step>.+))?")


def range_of(name: str, text: str, type_: Type) -> Range:
    """Return the values of ``60..90`` or ``60..90 by 5``; a step of 1 (or 1%) if none is said.

    Raises:
        QuestionError: it is no range.

    """
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise QuestionError(f"`{text}` is no range; write it as 60..90 or 60..90 by 5")
    low, high = quantity(found["low"], type_), quantity(found["high"], type_)
    step = quantity(found["step"], type_) if found["step"] else whole_step(type_)
    if high < low or step <= 0:
        raise QuestionError(f"`{text}` has no values; the lower end comes first")
    number = int((high - low) / step) + 1
    if number > MOST_VALUES:
        raise QuestionError(f"`{text}` has {number:,} values; at most {MOST_VALUES:,} are tried")
    return Range(name, tuple(low + step * i for i in range(number)))


def whole_step(type_: Type) -> Fraction:
    """Return one of what ``type_`` is written in.

    >>> whole_step(Type(Unit.PERCENT)), whole_step(Type(Unit.POINTS))
    (Fraction(1, 100), Fraction(1, 1))
    """
    return Fraction(1, 100) if type_.unit is Unit.PERCENT else Fraction(1)


def literal(value: Fraction, type_: Type) -> str:
    """Return a quantity as the language writes it."""
    return quantity_text(value, type_.unit)


# --- goals ---------------------------------------------------------------------------------------

MEASURE = "measured_for_the_goal"
"""The name of the population item that a goal measures."""

OUTCOMES = {
    "penalised": "<", "penalized": "<", "reduced": "<", "raised": ">", "rewarded": ">", "neutral": "is"
}  # fmt: skip
"""Short names of outcomes, by the sign of the adjustment."""

_GOAL = re.compile(r"(?P<measure>.+?)\s*(?P<sign><=|>=|<|>)\s*(?P<target>[^<>=]+)")
_SHORT = re.compile(r"(?P<how>share|count|number)\s+(?:of\s+)?(?P<outcome>\w+)")
_SHARE = re.compile(
    r"share\s+of\s+(?P<list>\w+)\s+where\s+(?P<where>.+?)(?:\s+among\s+(?P<among>.+))?"
)


@frozen
class Goal:
    """What is to hold: ``measure`` (policy text) compared with ``target``, a value of ``type``."""

    said: str
    measure: str
    sign: str
    target: Fraction
    type: Type

    @property
    def item(self) -> str:
        """Return the population item that holds what is measured, as a policy writes it."""
        return f"population {MEASURE}: {self.type} =\n    {self.measure}\n"

    def holds(self, steps: int, scale: int) -> bool:
        """Return whether the goal is met by a measure in steps of ``10**-scale``."""
        value = Fraction(steps, 10**scale)
        match self.sign:
            case "<=":
                return value <= self.target
            case ">=":
                return value >= self.target
            case "<":
                return value < self.target
            case _:
                return value > self.target


def goal_of(text: str, everyone: str, outcome: str, among: str, zero: str) -> Goal:
    """Return the goal of ``share penalised <= 5%`` or of an aggregate in the policy's words.

    ``everyone``: what the list of all rows is called; ``outcome``: the item that goes by its sign,
    ``zero`` nothing of its unit; ``among``: who is counted in shares and counts by short names.

    Raises:
        QuestionError: it is no goal.

    """
    found = _GOAL.fullmatch(text.strip())
    if found is None:
        raise QuestionError(
            f"`{text}` is no goal; write it as `share penalised <= 5%`, or compare an aggregate of "
            f"the policy language: `count of {everyone} where {outcome} < {zero} <= 100`"
        )
    measure, target = _written(found["measure"], everyone, outcome, among, zero), found["target"]
    type_ = _type_of(target.strip(), measure)
    bounded = f"({measure}){_BOUNDS.get(type_.unit, '')}"
    return Goal(text, bounded, found["sign"], quantity(target, type_), type_)


_BOUNDS = {
    Unit.PERCENT: " at most 100%",
    Unit.MONEY: " at least -$99,999,999,999,999 at most $99,999,999,999,999",
}
"""What keeps a measure within what can be stored."""


def _written(measure: str, everyone: str, outcome: str, among: str, zero: str) -> str:
    """Return what is measured in the words of the language."""
    measure = measure.strip()
    if short := _SHORT.fullmatch(measure):
        if short["outcome"] not in OUTCOMES:
            raise QuestionError(
                f"there is no outcome `{short['outcome']}`; there are {', '.join(OUTCOMES)}"
            )
        where = f"{outcome} {OUTCOMES[short['outcome']]} {zero}"
        if short["how"] == "share":
            return _share(everyone, where, among)
        return f"count of {everyone} where {_both(among, where)}"
    if share := _SHARE.fullmatch(measure):
        return _share(share["list"], share["where"], share["among"] or "")
    return measure


def _share(everyone: str, where: str, among: str) -> str:
    of = f"count of {everyone}" + (f" where {among}" if among else "")
    part = f"count of {everyone} where {_both(among, where)}"
    return f"ratio of ({part}) to ({of}) (when zero: 0)"


def _both(first: str, second: str) -> str:
    return f"({first}) and ({second})" if first else second


def _type_of(target: str, measure: str) -> Type:
    """Return the type in which something is measured, from what it is compared with."""
    if target.endswith("%"):
        return Type(Unit.PERCENT)
    if target.lstrip("-").startswith("$"):
        return Type(Unit.MONEY)
    if target.endswith(("point", "points")):
        return Type(Unit.POINTS)
    return Type(Unit.COUNT if measure.startswith("count of") else Unit.NUMBER)
