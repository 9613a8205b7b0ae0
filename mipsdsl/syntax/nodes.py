"""The syntax tree: what the author wrote, nothing decided. Numbers keep their text."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from mipsdsl.source import Span


@frozen
class Node:
    """Common to all nodes: where in the source the node stands.

    Two nodes are equal when they say the same, wherever they stand.
    """

    span: Span = field(kw_only=True, eq=False, repr=False)


# --- names and literals --------------------------------------------------------------------------


@frozen
class Name(Node):
    """``final_score``."""

    text: str


@frozen
class Path(Node):
    """``submission.final_score``."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The path as written."""
        return ".".join(part.text for part in self.parts)


@frozen
class Number(Node):
    """``30,000`` or ``0.75``, as written."""

    text: str


@frozen
class Percent(Node):
    """``4.25%``; the text is without the sign."""

    text: str


@frozen
class Money(Node):
    """``$30,000``; the text is without the sign."""

    text: str


@frozen
class Points(Node):
    """``3 points``; the text is the number."""

    text: str


@frozen
class Text(Node):
    """``"IA_PCMH"``, without the quotes."""

    text: str


@frozen
class YesNo(Node):
    """``yes`` or ``no``."""

    value: bool


@frozen
class Missing(Node):
    """``missing`` or ``nothing``."""


@frozen
class Date(Node):
    """``2017-09-01``."""

    text: str


@frozen
class RelativeDate(Node):
    """``October 1 of performance year - 2``."""

    month: str
    day: str
    years: int


@frozen
class SetOf(Node):
    """``{physician, dentist}``."""

    members: tuple[Expr, ...]


# --- expressions ----------------------------------------------------------------------------------


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


Literal: TypeAlias = (
    Number | Percent | Money | Points | Text | YesNo | Missing | Date | RelativeDate
)
Expr: TypeAlias = (
    Literal | Path | SetOf | Parenthesis | CatalogueRow | Minus | Sum | Product | Default | Ratio
    | Position | AnyOf | CountOf | AllHave | Fold | Comparison | Is | IsIn | IsGiven | IsWithin
    | Not | And | Or | If | AtLeast | AtMost | Rounded
)  # fmt: skip

# --- types ----------------------------------------------------------------------------------------


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


# --- items ----------------------------------------------------------------------------------------


@frozen
class RulesHeader(Node):
    """``rules for performance year 2017 paying 2019``."""

    year: Number
    paying: Number


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
class Results(Node):
    """``results of clinician = mips_eligible, final_score``."""

    record: Name
    names: tuple[Name, ...]


@frozen
class ToBeGiven(Node):
    """``to be given``."""


@frozen
class Parameter(Node):
    """``parameter low_volume_charges = $30,000 [42 CFR 414.1305]``."""

    name: Name
    type: Type | None
    range: Range | None
    value: Expr | ToBeGiven
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Target(Node):
    """``submission.final_score``: the record (or nothing) and the name."""

    record: Name | None
    name: Name


@frozen
class Except(Node):
    """``except no when newly_enrolled because "…" [cite]``."""

    value: Expr
    condition: Expr
    because: str
    citations: tuple[str, ...]


@frozen
class Rule(Node):
    """``rule submission.final_score: points = …``."""

    target: Target
    type: Type
    range: Range | None
    label: str
    body: Expr | FirstOf
    because: tuple[str, ...]
    citations: tuple[str, ...]
    exceptions: tuple[Except, ...]


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


@frozen
class RowCheck(Node):
    """``check each row adds to 100% unless c``."""

    total: Expr
    unless: Expr | None


@frozen
class Table(Node):
    """``table submission.weights`` with a header row and rows."""

    target: Target
    type: Type | None
    header: Row
    rows: tuple[Row, ...]
    because: tuple[str, ...]
    citations: tuple[str, ...]
    check: RowCheck | None


@frozen
class Jump(Node):
    """``jump at performance_threshold / 4 because "…"``."""

    at: Expr
    because: str


@frozen
class Scale(Node):
    """``scale base_adjustment of final_score: percent`` with a header row and segments."""

    target: Target
    of: Path
    type: Type
    header: Row
    rows: tuple[Row, ...]
    because: tuple[str, ...]
    citations: tuple[str, ...]
    jumps: tuple[Jump, ...]


@frozen
class SortKey(Node):
    """``by points`` (highest first) or ``by lowest cost``."""

    path: Path
    lowest: bool


@frozen
class PlacesTaken(Node):
    """``best 1 where outcome by points then by measure_id otherwise where high_priority``."""

    number: Expr
    of_the_rest: bool
    each: Name | None
    where: Expr | None
    keys: tuple[SortKey, ...]
    fallbacks: tuple[Expr, ...]
    empty_place: bool


@frozen
class Selection(Node):
    """``selection counted of quality_measures = best 1 … followed by best 5 of the rest``."""

    name: Name
    rows: Path
    places: tuple[PlacesTaken, ...]
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Population(Node):
    """``population scaling_factor: number = … published 0.0717``."""

    name: Name
    type: Type
    range: Range | None
    label: str
    body: Expr
    published: Expr | None
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Always(Node):
    """``always c when d``."""

    condition: Expr
    when: Expr | None


@frozen
class Raising(Node):
    """``raising x never lowers y when d``; ``direction`` is ``lowers`` or ``raises``."""

    cause: Path
    direction: str
    effect: Path
    when: Expr | None


@frozen
class Claim(Node):
    """``claim "…" for submission: always …``."""

    text: str
    record: Name | None
    body: Always | Raising


# --- tests ----------------------------------------------------------------------------------------


@frozen
class Assign(Node):
    """``kind physician``: a path and a literal, a name, or a set of names."""

    path: Path
    value: Expr


@frozen
class Usual(Node):
    """``usual clinician`` and the values of what an example leaves unsaid."""

    record: Name
    values: tuple[Assign, ...]


@frozen
class Children(Node):
    """``6 quality_measures with points 10 points``."""

    number: Number
    name: Name
    values: tuple[Assign, ...]


@frozen
class GivenRecord(Node):
    """``the submission`` or ``another submission``: what follows is about that row."""

    another: bool
    record: Name


@frozen
class Given(Node):
    """``given kind physician``; ``then`` marks ``and then``."""

    then: bool
    parts: tuple[Assign | Children | GivenRecord, ...]


@frozen
class Expect(Node):
    """``expect final_score 60 points within 0.01 points because "…" [cite]``."""

    path: Path
    value: Expr
    within: Expr | None
    because: str
    citations: tuple[str, ...]


@frozen
class Example(Node):
    """``example "…" [cite]`` with its steps."""

    text: str
    citations: tuple[str, ...]
    steps: tuple[Given | Expect, ...]


@frozen
class Examples(Node):
    """``examples "…"`` with a header row and a row for each example."""

    text: str
    citations: tuple[str, ...]
    header: Row
    rows: tuple[Row, ...]
    within: Expr | None


@frozen
class PopulationExample(Node):
    """``population example "…"`` with a row for each clinician and what is expected of the whole."""

    text: str
    citations: tuple[str, ...]
    header: Row
    rows: tuple[Row, ...]
    within: Expr | None
    expects: tuple[Expect, ...]


# --- what a year changes ---------------------------------------------------------------------------


@frozen
class SetValue(Node):
    """``set low_volume_charges = $90,000 was $30,000``; ``where`` picks rows of a table's column."""

    path: Path
    where: tuple[Assign, ...]
    value: Expr
    was: Expr
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Keep(Node):
    """``keep exceptional_threshold = 70 points``."""

    path: Path
    where: tuple[Assign, ...]
    value: Expr
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class AddItem(Node):
    """``add rule …``: a whole item; ``replace rule …`` when ``replaces``."""

    item: Rule | Table | Scale | Selection | Population | Parameter | Choice | Claim
    replaces: bool


@frozen
class Members(Node):
    """``add {audiologist} to eligible_types``, or ``remove … from`` when ``removes``."""

    removes: bool
    members: SetOf
    path: Path
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Values(Node):
    """``add audiologist to choice clinician_kind``, or ``remove … from`` when ``removes``."""

    removes: bool
    names: tuple[Name, ...]
    choice: Name
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class ChangeExcept(Node):
    """``add except to rule r: no when c``, ``replace except "…" of rule r: …``, ``remove except "…" …``.

    ``reason`` is the because-text of the exception that is replaced or removed.
    """

    reason: str
    path: Path
    exception: Except | None
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class ChangeRows(Node):
    """``add row | … || … | to table t``, ``replace … by …``, ``remove …``; also segments of a scale."""

    old: tuple[Row, ...]
    path: Path
    new: tuple[Row, ...]
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class RemoveItem(Node):
    """``remove rule r because "…"``; ``kind`` is the word, also ``field``."""

    kind: str
    path: Path
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class RemoveClaim(Node):
    """``remove claim "…" because "…"``."""

    text: str
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Rename(Node):
    """``rename rule submission.a to b "new label"``; ``kind`` is also ``field``, ``value``, ``list``."""

    kind: str
    path: Path
    name: Name
    label: str
    because: tuple[str, ...]
    citations: tuple[str, ...]


Amendment: TypeAlias = (
    SetValue | Keep | AddItem | Members | Values | ChangeExcept | ChangeRows | RemoveItem
    | RemoveClaim | Rename
)  # fmt: skip


@frozen
class Broken(Node):
    """An item that could not be read; a diagnostic says why."""


Item: TypeAlias = (
    RulesHeader | TestsHeader | Amends | Title | SourceOf | Choice | Record | Extend | Reference
    | Relation | Ensure | Results | Parameter | Rule | Table | Scale | Selection | Population | Claim
    | Usual | Example | Examples | PopulationExample | Broken | Amendment
)  # fmt: skip


@frozen
class File(Node):
    """All items of one file."""

    items: tuple[Item, ...]
