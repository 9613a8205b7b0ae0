"""One try of the solver at a question, to a given depth."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from time import process_time
from typing import Any, TypeAlias

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.schema import Schema, Target, stored_scale
from mipsdsl.engines.solver.codes import Codebook
from mipsdsl.engines.solver.encode import At, Depth, Encoder, Freed
from mipsdsl.engines.solver.grids import Grids
from mipsdsl.engines.solver.logic import Bool, conj
from mipsdsl.engines.solver.numbers import Numbers
from mipsdsl.engines.solver.person import Decoder, Person
from mipsdsl.engines.solver.probe import Found, Probe
from mipsdsl.engines.solver.rows import Late, Row, Rows
from mipsdsl.engines.solver.values import Quantity, compared, quantity


@frozen
class Never:
    """The question whether ``bad`` holds for no row of ``record``."""

    record: str
    bad: c.Expr


@frozen
class NeverMoves:
    """The question whether raising the cause never moves the effect the wrong way."""

    claim: c.Raising
    changed: frozenset[Target] = field(repr=False)

    @property
    def record(self) -> str:
        """The record that it is about."""
        return self.claim.record


Question: TypeAlias = Never | NeverMoves


@frozen
class Settings:
    """What holds for all tries: ``seconds`` for one, and how long lists are taken to be."""

    seconds: float
    bounds: Mapping[Target, int] = field(factory=dict)
    planes: int = 2


@define
class Attempt:
    """The outcome of a try: who refutes it, and what of it was not computed but taken as any value."""

    found: Found
    why: str = ""
    person: Person | None = None
    here: Row | None = None
    freed: tuple[list[tuple[Freed, Any]], ...] = ()
    """For each run (before and after something was raised) what was freed, and its value."""
    cause: tuple[Any, Any] | None = None
    bounded: frozenset[Target] = frozenset()
    probe: Probe | None = None


def attempt(
    schema: Schema,
    codes: Codebook,
    grids: Grids,
    question: Question,
    depth: Depth,
    settings: Settings,
) -> Attempt:
    """Return what the solver finds to the given depth.

    Raises:
        Beyond: the program has something that the solver does not know.

    """
    end = process_time() + settings.seconds
    rows = Rows(schema, Numbers(), codes, dict(settings.bounds), end)
    try:
        return _tried(rows, grids, question, depth, settings)
    except Late:
        return Attempt(Found.UNDECIDED, "timeout", bounded=frozenset(rows.bounded))


def _tried(
    rows: Rows, grids: Grids, question: Question, depth: Depth, settings: Settings
) -> Attempt:
    first = Encoder(rows, depth, grids)
    here = _here(first, question.record)
    second: Encoder | None = None
    if isinstance(question, Never):
        bad = first.holds(question.bad, At(here))
    else:
        second = Encoder(rows, depth, grids, first, question.changed)
        bad = _moves(first, second, here, question.claim, rows.schema)
    if bad is False:
        return Attempt(Found.NOBODY, bounded=frozenset(rows.bounded))
    rows.close()
    return _solved(
        rows, [first] if second is None else [first, second], here, bad, question, settings
    )


def _here(encoder: Encoder, record: str) -> Row:
    if encoder.schema.records[record].grouping is not None:
        return encoder.a_group(record)
    row = encoder.rows.make(record)
    encoder.rows.enter(row)
    return row


def _moves(first: Encoder, second: Encoder, here: Row, claim: c.Raising, schema: Schema) -> Bool:
    """Return whether the effect goes the way that the claim says it never does."""
    name = claim.cause.name
    target = (claim.record, name)
    if (item := schema.items.get(target)) is not None:
        low, high = (first.any_of(item, f"{name} {which}") for which in ("before", "after"))
    else:
        known_field = schema.fields[target]
        low, high = (first.rows.unknown(known_field, here) for _ in range(2))
    first.given[here.number, name], second.given[here.number, name] = low, high
    values = [quantity(encoder.evaluate(claim.effect, At(here))) for encoder in (first, second)]
    when = [encoder.holds(claim.when, At(here)) for encoder in (first, second)]
    numbers = first.numbers
    sign = c.Comparison.LESS if claim.lowers else c.Comparison.MORE
    wrong = compared(numbers, sign, values[1], values[0])
    there = [value.present for value in (*values, low, high)]
    raised = compared(numbers, c.Comparison.LESS, quantity(low), quantity(high))
    return conj([raised, *when, *there, wrong])


def _solved(
    rows: Rows,
    encoders: list[Encoder],
    here: Row,
    bad: Bool,
    question: Question,
    settings: Settings,
) -> Attempt:
    probe = Probe(rows, encoders, settings.seconds, settings.planes)
    found, why = probe.search(conj([here.here, bad]))
    tried = Attempt(found, why, bounded=frozenset(rows.bounded), probe=probe)
    if found is not Found.SOMEBODY:
        return tried
    decoder = probe.decoder()
    tried.here, tried.person = here, decoder.person()
    tried.person.populations = decoder.populations(encoders[0].known_populations())
    if isinstance(question, NeverMoves):
        tried.cause = _cause(question.claim, encoders, here, decoder, rows.schema)
    tried.freed = tuple(
        [
            (each, _told(each, decoder, rows.schema))
            for each in x.freed
            if decoder.holds(each.row.here)
        ]
        for x in encoders
    )
    return tried


def _cause(
    claim: c.Raising, encoders: list[Encoder], here: Row, decoder: Decoder, schema: Schema
) -> tuple[Any, Any]:
    target = (claim.record, claim.cause.name)
    item = schema.items.get(target)
    scale = stored_scale(item) if item is not None else schema.fields[target].scale
    one, other = (decoder.stored(x.given[here.number, claim.cause.name], scale) for x in encoders)
    return one, other


def _told(each: Freed, decoder: Decoder, schema: Schema) -> Any:  # noqa: ANN401 - a value
    """Return what something was taken to be: a fold as a number, an item as it is stored."""
    if each.expr is not None and isinstance(each.value, Quantity):
        if not decoder.holds(each.value.present):
            return None
        top, bottom = (decoder.number(x.term) for x in (each.value.top, each.value.bottom))
        return Fraction(top, bottom * 10**each.value.scale)
    if each.expr is not None:
        return decoder.stored(each.value, 0, each.expr.type.choice)
    item = schema.items[each.target]
    return decoder.stored(each.value, stored_scale(item), item.type.choice)
