"""Every cost benchmark that CMS published against points that were worked out apart."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.pipeline import compile_policy, read_sources
from mipsdsl.scoring import Wanted, score, world_of
from tests.real.published_points import Published, published_costs

# The files of 2020 and 2021 have none: cost was not scored.
YEARS = (2017, 2018, 2019, 2022, 2023, 2024, 2025, 2026)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "qpp-measures-data"
POINT = 10**12
EXACT = Fraction(1, 10**9)
SUPPRESSED = {2025: {"COST_AKID_1", "COST_EDV_1"}}


@pytest.fixture(scope="module")
def measures() -> Path:
    if not SHARED.exists():
        pytest.skip("the real data ../shared/data/qpp-measures-data are not here")
    return SHARED


def costs(row: Published) -> list[Fraction]:
    """Return costs at, between and beyond the starts, in whole cents."""
    starts = sorted(set(row.starts))
    between = [(a + b) / 2 for a, b in pairwise(starts)]
    wanted = [*starts, *between, starts[0] / 2, starts[-1] * 2]
    return sorted({Fraction(round(cost * 100), 100) for cost in wanted})


@pytest.mark.parametrize("year", YEARS)
def test_every_cost_benchmark_gives_the_points_of_the_regulation(
    measures: Path, tmp_path: Path, year: int
) -> None:
    rows = list(published_costs(measures, year))
    lines = ["submission_id,measure_id,cases,cost"]
    expected = {}
    for row in rows:
        for number, cost in enumerate(costs(row)):
            lines.append(f"S{number},{row.measure},10000,{float(cost):.2f}")
            expected[f"S{number}", row.measure] = row.points(cost)
    units = {unit for unit, _ in expected}
    (tmp_path / "cost_measure.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "submission.csv").write_text(
        "submission_id,kind,reporting_option,reported,tin\n"
        + "".join(f"{unit},group,traditional,yes,000000001\n" for unit in units),
        "utf-8",
    )
    program = compile_policy(read_sources(str(year)))
    inputs = read(program, [tmp_path], ReadOptions(measures=measures))
    (outcome,) = score(world_of(program, inputs), Wanted(outputs=("cost_measure.points",))).outcomes
    found = {tuple(row[:2]): row[2] for row in outcome.rows}
    missing = {measure for (_, measure), points in found.items() if points is None}
    wrong = {
        key: (float(points), int(found[key] or 0) / POINT)
        for key, points in expected.items()
        if key[1] not in missing and abs(Fraction(int(found[key] or 0), POINT) - points) > EXACT
    }

    assert () == inputs.rejects
    assert {row.measure for row in rows} - missing
    assert missing <= SUPPRESSED.get(year, set())
    assert {} == wrong
