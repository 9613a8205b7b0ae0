"""What the solver found, as data: a few rows of each record, legal for any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import z3
from attrs import define, field

from mipsdsl.arithmetic import rescale
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.schema import stored_scale
from mipsdsl.engines.solver.logic import Bool
from mipsdsl.engines.solver.rows import Row, Rows
from mipsdsl.engines.solver.values import Code, Flag, Quantity, Starts, Value
from mipsdsl.engines.store import Key, Stored


@define
class Person:
    """Rows by record, and which of them each row of the solver became, by its key."""

    tables: dict[str, list[Values]] = field(factory=dict)
    keys: dict[int, Key] = field(factory=dict)
    populations: dict[str, Stored] = field(factory=dict)


class Decoder:
    """Reads values out of a model."""

    def __init__(self, model: Any, rows: Rows) -> None:  # noqa: ANN401 - a model of Z3
        """Read ``model``, of constraints on ``rows``."""
        self._model = model
        self._rows = rows
        self._defaults: dict[tuple[int, str], Stored] = {}

    def holds(self, test: Bool) -> bool:
        """Return whether ``test`` holds in the model."""
        if isinstance(test, bool):
            return test
        return bool(z3.is_true(self._model.eval(test, model_completion=True)))

    def number(self, term: Any) -> int:  # noqa: ANN401 - a term of Z3
        """Return a number of the model."""
        if isinstance(term, int):
            return term
        found: int = self._model.eval(term, model_completion=True).as_long()
        return found

    def stored(self, value: Value, scale: int, choice: str = "") -> Stored:
        """Return a value as it is stored in ``scale`` places; a ratio is landed."""
        from mipsdsl.arithmetic import land

        if not self.holds(value.present):
            return None
        match value:
            case Flag():
                return self.holds(value.holds)
            case Code():
                return self._rows.codes.text(self.number(value.number.term), choice)
            case Starts():
                count = self.number(value.count.term)
                return tuple(self.number(x.term) for x in value.items[:count])
            case Quantity():
                top, bottom = self.number(value.top.term), self.number(value.bottom.term)
                return land(top, bottom * 10**value.scale, scale)

    # --- rows ---

    def person(self) -> Person:
        """Return the rows that there are in the model, and those that they cannot be without."""
        person = Person()
        schema = self._rows.schema
        for row in self._rows.made:
            if not self.holds(row.here):
                continue
            values = {
                each.name: self.field(row, each) for each in schema.records[row.record].fields
            }
            key = tuple(values[name] for name in schema.records[row.record].key)
            person.keys[row.number] = key
            if row.group is None and not self.holds(row.created):
                _add(person.tables, schema.records[row.record], values, row.fields)
        while self._complete(person.tables):
            pass
        return person

    def field(self, row: Row, each: c.Field) -> Stored:
        """Return a field of a row: what nobody looked at is as plain as it can be."""
        if each.name in row.fields:
            return self.stored(row.fields[each.name], each.scale, each.type.choice)
        if each.name in row.aliases:
            other, theirs = row.aliases[each.name]
            source = self._rows.schema.fields[other.record, theirs]
            found = self.field(other, source)
            if each.type.unit in QUANTITIES and isinstance(found, int):
                return rescale(found, source.scale, each.scale)
            return found
        if row.group is not None:
            parent = row.group[0]
            return self.field(parent, self._rows.schema.fields[parent.record, each.name])
        at = (row.number, each.name)
        if at not in self._defaults:
            is_key = each.name in self._rows.schema.records[row.record].key
            self._defaults[at] = self.plain(each, f"{each.name}-{row.number}", required=is_key)
        return self._defaults[at]

    def plain(self, each: c.Field, text: str, *, required: bool) -> Stored:
        """Return the plainest legal value of a field."""
        if each.type.optional and not required:
            return None
        match each.type.unit:
            case Unit.YESNO:
                return False
            case Unit.CHOICE:
                choices = self._rows.schema.program.choices
                return next(x.values[0] for x in choices if x.name == each.type.choice)
            case Unit.TEXT:
                return text
            case Unit.SET:
                return ()
            case _:
                return () if each.many else min(each.high, max(each.low, 0))

    def _complete(self, tables: dict[str, list[Values]]) -> bool:
        """Add a row that a required reference leads to and that is not there; whether any was."""
        schema = self._rows.schema
        for record in [*tables]:
            for reference in schema.records[record].references:
                target = schema.records[reference.record]
                if reference.optional or schema.records[record].grouping is not None:
                    continue
                there = {tuple(v[k] for k in target.key) for v in tables.get(reference.record, ())}
                for values in list(tables[record]):
                    key = tuple(values[name] for name in reference.by)
                    if None not in key and key not in there:
                        made = {
                            f.name: self.plain(f, f"{f.name}-{len(there)}", required=False)
                            for f in target.fields
                        }
                        made.update(zip(target.key, key, strict=True))
                        tables.setdefault(reference.record, []).append(made)
                        return True
        return False

    def populations(self, values: Mapping[str, Value]) -> dict[str, Stored]:
        """Return the population items: those that were read, and some value of the others."""
        found: dict[str, Stored] = {}
        for item in self._rows.schema.program.items:
            if item.record:
                continue
            scale = stored_scale(item)
            if item.name in values:
                found[item.name] = self.stored(values[item.name], scale, item.type.choice)
            elif item.shape is not None:
                low, high = (int(x * 10**scale) for x in (item.shape.low, item.shape.high))
                found[item.name] = min(high, max(low, 0))
        return found


def _add(
    tables: dict[str, list[Values]], record: c.Record, values: Values, looked_at: Iterable[str]
) -> None:
    """Add a row, once for each key; of two that are one row each knows what was looked at in it."""
    rows = tables.setdefault(record.name, [])
    key = [values[name] for name in record.key]
    for other in rows:
        if [other[name] for name in record.key] == key:
            other.update({name: values[name] for name in looked_at})
            return
    rows.append(values)
