"""What the makers share: picking among children, and pieces that are not nodes of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from lark import Token

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n

Part = Any  # a node, a token, or None: Lark's children are untyped

Maker = Callable[[Span, list[Part]], Part]


# --- picking among children ---------------------------------------------------------------------


def token(parts: Iterable[Part], kind: str) -> str:
    """Return the text of the first token of ``kind``, or nothing."""
    for part in parts:
        if isinstance(part, Token) and part.type == kind:
            return str(part)
    return ""


def text(parts: Iterable[Part]) -> str:
    """Return the text in quotes, without them."""
    return token(parts, "STRING")[1:-1]


def citations(parts: Iterable[Part]) -> tuple[str, ...]:
    """Return the citations, without their brackets."""
    return tuple(str(p)[1:-1] for p in parts if isinstance(p, Token) and p.type == "CITATION")


def because(parts: Iterable[Part]) -> tuple[str, ...]:
    """Return the reasons that are given."""
    return tuple(part.text for part in parts if isinstance(part, Because))


def first(parts: Iterable[Part], *kinds: type) -> Part:
    """Return the first part that is one of ``kinds``."""
    return next((part for part in parts if isinstance(part, kinds)), None)


def all_of(parts: Iterable[Part], *kinds: type) -> tuple[Part, ...]:
    """Return the parts that are of ``kinds``."""
    return tuple(part for part in parts if isinstance(part, kinds))


def number(part: Part, span: Span) -> n.Number:
    """Return the number that a token is, at its place."""
    source = span.source
    return n.Number(str(part), span=Span(source, part.start_pos or 0, part.end_pos or 0))


def numbers(parts: Iterable[Part], span: Span) -> list[n.Number]:
    """Return the numbers among the tokens."""
    return [number(p, span) for p in parts if isinstance(p, Token) and p.type == "NUMBER"]


def month_years(text: str) -> int:
    """Return how many years after the year of the policy a date is."""
    digits = re.search(r"([-+])\s*(\d+)$", re.sub(r"#[^\n]*", "", text))
    return int(digits[1] + digits[2]) if digits else 0


# --- pieces that are not nodes of their own -------------------------------------------------------


class Because:
    """``because "…"``."""

    def __init__(self, text: str) -> None:
        """Keep the reason."""
        self.text = text


class Names(tuple[n.Name, ...]):
    """Names parted by commas."""


class Key(tuple[n.Name, ...]):
    """The key of a record."""


class Parts(tuple[n.EnsureField, ...]):
    """Fields of an ``ensure``."""


class Before:
    """``before "…"``."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason


class AtRow(tuple[n.RowCell, ...]):
    """The row of a table in which a cell is set."""


class Fallback(tuple[n.Expr, ...]):
    """``otherwise where``."""


class Renames(tuple[n.PinnedRename, ...]):
    """``renamed a to b, c to d``."""


class NothingElse:
    """``nothing else``."""


class EmptyPlace:
    """``otherwise an empty place``."""


class Wrapped:
    """A clause with one expression inside: range ends, ``within``, ``published``, ``when zero``."""

    def __init__(self, inner: Part) -> None:
        """Keep what is inside."""
        self.inner = inner


class WhenZero(Wrapped):
    """``(when zero: …)``."""


class Within(Wrapped):
    """``within …``."""


class Published(Wrapped):
    """``published …``."""


class Joined(Wrapped):
    """What joins the rows of a group."""


class Places(Wrapped):
    """``… places``."""


class Sorting(tuple[n.SortKey, ...]):
    """Keys of a sort."""


class Bound(Wrapped):
    """``at least …``, ``at most …`` and ``rounded …``."""

    def __init__(self, kind: str, inner: Part, mode: str = "") -> None:
        """Keep the bound, or the places and the mode."""
        super().__init__(inner)
        self.kind, self.mode = kind, mode


def inner(parts: Iterable[Part], kind: type[Wrapped]) -> Part:
    """Return what the clause of ``kind`` has inside, if there is one."""
    found = first(parts, kind)
    return found.inner if found is not None else None


class Where(Wrapped):
    """``where …``."""
