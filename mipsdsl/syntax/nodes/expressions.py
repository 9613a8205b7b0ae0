"""Expressions."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from mipsdsl.syntax.nodes.base import Literal, Name, Node, Number, Path


@frozen
class SetOf(Node):
    """``{physician, dentist}``."""

    members: tuple[Expr, ...]


@frozen
class Parenthesis(Node):
    """``(x)``; kept, since the author wrote it."""

    inner: Expr


@frozen
class CatalogueRow(Node):
    """``(the care_information_catalogue ["ACI_EP_1"]).weight``."""

    record: Name
    keys: tuple[Expr, ...]
    name: Name


@frozen
class Minus(Node):
    """``-x``."""

    operand: Expr


@frozen
class Sum(Node):
    """``left + right`` or ``left - right``; ``sign`` is ``+`` or ``-``."""

    left: Expr
    sign: str
    right: Expr


@frozen
class Product(Node):
    """``left * right`` or ``left / right``; ``sign`` is ``*`` or ``/``."""

    left: Expr
    sign: str
    right: Expr


@frozen
class Default(Node):
    """``x default y``."""

    operand: Expr
    otherwise: Expr


@frozen
class Ratio(Node):
    """``ratio of a to b (when zero: c)``."""

    left: Expr
    right: Expr
    when_zero: Expr | None


@frozen
class Position(Node):
    """``position of rate on benchmark.starts from 1 rising``; ``direction`` is the last word."""

    value: Expr
    starts: Path
    first: Number
    direction: str


@frozen
class List(Node):
    """``measures`` or ``measures apart from required``."""

    path: Path
    apart_from: Path | None


@frozen
class AnyOf(Node):
    """``any of measures where outcome``."""

    rows: List
    where: Expr | None


@frozen
class CountOf(Node):
    """``count of measures where outcome``."""

    rows: List
    where: Expr | None


@frozen
class AllHave(Node):
    """``all of measures where sent have complete``."""

    rows: List
    where: Expr | None
    body: Expr


@frozen
class Fold(Node):
    """``sum of points over measures where outcome``; also average, highest, lowest.

    ``joiner`` is ``over`` or ``of``, as written.
    """

    kind: str
    body: Expr
    joiner: str
    rows: List
    where: Expr | None


@frozen
class Comparison(Node):
    """``left <= right``; ``sign`` is ``<``, ``<=``, ``>`` or ``>=``."""

    left: Expr
    sign: str
    right: Expr


@frozen
class Is(Node):
    """``left is right`` or ``left is not right``."""

    left: Expr
    negated: bool
    right: Expr


@frozen
class IsIn(Node):
    """``left is in {a, b}`` or ``left is not in types``."""

    left: Expr
    negated: bool
    right: Expr


@frozen
class IsGiven(Node):
    """``x is given``, or ``x is missing`` (then ``missing`` is true)."""

    operand: Expr
    missing: bool


@frozen
class IsWithin(Node):
    """``x is within low to high``, ends included."""

    operand: Expr
    low: Expr
    high: Expr


@frozen
class Not(Node):
    """``not x``."""

    operand: Expr


@frozen
class And(Node):
    """``a and b and c``."""

    operands: tuple[Expr, ...]


@frozen
class Or(Node):
    """``a or b or c``."""

    operands: tuple[Expr, ...]


@frozen
class If(Node):
    """``if test then yes else no``."""

    test: Expr
    yes: Expr
    no: Expr


@frozen
class AtLeast(Node):
    """``x at least bound``."""

    operand: Expr
    bound: Expr


@frozen
class AtMost(Node):
    """``x at most bound``."""

    operand: Expr
    bound: Expr


@frozen
class Rounded(Node):
    """``x rounded to 2 places half up``."""

    operand: Expr
    places: Number
    mode: str


@frozen
class FirstRow(Node):
    """``| qp when qp_status is qp because "…" [cite]``."""

    value: Expr
    condition: Expr
    because: str
    citations: tuple[str, ...]


@frozen
class FirstOf(Node):
    """``first of`` rows ``| otherwise x``."""

    rows: tuple[FirstRow, ...]
    otherwise: Expr


Expr: TypeAlias = (
    Literal | Path | SetOf | Parenthesis | CatalogueRow | Minus | Sum | Product | Default | Ratio
    | Position | AnyOf | CountOf | AllHave | Fold | Comparison | Is | IsIn | IsGiven | IsWithin
    | Not | And | Or | If | AtLeast | AtMost | Rounded
)  # fmt: skip
