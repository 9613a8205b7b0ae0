"""Texts of policies, and places in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property

from attrs import define, field, frozen


@define(frozen=True, slots=False)
class Source:
    """One file: its name as shown to people, and its text.

    ``below`` is the policy that its own amends, where the text does not say just which.
    """

    name: str
    text: str = field(repr=False)
    below: str = field(default="", repr=False)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        starts = [0]
        while end := self.text.find("\n", starts[-1]) + 1:
            starts.append(end)
        return tuple(starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of ``offset``, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of line ``number`` (from 1) without its end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end].rstrip("\r")


@frozen
class Span:
    """Characters ``start`` to before ``end`` of a source."""

    source: Source = field(repr=False)
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line on which the span begins, from 1."""
        return self.source.position(self.start)[0]

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """Return the span from the start of this to the end of ``other``."""
        return Span(self.source, self.start, max(self.end, other.end))


def names_and_texts(sources: Iterable[Source]) -> Iterator[str]:
    """Give the name and the text of each source: all that is made of them depends on these alone."""
    for source in sources:
        yield source.name
        yield source.text
