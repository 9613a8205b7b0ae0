"""The nodes of the core.

Meaning, for every engine: an expression denotes an exact rational, a yes/no, a text, a choice or
"missing". Nothing is rounded but where a ``Land`` or ``Round`` stands. Choices and texts are
strings; dates are counted in days (proleptic Gregorian ordinals). A quantity that is stored (a
field, an item, the body of a fold) is a whole number of steps of ``10**-shape.scale``.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from attrs import field, frozen

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
    """One case: its value when its condition holds, with the author's reason and citations."""

    condition: Expr
    value: Expr
    because: str = ""
    citations: tuple[str, ...] = ()
    line: int = 0


@frozen
class Cases(Valued):
    """The value of the first arm whose condition holds, else ``otherwise``.

    Of a table (``ROWS``) exactly one arm holds, which the compiler has checked.
    """

    kind: CasesKind
    arms: tuple[Arm, ...]
    otherwise: Expr


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

# --- declarations --------------------------------------------------------------------------------


@frozen
class Place:
    """Where something was written: the file's name within its policy, and the line."""

    file: str
    line: int


@frozen
class Choice:
    """A closed set of named values, in order, each with its label (or nothing)."""

    name: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    place: Place


@frozen
class Field:
    """A column of a record.

    A quantity is a whole number of steps of ``10**-scale`` within ``low`` … ``high`` (steps).
    ``many`` is the greatest length of a list of quantities, and 0 for a plain field.
    """

    name: str
    type: Type
    scale: int
    low: int
    high: int
    many: int
    label: str
    place: Place


@frozen
class Reference:
    """A link to the one row of ``record`` whose key equals the fields ``by`` of this record."""

    name: str
    record: str
    by: tuple[str, ...]
    optional: bool
    place: Place


@frozen
class Relation:
    """A list of the rows of ``record`` whose fields ``theirs`` equal the fields ``ours``.

    ``one_for_each`` names a reference table each of whose rows has a child here, sent or not
    (``where`` on the table's row, which is ``Here``, says which of its rows). ``owned``: each row of
    ``record`` belongs to one row here, as a child, and cannot be without it.
    """

    name: str
    record: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    at_most: int
    one_for_each: str
    where: Expr | None
    place: Place
    owned: bool = True


@frozen
class Grouping:
    """The record is one row for each value of the item ``by`` in the list ``rows`` of ``parent``.

    Rows for which ``joined`` holds (``Here`` is the row) are in every group and make none.
    """

    parent: str
    list_name: str
    by: str
    at_most: int
    joined: Expr | None


@frozen
class Record:
    """A kind of row. ``is_reference``: data that come with a year (a benchmark, a catalogue)."""

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    references: tuple[Reference, ...]
    relations: tuple[Relation, ...]
    grouping: Grouping | None
    is_reference: bool
    place: Place


@frozen
class Ensure:
    """For each row of ``each`` (where ``where`` holds; ``Here``) a row of ``record`` that matches.

    ``matching`` and ``fill`` pair a field of ``record`` with its value, read from the row of ``each``.
    """

    record: str
    each: str
    where: Expr
    matching: tuple[tuple[str, Expr], ...]
    fill: tuple[tuple[str, Expr], ...]
    place: Place


class ItemKind(Enum):
    """What an item was written as. ``ROW`` is the number of the row that matched in a table."""

    RULE = "rule"
    ROW = "row"
    COLUMN = "column"
    SCALE = "scale"
    SELECTION = "selection"
    POPULATION = "population"


@frozen
class Item:
    """A value that the program computes for each row of ``record`` (or once: ``record`` empty)."""

    record: str
    name: str
    kind: ItemKind
    type: Type
    shape: Shape | None
    expr: Expr
    label: str
    because: tuple[str, ...]
    citations: tuple[str, ...]
    published: Constant | None
    place: Place


@frozen
class NamedConstant:
    """A parameter: ``value`` is ``None`` when it is to be given."""

    name: str
    type: Type
    value: Constant | SetOf | None
    citations: tuple[str, ...]
    because: tuple[str, ...]
    place: Place


@frozen
class Always:
    """A claim that ``condition`` holds for every row of ``record``."""

    text: str
    record: str
    condition: Expr
    place: Place


@frozen
class Raising:
    """A claim that a greater ``cause`` never makes ``effect`` less (or, ``lowers`` false, more).

    Both are of one row of ``record``, where ``when`` holds; ``cause`` is a field or an item taken as
    given.
    """

    text: str
    record: str
    cause: Read
    lowers: bool
    effect: Expr
    when: Expr
    place: Place


Claim: TypeAlias = Always | Raising


@frozen
class Step:
    """A stage of a run: compute ``items`` of ``record`` in order, or (no items) make its groups.

    The items of the population have the record "".
    """

    record: str
    items: tuple[str, ...]


@frozen
class Program:
    """A year, compiled. ``items`` is in an order in which each comes after all that it reads."""

    year: int
    paying: int
    title: str
    sources: tuple[str, ...]
    choices: tuple[Choice, ...]
    records: tuple[Record, ...]
    parameters: tuple[NamedConstant, ...]
    items: tuple[Item, ...]
    ensures: tuple[Ensure, ...]
    steps: tuple[Step, ...] = field(default=())
    claims: tuple[Claim, ...] = field(default=())
    results: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    """What a run shows of each record unless it is asked for something else."""
