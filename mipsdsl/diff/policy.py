"""A consolidated program as the things it is made of, each under its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from mipsdsl.diagnostics import Report
from mipsdsl.diff.normal import normal
from mipsdsl.format.expressions import flat_words
from mipsdsl.format.layout import Layout
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n

if TYPE_CHECKING:
    from mipsdsl.semantics.symbols import Symbols

_WIDE = 1_000_000

AnyRecord: TypeAlias = n.Record | n.Reference
Thing: TypeAlias = n.Item | n.Field
Known: TypeAlias = "Callable[[], Symbols]"
"""Gives what a policy declares; asked where something goes without saying."""


@frozen
class Key:
    """What a thing is, the record it belongs to (or nothing), and its name."""

    what: str
    record: str
    name: str

    @property
    def full(self) -> str:
        """The name with its record."""
        return f"{self.record}.{self.name}" if self.record else self.name


@frozen
class Entry:
    """A thing and the file that it stands in: `weights` for `2018/weights.mips`."""

    thing: Thing
    area: str


Policy: TypeAlias = Mapping[Key, Entry]
"""All things of a program but its tests; the fields of records are things of their own."""

_LEFT_OUT = (
    n.Usual
    | n.Example
    | n.Examples
    | n.PopulationExample
    | n.PinChanges
    | n.PinSame
    | n.Require
    | n.Correction
    | n.TestsHeader
    | n.Amends
    | n.Broken
)


def policy_of(files: Sequence[n.File], symbols: Symbols | None = None) -> Policy:
    """Return the things of ``files``, in their order; every owner that went without saying is said."""

    @cache
    def known() -> Symbols:
        return declared(files) if symbols is None else symbols

    found: list[tuple[Key, Entry]] = []
    for file in files:
        area = file.span.source.name.rpartition("/")[2].removesuffix(".mips")
        for item in file.items:
            found += ((key, Entry(thing, area)) for key, thing in _things(item, known))
    return _numbered(found)


def declared(files: Sequence[n.File]) -> Symbols:
    """Return what ``files`` declare; a policy that was kept is compared without a look at the core."""
    from mipsdsl.semantics.resolve import resolve

    return resolve(files, Report())


def _numbered(found: Sequence[tuple[Key, Entry]]) -> Policy:
    """Return what was found; things of one name have numbers, which their order does not change."""
    times = Counter(key for key, _ in found)
    alike: dict[Key, list[str]] = {}
    for key, entry in found:
        if times[key] > 1:
            alike.setdefault(key, []).append(_said(entry))
    made = {}
    for key, entry in found:
        if key in alike:
            texts = sorted(alike[key])
            number = texts.index(_said(entry)) + 1
            free = key if number == 1 else evolve(key, name=f"{key.name} {number}")
            while free in made:
                number += 1
                free = evolve(key, name=f"{key.name} {number}")
            made[free] = entry
        else:
            made[key] = entry
    return made


def _said(entry: Entry) -> str:
    return repr(normal(entry.thing))


def _things(item: n.Item, known: Known) -> Iterator[tuple[Key, Thing]]:
    match item:
        case n.Record() | n.Reference() | n.Extend():
            if not isinstance(item, n.Extend):
                kind = "record" if isinstance(item, n.Record) else "reference"
                yield Key(kind, "", item.name.text), evolve(item, fields=())
            for field in item.fields:
                yield Key("field", item.name.text, field.name.text), field
        case n.Rule() | n.Table() | n.Scale():
            said = _with_owner(item, known)
            owner = said.target.record.text if said.target.record else ""
            yield Key(type(item).__name__.lower(), owner, item.target.name.text), said
        case n.Selection():
            listed = _with_list(item, known)
            yield Key("selection", listed.rows.parts[0].text, item.name.text), listed
        case _ if not isinstance(item, _LEFT_OUT | n.Amendment):
            yield _key(item), item
        case _:
            pass


def _key(item: n.Item) -> Key:
    match item:
        case n.Parameter() | n.Population() | n.Choice():
            return Key(type(item).__name__.lower(), "", item.name.text)
        case n.Relation():
            return Key("relation", item.record.text, item.name.text)
        case n.Ensure():
            return Key("ensure", "", _ensured(item))
        case n.Results():
            return Key("results", "", item.record.text)
        case n.Changeable():
            return Key("changeable", "", item.record.text)
        case n.Claim():
            return Key("claim", "", item.text)
        case n.SourceOf():
            return Key("source", "", item.citation)
        case n.RulesHeader():
            return Key("year", "", "")
        case _:
            return Key(type(item).__name__.lower(), "", "")


def _ensured(item: n.Ensure) -> str:
    """Return what is ensured, with the values that tell one from another: ``basis hospital``."""
    told = [
        f"{each.name.text} {flat_words(each.value, Layout(_WIDE))}"
        for each in item.matching
        if not each.is_path
    ]
    return " ".join([f"{item.record.text} for each {item.each.text}", *told])


def _with_owner(item: n.Rule | n.Table | n.Scale, known: Known) -> n.Rule | n.Table | n.Scale:
    """Return ``item`` with its record: one that does not say it belongs to the first."""
    if item.target.record is not None or not (first := next(iter(known().records), "")):
        return item
    record = n.Name(first, span=item.target.span)
    return evolve(item, target=evolve(item.target, record=record))


def _with_list(item: n.Selection, known: Known) -> n.Selection:
    if len(item.rows.parts) > 1:
        return item
    name = item.rows.parts[0].text
    owners = [r.name for r in known().records.values() if name in r.lists or name in r.items]
    if not owners:
        return item
    owner = n.Name(owners[0], span=item.rows.span)
    return evolve(item, rows=evolve(item.rows, parts=(owner, *item.rows.parts)))


def named(item: n.Item, first: str) -> tuple[str, str] | None:
    """Return the record and name of an item; what names no record is of the ``first``."""
    match item:
        case n.Rule(target=target) | n.Table(target=target) | n.Scale(target=target):
            return target.record.text if target.record else first, target.name.text
        case n.Selection():
            return item.rows.parts[0].text, item.name.text
        case n.Record() | n.Reference() | n.Extend():
            return "", item.name.text
        case _ if not isinstance(item, _LEFT_OUT | n.Amendment):
            key = _key(item)
            return key.record, key.name
        case _:
            return None


def files_of(policy: Policy) -> tuple[n.File, ...]:
    """Return a file for each area; a field that stands in another than its record extends it."""
    fields: dict[tuple[str, str], list[n.Field]] = {}
    for key, entry in policy.items():
        if isinstance(entry.thing, n.Field):
            fields.setdefault((entry.area, key.record), []).append(entry.thing)
    areas: dict[str, list[n.Item]] = {}
    for entry in policy.values():
        thing = entry.thing
        if isinstance(thing, n.Record | n.Reference):
            own = fields.pop((entry.area, thing.name.text), [])
            thing = evolve(thing, fields=tuple(own))
        if not isinstance(thing, n.Field):
            areas.setdefault(entry.area, []).append(thing)
    for (area, record), more in fields.items():
        name = n.Name(record, span=more[0].span)
        areas.setdefault(area, []).append(n.Extend(name, tuple(more), span=more[0].span))
    return tuple(n.File(tuple(items), span=_span_of(area)) for area, items in areas.items())


def part_of(policy: Policy, thing: Key) -> Policy:
    """Return what ``policy`` says of one thing: a record with its fields, a field with its record."""
    kinds = {"record", "reference"}
    owner = thing.record if thing.what == "field" else thing.name if thing.what in kinds else ""
    return {
        key: entry
        for key, entry in policy.items()
        if key == thing
        or (thing.what == "field" and key.what in kinds and key.name == owner)
        or (thing.what in kinds and key.what == "field" and key.record == owner)
    }


def whole(thing: Thing, policy: Policy) -> Thing:
    """Return ``thing``; a record with its fields."""
    if not isinstance(thing, n.Record | n.Reference):
        return thing
    name = thing.name.text
    own = [e.thing for k, e in policy.items() if k.what == "field" and k.record == name]
    return evolve(thing, fields=tuple(x for x in own if isinstance(x, n.Field)))


def _span_of(area: str) -> Span:
    return Span(Source(f"{area}.mips", ""), 0, 0)


def said(policy: Policy) -> dict[Key, n.Node]:
    """Return what a policy says, however it is written: two that say the same are equal."""
    return {key: normal(entry.thing) for key, entry in policy.items()}
