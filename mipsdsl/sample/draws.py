"""Chance, by name: each thing that is drawn has a stream of its own, so that none moves another.

Only uniform numbers are drawn; all else is arithmetic on them. What a column holds depends on the seed,
the block and the name of the draw, and not on the year or on what else is drawn.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never
from zlib import crc32

import numpy as np
from attrs import define, frozen
from numpy.typing import NDArray

from mipsdsl.sample.marginals import (
    Around,
    Fixed,
    Knots,
    Law,
    Metrics,
    Nearest,
    Quantiles,
    Ranges,
    Rows,
    Share,
    Shares,
    Times,
)

Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


@frozen
class Dice:
    """The chance of one block of a sample."""

    seed: int
    block: int

    def uniform(self, name: str, number: int) -> Numbers:
        """Return numbers from 0 up to 1 (not 1), the same for a name whatever else is drawn."""
        stream = np.random.SeedSequence([self.seed, self.block, crc32(name.encode())])
        return np.random.Generator(np.random.PCG64(stream)).random(number)


@define(eq=False)
class Known:
    """What is known of rows when a column is drawn.

    Shapes: all (n,). ``plain``: earlier columns as numbers, NaN where missing; ``level``: the final
    score that a unit is to come near, from 0 to 1.
    """

    plain: dict[str, Numbers]
    level: Numbers | None = None


def drawn(law: Law, chance: Numbers, known: Known) -> Numbers:
    """Return numbers; of a choice the places of its values in the law, of a yes/no 1 and 0."""
    match law:
        case Share(yes):
            return (chance < yes).astype(np.float64)
        case Shares(_, shares):
            return picked(shares, chance).astype(np.float64)
        case Ranges():
            return _in_ranges(law, chance)
        case Quantiles(knots):
            return _at(knots, chance)
        case Times(of, knots):
            return known.plain[of] * _at(knots, chance)
        case Around(spread):
            level = _level(known)
            room = np.minimum(level, 1 - level)
            return level + room * spread * (2 * chance - 1)
        case Nearest(values):
            return _nearest(np.array(values), _level(known), chance)
        case Metrics() | Rows():
            raise TypeError("what measures there are is not drawn")
        case Fixed(value):
            number = float(value) if isinstance(value, int | float) else 0.0
            return np.full(len(chance), number)
        case _:
            assert_never(law)


def picked(shares: tuple[float, ...], chance: Numbers) -> Codes:
    """Return the place of one of the shares, each as often as it says."""
    edges = np.cumsum(shares)
    return np.minimum(np.searchsorted(edges / edges[-1], chance, side="right"), len(shares) - 1)


def _in_ranges(law: Ranges, chance: Numbers) -> Numbers:
    """Return a whole number; where within the share of its range the chance is says which."""
    edges = np.concatenate([[0.0], np.cumsum(law.shares) / sum(law.shares)])
    which = picked(law.shares, chance)
    within = (chance - edges[which]) / (edges[which + 1] - edges[which])
    low, high = np.array(law.low)[which], np.array(law.high)[which]
    found: Numbers = np.clip(low + np.floor(within * (high - low + 1)), low, high)
    return found


def _at(knots: Knots, chance: Numbers) -> Numbers:
    found: Numbers = np.interp(chance, *knots)
    return found


def _level(known: Known) -> Numbers:
    if known.level is None:
        raise ValueError("only units of scoring have a level")
    return known.level


def _nearest(values: Numbers, level: Numbers, chance: Numbers) -> Numbers:
    above = np.clip(np.searchsorted(values, level), 1, len(values) - 1)
    low, high = values[above - 1], values[above]
    found: Numbers = np.where(chance < (level - low) / (high - low), high, low)
    return found
