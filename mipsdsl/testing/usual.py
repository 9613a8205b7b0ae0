"""What the rules say of the usual clinician: the first example of whoever writes tests."""

from __future__ import annotations

from fractions import Fraction

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.diagnostics import Report
from mipsdsl.engines.store import Stored
from mipsdsl.pipeline import Analysis
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.judge import NoValue, Witness
from mipsdsl.testing.world import World, setting


def usual_outcome(analysis: Analysis) -> tuple[str, str] | None:
    """Return a result of the usual row of a record and its value, as an example expects them.

    The last result that can be computed is taken; nothing when there is none.
    """
    program = analysis.program
    assert program is not None, "only a policy that compiles has outcomes"
    report = Report()
    usuals = [test for test in analysis.symbols.tests if isinstance(test, n.Usual)]
    world = World.usual(setting(program, usuals, report), report)
    if report.has_errors:
        return None
    witness = Witness(program, world.store(), dict(world.populations), Coverage.of(program))
    for record, names in program.results:
        if not world.rows.get(record):
            continue
        for name in reversed(names):
            item = next(x for x in program.items if (x.record, x.name) == (record, name))
            text = _told(witness, item)
            if text is not None and world.owner(name) == record:
                return name, text
    return None


def _told(witness: Witness, item: c.Item) -> str | None:
    try:
        value = witness.value(witness.store.rows[item.record][0], item.name)
    except (NoValue, ValueError):
        return None
    return _text(value, item.type, witness.store.schema.layouts[item.record].scales.get(item.name))


def _text(value: Stored, type_: Type, scale: int | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and type_.unit in QUANTITIES:
        text = quantity_text(Fraction(value, 10 ** (scale or 0)), type_.unit)
        return f"{text} points" if type_.unit is Unit.POINTS and "points" not in text else text
    return str(value) if type_.unit is Unit.CHOICE and value is not None else None
