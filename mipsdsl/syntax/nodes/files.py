"""Items, and the files that hold them."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from mipsdsl.source import Span
from mipsdsl.syntax.nodes.amendments import Amendment
from mipsdsl.syntax.nodes.base import Node
from mipsdsl.syntax.nodes.law import Claim, Parameter, Population, Rule, Scale, Selection, Table
from mipsdsl.syntax.nodes.records import (
    Amends,
    Changeable,
    Choice,
    Correction,
    Ensure,
    Extend,
    Record,
    Reference,
    Relation,
    Results,
    RulesHeader,
    SourceOf,
    TestsHeader,
    Title,
)
from mipsdsl.syntax.nodes.tests import (
    Example,
    Examples,
    PinChanges,
    PinSame,
    PopulationExample,
    Require,
    Usual,
)


@frozen
class Broken(Node):
    """An item that could not be read; a diagnostic says why. Its own span is its first word."""

    whole: Span = field(eq=False, repr=False)


Item: TypeAlias = (
    RulesHeader | Correction | TestsHeader | Amends | Title | SourceOf | Choice | Record | Extend
    | Reference | Relation | Ensure | Results | Parameter | Rule | Table | Scale | Selection
    | Population | Claim | Usual | Example | Examples | PopulationExample | PinChanges | PinSame
    | Changeable | Require | Broken | Amendment
)  # fmt: skip


@frozen
class File(Node):
    """All items of one file."""

    items: tuple[Item, ...]
