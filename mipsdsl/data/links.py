"""Rows among each other: one row for a key, a parent for each child, no list too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from attrs import frozen

from mipsdsl.core.nodes import Relation
from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.slots import Layout, near
from mipsdsl.data.tables import Origin, Reject, Value

Key: TypeAlias = tuple[Value, ...]

_NEAR_SOUGHT = 200
"""For how many different keys near ones are sought; it takes a millisecond each."""


@frozen
class Link:
    """Rows of ``child`` need the row of ``parent`` whose ``ours`` equal their ``theirs``."""

    child: str
    theirs: tuple[str, ...]
    parent: str
    ours: tuple[str, ...]


@frozen
class Parents:
    """The keys of the rows that children may belong to, and of those that were rejected."""

    known: set[Key]
    rejected: dict[Key, Reject]
    is_catalogue: bool


def check_links(drafts: dict[str, Draft], layout: Layout, findings: Findings) -> None:
    """Reject rows with the key of another, rows without a parent, and rows beyond a list's end.

    Reports: D0102 (in a key), D0112, D0114, D0115, D0116, D0117, D0124.
    """
    for draft in drafts.values():
        _duplicates(draft, layout, findings)
    links = [link for link in links_of(layout) if {link.child, link.parent} <= drafts.keys()]
    _reject_orphans(drafts, links, layout, findings)
    for record in layout.records.values():
        for relation in record.relations:
            if relation.record in drafts:
                _surplus(drafts[relation.record], relation, record.name, findings)
    _reject_orphans(drafts, links, layout, findings)


def _duplicates(draft: Draft, layout: Layout, findings: Findings) -> None:
    names = layout.records[draft.record].key
    places = [place for place in map(draft.index, names) if place is not None]
    if not places:
        return
    first: dict[Key, int] = {}
    for index, row in _alive(draft):
        key = tuple(row[place] for place in places)
        before = first.setdefault(key, index)
        if before != index:
            draft.rejects[index] = reject_duplicate(
                draft.origins[index], draft.origins[before], names, key, findings
            )


def reject_duplicate(
    origin: Origin, first: Origin, names: tuple[str, ...], key: Key, findings: Findings
) -> Reject:
    """Return the reject of a row with the key of the row at ``first``."""
    reason = f"row {first.row} of {first.file} has the same key ({in_words(names, key)})"
    return findings.reject(origin, names[-1], "D0112", reason, value_of(key))


def _alive(draft: Draft) -> Iterator[tuple[int, list[Value]]]:
    """Return the rows that are not rejected, with their places."""
    rejects = draft.rejects
    return ((index, row) for index, row in enumerate(draft.rows) if rejects[index] is None)


def in_words(names: tuple[str, ...], key: Key) -> str:
    """Return a key as a sentence names it."""
    return ", ".join(f"{name} {part}" for name, part in zip(names, key, strict=False))


def value_of(key: Key) -> str:
    """Return a key as the value that a reject shows."""
    return ", ".join("" if part is None else str(part) for part in key)


def links_of(layout: Layout) -> list[Link]:
    """Return who needs whom.

    A reference says itself whether it is optional, also for the relation that is its other side.
    A row that the program makes where it is missing is needed by nobody.
    """
    made = {(ensure.record, ensure.each) for ensure in layout.program.ensures}
    links: dict[tuple[str, str, tuple[str, ...]], Link | None] = {}
    for record in layout.records.values():
        for reference in record.references:
            known = layout.records.get(reference.record)
            key = known.key if known is not None else ()
            link = Link(record.name, reference.by, reference.record, key)
            needed = bool(key) and not reference.optional
            links[link.child, link.parent, link.theirs] = link if needed else None
    for record in layout.records.values():
        for relation in record.relations:
            is_whole_key = set(relation.ours) == set(record.key) and relation.record != record.name
            link = Link(relation.record, relation.theirs, record.name, relation.ours)
            if is_whole_key:
                links.setdefault((link.child, link.parent, link.theirs), link)
    return [link for link in links.values() if link and (link.parent, link.child) not in made]


def _reject_orphans(
    drafts: dict[str, Draft], links: list[Link], layout: Layout, findings: Findings
) -> None:
    """Reject rows without a parent, then those whose parents these were, and so on."""
    while sum(_orphans(drafts, link, layout, findings) for link in links):
        pass


def _orphans(drafts: dict[str, Draft], link: Link, layout: Layout, findings: Findings) -> bool:
    """Reject the rows whose parent is not there; return whether there were any."""
    child, parent = drafts[link.child], drafts[link.parent]
    theirs, ours = child.places(link.theirs), parent.places(link.ours)
    if theirs is None or ours is None:
        return False
    parents = _parents(parent, ours, layout)
    orphans = [
        (index, key)
        for index, row in _alive(child)
        if (key := tuple(row[place] for place in theirs)) not in parents.known and None not in key
    ]
    reasons = reasons_of(parents, link, {key for _, key in orphans})
    for index, key in orphans:
        code, reason = reasons[key]
        child.rejects[index] = findings.reject(
            child.origins[index], link.theirs[0], code, reason, value_of(key)
        )
    return bool(orphans)


def _parents(draft: Draft, places: tuple[int, ...], layout: Layout) -> Parents:
    """Return the rows of ``draft`` by the columns at ``places``."""
    keys = (tuple(row[place] for place in places) for row in draft.rows)
    known: set[Key] = set()
    rejected: dict[Key, Reject] = {}
    for key, reject in zip(keys, draft.rejects, strict=True):
        if reject is None:
            known.add(key)
        else:
            rejected[key] = reject
    return Parents(known, rejected, is_catalogue=layout.records[draft.record].is_reference)


def reasons_of(parents: Parents, link: Link, lost: set[Key]) -> dict[Key, tuple[str, str]]:
    """Return the code and the reason for each key that has no parent."""
    reasons: dict[Key, tuple[str, str]] = {}
    for key in lost:
        said = in_words(link.ours, key)
        if key in parents.rejected:
            reasons[key] = "D0115", _of_rejected(link.parent, said, parents.rejected[key])
        elif parents.is_catalogue:
            is_one_of_few = len(reasons) < _NEAR_SOUGHT
            reasons[key] = _of_catalogue(link, key, parents.known if is_one_of_few else set())
        else:
            reasons[key] = "D0114", f"no {link.parent} has {said}"
    return reasons


def _of_rejected(parent: str, said: str, reject: Reject) -> str:
    where = f"row {reject.row} of {reject.file}"
    return f"its {parent} ({said}; {where}) was rejected: {reject.reason}"


def _of_catalogue(link: Link, key: Key, known: set[Key]) -> tuple[str, str]:
    """Return why a catalogue has no such row: it has others for the key but its last part, or none.

    Reports: D0116, D0124.
    """
    others = sorted(str(each[-1]) for each in known if each[:-1] == key[:-1] and len(key) > 1)
    if others:
        named, last = in_words(link.ours[:-1], key[:-1]), in_words(link.ours[-1:], key[-1:])
        return "D0124", f"{named} has no {last} in {link.parent}, but {', '.join(others)}"
    close = near(str(key[0]), sorted({str(each[0]) for each in known}))
    hint = f"; near it: {', '.join(close)}" if close else ""
    return "D0116", f"{link.parent} has no {in_words(link.ours, key)}{hint}"


def _surplus(draft: Draft, relation: Relation, parent: str, findings: Findings) -> None:
    """Reject the rows of a list beyond the number that the policy allows."""
    places = draft.places(relation.theirs)
    if places is None:
        return
    counts: dict[Key, int] = {}
    for index, row in _alive(draft):
        key = tuple(row[place] for place in places)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] > relation.at_most and None not in key:
            draft.rejects[index] = reject_surplus(
                draft.origins[index], relation, parent, key, findings
            )


def reject_surplus(
    origin: Origin, relation: Relation, parent: str, key: Key, findings: Findings
) -> Reject:
    """Return the reject of a row beyond the end of a list."""
    reason = (
        f"{relation.name} of {parent} ({in_words(relation.theirs, key)}) has at most "
        f"{relation.at_most} rows"
    )
    return findings.reject(origin, relation.theirs[0], "D0117", reason, value_of(key))
