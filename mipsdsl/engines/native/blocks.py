"""A plan over blocks of rows that do not depend on each other: memory for one block at a time.

What the population adds up to is added up over all blocks first, a sweep for each round of items
that others rest on; then the blocks are computed with it. The sums are whole numbers, so the bits
are those of one run over all rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.engines.columns import ColumnStore
from mipsdsl.engines.native.compiled import Compiled
from mipsdsl.engines.native.module import Call, CallKind
from mipsdsl.engines.native.run import Run
from mipsdsl.engines.native.slots import SlotKind
from mipsdsl.engines.plan import Plan, Populations
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Stored

Blocks: TypeAlias = Callable[[], Iterable[ColumnStore]]
"""Gives all blocks, from the first, each time it is called."""

_OF_POPULATION = (SlotKind.POPULATION, SlotKind.IS_SET)


@define
class BlockEngine:
    """Runs a plan over blocks; ``populations`` then has the population items of the run.

    ``cut`` are the records that are cut; all rows of others are in every block.
    """

    program: c.Program
    plan: Plan
    compiled: Compiled
    said: Populations
    cut: frozenset[str]
    threads: int | None = None
    populations: dict[str, Stored] = field(factory=dict, init=False)

    def can_run(self) -> bool:
        """Return whether sweeps find all that is of the whole population."""
        found: set[str] = set()
        items = {item.name: item for item in self.program.items if not item.record}
        wanted = {call.names[0] for call in self._calls() if call.kind is CallKind.FINISH}
        if any(items[name].type.unit is Unit.TEXT for name in wanted):
            return False
        while found < wanted:
            calls = [self._calls()[number] for number in self._runnable(found)]
            new = {call.names[0] for call in calls if call.kind is CallKind.FINISH}
            if new <= found:
                return False
            found |= new
        return True

    def run(self, blocks: Blocks) -> Iterator[ColumnStore]:
        """Yield each block with what the plan computes in it.

        Raises:
            OutOfRange: a value is not within the range that the program says.
            ZeroDivisionError: a divisor that was said never to be 0 is.

        """
        finishing = [call for call in self._calls() if call.kind is CallKind.FINISH]
        while any(call.names[0] not in self.populations for call in finishing):
            self._sweep(blocks)
        for columns in blocks():
            run = self._run(columns)
            with run.pooled():
                for call in self._calls():
                    if call.kind not in (CallKind.PASS, CallKind.FINISH):
                        run.call(call)
            run.show()
            yield columns

    def _calls(self) -> tuple[Call, ...]:
        return self.compiled.module.calls

    def _run(self, columns: ColumnStore) -> Run:
        run = Run(
            self.program, columns, self.said, self.plan, self.compiled,
            self.threads or os.cpu_count() or 1,
        )  # fmt: skip
        run.know(self.populations)
        return run

    def _sweep(self, blocks: Blocks) -> None:
        """Learn the population items that rest on known ones alone."""
        runnable = self._runnable(self.populations)
        gathered: dict[int, list[list[list[list[int]]]]] = {}
        last = None
        for columns in blocks():
            last = self._run(columns)
            with last.pooled():
                for number in runnable:
                    call = self._calls()[number]
                    if call.kind is CallKind.PASS:
                        if call.record in self.cut or number not in gathered:
                            gathered.setdefault(number, []).append(last.gathered(call))
                    elif call.kind is not CallKind.FINISH:
                        last.call(call)
        if last is None:
            raise ValueError("there is no block of rows")
        with last.pooled():
            for number in runnable:
                call = self._calls()[number]
                if call.kind is CallKind.PASS:
                    last.merge(call, _joined(gathered[number]))
                elif call.kind is CallKind.FINISH and call.names[0] not in self.populations:
                    last.call(call)
                    self.populations[call.names[0]] = last.population(call.names[0])

    def _runnable(self, known: Collection[str]) -> list[int]:
        """Return the calls, by number, that read nothing which is still unknown.

        An item that is finished in this sweep is unknown to the rows of this sweep, but known to
        the items that are finished after it.
        """
        later: set[str] = {
            call.names[0]
            for call in self._calls()
            if call.kind is CallKind.FINISH and call.names[0] not in known
        }
        finished: set[str] = set()
        unknown: set[Target] = set()
        groups: set[str] = set()
        totals: set[str] = set()
        found = []
        for number, call in enumerate(self._calls()):
            reads = {slot.name for slot in call.slots if slot.kind in _OF_POPULATION}
            values = {(slot.record, slot.name) for slot in call.slots}
            if call.kind is CallKind.FINISH:
                parts = {slot.name for slot in call.slots if slot.kind is SlotKind.PART}
                if not (reads & (later - finished)) and parts <= totals:
                    found.append(number)
                    finished.add(call.names[0])
                continue
            is_open = bool(reads & later) or bool(values & unknown)
            is_open = is_open or call.record in groups or any(r in groups for r, _ in values)
            if call.kind is CallKind.PASS and not is_open:
                totals |= {total.name for total in call.totals}
            if is_open:
                unknown |= {(call.record, name) for name in call.names}
                if call.kind in (CallKind.GROUPS, CallKind.JOINED):
                    groups.add(call.record if call.kind is CallKind.GROUPS else call.names[0])
                continue
            found.append(number)
        return found


def _joined(gathered: list[list[list[list[int]]]]) -> list[list[list[int]]]:
    """Return, for each total, what all parts of all blocks add up to."""
    return [
        [part for block in gathered for part in block[place]] for place in range(len(gathered[0]))
    ]
