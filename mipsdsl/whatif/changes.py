"""What two programs differ in, and parameters that move between values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from attrs import fields, has

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID, QUANTITIES, Shape, Type
from mipsdsl.engines.histogram.grades import Moving
from mipsdsl.engines.store import Stored

Values = Mapping[str, c.Constant | c.SetOf]


def parameters_of(program: c.Program) -> dict[str, c.Constant | c.SetOf]:
    """Return the parameters that have a value."""
    return {each.name: each.value for each in program.parameters if each.value is not None}


def differing(one: c.Program, other: c.Program) -> tuple[str, ...] | None:
    """Return the parameters in which two programs differ; nothing when they do in more than that.

    A parameter of another type (a count that becomes a number) is more than that.
    """
    first, second = parameters_of(one), parameters_of(other)
    if first.keys() != second.keys() or _bare(_parts(one)) != _bare(_parts(other)):
        return None
    if any(first[name].type != second[name].type for name in first):
        return None
    return tuple(name for name in first if _value(first[name]) != _value(second[name]))


def changed_rules(one: c.Program, other: c.Program) -> tuple[str, ...]:
    """Return the items that say something else, parameters apart."""
    sides = [
        {(item.record, item.name): _bare((item.type, item.expr)) for item in program.items}
        for program in (one, other)
    ]
    names = dict.fromkeys([*sides[0], *sides[1]])
    apart = [name for name in names if sides[0].get(name) != sides[1].get(name)]
    return tuple(".".join(part for part in name if part) for name in apart)


def _parts(program: c.Program) -> tuple[object, ...]:
    items = tuple(
        (item.record, item.name, item.type, item.expr, item.published) for item in program.items
    )
    return (program.records, program.ensures, items)


def _bare(part: object) -> object:
    """Return what a part of the core means, whatever its parameters, places and bounds are."""
    if isinstance(part, c.Parameter):
        return "parameter", part.name
    if isinstance(part, c.Constant):
        return "constant", part.type, _value(part)
    if isinstance(part, tuple):
        return tuple(_bare(each) for each in part)
    if isinstance(part, c.Arm):
        return _bare(part.condition), _bare(part.value)
    if isinstance(part, c.Land | c.Round):
        places = None if part.shape is None else part.shape.scale
        mode = part.mode if isinstance(part, c.Round) else None
        return type(part).__name__, mode, places, _bare(part.operand)
    if isinstance(part, c.Place | Shape):
        return None
    kind: Any = type(part)
    if not has(kind) or isinstance(part, Type):
        return part
    inside = (_bare(getattr(part, each.name)) for each in fields(kind))
    return kind.__name__, tuple(inside)


def _value(value: c.Constant | c.SetOf) -> object:
    if isinstance(value, c.Constant) and value.shape is not None:
        return amount(value)
    return frozenset(value.values) if isinstance(value, c.SetOf) else value.value


def amount(value: c.Constant | c.SetOf) -> Fraction | None:
    """Return the value of a quantity."""
    return build.value_of(value)


def stored(value: c.Constant | c.SetOf) -> Stored:
    """Return a parameter's value as a population item holds it: a quantity on its unit's grid."""
    if isinstance(value, c.SetOf):
        return value.values
    found = amount(value) if value.type.unit in QUANTITIES else None
    return value.value if found is None else steps(found, value.type)


def steps(value: Fraction, type_: Type) -> int:
    """Return a quantity in steps of the grid of its unit."""
    return int(value * 10 ** GRID[type_.unit])


def places(value: Fraction) -> int:
    """Return how many decimal places ``value`` has.

    >>> places(Fraction(5, 2)), places(Fraction(60))
    (1, 0)
    """
    found = 0
    while value * 10**found % 1:
        found += 1
    return found


def moving(name: str, type_: Type, values: Iterable[Fraction | None]) -> Moving:
    """Return the parameter ``name`` as one that takes ``values``, and all between them."""
    there = [value for value in values if value is not None]
    if type_.unit not in QUANTITIES or not there:
        return Moving(name)
    scale = max(places(value) for value in there)
    low, high = (build.constant(int(x * 10**scale), scale, type_) for x in (min(there), max(there)))
    return Moving(name, low, high, scale)
