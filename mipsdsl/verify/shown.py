"""Somebody whom the examples of a policy tell of: found without a solver, and known to its author."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Values, linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.schema import Target
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.engines.store import Stored
from mipsdsl.verify.chance import holds_for_some
from mipsdsl.verify.plain import Plain
from mipsdsl.verify.random_world import Maker, populations_of


@frozen
class Told:
    """The rows of an example, with what it says of the population."""

    name: str
    rows: Mapping[str, Sequence[Values]]
    populations: Mapping[str, Stored]


Examples: TypeAlias = Callable[[], Iterable[Told]]
"""Gives the examples of a policy, in the order of its text."""


def shown(
    program: c.Program, wanted: Mapping[int, Never], examples: Iterable[Told]
) -> dict[int, str]:
    """Return of those of the ``wanted`` whose ``bad`` holds in some example which that is.

    What an example leaves unsaid is as plain as it can be. Those that give no results come first; of
    others it is said which are given.
    """
    open_ones, found, plain = dict(wanted), {}, Plain(program)
    population = populations_of(program, Maker(program, program.year))
    items = {(item.record, item.name) for item in program.items}
    for told in sorted(examples, key=lambda each: bool(_given(each, items))):
        if not open_ones:
            break
        store = linked(program, plain.whole(told.rows, numbered=True))
        engine = Interpreter(program, store, {**population, **told.populations})
        here = [number for number, each in open_ones.items() if holds_for_some(engine, each)]
        said = ", ".join(_given(told, items))
        for number in here:
            found[number] = f"the example “{told.name}”" + (f", given {said}" if said else "")
            del open_ones[number]
    return found


def _given(told: Told, items: set[Target]) -> list[str]:
    """Return the results that an example gives as data."""
    return sorted({
        name for record, rows in told.rows.items() for row in rows for name in row
        if (record, name) in items
    })  # fmt: skip
