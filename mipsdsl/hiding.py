"""Rows and traces as they may leave the program: keys behind masks, small cells withheld."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attrs import define, evolve, field, frozen

from mipsdsl.core.types import QUANTITIES
from mipsdsl.data.privacy import WITHHELD, Privacy, is_small
from mipsdsl.data.suppress import SmallCells
from mipsdsl.data.tables import Value
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.schema import LAYOUT
from mipsdsl.engines.store import Row, Store, Stored
from mipsdsl.engines.trace import Origin, Trace

# --- results -------------------------------------------------------------------------------------


def guards(plan: Plan, available: Mapping[str, Collection[str]], privacy: Privacy) -> Plan:
    """Return ``plan`` with the counts among its outputs that say whether others may be shown.

    ``available`` has the columns of each record that has a table. The counts themselves stay inside.
    """
    if privacy.small is None:
        return plan
    asked: dict[str, set[str]] = {}
    for record, name in plan.outputs:
        if record:
            asked.setdefault(record, set()).add(name)
    there = {(step.record, name) for step in plan.steps for name in step.items}
    there |= {(record, name) for record in asked for name in available.get(record, ())}
    found = tuple(
        (record, count)
        for record, names in asked.items()
        for count, others in privacy.small.together(record).items()
        if (record, count) in there and count not in names and names & set(others)
    )
    return evolve(plan, outputs=(*plan.outputs, *found), guards=found)


@frozen
class Cover:
    """Which columns of results a small count takes with it.

    ``own``: the places of the counts. ``others``: for each place that a count gives away, the
    places of such counts.
    """

    small: SmallCells
    own: tuple[int, ...]
    others: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, small: SmallCells, record: str, names: Sequence[str]) -> Cover:
        """Return it for columns ``names`` of a record."""
        together = small.together(record)
        own = tuple(place for place, name in enumerate(names) if name in together)
        others = {
            place: tuple(count for count in own if name in together[names[count]])
            for place, name in enumerate(names)
        }
        return cls(small, own, {place: counts for place, counts in others.items() if counts})

    def row(self, row: Sequence[Value]) -> Sequence[Value]:
        """Return a row as it may be shown; what is missing stays so."""
        few = {place for place in self.own if _is_small(row[place], self.small)}
        if not few:
            return row
        shown = list(row)
        for place, counts in self.others.items():
            if row[place] is not None and not few.isdisjoint(counts):
                shown[place] = WITHHELD
        for place in few:
            shown[place] = self.small.text
        return shown


def released(
    record: str,
    names: Sequence[str],
    rows: Iterable[Sequence[Value]],
    guarding: Collection[str],
    privacy: Privacy,
) -> list[list[Value]]:
    """Return rows of results as they may leave, without the columns ``guarding`` others.

    Shapes: ``rows`` (n, k) of the k columns ``names``.
    """
    if privacy.small is not None:
        rows = map(Cover.of(privacy.small, record, names).row, rows)
    mask = privacy.mask
    hides = [mask is not None and mask.hides(record, name) for name in names]
    kept = [place for place, name in enumerate(names) if name not in guarding]
    return [
        [
            mask.text(row[place])
            if mask is not None and hides[place] and row[place] is not None
            else row[place]
            for place in kept
        ]
        for row in rows
    ]


def of_nation(values: Mapping[str, Stored], privacy: Privacy) -> dict[str, str]:
    """Return what stands for the items of the population, computed here, that may not be shown."""
    if privacy.small is None:
        return {}
    names = list(values)
    row = Cover.of(privacy.small, "", names).row([_held(values[name]) for name in names])
    return {
        name: str(shown)
        for name, shown in zip(names, row, strict=True)
        if isinstance(shown, str) and shown != values[name]
    }


def _held(value: Stored) -> Value:
    return value


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


# --- traces --------------------------------------------------------------------------------------


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
        if small is not None and not trace.record and trace.origin is Origin.COMPUTED:
            value = of_nation({trace.name: value}, self.privacy).get(trace.name, value)
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
