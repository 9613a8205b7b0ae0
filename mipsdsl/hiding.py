"""Rows and traces as they may leave the program: keys behind masks, small cells withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import define, evolve, field

from mipsdsl.core.types import QUANTITIES
from mipsdsl.data.privacy import WITHHELD, Privacy, is_small
from mipsdsl.data.suppress import SmallCells
from mipsdsl.engines.schema import LAYOUT
from mipsdsl.engines.store import UNSET, Row, Store, Stored
from mipsdsl.engines.trace import Trace


def hide(store: Store, privacy: Privacy) -> None:
    """Put what may be shown in the place of what may not, in all rows of a run that is over.

    A quantity that is withheld is a text after this. The rows are no data for a run any more: what
    is found by its key is not found.
    """
    for record, rows in store.rows.items():
        slots = store.schema.layouts[record].slots
        if privacy.small is not None and not store.schema.records[record].is_reference:
            for row in rows:
                for name, text in withheld(row, privacy.small).items():
                    if row[slots[name]] not in (None, UNSET):
                        row[slots[name]] = text
        if privacy.mask is None:
            continue
        names = [name for name in slots if privacy.mask.hides(record, name)]
        for row in rows:
            for name in names:
                value = row[slots[name]]
                if value is not None and value is not UNSET:
                    row[slots[name]] = privacy.mask.text(value)


def withheld(row: Row, small: SmallCells) -> dict[str, str]:
    """Return what stands for the fields and items of ``row`` that may not be shown."""
    slots = row[LAYOUT].slots
    found: dict[str, str] = {}
    for name, others in small.together(row[LAYOUT].record).items():
        if _is_small(row[slots[name]], small):
            for other in others:
                found.setdefault(other, WITHHELD)
            found[name] = small.text
    return found


def _is_small(value: object, small: SmallCells) -> bool:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return is_count and is_small(abs(int(value)), small.least)  # type: ignore[call-overload]  # as above


@define
class Shown:
    """Traces as they may be shown; what they share they share after this too."""

    store: Store
    privacy: Privacy
    _known: dict[int, Trace] = field(factory=dict)
    _kept: list[Trace] = field(factory=list)
    _withheld: dict[tuple[str, int], Mapping[str, str]] = field(factory=dict)

    def traces(self, traces: Iterable[Trace]) -> list[Trace]:
        """Return ``traces`` without what may not be shown."""
        return [self.trace(each) for each in traces]

    def trace(self, trace: Trace) -> Trace:
        """Return a trace, and all that it read, without what may not be shown."""
        if (known := self._known.get(id(trace))) is None:
            known = self._known[id(trace)] = evolve(
                trace,
                key=self.key(trace.record, trace.key),
                value=self._value(trace),
                reads=tuple(map(self.trace, trace.reads)),
            )
            self._kept.append(trace)  # so that no other trace gets its identity
        return known

    def key(self, record: str, key: tuple[Stored, ...]) -> tuple[Stored, ...]:
        """Return the key of a row."""
        mask = self.privacy.mask
        return key if mask is None else mask.key(record, key)

    def _value(self, trace: Trace) -> Stored:
        small, mask = self.privacy.small, self.privacy.mask
        value = trace.value
        if small is not None and trace.record and trace.type.unit in QUANTITIES:
            value = self._of_row(trace, small).get(trace.name, value)
            if any(trace.name in small.together(trace.record)[each] for each in _few(trace, small)):
                value = WITHHELD
            if trace.name in small.together(trace.record):
                if _adds_few(trace, small):
                    value = WITHHELD
                if _is_small(trace.value, small):
                    value = small.text
        return value if mask is None else mask.value(trace.record, trace.name, value)

    def _of_row(self, trace: Trace, small: SmallCells) -> Mapping[str, str]:
        at = (trace.record, trace.number)
        if at not in self._withheld:
            self._withheld[at] = withheld(self.store.rows[trace.record][trace.number], small)
        return self._withheld[at]


def _adds_few(trace: Trace, small: SmallCells) -> bool:
    """Return whether a count was made of small ones of other rows: less the others it tells them."""
    return any(
        (read.record, read.name) in small.counts
        and (read.record, read.number) != (trace.record, trace.number)
        and _is_small(read.value, small)
        for read in trace.reads
    )


def _few(trace: Trace, small: SmallCells) -> Iterator[str]:
    """Yield the small counts of its own row that a value was made of."""
    counts = small.together(trace.record)
    for read in trace.reads:
        of_row = (read.record, read.number) == (trace.record, trace.number)
        if of_row and read.name in counts and _is_small(read.value, small):
            yield read.name
