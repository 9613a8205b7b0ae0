"""Whole numbers of the solver: terms with bounds, products and quotients made linear where they can be.

A constraint that defines a fresh number can always be met, whatever the numbers it is made of: it
may be asserted where the number is of no interest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product as pairs
from math import gcd
from typing import Any, TypeAlias

import z3
from attrs import define, field, frozen

from mipsdsl.engines.solver.logic import Bool, conj, disj, implies, number_if

FEW = 64
"""A number of at most so many values is multiplied and divided by case."""

Term: TypeAlias = Any
"""An ``int`` that is known, else an integer term of Z3."""


@frozen
class Num:
    """A whole number between ``low`` and ``high``; ``values`` are all it can be, when these are few."""

    term: Term
    low: int
    high: int
    values: tuple[int, ...] | None = None

    @property
    def known(self) -> int | None:
        """The number, when there is only one that it can be."""
        return self.low if self.low == self.high else None


def known(number: int) -> Num:
    """Return a number that is known."""
    return Num(number, number, number, (number,))


def of_term(term: Term, low: int, high: int, values: Iterable[int] | None = None) -> Num:
    """Return a term as a number."""
    if low == high:
        return known(low)
    if values is not None:
        few = tuple(sorted(set(values)))
        if len(few) <= FEW:
            return Num(term, few[0], few[-1], few) if len(few) > 1 else known(few[0])
    if high - low < FEW:
        return Num(term, low, high, tuple(range(low, high + 1)))
    return Num(term, low, high)


def _image(a: Num, b: Num, function: Any) -> tuple[int, ...] | None:  # noqa: ANN401 - of two numbers
    if a.values is None or b.values is None or len(a.values) * len(b.values) > FEW * 4:
        return None
    return tuple({function(x, y) for x, y in pairs(a.values, b.values)})


def plus(a: Num, b: Num) -> Num:
    """Return the sum."""
    values = _image(a, b, lambda x, y: x + y)
    return of_term(a.term + b.term, a.low + b.low, a.high + b.high, values)


def minus(a: Num, b: Num) -> Num:
    """Return the difference."""
    values = _image(a, b, lambda x, y: x - y)
    return of_term(a.term - b.term, a.low - b.high, a.high - b.low, values)


def times(a: Num, factor: int) -> Num:
    """Return the product with a number that is known."""
    if factor == 1:
        return a
    ends = sorted((a.low * factor, a.high * factor))
    values = None if a.values is None else tuple(x * factor for x in a.values)
    return of_term(a.term * factor, ends[0], ends[1], values)


def over(a: Num, divisor: int) -> Num:
    """Return the quotient of a number of few values, each of which ``divisor`` divides."""
    assert a.values is not None
    return by_case(a, {x: x // divisor for x in a.values})


def by_case(a: Num, images: dict[int, int]) -> Num:
    """Return the number that ``images`` has for each value of ``a``."""
    if a.known is not None:
        return known(images[a.known])
    items = list(images.items())
    term: Term = z3.IntVal(items[-1][1])
    for value, image in items[-2::-1]:
        term = number_if(a.term == value, z3.IntVal(image), term)
    return of_term(term, min(images.values()), max(images.values()), images.values())


def select(test: Bool, a: Num, b: Num) -> Num:
    """Return ``a`` where ``test`` holds, else ``b``."""
    if isinstance(test, bool):
        return a if test else b
    if a is b or (a.known is not None and a.known == b.known):
        return a
    values = None if a.values is None or b.values is None else a.values + b.values
    term = number_if(test, _as_term(a.term), _as_term(b.term))
    return of_term(term, min(a.low, b.low), max(a.high, b.high), values)


def _as_term(term: Term) -> Term:
    return z3.IntVal(term) if isinstance(term, int) else term


def below(a: Num, b: Num) -> Bool:
    """Return whether ``a < b``."""
    if a.high < b.low:
        return True
    if a.low >= b.high:
        return False
    return a.term < b.term


def at_most(a: Num, b: Num) -> Bool:
    """Return whether ``a <= b``."""
    if a.high <= b.low:
        return True
    if a.low > b.high:
        return False
    return a.term <= b.term


def equal(a: Num, b: Num) -> Bool:
    """Return whether the two are the same number."""
    if a.known is not None and b.known is not None:
        return a.known == b.known
    if a.high < b.low or b.high < a.low:
        return False
    if a.values and b.values and not set(a.values) & set(b.values):
        return False
    return a.term == b.term


@frozen
class Product:
    """A product of two numbers that both have many values, and what stands for it."""

    one: Num
    other: Num
    term: Term


@frozen
class Rounded:
    """What a quotient is made of: ``top / bottom``, rounded in one way, ``how``.

    Rounded in the same way, it grows with the top, which is never negative, and falls with the bottom.
    """

    how: tuple[object, ...]
    top: Num
    bottom: Num


@define
class Numbers:
    """Fresh numbers, and what is asserted of them.

    Of a product of two unknowns only bounds and an order are asserted, so that all stays linear: what
    is proved then is proved; what is refuted has to be looked at again (``tangents``).
    """

    asserted: list[Bool] = field(factory=list)
    products: list[Product] = field(factory=list)
    quotients: list[tuple[Rounded, Num]] = field(factory=list)
    _made: int = 0
    _known: dict[tuple[object, ...], tuple[tuple[Term, ...], Num]] = field(factory=dict)

    def require(self, condition: Bool) -> None:
        """Assert ``condition``."""
        if condition is not True:
            self.asserted.append(condition)

    def name(self, stem: str) -> str:
        """Return a name that nothing else has."""
        self._made += 1
        return f"{stem}!{self._made}"

    def fresh(self, stem: str, low: int, high: int) -> Num:
        """Return a number of which only the bounds are known."""
        if low == high:
            return known(low)
        term = z3.Int(self.name(stem))
        self.require(term >= low)
        self.require(term <= high)
        return of_term(term, low, high)

    def flag(self, stem: str) -> Bool:
        """Return a yes/no of which nothing is known."""
        return z3.Bool(self.name(stem))

    def named(self, stem: str, number: Num) -> Num:
        """Return ``number`` under a name of its own, so that a large term is written once."""
        if isinstance(number.term, int) or z3.is_const(number.term):
            return number

        def made() -> Num:
            term = z3.Int(self.name(stem))
            self.require(term == number.term)
            return Num(term, number.low, number.high, number.values)

        return self.once(("named", number.low, number.high), [number.term], made)

    def once(self, kind: tuple[object, ...], terms: Iterable[Term], make: Callable[[], Num]) -> Num:
        """Return what is made of ``terms``: made of the same ones once more, it is the same number.

        So two runs over the same rows differ only in what depends on what is another in them.
        """
        kept = tuple(terms)
        # The terms are kept as well: the identity of one that is no more may be another's.
        key = (*kind, *(x if isinstance(x, int) else ("term", x.get_id()) for x in kept))
        if key not in self._known:
            self._known[key] = (kept, make())
        return self._known[key][1]

    # --- products ---

    def multiply(self, a: Num, b: Num) -> Num:
        """Return the product."""
        if a.known is not None:
            return times(b, a.known)
        if b.known is not None:
            return times(a, b.known)
        if b.values is None or (a.values is not None and len(a.values) < len(b.values)):
            a, b = b, a
        ends = [x * y for x, y in pairs((a.low, a.high), (b.low, b.high))]
        if b.values is not None:
            images = _image(a, b, lambda x, y: x * y)
            return of_term(_cased(a, b, b.values), min(ends), max(ends), images)
        return self._unknown(a, b, min(ends), max(ends))

    def _unknown(self, a: Num, b: Num, low: int, high: int) -> Num:
        for made in self.products:
            if _are(made, a, b) or _are(made, b, a):
                return of_term(made.term, low, high)
        result = self.fresh("product", low, high)
        self._bound(a, b, result.term)
        for made in self.products:
            for shared, other in ((made.one, made.other), (made.other, made.one)):
                for mine, rest in ((a, b), (b, a)):
                    if _is(mine, shared):
                        self._order(mine, (rest.term, result.term), (other.term, made.term))
        self.products.append(Product(a, b, result.term))
        return result

    def _bound(self, a: Num, b: Num, term: Term) -> None:
        """Assert what the corners of the box tell of a product (McCormick)."""
        x, y = a.term, b.term
        self.require(term >= a.low * y + b.low * x - a.low * b.low)
        self.require(term >= a.high * y + b.high * x - a.high * b.high)
        self.require(term <= a.high * y + b.low * x - a.high * b.low)
        self.require(term <= a.low * y + b.high * x - a.low * b.high)
        for mine, other in ((x, y), (y, x)):
            self.require(implies(mine == 0, term == 0))
            self.require(implies(conj([mine >= 1, other >= 0]), term >= other))
            self.require(implies(conj([mine >= 1, other <= 0]), term <= other))
            if min(a.low, b.low) < 0:
                self.require(implies(conj([mine <= -1, other <= 0]), term >= -other))

    def _order(self, shared: Num, one: tuple[Term, Term], other: tuple[Term, Term]) -> None:
        """Assert that of two products the one with the greater factor is greater, by a factor."""
        x = shared.term
        for (y, p), (z, q) in ((one, other), (other, one)):
            above, below_ = implies(y > z, p >= q + x), implies(y > z, p <= q + x)
            self.require(implies(x >= 0, above) if shared.low < 0 else above)
            if shared.low < 0:
                self.require(implies(x <= 0, below_))
        self.require(implies(one[0] == other[0], one[1] == other[1]))

    # --- quotients ---

    def quotient(self, a: Num, b: Num, of: Rounded) -> Num:
        """Return ⌊a / b⌋; ``a`` is never negative and ``b`` always positive."""
        assert a.low >= 0, "a magnitude"
        assert b.low > 0, "a divisor"
        if a.values is not None and b.known is not None:
            return by_case(a, {x: x // b.low for x in a.values})
        if b.known == 1:
            return a

        def made() -> Num:
            result = self._new_quotient(a, b)
            if b.values is None:
                self._order_quotients(of, result)
            return result

        return self.once(("quotient", a.low, a.high, b.low, b.high), [a.term, b.term], made)

    def _order_quotients(self, of: Rounded, result: Num) -> None:
        """Assert that more of a greater magnitude over a lesser divisor is never less."""
        for other, theirs in self.quotients:
            if other.how == of.how:
                for (one, q), (two, r) in (
                    ((of, result), (other, theirs)), ((other, theirs), (of, result)),
                ):  # fmt: skip
                    test = conj([at_most(two.top, one.top), at_most(one.bottom, two.bottom)])
                    self.require(implies(test, at_most(r, q)))
        self.quotients.append((of, result))

    def _new_quotient(self, a: Num, b: Num) -> Num:
        result = self.fresh("quotient", a.low // b.high, a.high // b.low)
        if b.values is None:
            whole = self.multiply(b, result)
            self.require(whole.term <= a.term)
            self.require(a.term < whole.term + b.term)
        for value in b.values or ():
            bounded = conj([value * result.term <= a.term, a.term < value * result.term + value])
            self.require(bounded if b.known is not None else implies(b.term == value, bounded))
        return result


def _are(product: Product, a: Num, b: Num) -> bool:
    return _is(product.one, a) and _is(product.other, b)


def _is(a: Num, b: Num) -> bool:
    return bool(a.term.eq(b.term))


def _cased(a: Num, b: Num, values: tuple[int, ...]) -> Term:
    """Return the product as one of a few products with numbers that are known."""
    term: Term = _as_term(a.term * values[-1])
    for value in values[-2::-1]:
        term = number_if(b.term == value, _as_term(a.term * value), term)
    return term


def tangents(product: Product, x: int, y: int) -> list[Bool]:
    """Return what holds of a product and is wrong of a model that has it amiss at ``x``, ``y``.

    Source: Cimatti et al., Incremental Linearization for Satisfiability and Verification Modulo
    Nonlinear Arithmetic, ACM TOCL 19(3), 2018.
    """
    a, b, term = product.one.term, product.other.term, product.term
    plane = y * a + x * b - x * y
    alike = disj([conj([a <= x, b <= y]), conj([a >= x, b >= y])])
    apart = disj([conj([a <= x, b >= y]), conj([a >= x, b <= y])])
    return [
        implies(alike, term >= plane), implies(apart, term <= plane),
        implies(a == x, term == x * b), implies(b == y, term == y * a),
    ]  # fmt: skip


def common_power(values: Iterable[int], most: int) -> int:
    """Return the greatest k up to ``most`` for which 10^k divides all of ``values``."""
    shared = gcd(*values)
    power = 0
    while power < most and shared % 10 ** (power + 1) == 0:
        power += 1
    return power
