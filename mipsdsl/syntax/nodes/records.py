"""The header of a year, choices, records, and what hangs on them."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.syntax.nodes.base import Date, Name, Node, Number, Path
from mipsdsl.syntax.nodes.expressions import Expr
from mipsdsl.syntax.nodes.types import Range, Type


@frozen
class RulesHeader(Node):
    """``rules for performance year 2017 paying 2019``."""

    year: Number
    paying: Number


@frozen
class Correction(Node):
    """``rules for performance year 2018 correction 1 published 2018-07-05``."""

    year: Number
    number: Number
    published: Date


@frozen
class TestsHeader(Node):
    """``tests for performance year 2017``."""

    year: Number


@frozen
class Amends(Node):
    """``amends 2017``."""

    year: Number


@frozen
class Title(Node):
    """``title "MIPS transition year"``."""

    text: str


@frozen
class SourceOf(Node):
    """``source [81 FR 77008] published 2016-11-04``."""

    citation: str
    published: Date


@frozen
class ChoiceValue(Node):
    """A value of a choice, with its label or nothing."""

    name: Name
    label: str


@frozen
class Choice(Node):
    """``choice pace = none, test, partial_year, full_year``."""

    name: Name
    values: tuple[ChoiceValue, ...]


@frozen
class Field(Node):
    """``rate  optional percent from 0% to 100% with 4 places "the rate"``."""

    name: Name
    type: Type
    range: Range | None
    places: Number | None
    label: str


@frozen
class Groups(Node):
    """``groups submission.quality_measures by mechanism at most 8 joined by those where …``."""

    path: Path
    by: Name
    at_most: Number
    joined: Expr | None


@frozen
class Record(Node):
    """``record clinician key tin, npi`` and its fields."""

    name: Name
    key: tuple[Name, ...]
    groups: Groups | None
    fields: tuple[Field, ...]


@frozen
class Extend(Node):
    """``extend record clinician`` and more fields."""

    name: Name
    fields: tuple[Field, ...]


@frozen
class Reference(Node):
    """``reference benchmark key measure_id, collection_type`` and its columns."""

    name: Name
    key: tuple[Name, ...]
    fields: tuple[Field, ...]


@frozen
class Relation(Node):
    """``relation practice.clinicians list of clinician by tin at most 5,000``."""

    record: Name
    name: Name
    element: Name
    by: tuple[Name, ...]
    at_most: Number


@frozen
class EnsureField(Node):
    """``kind individual`` or ``tin from tin``: the value is a literal, a name, or a path."""

    name: Name
    value: Expr
    is_path: bool


@frozen
class Ensure(Node):
    """``ensure submission for each clinician where … matching … with …``."""

    record: Name
    each: Name
    where: Expr | None
    matching: tuple[EnsureField, ...]
    fill: tuple[EnsureField, ...]


@frozen
class Changeable(Node):
    """``changeable of quality_measure = performance_rate``."""

    record: Name
    names: tuple[Name, ...]


@frozen
class Results(Node):
    """``results of clinician = mips_eligible, final_score``."""

    record: Name
    names: tuple[Name, ...]
