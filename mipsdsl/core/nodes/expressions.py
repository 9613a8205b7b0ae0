"""Rows, lists of rows, and expressions."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from attrs import field, frozen

from mipsdsl.core.nodes.places import Place
from mipsdsl.core.types import Shape, Type

# --- rows and lists of rows ----------------------------------------------------------------------


@frozen
class Here:
    """The row that the item is computed for."""


@frozen
class Element:
    """The row that the fold at nesting level ``level`` (outermost 0) is looking at."""

    level: int


@frozen
class Follow:
    """The row that the reference ``name`` of ``row`` leads to; no row when there is none."""

    row: Row
    name: str


@frozen
class Catalogue:
    """The row of the reference table ``record`` with these keys; no row when there is none."""

    record: str
    keys: tuple[Expr, ...]


Row: TypeAlias = Here | Element | Follow | Catalogue


@frozen
class Children:
    """The rows in the list ``name`` of ``row``, in the order of the data; empty when no row."""

    row: Row
    name: str


@frozen
class Everyone:
    """All rows of ``record`` in a run."""

    record: str


@frozen
class Chosen:
    """The rows that the selection ``name`` of ``row`` chose, in the order they were chosen."""

    row: Row
    name: str


@frozen
class Apart:
    """The rows of ``rows`` that are not in ``without``."""

    rows: Rows
    without: Rows


Rows: TypeAlias = Children | Everyone | Chosen | Apart

# --- expressions ---------------------------------------------------------------------------------


@frozen(kw_only=True)
class Valued:
    """Common to expressions: the type of the value and, for a quantity, its shape."""

    type: Type
    shape: Shape | None = None


@frozen
class Constant(Valued):
    """A literal: a whole number of steps for a quantity, else a yes/no or a text."""

    value: int | bool | str


@frozen
class SetOf(Valued):
    """A set of choice values or texts."""

    values: tuple[str, ...]


@frozen
class Missing(Valued):
    """The value that is not there."""


@frozen
class Parameter(Valued):
    """A named constant of the program."""

    name: str
    value: Constant | SetOf


@frozen
class Read(Valued):
    """The field or item ``name`` of ``row``; missing when there is no row."""

    row: Row
    name: str


@frozen
class ReadPopulation(Valued):
    """A population item."""

    name: str


@frozen
class IsGiven(Valued):
    """Whether the operand is not missing."""

    operand: Expr


@frozen
class HasRow(Valued):
    """Whether ``row`` leads to a row."""

    row: Row


@frozen
class IsMember(Valued):
    """Whether the element ``row`` is among ``rows`` (a selection)."""

    row: Row
    rows: Rows


@frozen
class Default(Valued):
    """The operand, or ``otherwise`` when it is missing."""

    operand: Expr
    otherwise: Expr


class Operator(Enum):
    """Arithmetic between two quantities; ``LEAST`` and ``GREATEST`` are ``at most`` and ``at least``."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    LEAST = "at most"
    GREATEST = "at least"


@frozen
class Arithmetic(Valued):
    """``left operator right``, exact."""

    operator: Operator
    left: Expr
    right: Expr


@frozen
class Divide(Valued):
    """``left / right``, exact; ``when_zero`` when right is 0 (``None``: it never is)."""

    left: Expr
    right: Expr
    when_zero: Expr | None


@frozen
class Land(Valued):
    """The operand put on the grid of ``shape.scale`` places, half up on the magnitude."""

    operand: Expr


class Rounding(Enum):
    """Written rounding, on the magnitude."""

    HALF_UP = "half up"
    UP = "up"
    DOWN = "down"


@frozen
class Round(Valued):
    """The operand rounded to ``shape.scale`` places with the guard of the language (arithmetic.py)."""

    operand: Expr
    mode: Rounding


class Comparison(Enum):
    """How two quantities are compared."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "is"


@frozen
class Compare(Valued):
    """A comparison of two quantities, exact."""

    comparison: Comparison
    left: Expr
    right: Expr


@frozen
class Same(Valued):
    """Whether two yes/nos, choices or texts are the same; missing is the same as nothing."""

    left: Expr
    right: Expr


@frozen
class Among(Valued):
    """Whether the operand is one of a set; missing is in no set."""

    operand: Expr
    values: Expr


@frozen
class And(Valued):
    """All operands hold; evaluated from the left, as far as needed."""

    operands: tuple[Expr, ...]


@frozen
class Or(Valued):
    """Some operand holds; evaluated from the left, as far as needed."""

    operands: tuple[Expr, ...]


@frozen
class Not(Valued):
    """The operand does not hold."""

    operand: Expr


class CasesKind(Enum):
    """What the author wrote."""

    IF = "if"
    EXCEPTIONS = "exceptions"
    FIRST_OF = "first of"
    ROWS = "rows"


@frozen
class Arm:
    """One case: its value when its condition holds, with the author's reason and citations.

    ``place`` is where it stands; a row that cannot occur has none, as nobody is asked to reach it.
    """

    condition: Expr
    value: Expr
    because: str = ""
    citations: tuple[str, ...] = ()
    place: Place | None = field(default=None, eq=False, repr=False)


@frozen
class Cases(Valued):
    """The value of the first arm whose condition holds, else ``otherwise``.

    Of a table (``ROWS``) exactly one arm holds, which the compiler has checked; ``otherwise`` is the
    last arm again, without a place, unless the table has a row for what is left.
    """

    kind: CasesKind
    arms: tuple[Arm, ...]
    otherwise: Expr
    otherwise_place: Place | None = field(default=None, eq=False, repr=False)


@frozen
class Pick(Valued):
    """The value at ``index`` (a count, from 1): a column of a table, at the row that matched."""

    index: Expr
    values: tuple[Expr, ...]


class FoldKind(Enum):
    """How a list becomes one value."""

    SUM = "sum"
    COUNT = "count"
    ANY = "any"
    ALL = "all"
    AVERAGE = "average"
    HIGHEST = "highest"
    LOWEST = "lowest"


@frozen
class Fold(Valued):
    """One value of the rows where ``where`` holds; the row is ``Element(level)`` in where and body.

    ``COUNT`` and ``ANY`` have the body yes. ``SUM`` of none is 0; ``ANY`` no, ``ALL`` yes;
    ``AVERAGE`` (sum ÷ count, exact), ``HIGHEST`` and ``LOWEST`` of none are missing.
    """

    kind: FoldKind
    level: int
    rows: Rows
    where: Expr
    body: Expr


@frozen
class Position(Valued):
    """Where ``value`` stands on the ascending (or, ``rising`` false, descending) ``starts``.

    With n starts s₁…sₙ and i the largest index with ``value >= sᵢ`` (``<=`` when falling):
    ``first - 1 + i + (value - sᵢ)/(sᵢ₊₁ - sᵢ)``, without the fraction at the last start, or
    ``first - 1`` when no start is reached. Starts out of order: the highest start reached wins, and
    a fraction that would leave 0…1 is held to it. ``starts`` is a field that is a list of numbers.
    """

    value: Expr
    starts: Read
    first: int
    rising: bool


@frozen
class SortKey:
    """One key of a sort; rows without a value come last."""

    value: Expr
    highest_first: bool


@frozen
class Places:
    """Up to ``number`` rows where ``where`` holds, best first (for each value of ``each`` apart).

    ``fallbacks`` are tried in turn when no row satisfied ``where``. Ties left by the keys are
    decided by the key of the record, ascending. The element is ``Element(0)``.
    """

    number: Expr
    where: Expr
    each: Expr | None
    keys: tuple[SortKey, ...]
    fallbacks: tuple[Expr, ...] = ()


@frozen
class Select(Valued):
    """Rows chosen out of ``rows``: the places in turn, each from what is left."""

    rows: Rows
    places: tuple[Places, ...]


Expr: TypeAlias = (
    Constant | SetOf | Missing | Parameter | Read | ReadPopulation | IsGiven | HasRow | IsMember
    | Default | Arithmetic | Divide | Land | Round | Compare | Same | Among | And | Or | Not
    | Cases | Pick | Fold | Position | Select
)  # fmt: skip
