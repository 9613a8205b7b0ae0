"""Every benchmark that CMS published, in every year: what the policy of the year makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise, zip_longest
from pathlib import Path

import pytest
from attrs import frozen

from mipsdsl.cache import compiled
from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import Table
from mipsdsl.library import read_sources
from mipsdsl.scoring import Wanted, score, world_of

MEASURES = Path(__file__).parents[3] / "shared" / "data" / "qpp-measures-data"
YEARS = range(2017, 2027)
POINT = 10**12
SUBMISSION = "submission_id,kind,reporting_option,reported,tin"
MEASURE = "submission_id,measure_id,collection_type,performance_rate,observations,data_completeness"
COST = "submission_id,measure_id,cases,cost"
PER_SUBMISSION = 60
NUDGE = Decimal("0.0001")
LOWEST, HIGHEST = Decimal(-1000), Decimal(1_000_000)
# Decile 1 to 10 begin so many standard deviations from the median, the worst first.
DEVIATIONS = [Decimal(text) for text in "2.75 2.5 2.25 2 1.5 1 0.5 -0.5 -1 -1.5".split()]
FIXED = [Decimal(number) for number in (84, 86, 88, 90, 92, 94, 96, 98, 99, 100)]
FIXED_INVERSE = [100 - start for start in FIXED]
# Benchmarks of a collection type that the measure does not have: rows of these are refused.
NOT_SENT = {("044", "claims"), ("119", "claims"), ("163", "claims"), ("185", "claims")}
# In the 2026 file the rows of cost and of measures from claims are those of 2025.
MEDIAN_TYPES = [(2024, "cost"), (2025, "cost"), (2025, "administrative_claims")]


@frozen
class Benchmark:
    """A row of the table of benchmarks; ``is_cost`` where its measure is one of cost."""

    measure: str
    collection_type: str
    starts: tuple[Decimal, ...]
    is_inverse: bool
    is_capped: bool
    is_cost: bool

    def rates(self) -> list[Decimal]:
        """Return the rates at which the points turn, and some between and beyond, the worst first.

        A cost is not below $0, and has cents.
        """
        step = Decimal("0.01") if self.is_cost else NUDGE
        places = Decimal("0.01") if self.is_cost else Decimal("0.000001")
        lowest = Decimal(0) if self.is_cost else LOWEST
        turns = {*self.starts, Decimal(0), Decimal(100)}
        middles = {(a + b) / 2 for a, b in pairwise(sorted(turns))}
        worse = step if self.is_inverse else -step
        nudged = {turn + worse for turn in turns}
        ends = {lowest, min(turns) - 1, max(turns) + 1, HIGHEST}
        asked = {rate.quantize(places) for rate in turns | middles | nudged | ends}
        return sorted((r for r in asked if lowest <= r <= HIGHEST), reverse=self.is_inverse)


@frozen
class Year:
    """A program and the benchmarks of its year."""

    program: Program
    benchmarks: list[Benchmark]


@pytest.fixture(scope="module", params=YEARS)
def year(request: pytest.FixtureRequest) -> Year:
    return _year(request.param)


def _year(number: int) -> Year:
    """Return the policy of a year, and the rows of its measures that CMS's catalogue knows."""
    if not MEASURES.exists():
        pytest.skip("the real data ../shared/data/qpp-measures-data are not here")
    program = compiled(read_sources(str(number))).program
    assert program is not None
    tables = read(program, [], ReadOptions(measures=MEASURES)).tables
    known = {row["measure_id"] for row in _rows(tables["quality_catalogue"])}
    cost = {row["measure_id"] for row in _rows(tables["cost_catalogue"])}
    rows = (row for row in _rows(tables["benchmark"]) if row["measure_id"] in known | cost)
    return Year(program, [_benchmark(row, is_cost=row["measure_id"] in cost) for row in rows])


def _rows(table: Table) -> Iterator[dict[str, object]]:
    return (dict(zip(table.columns, row, strict=True)) for row in table.rows)


def _benchmark(row: dict[str, object], *, is_cost: bool) -> Benchmark:
    starts = row["starts"]
    assert isinstance(starts, tuple)
    return Benchmark(
        measure=str(row["measure_id"]),
        collection_type=str(row["collection_type"]),
        starts=tuple(Decimal(start).scaleb(-4) for start in starts),
        is_inverse=bool(row["inverse"]),
        is_capped=bool(row.get("seven_point_cap")),
        is_cost=is_cost,
    )


@frozen
class Scored:
    """A benchmark and its points, at the worst rate first."""

    benchmark: Benchmark
    rates: list[Decimal]
    points: list[int | None]


def _score(year: Year, folder: Path, *, cost: bool) -> list[Scored]:
    """Return the points of all benchmarks, of cost or of quality, from one run over all rates.

    The n-th rate of a benchmark is in the n-th submission of its batch.
    """
    wanted = [row for row in year.benchmarks if row.is_cost == cost]
    batches = [wanted[i : i + PER_SUBMISSION] for i in range(0, len(wanted), PER_SUBMISSION)]
    submissions, lines, keys = [SUBMISSION], [COST if cost else MEASURE], []
    for number, batch in enumerate(batches):
        for turn, rates in enumerate(zip_longest(*(row.rates() for row in batch))):
            name = f"S{number}-{turn}"
            submissions.append(f"{name},group,traditional,yes,000000001")
            for row, rate in zip(batch, rates, strict=True):
                if rate is not None:
                    keys.append((name, row, rate))
                    lines.append(
                        f"{name},{row.measure},1000,{rate}"
                        if cost
                        else f"{name},{row.measure},{row.collection_type},{rate},1000,100%"
                    )
    record = "cost_measure" if cost else "quality_measure"
    (folder / "submission.csv").write_text("\n".join(submissions), encoding="utf-8")
    (folder / f"{record}.csv").write_text("\n".join(lines), encoding="utf-8")
    inputs = read(year.program, [folder], ReadOptions(measures=MEASURES))
    refused = {
        (row.original["measure_id"], row.original["collection_type"]) for row in inputs.rejects
    }
    assert refused <= NOT_SENT
    output = "cost_measure.points" if cost else "quality_measure.benchmark_points"
    (outcome,) = score(world_of(year.program, inputs), Wanted(outputs=(output,))).outcomes
    found = {tuple(row[: outcome.keys]): row[outcome.keys] for row in outcome.rows}
    results: dict[Benchmark, Scored] = {row: Scored(row, [], []) for row in wanted}
    for name, row, rate in keys:
        if (row.measure, row.collection_type) in refused:
            continue
        points = found[(name, row.measure) if cost else (name, row.measure, row.collection_type)]
        assert points is None or isinstance(points, int)
        results[row].rates.append(rate)
        results[row].points.append(points)
    return [each for each in results.values() if each.rates]


def _least(program: Program, *, cost: bool) -> int:
    """Return the floor of the year, in points."""
    return 1 if cost or program.year >= 2023 else 3


def test_a_better_rate_never_earns_less_and_all_points_are_in_the_range_of_the_year(
    year: Year, tmp_path: Path
) -> None:
    scored = _score(year, tmp_path, cost=False)
    floor = _least(year.program, cost=False) * POINT
    zero = POINT * (3 if year.program.year == 2017 else 0)

    assert scored
    for each in scored:
        points = [value for value in each.points if value is not None]
        cap = 7 if each.benchmark.is_capped and year.program.year > 2018 else 10
        assert len(each.rates) == len(points), each.benchmark
        assert sorted(points) == points, each.benchmark
        assert all(floor <= value <= cap * POINT or zero == value for value in points), each
        assert max(points) >= floor, each.benchmark


def test_a_lower_cost_never_earns_less_and_costs_earn_1_to_10_points(
    year: Year, tmp_path: Path
) -> None:
    for each in _score(year, tmp_path, cost=True):
        points = [value for value in each.points if value is not None]
        # without a case minimum in the policy a measure is not scored, at no cost
        assert len(points) in {0, len(each.rates)}, each.benchmark
        assert sorted(points) == points, each.benchmark
        assert all(POINT <= value <= 10 * POINT for value in points), each.benchmark


def _last_place(starts: tuple[Decimal, ...]) -> Decimal:
    """Return a unit of the last place that is published: dollars have cents, shares four places."""
    return NUDGE if max(starts) < 1 else Decimal("0.01")


@pytest.mark.parametrize(("number", "kind"), MEDIAN_TYPES)
def test_the_rows_of_the_median_method_are_what_the_policy_says(number: int, kind: str) -> None:
    rows = [
        row
        for row in _year(number).benchmarks
        if row.collection_type == "administrative_claims" and row.is_cost == (kind == "cost")
    ]

    assert rows
    for row in rows:
        seventh, eighth = row.starts[6], row.starts[7]
        median, deviation = (seventh + eighth) / 2, seventh - eighth
        for start, by in zip(row.starts, DEVIATIONS, strict=True):
            # both numbers are made of starts that are rounded themselves
            assert abs(start - median - by * deviation) <= 4 * _last_place(row.starts), row


@pytest.mark.parametrize("number", [2025, 2026])
def test_the_measures_without_a_cap_are_those_of_the_fixed_benchmarks(
    number: int, tmp_path: Path
) -> None:
    year = _year(number)
    fixed = {
        (row.measure, row.collection_type)
        for row in year.benchmarks
        if list(row.starts) == (FIXED_INVERSE if row.is_inverse else FIXED)
    }
    quality = [row for row in year.benchmarks if not row.is_cost]
    lines = [
        f"S{number},{row.measure},{row.collection_type}"
        for number, row in enumerate(quality, start=1)
    ]
    submissions = [
        f"S{number},group,traditional,yes,000000001" for number in range(1, len(quality) + 1)
    ]
    (tmp_path / "submission.csv").write_text("\n".join([SUBMISSION, *submissions]))
    header = "submission_id,measure_id,collection_type"
    (tmp_path / "quality_measure.csv").write_text("\n".join([header, *lines]))
    inputs = read(year.program, [tmp_path], ReadOptions(measures=MEASURES))
    wanted = Wanted(outputs=("quality_measure.cap_lifted",))
    (outcome,) = score(world_of(year.program, inputs), wanted).outcomes

    assert fixed
    assert fixed == {(row[1], row[2]) for row in outcome.rows if row[outcome.keys]}
