"""Which items a change of others can reach."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import Schema, dependencies
from mipsdsl.testing.mutation.mutants import Target


@define
class Reach:
    """The items that read each item, and those that read these, and so on."""

    readers: dict[Target, set[Target]]
    grouping: frozenset[Target]
    """What the making of groups reads, itself or by others."""
    _known: dict[Target, frozenset[Target]] = field(factory=dict)

    @classmethod
    def of(cls, program: c.Program) -> Reach:
        """Return the reach within ``program``."""
        schema = Schema(program.records)
        for item in program.items:
            if isinstance(item.expr, c.Select):
                schema.chosen[item.record, item.name] = item.type.choice
        readers: dict[Target, set[Target]] = {}
        groupers: set[Target] = set()
        for item in program.items:
            for one in dependencies(item.expr, item.record, schema):
                readers.setdefault((one.record, one.name), set()).add((item.record, item.name))
        for record in program.records:
            if record.grouping is None:
                continue
            child = schema.listed(record.grouping.parent, record.grouping.list_name)
            groupers.add((child, record.grouping.by))
            if record.grouping.joined is not None:
                found = dependencies(record.grouping.joined, child, schema)
                groupers.update((one.record, one.name) for one in found)
        made = cls(readers, frozenset(groupers))
        behind = {t for t in readers if made.from_one(t) & groupers}
        return cls(readers, frozenset(groupers | behind), made._known)

    def from_one(self, target: Target) -> frozenset[Target]:
        """Return ``target`` and all that depends on it."""
        if (known := self._known.get(target)) is None:
            reached: set[Target] = set()
            ahead = [target]
            while ahead:
                one = ahead.pop()
                if one not in reached:
                    reached.add(one)
                    ahead.extend(self.readers.get(one, ()))
            known = self._known[target] = frozenset(reached)
        return known

    def of_all(self, targets: Iterable[Target]) -> frozenset[Target]:
        """Return ``targets`` and all that depends on one of them."""
        return frozenset().union(*(self.from_one(each) for each in targets))
