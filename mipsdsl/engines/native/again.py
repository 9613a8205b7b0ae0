"""A plan that is run again and again: what another value of the population moves, and no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.engines.columns import ColumnStore
from mipsdsl.engines.native.compiled import Compiled
from mipsdsl.engines.native.module import Call, CallKind
from mipsdsl.engines.native.run import Run, threads_of
from mipsdsl.engines.native.slots import SlotKind
from mipsdsl.engines.plan import Plan, Populations
from mipsdsl.engines.store import Stored

Names: TypeAlias = frozenset[str]

_NOTHING: Names = frozenset()


@define(eq=False)
class Again:
    """A plan over columns, for many settings of ``varied`` items of the population.

    A run calls the functions that an item moves which has another value than when they were called
    last. Settings that differ in what moves little are cheap one after the other.
    """

    calls: Sequence[tuple[Call, Names]]
    _run: Run
    _columns: ColumnStore
    _last: dict[int, tuple[Stored, ...]] = field(factory=dict)

    @classmethod
    def of(
        cls, program: c.Program, columns: ColumnStore, populations: Populations, plan: Plan,
        compiled: Compiled, varied: Collection[str],
    ) -> Again:  # fmt: skip
        """Return ``plan`` over ``columns``; ``populations`` has a value for each of ``varied``."""
        run = Run(program, columns, populations, plan, compiled, threads_of(None))
        calls = compiled.module.calls
        return cls(list(zip(calls, moved_by(calls, frozenset(varied)), strict=True)), run, columns)

    def run(self, values: Mapping[str, Stored]) -> Mapping[str, Stored]:
        """Compute with ``values`` of what varies, and return the items of the population."""
        self._run.know(values)
        with self._run.pooled():
            for number, (call, moving) in enumerate(self.calls):
                now = tuple(values[name] for name in sorted(moving))
                if self._last.get(number) != now:
                    self._last.pop(number, None)
                    self._run.call(call)
                    self._last[number] = now
        return dict(self._columns.populations)

    def show(self) -> None:
        """Put what was computed last into the columns."""
        self._run.show()

    def cost(self, name: str) -> int:
        """Return how many rows are computed again when ``name`` has another value."""
        sizes = self._columns.sizes
        return sum(sizes.get(call.record, 0) for call, moving in self.calls if name in moving)


def moved_by(calls: Sequence[Call], varied: Names) -> list[Names]:
    """Return, for each call, which of ``varied`` what it computes may depend on."""
    made: dict[tuple[str, str], Names] = {}
    found: list[Names] = []
    grouped = _NOTHING
    for call in calls:
        own = grouped
        for slot in call.slots:
            if slot.kind in (SlotKind.POPULATION, SlotKind.IS_SET) and slot.name in varied:
                own |= {slot.name}
            own |= made.get((slot.record, slot.name), _NOTHING)
        if call.kind is CallKind.GROUPS:
            # Which rows there are is another matter for all that follows.
            grouped = own = grouped.union(*made.values())
        for name in call.names:
            made[call.record, name] = made.get((call.record, name), _NOTHING) | own
        for total in call.totals:
            made["", total.name] = own
        found.append(own)
    return _with_their_room(calls, found)


def _with_their_room(calls: Sequence[Call], found: list[Names]) -> list[Names]:
    """Return ``found``; rows are chosen into room that is made anew each time."""
    rooms = {
        (call.record, call.names[0]): number
        for number, call in enumerate(calls)
        if call.kind is CallKind.ROOM
    }
    for number, call in enumerate(calls):
        own = [rooms[call.record, name] for name in call.selections]
        whole = found[number].union(*(found[place] for place in own))
        for place in (number, *own):
            found[place] = whole
    return found
