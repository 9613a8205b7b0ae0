"""Two programs as one, with a switch for each group of what is different between them.

With every switch off the program is the old one, with every switch on the new one, and each setting
between is the law with just those groups of changes. So a law in between costs a run, no compiling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias, TypeVar

from attrs import evolve, fields, frozen, has

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.reads import Dependency, Schema, dependencies
from mipsdsl.core.reshape import reshaped
from mipsdsl.core.strata import schema_of, steps
from mipsdsl.core.types import QUANTITIES, YESNO, Shape, Type, Unit
from mipsdsl.core.walk import replaced

Target: TypeAlias = tuple[str, str]

_NOWHERE = c.Place("", 0)


class Apart(Exception):
    """Why two programs cannot be one."""


@frozen
class Merged:
    """``program`` holds both laws; ``switches`` has, for each group, the population item for it.

    ``made_apart``: records of which one law ensures rows that the other does not. Where such rows
    are made, the laws see different rows, and the program is neither.
    """

    program: c.Program
    switches: Mapping[str, str]
    made_apart: frozenset[str]


def switch_of(group: str) -> str:
    """Return the name of the population item that switches ``group``; no author can write it."""
    return f"{group} (changed)"


def merge(old: c.Program, new: c.Program, group_of: Mapping[Target, str]) -> Merged:
    """Return both programs as one; names are aligned already.

    ``group_of`` has the group of each item, and of each parameter under the record "".

    Raises:
        Apart: something has another kind of value, or other rows, in each.

    """
    return _Merger(old, new, group_of).merged()


class _Merger:
    def __init__(self, old: c.Program, new: c.Program, group_of: Mapping[Target, str]) -> None:
        self._old = old
        self._new = new
        self._group_of = group_of
        self._switches: dict[str, str] = {}
        self._changed = _changed_parameters(old, new)
        self._open = {x.name for x in (*old.parameters, *new.parameters) if x.value is None}

    def merged(self) -> Merged:
        """Return the program."""
        records = tuple(_both(self._old.records, self._new.records, _record))
        items = self._items()
        switches = [_switch(name) for name in self._switches.values()]
        ordered = in_order(records, [*switches, *items])
        schema = schema_of(records, ordered)
        shaped = with_shapes(records, ordered, schema)
        results = dict(self._old.results) | dict(self._new.results)
        program = evolve(
            self._new,
            choices=tuple(_both(self._old.choices, self._new.choices, _choice)),
            records=records,
            parameters=tuple(_both(self._old.parameters, self._new.parameters, _second)),
            items=tuple(shaped),
            ensures=tuple(self._ensures()),
            steps=steps(records, shaped),
            claims=(),
            results=tuple(results.items()),
        )
        return Merged(program, dict(self._switches), self._made_apart())

    # --- items ---

    def _items(self) -> list[c.Item]:
        olds = {(item.record, item.name): item for item in self._old.items}
        news = {(item.record, item.name): item for item in self._new.items}
        return [
            self._item(target, olds.get(target), news.get(target)) for target in {**olds, **news}
        ]

    def _item(self, target: Target, old: c.Item | None, new: c.Item | None) -> c.Item:
        if old is None or new is None:
            only = old or new
            assert only is not None
            return evolve(only, expr=self._switched(only.expr))
        if (old.type.unit, old.type.choice) != (new.type.unit, new.type.choice):
            raise Apart(
                f"`{'.'.join(filter(None, target))}` is {old.type} in one, {new.type} in the other"
            )
        before, after = self._switched(old.expr), self._switched(new.expr)
        optional = old.type.optional or new.type.optional
        made = evolve(
            new,
            type=evolve(new.type, optional=optional),
            expr=after,
            published=_published(old, new),
        )
        if blank(before) == blank(after):
            return made
        group = self._group(target)
        if isinstance(before, c.Select) and isinstance(after, c.Select):
            return evolve(made, expr=self._chosen(target, group, after, before))
        return evolve(made, expr=self._either(group, after, before, made.type))

    def _chosen(self, target: Target, group: str, new: c.Select, old: c.Select) -> c.Select:
        """Return the places of both laws one after the other; those of one law have no room."""
        if blank(new.rows) != blank(old.rows):
            raise Apart(f"`{'.'.join(target)}` chooses among other rows")
        none = build.constant(0, 0, Type(Unit.COUNT))
        olds = [
            evolve(one, number=self._either(group, none, one.number, one.number.type))
            for one in old.places
        ]
        news = [
            evolve(one, number=self._either(group, one.number, none, one.number.type))
            for one in new.places
        ]
        return evolve(new, places=(*olds, *news))

    def _group(self, target: Target) -> str:
        return self._group_of.get(target, "")

    def _either(self, group: str, new: c.Expr, old: c.Expr, type_: Type) -> c.Expr:
        """Return ``new`` where ``group`` is switched on, else ``old``."""
        name = self._switches.setdefault(group, switch_of(group))
        arm = c.Arm(c.ReadPopulation(name, type=YESNO), new)
        return build.cases(c.CasesKind.IF, (arm,), old, type_)

    def _switched(self, expr: c.Expr) -> c.Expr:
        """Return ``expr`` with changed parameters that follow their switches."""
        return replaced(expr, self._parameter)

    def _parameter(self, part: object) -> c.Expr | None:
        match part:
            case c.Parameter(name=name, value=value) if name in self._open:
                # The other law leaves it to be given, so that the name is that of an input.
                return value
            case c.Among(values=c.Parameter(name=name)) if name in self._changed:
                old, new = self._changed[name]
                on, off = evolve(part, values=_constant(new)), evolve(part, values=_constant(old))
                return self._either(self._group(("", name)), on, off, part.type)
            case c.Parameter(name=name, value=c.Constant()) if name in self._changed:
                old, new = self._changed[name]
                group = self._group(("", name))
                return self._either(group, _constant(new), _constant(old), part.type)
            case _:
                return None

    # --- rows ---

    def _made_apart(self) -> frozenset[str]:
        shared = {r.name for r in self._old.records} & {r.name for r in self._new.records}
        olds, news = ({blank(each) for each in p.ensures} for p in (self._old, self._new))
        return frozenset(each.record for each in olds ^ news if each.record in shared)

    def _ensures(self) -> list[c.Ensure]:
        known = {blank(each): each for each in (*self._new.ensures, *self._old.ensures)}
        return list(known.values())


def _changed_parameters(
    old: c.Program, new: c.Program
) -> dict[str, tuple[c.NamedConstant, c.NamedConstant]]:
    news = {each.name: each for each in new.parameters}
    return {
        each.name: (each, news[each.name])
        for each in old.parameters
        if each.name in news
        and each.value is not None
        and news[each.name].value is not None
        and blank(each.value) != blank(news[each.name].value)
    }


def _constant(named: c.NamedConstant) -> c.Parameter:
    assert named.value is not None
    shape = named.value.shape
    return c.Parameter(named.name, named.value, type=named.value.type, shape=shape)


def _published(old: c.Item, new: c.Item) -> c.Constant | None:
    """Return what was published, where both laws say the same: a law between has none."""
    return new.published if old.published == new.published else None


def _switch(name: str) -> c.Item:
    return c.Item(
        "", name, c.ItemKind.POPULATION, YESNO, None, build.yes(), "", (), (), build.yes(), _NOWHERE
    )


# --- records -------------------------------------------------------------------------------------

Named = TypeVar("Named", c.Record, c.Field, c.Reference, c.Relation, c.Choice, c.NamedConstant)


def _both(olds: Sequence[Named], news: Sequence[Named], joined: Any) -> Iterable[Named]:  # noqa: ANN401
    """Give what either has, and what both have ``joined``; in the order of the new ones."""
    known = {each.name: each for each in olds}
    for each in news:
        before = known.pop(each.name, None)
        yield each if before is None else joined(before, each)
    yield from known.values()


def _second(old: c.NamedConstant, new: c.NamedConstant) -> c.NamedConstant:
    return new


def _choice(old: c.Choice, new: c.Choice) -> c.Choice:
    labels = dict(zip(old.values, old.labels, strict=True))
    more = [value for value in old.values if value not in new.values]
    return evolve(
        new, values=(*new.values, *more), labels=(*new.labels, *(labels[each] for each in more))
    )


def _record(old: c.Record, new: c.Record) -> c.Record:
    if old.key != new.key or old.is_reference != new.is_reference:
        raise Apart(f"rows of {new.name} have another key")
    if blank(_unmeasured(old.grouping)) != blank(_unmeasured(new.grouping)):
        raise Apart(f"rows of {new.name} are grouped differently")
    return evolve(
        new,
        fields=tuple(_both(old.fields, new.fields, _field)),
        references=tuple(_both(old.references, new.references, _reference)),
        relations=tuple(_both(old.relations, new.relations, _relation)),
    )


def _field(old: c.Field, new: c.Field) -> c.Field:
    same = (old.type.unit, old.type.choice, old.scale, old.many > 0)
    if same != (new.type.unit, new.type.choice, new.scale, new.many > 0):
        raise Apart(f"the field {new.name} holds something else")
    optional = old.type.optional and new.type.optional
    return evolve(
        new,
        type=evolve(new.type, optional=optional),
        low=min(old.low, new.low),
        high=max(old.high, new.high),
        many=max(old.many, new.many),
    )


def _reference(old: c.Reference, new: c.Reference) -> c.Reference:
    if (old.record, old.by) != (new.record, new.by):
        raise Apart(f"the reference {new.name} leads elsewhere")
    return evolve(new, optional=old.optional and new.optional)


def _relation(old: c.Relation, new: c.Relation) -> c.Relation:
    if blank(_unmeasured(old)) != blank(_unmeasured(new)):
        raise Apart(f"the list {new.name} holds other rows")
    return evolve(new, at_most=max(old.at_most, new.at_most))


def _unmeasured(part: Any) -> Any:  # noqa: ANN401 - a grouping or a relation
    return None if part is None else evolve(part, at_most=0)


# --- order and shapes ----------------------------------------------------------------------------


def in_order(records: Sequence[c.Record], items: Sequence[c.Item]) -> list[c.Item]:
    """Return ``items``, each after all that it reads.

    Raises:
        Apart: with some switches on and others off, rules would rest on each other in a circle.

    """
    schema = schema_of(records, items)
    by_target = {(item.record, item.name): item for item in items}
    groups = {record.name: record.grouping for record in records if record.grouping is not None}
    needs: dict[Target, list[Target]] = {}
    for target, item in by_target.items():
        reads = list(dependencies(item.expr, item.record, schema))
        found = {(read.record, read.name) for read in reads}
        for name, grouping in groups.items():
            if any(_meets(read, name, grouping) for read in reads) or item.record == name:
                child = schema.listed(grouping.parent, grouping.list_name)
                found.add((child, grouping.by))
        needs[target] = sorted(each for each in found if each in by_target and each != target)
    try:
        return [by_target[target] for target in TopologicalSorter(needs).static_order()]
    except CycleError as circle:
        names = ", ".join(".".join(filter(None, each)) for each in circle.args[1][:3])
        raise Apart(
            f"part of the changes without the rest would go round in a circle: {names}"
        ) from None


def _meets(read: Dependency, name: str, grouping: c.Grouping) -> bool:
    return read.record == name or (
        read.is_list and (read.record, read.name) == (grouping.parent, f"{name}s")
    )


def with_shapes(
    records: Sequence[c.Record], items: Sequence[c.Item], schema: Schema
) -> list[c.Item]:
    """Return ``items`` with shapes that hold whatever the switches say."""
    shapes: dict[Target, Shape | None] = {}
    for record in records:
        for each in record.fields:
            low, high = (Fraction(end, 10**each.scale) for end in (each.low, each.high))
            measured = each.type.unit in QUANTITIES
            shape = build.decimal(each.scale, low, high) if measured else None
            shapes[record.name, each.name] = shape
    made = []
    for item in items:
        expr = reshaped(item.expr, item.record, schema, lambda r, n: shapes.get((r, n)))
        shape = None if item.shape is None else _wider(item.shape, expr.shape)
        shapes[item.record, item.name] = shape
        made.append(evolve(item, expr=expr, shape=shape))
    return made


def _wider(stored: Shape, derived: Shape | None) -> Shape:
    if derived is None:
        return stored
    low, high = min(stored.low, derived.low), max(stored.high, derived.high)
    return build.decimal(stored.scale, low, high, max(stored.error, derived.error))


# --- parts of the core ---------------------------------------------------------------------------


def blank(part: Any) -> Any:  # noqa: ANN401 - any part of the core
    """Return ``part`` without what does not change its meaning: reasons, citations, shapes."""
    if isinstance(part, tuple):
        return tuple(blank(each) for each in part)
    if not has(type(part)) or isinstance(part, Type):
        return part
    if isinstance(part, Shape):
        return part.scale
    said = {"because": "", "citations": (), "place": None, "label": "", "otherwise_place": None}
    changed: dict[str, Any] = {}
    for attribute in fields(type(part)):
        name = attribute.name
        if name == "shape" and not isinstance(part, c.Constant | c.Land | c.Round):
            changed[name] = None
        else:
            changed[name] = said[name] if name in said else blank(getattr(part, name))
    return evolve(part, **changed)
