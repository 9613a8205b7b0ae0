"""What the interpreter saw while it computed a value: the material of an explanation."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type
from mipsdsl.engines.store import Key, Stored


class Origin(Enum):
    """Where a value comes from."""

    FIELD = "field"
    GIVEN = "given"
    COMPUTED = "computed"
    PUBLISHED = "published"
    SET = "set"


@frozen
class Match:
    """Which case of a conditional, of exceptions, of ``first of`` or of a table decided.

    ``arm`` is its index, none when none held. ``holding`` are, for exceptions, the indexes of all
    that hold (the first is ``arm``), with their reasons and citations in ``arms``.
    """

    kind: c.CasesKind
    arm: int | None
    holding: tuple[int, ...]
    arms: tuple[c.Arm, ...]

    @property
    def matched(self) -> c.Arm | None:
        """Return the arm that decided."""
        return None if self.arm is None else self.arms[self.arm]


@frozen(eq=False)
class Trace:
    """A value and how it came about. Compared by identity: traces share what they read.

    Units: ``value`` of a quantity in steps of ``10**-scale``; of a selection, or a list, the keys.
    ``reads``: what was read, in order, each once; ``parameters``: the named constants used.
    ``is_created``: the row is one that no file had. ``rows``: how many rows a population saw.
    """

    record: str
    number: int
    key: Key
    name: str
    type: Type
    scale: int | None
    value: Stored
    origin: Origin
    item: c.Item | None = None
    is_created: bool = False
    matches: tuple[Match, ...] = ()
    reads: tuple[Trace, ...] = ()
    parameters: tuple[c.Parameter, ...] = ()
    rows: int = 0
