"""The catalogues: one row for each measure or activity of a category."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from mipsdsl.data.cms.published import Entry, Published, Row, snake

# Two measures of 2017 and 2018 have a type of their own.
_MEASURE_TYPES = {"intermediateOutcomeAndProcess": "intermediate_outcome"}
_MEDICAL_HOME = "IA_PCMH"


@frozen
class Catalogue:
    """Which entries of the measures make a reference table, and how."""

    categories: tuple[str, ...]
    row: Callable[[Entry], Row]


def rows_of(catalogue: Catalogue, published: Published) -> list[tuple[int, Row]]:
    """Return the rows of a catalogue, each with its place in the published list."""
    return [
        (number, catalogue.row(entry))
        for number, entry in published.measures.numbered()
        if entry.get("category") in catalogue.categories
    ]


def _quality(entry: Entry) -> Row:
    kind = entry.get("measureType")
    return {
        "measure_id": str(entry["measureId"]),
        "title": entry.get("title"),
        "measure_type": _MEASURE_TYPES.get(str(kind)) or snake(kind),
        "high_priority": bool(entry.get("isHighPriority")),
        "inverse": bool(entry.get("isInverse")),
        "qcdr": bool(entry.get("isRegistryMeasure")),
        "metric_type": snake(entry.get("metricType")),
        "overall_algorithm": snake(entry.get("overallAlgorithm")),
        "risk_adjusted": entry.get("isRiskAdjusted"),
        "first_performance_year": entry.get("firstPerformanceYear"),
        "last_performance_year": entry.get("lastPerformanceYear"),
        "e_measure_id": entry.get("eMeasureId"),
    }


def _activity(entry: Entry) -> Row:
    """Return an activity; from 2025 on none has a weight, but a medical home stays one."""
    is_home = entry["measureId"] == _MEDICAL_HOME
    return {
        "activity_id": str(entry["measureId"]),
        "title": entry.get("title"),
        "weight": "medical_home" if is_home else entry.get("weight"),
        "subcategory": snake(entry.get("subcategoryId")),
        "first_performance_year": entry.get("firstPerformanceYear"),
    }


def _interoperability(entry: Entry) -> Row:
    """Return a measure, an attestation, an exclusion or a level of engagement.

    From 2020 on no weights are published. The exclusions of a measure are one name, or a list.
    """
    return {
        "measure_id": str(entry["measureId"]),
        "title": entry.get("title"),
        "required": bool(entry.get("isRequired")),
        "bonus": bool(entry.get("isBonus")),
        "weight": entry.get("weight"),
        "reporting_category": snake(entry.get("reportingCategory")),
        "transition": "transition" in (entry.get("measureSets") or []),
        "metric_type": snake(entry.get("metricType")),
        "objective": snake(entry.get("objective")),
        "first_performance_year": entry.get("firstPerformanceYear"),
    }


def _cost(entry: Entry) -> Row:
    return {
        "measure_id": str(entry["measureId"]),
        "title": entry.get("title"),
        "first_performance_year": entry.get("firstPerformanceYear"),
    }


CATALOGUES = {
    "quality_catalogue": Catalogue(("quality",), _quality),
    "activity_catalogue": Catalogue(("ia",), _activity),
    "care_information_catalogue": Catalogue(("aci", "pi"), _interoperability),
    "interoperability_catalogue": Catalogue(("aci", "pi"), _interoperability),
    "cost_catalogue": Catalogue(("cost",), _cost),
}
"""The catalogues that can be filled, by the name of their table."""
