"""The one traversal of syntax trees."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import cast

import attrs

from mipsdsl.syntax import nodes as n


def children(node: n.Node) -> Iterator[n.Node]:
    """Give the nodes directly below ``node``, in the order of their fields."""
    for name in _field_names(type(node)):
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
def _field_names(kind: type[n.Node]) -> tuple[str, ...]:
    # attrs types `fields` for classes it knows at check time only
    fields = cast("tuple[attrs.Attribute[object], ...]", attrs.fields(kind))
    return tuple(field.name for field in fields if field.name != "span")
