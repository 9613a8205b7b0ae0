"""Names of a program: what they stand for, what these read, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.schema import Schema, schema_of
from mipsdsl.engines.uses import Use, UseKind, uses_of

Uses: TypeAlias = Mapping[tuple[str, str], Mapping[Use, None]]
"""What each item reads, in order."""


@frozen
class Found:
    """A thing of a program: where it stands, what it reads and what reads it."""

    name: str
    place: c.Place
    citations: tuple[str, ...]
    reads: tuple[str, ...]
    read_by: tuple[str, ...]


def names(program: c.Program) -> list[str]:
    """Return all names that ``find`` knows."""
    known = [name for each in _things(program) for name in each[0]]
    return list(dict.fromkeys([*known, *(claim.text for claim in program.claims)]))


def find(program: c.Program, name: str) -> list[Found]:
    """Return what ``name`` stands for; an item or a field may have its record before it."""
    uses = _uses(schema_of(program))
    places: dict[c.Place, Found] = {}
    for known, place, citations, use in _things(program):
        if name in known and place not in places:
            read = tuple(_said(each) for each in uses.get((use.record, use.name), ()))
            readers = tuple(
                _said(Use(use.kind, *target)) for target, others in uses.items() if use in others
            )
            reads = tuple(dict.fromkeys(read))
            places[place] = Found(known[-1], place, citations, reads, readers)
    places |= {each.place: each for each in _claims(program) if each.name == name}
    return list(places.values())


def _claims(program: c.Program) -> Iterator[Found]:
    """Yield each claim, which goes by its text and which nothing reads."""
    schema = schema_of(program)
    for claim in program.claims:
        exprs = (
            [claim.condition]
            if isinstance(claim, c.Always)
            else [claim.cause, claim.effect, claim.when]
        )
        reads = dict.fromkeys(_said(each) for each in uses_of(schema, claim.record, exprs))
        yield Found(claim.text, claim.place, claim.citations, tuple(reads), ())


def _things(
    program: c.Program,
) -> Iterator[tuple[tuple[str, ...], c.Place, tuple[str, ...], Use]]:
    """Yield the names of each thing, its place, its citations, and how it is read."""
    for item in program.items:
        # A table goes by its own name; what its rows look at is said of its columns.
        name = item.name.removesuffix(" row")
        kind = UseKind.VALUE if item.record else UseKind.POPULATION
        full = f"{item.record}.{name}" if item.record else name
        yield (name, full), item.place, item.citations, Use(kind, item.record, item.name)
    for parameter in program.parameters:
        use = Use(UseKind.PARAMETER, "", parameter.name)
        yield (parameter.name,), parameter.place, parameter.citations, use
    for record in program.records:
        yield (record.name,), record.place, (), Use(UseKind.TABLE, record.name, "")
        for each in record.fields:
            known = (each.name, f"{record.name}.{each.name}")
            yield known, each.place, (), Use(UseKind.VALUE, record.name, each.name)
    for choice in program.choices:
        yield (choice.name,), choice.place, (), Use(UseKind.VALUE, "", choice.name)


def _said(use: Use) -> str:
    return ".".join(part for part in (use.record, use.name) if part)


def _uses(schema: Schema) -> Uses:
    """Return what each item reads; a column reads what the rows of its table look at."""
    own = {
        target: uses_of(schema, item.record, [item.expr]) for target, item in schema.items.items()
    }
    rows = {t for t, item in schema.items.items() if item.kind is c.ItemKind.ROW}
    found: dict[tuple[str, str], dict[Use, None]] = {}
    for target, uses in own.items():
        if target not in rows:
            found[target] = {}
            for use in uses:
                behind = (use.record, use.name)
                found[target] |= own[behind] if behind in rows else {use: None}
    return found
