"""A compiled program as plain JSON, and back.

A node is ``{"Class": [its fields in order]}``, a member of an enum ``{"Enum": value}``, a fraction
``{"/": "1/3"}``, a tuple a list; all else is itself. Not through cattrs: importing it costs more than
all the rest of a cached run, and for classes that inherit keyword-only fields it writes Python that
does not parse (26.2).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import attrs

from mipsdsl.core import nodes, types

Data: TypeAlias = bool | int | str | list[Any] | dict[str, Any] | None
_FRACTION = "/"


class CodecError(ValueError):
    """What was to be read is no program of this version."""


def to_data(value: object) -> Data:
    """Return a node, or a tuple of nodes, as what JSON can hold."""
    match value:
        case None | bool() | int() | str():
            return value
        case tuple():
            return [to_data(part) for part in value]
        case Enum():
            return {type(value).__name__: value.value}
        case Fraction():
            return {_FRACTION: str(value)}
        case _:
            kind: type = type(value)
            return {kind.__name__: [to_data(getattr(value, name)) for name in _fields(kind)]}


def from_data(data: Data) -> nodes.Program:
    """Return the program that ``to_data`` made ``data`` of.

    Raises:
        CodecError: ``data`` is no such thing.

    """
    try:
        program = _value(data)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as mistake:
        raise CodecError(str(mistake)) from mistake
    if not isinstance(program, nodes.Program):
        raise CodecError("this is no program")
    return program


def _value(data: Any) -> Any:  # noqa: ANN401 - JSON in, a node out
    if isinstance(data, dict):
        ((name, content),) = data.items()
        return _makers()[name](content)
    return tuple([_value(part) for part in data]) if isinstance(data, list) else data


@cache
def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - an attrs class
    return tuple(each.name for each in attrs.fields(kind))


@cache
def _makers() -> dict[str, Callable[[Any], Any]]:
    """Return how to make a thing of each class of the core from its content."""
    makers: dict[str, Callable[[Any], Any]] = {_FRACTION: cache(Fraction)}
    for module in (types, nodes):
        for name, kind in vars(module).items():
            if not isinstance(kind, type) or kind.__module__ != module.__name__:
                continue
            if issubclass(kind, Enum):
                makers[name] = kind
            elif attrs.has(kind):
                makers[name] = _maker(kind)
    return makers


def _maker(kind: Any) -> Callable[[list[Any]], Any]:  # noqa: ANN401 - an attrs class
    fields = attrs.fields(kind)
    plain = [index for index, each in enumerate(fields) if not each.kw_only]
    named = [(index, each.name) for index, each in enumerate(fields) if each.kw_only]

    def make(content: list[Any]) -> Any:  # noqa: ANN401 - a node
        values = [_value(part) for part in content]
        if len(values) != len(fields):
            raise ValueError(f"{kind.__name__} has {len(fields)} fields")
        keywords = {name: values[index] for index, name in named}
        return kind(*[values[index] for index in plain], **keywords)

    return make
