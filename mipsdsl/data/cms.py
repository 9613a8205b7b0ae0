"""CMS's published benchmarks and measure catalogues, brought into the tables a program declares.

Layout only: what a number means is said in policies. Source: the files of CMS's public repository
of QPP measures data, 2017 on, and its npm package (2017 to 2022), which has the same layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from attrs import frozen

from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import Sheet, json_cell
from mipsdsl.data.slots import Layout
from mipsdsl.data.tables import DataError

Entry: TypeAlias = Mapping[str, Any]
"""One object of a published file; what it holds differs by year, hence ``Any``."""

_COLLECTION_TYPES = {
    "claims": "claims",
    "registry": "mips_cqm",
    "electronicHealthRecord": "ecqm",
    "cmsWebInterface": "web_interface",
    "certifiedSurveyVendor": "cahps",
    "administrativeClaims": "administrative_claims",
}
# Two measures of 2017 and 2018 have a type of their own.
_MEASURE_TYPES = {"intermediateOutcomeAndProcess": "intermediate_outcome"}
_MEDICAL_HOME = "IA_PCMH"
_PERCENTILES = ("1", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99")
_WORST = 100


@frozen
class _Source:
    """A published file: its name within the folder, and its entries."""

    name: str
    entries: list[Entry]


@frozen
class _Catalogue:
    """Which entries of the measures make a reference table, and how."""

    categories: tuple[str, ...]
    row: Callable[[Entry], dict[str, object]]


def load_reference(folder: Path, year: int, layout: Layout, findings: Findings) -> dict[str, Sheet]:
    """Return a sheet for each reference table that the program declares and CMS publishes.

    ``folder`` holds ``benchmarks`` and ``measures``, or the package or checkout that does.

    Raises:
        DataError: the folder, or the year in it, is not there.
    """
    declared = {
        name: set(layout.slots[name]) for name in layout.slots if layout.records[name].is_reference
    }
    wanted = [name for name in declared if name == "benchmark" or name in _CATALOGUES]
    if not wanted:
        return {}
    root = _root(folder)
    measures = _entries(root, f"measures/{year}/measures-data.json")
    sheets: dict[str, Sheet] = {}
    for name in wanted:
        if name == "benchmark":
            source = _entries(root, f"benchmarks/{year}.json")
            rows = list(enumerate(_benchmarks(source, measures, findings), start=1))
            file = source.name
        else:
            rows = _catalogue(_CATALOGUES[name], measures)
            file = f"{measures.name}, {name}"
        sheets[name] = _sheet(file, rows, declared[name])
    return sheets


def _root(folder: Path) -> Path:
    """Return the folder that holds the benchmarks: this one, or one just inside it."""
    inside = (".", "package", "node_modules/qpp-measures-data")
    for candidate in [*(folder / name for name in inside), *sorted(folder.glob("*/"))]:
        if (candidate / "measures").is_dir() and (candidate / "benchmarks").is_dir():
            return candidate
    raise DataError(
        f"`{folder}` is not a folder of CMS's measures data",
        "it must hold the folders `benchmarks` and `measures` of CMS's public repository",
    )


def _entries(root: Path, name: str) -> _Source:
    path = root / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        years = sorted(each.stem for each in (root / "benchmarks").glob("2*.json"))
        raise DataError(
            f"`{root}` has no `{name}`", f"the years in it are {', '.join(years)}"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(f"`{path}` cannot be read: {error}") from error
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise DataError(f"`{path}` is not a list of entries, as CMS publishes it")
    return _Source(name, content)


def _sheet(file: str, rows: Sequence[tuple[int, dict[str, object]]], declared: set[str]) -> Sheet:
    """Return the rows as text cells, those of the declared columns only."""
    columns = [name for name in (rows[0][1] if rows else sorted(declared)) if name in declared]
    cells = [[json_cell(row[name]) for name in columns] for _, row in rows]
    return Sheet(file, tuple(columns), cells, [number for number, _ in rows])


def snake(text: object) -> str | None:
    """Return camel case as snake case.

    >>> snake("patientReportedOutcome")
    'patient_reported_outcome'
    """
    if text is None:
        return None
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(text)).lower()


# --- catalogues ----------------------------------------------------------------------------------


def _catalogue(catalogue: _Catalogue, measures: _Source) -> list[tuple[int, dict[str, object]]]:
    """Return the rows of a catalogue, each with its place in the published list."""
    return [
        (number, catalogue.row(entry))
        for number, entry in enumerate(measures.entries, start=1)
        if entry.get("category") in catalogue.categories
    ]


def _quality(entry: Entry) -> dict[str, object]:
    published = entry.get("measureType")
    return {
        "measure_id": str(entry["measureId"]),
        "title": entry.get("title"),
        "measure_type": _MEASURE_TYPES.get(str(published)) or snake(published),
        "high_priority": bool(entry.get("isHighPriority")),
        "inverse": bool(entry.get("isInverse")),
        "qcdr": bool(entry.get("isRegistryMeasure")),
        "metric_type": snake(entry.get("metricType")),
        "icd_impacted": bool(entry.get("isIcdImpacted")),
        "guideline_changed": bool(entry.get("isClinicalGuidelineChanged")),
        "first_year": entry.get("firstPerformanceYear"),
    }


def _activity(entry: Entry) -> dict[str, object]:
    is_home = entry["measureId"] == _MEDICAL_HOME
    return {
        "activity_id": str(entry["measureId"]),
        "title": entry.get("title"),
        "weight": "medical_home" if is_home else entry.get("weight"),
        "subcategory": snake(entry.get("subcategoryId")),
    }


def _care_information(entry: Entry) -> dict[str, object]:
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
    }


def _cost(entry: Entry) -> dict[str, object]:
    return {"measure_id": str(entry["measureId"]), "title": entry.get("title")}


_CATALOGUES = {
    "quality_catalogue": _Catalogue(("quality",), _quality),
    "activity_catalogue": _Catalogue(("ia",), _activity),
    "care_information_catalogue": _Catalogue(("aci", "pi"), _care_information),
    "interoperability_catalogue": _Catalogue(("aci", "pi"), _care_information),
    "cost_catalogue": _Catalogue(("cost",), _cost),
}

# --- benchmarks ----------------------------------------------------------------------------------


def _benchmarks(
    source: _Source, measures: _Source, findings: Findings
) -> Iterable[dict[str, object]]:
    """Return the benchmarks; those whose starts are out of order are named in a note."""
    by_id = {entry["measureId"]: entry for entry in measures.entries}
    disordered: list[str] = []
    for entry in source.entries:
        row = _benchmark(entry, by_id.get(entry["measureId"], {}))
        if not _in_order(_published(entry)):
            disordered.append(f"{row['measure_id']} ({row['collection_type']})")
        yield row
    if disordered:
        findings.note(
            f"{source.name}: the starts of {', '.join(disordered)} are out of order; "
            "used as published"
        )


def _benchmark(entry: Entry, measure: Entry) -> dict[str, object]:
    """Return a benchmark; what its entry leaves open is looked up in its measure."""
    published = _published(entry)
    inverse = _is_inverse(entry, published, measure)
    capped = entry.get("isToppedOutByProgram")
    return {
        "measure_id": str(entry["measureId"]),
        "collection_type": _collection_type(entry, measure),
        "starts": _starts(entry, measure, is_inverse=inverse),
        "inverse": inverse,
        "benchmark_year": entry.get("benchmarkYear"),
        "topped_out": bool(entry.get("isToppedOut")),
        "seven_point_cap": measure.get("isToppedOutByProgram") if capped is None else capped,
        "metric_type": snake(entry.get("metricType") or measure.get("metricType")),
        "average_rate": entry.get("averagePerformanceRate"),
    }


def _collection_type(entry: Entry, measure: Entry) -> str:
    """Return the collection type; a registry's own measure was collected by a QCDR."""
    method = str(entry.get("submissionMethod"))
    if method == "registry" and measure.get("isRegistryMeasure"):
        return "qcdr"
    return _COLLECTION_TYPES.get(method) or method


def _published(entry: Entry) -> list[Any]:
    """Return the numbers of an entry in the order in which it has them."""
    if "deciles" in entry:
        return list(entry["deciles"])
    percentiles = entry.get("percentiles") or {}
    return [percentiles[name] for name in _PERCENTILES if name in percentiles]


def _is_inverse(entry: Entry, published: list[Any], measure: Entry) -> bool:
    """Return whether less is better: percentiles say so, deciles show it, else the measure says."""
    if "deciles" not in entry and entry.get("isInverse") is not None:
        return bool(entry["isInverse"])
    if "deciles" in entry and published and published[0] != published[-1]:
        return bool(published[0] > published[-1])
    return bool(measure.get("isInverse"))


def _in_order(numbers: list[Any]) -> bool:
    pairs = list(pairwise(numbers))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _starts(entry: Entry, measure: Entry, *, is_inverse: bool) -> list[Any]:
    """Return the starts of the deciles 1 to 10, the worst first.

    Nine numbers are the starts of the deciles 2 to 10, so decile 1 is never reached before decile
    2: the first is repeated. Ten are told apart by ``_is_whole``. Percentiles rise always: decile
    1 begins at the first, or for an inverse measure at the last.
    """
    published = _published(entry)
    if "deciles" not in entry:
        return published[:0:-1] if is_inverse else published[:-1]
    if len(published) == 10:
        if _is_whole(published, measure):
            return published
        published = published[:-1]
    return published[:1] + published


def _is_whole(ten: list[Any], measure: Entry) -> bool:
    """Return whether ten numbers are the starts of all deciles, not of 2 to 10 and the best value.

    They are for cost measures (not in 2017, whose best value is 0) and where the worst value leads
    (MCC1 of 2021). TPCC and MSPB of 2017, 479 and 480 of 2021, ACEP50 and ACEP51 are shifted: their
    values line up with those of the years beside.
    """
    is_cost = measure.get("category") == "cost" and ten[-1] != 0
    return is_cost or bool(ten[0] == _WORST)
