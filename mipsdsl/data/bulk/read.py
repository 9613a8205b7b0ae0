"""Data of any size into checked tables. The stages are those of ``mipsdsl.data.read``, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from mipsdsl.core.nodes import Program
from mipsdsl.data import read as small
from mipsdsl.data.assume import Assumption, assumptions, note_filled
from mipsdsl.data.bind import bind_record
from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.columns import Taken, take, wrong_cells
from mipsdsl.data.bulk.links import check_links
from mipsdsl.data.bulk.plain import sql_type
from mipsdsl.data.bulk.scan import NUMBER, Scan, keep, scan
from mipsdsl.data.bulk.sent import PLACE, Part, Sent, of_draft, together
from mipsdsl.data.cells import Problem
from mipsdsl.data.corrections import correct
from mipsdsl.data.files import load
from mipsdsl.data.findings import Findings
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout, Slot, layout_of
from mipsdsl.data.sources import Source
from mipsdsl.data.tables import DataError, Reject, Value
from mipsdsl.data.tins import DASHED, DIGITS_ALONE, TIN, note_dashes
from mipsdsl.data.totals import is_totals, reject_totals
from mipsdsl.data.validate import add_problem, reject_of

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection


@frozen
class LargeTable:
    """The checked rows of one record, in ``relation``.

    It has ``row`` (from 0, in the order of the data), ``_place`` (which ``sent`` knows the origin
    of) and ``columns``. Units: those of ``mipsdsl.data.tables.Table``.
    """

    record: str
    columns: tuple[str, ...]
    relation: str
    size: int
    sent: Sent


@frozen
class LargeInputs:
    """What was read: ``mipsdsl.data.tables.Inputs`` with its tables in DuckDB.

    ``findings.unused`` has the columns of each file that are not used; ``scans`` the scanned files.
    """

    connection: Connection = field(repr=False)
    tables: Mapping[str, LargeTable]
    notes: tuple[str, ...]
    rejects: tuple[Reject, ...]
    counts: dict[str, int]
    subjects: tuple[str, ...]
    findings: Findings = field(repr=False)
    scans: Mapping[str, Scan] = field(repr=False)


def read_large(
    connection: Connection, program: Program, paths: Sequence[Path], options: ReadOptions
) -> LargeInputs:
    """Return the data in ``paths`` as tables of ``program``, as ``mipsdsl.data.read.read`` does.

    Files that DuckDB reads as we do (Parquet, plain CSV) are read by query; all others in Python.

    Raises:
        DataError: the input as a whole cannot be used.
    """
    if not paths and options.measures is None:
        raise DataError("no data were given", "name a file, or a folder with one for each record")
    reading = _Reading(connection, layout_of(program, options.former), options, Findings())
    return reading.read(paths)


@define
class _Reading:
    """The stages, over what they share."""

    connection: Connection
    layout: Layout
    options: ReadOptions
    findings: Findings
    _scans: dict[str, Scan] = field(factory=dict, init=False)
    _made: int = field(default=0, init=False)

    def read(self, paths: Sequence[Path]) -> LargeInputs:
        """Run the stages in order."""
        layout, options = self.layout, self.options
        for rule in options.column_map.values():
            layout.target(rule.to, "the map of columns")
        sent = self._read_all(paths)
        findings = self.findings
        if options.measures is not None:
            given = {each.record for each in sent}
            drafts = small.reference_data(options.measures, given, layout, options, findings)
            sent += [of_draft(self.connection, draft, self._name()) for draft in drafts]
        small.note_unmapped(options, findings)
        joined = self._join(sent)
        self._one_form(joined)
        for each in assumptions(layout, options.assume):
            self._fill(joined, each)
        self._check_required(joined)
        check_links(self.connection, joined, layout, findings, self._keep)
        return self._inputs(joined)

    def _name(self) -> str:
        """Return a name for a table."""
        self._made += 1
        return f"sent_{self._made}"

    def _keep(self, sent: Sent, places: Iterable[int]) -> None:
        """Fetch rows as they stand in their files, for the rejects that show them."""
        by_file: dict[str, set[int]] = {}
        for place in places:
            origin = sent.origin(place)
            by_file.setdefault(origin.file, set()).add(origin.row)
        for file, numbers in by_file.items():
            if file in self._scans:
                there = self.findings.sheets[file]
                kept = keep(self._scans[file], self.connection, numbers, there)
                self.findings.sheets[file] = kept

    # --- files ---

    def _read_all(self, paths: Sequence[Path]) -> list[Sent]:
        """Return the rows of all files; with corrections, those of files read in Python."""
        found = small.sheets_in(paths, self.layout, self.options, self.findings, self._load)
        loaded: list[tuple[Sheet | Scan, str]] = list(found.loaded)
        if found.corrected:
            self.findings = Findings()
            again = small.sheets_in(paths, self.layout, self.options, self.findings, _load)
            loaded = [*correct(again.loaded, again.corrected, self.layout, self.findings)]
        small.check_flat(loaded, self.layout)
        return [each for pair in loaded for each in self._sent(*pair)]

    def _load(self, source: Source, options: ReadOptions) -> Sheet | Scan:
        """Return a file as a relation if that can be, else its rows."""
        if not source.record or source.sheet:
            return _load(source, options)
        self._made += 1
        found = scan(self.connection, source.path, options, f"scan_{self._made}")
        return _load(source, options) if found is None else found

    def _sent(self, given: Sheet | Scan, record: str) -> Iterable[Sent]:
        """Return the rows of one file."""
        if isinstance(given, Scan):
            return [self._of_scan(given, record)]
        drafts = small.drafts_of(given, record, self.layout, self.options, self.findings)
        return [of_draft(self.connection, draft, self._name()) for draft in drafts]

    def _of_scan(self, scan: Scan, record: str) -> Sent:
        """Return the rows of a scanned file: its values by query, its mistakes one by one."""
        bindings = bind_record(scan.sheet, record, self.layout, self.options, self.findings)
        small.note_bound(scan.sheet, bindings, self.findings)
        scan, unreadable = self._without_totals(scan, small.key_places(bindings, self.layout))
        self._scans[scan.file] = scan
        self.findings.sheets[scan.file] = scan.sheet
        self.findings.unreadable.extend((record, reject) for reject in unreadable)
        taken = take(self.connection, scan, bindings, self.options, self.findings)
        table = self._name()
        values = ", ".join(
            f"CAST({each.value} AS {sql_type(each.binding.slot)}) "
            f"AS {sql.name(each.binding.slot.name)}"
            for each in taken
        )
        joins = "".join(each.join for each in taken)
        self.connection.execute(
            f"CREATE TABLE {table} AS SELECT {NUMBER} AS {PLACE}, {values} "
            f"FROM {scan.relation}{joins}"
        )
        (size,) = sql.one(self.connection, f"SELECT count(*) FROM {table}")
        slots = tuple(binding.slot for binding in bindings)
        part = Part(scan.file, 0)
        return Sent(record, slots, table, size, (part,), self._wrong(scan, taken))

    def _without_totals(self, scan: Scan, keys: list[int]) -> tuple[Scan, list[Reject]]:
        """Return a file without its last rows that are totals, and their rejects."""
        found: list[Reject] = []
        last = scan.last + 1
        while True:
            before = f"SELECT max({NUMBER}) FROM {scan.relation} WHERE {NUMBER} < {last}"
            rows, numbers = scan.rows(self.connection, f"{NUMBER} = ({before})")
            if not rows:
                break
            (number,) = numbers
            if not is_totals(rows[0], keys, partial(self._are_named, scan, number, keys)):
                break
            last = number
            sheet = evolve(scan.sheet, rows=rows, numbers=numbers)
            found.insert(0, reject_totals(sheet, 0, keys))
        if not found:
            return scan, found
        relation = f"{scan.relation}_data"
        self.connection.execute(
            f"CREATE VIEW {relation} AS FROM {scan.relation} WHERE {NUMBER} < {last}"
        )
        return evolve(scan, relation=relation), found

    def _are_named(self, scan: Scan, number: int, keys: list[int]) -> bool:
        """Return whether more than half of the rows before ``number`` have something in their key."""
        named = " OR ".join(f"trim({scan.cells[place].text}) <> ''" for place in keys)
        there, rows = sql.one(
            self.connection,
            f"SELECT count_if({named}), count(*) FROM {scan.relation} WHERE {NUMBER} < {number}",
        )
        return bool(2 * there > rows)

    def _wrong(self, scan: Scan, taken: list[Taken]) -> dict[int, Reject]:
        """Return the rejects of the rows that have a wrong cell."""
        where = wrong_cells(scan, taken)
        if not where:
            return {}
        rows, numbers = scan.rows(self.connection, where)
        sheet = evolve(scan.sheet, rows=rows, numbers=numbers)
        self.findings.sheets[scan.file] = sheet
        rejects = {}
        for index, row in enumerate(rows):
            problems: list[tuple[str, Problem]] = []
            for each in taken:
                if (text := row[each.binding.place]) in each.wrong:
                    add_problem(problems, each.binding.header, each.wrong[text])
            rejects[numbers[index]] = reject_of(sheet, index, problems, self.findings)
        return rejects

    # --- records ---

    def _join(self, sent: Iterable[Sent]) -> dict[str, Sent]:
        """Return the rows of each record, in the order of the program."""
        groups: dict[str, list[Sent]] = {}
        for each in sent:
            groups.setdefault(each.record, []).append(each)
        return {
            record: together(self.connection, groups[record])
            for record in self.layout.records
            if record in groups
        }

    def _one_form(self, sent: Mapping[str, Sent]) -> None:
        """Take the dashes out of TINs when the data have some with and some without, and say so."""
        having = [each for each in sent.values() if each.has([TIN])]
        if not having:
            return
        texts = " UNION ALL ".join(f"SELECT {TIN} FROM {each.table}" for each in having)
        dashed, digits = (f"regexp_full_match({TIN}, '{each}')" for each in (DASHED, DIGITS_ALONE))
        first, plain = sql.one(
            self.connection,
            f"SELECT min({TIN}) FILTER ({dashed}), coalesce(bool_or({digits}), false) "
            f"FROM ({texts})",
        )
        if first is None or not plain:
            return
        for each in having:
            value = f"CASE WHEN {dashed} THEN replace({TIN}, '-', '') ELSE {TIN} END AS {TIN}"
            each.revise(self.connection, f"* REPLACE ({value})")
        note_dashes(first, self.findings)

    def _fill(self, sent: Mapping[str, Sent], assumed: Assumption) -> None:
        """Put an assumed value into the rows that lack it, and say into how many."""
        slot = assumed.slot
        there = sent.get(slot.record)
        if there is None:
            return
        name, value = sql.name(slot.name), _constant(slot, assumed.value)
        number = there.size
        if there.has([slot.name]):
            query = f"SELECT count_if({name} IS NULL) FROM {there.table}"
            (number,) = sql.one(self.connection, query)
            there.revise(self.connection, f"* REPLACE (coalesce({name}, {value}) AS {name})")
        else:
            there.revise(self.connection, f"*, {value} AS {name}")
            there.slots = (*there.slots, slot)
        note_filled(assumed, number, there.size, self.findings)

    def _check_required(self, sent: Mapping[str, Sent]) -> None:
        """Reject the rows that lack a value which their record requires.

        Reports: D0102.
        """
        for each in sent.values():
            required = [slot.name for slot in each.slots if slot.is_required]
            if not required:
                continue
            lacks = [f"{sql.name(name)} IS NULL" for name in required]
            rows = self.connection.execute(
                f"SELECT {PLACE}, {', '.join(lacks)} FROM {each.alive(self.connection)} "
                f"WHERE {' OR '.join(lacks)} ORDER BY {PLACE}"
            ).fetchall()
            self._keep(each, [row[0] for row in rows])
            for place, *missing in rows:
                names = [
                    name for name, is_missing in zip(required, missing, strict=True) if is_missing
                ]
                each.rejects[place] = small.reject_lacking(
                    each.origin(place), names, each.record, self.findings
                )

    # --- the end ---

    def _inputs(self, sent: Mapping[str, Sent]) -> LargeInputs:
        """Return the rows that are left as tables, and all rejects in the order of the files."""
        counts: dict[str, int] = {}
        for record, _ in self.findings.unreadable:
            counts[record] = counts.get(record, 0) + 1
        for record, each in sent.items():
            counts[record] = counts.get(record, 0) + each.size
        rejects = small.ranked(
            self.findings,
            (reject for each in sent.values() for _, reject in sorted(each.rejects.items())),
        )
        tables = {record: self._table(each) for record, each in sent.items()}
        subjects = tuple(name for name in self.findings.subjects if name in tables)
        notes = tuple(self.findings.notes)
        return LargeInputs(
            self.connection, tables, notes, rejects, counts, subjects, self.findings, self._scans
        )

    def _table(self, sent: Sent) -> LargeTable:
        """Return the rows that are left, numbered from 0."""
        alive = sent.alive(self.connection)
        low, high, size = sql.one(
            self.connection,
            f"SELECT coalesce(min({PLACE}), 0), coalesce(max({PLACE}), 0), count(*) FROM {alive}",
        )
        gapless = size and high - low + 1 == size
        row = f"{PLACE} - {low}" if gapless else f"row_number() OVER (ORDER BY {PLACE}) - 1"
        made = "VIEW" if gapless else "TABLE"
        relation = f"data_{sent.record}"
        columns = tuple(slot.name for slot in sent.slots)
        self.connection.execute(
            f"CREATE {made} {sql.name(relation)} AS SELECT {row} AS row, {PLACE}, "
            f"{', '.join(map(sql.name, columns))} FROM {alive}"
        )
        return LargeTable(sent.record, columns, sql.name(relation), size, sent)


def _load(source: Source, options: ReadOptions) -> Sheet:
    return load(source.path, options, source.sheet)


def _constant(slot: Slot, value: Value) -> str:
    """Return a value as SQL."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = sql.literal(value)
        case tuple():
            text = f"[{', '.join(map(str, value))}]"
        case _:
            text = str(value)
    return f"CAST({text} AS {sql_type(slot)})"
