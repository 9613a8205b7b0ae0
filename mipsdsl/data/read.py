"""Data into checked tables. The stages are in ``_read``, in order."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from attrs import frozen

from mipsdsl.core.nodes import Program
from mipsdsl.data.assume import assumptions, fill
from mipsdsl.data.bind import Binding, bind_flat, bind_record
from mipsdsl.data.corrections import correct, is_corrections
from mipsdsl.data.digests import files_read
from mipsdsl.data.files import load
from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.flat import split
from mipsdsl.data.links import check_links
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout, layout_of
from mipsdsl.data.sources import Source, is_document, sources_of
from mipsdsl.data.tables import DataError, Inputs, Origin, OwnColumns, Reject, Table
from mipsdsl.data.tins import one_form
from mipsdsl.data.totals import without_totals
from mipsdsl.data.validate import to_draft, validate

if TYPE_CHECKING:
    from mipsdsl.data.submissions import Document


def read(program: Program, paths: Sequence[Path], options: ReadOptions) -> Inputs:
    """Return the data in ``paths`` as tables of ``program``.

    ``paths`` are folders with a file for each record, such files, workbooks with a sheet for each,
    one flat file, or a document of CMS's QPP submissions API (``.json``). A file of rejects that
    was corrected puts its rows in the place of theirs. A mistake in a row leaves out the row, and
    is in the result; the other rows are read. Without ``paths``, ``options.measures`` must be
    there, and only the reference data are read.

    Raises:
        DataError: the input as a whole cannot be used.
    """
    if not paths and options.measures is None:
        raise DataError("no data were given", "name a file, or a folder with one for each record")
    with _no_collection():
        return _read(layout_of(program, options.former), paths, options)


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
    drafts = _read_all(paths, layout, options, findings)
    if options.measures is not None:
        drafts += reference_data(
            options.measures, {draft.record for draft in drafts}, layout, options, findings
        )
    note_unmapped(options, findings)
    joined = _join(drafts, layout)
    one_form(joined, findings)
    fill(joined, assumptions(layout, options.assume), findings)
    _check_required(joined, findings)
    check_links(joined, layout, findings)
    return _inputs(joined, findings)


def note_unmapped(options: ReadOptions, findings: Findings) -> None:
    """Say which columns of the user's map are in no file."""
    there = {column for sheet in findings.sheets.values() for column in sheet.columns}
    absent = [f"`{name}`" for name in options.column_map if name not in there]
    if absent:
        findings.note(f"the map of columns names {', '.join(absent)}, which no file has")


def _read_all(
    paths: Sequence[Path], layout: Layout, options: ReadOptions, findings: Findings
) -> list[Draft]:
    """Return the rows of all files, corrected where the user corrected rejected ones.

    Raises:
        DataError: more than one file is not named after a record.
    """
    found = sheets_in(paths, layout, options, findings, _load)
    loaded = correct(found.loaded, found.corrected, layout, findings)
    check_flat(loaded, layout)
    return [
        draft
        for sheet, record in loaded
        for draft in drafts_of(sheet, record, layout, options, findings)
    ]


class Headed(Protocol):
    """A file that was opened: its label and its columns."""

    @property
    def file(self) -> str:
        """Return what the file is called in messages."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names in its header."""

    def renamed(self, file: str) -> Self:
        """Return the same under another name, of another folder."""


Opened = TypeVar("Opened", bound=Headed)


@frozen
class Found(Generic[Opened]):
    """The files of a run, each with the record that it is of, and the files of corrections."""

    loaded: list[tuple[Opened | Sheet, str]]
    corrected: list[Opened | Sheet]


def sheets_in(
    paths: Sequence[Path],
    layout: Layout,
    options: ReadOptions,
    findings: Findings,
    load_one: Callable[[Source, ReadOptions], Opened],
) -> Found[Opened]:
    """Return all files of a run, opened by ``load_one``; of one name, the later by their paths."""
    found: Found[Opened] = Found([], [])
    sources = sources_of(paths, layout, options, findings)
    for path, sheet, record in _sheets(sources, layout, options, findings, load_one):
        if is_corrections(sheet.columns):
            found.corrected.append(sheet)
        else:
            again = any(sheet.file == each.file for each, _ in found.loaded)
            found.loaded.append((sheet.renamed(str(path)) if again else sheet, record))
    return found


def _load(source: Source, options: ReadOptions) -> Sheet:
    return load(source.path, options, source.sheet)


def check_flat(loaded: Iterable[tuple[Headed, str]], layout: Layout) -> None:
    """Check that at most one file is not named after a record.

    Raises:
        DataError: more are.
    """
    flat = [sheet.file for sheet, record in loaded if not record]
    if len(flat) > 1:
        raise DataError(
            f"`{flat[0]}` and `{flat[1]}` are not named after a record",
            f"one flat file at most; records are {', '.join(layout.slots)}",
        )


def _sheets(
    sources: Sequence[Source],
    layout: Layout,
    options: ReadOptions,
    findings: Findings,
    load_one: Callable[[Source, ReadOptions], Opened],
) -> Iterator[tuple[Path, Opened | Sheet, str]]:
    """Yield the sheets of all files, each with its file and the record that it is of, or nothing.

    Documents of CMS's API are read together: several may be of one submission.
    """
    documents: list[Document] = []
    given: set[str] = set()
    for source in sources:
        findings.files.append(source.path)
        if not is_document(source.path):
            given.add(source.record)
            yield source.path, load_one(source, options), source.record
            continue
        from mipsdsl.data.documents import load_json

        sent, sheets = load_json(source.path, source.record, layout)
        documents += sent
        given.update(record for _, record in sheets)
        yield from ((source.path, sheet, record) for sheet, record in sheets)
    if documents:
        from mipsdsl.data.submissions import sheets_of

        # A flat file has clinicians, as a rule.
        given |= {"clinician"} if "" in given else set()
        assumed = {each.slot.full_name for each in assumptions(layout, options.assume)}
        findings.subjects.extend(("submission", "clinician"))
        yield from sheets_of(
            documents, layout, findings, any_year=options.any_year, given=given, assumed=assumed
        )


def drafts_of(
    sheet: Sheet, record: str, layout: Layout, options: ReadOptions, findings: Findings
) -> list[Draft]:
    """Return the rows of one sheet."""
    for note in sheet.notes:
        findings.note(note)
    if record:
        bindings = bind_record(sheet, record, layout, options, findings)
    else:
        bindings = bind_flat(sheet, layout, options, findings)
    note_bound(sheet, bindings, findings)
    record_of_rows = record or bindings[0].slot.record
    sheet = without_totals(sheet, key_places(bindings, layout))
    findings.sheets[sheet.file] = sheet
    findings.unreadable.extend((record_of_rows, reject) for reject in sheet.unreadable)
    checked = validate(sheet, bindings, options, findings)
    return [to_draft(checked, record)] if record else split(checked, layout, findings)


def note_bound(sheet: Sheet, bindings: Sequence[Binding], findings: Findings) -> None:
    """Keep which column supplies what."""
    columns = findings.bound.setdefault(sheet.file, {})
    for each in bindings:
        columns.setdefault(each.header, []).append((each.slot.record, each.slot.name))


def key_places(bindings: Sequence[Binding], layout: Layout) -> list[int]:
    """Return the columns that are in the key of their record."""
    return sorted(
        {each.place for each in bindings if each.slot.name in layout.records[each.slot.record].key}
    )


def reference_data(
    folder: Path, given: Collection[str], layout: Layout, options: ReadOptions, findings: Findings
) -> list[Draft]:
    """Return the rows of CMS's catalogues and benchmarks for the records that declare them.

    A table that the user gave as a file of its own takes the place of CMS's.
    """
    from mipsdsl.data.cms import load_reference

    folder, named = _measures(folder)
    year = options.year or named or layout.program.year
    drafts: list[Draft] = []
    own = set(given)
    if "quality_catalogue" in own:
        # The collection types of CMS's measures say nothing about measures of the user's own.
        own.add("measure_collection")
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
                draft.rejects[index] = reject_lacking(
                    draft.origins[index], lacking, draft.record, findings
                )


def reject_lacking(
    origin: Origin, lacking: Sequence[str], record: str, findings: Findings
) -> Reject:
    """Return the reject of a row without the values ``lacking``, which its record requires."""
    names = ", ".join(f"`{name}`" for name in lacking)
    return findings.reject(origin, lacking[0], "D0102", f"{names} of {record} is empty")


def _inputs(drafts: dict[str, Draft], findings: Findings) -> Inputs:
    """Return the rows that are left as tables, and all rejects in the order of the files."""
    tables: dict[str, Table] = {}
    counts: dict[str, int] = {}
    for record, _ in findings.unreadable:
        counts[record] = counts.get(record, 0) + 1
    for record, draft in drafts.items():
        counts[record] = counts.get(record, 0) + len(draft.rows)
        tables[record] = _table(draft)
    rejects = ranked(
        findings, (each for draft in drafts.values() for each in draft.rejects if each is not None)
    )
    subjects = tuple(name for name in findings.subjects if name in tables)
    return Inputs(
        tables=tables,
        notes=tuple(findings.notes),
        rejects=rejects,
        counts=counts,
        own=_own(findings),
        subjects=subjects,
        plain_notes=findings.plain_notes,
        bound=findings.bound,
        files=files_read(findings.files),
    )


def ranked(findings: Findings, rejects: Iterable[Reject]) -> tuple[Reject, ...]:
    """Return all rejects, each row once, in the order of the files."""
    found: dict[tuple[str, int], Reject] = {}
    for reject in (*(reject for _, reject in findings.unreadable), *rejects):
        found.setdefault((reject.file, reject.row), reject)
    order = {file: place for place, file in enumerate(findings.sheets)}
    return tuple(sorted(found.values(), key=lambda each: (order.get(each.file, 0), each.row)))


def _own(findings: Findings) -> dict[str, OwnColumns]:
    """Return the cells of the columns that no record knows."""
    return {
        file: OwnColumns(
            tuple(findings.sheets[file].columns[place] for place in places),
            {
                number: [row[place] for place in places]
                for number, row in zip(
                    findings.sheets[file].numbers, findings.sheets[file].rows, strict=True
                )
            },
        )
        for file, places in findings.unused.items()
        if places and file in findings.sheets
    }


def _table(draft: Draft) -> Table:
    alive = [index for index, reject in enumerate(draft.rejects) if reject is None]
    return Table(
        record=draft.record,
        columns=tuple(slot.name for slot in draft.slots),
        rows=[draft.rows[index] for index in alive],
        origins=[draft.origins[index] for index in alive],
    )
