"""The difference of two consolidated policies: what the text says now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from mipsdsl.diff.change import HEADERS, Change, Difference, Kind, effect_of
from mipsdsl.diff.edits import edits
from mipsdsl.diff.normal import same
from mipsdsl.diff.policy import Entry, Key, Policy, Thing, declared, files_of, part_of, whole
from mipsdsl.diff.reasons import Reasons
from mipsdsl.diff.renames import (
    Renaming,
    by_shape,
    renamed_by,
    that_are_there,
    that_last,
    with_new_names,
)
from mipsdsl.syntax import nodes as n


def diff(
    old: Policy,
    new: Policy,
    renamings: Sequence[Renaming] = (),
    amendments: Sequence[n.Amendment] = (),
    identifiers: Mapping[str, str] | None = None,
) -> Difference:
    """Return what makes ``new`` of ``old``.

    Things are aligned by their names; those that ``renamings`` name, or that are the same under
    another name, are renamed first. ``amendments`` are those on the way from old to new: a change
    has the reason of the one that made it. How things are written, and in which order, is nothing.
    What was renamed on the way and is gone at its end is removed, under the name that it had.
    ``identifiers``: those in data that were replaced on the way.
    """
    there: list[Renaming] = []
    known: list[Renaming] = []
    named = old
    if renamings:
        symbols = declared(files_of(old))
        there = that_are_there(renamings, symbols)
        known = that_last(there, declared(files_of(new)))
        named = renamed_by(known, old, symbols, None) if known else old
    gone = [one for one in there if one not in known]
    while more := by_shape(named, new):
        named = with_new_names(named, more)
        known += more
    found = [*_renamed(known, old, new), *_changes(named, new)]
    reasons = Reasons(amendments, known, gone)
    touched = {(change.key.record, _name_now(change)) for change in found}
    untouched = sum(
        key in new and (key.record, key.name) not in touched and key.what not in {"field", *HEADERS}
        for key in named
    )
    changes = tuple(reasons.given(change, new) for change in found)
    return Difference(changes, untouched, named, new, identifiers or {})


def diff_of(
    thing: Key, old: Policy, new: Policy, way: Sequence[Renaming],
    amendments: Sequence[n.Amendment],
) -> tuple[Change, ...]:  # fmt: skip
    """Return the changes of one thing, as ``diff`` has them; ``old`` has the new names already.

    The rest of the policies is not looked at.
    """
    olds, news = part_of(old, thing), part_of(new, thing)
    reasons = Reasons(amendments, way)
    return tuple(reasons.given(x, new) for x in _changes(olds, news) if x.key == thing)


def _name_now(change: Change) -> str:
    return change.new if isinstance(change.new, str) and not change.way else change.key.name


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
    """Yield what is changed and added in the order of the new policy, then what is removed.

    The area of a change is the file where the thing stands now; where the new policy is one file
    alone, the old one knows the areas; where both are, there is one area.
    """
    olds, news = ({entry.area for entry in policy.values()} for policy in (old, new))
    by_old = len(news) == 1 and len(olds) > 1
    for key, entry in new.items():
        before = old.get(key)
        if before is not None:
            area = before.area if by_old else entry.area
            yield from _within(key, before.thing, entry.thing, area)
        elif not _in_a_new_record(key, old):
            yield _whole(Kind.ADDED, key, entry, new)
    for key, entry in old.items():
        if key not in new and not _in_a_new_record(key, new):
            one = len(news) == len(olds) == 1
            placed = evolve(entry, area=next(iter(news))) if one else entry
            yield _whole(Kind.REMOVED, key, placed, old)


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
    thing = whole(entry.thing, policy)
    old, new = (None, thing) if kind is Kind.ADDED else (thing, None)
    return Change(kind, effect_of(key), entry.area, key, (), (), old, new)
