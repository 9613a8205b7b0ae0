"""Documents into sheets: a row for each submission, and for all that its measurement sets hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from attrs import field, frozen

from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import Sheet, json_cell
from mipsdsl.data.slots import Layout
from mipsdsl.data.submissions.documents import Document, year_of
from mipsdsl.data.submissions.measurements import INTEROPERABILITY, Row, day_of, days_of, rows_of
from mipsdsl.data.submissions.stand_ins import stand_ins
from mipsdsl.data.submissions.units import Unit, units_of
from mipsdsl.data.tables import DataError, Reject

_WHOLE = (
    "quality_measure",
    "quality_stratum",
    "improvement_activity",
    *INTEROPERABILITY,
    "cost_measure",
)
_INTEROPERABILITY = ("aci", "pi")


@frozen
class _Rows:
    """The rows of each file and record, in the order in which they are found."""

    found: dict[tuple[Path, str], list[Row]] = field(factory=dict)
    known: set[tuple[object, ...]] = field(factory=set)
    activities: dict[tuple[object, ...], Row] = field(factory=dict)

    def add(self, path: Path, record: str, row: Row) -> None:
        """Add a row, unless the very same was sent before: in two sets, say."""
        if record == "improvement_activity" and self._has_activity(row):
            return
        content = (record, *((name, json_cell(value)) for name, value in row.items()))
        if content not in self.known:
            self.known.add(content)
            self.found.setdefault((path, record), []).append(row)

    def _has_activity(self, row: Row) -> bool:
        """Return whether the activity was sent before; the longer time of the two is kept."""
        key = (row["submission_id"], json_cell(row["activity_id"]))
        before = self.activities.setdefault(key, row)
        if before is row:
            return False
        days = [each for each in (before["days"], row["days"]) if isinstance(each, int)]
        before["days"] = max(days, default=None)
        return True


def sheets_of(
    documents: Sequence[Document],
    layout: Layout,
    findings: Findings,
    *,
    any_year: bool = False,
    given: Collection[str] = (),
    assumed: Collection[str] = (),
) -> list[tuple[Path, Sheet, str]]:
    """Return a sheet for each file and record that the documents have rows of.

    A document of another year is left out, unless ``any_year``. Whom the documents name is taken
    for the usual clinician, unless ``given`` has clinicians (see ``stand_ins``).

    Reports: D0125.

    Raises:
        DataError: nothing in the documents is scored.
    """
    year = layout.program.year
    others = [each for each in documents if year_of(each) not in (None, year)]
    left = documents if any_year else [each for each in documents if each not in others]
    if any_year:
        for each in others:
            findings.note(f"{each.path.name} was sent for {year_of(each)}; the rules are of {year}")
    rows = _Rows()
    units = units_of(left, year, findings)
    if left and not units:
        raise DataError(
            "the documents hold nothing that MIPS scores", "; ".join(findings.plain_notes)
        )
    for unit in units:
        rows.add(unit.first.path, "submission", _submission(unit))
        for sent in unit.sets:
            for record, row in rows_of(sent, unit):
                rows.add(sent.document.path, record, row)
    _note_strata(rows, layout, findings)
    for record in _WHOLE:
        rows.found.setdefault((documents[0].path, record), [])
    rejects: dict[Path, list[Reject]] = {}
    for each in () if any_year else others:
        rejects.setdefault(each.path, []).append(_of_another_year(each, year))
        rows.found.setdefault((each.path, "submission"), [])
    people = stand_ins(units, layout, given, assumed, findings)
    return [
        *people,
        *(
            (path, _sheet(path, record, found, layout, rejects), record)
            for (path, record), found in rows.found.items()
            if record in layout.slots
        ),
    ]


def _note_strata(rows: _Rows, layout: Layout, findings: Findings) -> None:
    """Say which measures were sent in strata, when the program has no place for them."""
    if "quality_stratum" in layout.slots:
        return
    for (path, record), found in rows.found.items():
        if record == "quality_stratum":
            names = ", ".join(dict.fromkeys(str(row["measure_id"]) for row in found))
            findings.note(f"{path.name}: {names} sent in strata; give the overall performance_rate")


def _of_another_year(document: Document, year: int) -> Reject:
    sent = year_of(document)
    return Reject(
        file=f"{document.path.name}, submission",
        row=document.number,
        column="performanceYear",
        code="D0125",
        reason=f"sent for {sent}, and the rules are of {year}; --any-year takes it all the same",
        value=str(sent),
        original={},
    )


def _submission(unit: Unit) -> Row:
    """Return the row of a submission."""
    entries = [sent.entry for sent in unit.sets]
    interoperability = [e for e in entries if e.get("category") in _INTEROPERABILITY]
    begins = [day for e in interoperability if (day := day_of(e, "performanceStart"))]
    ends = [day for e in interoperability if (day := day_of(e, "performanceEnd"))]
    return {
        "submission_id": unit.name,
        "kind": unit.kind,
        "tin": unit.tin,
        "npi": unit.npi,
        "reported": True,
        "reporting_option": unit.reporting_option,
        "mvp": unit.mvp,
        "performance_days": max((days for e in entries if (days := days_of(e))), default=None),
        "cehrt_id": next((e["cehrtId"] for e in entries if e.get("cehrtId")), None),
        "interoperability_begins": _iso(min(begins, default=None)),
        "interoperability_ends": _iso(max(ends, default=None)),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _sheet(
    path: Path, record: str, rows: list[Row], layout: Layout, rejects: Mapping[Path, list[Reject]]
) -> Sheet:
    """Return the rows as text cells, those of the declared columns only.

    Of a record of which nothing was sent it is an empty sheet: documents hold all that was.
    """
    slots = layout.slots[record]
    names = dict.fromkeys(name for row in rows for name in row if name in slots)
    columns = tuple(names or (name for name, slot in slots.items() if not slot.is_item))
    return Sheet(
        f"{path.name}, {record}",
        columns,
        [[json_cell(row.get(name)) for name in columns] for row in rows],
        list(range(1, len(rows) + 1)),
        unreadable=tuple(rejects.get(path, ())) if record == "submission" else (),
    )
