"""Yes/nos of the solver, folded where they are known: Python's ``bool`` or a term of Z3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import z3

Bool: TypeAlias = Any
"""A ``bool`` that is known, else a Boolean term."""


def conj(parts: Iterable[Bool]) -> Bool:
    """Return whether all ``parts`` hold."""
    open_parts = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            open_parts.append(part)
    if not open_parts:
        return True
    return open_parts[0] if len(open_parts) == 1 else z3.And(open_parts)


def disj(parts: Iterable[Bool]) -> Bool:
    """Return whether some of ``parts`` holds."""
    open_parts = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            open_parts.append(part)
    if not open_parts:
        return False
    return open_parts[0] if len(open_parts) == 1 else z3.Or(open_parts)


def neg(part: Bool) -> Bool:
    """Return whether ``part`` does not hold."""
    return not part if isinstance(part, bool) else z3.Not(part)


def implies(one: Bool, other: Bool) -> Bool:
    """Return whether ``other`` holds where ``one`` does."""
    return disj([neg(one), other])


def same(one: Bool, other: Bool) -> Bool:
    """Return whether two yes/nos are the same."""
    if isinstance(one, bool):
        return other if one else neg(other)
    if isinstance(other, bool):
        return one if other else neg(one)
    return one == other


def choose(test: Bool, one: Bool, other: Bool) -> Bool:
    """Return ``one`` where ``test`` holds, else ``other``."""
    if isinstance(test, bool):
        return one if test else other
    if isinstance(one, bool) or isinstance(other, bool):
        return disj([conj([test, one]), conj([neg(test), other])])
    return one if one is other or one.eq(other) else z3.If(test, one, other)
