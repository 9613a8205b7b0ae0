"""What a tree says, whatever way it is written: the form in which trees are compared."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import Any, TypeVar

import attrs

from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.walk import walk, with_parts

T = TypeVar("T", bound=n.Node)

_UNORDERED = {
    (n.SetOf, "members"), (n.Cell, "parts"), (n.Choice, "values"), (n.Record, "fields"),
    (n.Reference, "fields"), (n.Ensure, "matching"), (n.Ensure, "fill"), (n.Rule, "exceptions"),
    (n.Table, "rows"), (n.Scale, "jumps"), (n.Results, "names"),
    (n.Changeable, "names"),
}  # fmt: skip
"""Where the order in which things are written means nothing."""


def is_ordered(node: n.Node, name: str) -> bool:
    """Return whether the order of the parts ``name`` of ``node`` means something."""
    return (type(node), name) not in _UNORDERED


def same(one: n.Node | None, other: n.Node | None) -> bool:
    """Return whether two trees say the same."""
    if one is None or other is None:
        return one is other
    return one == other or normal(one) == normal(other)


@lru_cache(maxsize=100_000)
def normal(node: T) -> T:
    """Return ``node`` without what only its author's way of writing made.

    Parentheses go (the tree says what they said), numbers are plain digits, and parts whose order
    means nothing are sorted.
    """
    made: Any = node
    while isinstance(made, n.Parenthesis):
        made = made.inner
    changes: dict[str, object] = {}
    for name in _field_names(made):
        value = getattr(made, name)
        if isinstance(value, n.Node):
            changes[name] = normal(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], n.Node):
            parts = tuple(normal(part) for part in value)
            free = len(parts) > 1 and not is_ordered(made, name)
            changes[name] = tuple(sorted(parts, key=repr)) if free else parts
    if isinstance(made, n.Number | n.Percent | n.Money | n.Points):
        plain = _plain(made.text)
        changes["text"] = made.text if plain == made.text else plain
    result: T = with_parts(made, **changes)
    return result


def _field_names(node: n.Node) -> tuple[str, ...]:
    kind: Any = type(node)
    return _fields(kind)


@cache
def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - an attrs class
    return tuple(each.name for each in attrs.fields(kind) if each.name != "span")


def _plain(digits: str) -> str:
    """Return a number without commas and needless zeros.

    >>> _plain("90,000.00")
    '90000'
    """
    digits = digits.replace(",", "")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def bare(expr: n.Node) -> n.Node:
    """Return ``expr`` without the parentheses around the whole of it."""
    while isinstance(expr, n.Parenthesis):
        expr = expr.inner
    return expr


@lru_cache(maxsize=100_000)
def _tokens(node: n.Node) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for part in walk(normal(node)):
        plain = (getattr(part, name) for name in _field_names(part))
        found[type(part), *(x for x in plain if isinstance(x, str | bool | int))] += 1
    return found


def similarity(one: n.Node, other: n.Node) -> float:
    """Return how much two trees have in common, from 0 to 1."""
    if same(one, other):
        return 1.0
    first, second = _tokens(one), _tokens(other)
    return 2 * (first & second).total() / (first.total() + second.total())
