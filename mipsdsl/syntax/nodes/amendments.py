"""What a year changes in the year that it amends."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from mipsdsl.syntax.nodes.base import Name, Node, Path
from mipsdsl.syntax.nodes.cells import CellPart, Row
from mipsdsl.syntax.nodes.expressions import Expr, FirstRow, SetOf
from mipsdsl.syntax.nodes.law import (
    Claim,
    Except,
    Parameter,
    Population,
    Rule,
    Scale,
    Selection,
    Table,
)
from mipsdsl.syntax.nodes.records import Choice, ChoiceValue


@frozen
class RowCell(Node):
    """``kind group`` or ``days under 180``: what a row of a table says of something."""

    path: Path
    part: CellPart


@frozen
class SetValue(Node):
    """``set low_volume_charges = $90,000 was $30,000``; ``where`` picks the row of a table's column."""

    path: Path
    where: tuple[RowCell, ...]
    value: Expr
    was: Expr
    because: tuple[str, ...]
    citations: tuple[str, ...]


@frozen
class Keep(Node):
    """``keep exceptional_threshold = 70 points``."""

    path: Path
    where: tuple[RowCell, ...]
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
    """``add audiologist "…" to choice clinician_kind``, or ``remove … from`` when ``removes``."""

    removes: bool
    values: tuple[ChoiceValue, ...]
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
class ChangeReason(Node):
    """``add row to rule r before "…": v when c``, ``replace row "…" of rule r: …``, ``remove row …``.

    A row of the ordered reasons of a rule (``first of``). ``reason`` is the because-text of the one
    that is replaced or removed, ``before`` of the one that a new row comes before.
    """

    reason: str
    before: str
    path: Path
    row: FirstRow | None
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
    SetValue | Keep | AddItem | Members | Values | ChangeExcept | ChangeReason | ChangeRows
    | RemoveItem | RemoveClaim | Rename
)  # fmt: skip
