"""What stands in the rows of tables, scales and examples."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from mipsdsl.syntax.nodes.base import Node
from mipsdsl.syntax.nodes.expressions import Expr


@frozen
class CellAny(Node):
    """``any``."""


@frozen
class CellOtherwise(Node):
    """``otherwise``."""


@frozen
class CellImpossible(Node):
    """``impossible``."""


@frozen
class CellGiven(Node):
    """``given``: the value is there."""


@frozen
class CellNot(Node):
    """``not physician``."""

    value: Expr


@frozen
class CellValue(Node):
    """``no``, ``physician``, ``60%``."""

    value: Expr


@frozen
class CellRange(Node):
    """``0 to 89``, ``above 3 to 5``, ``5 to under 9``, ``above 3``, ``at most 9``.

    ``low`` or ``high`` may be open ended (``None``); the flags say whether the end belongs to it.
    """

    low: Expr | None
    low_included: bool
    high: Expr | None
    high_included: bool


@frozen
class Point(Node):
    """``(0 points, -4%)``."""

    x: Expr
    y: Expr


@frozen
class CellLine(Node):
    """``line from (x, y) to (x, y)``."""

    start: Point
    end: Point


CellPart: TypeAlias = (
    CellAny | CellOtherwise | CellImpossible | CellGiven | CellNot | CellValue | CellRange
    | CellLine
)  # fmt: skip


@frozen
class Cell(Node):
    """What stands between two bars: alternatives, parted by commas."""

    parts: tuple[CellPart, ...]


@frozen
class Row(Node):
    """``| looked at || concluded |``."""

    conditions: tuple[Cell, ...]
    conclusions: tuple[Cell, ...]
