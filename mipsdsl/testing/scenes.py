"""The examples of a policy, told: the worlds they make, and what they expect of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy

from attrs import frozen

from mipsdsl.diagnostics import Diagnostic, Report
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.judge import Judge, Wanted
from mipsdsl.testing.world import Setting, World


@frozen(eq=False)
class Scene:
    """A world of an example, who judges it, and what is expected there."""

    world: World
    judge: Judge
    wanted: tuple[Wanted, ...]


@frozen(eq=False)
class Told:
    """An example, or a row of examples: its name, place, what was wrong, and its scenes."""

    name: str
    span: Span
    findings: tuple[Diagnostic, ...]
    scenes: tuple[Scene, ...]


def example(node: n.Example, shared: Setting, coverage: Coverage) -> Told:
    """Tell an example, and judge each of its worlds as soon as it is there.

    Reports: E0601 to E0605, as its findings.
    """
    report = Report()
    world = World.usual(shared, report)
    judge: Judge | None = None
    scenes: list[Scene] = []
    for step in node.steps:
        if isinstance(step, n.Given):
            world = world if judge is None else _copied(world)
            world.tell(step)
            judge = None
        elif not report.has_errors:
            if judge is None:
                judge = Judge(world, coverage)
                scenes.append(Scene(world, judge, ()))
            wanted = (*scenes[-1].wanted, *judge.expect(step))
            scenes[-1] = Scene(world, judge, wanted)
    return Told(node.text, node.span, tuple(report), tuple(scenes))


def worlds(node: n.Example | n.Examples, shared: Setting) -> Iterator[World]:
    """Give the worlds that an example, or each row of examples, makes; nothing is judged."""
    if isinstance(node, n.Examples):
        for row in node.rows:
            report = Report()
            world = World.usual(shared, report)
            for assign in _assigns(node.header.conditions, row.conditions, report):
                world.assign(assign)
            if not report.has_errors:
                yield world
        return
    world = World.usual(shared, Report())
    for step, following in zip(node.steps, (*node.steps[1:], None), strict=True):
        if isinstance(step, n.Given):
            world.tell(step)
            if not isinstance(following, n.Given) and not world.report.has_errors:
                yield _copied(world)


def _copied(world: World) -> World:
    return World(
        world.setting, world.report, deepcopy(world.rows), dict(world.populations),
        dict(world.current), world.focus,
    )  # fmt: skip


def rows_of_examples(node: n.Examples, shared: Setting, coverage: Coverage) -> Iterator[Told]:
    """Tell and judge the rows of a table of examples, each a world of its own."""
    for number, row in enumerate(node.rows, 1):
        report = Report()
        world = World.usual(shared, report)
        for assign in _assigns(node.header.conditions, row.conditions, report):
            world.assign(assign)
        expects = _expects(node.header.conclusions, row.conclusions, node.within, report)
        scenes: tuple[Scene, ...] = ()
        if not report.has_errors:
            judge = Judge(world, coverage)
            wanted = tuple(each for expect in expects for each in judge.expect(expect))
            scenes = (Scene(world, judge, wanted),)
        yield Told(f"{node.text}, row {number}", row.span, tuple(report), scenes)


def population_example(node: n.PopulationExample, shared: Setting, coverage: Coverage) -> Told:
    """Tell and judge an example of the second phase: its rows are all the clinicians there are."""
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
    scenes: tuple[Scene, ...] = ()
    if not report.has_errors:
        judge = Judge(world, coverage, compute=True, rows_of=record)
        wanted: list[Wanted] = []
        for number, expect in expects:
            world.current[record] = number
            wanted += judge.expect(expect)
        world.focus = ""
        for expect in node.expects:
            wanted += judge.expect(expect)
        scenes = (Scene(world, judge, tuple(wanted)),)
    return Told(node.text, node.span, tuple(report), scenes)


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
