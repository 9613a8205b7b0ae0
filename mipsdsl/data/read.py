"""Data into checked tables. The stages are in ``_read``, in order."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve

from mipsdsl.core.nodes import Program
from mipsdsl.data.assume import assumptions, fill
from mipsdsl.data.bind import bind_flat, bind_record
from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.flat import split
from mipsdsl.data.links import check_links
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.sheets import SUFFIXES, Sheet, load
from mipsdsl.data.slots import Layout, layout_of, near
from mipsdsl.data.tables import DataError, Inputs, Reject, Table
from mipsdsl.data.validate import to_draft, validate


def read(program: Program, paths: Sequence[Path], options: ReadOptions) -> Inputs:
    """Return the data in ``paths`` as tables of ``program``.

    ``paths`` are folders with a file for each record, such files, one flat file, or a document of
    CMS's QPP submissions API (``.json``). A mistake in a
    row leaves out the row, and is in the result; the other rows are read. Without ``paths``,
    ``options.measures`` must be there, and only the reference data are read.

    Raises:
        DataError: the input as a whole cannot be used.
    """
    if not paths and options.measures is None:
        raise DataError("no data were given", "name a file, or a folder with one for each record")
    with _no_collection():
        return _read(layout_of(program), paths, options)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of cycles from looking at millions of rows again and again: a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(layout: Layout, paths: Sequence[Path], options: ReadOptions) -> Inputs:
    """Run the stages in order."""
    findings = Findings()
    for rule in options.column_map.values():
        layout.target(rule.to, "the map of columns")
    drafts: list[Draft] = []
    for path, record in _sources(paths, layout, findings):
        drafts += _read_file(path, record, layout, options, findings)
    if options.measures is not None:
        drafts += _reference_data(options.measures, drafts, layout, options, findings)
    _note_unmapped(options, findings)
    joined = _join(drafts, layout)
    fill(joined, assumptions(layout, options.assume), findings)
    _check_required(joined, findings)
    check_links(joined, layout, findings)
    return _inputs(joined, findings)


def _note_unmapped(options: ReadOptions, findings: Findings) -> None:
    """Say which columns of the user's map are in no file."""
    there = {column for sheet in findings.sheets.values() for column in sheet.columns}
    absent = [f"`{name}`" for name in options.column_map if name not in there]
    if absent:
        findings.note(f"the map of columns names {', '.join(absent)}, which no file has")


def _sources(paths: Sequence[Path], layout: Layout, findings: Findings) -> list[tuple[Path, str]]:
    """Return the files to read, each with the record that it is named after, or with nothing.

    Raises:
        DataError: one is not there, or more than one is not named after a record.
    """
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            found += _in_folder(path, layout, findings)
        elif path.exists():
            found.append((path, path.stem if path.stem in layout.slots else ""))
        else:
            raise DataError(f"there is no file `{path}`")
    flat = [path for path, record in found if not record and not _is_document(path)]
    if len(flat) > 1:
        raise DataError(
            f"`{flat[0].name}` and `{flat[1].name}` are not named after a record",
            f"one flat file at most; records are {', '.join(layout.slots)}",
        )
    return found


def _is_document(path: Path) -> bool:
    """Return whether the file is a document of CMS's submissions API."""
    return path.suffix.casefold() == ".json"


def _in_folder(folder: Path, layout: Layout, findings: Findings) -> list[tuple[Path, str]]:
    """Return the files that are named after a record; where there are no tables, the documents."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix.casefold() in SUFFIXES]
    named = [(path, path.stem) for path in files if path.stem in layout.slots]
    if not files:
        named = [(path, "") for path in sorted(folder.iterdir()) if _is_document(path)]
    if not named:
        raise DataError(
            f"no file in `{folder}` is named after a record",
            f"records are {', '.join(layout.slots)}, so write {next(iter(layout.slots), '')}.csv",
        )
    for path in files:
        if path.stem not in layout.slots:
            close = near(path.stem, layout.slots, number=1)
            hint = f" (near `{close[0]}`)" if close else ""
            findings.note(f"{path.name}: not used, as no record has this name{hint}")
    return named


def _read_file(
    path: Path, record: str, layout: Layout, options: ReadOptions, findings: Findings
) -> list[Draft]:
    """Return the rows of one file."""
    if _is_document(path):
        return _read_documents(path, layout, options, findings)
    sheet = load(path)
    if sheet.file in findings.sheets:
        sheet = _renamed(sheet, str(path))
    for note in sheet.notes:
        findings.note(note)
    if not record:
        bindings = bind_flat(sheet, layout, options, findings)
        record_of_rows = bindings[0].slot.record
    else:
        bindings = bind_record(sheet, record, layout, options, findings)
        record_of_rows = record
    findings.sheets[sheet.file] = sheet
    findings.unreadable.extend((record_of_rows, reject) for reject in sheet.unreadable)
    checked = validate(sheet, bindings, options, findings)
    return [to_draft(checked, record)] if record else split(checked, layout, findings)


def _read_documents(
    path: Path, layout: Layout, options: ReadOptions, findings: Findings
) -> list[Draft]:
    """Return the rows of documents of CMS's QPP submissions API."""
    from mipsdsl.data.submissions import load_documents

    drafts: list[Draft] = []
    for record, sheet in load_documents(path, layout, findings).items():
        bindings = bind_record(sheet, record, layout, options, findings)
        findings.sheets[sheet.file] = sheet
        drafts.append(to_draft(validate(sheet, bindings, options, findings), record))
    return drafts


def _renamed(sheet: Sheet, file: str) -> Sheet:
    """Return a sheet that is told apart from another of the same name in another folder."""
    unreadable = tuple(evolve(reject, file=file) for reject in sheet.unreadable)
    return evolve(sheet, file=file, unreadable=unreadable)


def _reference_data(
    folder: Path, given: list[Draft], layout: Layout, options: ReadOptions, findings: Findings
) -> list[Draft]:
    """Return the rows of CMS's catalogues and benchmarks for the records that declare them.

    A table that the user gave as a file of its own takes the place of CMS's.
    """
    from mipsdsl.data.cms import load_reference

    folder, named = _measures(folder)
    year = options.year or named or layout.program.year
    drafts: list[Draft] = []
    own = {draft.record for draft in given}
    for record, sheet in load_reference(folder, year, layout, findings).items():
        if record in own:
            findings.note(f"{record}: the file given is used, not {sheet.file}")
            continue
        bindings = bind_record(sheet, record, layout, ReadOptions(), findings)
        findings.sheets[sheet.file] = sheet
        drafts.append(to_draft(validate(sheet, bindings, options, findings), record))
    return drafts


def _measures(folder: Path) -> tuple[Path, int | None]:
    """Return the folder of CMS's data, and the year, when a year that was fetched stands for it."""
    from mipsdsl.data import fetch

    name = str(folder)
    if folder.exists() or not (name.isascii() and name.isdigit()):
        return folder, None
    try:
        return fetch.fetched(int(name)), int(name)
    except fetch.Unavailable as mistake:
        raise DataError(mistake.message, mistake.help) from None


def _join(drafts: Iterable[Draft], layout: Layout) -> dict[str, Draft]:
    """Return one draft for each record, in the order of the program."""
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.record, []).append(draft)
    return {record: _together(groups[record]) for record in layout.records if record in groups}


def _together(parts: list[Draft]) -> Draft:
    """Return the rows of several files under all their columns."""
    if len(parts) == 1:
        return parts[0]
    slots = tuple({slot.name: slot for part in parts for slot in part.slots}.values())
    whole = Draft(parts[0].record, slots, [], [], [])
    for part in parts:
        places = [part.index(slot.name) for slot in slots]
        whole.rows.extend(
            [None if place is None else row[place] for place in places] for row in part.rows
        )
        whole.origins.extend(part.origins)
        whole.rejects.extend(part.rejects)
    return whole


def _check_required(drafts: dict[str, Draft], findings: Findings) -> None:
    """Reject the rows that lack a value which their record requires.

    Reports: D0102.
    """
    for draft in drafts.values():
        required = [(place, slot) for place, slot in enumerate(draft.slots) if slot.is_required]
        for index, row in enumerate(draft.rows):
            if draft.rejects[index] is not None:
                continue
            lacking = [slot.name for place, slot in required if row[place] is None]
            if lacking:
                names = ", ".join(f"`{name}`" for name in lacking)
                draft.rejects[index] = findings.reject(
                    draft.origins[index], lacking[0], "D0102", f"{names} of {draft.record} is empty"
                )


def _inputs(drafts: dict[str, Draft], findings: Findings) -> Inputs:
    """Return the rows that are left as tables, and all rejects in the order of the files."""
    tables: dict[str, Table] = {}
    counts: dict[str, int] = {}
    rejects: dict[tuple[str, int], Reject] = {}
    for record, reject in findings.unreadable:
        counts[record] = counts.get(record, 0) + 1
        rejects.setdefault((reject.file, reject.row), reject)
    for record, draft in drafts.items():
        counts[record] = counts.get(record, 0) + len(draft.rows)
        for reject in filter(None, draft.rejects):
            rejects.setdefault((reject.file, reject.row), reject)
        tables[record] = _table(draft)
    order = {file: place for place, file in enumerate(findings.sheets)}
    ranked = sorted(rejects.values(), key=lambda each: (order.get(each.file, 0), each.row))
    return Inputs(tables, tuple(findings.notes), tuple(ranked), counts)


def _table(draft: Draft) -> Table:
    alive = [index for index, reject in enumerate(draft.rejects) if reject is None]
    return Table(
        record=draft.record,
        columns=tuple(slot.name for slot in draft.slots),
        rows=[draft.rows[index] for index in alive],
        origins=[draft.origins[index] for index in alive],
    )
