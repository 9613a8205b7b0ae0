"""What a value looks like in generated code."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from mipsdsl.core.types import Type
from mipsdsl.engines.native.wholes import Whole

ALWAYS = "true"
"""The flag of what is never missing."""


@frozen
class Amount:
    """The quantity ``top / (unit * bottom)``, exact; ``there`` says whether it is given.

    ``unit`` is known when the code is made; ``bottom`` is above 0, and none when it is 1.
    """

    top: Whole
    unit: int
    bottom: Whole | None = None
    there: str = ALWAYS


@frozen
class Flag:
    """A yes/no: an i1."""

    name: str
    there: str = ALWAYS


@frozen
class Code32:
    """A text or a value of a choice, as its number: an i32."""

    name: str
    type: Type
    there: str = ALWAYS


@frozen
class Members:
    """A set: of a choice its values, of texts their numbers (each an i32)."""

    names: tuple[str, ...]
    type: Type
    there: str = ALWAYS


@frozen
class Absent:
    """The value that is not there."""

    there: str = "false"


Value: TypeAlias = Amount | Flag | Code32 | Members | Absent


@frozen
class At:
    """A row: its number (an i64, 0 when there is none), and whether there is one."""

    number: str
    there: str = ALWAYS
