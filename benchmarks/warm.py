"""One clinician at a time: a dictionary in, a dictionary of results out, all else done before.

What a call still does: values into steps, checked against their ranges; rows and the links between
them; the generated functions of the engine; results out of steps. It knows nothing of the work: the
records and fields are those of the program, lists of children are lists of dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from mipsdsl.arithmetic import steps_of_double
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.plan import requirements
from mipsdsl.engines.python import compile_python, load
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import Schema
from mipsdsl.engines.store import Row, Stored, Tabular

Given: TypeAlias = Mapping[str, Any]
Convert: TypeAlias = Callable[[Any], Stored]
Filler: TypeAlias = tuple[str, int, Convert]
"""The name of a field, its slot, and how a plain value becomes what is stored there."""


class BadValue(ValueError):
    """A value that its field cannot have."""


def converter(each: c.Field, choices: Mapping[str, c.Choice]) -> Convert:
    """Return the function from a plain value to the steps of ``each``."""
    if each.type.unit is Unit.CHOICE:
        return _among(each, frozenset(choices[each.type.choice].values))
    if each.type.unit not in QUANTITIES:
        return lambda value: value
    return _quantity(each)


def _among(each: c.Field, values: frozenset[str]) -> Convert:
    def convert(value: Any) -> Stored:
        if value not in values and not (value is None and each.type.optional):
            raise BadValue(f"{each.name}: {value!r} is none of its values")
        chosen: Stored = value
        return chosen

    return convert


def _quantity(each: c.Field) -> Convert:
    unit, scale, low, high, optional = (
        10**each.scale,
        each.scale,
        each.low,
        each.high,
        each.type.optional,
    )

    def convert(value: Any) -> Stored:
        if value is None and optional:
            return None
        # Dividing rounds correctly: when it gives the double back, these are its shortest digits.
        steps: int = round(value * unit)
        if steps / unit != value:
            steps, _ = steps_of_double(value, scale)
        if not low <= steps <= high:
            raise BadValue(f"{each.name}: {value!r} is out of its range")
        return steps

    return convert


class Scorer:
    """Scores rows of one record under a program, with the rows of other tables as they are."""

    def __init__(
        self,
        program: c.Program,
        record: str,
        outputs: Sequence[str],
        tables: Mapping[str, Tabular],
    ) -> None:
        """Compile what ``outputs`` of ``record`` need; ``tables`` are data that every call reads."""
        own = [record, *_children(program, record)]
        names = {r.name: tuple(f.name for f in r.fields) for r in program.records}
        empty = {name: _Empty(names[name], []) for name in own}
        store = link(program, {**tables, **empty})
        targets = [(record, name) for name in outputs]
        plan = requirements(program, names, targets, {})
        if plan.refused:
            raise ValueError(f"{plan.refused[0].target} cannot be computed")
        self._calls = [function for _, function in load(compile_python(program, plan)).calls]
        self._rows = [store.rows.get(each.name, []) for each in program.records]
        self._index = [store.index.get(each.name, {}) for each in program.records]
        places = {each.name: place for place, each in enumerate(program.records)}
        self._maker = _Maker.of(store.schema, record, places, self._rows, self._index)
        self._places = sorted({places[name] for name in own})
        layout = store.schema.layouts[record]
        self._outputs = [
            (name, layout.slots[name], 10 ** layout.scales[name] if name in layout.scales else 0)
            for name in outputs
        ]

    def __call__(self, given: Given) -> dict[str, Any]:
        """Return the outputs of one row: quantities as doubles, missing as ``None``.

        Raises:
            BadValue: a value that its field cannot have.
            KeyError: a field that is not there.

        """
        for place in self._places:
            self._rows[place].clear()
        row = self._maker.make(given)
        for function in self._calls:
            function(self._rows, self._index, [], [])
        found = {}
        for name, slot, unit in self._outputs:
            value = row[slot]
            found[name] = value / unit if unit and value is not None else value
        return found


@frozen
class _Empty:
    columns: tuple[str, ...]
    rows: list[list[Stored]]


def _children(program: c.Program, record: str) -> list[str]:
    relations = {each.name: each.relations for each in program.records}
    return [relation.record for relation in relations[record] if relation.owned]


@frozen
class _Maker:
    """Makes the rows of a record, and of its children below them."""

    blank: Row
    fillers: tuple[Filler, ...]
    links: tuple[tuple[int, tuple[int, ...], Mapping[Any, Row]], ...]
    lists: tuple[tuple[str, int, int, _Maker], ...]
    rows: list[Row]

    @classmethod
    def of(
        cls,
        schema: Schema,
        name: str,
        places: Mapping[str, int],
        rows: Sequence[list[Row]],
        index: Sequence[Mapping[Any, Row]],
        parent: str = "",
    ) -> _Maker:
        """Return the maker of the rows of ``name``; the slot of ``parent`` is filled by its maker."""
        record, layout = schema.records[name], schema.layouts[name]
        choices = {each.name: each for each in schema.program.choices}
        blank: Row = [None] * layout.width
        blank[0], blank[1] = 0, layout
        lists = []
        for each in record.relations:
            if each.owned:
                below = cls.of(schema, each.record, places, rows, index, name)
                up = next(
                    r.name for r in schema.records[each.record].references if r.record == name
                )
                back = schema.layouts[each.record].slots[up]
                lists.append((each.name, layout.slots[each.name], back, below))
        return cls(
            blank,
            tuple((f.name, layout.slots[f.name], converter(f, choices)) for f in record.fields),
            tuple(
                (
                    layout.slots[each.name],
                    tuple(layout.slots[by] for by in each.by),
                    index[places[each.record]],
                )
                for each in record.references
                if each.record != parent
            ),
            tuple(lists),
            rows[places[name]],
        )

    def make(self, given: Given) -> Row:
        """Return a new row of the record, its children made."""
        row = self.blank.copy()
        for name, slot, convert in self.fillers:
            row[slot] = convert(given[name])
        for slot, by, index in self.links:
            row[slot] = index.get(tuple([row[each] for each in by]))
        for name, slot, back, below in self.lists:
            children = [below.make(each) for each in given[name]]
            for child in children:
                child[back] = row
            row[slot] = tuple(children)
        row[0] = len(self.rows)
        self.rows.append(row)
        return row
