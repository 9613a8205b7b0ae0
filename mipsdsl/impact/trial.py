"""Clinicians as both policies see them: from examples, by chance, from refutations and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field

from mipsdsl.diff.change import Difference
from mipsdsl.diff.laws import Laws
from mipsdsl.engines.frames import Values
from mipsdsl.source import Source

People = Mapping[str, Sequence[Values]]
"""Rows by record, under the names of the newer policy: what is stored, by field."""


@define
class Trial:
    """Who was tried under both policies. Refutations of the solver are added as they are found."""

    difference: Difference
    laws: Laws
    sources: tuple[Sequence[Source], Sequence[Source]]
    people: list[People] = field(factory=list)


def trial(
    difference: Difference,
    laws: Laws,
    sources: tuple[Sequence[Source], Sequence[Source]],
    people: Sequence[People] = (),
) -> Trial:
    """Return the people of the examples of both policies, some by chance, and ``people``."""
    return Trial(difference, laws, sources, list(people))
