"""A part of the core with other parts in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import evolve, fields, has

from mipsdsl.core.nodes import Place
from mipsdsl.core.types import Shape, Type

Part = TypeVar("Part")
Swap = Callable[[Any], Any]
"""Gives what stands in the place of a node of the core, or nothing when it stays."""


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
    if not has(type(part)) or isinstance(part, Type | Shape | Place):
        return part
    if (other := swap(part)) is not None:
        return other
    changes = {}
    for attribute in fields(type(part)):
        value = getattr(part, attribute.name)
        if (made := _replaced(value, swap)) is not value:
            changes[attribute.name] = made
    return evolve(part, **changes) if changes else part


def rebuilt(part: Part, made: Callable[[Any], Any]) -> Part:
    """Return ``part`` with each node, after those inside it, as ``made`` makes it."""
    whole: Part = _rebuilt(part, made)
    return whole


def _rebuilt(part: Any, made: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any part of the core
    if isinstance(part, tuple):
        return tuple(_rebuilt(each, made) for each in part)
    if not has(type(part)) or isinstance(part, Type | Shape | Place):
        return part
    values = {each.name: getattr(part, each.name) for each in fields(type(part))}
    return made(evolve(part, **{name: _rebuilt(x, made) for name, x in values.items()}))
