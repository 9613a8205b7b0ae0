"""A plan that is run again and again: what another value of the population moves, and no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from mipsdsl.core import nodes as c
from mipsdsl.engines.columns import ColumnStore
from mipsdsl.engines.native.compiled import Compiled
from mipsdsl.engines.native.module import Call, CallKind
from mipsdsl.engines.native.run import Run, threads_of
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.plan import Plan, Populations
from mipsdsl.engines.schema import Schema, Target
from mipsdsl.engines.store import Stored, grouping_of

_FEW = 100_000
"""Up to so many rows one thread is faster than several: they take turns more often than they work."""
_STORED = (SlotKind.VALUES, SlotKind.PRESENT, SlotKind.BEGIN, SlotKind.END, SlotKind.ROWS)


@frozen(eq=False)
class Unit:
    """Functions that are called together, and what they look at that may have another value.

    ``reads``: what other units compute of rows, ``populations`` and ``parts`` what is known once.
    ``makes``: what this one computes of rows for others. ``regroups``: it decides which rows there are.
    """

    calls: tuple[Call, ...]
    reads: tuple[Target, ...]
    populations: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    makes: tuple[Target, ...]
    regroups: bool


@define(eq=False)
class Again:
    """A plan over columns, for many settings of items of the population.

    A run calls what looks at something that has another value than when it was called last; where
    it comes to the same, those that look at it have nothing to do. ``rows``: over how many rows the
    last run called its functions.
    """

    units: tuple[Unit, ...]
    _run: Run
    _columns: ColumnStore
    rows: int = 0
    _keys: dict[int, tuple[object, ...]] = field(factory=dict)
    _versions: dict[Target, int] = field(factory=dict)
    _before: dict[Slot, NDArray[Any]] = field(factory=dict)
    _times: dict[int, int] = field(factory=dict)

    @classmethod
    def of(
        cls, program: c.Program, columns: ColumnStore, populations: Populations, plan: Plan,
        compiled: Compiled,
    ) -> Again:  # fmt: skip
        """Return ``plan`` over ``columns``; ``populations`` has a value for all that varies."""
        threads = threads_of(None) if sum(columns.sizes.values()) > _FEW else 1
        run = Run(program, columns, populations, plan, compiled, threads)
        return cls(units_of(columns.schema, compiled.module.calls), run, columns)

    def run(self, values: Mapping[str, Stored]) -> Mapping[str, Stored]:
        """Compute with ``values`` of what varies, and return the items of the population."""
        self._run.know(values)
        self.rows = 0
        groups: tuple[int, ...] = ()
        with self._run.pooled():
            for number, unit in enumerate(self.units):
                key = (groups, *self._key(unit))
                if self._keys.get(number) != key:
                    self._keys.pop(number, None)
                    for call in unit.calls:
                        self._run.call(call)
                        self.rows += self._columns.sizes.get(call.record, 0)
                    self._note(unit)
                    self._keys[number] = key
                    self._times[number] = self._times.get(number, 0) + 1
                if unit.regroups:
                    groups = (*groups, self._times[number])
        return dict(self._columns.populations)

    def show(self) -> None:
        """Put what was computed last into the columns."""
        self._run.show()

    def _key(self, unit: Unit) -> tuple[object, ...]:
        versions = (self._versions.get(each) for each in unit.reads)
        known = (self._run.population_or_none(name) for name in unit.populations)
        parts = (self._run.part(each) for each in unit.parts)
        return (*versions, *known, *parts)

    def _note(self, unit: Unit) -> None:
        """Give what has come to something else another version."""
        for target in unit.makes:
            if self._has_changed(target):
                self._versions[target] = self._versions.get(target, 0) + 1

    def _has_changed(self, target: Target) -> bool:
        changed = False
        for kind in _STORED:
            slot = Slot(kind, *target)
            now = self._run.array_or_none(slot)
            if now is None:
                continue
            before = self._before.get(slot)
            if before is None or not np.array_equal(before, now):
                self._before[slot] = now.copy()
                changed = True
        return changed


def units_of(schema: Schema, calls: Sequence[Call]) -> tuple[Unit, ...]:
    """Return the functions of a plan in units, in their order.

    Rows are chosen into room that is made anew each time, and groups are made of what joins them.
    """
    bundles: list[list[Call]] = [[]]
    for call in calls:
        bundles[-1].append(call)
        if call.kind not in (CallKind.ROOM, CallKind.JOINED):
            bundles.append([])
    looked_at = {
        (slot.record, slot.name)
        for each in bundles
        for call in each
        for slot in call.slots
        if slot.kind in _STORED and (slot.record, slot.name) not in _made(each)
    }
    looked_at |= {_by(schema, call.record) for call in calls if call.kind is CallKind.GROUPS}
    made = {target for each in bundles for target in _made(each)} & looked_at
    return tuple(_unit(schema, each, made) for each in bundles if each)


def _unit(schema: Schema, calls: Sequence[Call], made: Collection[Target]) -> Unit:
    slots = dict.fromkeys(slot for call in calls for slot in call.slots)
    own = _made(calls)
    reads = [(slot.record, slot.name) for slot in slots if slot.kind in _STORED]
    reads += [_by(schema, call.record) for call in calls if call.kind is CallKind.GROUPS]
    known = (SlotKind.POPULATION, SlotKind.IS_SET)
    return Unit(
        calls=tuple(calls),
        reads=tuple(dict.fromkeys(each for each in reads if each in made and each not in own)),
        populations=tuple(dict.fromkeys(slot.name for slot in slots if slot.kind in known)),
        parts=tuple((slot.name, slot.number) for slot in slots if slot.kind is SlotKind.PART),
        makes=tuple(each for each in own if each in made),
        regroups=any(call.kind is CallKind.GROUPS for call in calls),
    )


def _made(calls: Sequence[Call]) -> dict[Target, None]:
    """Return the items of rows that functions compute."""
    return {
        (call.record, name): None
        for call in calls
        if call.kind is CallKind.ROWS
        for name in call.names
    }


def _by(schema: Schema, record: str) -> Target:
    """Return the item by whose values the groups of ``record`` are made."""
    grouping = grouping_of(schema.records[record])
    return schema.lists[grouping.parent, grouping.list_name], grouping.by
