"""Who is tried under two policies: the usual clinician and those near, examples, people by chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from random import Random

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.former import Former
from mipsdsl.diagnostics import Report
from mipsdsl.diff.change import Difference, Kind
from mipsdsl.diff.identifiers import turned_round
from mipsdsl.engines.frames import Values
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.law import People
from mipsdsl.pipeline import Analysis, analyse
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.scenes import worlds
from mipsdsl.testing.world import Setting, World, setting
from mipsdsl.verify.plain import Plain
from mipsdsl.verify.random_world import Maker

MANY = 7
"""So many rows are tried in a list, next to one."""


@frozen(eq=False)
class Side:
    """A policy as its author wrote it, with what its tests take as usual."""

    analysis: Analysis
    setting: Setting

    @classmethod
    def of(cls, sources: Sequence[Source]) -> Side:
        """Return the policy of ``sources``, which compile."""
        analysis = analyse(sources)
        assert analysis.program is not None, "a policy that was compared compiles"
        usuals = [test for test in analysis.symbols.tests if isinstance(test, n.Usual)]
        return cls(analysis, setting(analysis.program, usuals, Report()))

    @property
    def program(self) -> c.Program:
        """Return the program under its own names."""
        assert self.analysis.program is not None
        return self.analysis.program

    def examples(self) -> Iterator[World]:
        """Give the worlds of its examples."""
        for test in self.analysis.symbols.tests:
            if isinstance(test, n.Example | n.Examples):
                yield from worlds(test, self.setting)


@frozen
class Names:
    """What has another name in the newer policy: records, names in records, values of choices.

    ``texts``: identifiers in data that were replaced.
    """

    records: Mapping[str, str]
    names: Mapping[Target, str]
    values: Mapping[Target, str]
    texts: Mapping[str, str] = {}

    @classmethod
    def of(cls, difference: Difference) -> Names:
        """Return what was renamed; names in a record are by its new name."""
        records, names, values = {}, {}, {}
        for change in difference.changes:
            if change.kind is not Kind.RENAMED:
                continue
            new = str(change.new)
            match change.key.what:
                case "record" | "reference":
                    records[change.key.name] = new
                case "value":
                    values[change.key.record, change.key.name] = new
                case "population" | "parameter":
                    names["", change.key.name] = new
                case _:
                    names[change.key.record, change.key.name] = new
        return cls(records, names, values, difference.identifiers)

    def former(self, whose: str) -> Former:
        """Return under which names data of the older policy, ``whose`` it is, have things."""
        return Former(self.records, self.names, self.values, self.texts, whose)

    def turned(self) -> Names:
        """Return the way back."""
        return Names(
            {new: old for old, new in self.records.items()},
            {(record, new): old for (record, old), new in self.names.items()},
            {(choice, new): old for (choice, old), new in self.values.items()},
            turned_round(self.texts),
        )


def moved(day: int, years: int) -> int:
    """Return the same day of the year so many years later; of a leap day the one before it.

    >>> date.fromordinal(moved(date(2020, 2, 29).toordinal(), 1)).isoformat()
    '2021-02-28'
    """
    then = date.fromordinal(day)
    if not date.min.year <= then.year + years <= date.max.year:
        return day
    leap = then.month == 2 and then.day == 29
    return then.replace(year=then.year + years, day=28 if leap else then.day).toordinal()


def under_other_names(
    rows: Mapping[str, Sequence[Values]], program: c.Program, names: Names, years: int
) -> dict[str, list[Values]]:
    """Return the fields of rows of ``program`` under other names, and days so many years later."""
    fields = {(r.name, f.name): f for r in program.records for f in r.fields}
    found: dict[str, list[Values]] = {}
    for record, told in rows.items():
        now = names.records.get(record, record)
        found[now] = []
        for row in told:
            made: Values = {}
            for name, value in row.items():
                known = fields.get((record, name))
                if known is None:
                    continue
                if known.type.unit is Unit.CHOICE and isinstance(value, str):
                    value = names.values.get((known.type.choice, value), value)
                if known.type.unit is Unit.TEXT and isinstance(value, str):
                    value = names.texts.get(value, value)
                if known.type.unit is Unit.DATE and isinstance(value, int):
                    value = moved(value, years)
                made[names.names.get((now, name), name)] = value
            found[now].append(made)
    return found


@define(eq=False)
class Candidates:
    """People legal under the program that holds both policies."""

    program: c.Program
    usual: People
    plain: Plain = field(init=False)
    _fields: dict[Target, c.Field] = field(init=False)
    _choices: dict[str, tuple[str, ...]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn the fields."""
        self.plain = Plain(self.program)
        self._fields = {(r.name, f.name): f for r in self.program.records for f in r.fields}
        self._choices = {each.name: each.values for each in self.program.choices}

    def whole(self, people: People) -> People:
        """Return people with a value for each field: what is not said is as plain as it can be.

        Of rows of one key there is one, as data can hold no more.
        """
        told = {
            record: [{k: v for k, v in row.items() if (record, k) in self._fields} for row in rows]
            for record, rows in people.rows.items()
        }
        return People(self.plain.whole(told), people.populations)

    def near(self, turns: Mapping[Unit, Sequence[int]]) -> Iterator[People]:
        """Give the usual people with one value changed: to each that the rules turn at."""
        linked = linking(self.program)
        for record, rows in self.usual.rows.items():
            for number, row in enumerate(rows[:1]):
                for name in row:
                    if (record, name) in linked:
                        continue
                    for value in self._values(self._fields[record, name], turns):
                        if value != row[name]:
                            yield self.with_value(self.usual, record, number, name, value)

    def with_value(
        self, people: People, record: str, number: int, name: str, value: Stored
    ) -> People:
        """Return people of whom one has another value."""
        rows = {of: [dict(row) for row in told] for of, told in people.rows.items()}
        rows[record][number][name] = value
        return People(rows, people.populations)

    def _values(self, each: c.Field, turns: Mapping[Unit, Sequence[int]]) -> Iterator[Stored]:
        if each.type.optional:
            yield None
        match each.type.unit:
            case Unit.YESNO:
                yield from (True, False)
            case Unit.CHOICE:
                yield from self._choices[each.type.choice]
            case unit if unit in QUANTITIES and not each.many:
                yield each.low
                for turn in turns.get(unit, ()):
                    steps, rest = divmod(turn * 10**each.scale, 10**TURN_PLACES)
                    if not rest and each.low <= steps <= each.high:
                        yield from (steps, min(each.high, steps + 1), max(each.low, steps - 1))
            case _:
                return


CHANGES = 6
"""So many values of a clinician made of examples are changed at most."""
NEARLY = 2 / 3
"""So often children of a litter are changed near to where they should be, if that is said."""
TURN_PLACES = 12
"""The places in which values that rules turn at are told here."""


def linking(program: c.Program) -> set[Target]:
    """Return the fields by which rows belong together, and keys."""
    found = {(r.name, name) for r in program.records for name in r.key}
    for record in program.records:
        for reference in record.references:
            found |= {(record.name, name) for name in reference.by}
        for relation in record.relations:
            found |= {(record.name, name) for name in relation.ours}
            found |= {(relation.record, name) for name in relation.theirs}
    return found


def joins(program: c.Program) -> Iterator[tuple[Target, Target]]:
    """Give each pair of fields that are equal where rows belong together."""
    keys = {record.name: record.key for record in program.records}
    for record in program.records:
        for reference in record.references:
            for ours, theirs in zip(reference.by, keys[reference.record], strict=True):
                yield (record.name, ours), (reference.record, theirs)
        for relation in record.relations:
            for ours, theirs in zip(relation.ours, relation.theirs, strict=True):
                yield (record.name, ours), (relation.record, theirs)


# --- many at once --------------------------------------------------------------------------------


@define(eq=False)
class Together:
    """Many small worlds as one, each with its number in the keys by which its rows belong together."""

    program: c.Program
    _marked: dict[str, tuple[str, ...]] = field(init=False)
    _catalogues: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn which fields say whose row it is."""
        self._catalogues = frozenset(r.name for r in self.program.records if r.is_reference)
        marked = _belonging(self.program)
        self._marked = {
            record.name: tuple(f.name for f in record.fields if (record.name, f.name) in marked)
            for record in self.program.records
        }

    def worlds(self, people: Iterable[People], most: int) -> Iterator[list[People]]:
        """Give people that can be tried together: of the same catalogues and factors."""
        groups: dict[str, list[People]] = {}
        for each in people:
            shared = [each.rows.get(name, ()) for name in sorted(self._catalogues)]
            key = repr((shared, sorted(each.populations.items())))
            group = groups.setdefault(key, [])
            group.append(each)
            if len(group) == most:
                yield groups.pop(key)
        yield from groups.values()

    def joined(self, people: Sequence[People]) -> People:
        """Return all ``people`` as one world."""
        rows: dict[str, list[Values]] = {}
        for number, each in enumerate(people):
            for record, told in each.rows.items():
                if record not in self._catalogues:
                    rows.setdefault(record, []).extend(
                        self._own(row, self._marked[record], number) for row in told
                    )
                elif not number:
                    rows[record] = list(told)
        return People(rows, people[0].populations)

    def _own(self, row: Values, marked: Sequence[str], number: int) -> Values:
        own = {
            name: f"{MARK}{number}{MARK}{row[name]}" for name in marked if row.get(name) is not None
        }
        return {**row, **own}

    def whose(self, key: Key) -> tuple[int, Key] | None:
        """Return the world of a row, by its key, and its key there; nothing of a shared row."""
        for part in key:
            if isinstance(part, str) and MARK in part:
                return int(part.split(MARK)[1]), tuple(_unmarked(part) for part in key)
        return None


MARK = "\x1f"
"""Around the number of a world before a key in it: no text of a policy or of data has it."""


def _unmarked(part: Stored) -> Stored:
    return "".join(part.split(MARK)[::2]) if isinstance(part, str) and MARK in part else part


def _belonging(program: c.Program) -> set[Target]:
    """Return the texts by which rows that people sent belong together: keys, and what leads to them."""
    own = {r.name: r for r in program.records if not r.is_reference}
    children = {x.record for r in own.values() for x in r.relations if x.owned}
    texts = {(r.name, f.name) for r in own.values() for f in r.fields if f.type.unit is Unit.TEXT}
    found = {(r.name, name) for r in own.values() if r.name not in children for name in r.key}
    pairs = [pair for pair in joins(program) if pair[0][0] in own and pair[1][0] in own]
    grown = -1
    while grown != len(found):
        grown = len(found)
        for one, other in pairs:
            if one in found or other in found:
                found |= {one, other}
    return found & texts


def by_chance(program: c.Program, seed: int, number: int) -> Iterator[People]:
    """Give random people, legal under ``program``."""
    maker = Maker(program, seed)
    for _ in range(number):
        yield People(maker.world())


@define(eq=False)
class Mixer:
    """Makes people out of two others, and leaves alone what says whose a row is."""

    program: c.Program
    _maker: Maker
    _chance: Random
    _records: Mapping[str, c.Record]
    _known: Mapping[Target, c.Field]
    _open: Mapping[str, Sequence[Target]]
    _catalogues: frozenset[str]

    @classmethod
    def of(cls, program: c.Program, seed: int) -> Mixer:
        """Return a mixer for people legal under ``program``."""
        linked = linking(program)
        return cls(
            program, Maker(program, seed), Random(seed), {r.name: r for r in program.records},
            {(r.name, f.name): f for r in program.records for f in r.fields},
            {
                r.name: [(r.name, f.name) for f in r.fields if (r.name, f.name) not in linked]
                for r in program.records
            },
            frozenset(r.name for r in program.records if r.is_reference),
        )  # fmt: skip

    @property
    def fields(self) -> frozenset[Target]:
        """Return all fields that may be changed."""
        return frozenset(x for each in self._open.values() for x in each)

    def child(
        self,
        one: People,
        other: People,
        near: Sequence[Target] | None = None,
        *,
        catalogues: bool = True,
    ) -> People:
        """Return one, perhaps with rows of another, with some values changed by chance.

        ``near``: the fields that may be changed, those first that are changed most often; nothing:
        all fields, each record as often as another. ``catalogues``: these may be others too; people
        who share them are tried together, at less cost.
        """
        chance = self._chance
        rows = {name: [dict(row) for row in told] for name, told in one.rows.items()}
        fixed = frozenset[str]() if catalogues else self._catalogues
        for name, told in other.rows.items() if chance.random() < 1 / 2 else ():
            if name not in fixed:
                _join(rows.setdefault(name, []), told, self._records[name].key)
        open_ = {name: told for name, told in rows.items() if told and name not in fixed}
        for _ in range(chance.randint(1, CHANGES) if open_ else 0):
            at = self._one_of(open_) if near is None else self._nearest(open_, near)
            if at is not None:
                row = chance.choice(open_[at[0]])
                row[at[1]] = self._maker.value(self._known[at])
        return People(rows, {**other.populations, **one.populations})

    def _one_of(self, rows: Mapping[str, Sequence[Values]]) -> Target | None:
        fields = self._open[self._chance.choice(list(rows))]
        return self._chance.choice(fields) if fields else None

    def _nearest(
        self, rows: Mapping[str, Sequence[Values]], near: Sequence[Target]
    ) -> Target | None:
        there = [x for x in near if x[0] in rows]
        return there[int(len(there) * self._chance.random() ** 2)] if there else None

    def litter(
        self, one: People, other: People, number: int, near: Sequence[Target] | None = None
    ) -> Iterator[People]:
        """Give so many children of two, all of the same catalogues."""
        first = self.child(one, other) if self._chance.random() < 1 / 2 else one
        for _ in range(number):
            yield self.child(
                first, other, near if self._chance.random() < NEARLY else None, catalogues=False
            )


def mixed(
    candidates: Candidates, examples: Sequence[People], seed: int, number: int
) -> Iterator[People]:
    """Give so many random people, each made of one or two of the examples."""
    chance, mixer = Random(seed), Mixer.of(candidates.program, seed)
    for _ in range(number):
        yield mixer.child(chance.choice(examples), chance.choice(examples))


def _join(rows: list[Values], more: Sequence[Values], key: Sequence[str]) -> None:
    there = {tuple(row.get(name) for name in key) for row in rows}
    rows += [dict(row) for row in more if tuple(row.get(name) for name in key) not in there]


def distinct(people: Iterable[People]) -> list[People]:
    """Return the people without those that are told twice, the smallest first."""
    known: dict[str, People] = {}
    for each in people:
        rows = {record: told for record, told in each.rows.items() if told}
        known.setdefault(repr((sorted(rows.items()), sorted(each.populations.items()))), each)
    return sorted(known.values(), key=lambda x: sum(map(len, x.rows.values())))
