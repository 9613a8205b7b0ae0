"""What a question leads to: the items, the records, and what is read of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.engines.schema import Target, group_list
from mipsdsl.engines.solver.attempt import Never, Question


def parts(question: Question) -> tuple[c.Expr, ...]:
    """Return the expressions of a question."""
    if isinstance(question, Never):
        return (question.bad,)
    return question.claim.effect, question.claim.when, question.claim.cause


def digest(texts: Iterable[str]) -> str:
    """Return a digest of texts."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


class Cones:
    """What a question leads to, as a digest: the items, the records with what is read of them."""

    def __init__(self, program: c.Program) -> None:
        """Learn what each item reads."""
        self._schema = schema_of(program.records, program.items)
        self._program = program
        self._records = {record.name: record for record in program.records}
        self._items = {(item.record, item.name): item for item in program.items}
        self._reach: dict[Target, frozenset[Target]] = {}
        self._said: dict[Target, str] = {}
        for item in program.items:
            # In the order of the program each comes after all that it reads. The solver takes an item
            # of the population as any value in its range, whatever it is made of.
            target = (item.record, item.name)
            inner = self._closure(item.expr, item.record) if item.record else frozenset()
            self._reach[target] = inner | {target}

    def _closure(self, expr: c.Expr, record: str) -> frozenset[Target]:
        found: set[Target] = set()
        for read in dependencies(expr, record, self._schema):
            found.add((read.record, read.name))
            found |= self._reach.get((read.record, read.name), frozenset())
            found |= self._of_groups(read.record, read.name)
        return frozenset(found)

    def _of_groups(self, record: str, name: str) -> frozenset[Target]:
        """Return what the groups depend on that are read."""
        found: set[Target] = set()
        for owner in self._program.records:
            grouping = owner.grouping
            if grouping is None:
                continue
            if record == owner.name or (record, name) == (grouping.parent, group_list(owner)):
                child = self._schema.listed(grouping.parent, grouping.list_name)
                found |= {(owner.name, ""), (grouping.parent, grouping.list_name), (child, "")}
                found |= self._reach.get((child, grouping.by), {(child, grouping.by)})
                if grouping.joined is not None:
                    found |= self._closure(grouping.joined, child)
        return frozenset(found)

    def reached(self, question: Question) -> frozenset[Target]:
        """Return the items, fields and lists that ``question`` leads to."""
        return frozenset(
            x for expr in parts(question) for x in self._closure(expr, question.record)
        )

    def digest(self, question: Question) -> str:
        """Return a digest of all that the answer to ``question`` depends on."""
        targets = set(self.reached(question))
        owners = {question.record, *(record for record, _ in targets)}
        records = self._met(owners - {""}, targets)
        texts = [self._of_item(x) for x in sorted(targets) if x in self._items]
        texts += [self._of_record(self._records[x], targets, records) for x in sorted(records)]
        texts += [
            repr((each.record, each.each, each.where, each.matching, each.fill))
            for each in self._program.ensures if each.record in records
        ]  # fmt: skip
        return digest([*texts, *self._choices(targets, records)])

    def _met(self, records: set[str], targets: set[Target]) -> frozenset[str]:
        """Return the records that are read, and those that lists and references lead to from there."""
        found = set(records)
        for record, name in targets:
            each = self._records.get(record)
            if each is not None:
                found.update(x.record for x in each.references if x.name == name)
                found.update(x.record for x in each.relations if x.name == name)
        return frozenset(found)

    def _of_item(self, target: Target) -> str:
        if target not in self._said:
            item = self._items[target]
            says = item.expr if item.record else None
            self._said[target] = digest([repr((target, item.type, item.shape, says))])
        return self._said[target]

    def _of_record(self, record: c.Record, targets: set[Target], records: frozenset[str]) -> str:
        """Return a record as far as a question sees it: its links among ``records``, what is read."""
        links = [x for x in record.references if x.record in records]
        lists = [x for x in record.relations if x.record in records]
        names = {name for owner, name in targets if owner == record.name} | set(record.key)
        names |= {name for link in links for name in link.by}
        names |= {name for one in lists for name in one.ours}
        names |= {
            name for other in records for one in self._records[other].relations
            if one.record == record.name for name in one.theirs
        }  # fmt: skip
        return repr((
            record.name, record.key, record.grouping,
            [(x.name, x.record, x.by, x.optional) for x in links],
            [
                (x.name, x.record, x.ours, x.theirs, x.at_most, x.one_for_each, x.where, x.owned)
                for x in lists
            ],
            [
                (x.name, x.type, x.scale, x.low, x.high, x.many)
                for x in record.fields if x.name in names
            ],
        ))  # fmt: skip

    def _choices(self, targets: set[Target], records: frozenset[str]) -> list[str]:
        """Return the choices that something of what is read may be one of."""
        names = {self._items[x].type.choice for x in targets if x in self._items}
        names |= {field.type.choice for x in records for field in self._records[x].fields}
        return [repr((x.name, x.values)) for x in self._program.choices if x.name in names]
