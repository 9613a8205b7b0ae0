"""Types as they are written."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from mipsdsl.syntax.nodes.base import Name, Node, Number
from mipsdsl.syntax.nodes.expressions import Expr


@frozen
class BaseType(Node):
    """``points``."""

    name: str


@frozen
class ChoiceType(Node):
    """The name of a choice."""

    name: str


@frozen
class OptionalType(Node):
    """``optional points``."""

    inner: Type


@frozen
class SetType(Node):
    """``set of clinician_type``."""

    choice: Name


@frozen
class OneForEach(Node):
    """``one for each catalogue where transition``."""

    record: Name
    where: Expr | None


@frozen
class ListType(Node):
    """``list of quality_measure at most 200``; ``element`` is a record or a base type."""

    element: Name
    at_most: Number
    one_for_each: OneForEach | None


@frozen
class RecordType(Node):
    """``record practice by tin``."""

    record: Name
    by: tuple[Name, ...]


Type: TypeAlias = BaseType | ChoiceType | OptionalType | SetType | ListType | RecordType


@frozen
class Range(Node):
    """``from 0% to 100%``."""

    low: Expr
    high: Expr
