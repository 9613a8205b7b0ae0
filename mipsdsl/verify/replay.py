"""What the solver found, looked at by the interpreter: nothing is shown that it does not confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.frames import Values, linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.solver.attempt import Attempt, Never, NeverMoves, Question
from mipsdsl.engines.solver.encode import Freed
from mipsdsl.engines.solver.person import Person
from mipsdsl.engines.solver.rows import Row as Unknown
from mipsdsl.engines.store import Row, Stored


@frozen
class Replay:
    """The interpreter on what the solver found: once, or before and after something was raised."""

    engines: tuple[Interpreter, ...]
    rows: tuple[Row, ...]
    refutes: bool


def replay(
    program: c.Program, question: Question, tried: Attempt, *, giving: bool = False
) -> Replay | None:
    """Return what the interpreter makes of it; nothing when the row is not there.

    ``giving``: items that the solver did not compute are given as data the values that it took.
    """
    person, here = tried.person, tried.here
    assert person is not None
    assert here is not None
    worlds: list[Mapping[str, Sequence[Values]]] = [person.tables]
    if giving:
        worlds = [_with_given(program, tried, person)]
    if isinstance(question, NeverMoves):
        assert tried.cause is not None
        worlds = [
            _with_cause(program, person, here, question.claim, value) for value in tried.cause
        ]
    engines = [Interpreter(program, linked(program, x), person.populations) for x in worlds]
    rows = [found_row(engine, here, person) for engine in engines]
    if any(row is None for row in rows):
        return None
    at = [At(row) for row in rows if row is not None]
    if isinstance(question, Never):
        refutes = engines[0].holds(question.bad, at[0])
    else:
        refutes = _moves(question.claim, engines, at)
    return Replay(tuple(engines), tuple(x.here for x in at), refutes)


def _with_given(program: c.Program, tried: Attempt, person: Person) -> dict[str, list[Values]]:
    keys = {record.name: record.key for record in program.records}
    tables = {name: [dict(row) for row in rows] for name, rows in person.tables.items()}
    for freed, value in tried.freed[0]:
        if freed.expr is None and freed.row.group is None:
            for row in tables.get(freed.row.record, ()):
                key = tuple(row[name] for name in keys[freed.row.record])
                if key == person.keys.get(freed.row.number):
                    row[freed.target[1]] = value
    return tables


def _with_cause(
    program: c.Program, person: Person, here: Unknown, claim: c.Raising, value: Stored
) -> dict[str, list[Values]]:
    key = person.keys[here.number]
    names = next(r.key for r in program.records if r.name == here.record)
    tables = {name: [dict(row) for row in rows] for name, rows in person.tables.items()}
    for row in tables.get(claim.record, ()):
        if tuple(row[name] for name in names) == key:
            row[claim.cause.name] = value
    return tables


def _moves(claim: c.Raising, engines: Sequence[Interpreter], at: Sequence[At]) -> bool:
    pairs = list(zip(engines, at, strict=True))
    if not all(engine.holds(claim.when, one) for engine, one in pairs):
        return False
    first, second = (engine.evaluate(claim.effect, one) for engine, one in pairs)
    if not isinstance(first, Fraction) or not isinstance(second, Fraction):
        return False
    return second < first if claim.lowers else second > first


def found_row(engine: Interpreter, row: Unknown, person: Person) -> Row | None:
    """Return the row that a row of the solver became."""
    if row.group is not None:
        engine.groups(row.record)
    key = person.keys.get(row.number)
    rows = engine.store.rows.get(row.record, [])
    return next((each for each in rows if engine.store.key(each) == key), None)


def differs(again: Replay, tried: Attempt) -> list[tuple[Freed, Any, bool]]:
    """Return what the solver took to be another value than the interpreter computes, and that.

    The last part says whether there is such a value at all: of a row that is not there there is none.
    """
    found: list[tuple[Freed, Any, bool]] = []
    assert tried.person is not None
    for engine, all_freed in zip(again.engines, tried.freed, strict=True):
        for freed, value in all_freed:
            row = found_row(engine, freed.row, tried.person)
            elements = [found_row(engine, x, tried.person) for x in freed.elements]
            if row is None or any(x is None for x in elements):
                found.append((freed, None, False))
                continue
            if freed.expr is None:
                real: Any = engine.value(row, freed.target[1])
            else:
                real = engine.evaluate(freed.expr, At(row, tuple(x for x in elements if x)))
            if real != value or isinstance(real, bool) != isinstance(value, bool):
                found.append((freed, real, True))
    return found
