"""A compiled program as plain JSON, and back.

``{"nodes": [["Class", its fields in order], …], "program": reference}``: each node, member of an
enum (``["Unit", "points"]``) and fraction (``["/", "1/3"]``) once, after all that it holds; where it
stands there is a reference, ``{"#": 7}``. A tuple is a list; all else is itself. Not through cattrs:
importing it costs more than all the rest of a cached run, and for classes that inherit keyword-only
fields it writes Python that does not parse (26.2).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import attrs
from attrs import define, field

from mipsdsl.core import nodes, types

Data: TypeAlias = bool | int | str | list[Any] | dict[str, Any] | None
_FRACTION = "/"
_REFERENCE = "#"


class CodecError(ValueError):
    """What was to be read is no program of this version."""


@define
class _Book:
    """The nodes that were written, each once."""

    lines: list[Data] = field(factory=list)
    _known: dict[str, int] = field(factory=dict)

    def written(self, value: object) -> Data:
        """Return ``value`` as JSON, or a reference to the line that it is written in."""
        match value:
            case None | bool() | int() | str():
                return value
            case tuple():
                return [self.written(part) for part in value]
            case Enum():
                return self._line(type(value), [value.value])
            case Fraction():
                return self._line(_FRACTION, [str(value)])
            case _:
                kind: Any = type(value)
                names = _fields(kind)
                return self._line(kind, [self.written(getattr(value, name)) for name in names])

    def _line(self, kind: type | str, content: list[Data]) -> Data:
        line: list[Data] = [kind if isinstance(kind, str) else kind.__name__, *content]
        # By its text, as a yes and a 1 are equal in Python.
        text = json.dumps(line)
        if text not in self._known:
            self._known[text] = len(self.lines)
            self.lines.append(line)
        return {_REFERENCE: self._known[text]}


def to_data(program: nodes.Program) -> Data:
    """Return ``program`` as what JSON can hold."""
    book = _Book()
    root = book.written(program)
    return {"nodes": book.lines, "program": root}


def from_data(data: Any) -> nodes.Program:  # noqa: ANN401 - JSON
    """Return the program that ``to_data`` made ``data`` of.

    Raises:
        CodecError: ``data`` is no such thing.

    """
    made: list[Any] = []
    makers = _makers()
    try:
        for kind, *content in data["nodes"]:
            made.append(makers[kind]([_value(part, made) for part in content]))
        program = _value(data["program"], made)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as mistake:
        raise CodecError(str(mistake)) from mistake
    if not isinstance(program, nodes.Program):
        raise CodecError("this is no program")
    return program


def _value(data: Any, made: list[Any]) -> Any:  # noqa: ANN401 - JSON in, a node out
    if isinstance(data, dict):
        return made[data[_REFERENCE]]
    return tuple([_value(part, made) for part in data]) if isinstance(data, list) else data


@cache
def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - an attrs class
    return tuple(each.name for each in attrs.fields(kind))


@cache
def _makers() -> dict[str, Callable[[Any], Any]]:
    """Return how to make a thing of each class of the core from its content."""
    makers: dict[str, Callable[[Any], Any]] = {_FRACTION: lambda content: Fraction(*content)}
    for module in (types, nodes):
        for name, kind in vars(module).items():
            if not isinstance(kind, type) or not kind.__module__.startswith(module.__name__):
                continue
            if issubclass(kind, Enum):
                makers[name] = _member(kind)
            elif attrs.has(kind):
                makers[name] = _maker(kind)
    return makers


def _maker(kind: Any) -> Callable[[list[Any]], Any]:  # noqa: ANN401 - an attrs class
    fields = attrs.fields(kind)
    plain = [index for index, each in enumerate(fields) if not each.kw_only]
    named = [(index, each.name) for index, each in enumerate(fields) if each.kw_only]

    def make(values: list[Any]) -> Any:  # noqa: ANN401 - a node
        if len(values) != len(fields):
            raise ValueError(f"{kind.__name__} has {len(fields)} fields")
        keywords = {name: values[index] for index, name in named}
        return kind(*[values[index] for index in plain], **keywords)

    return make


def _member(kind: type[Enum]) -> Callable[[list[Any]], Any]:
    return lambda content: kind(*content)
