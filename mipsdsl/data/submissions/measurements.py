"""One measurement set into rows: measures with their strata, activities, attestations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias

from mipsdsl.data.cms.published import COLLECTION_TYPES
from mipsdsl.data.submissions.documents import Entry
from mipsdsl.data.submissions.units import Sent, Unit
from mipsdsl.data.tables import DataError

Row: TypeAlias = dict[str, object]

INTEROPERABILITY = ("care_information_measure", "interoperability_measure")
_COUNTS = {
    "performanceMet": "performance_met",
    "performanceNotMet": "performance_not_met",
    "eligiblePopulationExclusion": "exclusions",
    "eligiblePopulationException": "exceptions",
    "eligiblePopulation": "eligible_population",
}
_QUALITY = _COUNTS | {
    "numerator": "numerator",
    "denominator": "denominator",
    "observationInstances": "observations",
    "performanceRate": "performance_rate",
    "isEndToEndReported": "end_to_end",
}
_HELP = "give a document of CMS's QPP submissions API, with its `measurementSets`"


def rows_of(sent: Sent, unit: Unit) -> Iterator[tuple[str, Row]]:
    """Yield the rows of one measurement set, each with its record.

    Raises:
        DataError: a measurement does not say of which measure it is.
    """
    found = sent.entry.get("measurements")
    for each in found if isinstance(found, list) else []:
        if not isinstance(each, dict) or "measureId" not in each:
            raise DataError(f"`{sent.document.path.name}`: a measurement has no `measureId`", _HELP)
        start: Row = {"submission_id": unit.name}
        match str(sent.entry.get("category")).casefold():
            case "quality":
                yield from _quality(each, sent.entry, start)
            case "ia" if each.get("value") is True:
                days = days_of(each) or days_of(sent.entry)
                yield (
                    "improvement_activity",
                    start | {"activity_id": each["measureId"], "days": days},
                )
            case "aci" | "pi":
                row = start | _interoperability(each)
                yield from ((record, row) for record in INTEROPERABILITY)
            case _:
                continue


def days_of(sent: Entry) -> int | None:
    """Return the days that a set or a measurement covers, both ends among them."""
    first, last = day_of(sent, "performanceStart"), day_of(sent, "performanceEnd")
    return None if first is None or last is None else (last - first).days + 1


def day_of(sent: Entry, name: str) -> date | None:
    """Return a date of a set, if it has one."""
    try:
        return date.fromisoformat(str(sent.get(name))[:10])
    except ValueError:
        return None


def _quality(each: Entry, sent: Entry, start: Row) -> Iterator[tuple[str, Row]]:
    """Yield the row of a measure of quality, and those of its strata."""
    measure = str(each["measureId"])
    value = _values(each.get("value"))
    key = start | {
        "measure_id": measure,
        "collection_type": _collection_type(measure, str(sent.get("submissionMethod"))),
    }
    rate = value.get("reportingRate")
    yield (
        "quality_measure",
        key
        | _renamed(value, _QUALITY)
        | _survey_or_claims(value)
        | {"data_completeness": None if rate is None else f"{rate}%"},
    )
    strata = value.get("strata")
    for stratum in strata if isinstance(strata, list) else []:
        sent_of = _values(stratum)
        yield (
            "quality_stratum",
            key | {"stratum": sent_of.get("stratum")} | _renamed(sent_of, _COUNTS),
        )


def _values(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _renamed(value: Mapping[str, object], names: Mapping[str, str]) -> Row:
    return {ours: value.get(theirs) for theirs, ours in names.items()}


def _survey_or_claims(value: Mapping[str, object]) -> Row:
    """Return the score of a part of a survey, or of a measure from claims, which CMS works out."""
    if "score" not in value:
        return {}
    details = _values(value.get("details"))
    cases = details.get("numberOfIndexAdmissions")
    return {"performance_rate": value["score"]} | ({} if cases is None else {"observations": cases})


def _collection_type(measure: str, method: str) -> str:
    """Return the collection type of what a registry sends, by the name of the measure.

    The measures of MIPS have numbers, those of an ACO end with SSP, those of a QCDR have names.
    """
    if method != "registry":
        return COLLECTION_TYPES.get(method, method)
    if measure.endswith("SSP"):
        return "medicare_cqm"
    return "mips_cqm" if measure[:1].isdigit() else "qcdr"


def _interoperability(each: Entry) -> Row:
    value = each.get("value")
    counts = _values(value)
    return {
        "measure_id": each["measureId"],
        "numerator": counts.get("numerator"),
        "denominator": counts.get("denominator"),
        "attested": None if isinstance(value, dict) else value,
    }
