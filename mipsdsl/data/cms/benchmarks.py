"""The benchmarks: ten starts of deciles out of every layout that CMS has had."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from mipsdsl.data.cms.published import (
    Entry,
    Published,
    Row,
    Source,
    collection_type,
    snake,
)
from mipsdsl.data.findings import Findings

_PERCENTILES = ("1", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99")
_DECILES = 10
_WORST = 100


def benchmarks(published: Published, findings: Findings) -> list[tuple[int, Row]]:
    """Return the benchmarks; those whose starts are out of order are named in a note."""
    source = published.read(f"benchmarks/{published.year}.json")
    rows: list[tuple[int, Row]] = []
    disordered: list[str] = []
    for number, entry in source.numbered():
        row = _benchmark(entry, published.by_id.get(str(entry["measureId"]), {}))
        if not _in_order(_numbers(entry)):
            disordered.append(f"{row['measure_id']} ({row['collection_type']})")
        rows.append((number, row))
    if disordered:
        findings.note(
            f"{source.name}: the starts of {', '.join(disordered)} are out of order; "
            "used as published"
        )
    _note_own_year(published, source, findings)
    _note_removed(published, source, findings)
    return rows


def _note_own_year(published: Published, source: Source, findings: Findings) -> None:
    """Say when the benchmarks of the year's own data are not there yet, or are placeholders."""
    year = published.year
    own = _own(source, year)
    if not own:
        findings.note(
            f"{source.name} has no benchmarks of the data of {year} itself: measures without a "
            "historical one are scored as without any"
        )
    before = published.first_of(f"benchmarks/{year - 1}.json")
    known = _own(before, year - 1) if before is not None else {}
    same = [key for key, numbers in own.items() if known.get(key) == numbers]
    if 2 * len(same) > len(own):
        findings.note(
            f"{source.name}: {len(same)} of {len(own)} benchmarks of the data of {year} itself are "
            f"those of {year - 1}: placeholders, on which no result should rest"
        )


def _own(source: Source, year: int) -> dict[tuple[str, str], list[Any]]:
    """Return the numbers of the benchmarks that rest on data of the year."""
    return {
        (str(entry["measureId"]), str(entry.get("submissionMethod"))): _numbers(entry)
        for _, entry in source.numbered()
        if entry.get("benchmarkYear") == year
    }


def _note_removed(published: Published, source: Source, findings: Findings) -> None:
    """Say which historical benchmarks are there though the measures say that they were removed."""
    removed = []
    for _, entry in source.numbered():
        measure = published.by_id.get(str(entry["measureId"]), {})
        lost = measure.get("historic_benchmarks") or measure.get("benchmarks") or {}
        is_historical = entry.get("benchmarkYear") != published.year
        if is_historical and lost.get(entry.get("submissionMethod")) == "removed":
            removed.append(f"{entry['measureId']} ({entry['submissionMethod']})")
    if removed:
        findings.note(
            f"{source.name}: the benchmarks of {', '.join(removed)} are historical, though "
            "CMS's measures say that these were removed; used as published"
        )


def _benchmark(entry: Entry, measure: Entry) -> Row:
    """Return a benchmark; what its entry leaves open is looked up in its measure."""
    inverse = _is_inverse(entry, measure)
    capped = entry.get("isToppedOutByProgram")
    lifted = measure.get("sevenPointCapRemoved") or []
    return {
        "measure_id": str(entry["measureId"]),
        "collection_type": collection_type(str(entry.get("submissionMethod")), measure),
        "starts": _starts(entry, measure, is_inverse=inverse),
        "inverse": inverse,
        "benchmark_year": entry.get("benchmarkYear"),
        "topped_out": bool(entry.get("isToppedOut")),
        "seven_point_cap": measure.get("isToppedOutByProgram") if capped is None else capped,
        "cap_lifted": entry.get("submissionMethod") in lifted,
        "metric_type": snake(entry.get("metricType") or measure.get("metricType")),
        "average_rate": entry.get("averagePerformanceRate"),
    }


def _numbers(entry: Entry) -> list[Any]:
    """Return the numbers of an entry in the order in which it has them."""
    if "deciles" in entry:
        return list(entry["deciles"])
    percentiles = entry.get("percentiles") or {}
    return [percentiles[name] for name in _PERCENTILES if name in percentiles]


def _is_inverse(entry: Entry, measure: Entry) -> bool:
    """Return whether less is better: percentiles say so, deciles show it, else the measure says."""
    if "deciles" not in entry and entry.get("isInverse") is not None:
        return bool(entry["isInverse"])
    numbers = _numbers(entry)
    if "deciles" in entry and numbers and numbers[0] != numbers[-1]:
        return bool(numbers[0] > numbers[-1])
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
    numbers = _numbers(entry)
    if "deciles" not in entry:
        return numbers[:0:-1] if is_inverse else numbers[:-1]
    if len(numbers) == _DECILES:
        if _is_whole(numbers, measure):
            return numbers
        numbers = numbers[:-1]
    return numbers[:1] + numbers


def _is_whole(ten: list[Any], measure: Entry) -> bool:
    """Return whether ten numbers are the starts of all deciles, not of 2 to 10 and the best value.

    They are for cost measures (not in 2017, whose best value is 0) and where the worst value leads
    (MCC1 of 2021). TPCC and MSPB of 2017, 479 and 480 of 2021, ACEP50 and ACEP51 are shifted: their
    values line up with those of the years beside.
    """
    is_cost = measure.get("category") == "cost" and ten[-1] != 0
    return is_cost or bool(ten[0] == _WORST)
