"""Claims on random legal records: refuted with a clinician, or not refuted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.core.types import GRID, QUANTITIES
from mipsdsl.diagnostics import Diagnostic, Label
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Population
from mipsdsl.engines.store import Row, Stored
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.source import Span
from mipsdsl.testing.random_world import Maker
from mipsdsl.testing.world import Values, linked

SHOWN = 12
"""How many values of a refuting clinician are shown."""


def refutations(
    program: c.Program, spans: Mapping[str, Span], trials: int
) -> Iterator[tuple[c.Claim, tuple[Diagnostic, ...]]]:
    """Give each claim with what refutes it on ``trials`` random worlds (nothing: not refuted).

    Reports: E0606.
    """
    found: dict[str, tuple[Diagnostic, ...]] = {}
    maker = Maker(program, program.year)
    for _ in range(trials if program.claims else 0):
        rows = maker.world()
        populations = _populations(program, maker)
        store = Interpreter(program, linked(program, rows), populations)
        for claim in program.claims:
            if claim.text in found:
                continue
            if isinstance(claim, c.Always):
                said = _always(claim, store, program)
            else:
                said = _raising(claim, rows, populations, maker, program)
            if said:
                found[claim.text] = (_finding(claim, spans[claim.text], said),)
    for claim in program.claims:
        yield claim, found.get(claim.text, ())


def _populations(program: c.Program, maker: Maker) -> dict[str, Stored | Population]:
    values: dict[str, Stored | Population] = {}
    for item in program.items:
        if not item.record and item.shape is not None:
            scale = GRID[item.type.unit]
            low, high = (int(x * 10**scale) for x in (item.shape.low, item.shape.high))
            values[item.name] = maker.steps(item.type.unit, low, high, scale)
    return values


def _always(claim: c.Always, engine: Interpreter, program: c.Program) -> str:
    engine.groups(claim.record)
    for row in engine.store.rows[claim.record]:
        if not engine.holds(claim.condition, At(row)):
            return _told(claim.condition, claim.record, row, engine, program)
    return ""


def _raising(
    claim: c.Raising, rows: dict[str, list[Values]], populations: dict[str, Stored | Population],
    maker: Maker, program: c.Program,
) -> str:  # fmt: skip
    if not rows[claim.record]:
        return ""
    name = claim.cause.name
    low, high = sorted(_two_values(claim, maker, program))
    worlds = []
    for value in (low, high):
        changed = {**rows, claim.record: [{**row, name: value} for row in rows[claim.record]]}
        worlds.append(Interpreter(program, linked(program, changed), populations))
    before, after = worlds
    both = zip(before.store.rows[claim.record], after.store.rows[claim.record], strict=False)
    for one, other in both:
        if not (before.holds(claim.when, At(one)) and after.holds(claim.when, At(other))):
            continue
        first, second = (
            before.evaluate(claim.effect, At(one)),
            after.evaluate(claim.effect, At(other)),
        )
        if not isinstance(first, Fraction) or not isinstance(second, Fraction):
            continue
        if (second < first) if claim.lowers else (second > first):
            unit = claim.effect.type.unit
            scale = _scale(claim, program)
            causes = [
                quantity_text(Fraction(x, 10**scale), claim.cause.type.unit) for x in (low, high)
            ]
            effects = [quantity_text(x, unit) for x in (first, second)]
            told = _told(claim.effect, claim.record, other, after, program)
            return (
                f"{name} from {causes[0]} to {causes[1]} moves the other from "
                f"{effects[0]} to {effects[1]}: {told}"
            )
    return ""


def _two_values(claim: c.Raising, maker: Maker, program: c.Program) -> tuple[int, int]:
    scale, shape = _scale(claim, program), claim.cause.shape
    assert shape is not None
    low, high = (int(x * 10**scale) for x in (shape.low, shape.high))
    unit = claim.cause.type.unit
    return maker.steps(unit, low, high, scale), maker.steps(unit, low, high, scale)


def _scale(claim: c.Raising, program: c.Program) -> int:
    record = next(r for r in program.records if r.name == claim.record)
    for field in record.fields:
        if field.name == claim.cause.name:
            return field.scale
    return GRID[claim.cause.type.unit]


def _told(expr: c.Expr, record: str, row: Row, engine: Interpreter, program: c.Program) -> str:
    """Return the values of ``row`` that ``expr`` looks at, and what they are made of."""
    schema = schema_of(program.records, program.items)
    items = {(item.record, item.name): item for item in program.items}
    fields = {(r.name, f.name): f for r in program.records for f in r.fields}
    told: dict[str, str] = {}
    waiting = [expr]
    while waiting and len(told) < SHOWN:
        for read in dependencies(waiting.pop(0), record, schema):
            key = (record, read.name)
            if not read.same_row or read.name in told or " " in read.name:
                continue
            if key in items and items[key].kind is not c.ItemKind.SELECTION:
                waiting.append(items[key].expr)
                unit, scale = items[key].type.unit, GRID.get(items[key].type.unit, 0)
            elif key in fields:
                unit, scale = fields[key].type.unit, fields[key].scale
            else:
                continue
            value = engine.value(row, read.name)
            if value is None:
                told[read.name] = "missing"
            elif unit in QUANTITIES and isinstance(value, int):
                told[read.name] = quantity_text(Fraction(value, 10**scale), unit)
            elif isinstance(value, bool):
                told[read.name] = "yes" if value else "no"
            else:
                told[read.name] = str(value)
    return ", ".join(f"{name} {value}" for name, value in list(told.items())[:SHOWN])


def _finding(claim: c.Claim, span: Span, told: str) -> Diagnostic:
    return Diagnostic(
        "E0606", f"this does not always hold: {claim.text}", (Label(span, f"not for: {told}"),)
    )
