"""The values of a parameter for which a goal is met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from attrs import frozen

LARGEST_LOOKED_THROUGH = 401
"""Up to so many values each is tried; of more, those that a bisection needs."""


class Course(Enum):
    """What is known of how the goal depends on the parameter."""

    TURNS_ONCE = "turns once"
    TURNS_OFTEN = "turns more than once"
    ASSUMED = "assumed to turn once"


@frozen
class Stretch:
    """Neighbouring values, all tried or between two tried ones, for which the goal is met."""

    first: Fraction
    last: Fraction


@frozen
class Answer:
    """Where the goal is met. ``tried``: each value that was tried, and whether it was met there."""

    met: tuple[Stretch, ...]
    course: Course
    tried: dict[Fraction, bool]


def solve(values: Sequence[Fraction], meets: Callable[[Fraction], bool]) -> Answer:
    """Return for which of ``values`` (ascending) ``meets`` is true.

    All are tried when they are few. Else the ends and the middle are; the turn between a value that
    meets and one that does not is found by bisection, and is the only one if there is but one.

    >>> solve([Fraction(n) for n in range(10)], lambda x: x <= 4).met
    (Stretch(first=Fraction(0, 1), last=Fraction(4, 1)),)
    """
    tried: dict[Fraction, bool] = {}

    def at(place: int) -> bool:
        value = values[place]
        if value not in tried:
            tried[value] = meets(value)
        return tried[value]

    if len(values) <= LARGEST_LOOKED_THROUGH:
        found = [at(place) for place in range(len(values))]
        turns = sum(one != other for one, other in pairwise(found))
        course = Course.TURNS_ONCE if turns <= 1 else Course.TURNS_OFTEN
        return Answer(tuple(_stretches(values, found)), course, tried)
    return _bisected(values, at, tried)


def _bisected(
    values: Sequence[Fraction], at: Callable[[int], bool], tried: dict[Fraction, bool]
) -> Answer:
    last = len(values) - 1
    probes = sorted({last * i // 16 for i in range(17)})
    found = [at(place) for place in probes]
    stretches: list[Stretch] = []
    turns = 0
    start: int | None = 0 if found[0] else None
    for (low, was), (high, now) in pairwise(zip(probes, found, strict=True)):
        if was == now:
            continue
        turns += 1
        edge = _turn(low, high, was, at)
        if was and start is not None:
            stretches.append(Stretch(values[start], values[edge]))
            start = None
        else:
            start = edge + 1
    if start is not None:
        stretches.append(Stretch(values[start], values[last]))
    return Answer(tuple(stretches), Course.ASSUMED if turns <= 1 else Course.TURNS_OFTEN, tried)


def _turn(low: int, high: int, was: bool, at: Callable[[int], bool]) -> int:
    """Return the last place that is as ``low`` is; ``high`` is not."""
    while high - low > 1:
        middle = (low + high) // 2
        if at(middle) == was:
            low = middle
        else:
            high = middle
    return low


def _stretches(values: Sequence[Fraction], found: Sequence[bool]) -> list[Stretch]:
    stretches: list[Stretch] = []
    first: int | None = None
    for place, met in enumerate([*found, False]):
        if met and first is None:
            first = place
        elif not met and first is not None:
            stretches.append(Stretch(values[first], values[place - 1]))
            first = None
    return stretches
