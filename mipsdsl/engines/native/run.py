"""The native engine: plans run as machine code over columns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread
from typing import Any

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.columns import Column, ColumnStore, Listed, choice_values
from mipsdsl.engines.native.compiled import Compiled, compile_native
from mipsdsl.engines.native.groups import make_groups
from mipsdsl.engines.native.memory import Facts
from mipsdsl.engines.native.module import OUT_OF_RANGE, Call, CallKind, targets_of
from mipsdsl.engines.native.slots import Slot, SlotKind
from mipsdsl.engines.native.tables import OutOfRange, Tables, limbs
from mipsdsl.engines.plan import Plan, Population, Populations, population_value
from mipsdsl.engines.store import Stored, grouping_of

_CHUNK = 1 << 14
"""Rows that a thread takes at a time."""

_MANY = 200_000
"""Rows of a run from which better code is worth its making."""

Array = NDArray[Any]


class NativeEngine:
    """Runs plans as machine code; the same bits as the interpreter, whatever the threads."""

    def __init__(self, program: c.Program, columns: ColumnStore, populations: Populations) -> None:
        """Run ``program`` over ``columns``, which receive what is computed."""
        self.program = program
        self.columns = columns
        self._populations = populations

    def run(self, plan: Plan, compiled: Compiled | None = None, threads: int | None = None) -> None:
        """Compute what ``plan`` says; the values are then in the columns.

        ``compiled`` spares compiling the plan again. ``threads``: as many as there are processors.

        Raises:
            OutOfRange: a value is not within the range that the program says.
            ZeroDivisionError: a divisor that was said never to be 0 is.

        """
        self._settle(plan)
        compiled = compiled or compile_native(self.program, plan)
        run = Run(
            self.program, self.columns, self._populations, plan, compiled, threads_of(threads)
        )
        with _improving(compiled, self.columns):
            run.run()

    def _settle(self, plan: Plan) -> None:
        """See that the plan fits the columns, as ``settle`` does for rows."""
        needed = targets_of(plan)
        for target, lacking in self.columns.lacking.items():
            if target in plan.outputs and target not in needed and lacking.any():
                raise ValueError(
                    f"the plan takes {'.'.join(target)} as given, and some rows lack it"
                )


def threads_of(asked: int | None) -> int:
    """Return how many threads work: as many as there are processors."""
    return asked or os.cpu_count() or 1


@contextmanager
def _improving(compiled: Compiled, columns: ColumnStore) -> Iterator[None]:
    """Make the code better while it runs on many rows, those functions first that have most."""
    if compiled.is_thorough or sum(columns.sizes.values()) < _MANY:
        yield
        return
    stop, sizes = Event(), columns.sizes
    calls = sorted(compiled.module.calls, key=lambda call: -sizes.get(call.record, 0))
    thread = Thread(target=compiled.improve, args=(stop, calls), name="improve")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class Run:
    """A run of a plan over columns."""

    def __init__(
        self, program: c.Program, columns: ColumnStore, populations: Populations, plan: Plan,
        compiled: Compiled, threads: int,
    ) -> None:  # fmt: skip
        """Take everything that the functions of ``compiled`` need."""
        self._columns = columns
        self._plan = plan
        self._compiled = compiled
        self._count = threads
        self._facts = Facts(columns.schema, plan.partial, frozenset())
        self._joined: dict[str, Array] = {}
        self._items = {item.name: item for item in program.items if not item.record}
        values: dict[str, Stored] = {}
        for item in self._items.values():
            said = population_value(item, populations)
            values[item.name] = None if isinstance(said, Population) else said
            self._check_range(item, values[item.name])
        targets = frozenset(targets_of(plan))
        self._tables = Tables(columns, targets, plan.partial, compiled.module.bits, values)
        self._room_of: dict[tuple[str, str], Array] = {}
        self._checked: set[tuple[str, str]] = set()

    def _check_range(self, item: c.Item, value: Stored) -> None:
        """See that a value that is set is within the range that the code was made for."""
        if item.type.unit not in QUANTITIES or item.shape is None or not isinstance(value, int):
            return
        _, low, high = self._facts.limits(("", item.name))
        if not low <= value <= high:
            raise OutOfRange(f"{item.name} is set to what is beyond its range")

    def run(self) -> None:
        """Run the functions in turn."""
        with self.pooled():
            for call in self._compiled.module.calls:
                self.call(call)
        self.show()

    @contextmanager
    def pooled(self) -> Iterator[None]:
        """Have threads."""
        with ThreadPoolExecutor(self._count) as pool:
            self._pool = pool
            yield

    def know(self, populations: Mapping[str, Stored]) -> None:
        """Take population items as computed."""
        self._tables.populations.update(populations)
        self._columns.populations.update(populations)

    def population(self, name: str) -> Stored:
        """Return a population item that was computed."""
        return self._tables.populations[name]

    def population_or_none(self, name: str) -> Stored:
        """Return a population item as it is known now."""
        return self._tables.populations.get(name)

    def part(self, part: tuple[str, int]) -> int | None:
        """Return a limb of what was added up last."""
        return self._tables.parts.get(part)

    def array_or_none(self, slot: Slot) -> Array | None:
        """Return what functions have stored, or have found, in a slot."""
        return self._tables.arrays.get(slot)

    def call(self, call: Call) -> None:
        """Run one function."""
        match call.kind:
            case CallKind.ROWS:
                self._rows(call)
            case CallKind.ROOM:
                self._room(call)
            case CallKind.PASS:
                self.merge(call, self.gathered(call))
            case CallKind.FINISH:
                self._finish(call)
            case CallKind.JOINED:
                joined = self._columns.rooms.zeros(self._size(call.record), np.bool_)
                self._spread(call, self._size(call.record), lambda _: joined)
                self._joined[call.names[0]] = joined
            case CallKind.GROUPS:
                self._groups(call.record)

    def _size(self, record: str) -> int:
        return self._columns.sizes.get(record, 0)

    def _chunk(self, size: int) -> int:
        """Return how many rows a thread takes at a time."""
        return min(_CHUNK, max(1, -(-size // self._count)))

    # --- running a function ---

    def _spread(
        self, call: Call, size: int, scratch: Callable[[int], Array], most: int = 0
    ) -> None:
        """Run a function over ``size`` rows on all threads; ``scratch`` is the memory of each."""
        self._check_lists(call)
        table = self._tables.table(call.slots)
        functions, name = self._compiled.functions, call.function
        turns = count()
        chunk = self._chunk(size)

        def work(number: int) -> int:
            report, own = np.zeros(1, np.int64), scratch(number)
            while (first := next(turns) * chunk) < size:
                last = min(size, first + chunk)
                functions[name](
                    table.ctypes.data, first, last, report.ctypes.data, own.ctypes.data, most
                )
            return int(report[0])

        workers = min(self._count, -(-size // chunk))
        if workers <= 1:
            reports = [work(0)]
        else:
            reports = list(self._pool.map(work, range(workers)))
        self._heed(call, max(reports))

    def _heed(self, call: Call, report: int) -> None:
        if report == 1:
            raise ZeroDivisionError(
                f"a divisor of {call.record or 'the population'} that was said never to be 0 is"
            )
        if report >= OUT_OF_RANGE:
            target = list(self._columns.schema.items)[report - OUT_OF_RANGE]
            raise OutOfRange(f"{'.'.join(filter(None, target))} is beyond its range in some row")

    def _check_lists(self, call: Call) -> None:
        """See that no list is longer than the code takes it to be."""
        for slot in call.slots:
            target = (slot.record, slot.name)
            if slot.kind is not SlotKind.BEGIN or target in self._checked:
                continue
            self._checked.add(target)
            found = self._columns.lists.get(target)
            if found is not None and len(found.starts) > 1:
                most = self._facts.at_most(*target)
                if int(np.diff(found.starts).max()) > most:
                    raise OutOfRange(f"a list {'.'.join(target)} has more than {most} rows")

    def _rows(self, call: Call) -> None:
        size = self._size(call.record)
        most = 1
        for name in call.selections:
            room = self._room_of[call.record, name]
            most = max(most, int(room.max()) if room.size else 0)
        self._spread(call, size, lambda _: np.empty(call.scratch * most // 8 + 8, np.int64), most)

    # --- selections ---

    def _room(self, call: Call) -> None:
        """Make room for what each row may choose."""
        record, name = call.record, call.names[0]
        rooms, size = self._columns.rooms, self._size(record)
        room, begins = rooms.zeros(size, np.int64), rooms.zeros(size, np.int64)
        self._spread(call, size, lambda _: room)
        self._room_of[record, name] = room
        np.cumsum(room[:-1], out=begins[1:])
        arrays = self._tables.arrays
        arrays[Slot(SlotKind.BEGIN, record, name)] = begins
        arrays[Slot(SlotKind.END, record, name)] = rooms.copy(begins)
        arrays[Slot(SlotKind.ROWS, record, name)] = rooms.zeros(int(room.sum()), np.int32)

    # --- the population ---

    def gathered(self, call: Call) -> list[list[list[int]]]:
        """Return, for each total of a pass, what each chunk of rows adds up to."""
        widths = [width for total in call.totals for width in total.widths]
        parts = self._parts(call, self._size(call.record), sum(widths) // 64)
        at, found = 0, []
        for total in call.totals:
            limbs_of_total = sum(total.widths) // 64
            found.append([_numbers(part[at : at + limbs_of_total], total.widths) for part in parts])
            at += limbs_of_total
        return found

    def merge(self, call: Call, gathered: list[list[list[int]]]) -> None:
        """Put the parts of each total together, as whole numbers."""
        for total, own in zip(call.totals, gathered, strict=True):
            joined = _together(total.kind, own)
            for number, limb in limbs(dict(enumerate(joined)), total.widths).items():
                self._tables.parts[total.name, number] = limb

    def _parts(self, call: Call, size: int, width: int) -> list[Array]:
        """Return what each chunk of rows adds up to."""
        self._check_lists(call)
        table = self._tables.table(call.slots)
        function = self._compiled.functions[call.function]
        chunk = self._chunk(size)
        firsts = range(0, max(1, size), chunk)
        parts = [np.zeros(width, np.int64) for _ in firsts]
        reports = [np.zeros(1, np.int64) for _ in firsts]

        def work(number: int) -> None:
            first = number * chunk
            function(
                table.ctypes.data, first, min(size, first + chunk), reports[number].ctypes.data,
                parts[number].ctypes.data, 0,
            )  # fmt: skip

        list(self._pool.map(work, range(len(parts))))
        self._heed(call, max(int(report[0]) for report in reports))
        return parts

    def _finish(self, call: Call) -> None:
        found = np.zeros(2, np.int64)
        self._spread(call, 1, lambda _: found)
        item = self._items[call.names[0]]
        value = self._decoded(item, int(found[0])) if found[1] else None
        self._tables.populations[item.name] = value
        self._columns.populations[item.name] = value

    def _decoded(self, item: c.Item, held: int) -> Stored:
        match item.type.unit:
            case Unit.YESNO:
                return bool(held)
            case Unit.TEXT:
                return self._columns.texts.sorted[held]
            case Unit.CHOICE:
                return choice_values(self._columns.schema, item.type)[held]
            case _:
                return held

    # --- groups ---

    def _groups(self, record: str) -> None:
        schema = self._columns.schema
        grouping = grouping_of(schema.records[record])
        child = schema.lists[grouping.parent, grouping.list_name]
        joined = self._joined.get(record, np.zeros(self._size(child), np.bool_))
        make_groups(self._columns, record, joined, self._column((child, grouping.by)))
        for slot in list(self._tables.arrays):
            if slot.record == record:
                del self._tables.arrays[slot]

    def _column(self, target: tuple[str, str]) -> Column:
        """Return a column as it is now."""
        values = self._tables.array(Slot(SlotKind.VALUES, *target))
        present = None
        type_ = self._facts.type_of(target)
        if type_.optional or Slot(SlotKind.PRESENT, *target) in self._tables.arrays:
            present = self._tables.array(Slot(SlotKind.PRESENT, *target))
        return Column(values, present)

    # --- results ---

    def show(self) -> None:
        """Put what was computed into the columns."""
        arrays, schema = self._tables.arrays, self._columns.schema
        shown = {*self._plan.outputs, *self._plan.partial}
        for target in shown & targets_of(self._plan):
            if isinstance(schema.items[target].expr, c.Select):
                self._columns.columns[target] = self._listed(target)
                continue
            found = Column(self._tables.array(Slot(SlotKind.VALUES, *target)))
            present = arrays.get(Slot(SlotKind.PRESENT, *target))
            if present is not None and not present.all():
                found = evolve(found, present=present)
            self._columns.columns[target] = found

    def _listed(self, target: tuple[str, str]) -> Listed:
        """Return what was chosen, without the room that was left."""
        begins, ends, rows = (
            self._tables.arrays[Slot(kind, *target)]
            for kind in (SlotKind.BEGIN, SlotKind.END, SlotKind.ROWS)
        )
        counts = ends - begins
        starts = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=starts[1:])
        places = np.arange(int(starts[-1])) + np.repeat(begins - starts[:-1], counts)
        return Listed(starts, rows[places])


def _numbers(part: Array, widths: tuple[int, ...]) -> list[int]:
    """Return the whole numbers in memory, lowest limb first."""
    found, at = [], 0
    for width in widths:
        length = width // 64
        found.append(int.from_bytes(part[at : at + length].tobytes(), "little", signed=True))
        at += length
    return found


def _together(kind: c.FoldKind, parts: list[list[int]]) -> list[int]:
    """Return what the parts of a fold are together."""
    match kind:
        case c.FoldKind.ANY:
            return [max(part[0] for part in parts)]
        case c.FoldKind.ALL:
            return [min(part[0] for part in parts)]
        case c.FoldKind.HIGHEST | c.FoldKind.LOWEST:
            some = [part for part in parts if part[1]]
            choose = max if kind is c.FoldKind.HIGHEST else min
            return choose(some, key=lambda part: part[0]) if some else parts[0]
        case _:
            return [sum(numbers) for numbers in zip(*parts, strict=True)]
