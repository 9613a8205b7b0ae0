"""What a world gives, held against what a test expects of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Type
from mipsdsl.diagnostics.model import nearest
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Population
from mipsdsl.engines.store import Row, Store, Stored
from mipsdsl.engines.trace import Trace
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.facts import Slot, denoted
from mipsdsl.testing.world import World

DEPTH = 6
"""How far below an outcome a reason is looked for that a test expects of it."""


class NoValue(Exception):
    """An example relies on a field that nobody gave a value."""

    def __init__(self, record: str, name: str) -> None:
        """Keep which."""
        super().__init__(f"{record}.{name}")
        self.record, self.name = record, name


class Strict(Interpreter):
    """An interpreter that refuses to read what nobody said."""

    def __init__(
        self, program: c.Program, store: Store, populations: dict[str, Stored | Population]
    ) -> None:
        """Evaluate ``program`` over ``store``."""
        super().__init__(program, store, populations)
        self._required = {
            (record.name, x.name)
            for record in program.records
            for x in record.fields
            if not x.type.optional
        }

    def value(self, row: Row, name: str) -> Stored:
        """Return a value; a required field without one is a mistake of the example."""
        value = super().value(row, name)
        if value is None and (row[1].record, name) in self._required:
            raise NoValue(row[1].record, name)
        return value


class Witness(Strict):
    """An interpreter that notes what it reached, and refuses to read what nobody said."""

    def __init__(
        self, program: c.Program, store: Store, populations: dict[str, Stored | Population],
        coverage: Coverage,
    ) -> None:  # fmt: skip
        """Evaluate ``program`` over ``store``, noting in ``coverage``."""
        super().__init__(program, store, populations)
        self._coverage = coverage

    def value(self, row: Row, name: str) -> Stored:
        """Return a value, noting that it was asked for."""
        value = super().value(row, name)
        self._coverage.items.add((row[1].record, name))
        return value

    def population(self, name: str) -> Stored:
        """Return a population item, noting that it was asked for."""
        self._coverage.items.add(("", name))
        return super().population(name)

    def note_cases(self, cases: c.Cases, matched: int | None, at: At) -> None:
        """Note the arm that decided and, of exceptions, all that hold."""
        self._coverage.reach(cases, matched)
        if cases.kind is c.CasesKind.EXCEPTIONS and matched is not None:
            for index in range(matched + 1, len(cases.arms)):
                if self._would_hold(cases.arms[index], at):
                    self._coverage.reach(cases, index)
        super().note_cases(cases, matched, at)

    def _would_hold(self, arm: c.Arm, at: At) -> bool:
        """Return whether ``arm`` holds; what nobody gave a value for is not needed, and holds not."""
        try:
            return self.holds(arm.condition, at)
        except (NoValue, ValueError):
            return False


@frozen(eq=False)
class Wanted:
    """What is expected of one row (of the population: of an empty one), ready to be compared."""

    slot: Slot
    row: Row
    value: Stored | Fraction
    tolerance: Fraction
    because: str

    def got(self, interpreter: Interpreter) -> object:
        """Return the value there is, a quantity as a fraction."""
        name = self.slot.name
        got = (
            interpreter.value(self.row, name) if self.slot.record else interpreter.population(name)
        )
        if self.slot.type.unit in QUANTITIES and isinstance(got, int):
            return Fraction(got, 10**self.slot.scale)
        return got

    def is_value(self, value: object) -> bool:
        """Return whether ``value`` is the one that is expected."""
        if isinstance(value, Fraction) and isinstance(self.value, Fraction):
            return abs(value - self.value) <= self.tolerance
        return value == self.value

    def reasons(self, interpreter: Interpreter) -> list[str]:
        """Return the reasons of the value, in order."""
        trace = interpreter.trace(self.slot.record, self.row, self.slot.name)
        return list(_reasons(trace, DEPTH))

    def is_met(self, interpreter: Interpreter) -> bool:
        """Return whether the value, and its reason if one is expected, are as expected."""
        try:
            good = self.is_value(self.got(interpreter))
            return good and (
                not self.because
                or any(self.because in reason for reason in self.reasons(interpreter))
            )
        except (NoValue, ValueError):
            return False


class Judge:
    """Compares what a world gives with what is expected of it."""

    def __init__(
        self, world: World, coverage: Coverage, *, compute: bool = False, rows_of: str = ""
    ) -> None:
        """Link the rows of ``world``; with ``compute``, population items come from them.

        Of ``rows_of``, one row is meant at a time, though it may live in a list.
        """
        self._world, self._shared, self._rows_of = world, world.setting, rows_of
        program = self._shared.program
        populations: dict[str, Stored | Population] = {}
        if compute:
            names = [x.name for x in program.items if not x.record]
            populations.update(dict.fromkeys(names, Population.COMPUTE))
        populations.update(world.populations)
        self.populations = populations
        self.witness = Witness(program, world.store(), populations, coverage)

    def expect(self, node: n.Expect) -> list[Wanted]:
        """Check one expectation, and return what it wants if it can be told.

        Reports: E0601 no such name, E0603 a field without a value, E0605 it does not hold.
        """
        wanted = self._wanted(node)
        report = self._world.report
        try:
            for each in wanted:
                self._judge(node, each)
        except NoValue as lack:
            report.error(
                "E0603", f"this relies on `{lack.record}.{lack.name}`, which has no value",
                node.span, help=f"give it here, or in `usual {lack.record}`",
            )  # fmt: skip
        except ValueError as refused:
            report.error("E0603", f"this cannot be computed here: {refused}", node.span)
        return wanted

    def _wanted(self, node: n.Expect) -> list[Wanted]:
        slot = self._slot(node.path)
        report = self._world.report
        if slot is None:
            return []
        value = denoted(node.value, slot, self._shared.program, report)
        tolerance = Fraction(0)
        if node.within is not None:
            allowed = denoted(node.within, slot, self._shared.program, report)
            tolerance = allowed if isinstance(allowed, Fraction) else tolerance
        if report.has_errors:
            return []
        rows = self._rows(slot, node)
        return [Wanted(slot, row, value, tolerance, node.because) for row in rows]

    def _slot(self, path: n.Path) -> Slot | None:
        names = [part.text for part in path.parts]
        report = self._world.report
        if len(names) == 1:
            record = self._world.owner(names[0])
        else:
            record = names[0]
        slot = None if record is None else self._shared.slots.get((record, names[-1]))
        if slot is None:
            near = nearest(names[-1], [name for _, name in self._shared.slots if " " not in name])
            report.error(
                "E0601", f"nothing is named `{path.text}`", path.span,
                help=f"`{near}` is near" if near else "",
            )  # fmt: skip
        return slot

    def _rows(self, slot: Slot, node: n.Expect) -> list[Row]:
        if not slot.record:
            return [[]]
        if self._is_group(slot.record):
            self.witness.groups(slot.record)
        rows = self.witness.store.rows[slot.record]
        told = len(self._world.rows.get(slot.record, ()))
        one = slot.record == self._rows_of or slot.record not in self._shared.owners
        if one and slot.record in self._world.current:
            return [rows[self._world.current[slot.record]]]
        if not rows:
            message = f"there is no {slot.record} in this example"
            self._world.report.error("E0603", message, node.span)
        return rows[:told] if told else rows

    def _is_group(self, record: str) -> bool:
        return any(r.name == record and r.grouping for r in self._shared.program.records)

    def _judge(self, node: n.Expect, wanted: Wanted) -> None:
        value, type_ = wanted.got(self.witness), wanted.slot.type
        report = self._world.report
        if not wanted.is_value(value):
            report.error(
                "E0605", f"`{node.path.text}` is {_shown(value, type_)}", node.span,
                f"{_shown(wanted.value, type_)} was expected",
            )  # fmt: skip
        elif node.because:
            reasons = wanted.reasons(self.witness)
            if not any(node.because in reason for reason in reasons):
                listed = "; ".join(f"“{r}”" for r in dict.fromkeys(reasons)) or "none"
                report.error(
                    "E0605", "the value is as expected, but for another reason", node.span,
                    help=f"the reasons are: {listed}",
                )  # fmt: skip


def _reasons(trace: Trace, depth: int) -> Iterator[str]:
    for match in trace.matches:
        for index in match.holding:
            if match.arms[index].because:
                yield match.arms[index].because
    if trace.item is not None:
        yield from trace.item.because
    if depth:
        for read in trace.reads:
            yield from _reasons(read, depth - 1)


def _shown(value: object, type_: Type) -> str:
    match value:
        case None:
            return "missing"
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return quantity_text(value, type_.unit)
        case _:
            return str(value)
