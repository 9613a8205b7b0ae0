"""The columns of a sheet into values: every cell through the same rules, each mistake located."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from mipsdsl.core.types import Unit
from mipsdsl.data.bind import Binding
from mipsdsl.data.cells import Column, Problem, Reading, parse_column
from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.percents import decide
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Slot
from mipsdsl.data.tables import Reject, Value


@frozen
class Checked:
    """A sheet whose cells were read.

    Shapes: each of ``values`` (n,), one for each binding; ``rejects`` (n,).
    """

    sheet: Sheet
    slots: tuple[Slot, ...]
    values: list[list[Value]]
    rejects: list[Reject | None]


def validate(
    sheet: Sheet, bindings: tuple[Binding, ...], options: ReadOptions, findings: Findings
) -> Checked:
    """Return the values of all bound columns; a row with a mistake has a reject that names all."""
    cells = _columns(sheet, bindings)
    values: list[list[Value]] = []
    looked: dict[bool, list[str]] = {}
    problems: dict[int, list[tuple[str, Problem]]] = {}
    for binding in bindings:
        there = cells[binding.place]
        column = parse_column(binding.slot, there, _reading(sheet, binding, there, options, looked))
        values.append(column.values)
        _note(sheet, binding, column, findings)
        for index, problem in column.problems.items():
            add_problem(problems.setdefault(index, []), binding.header, problem)
    note_percents(sheet.file, looked, findings)
    rejects: list[Reject | None] = [None] * len(sheet.rows)
    for index, found in problems.items():
        rejects[index] = reject_of(sheet, index, found, findings)
    slots = tuple(binding.slot for binding in bindings)
    return Checked(sheet, slots, values, rejects)


def to_draft(checked: Checked, record: str) -> Draft:
    """Return the rows of a sheet that is all of one record."""
    rows = [list(row) for row in zip(*checked.values, strict=True)]
    origins = [checked.sheet.origin(index) for index in range(len(rows))]
    return Draft(record, checked.slots, rows, origins, checked.rejects)


def _columns(sheet: Sheet, bindings: tuple[Binding, ...]) -> dict[int, list[str]]:
    """Return the cells of each column that is used."""
    places = {binding.place for binding in bindings}
    return {place: [row[place] for row in sheet.rows] for place in places}


def _reading(
    sheet: Sheet,
    binding: Binding,
    cells: list[str],
    options: ReadOptions,
    looked: dict[bool, list[str]],
) -> Reading:
    """Return how the column is read; ``looked`` gains those whose numbers alone decided it."""
    rule = binding.rule
    missing = frozenset(rule.missing if rule else ())
    if binding.slot.type.unit is not Unit.PERCENT:
        order = rule.date if rule else "ymd"
        return Reading(missing=missing, strict_npi=options.strict_npi, date=order)
    asked = (rule.percent if rule else None) or options.percent_in
    there = [cell for cell in cells if cell.strip() not in missing] if missing else cells
    decision = decide(f"{sheet.file}, {binding.header}", there, asked)
    if decision.looked:
        looked.setdefault(decision.hundred, []).append(binding.header)
    return Reading(decision.hundred, missing)


def note_percents(file: str, looked: dict[bool, list[str]], findings: Findings) -> None:
    """Say for which columns the look at the numbers decided, and how."""
    for hundred, headers in looked.items():
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(headers))
        example = "85" if hundred else "0.85"
        findings.note(f"{file}: percents are read so that {example} is 85%: {names}")


def note_rounded(file: str, binding: Binding, number: int, findings: Findings) -> None:
    """Say how many values of a column were rounded, if any were."""
    if number:
        slot = binding.slot
        places = slot.scale - 2 if slot.type.unit is Unit.PERCENT else slot.scale
        findings.note(
            f"{file}: {number} values of `{binding.header}` had more than {places} "
            "decimal places and were rounded"
        )


@frozen
class Example:
    """How many cells of a column are of a kind; the first of them, its row, and its value."""

    number: int
    text: str
    row: int
    value: Value


def note_unsound(file: str, binding: Binding, seen: Example, findings: Findings) -> None:
    """Say which NPIs are doubtful."""
    before = f"{file}: {_cells(seen.number)} of `{binding.header}` with a wrong check digit, first"
    after = f"in row {seen.row}; --strict-npi rejects such rows"
    findings.note(f"{before} {seen.text} {after}", plain=f"{before} {after}")


def note_restored(file: str, binding: Binding, seen: Example, findings: Findings) -> None:
    """Say which NPIs and TINs were brought into their form."""
    said = (
        f"{file}: {_cells(seen.number)} of `{binding.header}` brought into the form of the others"
    )
    findings.note(f"{said}: {seen.text} is {seen.value}", plain=said)


def note_day_numbers(file: str, binding: Binding, seen: Example, findings: Findings) -> None:
    """Say which dates are numbers of days."""
    day = date.fromordinal(seen.value).isoformat() if isinstance(seen.value, int) else ""
    said = f"{file}: {_cells(seen.number)} of `{binding.header}` as a spreadsheet counts days"
    findings.note(f"{said}: {seen.text} is {day}", plain=said)


def _note(sheet: Sheet, binding: Binding, column: Column, findings: Findings) -> None:
    """Say what there is to say of the cells of a column."""
    note_rounded(sheet.file, binding, column.rounded, findings)
    for note, found in (
        (note_unsound, column.unsound),
        (note_restored, column.restored),
        (note_day_numbers, column.day_numbers),
    ):
        if found:
            first = found[0]
            text = sheet.rows[first][binding.place].strip()
            seen = Example(len(found), text, sheet.numbers[first], column.values[first])
            note(sheet.file, binding, seen, findings)


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def add_problem(found: list[tuple[str, Problem]], header: str, problem: Problem) -> None:
    """Add a problem; a column that supplies several records is blamed once."""
    if all(header != other for other, _ in found):
        found.append((header, problem))


def reject_of(
    sheet: Sheet, index: int, found: list[tuple[str, Problem]], findings: Findings
) -> Reject:
    """Return the reject of a row with these problems, each with its column."""
    header, problem = found[0]
    also = "".join(f"; `{other}`: {each.reason}" for other, each in found[1:])
    origin = sheet.origin(index)
    return findings.reject(origin, header, problem.code, problem.reason + also)
