"""Trees as JSON, and back: nodes of one or of several sources.

A node is ``[number of its class, start, end, its fields …]``, a tuple ``[-1, …]``, and a node of another
source than the one around it ``[-2, number of the source, node]``; all else is itself.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import attrs

from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n

_TUPLE, _ELSEWHERE = -1, -2


def to_data(tree: object, sources: Sequence[Source]) -> Any:  # noqa: ANN401 - JSON
    """Return a node, or a tuple of what trees hold, as JSON; it stands in ``sources``.

    Raises:
        TypeError: it is no part of a tree.
        KeyError: it stands elsewhere.

    """
    numbers = {source: number for number, source in enumerate(sources)}
    kinds = {kind: number for number, kind in enumerate(_kinds())}

    def written(value: object, around: Source) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, n.Node):
            kind: Any = type(value)
            span = value.span
            fields = [written(getattr(value, name), span.source) for name in _fields(kind)]
            node = [kinds[kind], span.start, span.end, *fields]
            is_here = span.source is around or span.source == around
            return node if is_here else [_ELSEWHERE, numbers[span.source], node]
        if isinstance(value, tuple):
            return [_TUPLE, *(written(part, around) for part in value)]
        if value is None or isinstance(value, bool | int | str):
            return value
        raise TypeError(f"{type(value).__name__} is no part of a tree")

    return written(tree, sources[0])


def from_data(data: Any, sources: Sequence[Source]) -> Any:  # noqa: ANN401 - JSON in, a tree out
    """Return what ``to_data`` made ``data`` of.

    Raises:
        TypeError, LookupError: ``data`` is no such thing.

    """
    makers = _kinds()

    def made(part: Any, source: Source) -> Any:  # noqa: ANN401 - JSON in, a node out
        kind = part[0]
        if kind == _TUPLE:
            return tuple([made(x, source) if type(x) is list else x for x in part[1:]])
        if kind == _ELSEWHERE:
            return made(part[2], sources[part[1]])
        fields = [made(x, source) if type(x) is list else x for x in part[3:]]
        return makers[kind](*fields, span=Span(source, part[1], part[2]))

    collecting = gc.isenabled()
    gc.disable()
    try:
        return made(data, sources[0])
    finally:
        if collecting:
            gc.enable()


@cache
def _kinds() -> tuple[Callable[..., Any], ...]:
    """Return the classes of nodes, in an order that stays."""
    return tuple(kind for _, kind in sorted(vars(n).items()) if _is_node(kind))


def _is_node(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, n.Node)


@cache
def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - an attrs class
    return tuple(each.name for each in attrs.fields(kind) if each.name != "span")
