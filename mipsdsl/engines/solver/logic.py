"""Yes/nos of the solver, folded where they are known: Python's ``bool`` or a term of Z3."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import z3

Bool: TypeAlias = Any
"""A ``bool`` that is known, else a Boolean term."""


def conj(parts: Iterable[Bool]) -> Bool:
    """Return whether all ``parts`` hold."""
    return _joined(parts, z3.And, neutral=True)


def disj(parts: Iterable[Bool]) -> Bool:
    """Return whether some of ``parts`` holds."""
    return _joined(parts, z3.Or, neutral=False)


def _joined(parts: Iterable[Bool], join: Callable[[list[Bool]], Bool], *, neutral: bool) -> Bool:
    """Return ``parts`` joined: ``neutral`` ones change nothing, and their opposite decides."""
    unknown = []
    for part in parts:
        if not isinstance(part, bool):
            unknown.append(part)
        elif part is not neutral:
            return part
    if not unknown:
        return neutral
    return unknown[0] if len(unknown) == 1 else join(unknown)


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
