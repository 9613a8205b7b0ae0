"""CMS's QPP submissions-API documents into sheets of submissions and of what they hold.

Source: the documents and the schema of CMS's QPP submissions API. Layout only: names of the API on
the left, names of the records on the right. Strata are not rolled up into one rate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen

from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import Sheet, json_cell
from mipsdsl.data.slots import Layout
from mipsdsl.data.tables import DataError

Entry: TypeAlias = Mapping[str, Any]
"""An object of a document, as sent."""

_KINDS = {
    "individual": "individual",
    "group": "group",
    "virtualGroup": "virtual_group",
    "subgroup": "subgroup",
    "apm": "apm_entity",
}
_COLLECTION_TYPES = {
    "claims": "claims",
    "electronicHealthRecord": "ecqm",
    "cmsWebInterface": "web_interface",
    "certifiedSurveyVendor": "cahps",
    "administrativeClaims": "administrative_claims",
}
_QUALITY = {
    "performanceMet": "performance_met",
    "performanceNotMet": "performance_not_met",
    "eligiblePopulationExclusion": "exclusions",
    "eligiblePopulationException": "exceptions",
    "eligiblePopulation": "eligible_population",
    "numerator": "numerator",
    "denominator": "denominator",
    "observationInstances": "observations",
    "performanceRate": "performance_rate",
    "isEndToEndReported": "end_to_end",
}
_CARE_INFORMATION = ("care_information_measure", "interoperability_measure")
_WHOLE = ("quality_measure", "improvement_activity", *_CARE_INFORMATION, "cost_measure")
_HELP = "give a document of CMS's QPP submissions API, with its `measurementSets`"


@frozen
class _Rows:
    """The rows of each record, as they are found."""

    by_record: dict[str, list[dict[str, object]]] = field(factory=dict)

    def add(self, record: str, row: dict[str, object]) -> None:
        """Add a row."""
        self.by_record.setdefault(record, []).append(row)


def sheets_of(content: object, path: Path, layout: Layout, findings: Findings) -> dict[str, Sheet]:
    """Return a sheet for each record that the documents in ``content`` have rows of."""
    documents = documents_in(content)
    rows = _Rows()
    for number, document in enumerate(documents, start=1):
        _note_year(path, document, layout, findings)
        _submission(document, number, rows, path.name, findings)
    for record in _WHOLE:
        rows.by_record.setdefault(record, [])
    return {
        record: _sheet(f"{path.name}, {record}", found, set(layout.slots[record]))
        if found
        else _none(f"{path.name}, {record}", layout, record)
        for record, found in rows.by_record.items()
        if record in layout.slots
    }


def documents_in(content: object) -> list[Entry]:
    """Return the submissions in a document: bare, in an envelope, or in a list."""
    if isinstance(content, list):
        return [found for each in content for found in documents_in(each)]
    if not isinstance(content, dict):
        return []
    if isinstance(content.get("measurementSets"), list):
        return [content]
    names = ("data", "submission", "submissions")
    return [found for name in names for found in documents_in(content.get(name))]


def _note_year(path: Path, document: Entry, layout: Layout, findings: Findings) -> None:
    year = str(document.get("performanceYear", ""))
    if year.isdigit() and int(year) != layout.program.year:
        findings.note(f"{path.name} was sent for {year}; the rules are of {layout.program.year}")


def _sheet(file: str, rows: list[dict[str, object]], declared: set[str]) -> Sheet:
    """Return the rows as text cells, those of the declared columns only."""
    names = dict.fromkeys(name for row in rows for name in row if name in declared)
    cells = [[json_cell(row.get(name)) for name in names] for row in rows]
    return Sheet(file, tuple(names), cells, list(range(1, len(rows) + 1)))


def _none(file: str, layout: Layout, record: str) -> Sheet:
    """Return the sheet of a record of which nothing was sent: a document holds all that was."""
    fields = [name for name, slot in layout.slots[record].items() if not slot.is_item]
    return Sheet(file, tuple(fields), [], [])


def _submission(document: Entry, number: int, rows: _Rows, file: str, findings: Findings) -> None:
    """Add the rows of one document: the submission, and what its measurement sets hold."""
    tin = document.get("taxpayerIdentificationNumber")
    npi = document.get("nationalProviderIdentifier")
    given = document.get("submissionId") or document.get("id")
    own = (
        given or "-".join(str(part) for part in (tin, npi) if part) or f"{Path(file).stem}-{number}"
    )
    sets = [each for each in document["measurementSets"] if isinstance(each, dict)]
    kind = str(document.get("entityType"))
    pathway, mvp = _pathway(sets)
    submission = {
        "submission_id": own,
        "kind": _KINDS.get(kind, kind),
        "tin": tin,
        "npi": npi,
        "reported": True,
        "reporting_option": pathway,
        "mvp": mvp,
        "performance_days": max((days for each in sets if (days := _days(each))), default=None),
    }
    rows.add("submission", submission)
    for each in sets:
        _measurements(each, own, rows, file, findings)


def _pathway(sets: Sequence[Entry]) -> tuple[str, str | None]:
    """Return the reporting option that the sets name, and the value pathway."""
    programs = [str(each.get("programName") or "mips") for each in sets]
    for program in programs:
        if re.fullmatch(r"[GM][0-9]{4}", program):
            return "mvp", program
        if program.startswith("app"):
            return "app", None
    return "traditional", None


def _days(sent: Entry) -> int | None:
    """Return the days that a set covers, both ends among them."""
    try:
        first = date.fromisoformat(str(sent.get("performanceStart"))[:10])
        last = date.fromisoformat(str(sent.get("performanceEnd"))[:10])
    except ValueError:
        return None
    return (last - first).days + 1


def _measurements(
    sent: Entry, submission: object, rows: _Rows, file: str, findings: Findings
) -> None:
    """Add the rows of one measurement set, by its category."""
    for each in sent.get("measurements") or []:
        if not isinstance(each, dict) or "measureId" not in each:
            raise DataError(f"`{file}`: a measurement has no `measureId`", _HELP)
        start: dict[str, object] = {"submission_id": submission}
        match sent.get("category"):
            case "quality":
                rows.add("quality_measure", start | _quality(each, sent, file, findings))
            case "ia" if each.get("value") is True:
                days = {"activity_id": each["measureId"], "days": _days(sent)}
                rows.add("improvement_activity", start | days)
            case "aci" | "pi":
                for record in _CARE_INFORMATION:
                    rows.add(record, start | _care_information(each))
            case _:
                continue


def _quality(each: Entry, sent: Entry, file: str, findings: Findings) -> dict[str, object]:
    measure = str(each["measureId"])
    value = each.get("value")
    value = value if isinstance(value, dict) else {}
    if "strata" in value:
        findings.note(f"{file}: {measure} was sent in strata; give its overall `performance_rate`")
    row: dict[str, object] = {ours: value.get(theirs) for theirs, ours in _QUALITY.items()}
    rate = value.get("reportingRate")
    return row | {
        "measure_id": measure,
        "collection_type": _collection_type(measure, str(sent.get("submissionMethod"))),
        "data_completeness": None if rate is None else f"{rate}%",
    }


def _collection_type(measure: str, method: str) -> str:
    """Return the collection type; the measures of a QCDR are those whose names are no numbers."""
    if method == "registry":
        return "mips_cqm" if measure[:1].isdigit() else "qcdr"
    return _COLLECTION_TYPES.get(method, method)


def _care_information(each: Entry) -> dict[str, object]:
    value = each.get("value")
    counts: Entry = value if isinstance(value, dict) else {}
    return {
        "measure_id": each["measureId"],
        "numerator": counts.get("numerator"),
        "denominator": counts.get("denominator"),
        "attested": None if isinstance(value, dict) else value,
    }
