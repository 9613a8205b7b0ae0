"""What a program declares, and the program."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from attrs import field, frozen

from mipsdsl.core.nodes.expressions import Constant, Expr, Read, SetOf
from mipsdsl.core.nodes.places import Place
from mipsdsl.core.types import Shape, Type


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
    jumps: tuple[Fraction, ...] = ()
    """Of a scale: where it was declared to jump."""


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
    because: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


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
    because: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


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
    usual: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = field(default=())
    """What is usual of each record, by field: for those of whom data say no more than who it is."""
    changeable: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    """What the one whom a row of each record is about can do differently: fields and given values."""
