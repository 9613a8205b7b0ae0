"""The difference of two consolidated policies: what the text says now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from mipsdsl.diff.change import Change, Difference, Kind, effect_of
from mipsdsl.diff.edits import edits
from mipsdsl.diff.normal import same
from mipsdsl.diff.policy import Entry, Key, Policy, Thing
from mipsdsl.diff.reasons import Reasons
from mipsdsl.diff.renames import Renaming, by_shape, that_are_there, with_new_names
from mipsdsl.syntax import nodes as n


def diff(
    old: Policy,
    new: Policy,
    renamings: Sequence[Renaming] = (),
    amendments: Sequence[n.Amendment] = (),
) -> Difference:
    """Return what makes ``new`` of ``old``.

    Things are aligned by their names; those that ``renamings`` name, or that are the same under
    another name, are renamed first. ``amendments`` are those on the way from old to new: a change
    has the reason of the one that made it. How things are written, and in which order, is nothing.
    """
    known = that_are_there(renamings, old)
    named = with_new_names(old, known)
    while more := by_shape(named, new):
        named = with_new_names(named, more)
        known += more
    found = [*_renamed(known, old, new), *_changes(named, new)]
    reasons = Reasons(amendments, known)
    touched = {change.key for change in found if change.key in named}
    untouched = sum(key in new and key not in touched and key.what != "field" for key in named)
    changes = tuple(reasons.given(change, new) for change in found)
    return Difference(changes, untouched, named, new)


def _renamed(renamings: Iterable[Renaming], old: Policy, new: Policy) -> Iterator[Change]:
    areas = {}
    for key, entry in new.items():
        areas[key.record, key.name] = entry.area
        if isinstance(entry.thing, n.Table):
            for cell in entry.thing.header.conclusions:
                for part in cell.parts:
                    if isinstance(part, n.CellValue) and isinstance(part.value, n.Path):
                        areas[key.record, part.value.text] = entry.area
        if isinstance(entry.thing, n.Choice):
            areas |= {(key.name, value.name.text): entry.area for value in entry.thing.values}
    for one in renamings:
        area = areas.get((one.key.record, one.new), "")
        effect = effect_of(
            Key({"value": "choice", "list": "field"}.get(one.key.what, one.key.what), "", "")
        )
        yield Change(
            Kind.RENAMED, effect, area, one.key, (), (), one.key.name, one.new,
            one.citations, one.because,
        )  # fmt: skip


def _changes(old: Policy, new: Policy) -> Iterator[Change]:
    """Yield what is changed and added in the order of the new policy, then what is removed."""
    one_file = len({entry.area for entry in new.values()}) == 1
    for key, entry in new.items():
        before = old.get(key)
        area = before.area if before is not None and one_file else entry.area
        if before is not None:
            yield from _within(key, before.thing, entry.thing, area)
        elif not _in_a_new_record(key, old):
            yield _whole(Kind.ADDED, key, entry, new)
    for key, entry in old.items():
        if key not in new and not _in_a_new_record(key, new):
            yield _whole(Kind.REMOVED, key, entry, old)


def _in_a_new_record(key: Key, other: Policy) -> bool:
    """Whether this is a field of a record that only one policy has: it goes with its record."""
    kinds = ("record", "reference")
    return key.what == "field" and not any(Key(x, "", key.record) in other for x in kinds)


def _within(key: Key, old: Thing, new: Thing, area: str) -> Iterator[Change]:
    if same(old, new):
        return
    for edit in edits(old, new):
        effect = effect_of(key, edit.way)
        yield Change(edit.kind, effect, area, key, edit.part, edit.way, edit.old, edit.new)


def _whole(kind: Kind, key: Key, entry: Entry, policy: Policy) -> Change:
    thing = entry.thing
    if isinstance(thing, n.Record | n.Reference):
        own = [e.thing for k, e in policy.items() if k.what == "field" and k.record == key.name]
        thing = evolve(thing, fields=tuple(x for x in own if isinstance(x, n.Field)))
    old, new = (None, thing) if kind is Kind.ADDED else (thing, None)
    return Change(kind, effect_of(key), entry.area, key, (), (), old, new)
