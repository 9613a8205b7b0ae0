"""Whole numbers in generated code, each with its bounds: no operation can overflow."""

from __future__ import annotations

from attrs import evolve, frozen

from mipsdsl.engines.native.code import WIDTHS, Code, Unsupported


@frozen
class Whole:
    """A whole number within ``low`` … ``high``, held in ``width`` bits under ``name``.

    A number whose bounds meet is known: it has no name of its own, but is a literal.
    """

    name: str
    width: int
    low: int
    high: int

    @property
    def known(self) -> int | None:
        """Return the number if it is known when the code is made."""
        return self.low if self.low == self.high else None

    @property
    def kind(self) -> str:
        """Return its type in LLVM."""
        return f"i{self.width}"


def known(value: int) -> Whole:
    """Return a literal."""
    return Whole(str(value), width_of(value, value), value, value)


def width_of(low: int, high: int) -> int:
    """Return the bits that hold all of ``low`` … ``high``.

    >>> width_of(0, 2**63 - 1), width_of(0, 2**63), width_of(-2**127, 0)
    (64, 128, 128)

    Raises:
        Unsupported: no width does.

    """
    for width in WIDTHS:
        if -(1 << (width - 1)) <= low and high < 1 << (width - 1):
            return width
    raise Unsupported("a number of more than 1024 bits")


def within(whole: Whole, low: int, high: int) -> Whole:
    """Return the same number with what else is known of its bounds."""
    low, high = max(low, whole.low), min(high, whole.high)
    if low > high:  # code that never runs
        return whole
    return known(low) if low == high else evolve(whole, low=low, high=high)


class Wholes:
    """Writes arithmetic."""

    def __init__(self, code: Code) -> None:
        """Write to ``code``."""
        self.code = code

    def at(self, whole: Whole, width: int) -> str:
        """Return the number in ``width`` bits, which hold it."""
        if (value := whole.known) is not None:
            return str(value)
        if whole.width == width:
            return whole.name
        verb = "sext" if width > whole.width else "trunc"
        return self.code.op(f"{verb} {whole.kind} {whole.name} to i{width}")

    def _binary(self, verb: str, one: Whole, other: Whole, low: int, high: int) -> Whole:
        if low == high:
            return known(low)
        ends = (low, high, one.low, one.high, other.low, other.high)
        width = width_of(min(ends), max(ends))
        name = self.code.op(f"{verb} i{width} {self.at(one, width)}, {self.at(other, width)}")
        return Whole(name, width, low, high)

    def add(self, one: Whole, other: Whole) -> Whole:
        """Return the sum."""
        if one.known == 0 or other.known == 0:
            return other if one.known == 0 else one
        return self._binary("add", one, other, one.low + other.low, one.high + other.high)

    def subtract(self, one: Whole, other: Whole) -> Whole:
        """Return the difference."""
        if other.known == 0:
            return one
        return self._binary("sub", one, other, one.low - other.high, one.high - other.low)

    def multiply(self, one: Whole, other: Whole) -> Whole:
        """Return the product."""
        if one.known == 1 or other.known == 1:
            return other if one.known == 1 else one
        ends = [x * y for x in (one.low, one.high) for y in (other.low, other.high)]
        return self._binary("mul", one, other, min(ends), max(ends))

    def times(self, one: Whole, factor: int) -> Whole:
        """Return the product with a literal."""
        return self.multiply(one, known(factor))

    def compare(self, how: str, one: Whole, other: Whole) -> str:
        """Return a yes/no: ``how`` is that of ``icmp``, signed."""
        ends = (one.low, one.high, other.low, other.high)
        width = width_of(min(ends), max(ends))
        return self.code.op(f"icmp {how} i{width} {self.at(one, width)}, {self.at(other, width)}")

    def select(self, condition: str, yes: Whole, no: Whole) -> Whole:
        """Return one of two numbers."""
        if yes == no:
            return yes
        low, high = min(yes.low, no.low), max(yes.high, no.high)
        width = width_of(low, high)
        one, other = self.at(yes, width), self.at(no, width)
        name = self.code.op(f"select i1 {condition}, i{width} {one}, i{width} {other}")
        return Whole(name, width, low, high)

    def is_negative(self, one: Whole) -> str:
        """Return whether the number is below 0."""
        return self.compare("slt", one, known(0))

    def magnitude(self, one: Whole) -> Whole:
        """Return the number without its sign."""
        if one.low >= 0:
            return one
        opposite = self.subtract(known(0), one)
        if one.high <= 0:
            return opposite
        found = self.select(self.is_negative(one), opposite, one)
        return within(found, 0, max(-one.low, one.high))

    def signed(self, magnitude: Whole, like: Whole) -> Whole:
        """Return ``magnitude`` with the sign of ``like``."""
        if like.low >= 0:
            return magnitude
        opposite = self.subtract(known(0), magnitude)
        if like.high <= 0:
            return opposite
        return self.select(self.is_negative(like), opposite, magnitude)
