"""Make the changes of a difference again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from attrs import evolve

from mipsdsl.diff.chains import Link, joined, links
from mipsdsl.diff.change import Change, Kind
from mipsdsl.diff.edits import Piece, Step, Way
from mipsdsl.diff.policy import Entry, Key, Policy, Thing
from mipsdsl.diff.renames import Renaming, with_new_names
from mipsdsl.syntax import nodes as n


def apply(changes: Iterable[Change], old: Policy) -> Policy:
    """Return ``old`` with ``changes`` made: those of ``diff(old, new)`` make what says as ``new``."""
    listed = tuple(changes)
    renamed = [Renaming(c.key, cast(str, c.new)) for c in listed if c.kind is Kind.RENAMED]
    made = dict(with_new_names(old, renamed))
    within: dict[Key, list[Change]] = {}
    for change in listed:
        if change.kind is Kind.RENAMED:
            continue
        if change.way or change.kind is Kind.CHANGED:
            within.setdefault(change.key, []).append(change)
        elif change.kind is Kind.REMOVED:
            _remove(change.key, made)
        else:
            made |= _added(change)
    for key, several in within.items():
        thing = _edited(made[key].thing, [(change.way, change) for change in several])
        made[key] = Entry(cast(Thing, thing), made[key].area)
    return made


def _remove(key: Key, made: dict[Key, Entry]) -> None:
    del made[key]
    if key.what in {"record", "reference"}:
        for other in [x for x in made if x.what == "field" and x.record == key.name]:
            del made[other]


def _added(change: Change) -> dict[Key, Entry]:
    thing = cast(Thing, change.new)
    if not isinstance(thing, n.Record | n.Reference):
        return {change.key: Entry(thing, change.area)}
    found: dict[Key, Entry] = {change.key: Entry(evolve(thing, fields=()), change.area)}
    for field in thing.fields:
        key = Key("field", thing.name.text, field.name.text)
        found[key] = Entry(field, change.area)
    return found


Edits = Sequence[tuple[Way, Change]]


def _edited(node: Any, edits: Edits) -> Piece:  # noqa: ANN401 - a node of any kind
    if not edits[0][0]:
        return edits[0][1].new
    if isinstance(node, n.Parenthesis):
        return evolve(node, inner=cast(n.Expr, _edited(node.inner, edits)))
    by_name: dict[str, list[tuple[Way, Change]]] = {}
    for way, change in edits:
        by_name.setdefault(way[0].name, []).append((way, change))
    changes: dict[str, Any] = {}
    for name, some in by_name.items():
        first = some[0][0][0]
        if first.family is not None:
            parts = _in_list(links(node, first.family), some)
            return joined(cast(tuple[Link, ...], parts), first.family, node.span)
        value = getattr(node, name)
        listed = first.index is not None
        changes[name] = _in_list(value, some) if listed else _edited(value, _deeper(some))
    return cast(n.Node, evolve(node, **changes))


def _in_list(parts: Sequence[n.Node], edits: Edits) -> tuple[n.Node, ...]:
    """Return ``parts`` edited: indices count in the old list, of what is added in the new one."""
    removed = {_index(way[0]) for way, c in edits if _is(Kind.REMOVED, way, c)}
    added = {_index(way[0]): c.new for way, c in edits if _is(Kind.ADDED, way, c)}
    deeper: dict[int, list[tuple[Way, Change]]] = {}
    for way, change in edits:
        if not (_is(Kind.REMOVED, way, change) or _is(Kind.ADDED, way, change)):
            deeper.setdefault(_index(way[0]), []).append((way[1:], change))
    made = [
        cast(n.Node, _edited(part, deeper[i]) if i in deeper else part)
        for i, part in enumerate(parts)
        if i not in removed
    ]
    for index in sorted(added):
        made.insert(index, cast(n.Node, added[index]))
    return tuple(made)


def _is(kind: Kind, way: Way, change: Change) -> bool:
    return len(way) == 1 and change.kind is kind


def _index(step: Step) -> int:
    assert step.index is not None
    return step.index


def _deeper(edits: Edits) -> list[tuple[Way, Change]]:
    return [(way[1:], change) for way, change in edits]
