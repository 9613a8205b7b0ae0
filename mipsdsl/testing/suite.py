"""Run the examples and claims of a policy, and note what they reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from fractions import Fraction

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Type
from mipsdsl.diagnostics import Diagnostic, Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Population
from mipsdsl.engines.store import Row, Store, Stored
from mipsdsl.engines.trace import Trace
from mipsdsl.pipeline import Analysis
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.claims import refutations
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.facts import Slot, denoted
from mipsdsl.testing.world import Setting, World, setting

TRIALS = 100
"""How many random worlds a claim is tried on unless it is said otherwise."""


@frozen
class Outcome:
    """One example, row of examples, or claim: its name, place, and what was wrong."""

    name: str
    span: Span
    findings: tuple[Diagnostic, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.findings


@define
class Suite:
    """All outcomes, mistakes in the tests themselves, and what the tests reached."""

    outcomes: list[Outcome] = field(factory=list)
    mistakes: tuple[Diagnostic, ...] = ()
    coverage: Coverage = field(factory=Coverage)

    @property
    def passed(self) -> bool:
        """Whether every test passed and none is mistaken."""
        return not self.mistakes and all(outcome.passed for outcome in self.outcomes)


class NoValue(Exception):
    """An example relies on a field that nobody gave a value."""

    def __init__(self, record: str, name: str) -> None:
        """Keep which."""
        super().__init__(f"{record}.{name}")
        self.record, self.name = record, name


class Witness(Interpreter):
    """An interpreter that notes what it reached, and refuses to read what nobody said."""

    def __init__(
        self, program: c.Program, store: Store, populations: dict[str, Stored | Population],
        coverage: Coverage,
    ) -> None:  # fmt: skip
        """Evaluate ``program`` over ``store``, noting in ``coverage``."""
        super().__init__(program, store, populations)
        self._coverage = coverage
        self._required = {
            (record.name, x.name)
            for record in program.records
            for x in record.fields
            if not x.type.optional
        }

    def value(self, row: Row, name: str) -> Stored:
        """Return a value; a required field without one is a mistake of the example."""
        value = super().value(row, name)
        record = row[1].record
        if value is None and (record, name) in self._required:
            raise NoValue(record, name)
        self._coverage.items.add((record, name))
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


def run_tests(analysis: Analysis, *, trials: int = TRIALS, claims: bool = True) -> Suite:
    """Return the outcome of every example and claim of a policy that compiles.

    Reports: E0601 to E0606 as findings of the suite and of its outcomes.
    """
    assert analysis.program is not None, "only a policy that compiles can be tested"
    program = analysis.program
    suite = Suite(coverage=Coverage.of(program))
    report = Report()
    usuals = [x for x in analysis.symbols.tests if isinstance(x, n.Usual)]
    shared = setting(program, usuals, report)
    suite.mistakes = tuple(report)
    for test in analysis.symbols.tests:
        match test:
            case n.Example():
                suite.outcomes.append(_example(test, shared, suite.coverage))
            case n.Examples():
                suite.outcomes.extend(_examples(test, shared, suite.coverage))
            case n.PopulationExample():
                suite.outcomes.append(_population_example(test, shared, suite.coverage))
            case n.Usual():
                pass
    if claims:
        spans = {claim.text: claim.span for claim in analysis.symbols.claims}
        for claim, findings in refutations(program, spans, trials):
            suite.outcomes.append(Outcome(claim.text, spans[claim.text], findings))
    return suite


# --- examples ------------------------------------------------------------------------------------


def _example(node: n.Example, shared: Setting, coverage: Coverage) -> Outcome:
    report = Report()
    world = World.usual(shared, report)
    judge: Judge | None = None
    for step in node.steps:
        if isinstance(step, n.Given):
            world = _copied(world) if step.then else world
            world.tell(step)
            judge = None
        elif not report.has_errors:
            judge = judge or Judge(world, coverage)
            judge.expect(step)
    return Outcome(node.text, node.span, tuple(report))


def _copied(world: World) -> World:
    return World(
        world.setting, world.report, deepcopy(world.rows), dict(world.populations),
        dict(world.current), world.focus,
    )  # fmt: skip


def _examples(node: n.Examples, shared: Setting, coverage: Coverage) -> Iterator[Outcome]:
    for number, row in enumerate(node.rows, 1):
        report = Report()
        world = World.usual(shared, report)
        for assign in _assigns(node.header.conditions, row.conditions, report):
            world.assign(assign)
        expects = _expects(node.header.conclusions, row.conclusions, node.within, report)
        if not report.has_errors:
            judge = Judge(world, coverage)
            for expect in expects:
                judge.expect(expect)
        yield Outcome(f"{node.text}, row {number}", row.span, tuple(report))


def _population_example(node: n.PopulationExample, shared: Setting, coverage: Coverage) -> Outcome:
    report = Report()
    world = World.usual(shared, report)
    record = _record_of_rows(node, shared, report)
    world.rows[record] = []
    expects: list[tuple[int, n.Expect]] = []
    for number, row in enumerate(node.rows):
        world.add(record)
        world.focus = record
        for assign in _assigns(node.header.conditions, row.conditions, report):
            world.assign(assign)
        found = _expects(node.header.conclusions, row.conclusions, node.within, report)
        expects.extend((number, expect) for expect in found)
    if not report.has_errors:
        judge = Judge(world, coverage, compute=True, rows_of=record)
        for number, expect in expects:
            world.current[record] = number
            judge.expect(expect)
        world.focus = ""
        for expect in node.expects:
            judge.expect(expect)
    return Outcome(node.text, node.span, tuple(report))


def _record_of_rows(node: n.PopulationExample, shared: Setting, report: Report) -> str:
    """Return the first record that has all the columns: a row of the example is a row of it.

    Reports: E0604 a column of another record.
    """
    cells = (*node.header.conditions, *node.header.conclusions)
    paths = [path for cell in cells if (path := _path(cell, Report())) is not None]
    records = [
        record.name
        for record in shared.program.records
        if not record.is_reference and record.grouping is None
    ]
    having = [{r for r in records if _has_column(r, path, shared)} for path in paths]
    fitting = [r for r in records if all(r in known for known in having if known)]
    if fitting:
        return fitting[0]
    first = next(r for r in records if r in next(known for known in having if known))
    for path, known in zip(paths, having, strict=True):
        if known and first not in known:
            report.error(
                "E0604", f"`{path.text}` is not of the {first} that a row of this example is",
                path.span, f"this is of {', '.join(sorted(known))}",
                help=f"give it in `usual {min(known)}`; the columns are those of one record",
            )  # fmt: skip
            break
    return first


def _has_column(record: str, path: n.Path, shared: Setting) -> bool:
    names = [part.text for part in path.parts]
    return (record, names[-1]) in shared.slots and names[:-1] in ([], [record])


def _assigns(
    headers: Sequence[n.Cell], cells: Sequence[n.Cell], report: Report
) -> Iterator[n.Assign]:
    if len(headers) != len(cells):
        report.error("E0604", "this row has not as many cells as the header", cells[0].span)
        return
    for header, cell in zip(headers, cells, strict=True):
        path, value = _path(header, report), _fact(cell, report)
        if path is not None and value is not None:
            yield n.Assign(path, value, span=cell.span)


def _expects(
    headers: Sequence[n.Cell], cells: Sequence[n.Cell], within: n.Expr | None, report: Report
) -> list[n.Expect]:
    if len(headers) != len(cells):
        report.error("E0604", "this row has not as many cells as the header", cells[0].span)
        return []
    found = []
    for header, cell in zip(headers, cells, strict=True):
        path, value = _path(header, report), _fact(cell, report)
        if path is not None and value is not None:
            tolerance = within if _is_quantity(value) else None
            found.append(n.Expect(path, value, tolerance, "", (), span=cell.span))
    return found


def _is_quantity(node: n.Expr) -> bool:
    inner = node.operand if isinstance(node, n.Minus) else node
    return isinstance(inner, (n.Number, n.Percent, n.Money, n.Points))


def _path(cell: n.Cell, report: Report) -> n.Path | None:
    part = cell.parts[0]
    if len(cell.parts) == 1 and isinstance(part, n.CellValue) and isinstance(part.value, n.Path):
        return part.value
    report.error("E0604", "a column is headed by the name of what it gives", cell.span)
    return None


def _fact(cell: n.Cell, report: Report) -> n.Expr | None:
    part = cell.parts[0]
    if len(cell.parts) == 1 and isinstance(part, n.CellValue):
        return part.value
    report.error("E0604", "a cell of an example is one value", cell.span)
    return None


# --- expectations ---------------------------------------------------------------------------------


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
        self._witness = Witness(program, world.store(), populations, coverage)

    def expect(self, node: n.Expect) -> None:
        """Check one expectation.

        Reports: E0601 no such name, E0603 a field without a value, E0605 it does not hold.
        """
        slot = self._slot(node.path)
        report = self._world.report
        if slot is None:
            return
        wanted = denoted(node.value, slot, self._shared.program, report)
        tolerance = Fraction(0)
        if node.within is not None:
            allowed = denoted(node.within, slot, self._shared.program, report)
            tolerance = allowed if isinstance(allowed, Fraction) else tolerance
        if report.has_errors:
            return
        try:
            for row in self._rows(slot, node):
                self._judge(node, slot, row, wanted, tolerance)
        except NoValue as lack:
            report.error(
                "E0603", f"this relies on `{lack.record}.{lack.name}`, which has no value",
                node.span, help=f"give it here, or in `usual {lack.record}`",
            )  # fmt: skip
        except ValueError as refused:
            report.error("E0603", f"this cannot be computed here: {refused}", node.span)

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
            self._witness.groups(slot.record)
        rows = self._witness.store.rows[slot.record]
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

    def _judge(
        self, node: n.Expect, slot: Slot, row: Row, wanted: Stored | Fraction, tolerance: Fraction
    ) -> None:
        got = self._witness.value(row, slot.name) if slot.record else self._population(slot.name)
        value: object = got
        if slot.type.unit in QUANTITIES and isinstance(got, int):
            value = Fraction(got, 10**slot.scale)
        if isinstance(value, Fraction) and isinstance(wanted, Fraction):
            good = abs(value - wanted) <= tolerance
        else:
            good = value == wanted
        report = self._world.report
        if not good:
            report.error(
                "E0605", f"`{node.path.text}` is {_shown(value, slot.type)}", node.span,
                f"{_shown(wanted, slot.type)} was expected",
            )  # fmt: skip
        elif node.because:
            reasons = list(_reasons(self._witness.trace(slot.record, row, slot.name), 6))
            if not any(node.because in reason for reason in reasons):
                listed = "; ".join(f"“{r}”" for r in dict.fromkeys(reasons)) or "none"
                report.error(
                    "E0605", "the value is as expected, but for another reason", node.span,
                    help=f"the reasons are: {listed}",
                )  # fmt: skip

    def _population(self, name: str) -> Stored:
        return self._witness.population(name)


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
