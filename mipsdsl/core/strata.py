"""The stages of a run, derived from what the items read.

Items of one record that read each other only in the same row are computed together, row by row; a
read across rows needs the stage of what is read to be over first.
"""

from __future__ import annotations

from collections.abc import Sequence

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import Dependency, Schema, dependencies

Key = tuple[str, str]


def steps(records: Sequence[c.Record], items: Sequence[c.Item]) -> tuple[c.Step, ...]:
    """Return the stages in which ``items`` (in an order of their needs) can be computed.

    A stage without items makes the groups of its record.
    """
    return _Planner(records, items).plan()


def schema_of(records: Sequence[c.Record], items: Sequence[c.Item]) -> Schema:
    """Return where references, lists and selections lead."""
    schema = Schema(records)
    for item in items:
        if item.kind is c.ItemKind.SELECTION:
            schema.chosen[item.record, item.name] = item.type.choice
    return schema


class _Planner:
    def __init__(self, records: Sequence[c.Record], items: Sequence[c.Item]) -> None:
        self._schema = schema_of(records, items)
        self._groups = {r.name: r.grouping for r in records if r.grouping is not None}
        self._group_lists = {
            key: name
            for name, g in self._groups.items()
            for key in ((g.parent, f"{name}s"), (name, g.list_name))
        }
        self._order: list[Key] = [(item.record, item.name) for item in items]
        known = set(self._order)
        self._needs: dict[Key, list[tuple[Key, bool]]] = {}
        for item in items:
            reads = dependencies(item.expr, item.record, self._schema)
            self._needs[item.record, item.name] = self._edges(reads, known)
        for name, group in self._groups.items():
            child = self._schema.listed(group.parent, group.list_name)
            needs = [(key, False) for key in [(child, group.by)] if key in known]
            if group.joined is not None:
                reads = dependencies(group.joined, child, self._schema)
                needs += [(key, False) for key, _ in self._edges(reads, known)]
            self._needs[name, ""] = needs

    def _edges(self, reads: object, known: set[Key]) -> list[tuple[Key, bool]]:
        edges: list[tuple[Key, bool]] = []
        for read in reads:  # type: ignore[attr-defined]  # an iterator of Dependency
            assert isinstance(read, Dependency)
            key = (read.record, read.name)
            if key in known:
                edges.append((key, read.same_row))
            group = self._group_lists.get(key) if read.is_list else None
            if group is None and read.record in self._groups:
                group = read.record
            if group is not None:
                edges.append(((group, ""), False))
        return edges

    def plan(self) -> tuple[c.Step, ...]:
        waiting = [(name, "") for name in self._groups] + self._order
        done: set[Key] = set()
        planned: list[c.Step] = []
        while waiting:
            best = self._largest(waiting, done)
            assert best.items or best.record in self._groups, f"a circle among {waiting[:5]}"
            taken = [(best.record, name) for name in best.items] or [(best.record, "")]
            done.update(taken)
            waiting = [key for key in waiting if key not in done]
            planned.append(best)
        return tuple(planned)

    def _largest(self, waiting: list[Key], done: set[Key]) -> c.Step:
        """Return the stage that can be run now and computes most."""
        for record, name in waiting:
            if not name and all(key in done for key, _ in self._needs[record, name]):
                return c.Step(record, ())
        best = c.Step("", ())
        for record in dict.fromkeys(record for record, name in waiting if name):
            ready = self._ready(record, waiting, done)
            if len(ready) > len(best.items):
                best = c.Step(record, tuple(ready))
        return best

    def _ready(self, record: str, waiting: list[Key], done: set[Key]) -> list[str]:
        if record in self._groups and (record, "") not in done:
            return []
        together: set[Key] = set()
        for key in waiting:
            if key[0] != record or not key[1]:
                continue
            if all(
                need in done or (need in together and (same or not record))
                for need, same in self._needs[key]
            ):
                together.add(key)
        return [name for owner, name in self._order if (owner, name) in together]
