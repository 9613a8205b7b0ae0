"""The columns of a scanned file into values: queries for plain cells, ``cells`` for all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mipsdsl.core.types import Unit
from mipsdsl.data.bind import Binding
from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.plain import Plain, plain, sql_type
from mipsdsl.data.bulk.scan import NUMBER, Cell, Scan
from mipsdsl.data.cells import Problem, Reading, Texts, parse_texts, settled
from mipsdsl.data.findings import Findings
from mipsdsl.data.identifiers import (
    NAMES,
    formed_of,
    has_check_digit,
    is_digits,
    judge,
    with_unsound,
)
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.percents import Decision, decide
from mipsdsl.data.slots import Slot
from mipsdsl.data.validate import (
    Example,
    note_day_numbers,
    note_percents,
    note_restored,
    note_rounded,
    note_unsound,
)

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection

_NUMBER = r"-?[0-9]{1,12}(\.[0-9]{1,12})?"
# A double whose text is a number as cells have it, with a power of two digits at most; not zero.
_AS_TEXT = "(abs({0}) >= 1e-99 AND abs({0}) < 1e100)"


@frozen
class Taken:
    """A column of values: SQL for them, the join that they need, and the texts that are wrong."""

    binding: Binding
    value: str
    join: str
    odd: str
    wrong: dict[str, Problem] = field(factory=dict)


def take(
    connection: Connection,
    scan: Scan,
    bindings: tuple[Binding, ...],
    options: ReadOptions,
    findings: Findings,
) -> list[Taken]:
    """Return how the values of the bound columns are had; ``findings`` gains what there is to say."""
    readings = _readings(connection, scan, bindings, options)
    pairs = [
        (binding, plain(binding.slot, scan.cells[binding.place], reading))
        for binding, (reading, _) in zip(bindings, readings, strict=True)
    ]
    odd = [_odd(scan.cells[binding.place], found) for binding, found in pairs]
    counts = sql.one(
        connection,
        f"SELECT {', '.join(f'count_if({each})' for each in odd)} FROM {scan.relation}",
    )
    looked: dict[bool, list[str]] = {}
    taken = []
    for place, (binding, found) in enumerate(pairs):
        reading, decision = readings[place]
        if decision is not None and decision.looked:
            looked.setdefault(decision.hundred, []).append(binding.header)
        if not counts[place]:
            taken.append(Taken(binding, found.value, "", "false"))
            continue
        column = _Odd(connection, scan, binding, found, odd[place], f"{scan.relation}_odd_{place}")
        taken.append(column.take(reading, findings))
    note_percents(scan.file, looked, findings)
    return taken


def _odd(cell: Cell, found: Plain) -> str:
    """Return SQL for the cells that are neither plain nor empty."""
    return f"({cell.name} IS NOT NULL AND NOT coalesce({found.holds}, false))"


# --- how columns are read ------------------------------------------------------------------------


def _readings(
    connection: Connection, scan: Scan, bindings: tuple[Binding, ...], options: ReadOptions
) -> list[tuple[Reading, Decision | None]]:
    found: list[tuple[Reading, Decision | None]] = []
    for binding in bindings:
        rule = binding.rule
        missing = frozenset(rule.missing if rule else ())
        if binding.slot.type.unit is Unit.PERCENT:
            asked = (rule.percent if rule else None) or options.percent_in
            name = f"{scan.file}, {binding.header}"
            cells = _percents(connection, scan, binding, missing) if asked is None else iter(())
            decision = decide(name, cells, asked)
            found.append((Reading(decision.hundred, missing), decision))
        else:
            order = rule.date if rule else "ymd"
            reading = Reading(missing=missing, strict_npi=options.strict_npi, date=order)
            found.append((reading, None))
    return found


def _percents(
    connection: Connection, scan: Scan, binding: Binding, missing: frozenset[str]
) -> Iterator[str]:
    """Yield the texts of a column of percents that ``decide`` has to see, in order.

    Of plain numbers those are the first on each side of 1.5, which it parts them at.
    """
    cell = scan.cells[binding.place]
    is_number = cell.kind in ("DOUBLE", "FLOAT") or cell.kind.endswith("INT")
    number = cell.name if is_number else f"TRY_CAST({cell.text} AS DOUBLE)"
    written = f"regexp_full_match({cell.text}, '{_NUMBER}')"
    clear = _AS_TEXT.format(number) if is_number else f"{written} AND abs({number}) > 0"
    if missing:
        clear += f" AND trim({cell.text}) NOT IN {sql.literals(sorted(missing))}"
    first = sql.one(
        connection,
        f"SELECT min({NUMBER}) FILTER ({clear} AND abs({number}) <= 1.5), "
        f"min({NUMBER}) FILTER ({clear} AND abs({number}) > 1.5) FROM {scan.relation}",
    )
    numbers = [each for each in first if each is not None]
    where = f"{NUMBER} IN {sql.whole_numbers(numbers)}"
    if not is_number:
        where += f" OR ({cell.name} IS NOT NULL AND NOT coalesce({clear}, false))"
    rows = connection.execute(
        f"SELECT {cell.text} AS said FROM {scan.relation} WHERE {where} "
        f"GROUP BY ALL ORDER BY min({NUMBER})"
    ).fetchall()
    yield from (text for (text,) in rows if text.strip() not in missing)


# --- cells that are not plain --------------------------------------------------------------------


@frozen
class _Odd:
    """The cells of a column that are not plain, in a table of their different texts."""

    connection: Connection
    scan: Scan
    binding: Binding
    plain: Plain
    odd: str
    table: str

    @property
    def slot(self) -> Slot:
        return self.binding.slot

    @property
    def text(self) -> str:
        """Return SQL for the text of an odd cell, which is nothing for all others."""
        return f"CASE WHEN {self.odd} THEN {self.scan.cells[self.binding.place].text} END"

    def take(self, reading: Reading, findings: Findings) -> Taken:
        rows = self.connection.execute(
            f"SELECT DISTINCT {self.text} FROM {self.scan.relation} WHERE {self.odd}"
        ).fetchall()
        texts = parse_texts(self.slot, sorted(text for (text,) in rows), reading)
        restored, unsound = self._identifiers(texts, reading)
        self._store(texts, restored, unsound)
        self._note(findings)
        if all(value is None for value in texts.known.values()):
            missing = f"CASE WHEN {self.odd} THEN NULL ELSE {self.plain.value} END"
            return Taken(self.binding, missing, "", self.odd, texts.wrong)
        alias = self.table
        value = f"CASE WHEN {self.odd} THEN {alias}.value ELSE {self.plain.value} END"
        join = f" LEFT JOIN {self.table} ON {self.text} = {alias}.said"
        return Taken(self.binding, value, join, self.odd, texts.wrong)

    def _identifiers(self, texts: Texts, reading: Reading) -> tuple[set[str], set[str]]:
        """Look at NPIs and TINs as a column, as ``cells.parse_column`` does."""
        slot, known = self.slot, texts.known
        if slot.name not in NAMES or slot.type.unit is not Unit.TEXT:
            return set(), set()
        values = {value for value in known.values() if isinstance(value, str)}
        digits = {value for value in values if is_digits(slot.name, value)}
        others = values - digits
        new = formed_of(slot.name, others) | digits
        as_they_stand, zeros = self._plain_numbers()
        there = self._are_plain(new)
        others -= there
        all_digits = as_they_stand + len(digits - there)
        formed = as_they_stand + len(new - there)
        has_zeros = zeros or any(each.startswith("0") for each in new)
        found = judge(slot.name, others, formed, all_digits, has_zeros=has_zeros)
        if slot.name == "npi" and not found.wrong_only:
            # A plain NPI has its check digit.
            found = with_unsound(found, {npi for npi in new if not has_check_digit(npi)})
        return settled(found, known, texts.wrong, reading)

    def _plain_numbers(self) -> tuple[int, bool]:
        """Return how many different numbers stand in their form, and whether one begins with 0."""
        number, zeros = sql.one(
            self.connection,
            f"SELECT count(DISTINCT {self.plain.value}), "
            f"coalesce(bool_or(starts_with({self.plain.value}, '0')), false) "
            f"FROM {self.scan.relation} WHERE {self.plain.holds}",
        )
        return int(number), bool(zeros)

    def _are_plain(self, numbers: set[str]) -> set[str]:
        """Return which of ``numbers`` are among the plain cells as well."""
        if not numbers:
            return set()
        sql.put(self.connection, "sought", [("number", "VARCHAR", sorted(numbers))])
        found = self.connection.execute(
            f"SELECT DISTINCT {self.plain.value} FROM {self.scan.relation} "
            f"WHERE {self.plain.holds} AND {self.plain.value} IN (SELECT number FROM sought)"
        ).fetchall()
        return {number for (number,) in found}

    def _store(self, texts: Texts, restored: set[str], unsound: set[str]) -> None:
        """Keep what was found of each text, for the join and for counting."""
        known = texts.known
        kind = sql_type(self.slot)
        values = [list(v) if isinstance(v, tuple) else v for v in known.values()]
        marks = (texts.rounded, unsound, restored, texts.day_numbers)
        columns: list[tuple[str, str, list[Any]]] = [
            ("said", "VARCHAR", list(known)),
            ("value", kind, values),
            ("wrong", "BOOLEAN", [text in texts.wrong for text in known]),
        ]
        columns += [
            (name, "BOOLEAN", [text in marked for text in known])
            for name, marked in zip(_MARKS, marks, strict=True)
        ]
        sql.put(self.connection, self.table, columns)

    def _note(self, findings: Findings) -> None:
        file = self.scan.file
        seen = {name: self._example(name) for name in _MARKS}
        note_rounded(file, self.binding, seen["rounded"].number, findings)
        for name, note in (
            ("unsound", note_unsound),
            ("restored", note_restored),
            ("day_number", note_day_numbers),
        ):
            if seen[name].number:
                note(file, self.binding, seen[name], findings)

    def _example(self, mark: str) -> Example:
        """Return how many cells bear ``mark``, and the first of them."""
        (marked,) = sql.one(self.connection, f"SELECT count_if({mark}) FROM {self.table}")
        if not marked:
            return Example(0, "", 0, None)
        number, row = sql.one(
            self.connection,
            f"SELECT count(*), min({NUMBER}) FROM {self.scan.relation} "
            f"JOIN {self.table} ON {self.text} = said WHERE {mark}",
        )
        said, value = sql.one(
            self.connection,
            f"SELECT said, value FROM {self.scan.relation} JOIN {self.table} "
            f"ON {self.text} = said WHERE {NUMBER} = {row}",
        )
        return Example(number, said.strip(), row, value)


_MARKS = ("rounded", "unsound", "restored", "day_number")


def wrong_cells(scan: Scan, taken: list[Taken]) -> str:
    """Return SQL for the rows that have a wrong cell; nothing when there are none."""
    return " OR ".join(
        f"(CASE WHEN {each.odd} THEN {scan.cells[each.binding.place].text} END "
        f"IN (SELECT said FROM {scan.relation}_odd_{place} WHERE wrong))"
        for place, each in enumerate(taken)
        if each.wrong
    )
