"""What the layers above the text say of two policies: proofs, witnesses, a population, and why.

Values are in steps of the grid of their item (``Figure`` has type and scale), so that every form of
output (terminal, Markdown, JSON, page) shows the same figures in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from mipsdsl.core.types import Type
from mipsdsl.diff.policy import Key
from mipsdsl.whatif.compare import Comparison
from mipsdsl.whatif.report import Figure

# --- 2 proof -------------------------------------------------------------------------------------


class Sameness(Enum):
    """What is known of an output under two policies."""

    SAME = "same"
    UNLESS = "same unless"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@frozen
class Proof:
    """What is known of one output.

    ``why``: where it differs, or why nothing is known, in words. ``bound``: how long lists were taken
    to be, in words; nothing: of any length.
    """

    record: str
    name: str
    sameness: Sameness
    why: str = ""
    bound: str = ""


@frozen
class Proofs:
    """All outputs, in the order of the results; ``reworded``: rules of another text and one meaning."""

    outputs: tuple[Proof, ...]
    reworded: tuple[Key, ...]


# --- 3 witnesses ---------------------------------------------------------------------------------


@frozen
class Witness:
    """A clinician for whom an output differs, as both policies see them.

    ``kind``: the change, in words (``out → in``, ``reward → penalty``, ``largest loss``).
    ``tables``: the rows, by record: values as authors write them, by field.
    ``figures``: the output, other results of the row that differ, and those of other records that have
    one row (under ``record.name``).
    ``explained``: the account of the output under each, as ``mips explain`` has it in Markdown.
    """

    number: int
    kind: str
    record: str
    name: str
    tables: Mapping[str, tuple[Mapping[str, str], ...]]
    figures: tuple[Figure, ...]
    explained: tuple[str, str]


# --- 4 how many ----------------------------------------------------------------------------------


@frozen
class Spread:
    """How often values of a quantity lie between ``edges`` (n + 1, in steps), on both sides (n)."""

    name: str
    type: Type
    scale: int
    edges: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]


@frozen
class Population:
    """The people of files or of the sample under both policies.

    ``whose``: what they are, in words. ``outcomes``: for each outcome (its name) who moves from what to
    what, subgroups, money. ``factors``: values that the whole population settles. ``notes``: what is
    to be known of the answer: whose days, what the data lack.
    """

    whose: str
    size: int
    outcomes: Mapping[str, Comparison]
    spreads: tuple[Spread, ...]
    factors: tuple[Figure, ...]
    money: Mapping[str, tuple[Type, int]]
    notes: tuple[str, ...] = ()


# --- 5 why ---------------------------------------------------------------------------------------


@frozen
class Effect:
    """What a group of provisions does to one measure, in the measure's steps.

    ``alone``: made first, to the old law. ``last``: made last, to reach the new.
    ``shapley``: the mean over all orders, as a numerator over ``Attribution.orders``.
    ``error``: of a sample of orders, the standard error in steps.
    """

    group: str
    alone: int
    last: int
    shapley: int
    error: float = 0.0


@frozen
class Attribution:
    """One measure (how many are penalised, the sum of the penalties) and which provisions did it.

    The ``shapley`` of all effects add up to ``orders`` times (``after`` - ``before``) exactly.
    ``exact``: all orders were weighed, otherwise a sample. ``laws``: how many laws were run.
    """

    measure: str
    type: Type
    scale: int
    before: int
    after: int
    orders: int
    effects: tuple[Effect, ...]
    exact: bool
    laws: int


@frozen
class Why:
    """The attributions, and the provisions of each group.

    ``together``: what is one group because it does not compile apart, and why. A group without an
    effect in any attribution cannot move what is measured. ``notes`` as those of the population.
    """

    groups: Mapping[str, tuple[Key, ...]]
    attributions: tuple[Attribution, ...]
    together: str = ""
    notes: tuple[str, ...] = ()


@frozen
class Layers:
    """The layers that were asked for; nothing where one was not, or ``skipped`` says why not."""

    proofs: Proofs | None = None
    witnesses: tuple[Witness, ...] | None = None
    population: Population | None = None
    why: Why | None = None
    skipped: Mapping[str, str] = {}
