"""What all nodes have, names and literals."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from mipsdsl.source import Span


@frozen
class Node:
    """Common to all nodes: where in the source the node stands.

    Two nodes are equal when they say the same, wherever they stand.
    """

    span: Span = field(kw_only=True, eq=False, repr=False)


@frozen
class Name(Node):
    """``final_score``."""

    text: str


@frozen
class Path(Node):
    """``submission.final_score``."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The path as written."""
        return ".".join(part.text for part in self.parts)


@frozen
class Number(Node):
    """``30,000`` or ``0.75``, as written."""

    text: str


@frozen
class Percent(Node):
    """``4.25%``; the text is without the sign."""

    text: str


@frozen
class Money(Node):
    """``$30,000``; the text is without the sign."""

    text: str


@frozen
class Points(Node):
    """``3 points``; the text is the number."""

    text: str


@frozen
class Text(Node):
    """``"IA_PCMH"``, without the quotes."""

    text: str


@frozen
class YesNo(Node):
    """``yes`` or ``no``."""

    value: bool


@frozen
class Missing(Node):
    """``missing`` or ``nothing``."""


@frozen
class Date(Node):
    """``2017-09-01``."""

    text: str


@frozen
class RelativeDate(Node):
    """``October 1 of performance year - 2``."""

    month: str
    day: str
    years: int


Literal: TypeAlias = (
    Number | Percent | Money | Points | Text | YesNo | Missing | Date | RelativeDate
)
