"""Rows of which nothing is known but what the program declares, made as the rules come to them."""

from __future__ import annotations

from math import inf
from time import process_time

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.schema import Schema, Target
from mipsdsl.engines.solver.codes import Codebook
from mipsdsl.engines.solver.logic import Bool, conj, disj, implies, neg, same
from mipsdsl.engines.solver.numbers import Numbers, equal
from mipsdsl.engines.solver.values import Code, Flag, Quantity, Starts, Value, decimal

MOST_KEYED = 12
"""So many rows of a record are compared with each other by their keys."""


class Beyond(Exception):
    """Something of a program that the solver does not know; the message says what."""


class Late(Exception):
    """There are so many rows that the time was spent before the solver was asked."""


@define(eq=False)
class Row:
    """A row of a run. ``here``: whether there is such a row at all."""

    record: str
    number: int
    here: Bool
    fields: dict[str, Value] = field(factory=dict, repr=False)
    aliases: dict[str, tuple[Row, str]] = field(factory=dict, repr=False)
    links: dict[str, Row] = field(factory=dict, repr=False)
    lists: dict[str, list[Slot]] = field(factory=dict, repr=False)
    forced: dict[str, list[Row]] = field(factory=dict, repr=False)
    created: Bool = False
    sought: Bool = True
    """Whether it is looked for at all: of what refers to nothing it is not."""
    group: tuple[Row, int] | None = None
    """Of a group: its parent, and which of the parent's rows is the first of the group."""


@frozen(eq=False)
class Slot:
    """A place in a list: whether a row is in it, and the row."""

    taken: Bool
    row: Row


@define
class Rows:
    """The rows that were come to. ``bounds``: the longest that a list is taken to be.

    ``end``: until when rows are made, in seconds of the processor's time of this process.
    """

    schema: Schema
    numbers: Numbers
    codes: Codebook
    bounds: dict[Target, int] = field(factory=dict)
    end: float = inf
    made: list[Row] = field(factory=list)
    bounded: set[Target] = field(factory=set)
    _keyed: dict[str, list[Row]] = field(factory=dict)

    def make(self, record: str, here: Bool = True) -> Row:
        """Return a new row of ``record``.

        Raises:
            Late: the time is spent.

        """
        self._hurry()
        row = Row(record, len(self.made), here)
        self.made.append(row)
        if any(owner == record for owner, _ in self.schema.incomplete):
            row.created = self.numbers.flag(f"{record}.created")
        return row

    def _hurry(self) -> None:
        if process_time() > self.end:
            raise Late

    # --- fields ---

    def field(self, row: Row, name: str) -> Value:
        """Return the field ``name`` of ``row``, as if there were such a row."""
        if name not in row.fields:
            row.fields[name] = self._field(row, name)
            for other in self._keyed.get(row.record, ()):
                if other is not row and row in self._keyed[row.record]:
                    self._agree(row, other, name)
        return row.fields[name]

    def _field(self, row: Row, name: str) -> Value:
        if name in row.aliases:
            other, theirs = row.aliases[name]
            return self.field(other, theirs)
        grouping = self.schema.records[row.record].grouping
        if grouping is not None and row.group is not None and name != grouping.by:
            return self.field(row.group[0], name)
        return self.unknown(self.schema.fields[row.record, name], row)

    def unknown(self, each: c.Field, row: Row) -> Value:
        """Return a legal value of a field."""
        present: Bool = True
        stem = f"{row.record}{row.number}.{each.name}"
        if each.type.optional:
            present = self.numbers.flag(f"{stem}?")
        if (row.record, each.name) in self.schema.incomplete:
            # What nobody sent lacks all that is not known of it from elsewhere.
            present = conj([present, neg(row.created)])
        return self._of_type(each, stem, present)

    def _of_type(self, each: c.Field, stem: str, present: Bool) -> Value:
        match each.type.unit:
            case Unit.YESNO:
                return Flag(present, self.numbers.flag(stem))
            case Unit.CHOICE | Unit.TEXT:
                low, high = self.codes.bounds(each.type.choice)
                return Code(present, self.numbers.fresh(stem, low, high))
            case unit if unit in QUANTITIES and each.many:
                count = self.numbers.fresh(f"{stem} #", 0, each.many)
                items = [
                    self.numbers.fresh(f"{stem} {i}", each.low, each.high) for i in range(each.many)
                ]
                return Starts(present, count, tuple(items), each.scale)
            case unit if unit in QUANTITIES:
                return decimal(self.numbers.fresh(stem, each.low, each.high), each.scale, present)
            case unit:
                raise Beyond(f"the field {stem} is {unit.value}")

    # --- keys ---

    def _enter(self, row: Row) -> None:
        """Say that ``row`` was found by its key: rows of one key are one row."""
        others = self._keyed.setdefault(row.record, [])
        for other in others:
            alike = self.one_key(row, other)
            if alike is False:
                continue
            found = conj([row.sought, other.sought, alike])
            self.numbers.require(implies(found, same(row.here, other.here)))
            for name in [*other.fields]:
                self._agree(row, other, name)
        others.append(row)

    def enter(self, row: Row) -> None:
        """Say that ``row`` has a key that no other row has, if not too many rows are known."""
        if len(self._keyed.get(row.record, ())) < MOST_KEYED:
            self._enter(row)

    def _agree(self, row: Row, other: Row, name: str) -> None:
        if name in self.schema.records[row.record].key:
            return
        if name not in row.fields:
            row.fields[name] = self._field(row, name)
        if name not in other.fields:
            return
        alike = conj([row.here, other.here, self.one_key(row, other)])
        self.numbers.require(implies(alike, identical(row.fields[name], other.fields[name])))

    def one_key(self, row: Row, other: Row) -> Bool:
        """Return whether the keys of two rows of a record are there and the same."""
        key = self.schema.records[row.record].key
        return conj([equals(self.field(row, name), self.field(other, name)) for name in key])

    # --- links ---

    def follow(self, row: Row, name: str) -> Row:
        """Return the row that a reference leads to, whether or not there is one."""
        if name not in row.links:
            row.links[name] = self._followed(row, name)
        return row.links[name]

    def _followed(self, row: Row, name: str) -> Row:
        if row.group is not None and (reference := self.schema.reference(row.record, name)) is None:
            return row.group[0]
        reference = self.schema.reference(row.record, name)
        if reference is None:
            raise Beyond(f"{row.record}.{name} leads nowhere")
        by = [self.field(row, each) for each in reference.by]
        given = conj([row.here, *(value.present for value in by)])
        here = given
        if reference.optional:
            here = conj([given, self.numbers.flag(f"{row.record}{row.number}.{name}!")])
        target = self.make(reference.record, here)
        target.sought = given
        key = self.schema.records[reference.record].key
        target.aliases.update({k: (row, mine) for k, mine in zip(key, reference.by, strict=True)})
        self._take_in(row, reference, target)
        self._enter(target)
        return target

    def _take_in(self, row: Row, reference: c.Reference, target: Row) -> None:
        """Say in which lists of ``target`` the row is that refers to it."""
        key = self.schema.records[reference.record].key
        for relation in self.schema.records[reference.record].relations:
            if (relation.record, relation.ours, relation.theirs) == (row.record, key, reference.by):
                target.forced.setdefault(relation.name, []).append(row)

    def catalogue(self, record: str, keys: tuple[Value, ...], here: Bool = True) -> Row:
        """Return the row of a reference table with these keys, whether or not there is one."""
        sought = conj([here, *(value.present for value in keys)])
        row = self.make(record, conj([sought, self.numbers.flag(f"{record} row")]))
        row.created, row.sought = False, sought
        for name, value in zip(self.schema.records[record].key, keys, strict=True):
            row.fields[name] = value
        self._enter(row)
        return row

    # --- lists ---

    def children(self, row: Row, name: str) -> list[Slot]:
        """Return the places of a list, up to its bound."""
        if name not in row.lists:
            row.lists[name] = self._listed(row, name)
        return row.lists[name]

    def _listed(self, row: Row, name: str) -> list[Slot]:
        relation = self.schema.relation(row.record, name)
        if relation is None:
            raise Beyond(f"{row.record}.{name} is no list of rows")
        target = (row.record, name)
        members = list(row.forced.get(name, ()))
        if relation.record == row.record and relation.ours == relation.theirs:
            members.append(row)
        most = min(relation.at_most, max(self.bounds.get(target, 1), len(members)))
        if most < relation.at_most:
            self.bounded.add(target)
        ours = [self.field(row, each) for each in relation.ours]
        given = conj([row.here, *(value.present for value in ours)])
        slots = [Slot(conj([given, member.here]), member) for member in members]
        previous: Bool = given
        for index in range(len(members), most):
            taken = conj([previous, self.numbers.flag(f"{row.record}{row.number}.{name} {index}")])
            slots.append(Slot(taken, self._child(row, relation, taken)))
            previous = taken
        for index, one in enumerate(slots):
            for other in slots[:index]:
                both = conj([one.taken, other.taken])
                self.numbers.require(implies(both, neg(self.one_key(one.row, other.row))))
        return slots

    def close(self) -> None:
        """Say of the rows that were come to apart which lists they are in."""
        for row in list(self.made):
            self._hurry()
            for name, slots in row.lists.items():
                relation = self.schema.relation(row.record, name)
                if relation is None or not slots:
                    continue
                inside = {slot.row.number for slot in slots}
                for other in [x for x in self.made if x.record == relation.record]:
                    if other.number not in inside:
                        self._belongs(row, relation, slots, other)

    def _belongs(self, row: Row, relation: c.Relation, slots: list[Slot], other: Row) -> None:
        pairs = zip(relation.ours, relation.theirs, strict=True)
        alike = [equals(self.field(row, a), self.field(other, b)) for a, b in pairs]
        listed = [conj([slot.taken, self.one_key(slot.row, other)]) for slot in slots]
        self.numbers.require(implies(conj([row.here, other.here, *alike]), disj(listed)))

    def _child(self, row: Row, relation: c.Relation, taken: Bool) -> Row:
        child = self.make(relation.record, taken)
        pairs = zip(relation.theirs, relation.ours, strict=True)
        child.aliases.update({theirs: (row, ours) for theirs, ours in pairs})
        key = self.schema.records[row.record].key
        for reference in self.schema.records[relation.record].references:
            if (reference.record, reference.by, key) == (
                row.record, relation.theirs, relation.ours,
            ):  # fmt: skip
                child.links[reference.name] = row
        self.enter(child)
        return child

    def parent_of_group(self, record: str) -> Row:
        """Return a row that has a group of ``record``."""
        grouping = self.schema.records[record].grouping
        if grouping is None:
            raise Beyond(f"{record} groups nothing")
        parent = self.make(grouping.parent)
        self.enter(parent)
        return parent


# --- the same ------------------------------------------------------------------------------------


def equals(one: Value, other: Value) -> Bool:
    """Return whether two values are there and the same."""
    return conj([one.present, other.present, _payload(one, other)])


def identical(one: Value, other: Value) -> Bool:
    """Return whether two values are the same, or both missing."""
    both = conj([one.present, other.present])
    return conj([same(one.present, other.present), implies(both, _payload(one, other))])


def _payload(one: Value, other: Value) -> Bool:
    match one, other:
        case Quantity(), Quantity():
            scale = max(one.scale, other.scale)
            a, b = (x.top.term * 10 ** (scale - x.scale) for x in (one, other))
            return bool(a == b) if isinstance(a, int) and isinstance(b, int) else a == b
        case Flag(), Flag():
            return same(one.holds, other.holds)
        case Code(), Code():
            return equal(one.number, other.number)
        case Starts(), Starts():
            pairs = zip(one.items, other.items, strict=True)
            return conj([equal(one.count, other.count), *(equal(a, b) for a, b in pairs)])
        case _:
            return False
