"""What the operators and comparisons of the core mean for exact values, said once."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from mipsdsl.core import nodes as c


def applied(operator: c.Operator, left: Fraction, right: Fraction) -> Fraction:
    """Return ``left operator right``, exact.

    >>> applied(c.Operator.LEAST, Fraction(1, 3), Fraction(1, 2))
    Fraction(1, 3)
    """
    match operator:
        case c.Operator.ADD:
            return left + right
        case c.Operator.SUBTRACT:
            return left - right
        case c.Operator.MULTIPLY:
            return left * right
        case c.Operator.LEAST:
            return min(left, right)
        case c.Operator.GREATEST:
            return max(left, right)
        case _:
            assert_never(operator)


def compared(comparison: c.Comparison, left: Fraction, right: Fraction) -> bool:
    """Return whether the comparison holds.

    >>> compared(c.Comparison.AT_MOST, Fraction(1, 2), Fraction(1, 2))
    True
    """
    match comparison:
        case c.Comparison.LESS:
            return left < right
        case c.Comparison.AT_MOST:
            return left <= right
        case c.Comparison.MORE:
            return left > right
        case c.Comparison.AT_LEAST:
            return left >= right
        case c.Comparison.EQUAL:
            return left == right
        case _:
            assert_never(comparison)
