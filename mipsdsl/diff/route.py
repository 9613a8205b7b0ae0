"""The way from one policy to another through the years that they amend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from mipsdsl import resources
from mipsdsl.diagnostics import Report
from mipsdsl.diff import identifiers
from mipsdsl.diff.renames import Renaming, said_in, space_of, turned_round
from mipsdsl.library import NoSuchPolicy, layers
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.trees import tree_of

Layer = tuple[Source, ...]


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
        olds, news = layers(old), layers(new)
    except NoSuchPolicy:
        return Route()
    shared = 0
    while shared < min(len(olds), len(news)) and olds[shared] == news[shared]:
        shared += 1
    if not shared:
        return Route()
    back = turned_round(_renamings(olds[shared:], olds[0]))
    there = _renamings(news[shared:], news[0])
    found = tuple(followed_by(back, there))
    items = [item for layer in news[shared:] for item in _items(layer)]
    undone = identifiers.turned_round(_replaced(olds[shared:]))
    replaced = identifiers.followed(undone, _replaced(news[shared:]))
    return Route(found, tuple(x for x in items if isinstance(x, n.Amendment)), replaced)


def _replaced(years: Sequence[Layer]) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer in years:
        if _is_published(layer):
            found = identifiers.followed(found, identifiers.successors(_items(layer)))
    return found


def _is_published(layer: Layer) -> bool:
    """Return whether a layer is one of the years that come with the program."""
    path = resources.policies() / layer[0].name
    return path.is_file() and path.read_text(encoding="utf-8") == layer[0].text


def step(layer: Layer, first: str) -> Route:
    """Return the way of one layer from what it amends; what names no record is of the ``first``."""
    items = _items(layer)
    amendments = tuple(x for x in items if isinstance(x, n.Amendment))
    return Route(tuple(said_in(items, first)), amendments)


def _items(layer: Layer) -> list[n.Item]:
    return [item for source in layer for item in tree_of(source, Report()).items]


def _renamings(years: Sequence[Layer], base: Layer) -> list[Renaming]:
    first = (
        next((x.name.text for x in _items(base) if isinstance(x, n.Record)), "") if years else ""
    )
    found: list[Renaming] = []
    for layer in years:
        found = followed_by(found, said_in(_items(layer), first))
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
