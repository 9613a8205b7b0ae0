"""Sums of products, each landed: a factor of each cell times the amounts of its rows, as columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from mipsdsl.arithmetic import nearest

_SURE = 1e-3
"""What is nearer to a half than this is landed again in whole numbers."""

_LARGEST = 2.0**40
"""Up to here a double is surely within ``_SURE`` of the quotient, and rows can be added up."""


@frozen(eq=False)
class Products:
    """Amounts, cell after cell. Shapes: ``amounts`` (n,), ``sizes`` (m,) with the sum n."""

    amounts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, amounts: Sequence[Sequence[int]]) -> Products:
        """Return the amounts of each cell as one column."""
        sizes = np.array([len(each) for each in amounts], dtype=np.int64)
        return cls(np.array([x for each in amounts for x in each], dtype=np.int64), sizes)

    def landed(self, factors: Sequence[int], divisor: int) -> list[int] | None:
        """Return the sum of the products of each cell, each landed ``divisor`` places coarser.

        Nothing when they are too large for doubles to tell, or are not made coarser.
        """
        if divisor <= 0 or not len(self.amounts) or max(map(abs, factors)) >= 2**63:
            return None
        unit = int(10**divisor)
        of_rows = np.repeat(np.array(factors, dtype=np.int64), self.sizes)
        quotients = of_rows.astype(np.float64) * self.amounts.astype(np.float64) / float(unit)
        sizes = np.abs(quotients)
        if sizes.max() >= min(_LARGEST, 2.0**62 / len(sizes)):
            return None
        raised = sizes + 0.5
        whole = np.floor(raised)
        landed = np.copysign(whole, quotients).astype(np.int64)
        doubtful = np.abs(raised - np.rint(raised)) < _SURE
        for row in np.flatnonzero(doubtful).tolist():
            landed[row] = nearest(int(of_rows[row]) * int(self.amounts[row]), unit)
        ends = np.cumsum(self.sizes)
        sums = np.concatenate(([0], np.cumsum(landed)))
        return [int(x) for x in sums[ends] - sums[ends - self.sizes]]
