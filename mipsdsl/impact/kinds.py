"""The kinds of change that an output can have, by what its values are."""

from __future__ import annotations

from collections.abc import Iterator

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.store import Stored

LOSS, GAIN = "largest loss", "largest gain"
EXTREMES = frozenset({LOSS, GAIN})
"""Of these the one with the most is wanted; of the others the smallest clinician."""


def kinds(item: c.Item, before: Stored, after: Stored) -> Iterator[str]:
    """Give the kinds of a change of ``item``; nothing when there is none.

    A yes or no is in or out; a percent that may be negative is a penalty, neutral or a reward. How much
    money moves says how much there is, so that no loss of money is the largest.
    """
    if before == after:
        return
    is_amount = item.type.unit in QUANTITIES and item.type.unit is not Unit.DATE
    if before is None or after is None:
        yield "none → some" if before is None else "some → none"
    elif item.type.unit is Unit.YESNO:
        yield "out → in" if after else "in → out"
    elif is_amount and isinstance(before, int) and isinstance(after, int):
        if _is_signed(item) and _sign(before) != _sign(after):
            yield f"{_sign(before)} → {_sign(after)}"
        if item.type.unit is Unit.MONEY:
            yield "loss" if after < before else "gain"
        else:
            yield LOSS if after < before else GAIN
    else:
        yield "differs"


def _is_signed(item: c.Item) -> bool:
    shape = item.shape
    return item.type.unit is Unit.PERCENT and shape is not None and shape.low < 0 < shape.high


def _sign(value: int) -> str:
    return "neutral" if not value else "reward" if value > 0 else "penalty"
