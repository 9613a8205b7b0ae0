"""What was measured of a goal, and how it is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeAlias

from attrs import field, frozen

from benchmarks.timing import Race


@frozen
class Measured:
    """One row of the table: a goal, what came out, and whether that is enough (``None``: no verdict)."""

    row: str
    what: str
    goal: str
    found: str
    reached: bool | None
    command: str
    detail: Sequence[str] = field(factory=tuple)


@frozen
class Size:
    """How large a measurement is made."""

    clinicians: int
    rounds: int


Measure: TypeAlias = Callable[[Size], list[Measured]]


class Missing(Exception):
    """What is to be measured is not there; the message says what."""


def of_missing(row: str, what: str, goal: str, why: str, command: str) -> Measured:
    """Return the row of something that could not be measured."""
    return Measured(row, what, goal, f"not measured: {why}", None, command)


def load() -> str:
    """Return how busy the machine is: processes that run or wait to, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def each(found: Race, to: str, unit: float = 1_000, name: str = "ms") -> list[str]:
    """Return the median time of each side of a race, and its ratio to the side ``to``."""
    return [
        f"{side}: {found.median(side) / unit:,.1f} {name}, {found.ratio(side, to):.2f} × {to}"
        for side in found.times
    ]
