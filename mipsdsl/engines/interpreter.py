"""The interpreter: the core evaluated as it is written, with a trace. It is the meaning."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.engines.evaluate import At, Evaluator
from mipsdsl.engines.plan import Plan, Population, Populations, population_value
from mipsdsl.engines.schema import LAYOUT, NUMBER, stored_scale
from mipsdsl.engines.settle import settle
from mipsdsl.engines.store import Row, Store, Stored, grouping_of
from mipsdsl.engines.trace import Match, Origin, Trace

_DEEP = 20_000
"""Python frames that a chain of rules, each read by the next, may need."""

sys.setrecursionlimit(max(_DEEP, sys.getrecursionlimit()))


@define
class _Scribe:
    """What is noted while one item is computed, in order, each once."""

    reads: dict[tuple[str, int, str], Row] = field(factory=dict)
    parameters: dict[str, c.Parameter] = field(factory=dict)
    matches: list[Match] = field(factory=list)


class Interpreter(Evaluator):
    """Computes values when they are asked for, and each once.

    ``populations`` says which population items are set or computed, see ``Populations``.
    """

    def __init__(self, program: c.Program, store: Store, populations: Populations) -> None:
        """Evaluate ``program`` over the rows of ``store``."""
        super().__init__(store)
        self.program = program
        self._populations = populations
        self._values: dict[tuple[str, int, str], Stored] = {}
        self._population_values: dict[str, Stored] = {}
        self._scribe: _Scribe | None = None
        self._traces: dict[tuple[str, int, str], Trace] = {}

    def run(self, plan: Plan) -> None:
        """Compute what ``plan`` says; the values are then in the slots of the rows."""
        settle(self.store, plan)
        for step in plan.steps:
            if not step.record:
                for name in step.items:
                    self.store.populations[name] = self.population(name)
            elif not step.items:
                self.groups(step.record)
            else:
                self._run_step(step)

    def _run_step(self, step: c.Step) -> None:
        slots = self.store.schema.layouts[step.record].slots
        for row in self.store.rows[step.record]:
            for name in step.items:
                row[slots[name]] = self.value(row, name)

    def value(self, row: Row, name: str) -> Stored:
        """Return the field or item ``name`` of ``row`` as it is stored."""
        record = row[LAYOUT].record
        item = self.item(record, name)
        if item is None or self.store.is_given(row, name):
            held: Stored = row[row[LAYOUT].slots[name]]
            return held
        at = (record, row[NUMBER], name)
        if at not in self._values:
            self._values[at] = self._computed(item, At(row), f"row {row[NUMBER] + 1}")
        return self._values[at]

    def item(self, record: str, name: str) -> c.Item | None:
        """Return the item of this name, nothing for a field."""
        return self.store.schema.items.get((record, name))

    def _computed(self, item: c.Item, at: At, where: str) -> Stored:
        outer, self._scribe = self._scribe, None
        try:
            return self.stored(item.expr, at, stored_scale(item))
        except (TypeError, ZeroDivisionError) as error:
            error.add_note(f"while computing {item.record}.{item.name} of {where}")
            raise
        finally:
            self._scribe = outer

    def computed(self, row: Row) -> dict[str, Stored]:
        """Return the items of ``row`` that were computed so far, but for selections."""
        record, number = row[LAYOUT].record, row[NUMBER]
        return {
            name: value
            for (of, at, name), value in self._values.items()
            if of == record and at == number and not isinstance(value, tuple)
        }

    # --- what the evaluation asks ---

    def read(self, row: Row, name: str) -> Stored:
        """Return ``value`` and note that it was read."""
        if self._scribe is not None:
            self._scribe.reads.setdefault((row[LAYOUT].record, row[NUMBER], name), row)
        return self.value(row, name)

    def population(self, name: str) -> Stored:
        """Return the population item ``name``: set, published or computed.

        Raises:
            ValueError: it is none of these; a plan refuses the outputs that need it.

        """
        if self._scribe is not None:
            self._scribe.reads.setdefault(("", 0, name), [])
        if name not in self._population_values:
            item = self.item("", name)
            if item is None:
                raise KeyError(name)
            value = population_value(item, self._populations)
            if value is Population.COMPUTE:
                value = self._computed(item, At([]), "the population")
            elif value is None:
                raise ValueError(f"{name} is neither set nor published nor to be computed")
            self._population_values[name] = value
        return self._population_values[name]

    def groups(self, record: str) -> None:
        """Make the groups of ``record`` once, when they are first needed."""
        definition = self.store.schema.records[record]
        if definition.grouping is None or record in self.store.grouped:
            return
        outer, self._scribe = self._scribe, None
        self.store.make_groups(record, *self._grouping(record))
        self._scribe = outer

    def regroup(self, record: str, parents: Sequence[Row]) -> None:
        """Make the groups of ``record`` below these parents anew, beside those that there are."""
        self.store.regroup(record, parents, *self._grouping(record))

    def _grouping(self, record: str) -> tuple[Callable[[Row], Stored], Callable[[Row], bool]]:
        grouping = grouping_of(self.store.schema.records[record])
        joined = grouping.joined
        return (
            lambda row: self.value(row, grouping.by),
            lambda row: joined is not None and self.holds(joined, At(row)),
        )

    def note_parameter(self, parameter: c.Parameter) -> None:
        """Note that ``parameter`` was used."""
        if self._scribe is not None:
            self._scribe.parameters[parameter.name] = parameter

    def note_cases(self, cases: c.Cases, matched: int | None, at: At) -> None:
        """Note which arm decided and, of exceptions, all that hold."""
        if self._scribe is None:
            return
        holding: tuple[int, ...] = () if matched is None else (matched,)
        if cases.kind is c.CasesKind.EXCEPTIONS and matched is not None:
            rest = enumerate(cases.arms[matched + 1 :], matched + 1)
            holding += tuple(i for i, arm in rest if self.holds(arm.condition, at))
        self._scribe.matches.append(Match(cases.kind, matched, holding, cases.arms))

    # --- traces ---

    def trace(self, record: str, row: Row, name: str) -> Trace:
        """Return the value of ``name`` in ``row`` with all that led to it."""
        at = (record, row[NUMBER] if record else 0, name)
        if (known := self._traces.get(at)) is None:
            known = self._trace_population(name) if not record else self._trace(row, name)
            self._traces[at] = known
        return known

    def _trace(self, row: Row, name: str) -> Trace:
        value, layout = self.value(row, name), row[LAYOUT]
        item = self.item(layout.record, name)
        origin, scribe = self._origin(row, name), _Scribe()
        if item is not None and origin is Origin.COMPUTED:
            scribe = self._scribed(item, At(row))
        type_ = item.type if item else self.store.schema.fields[layout.record, name].type
        return Trace(
            record=layout.record,
            number=row[NUMBER],
            key=self.store.key(row),
            name=name,
            type=type_,
            scale=layout.scales.get(name),
            value=self._shown(value),
            origin=origin,
            item=item,
            is_created=self.store.is_created(row),
            matches=tuple(scribe.matches),
            reads=self._reads(scribe),
            parameters=tuple(scribe.parameters.values()),
        )

    def _trace_population(self, name: str) -> Trace:
        item = self.store.schema.items["", name]
        value, said = self.population(name), population_value(item, self._populations)
        origin = Origin.SET if name in self._populations else Origin.PUBLISHED
        return Trace(
            record="",
            number=0,
            key=(),
            name=name,
            type=item.type,
            scale=self.store.schema.population_scales.get(name),
            value=value,
            origin=Origin.COMPUTED if said is Population.COMPUTE else origin,
            item=item,
        )

    def _scribed(self, item: c.Item, at: At) -> _Scribe:
        outer, scribe = self._scribe, _Scribe()
        self._scribe = scribe
        try:
            self.evaluate(item.expr, at)
        finally:
            self._scribe = outer
        return scribe

    def _reads(self, scribe: _Scribe) -> tuple[Trace, ...]:
        return tuple(self.trace(at[0], row, at[2]) for at, row in scribe.reads.items())

    def _origin(self, row: Row, name: str) -> Origin:
        target = (row[LAYOUT].record, name)
        if target not in self.store.schema.items:
            return Origin.FIELD
        return Origin.GIVEN if self.store.is_given(row, name) else Origin.COMPUTED

    def _shown(self, value: Stored) -> Stored:
        """Return a selection as the keys of its rows, anything else as it is."""
        if isinstance(value, tuple) and value and isinstance(value[0], list):
            return tuple(self.store.key(row) for row in value)
        return value
