"""Rows among each other, by query: ``mipsdsl.data.links`` for millions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from mipsdsl.core.nodes import Relation
from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.sent import PLACE, Sent
from mipsdsl.data.findings import Findings
from mipsdsl.data.links import (
    Key,
    Link,
    Parents,
    links_of,
    reasons_of,
    reject_duplicate,
    reject_surplus,
    value_of,
)
from mipsdsl.data.slots import Layout

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection

Keep: TypeAlias = Callable[[Sent, Iterable[int]], None]
"""Fetches rows as they stand in their files, for the rejects that show them."""


def check_links(
    connection: Connection, sent: dict[str, Sent], layout: Layout, findings: Findings, keep: Keep
) -> None:
    """Reject rows with the key of another, rows without a parent, and rows beyond a list's end.

    Reports: D0102 (in a key), D0112, D0114, D0115, D0116, D0117, D0124.
    """
    for each in sent.values():
        _duplicates(connection, each, layout, findings, keep)
    links = [link for link in links_of(layout) if {link.child, link.parent} <= sent.keys()]
    _reject_orphans(connection, sent, links, layout, findings, keep)
    for record in layout.records.values():
        for relation in record.relations:
            if relation.record in sent:
                there = sent[relation.record]
                _surplus(connection, there, relation, record.name, findings, keep)
    _reject_orphans(connection, sent, links, layout, findings, keep)


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(sql.name, names))


def _duplicates(
    connection: Connection, sent: Sent, layout: Layout, findings: Findings, keep: Keep
) -> None:
    names = layout.records[sent.record].key
    there = [name for name in names if sent.has([name])]
    if not there:
        return
    keys, alive = _names(there), sent.alive(connection)
    own = ", ".join(f"a.{sql.name(each)}" for each in there)
    same = " AND ".join(f"a.{each} IS NOT DISTINCT FROM b.{each}" for each in map(sql.name, there))
    rows = connection.execute(
        f"WITH b AS (SELECT {keys}, min({PLACE}) AS _first FROM {alive} GROUP BY {keys} "
        f"HAVING count(*) > 1) SELECT a.{PLACE}, b._first, {own} "
        f"FROM {alive} AS a JOIN b ON {same} WHERE a.{PLACE} <> b._first ORDER BY a.{PLACE}"
    ).fetchall()
    keep(sent, [row[0] for row in rows])
    for place, first, *key in rows:
        sent.rejects[place] = reject_duplicate(
            sent.origin(place), sent.origin(first), names, tuple(key), findings
        )


def _reject_orphans(
    connection: Connection,
    sent: dict[str, Sent],
    links: list[Link],
    layout: Layout,
    findings: Findings,
    keep: Keep,
) -> None:
    """Reject rows without a parent, then those whose parents these were, and so on."""
    while sum(_orphans(connection, sent, link, layout, findings, keep) for link in links):
        pass


def _orphans(
    connection: Connection,
    sent: dict[str, Sent],
    link: Link,
    layout: Layout,
    findings: Findings,
    keep: Keep,
) -> bool:
    """Reject the rows whose parent is not there; return whether there were any."""
    child, parent = sent[link.child], sent[link.parent]
    if not (child.has(link.theirs) and parent.has(link.ours)):
        return False
    pairs = list(zip(map(sql.name, link.theirs), map(sql.name, link.ours), strict=True))
    filled = " AND ".join(f"{theirs} IS NOT NULL" for theirs, _ in pairs)
    same = " AND ".join(f"a.{theirs} = b.{ours}" for theirs, ours in pairs)
    rows = connection.execute(
        f"SELECT {PLACE}, {_names(link.theirs)} FROM {child.alive(connection)} AS a "
        f"ANTI JOIN {parent.alive(connection)} AS b ON {same} WHERE {filled} ORDER BY {PLACE}"
    ).fetchall()
    if not rows:
        return False
    orphans: list[tuple[int, Key]] = [(row[0], tuple(row[1:])) for row in rows]
    parents = _parents(connection, parent, link.ours, layout)
    reasons = reasons_of(parents, link, {key for _, key in orphans})
    keep(child, [place for place, _ in orphans])
    for place, key in orphans:
        code, reason = reasons[key]
        child.rejects[place] = findings.reject(
            child.origin(place), link.theirs[0], code, reason, value_of(key)
        )
    return True


def _parents(connection: Connection, sent: Sent, names: tuple[str, ...], layout: Layout) -> Parents:
    """Return the rejected rows by ``names``; of a catalogue those that are known as well."""
    is_catalogue = layout.records[sent.record].is_reference
    known: list[tuple[Any, ...]] = []
    if is_catalogue:
        query = f"SELECT DISTINCT {_names(names)} FROM {sent.alive(connection)}"
        known = connection.execute(query).fetchall()
    rejected = {}
    if sent.rejects:
        places = sql.whole_numbers(sorted(sent.rejects))
        rows = connection.execute(
            f"SELECT {PLACE}, {_names(names)} FROM {sent.table} WHERE {PLACE} IN {places} "
            f"ORDER BY {PLACE}"
        ).fetchall()
        rejected = {tuple(key): sent.rejects[place] for place, *key in rows}
    return Parents({tuple(key) for key in known}, rejected, is_catalogue)


def _surplus(
    connection: Connection,
    sent: Sent,
    relation: Relation,
    parent: str,
    findings: Findings,
    keep: Keep,
) -> None:
    """Reject the rows of a list beyond the number that the policy allows."""
    if not sent.has(relation.theirs):
        return
    keys, alive = _names(relation.theirs), sent.alive(connection)
    filled = " AND ".join(f"{each} IS NOT NULL" for each in map(sql.name, relation.theirs))
    rows = connection.execute(
        f"WITH many AS (SELECT {keys} FROM {alive} WHERE {filled} GROUP BY {keys} "
        f"HAVING count(*) > {relation.at_most}) "
        f"SELECT {PLACE}, {keys} FROM {alive} AS a SEMI JOIN many USING ({keys}) "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {PLACE}) > {relation.at_most} "
        f"ORDER BY {PLACE}"
    ).fetchall()
    keep(sent, [row[0] for row in rows])
    for place, *key in rows:
        sent.rejects[place] = reject_surplus(
            sent.origin(place), relation, parent, tuple(key), findings
        )
