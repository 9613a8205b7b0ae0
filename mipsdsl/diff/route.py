"""The way from one policy to another through the years that they amend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from mipsdsl import resources
from mipsdsl.diff import identifiers
from mipsdsl.diff.reading import Step, step_in
from mipsdsl.diff.renames import Renaming, said_in, space_of, turned_round
from mipsdsl.library import Layer, Layers, NoSuchPolicy, layers_of_both
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n


@frozen
class Route:
    """What was renamed on the way, and the amendments that lead on to the new policy.

    ``identifiers``: those that published years replaced, each with the one in its place.
    """

    renamings: tuple[Renaming, ...] = ()
    amendments: tuple[n.Amendment, ...] = ()
    identifiers: Mapping[str, str] = {}


def route(old: Sequence[Source], new: Sequence[Source]) -> Route:
    """Return the way from ``old`` back to the last year that both rest on, and on to ``new``.

    Two policies that rest on no common year have no way between them.
    """
    try:
        olds, news = layers_of_both(old, new)
    except NoSuchPolicy:
        return Route()
    return route_between(olds, news)


def route_between(olds: Layers, news: Layers) -> Route:
    """Return the way from one policy to another, of which these are all the layers."""
    shared = 0
    while shared < min(len(olds), len(news)) and olds[shared] == news[shared]:
        shared += 1
    if not shared:
        return Route()
    first = step_in(olds[0]).first
    back, there = ([step_in(layer) for layer in chain[shared:]] for chain in (olds, news))
    found = followed_by(turned_round(_renamings(back, first)), _renamings(there, first))
    undone = identifiers.turned_round(_replaced(olds[shared:], back))
    replaced = identifiers.followed(undone, _replaced(news[shared:], there))
    amendments = tuple(item for each in there for item in each.amendments)
    return Route(tuple(found), amendments, replaced)


def _replaced(years: Sequence[Layer], steps: Sequence[Step]) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer, each in zip(years, steps, strict=True):
        if _is_published(layer):
            found = identifiers.followed(found, identifiers.successors(each.amendments))
    return found


def _is_published(layer: Layer) -> bool:
    """Return whether a layer is one of the years that come with the program."""
    path = resources.policies() / layer[0].name
    return path.is_file() and path.read_text(encoding="utf-8") == layer[0].text


def step(layer: Layer, first: str) -> Route:
    """Return the way of one layer from what it amends; what names no record is of the ``first``."""
    made = step_in(layer)
    return Route(
        tuple(said_in(made.amendments, first)), made.amendments, _replaced([layer], [made])
    )


def _renamings(steps: Sequence[Step], first: str) -> list[Renaming]:
    found: list[Renaming] = []
    for each in steps:
        found = followed_by(found, said_in(each.amendments, first))
    return found


def followed_by(first: Sequence[Renaming], then: Sequence[Renaming]) -> list[Renaming]:
    """Return what two renamings one after the other are together."""
    records = {x.key.name: x.new for x in then if x.key.what in {"record", "reference", "choice"}}
    left = {space_of(one.key): one for one in then}
    found = []
    for one in first:
        record = records.get(one.key.record, one.key.record)
        moved = evolve(one, key=evolve(one.key, record=record))
        later = left.pop(space_of(evolve(moved.key, name=one.new)), None)
        if later is not None:
            moved = evolve(moved, new=later.new, citations=later.citations, because=later.because)
        if moved.new != moved.key.name:
            found.append(moved)
    return [*found, *left.values()]
