"""Points out of CMS's published benchmarks, worked out apart from the program, in fractions.

Source: the layouts of deciles (2017 to 2022) and percentiles (2023 on) in CMS's measures data, and the
points of 42 CFR 414.1380(b)(1) through the years.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import frozen

WORDS = {
    "claims": "claims",
    "registry": "mips_cqm",
    "electronicHealthRecord": "ecqm",
    "cmsWebInterface": "web_interface",
    "administrativeClaims": "administrative_claims",
}
SHIFTED = {"479", "480", "ACEP50", "ACEP51"}
"""Measures whose ten numbers are the starts of deciles 2 to 10, and then the best value."""
SHIFTED_TO = 2021
FLOOR_OF_1 = 2023
SIX_CAPPED = {"021", "023", "052", "224", "262", "359"}


@frozen
class Published:
    """A benchmark: the starts of the deciles that it says, the first of them, and the measure."""

    measure: str
    collection_type: str
    first: int
    starts: tuple[Fraction, ...]
    inverse: bool
    cap: Fraction
    floor: Fraction
    nothing: Fraction
    proportion: bool

    def points(self, rate: Fraction) -> Fraction:
        """Return what a rate of a complete measure with enough cases earns."""
        if self.proportion and rate == (100 if self.inverse else 0):
            return self.nothing
        sign = -1 if self.inverse else 1
        reached = [n for n, start in enumerate(self.starts) if sign * rate >= sign * start]
        if not reached:
            return self.floor
        last = reached[-1]
        points = Fraction(self.first + last)
        if last + 1 < len(self.starts):
            begin, end = self.starts[last], self.starts[last + 1]
            points += (rate - begin) / (end - begin)
        return min(max(points, self.floor), self.cap)


def published(folder: Path, year: int) -> Iterator[Published]:
    """Yield the benchmarks of single measures of a year: no surveys, nothing of the web interface."""
    measures = {
        entry["measureId"]: entry
        for entry in _read(folder / f"measures/{year}/measures-data.json")
        if entry["category"] == "quality"
    }
    for entry in _read(folder / f"benchmarks/{year}.json"):
        measure = measures.get(entry["measureId"])
        method = entry["submissionMethod"]
        if measure is None or method in ("certifiedSurveyVendor", "cmsWebInterface"):
            continue
        if method in measure["submissionMethods"] and not _changed(measure, method):
            yield _published(entry, measure, year)


def published_costs(folder: Path, year: int) -> Iterator[Published]:
    """Yield the benchmarks of cost: 1 to 10 points, less is better."""
    measures = {
        entry["measureId"]: entry
        for entry in _read(folder / f"measures/{year}/measures-data.json")
        if entry["category"] == "cost"
    }
    for entry in _read(folder / f"benchmarks/{year}.json"):
        if entry["measureId"] not in measures:
            continue
        measure = measures[entry["measureId"]]
        first, starts, inverse = _starts(entry, measure, year)
        if starts[-1] == 0:
            # In 2017 the best value follows the starts of deciles 2 to 10.
            first, starts = 2, starts[:-1]
        yield Published(
            measure=entry["measureId"],
            collection_type="administrative_claims",
            first=first,
            starts=starts,
            inverse=inverse,
            cap=Fraction(10),
            floor=Fraction(1),
            nothing=Fraction(1),
            proportion=False,
        )


def _read(path: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return content


def _changed(measure: Mapping[str, Any], method: str) -> bool:
    """Return whether codes or a guideline changed: such measures may be suppressed."""
    for named, whole in (
        ("icdImpacted", "isIcdImpacted"),
        ("clinicalGuidelineChanged", "isClinicalGuidelineChanged"),
    ):
        if method in measure[named] if named in measure else measure.get(whole):
            return True
    return False


def _published(entry: Mapping[str, Any], measure: Mapping[str, Any], year: int) -> Published:
    first, starts, inverse = _starts(entry, measure, year)
    kind = WORDS[entry["submissionMethod"]]
    if kind == "mips_cqm" and measure["isRegistryMeasure"]:
        kind = "qcdr"
    if measure["measureId"].endswith("SSP"):
        kind = "medicare_cqm"
    return Published(
        measure=measure["measureId"],
        collection_type=kind,
        first=first,
        starts=starts,
        inverse=inverse,
        cap=_cap(entry, measure, year),
        floor=_floor(measure, kind, year),
        nothing=Fraction(3 if year == 2017 else 0),
        proportion=measure["metricType"] not in ("nonProportion", "costScore"),
    )


def _starts(
    entry: Mapping[str, Any], measure: Mapping[str, Any], year: int
) -> tuple[int, tuple[Fraction, ...], bool]:
    """Return the number of the first decile that has a start, the starts, and the direction."""
    if "percentiles" in entry:
        by_rank = {int(rank): Fraction(value) for rank, value in entry["percentiles"].items()}
        inverse = entry["isInverse"]
        ranks = (99, *range(90, 0, -10)) if inverse else (1, *range(10, 91, 10))
        return 1, tuple(by_rank[rank] for rank in ranks), inverse
    numbers = tuple(Fraction(value) for value in entry["deciles"])
    inverse = numbers[0] > numbers[-1] if numbers[0] != numbers[-1] else measure["isInverse"]
    if len(numbers) == 10 and year <= SHIFTED_TO and measure["measureId"] in SHIFTED:
        return 2, numbers[:-1], inverse
    return (1 if len(numbers) == 10 else 2), numbers, inverse


def _cap(entry: Mapping[str, Any], measure: Mapping[str, Any], year: int) -> Fraction:
    method = entry["submissionMethod"]
    if year == 2018:
        capped = measure["measureId"] in SIX_CAPPED and entry["isToppedOut"]
    else:
        capped = year > 2018 and bool(entry.get("isToppedOutByProgram"))
    lifted = method in (measure.get("sevenPointCapRemoved") or [])
    return Fraction(7 if capped and not lifted else 10)


def _floor(measure: Mapping[str, Any], kind: str, year: int) -> Fraction:
    """Return the least points above a rate of 0; a new measure has 7, then 5, from 2022 on."""
    age = year - measure["firstPerformanceYear"]
    if year >= 2022 and kind != "administrative_claims" and age in (0, 1):
        return Fraction(7 - 2 * age)
    return Fraction(1 if year >= FLOOR_OF_1 else 3)
