"""Measures scored with the benchmarks that CMS published for 2017, and CMS's own example document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import Inputs, Value
from mipsdsl.pipeline import compile_policy, read_sources
from mipsdsl.scoring import Wanted, score, world_of

SHARED = Path(__file__).parents[3] / "shared" / "data"
POINT = 10**12
PERCENT = 10**10
SUBMISSION = (
    "submission_id,kind,reporting_option,reported,tin\nS1,group,traditional,yes,000000001\n"
)
# CMS's catalogue of 2017 has no measure 022, though there are benchmarks for it.
CATALOGUE = (
    "measure_id,measure_type,high_priority,inverse,qcdr,metric_type\n"
    "022,process,yes,no,no,single_performance_rate\n"
)
Measure = Callable[..., int]


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_policy(read_sources("2017"))


@pytest.fixture(scope="module")
def measures() -> Path:
    return _real("qpp-measures-data")


def _real(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the real data ../shared/data/{name} are not here")
    return path


@pytest.fixture
def points(program: Program, measures: Path, tmp_path: Path) -> Measure:
    """Return a function: the points of one measure, in millionths."""

    def run(measure: str, collection_type: str, rate: str, **files: str) -> int:
        sent = f"S1,{measure},{collection_type},{rate},100\n"
        files["submission"] = SUBMISSION
        files["quality_measure"] = (
            "submission_id,measure_id,collection_type,performance_rate,observations\n" + sent
        )
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        inputs = read(program, [tmp_path], ReadOptions(measures=measures))
        assert () == inputs.rejects
        (value,) = _results(program, inputs, "quality_measure.points")
        assert isinstance(value, int)
        return value // (POINT // 10**6)

    return run


def _results(program: Program, inputs: Inputs, *outputs: str) -> list[Value]:
    """Return the outputs of the only row there is."""
    wanted = Wanted(outputs=outputs, subjects=inputs.subjects)
    (outcome,) = score(world_of(program, inputs), wanted).outcomes
    (row,) = outcome.rows
    return row[outcome.keys :]


@pytest.mark.parametrize(
    ("measure", "collection_type", "rate", "expected"),
    [
        ("110", "ecqm", "54.46", 8_543_281),
        ("110", "ecqm", "79.02", 10_000_000),
        ("110", "ecqm", "11.22", 3_000_000),
        ("110", "web_interface", "29.99", 3_000_000),
        ("110", "web_interface", "35", 4_500_000),
        ("046", "claims", "99.9", 3_000_000),
        ("046", "claims", "100", 10_000_000),
        ("001", "mips_cqm", "46.89", 5_500_000),
        ("001", "claims", "4", 10_000_000),
        ("001", "ecqm", "0", 10_000_000),
        ("238", "mips_cqm", "0.27", 9_000_000),
        # no benchmark
        ("386", "mips_cqm", "100", 3_000_000),
    ],
)
def test_a_rate_earns_what_the_published_deciles_say(
    points: Measure, measure: str, collection_type: str, rate: str, expected: int
) -> None:
    assert expected == points(measure, collection_type, rate)


@pytest.mark.parametrize(("rate", "expected"), [("99.9", 3_999_000), ("100", 10_000_000)])
def test_a_benchmark_without_a_measure_in_the_catalogue(
    points: Measure, rate: str, expected: int
) -> None:
    assert expected == points("022", "claims", rate, quality_catalogue=CATALOGUE)


def test_the_example_document_of_cms_has_100_points(program: Program, measures: Path) -> None:
    path = _real("qpp-submissions") / "scoring-example-submission-input.json"
    inputs = read(program, [path], ReadOptions(measures=measures))
    names = ["quality_score", "improvement_activities_score", "advancing_care_information_score"]
    scores = _results(program, inputs, *(f"submission.{name}" for name in [*names, "final_score"]))

    assert () == inputs.rejects
    # Six measures at 10 points, with bonus points above 60; four activities; the base, five
    # measures of performance at 10 points.
    assert [100 * PERCENT] * 3 + [100 * POINT] == scores


def test_the_pace_of_the_example_document_is_part_of_the_year(
    program: Program, measures: Path
) -> None:
    path = _real("qpp-submissions") / "scoring-example-submission-input.json"
    inputs = read(program, [path], ReadOptions(measures=measures))

    assert ["partial_year"] == _results(program, inputs, "submission.pace")
