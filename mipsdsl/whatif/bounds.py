"""Between which values a parameter makes sense: those of what the rules compare it with."""

from __future__ import annotations

from fractions import Fraction

from mipsdsl.core import nodes as c
from mipsdsl.core.walk import expressions_in


def bounds_of(program: c.Program, name: str) -> tuple[Fraction, Fraction] | None:
    """Return the range that all that is compared with the parameter ``name`` has in common.

    Nothing when it is compared with nothing.
    """
    ends: list[tuple[Fraction, Fraction]] = []
    for expr in expressions_in([item.expr for item in program.items]):
        if not isinstance(expr, c.Compare):
            continue
        for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
            is_it = isinstance(one, c.Parameter) and one.name == name
            if is_it and other.shape is not None and not isinstance(other, c.Parameter):
                ends.append((other.shape.low, other.shape.high))
    if not ends:
        return None
    low, high = max(low for low, _ in ends), min(high for _, high in ends)
    return (low, high) if low < high else None
