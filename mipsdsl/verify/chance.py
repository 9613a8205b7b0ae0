"""Somebody found by chance: cheap where any of many will do, and somebody of whom nothing is given."""

from __future__ import annotations

from collections.abc import Mapping

from mipsdsl.core import nodes as c
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.frames import linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.verify.random_world import Maker, populations_of

WORLDS = 40
"""So many worlds are made for each seed; most cases that apply to anybody do so in the first ten."""

ROWS = 6
"""So many rows of a record are looked at in each world."""


def somebody(program: c.Program, wanted: Mapping[int, Never], seed: int) -> list[int]:
    """Return those of the ``wanted`` whose ``bad`` holds for a row of some random world."""
    maker, open_ones, found = Maker(program, seed), dict(wanted), []
    for _ in range(WORLDS):
        engine = Interpreter(
            program, linked(program, maker.world()), populations_of(program, maker)
        )
        here = [number for number, each in open_ones.items() if holds_for_some(engine, each)]
        found += here
        for number in here:
            del open_ones[number]
        if not open_ones:
            break
    return found


def holds_for_some(engine: Interpreter, question: Never) -> bool:
    """Return whether the ``bad`` of a question holds for one of the first rows of its record."""
    try:
        engine.groups(question.record)
        rows = engine.store.rows.get(question.record, [])[:ROWS]
        return any(engine.holds(question.bad, At(row)) for row in rows)
    except (TypeError, ZeroDivisionError):
        # With another value of a parameter a rule may make no sense.
        return False
