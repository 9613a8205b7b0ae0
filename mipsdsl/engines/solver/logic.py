"""Yes/nos of the solver, folded where they are known: Python's ``bool`` or a term of Z3.

Terms are made by Z3's C interface: its functions for Python ask of each part what it is, which takes ten
times as long as making the term, and a question makes hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import z3

Bool: TypeAlias = Any
"""A ``bool`` that is known, else a Boolean term."""

Term: TypeAlias = Any
"""A term of Z3."""


def conj(parts: Iterable[Bool]) -> Bool:
    """Return whether all ``parts`` hold."""
    return _joined(parts, z3.Z3_mk_and, neutral=True)


def disj(parts: Iterable[Bool]) -> Bool:
    """Return whether some of ``parts`` holds."""
    return _joined(parts, z3.Z3_mk_or, neutral=False)


def _joined(parts: Iterable[Bool], join: Callable[..., Any], *, neutral: bool) -> Bool:
    """Return ``parts`` joined: ``neutral`` ones change nothing, and their opposite decides."""
    unknown = []
    for part in parts:
        if not isinstance(part, bool):
            unknown.append(part)
        elif part is not neutral:
            return part
    if not unknown:
        return neutral
    if len(unknown) == 1:
        return unknown[0]
    context, count = unknown[0].ctx, len(unknown)
    terms = (z3.Ast * count)(*(part.as_ast() for part in unknown))
    return z3.BoolRef(join(context.ref(), count, terms), context)


def neg(part: Bool) -> Bool:
    """Return whether ``part`` does not hold."""
    if isinstance(part, bool):
        return not part
    return z3.BoolRef(z3.Z3_mk_not(part.ctx.ref(), part.as_ast()), part.ctx)


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
    return one if one is other or one.eq(other) else z3.BoolRef(_ite(test, one, other), test.ctx)


def number_if(test: Term, one: Term, other: Term) -> Term:
    """Return the whole number ``one`` where ``test`` holds, else ``other``; all three are terms."""
    return z3.ArithRef(_ite(test, one, other), test.ctx)


def _ite(test: Term, one: Term, other: Term) -> Any:  # noqa: ANN401 - of Z3's C interface
    return z3.Z3_mk_ite(test.ctx.ref(), test.as_ast(), one.as_ast(), other.as_ast())
