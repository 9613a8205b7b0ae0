"""Parameters, rules, tables, scales, selections, population items and claims."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.syntax.nodes.base import Name, Node, Path
from mipsdsl.syntax.nodes.cells import Row
from mipsdsl.syntax.nodes.expressions import Expr, FirstOf
from mipsdsl.syntax.nodes.types import Range, Type


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
    """``claim "…" for submission: always … [42 CFR 414.1380]``."""

    text: str
    record: Name | None
    body: Always | Raising
    because: tuple[str, ...]
    citations: tuple[str, ...]
