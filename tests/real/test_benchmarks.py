"""Every benchmark that CMS published, 2017 to 2026, against points that were worked out apart."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.pipeline import compile_policy, read_sources
from mipsdsl.scoring import Wanted, score, world_of
from tests.real.published_points import Published, published

YEARS = range(2017, 2027)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "qpp-measures-data"
POINT = 10**12
HEADER = "submission_id,measure_id,collection_type,performance_rate,observations,data_completeness"
EXACT = Fraction(1, 10**9)


@pytest.fixture(scope="module")
def measures() -> Path:
    if not SHARED.exists():
        pytest.skip("the real data ../shared/data/qpp-measures-data are not here")
    return SHARED


def rates(row: Published) -> list[Fraction]:
    """Return rates at, between and beyond the starts of a benchmark, with two places."""
    starts = sorted(set(row.starts))
    between = [(a + b) / 2 for a, b in pairwise(starts)]
    beyond = [starts[0] - 1, starts[-1] + 1]
    wanted = [*starts[::3], *between[::2], *beyond, Fraction(0), Fraction(100)]
    rounded = {Fraction(round(rate * 100), 100) for rate in wanted}
    return sorted(rate for rate in rounded if not row.proportion or 0 <= rate <= 100)


@pytest.mark.parametrize("year", YEARS)
def test_every_published_benchmark_gives_the_points_of_the_regulation(
    measures: Path, tmp_path: Path, year: int
) -> None:
    asked = [(row, rate) for row in published(measures, year) for rate in rates(row)]
    expected = {}
    taken: dict[tuple[str, str], int] = {}
    lines = [HEADER]
    for row, rate in asked:
        key = (row.measure, row.collection_type)
        taken[key] = taken.get(key, -1) + 1
        # No submission has more than 200 measures.
        unit = f"S{taken[key]}-{list(taken).index(key) // 150}"
        lines.append(f"{unit},{row.measure},{row.collection_type},{float(rate):.2f},10000,100%")
        expected[unit, *key] = (row.points(rate), rate)
    units = {line.split(",")[0] for line in lines[1:]}
    (tmp_path / "quality_measure.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "submission.csv").write_text(
        "submission_id,kind,reporting_option,reported,tin\n"
        + "".join(f"{unit},group,traditional,yes,000000001\n" for unit in units),
        "utf-8",
    )
    (tmp_path / "practice.csv").write_text(
        "tin,eligible_clinicians,reports_as_group\n000000001,40,yes\n", "utf-8"
    )
    program = compile_policy(read_sources(str(year)))
    inputs = read(program, [tmp_path], ReadOptions(measures=measures))
    (outcome,) = score(
        world_of(program, inputs), Wanted(outputs=("quality_measure.points",))
    ).outcomes
    found = {tuple(row[:3]): Fraction(int(row[3] or 0), POINT) for row in outcome.rows}
    wrong = {
        key: (f"rate {float(rate)}", float(points), float(found[key]))
        for key, (points, rate) in expected.items()
        if abs(found[key] - points) > EXACT
    }

    assert () == inputs.rejects
    assert len(expected) == len(found)
    assert {} == wrong
