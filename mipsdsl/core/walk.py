"""The one traversal of the core: what is inside a part of it, and the part with other nodes in it.

A part is a node, or a tuple of parts. Types, shapes and places are data of a node, no nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

from attrs import evolve, fields, has

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Shape, Type

Part = TypeVar("Part")
Swap = Callable[[Any], Any]
"""Gives what stands in the place of a node of the core, or nothing when it stays."""


def is_node(part: object) -> bool:
    """Return whether a part of the core is a node."""
    kind: Any = type(part)
    return _is_kind_of_node(kind)


def held(node: object) -> Iterator[tuple[str, Any]]:
    """Give what a node holds, each with its name, in the order of its fields."""
    kind: Any = type(node)
    return ((name, getattr(node, name)) for name in _names(kind))


@cache
def _is_kind_of_node(kind: Any) -> bool:  # noqa: ANN401 - mypy takes no class to be hashable
    return has(kind) and not issubclass(kind, Type | Shape | c.Place)


@cache
def _names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - mypy takes no class to be hashable
    return tuple(attribute.name for attribute in fields(kind))


# --- to look at ----------------------------------------------------------------------------------


def below(part: object) -> Iterator[Any]:
    """Give the nodes directly below a node, or those of a sequence, in the order of the text."""
    if isinstance(part, tuple | list):
        for each in part:
            if is_node(each):
                yield each
            else:
                yield from below(each)
    elif is_node(part):
        yield from below([value for _, value in held(part)])


def walk(part: object) -> Iterator[Any]:
    """Give the nodes of a part, parents first: those in rows, keys and selections too."""
    waiting = list(below([part]))[::-1]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(list(below(here))[::-1])


def expressions_in(part: object) -> Iterator[c.Expr]:
    """Give the expressions anywhere in a part, parents first."""
    # Each kind of `Valued` is one of `Expr`.
    return (node for node in walk(part) if isinstance(node, c.Valued))  # type: ignore[misc]


# --- to make anew --------------------------------------------------------------------------------


def replaced(part: Part, swap: Swap) -> Part:
    """Return ``part`` with each node that ``swap`` has another for replaced, the outermost first.

    What nothing was replaced in is the same object.
    """
    made: Part = _replaced(part, swap)
    return made


def _replaced(part: Any, swap: Swap) -> Any:  # noqa: ANN401 - any part of the core
    if isinstance(part, tuple):
        parts = tuple(_replaced(each, swap) for each in part)
        same = all(one is other for one, other in zip(parts, part, strict=True))
        return part if same else parts
    if not is_node(part):
        return part
    if (other := swap(part)) is not None:
        return other
    changes = {}
    for name, value in held(part):
        if (made := _replaced(value, swap)) is not value:
            changes[name] = made
    return evolve(part, **changes) if changes else part


def rebuilt(part: Part, made: Callable[[Any], Any]) -> Part:
    """Return ``part`` with each node, after those inside it, as ``made`` makes it."""
    whole: Part = _rebuilt(part, made)
    return whole


def _rebuilt(part: Any, made: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any part of the core
    if isinstance(part, tuple):
        return tuple(_rebuilt(each, made) for each in part)
    if not is_node(part):
        return part
    return made(evolve(part, **{name: _rebuilt(value, made) for name, value in held(part)}))


def with_value(part: Part, parameter: str, value: c.Constant | c.SetOf) -> Part:
    """Return ``part`` with another value of a parameter; itself if it reads it nowhere."""

    def swap(node: object) -> c.Parameter | None:
        if isinstance(node, c.Parameter) and node.name == parameter:
            return evolve(node, value=value, shape=value.shape)
        return None

    return replaced(part, swap)
