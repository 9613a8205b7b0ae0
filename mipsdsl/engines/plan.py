"""What a run computes: the steps that outputs need, and what is missing for those refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from typing import TypeAlias

from attrs import define, field, frozen

from mipsdsl.arithmetic import rescale
from mipsdsl.core import nodes as c
from mipsdsl.engines.schema import Schema, Target, schema_of, stored_scale
from mipsdsl.engines.store import Stored
from mipsdsl.engines.uses import Use, UseKind, always_missing, uses_of


class Population(Enum):
    """What may be said of a population item instead of a value."""

    COMPUTE = "compute"


Populations: TypeAlias = Mapping[str, "Stored | Population"]
"""The population items that are set (in steps of their grid) or to be computed from the data.

Those not named have their published value, or none.
"""


class Lack(Enum):
    """What kind of thing is missing."""

    COLUMN = "column"
    TABLE = "table"
    PARAMETER = "parameter"
    POPULATION = "population"


@frozen(order=True)
class MissingInput:
    """A thing that is needed and not there; a table has no name, the last two no record."""

    lack: Lack = field(order=lambda lack: lack.value)
    record: str
    name: str

    def __str__(self) -> str:
        """Return the name that an author knows it by."""
        return ".".join(part for part in (self.record, self.name) if part)


@frozen
class Refusal:
    """An asked output that cannot be computed, and all that is missing for it."""

    target: Target
    missing: tuple[MissingInput, ...]


@frozen
class Plan:
    """What a run computes, in order.

    ``partial``: given items to be computed in the rows that they are not given for.
    ``taken_missing``: optional fields
    that have no column and are missing in every row. ``populations``: the population items that are
    computed. ``skipped``: what cannot be ensured, for want of the columns that say where.
    ``guards``: outputs that stay inside: they say whether others may be shown.
    """

    outputs: tuple[Target, ...]
    refused: tuple[Refusal, ...]
    steps: tuple[c.Step, ...]
    partial: frozenset[Target]
    taken_missing: tuple[Target, ...]
    populations: tuple[str, ...]
    skipped: tuple[c.Ensure, ...]
    guards: tuple[Target, ...] = ()


def population_value(item: c.Item, populations: Populations) -> Stored | Population:
    """Return the value that ``item`` is set to or was published with, or that it is computed.

    ``None``: neither, and nobody asked to compute it.
    """
    if item.name in populations:
        return populations[item.name]
    if item.published is None:
        return None
    steps, shape = item.published.value, item.published.shape
    if shape is None or isinstance(steps, str):
        return steps
    return rescale(steps, shape.scale, stored_scale(item))


def requirements(
    program: c.Program,
    available: Mapping[str, Collection[str]],
    outputs: Iterable[Target],
    populations: Populations,
    partial: Collection[Target] = (),
) -> Plan:
    """Return what has to be computed for ``outputs``, and what is missing for those refused.

    ``available`` has the columns of each record that has a table; an item with a column is given
    and nothing is computed for it, but for the rows of ``partial`` that it is not given for.
    """
    schema = schema_of(program)
    needs = _Needs(schema, available, populations, frozenset(partial))
    performed = ensurable(schema, available)
    for ensure in performed:
        needs.ensured.setdefault(ensure.record, set()).update(_filled(schema, ensure))
    # In the order of the program each item finds what it reads answered, so nothing nests deeply.
    for item in program.items:
        if item.record or item.name:
            needs.missing(Use(_kind(item.record), item.record, item.name))
    asked = [Use(_kind(record), record, name) for record, name in outputs]
    refused = [Refusal((u.record, u.name), lacks) for u in asked if (lacks := needs.missing(u))]
    granted = [use for use in asked if not needs.missing(use)]
    reached = needs.reached(granted)
    return Plan(
        outputs=tuple((use.record, use.name) for use in granted),
        refused=tuple(refused),
        steps=tuple(_restricted(program, reached, needs)),
        partial=frozenset(needs.partial & {(u.record, u.name) for u in reached}),
        taken_missing=tuple(
            target for target in needs.taken_missing if Use(UseKind.VALUE, *target) in reached
        ),
        populations=tuple(
            item.name
            for item in program.items
            if not item.record
            and Use(UseKind.POPULATION, "", item.name) in reached
            and needs.is_computed(item)
        ),
        skipped=tuple(each for each in program.ensures if each not in performed),
    )


def ensurable(schema: Schema, available: Mapping[str, Collection[str]]) -> tuple[c.Ensure, ...]:
    """Return what can be ensured: the columns that say where are there (or are ensured before)."""
    needs = _Needs(schema, available, {}, frozenset())
    performed = []
    for ensure in schema.program.ensures:
        exprs = [ensure.where, *(expr for _, expr in (*ensure.matching, *ensure.fill))]
        uses = [Use(UseKind.TABLE, ensure.each, ""), *uses_of(schema, ensure.each, exprs)]
        if not any(needs.missing(use) for use in uses):
            performed.append(ensure)
            names = needs.ensured.get(ensure.record, set()) | _filled(schema, ensure)
            needs = _Needs(
                schema, available, {}, frozenset(), ensured={**needs.ensured, ensure.record: names}
            )
    return tuple(performed)


def _filled(schema: Schema, ensure: c.Ensure) -> set[str]:
    names = {name for name, _ in (*ensure.matching, *ensure.fill)}
    return names | set(schema.records[ensure.record].key)


def _kind(record: str) -> UseKind:
    return UseKind.VALUE if record else UseKind.POPULATION


def _restricted(program: c.Program, reached: set[Use], needs: _Needs) -> Iterable[c.Step]:
    for step in program.steps:
        names = tuple(
            name
            for name in step.items
            if Use(_kind(step.record), step.record, name) in reached
            and needs.is_computed(needs.schema.items[step.record, name])
        )
        if names or (not step.items and Use(UseKind.GROUPS, step.record, "") in reached):
            yield c.Step(step.record, names)


Lacks: TypeAlias = tuple[MissingInput, ...]


@define
class _Needs:
    """What each use lacks, and what it leads to; answered once for each."""

    schema: Schema
    available: Mapping[str, Collection[str]]
    populations: Populations
    partial: frozenset[Target]
    taken_missing: dict[Target, None] = field(factory=dict)
    ensured: dict[str, set[str]] = field(factory=dict)
    _absent: dict[Target, bool] = field(factory=dict)
    _lacks: dict[Use, Lacks] = field(factory=dict)
    _leads: dict[Use, tuple[Use, ...]] = field(factory=dict)

    def is_computed(self, item: c.Item) -> bool:
        """Return whether a run computes ``item`` where it is needed."""
        target = (item.record, item.name)
        if not item.record:
            return population_value(item, self.populations) is Population.COMPUTE
        return not self._is_given(target) or target in self.partial

    def absent(self, record: str, name: str) -> bool:
        """Return whether ``name`` is missing in every row: nobody gives it, and nothing computes it.

        What only such rows would need is then not asked for.
        """
        target = (record, name)
        if target not in self._absent:
            self._absent[target] = self._is_absent(record, name)
        return self._absent[target]

    def _is_absent(self, record: str, name: str) -> bool:
        if self._is_given((record, name)) or name in self.ensured.get(record, ()):
            return False
        if (item := self.schema.items.get((record, name))) is not None:
            return always_missing(self.schema, record, item.expr, self.absent)
        known = self.schema.fields.get((record, name))
        there = record in self.available and self.schema.records[record].grouping is None
        return there and known is not None and known.type.optional

    def missing(self, use: Use) -> Lacks:
        """Return all that is missing for ``use``, each once, in the order it is met."""
        if (known := self._lacks.get(use)) is None:
            own, leads = self._look(use)
            found = dict.fromkeys(own)
            for lead in leads:
                found.update(dict.fromkeys(self.missing(lead)))
            known = self._lacks[use] = tuple(found)
            self._leads[use] = leads
        return known

    def reached(self, uses: Iterable[Use]) -> set[Use]:
        """Return ``uses`` and all that they lead to."""
        reached: set[Use] = set()
        ahead = list(uses)
        while ahead:
            if (use := ahead.pop()) not in reached:
                reached.add(use)
                self.missing(use)
                ahead.extend(self._leads[use])
        return reached

    def _look(self, use: Use) -> tuple[tuple[MissingInput, ...], tuple[Use, ...]]:
        look: dict[UseKind, Callable[[str, str], tuple[Lacks, tuple[Use, ...]]]] = {
            UseKind.VALUE: self._value,
            UseKind.LINK: self._link,
            UseKind.LIST: self._list,
            UseKind.TABLE: self._table,
            UseKind.GROUPS: self._groups,
            UseKind.PARAMETER: self._parameter,
            UseKind.POPULATION: self._population,
        }
        return look[use.kind](use.record, use.name)

    def _is_given(self, target: Target) -> bool:
        record, name = target
        return name in self.available.get(record, ())

    def _value(self, record: str, name: str) -> tuple[Lacks, tuple[Use, ...]]:
        table = Use(UseKind.TABLE, record, "")
        if (item := self.schema.items.get((record, name))) is not None:
            if self._is_given((record, name)) and (record, name) not in self.partial:
                return (), (table,)
            return (), (table, *uses_of(self.schema, record, [item.expr], self.absent))
        if self.missing(table) or self.schema.records[record].grouping is not None:
            return (), (table,)
        if self._is_given((record, name)) or name in self.ensured.get(record, ()):
            return (), (table,)
        if self.schema.fields[record, name].type.optional:
            self.taken_missing[record, name] = None
            return (), (table,)
        return (MissingInput(Lack.COLUMN, record, name),), (table,)

    def _link(self, record: str, name: str) -> tuple[Lacks, tuple[Use, ...]]:
        grouping = self.schema.records[record].grouping
        if grouping is not None and name == grouping.parent:
            return (), (Use(UseKind.GROUPS, record, ""),)
        reference = self.schema.reference(record, name)
        by = () if reference is None else reference.by
        other = self.schema.links[record, name]
        own = tuple(Use(UseKind.VALUE, record, each) for each in by)
        return (), (*own, Use(UseKind.TABLE, other, ""))

    def _list(self, record: str, name: str) -> tuple[Lacks, tuple[Use, ...]]:
        if self.schema.records[record].grouping is not None:
            return (), (Use(UseKind.GROUPS, record, ""),)
        relation = self.schema.relation(record, name)
        other = self.schema.lists[record, name]
        if self.schema.records[other].grouping is not None or relation is None:
            return (), (Use(UseKind.GROUPS, other, ""),)
        leads = [Use(UseKind.TABLE, other, "")]
        leads += [Use(UseKind.VALUE, record, each) for each in relation.ours]
        leads += [Use(UseKind.VALUE, other, each) for each in relation.theirs]
        if relation.one_for_each:
            leads.append(Use(UseKind.TABLE, relation.one_for_each, ""))
            if relation.where is not None:
                leads += uses_of(self.schema, relation.one_for_each, [relation.where])
        return (), tuple(leads)

    def _table(self, record: str, _: str) -> tuple[Lacks, tuple[Use, ...]]:
        if self.schema.records[record].grouping is not None:
            return (), (Use(UseKind.GROUPS, record, ""),)
        if record in self.available or record in self.ensured:
            return (), ()
        return (MissingInput(Lack.TABLE, record, ""),), ()

    def _groups(self, record: str, _: str) -> tuple[Lacks, tuple[Use, ...]]:
        grouping = self.schema.records[record].grouping
        if grouping is None:
            raise TypeError(f"{record} groups nothing")
        child = self.schema.lists[grouping.parent, grouping.list_name]
        leads = [Use(UseKind.LIST, grouping.parent, grouping.list_name)]
        leads.append(Use(UseKind.VALUE, child, grouping.by))
        if grouping.joined is not None:
            leads += uses_of(self.schema, child, [grouping.joined])
        return (), tuple(leads)

    def _parameter(self, _: str, name: str) -> tuple[Lacks, tuple[Use, ...]]:
        for parameter in self.schema.program.parameters:
            if parameter.name == name and parameter.value is None:
                return (MissingInput(Lack.PARAMETER, "", name),), ()
        return (), ()

    def _population(self, _: str, name: str) -> tuple[Lacks, tuple[Use, ...]]:
        item = self.schema.items["", name]
        value = population_value(item, self.populations)
        if value is Population.COMPUTE:
            return (), tuple(uses_of(self.schema, "", [item.expr]))
        return ((MissingInput(Lack.POPULATION, "", name),) if value is None else ()), ()
