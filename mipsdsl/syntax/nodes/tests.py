"""Examples and usual values."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.syntax.nodes.base import Name, Node, Number, Path, Percent
from mipsdsl.syntax.nodes.cells import Row
from mipsdsl.syntax.nodes.expressions import Expr


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


@frozen
class Pinned(Node):
    """``rules submission.final_score, weights``: what is said to have changed, by its kind."""

    kind: str
    paths: tuple[Path, ...]


@frozen
class PinnedRename(Node):
    """``renamed submission.a to b``, one of them."""

    path: Path
    name: Name


@frozen
class PinChanges(Node):
    """``pin changes from 2017 …``: all that differs, or (without ``nothing else``) some of it."""

    year: Number
    changes: tuple[Pinned, ...]
    renames: tuple[PinnedRename, ...]
    nothing_else: bool


@frozen
class Require(Node):
    """``require mutants killed at least 95%``."""

    least: Percent


@frozen
class PinSame(Node):
    """``pin same as 2017 for improvement_activities_score``."""

    year: Number
    paths: tuple[Path, ...]
