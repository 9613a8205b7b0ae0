"""What is said of a row in a sentence: the values that an expression looks at, and their causes."""

from __future__ import annotations

from fractions import Fraction

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.core.types import GRID, QUANTITIES
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.store import Row
from mipsdsl.semantics.cells import quantity_text

SHOWN = 12
"""How many values of a refuting clinician are shown."""


def told(expr: c.Expr, record: str, row: Row, engine: Interpreter, program: c.Program) -> str:
    """Return the values of ``row`` that ``expr`` looks at, and what they are made of."""
    schema = schema_of(program.records, program.items)
    items = {(item.record, item.name): item for item in program.items}
    fields = {(r.name, f.name): f for r in program.records for f in r.fields}
    said: dict[str, str] = {}
    waiting = [expr]
    while waiting and len(said) < SHOWN:
        for read in dependencies(waiting.pop(0), record, schema):
            key = (record, read.name)
            if not read.same_row or read.name in said or " " in read.name:
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
                said[read.name] = "missing"
            elif unit in QUANTITIES and isinstance(value, int):
                said[read.name] = quantity_text(Fraction(value, 10**scale), unit)
            elif isinstance(value, bool):
                said[read.name] = "yes" if value else "no"
            else:
                said[read.name] = str(value)
    return ", ".join(f"{name} {value}" for name, value in list(said.items())[:SHOWN])
