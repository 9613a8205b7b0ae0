"""Rejected rows that a user corrected and gives again, with the data that they are of.

A row of the file of rejects takes the place of the row that it says it is (`_file`, `_row`). One
whose own cells were all emptied takes its row out of the data. Alone, without the file that the
rows are of, they are data themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from attrs import evolve

from mipsdsl.data.files import stem_of
from mipsdsl.data.findings import Findings
from mipsdsl.data.neutral import REJECT_COLUMNS, WITHHELD_COLUMN, plainly
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout
from mipsdsl.data.sources import record_named
from mipsdsl.data.tables import DataError

_FILE, _ROW = REJECT_COLUMNS[:2]
Rows = dict[int, dict[str, str]]
"""Corrected rows of one file by their numbers, each by column."""


def is_corrections(columns: Collection[str]) -> bool:
    """Return whether a file with these columns is one of rejects."""
    return set(REJECT_COLUMNS) <= set(columns)


def correct(
    loaded: Sequence[tuple[Sheet, str]],
    corrections: Iterable[Sheet],
    layout: Layout,
    findings: Findings,
) -> list[tuple[Sheet, str]]:
    """Return the sheets, each with its record, with the corrected rows in their places."""
    by_file: dict[str, Rows] = {}
    for sheet in corrections:
        for file, rows in _by_file(sheet).items():
            by_file.setdefault(file, {}).update(rows)
    done = [(_corrected(sheet, by_file.get(sheet.file, {}), findings), r) for sheet, r in loaded]
    there = {sheet.file for sheet, _ in loaded}
    alone = [(file, rows) for file, rows in by_file.items() if file not in there]
    return done + [(_alone(file, rows), _record_of(file, layout)) for file, rows in alone]


def _by_file(sheet: Sheet) -> dict[str, Rows]:
    """Return the rows of a file of rejects by the file that they are of.

    Raises:
        DataError: a row does not say which one it is, or its cells were withheld.
    """
    if WITHHELD_COLUMN in sheet.columns:
        raise DataError(
            f"{sheet.file}: its rows are not whole, as it was written with --mask or "
            "--suppress-below",
            "correct the rows where they stand, or write the rejects without these",
        )
    found: dict[str, Rows] = {}
    for index, cells in enumerate(sheet.rows):
        row = dict(zip(sheet.columns, cells, strict=True))
        if not row[_ROW].strip().isdigit():
            raise DataError(
                f"{sheet.file}, row {sheet.numbers[index]}: `{_ROW}` says no row",
                f"leave {_FILE} and {_ROW} as they were written: they say which row is corrected",
            )
        own = {name: plainly(text) for name, text in row.items() if name not in REJECT_COLUMNS}
        found.setdefault(row[_FILE].strip(), {})[int(row[_ROW])] = own
    return found


def _corrected(sheet: Sheet, rows: Rows, findings: Findings) -> Sheet:
    """Return the sheet with ``rows`` in the places of those with their numbers."""
    if not rows:
        return sheet
    cells = dict(zip(sheet.numbers, sheet.rows, strict=True))
    before = {reject.row: reject.original for reject in sheet.unreadable}
    known = set(cells) | set(before)
    # A line that nothing could be read of has empty cells from the start.
    illegible = {number for number, original in before.items() if not any(original.values())}
    empty = {number for number, row in rows.items() if not any(map(str.strip, row.values()))}
    dropped = known & empty - illegible
    replaced = known & rows.keys() - empty
    for number in replaced:
        original = before.get(number) or _named(sheet, cells.get(number, []))
        cells[number] = [_cell(rows[number], original, name) for name in sheet.columns]
    left = {number: row for number, row in cells.items() if number not in dropped}
    _say(sheet, len(replaced), len(dropped), findings)
    _say_unknown(sheet, sorted(rows.keys() - known), findings)
    numbers = sorted(left)
    return evolve(
        sheet,
        rows=[left[number] for number in numbers],
        numbers=numbers,
        unreadable=tuple(r for r in sheet.unreadable if r.row not in replaced | dropped),
    )


def _say(sheet: Sheet, replaced: int, dropped: int, findings: Findings) -> None:
    parts = [f"{replaced} rows corrected"] if replaced else []
    parts += [f"{dropped} rows taken out, as the corrections are empty"] if dropped else []
    if parts:
        findings.note(f"{sheet.file}: {', '.join(parts)}")


def _say_unknown(sheet: Sheet, numbers: Sequence[int], findings: Findings) -> None:
    if numbers:
        said = ", ".join(map(str, numbers[:5])) + (", …" if len(numbers) > 5 else "")
        findings.note(f"{sheet.file} has no rows {said}: their corrections are not used")


def _named(sheet: Sheet, cells: Sequence[str]) -> dict[str, str]:
    return dict(zip(sheet.columns, cells, strict=False))


def _cell(row: Mapping[str, str], original: Mapping[str, str], name: str) -> str:
    """Return the corrected cell; one that only lost its leading zeros is as it was."""
    now, before = row.get(name), original.get(name, "")
    if now is None:
        return before
    stripped = before.strip()
    if now.strip().isdigit() and stripped.isdigit() and stripped.lstrip("0") == now.strip():
        return before
    return now


def _alone(file: str, rows: Rows) -> Sheet:
    """Return the rows of a file that was not given: the columns that it had cells in."""
    filled = {name for row in rows.values() for name, text in row.items() if text.strip()}
    columns = tuple(name for name in next(iter(rows.values())) if name in filled)
    numbers = sorted(number for number, row in rows.items() if any(row.values()))
    return Sheet(file, columns, [[rows[n][name] for name in columns] for n in numbers], numbers)


def _record_of(file: str, layout: Layout) -> str:
    """Return the record that the file or the sheet in a label is named after, or nothing."""
    name, _, sheet = file.partition(", ")
    return record_named(sheet, layout) or record_named(stem_of(Path(name)), layout)
