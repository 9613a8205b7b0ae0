"""The one traversal of syntax trees, and how they are rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from operator import is_
from typing import Any, TypeVar

import attrs

from mipsdsl.syntax import nodes as n

T = TypeVar("T", bound=n.Node)


def children(node: n.Node) -> Iterator[n.Node]:
    """Give the nodes directly below ``node``, in the order of their fields."""
    kind: Any = type(node)
    for name in _field_names(kind):
        value = getattr(node, name)
        if isinstance(value, n.Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, n.Node))


def with_parts(node: T, **parts: object) -> T:
    """Return ``node`` with other ``parts``; where each is the one that it has, ``node`` itself.

    Trees are rewritten from below, and mostly nothing is to be done: so nothing is made anew.
    """
    changes: dict[str, Any] = {}
    for name, new in parts.items():
        old = getattr(node, name)
        if old is not new and not (isinstance(new, tuple) and _are_same(old, new)):
            changes[name] = new
    return attrs.evolve(node, **changes) if changes else node


def _are_same(ones: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return len(ones) == len(others) and all(map(is_, ones, others))


def walk(node: n.Node) -> Iterator[n.Node]:
    """Give ``node`` and all below it, parents first."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(tuple(children(here))))


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    attributes: Any = attrs.fields(kind)
    return tuple(field.name for field in attributes if field.name != "span")
