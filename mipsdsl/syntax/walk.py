"""The one traversal of syntax trees."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import attrs

from mipsdsl.syntax import nodes as n


def children(node: n.Node) -> Iterator[n.Node]:
    """Give the nodes directly below ``node``, in the order of their fields."""
    kind: Any = type(node)
    for name in _field_names(kind):
        value = getattr(node, name)
        if isinstance(value, n.Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, n.Node))


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
