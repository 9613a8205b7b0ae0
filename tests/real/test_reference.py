"""CMS's files of every year, read for the rules of that year: whole, and against what was sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.pipeline import compile_policy, read_sources

YEARS = range(2017, 2027)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "qpp-measures-data"
NOTES = {
    2018: ["the starts of CAHPS_9 (cahps) are out of order"],
    2020: ["the starts of ACRAD25 (qcdr) are out of order"],
    2022: ["the benchmarks of 226 (cmsWebInterface) are historical"],
    2026: ["37 of 39 benchmarks of the data of 2026 itself are those of 2025: placeholders"],
}
CATEGORIES = {
    "quality_catalogue": ("quality",),
    "activity_catalogue": ("ia",),
    "care_information_catalogue": ("aci",),
    "interoperability_catalogue": ("pi", "aci"),
    "cost_catalogue": ("cost",),
}


@pytest.fixture(scope="module")
def measures() -> Path:
    if not SHARED.exists():
        pytest.skip("the real data ../shared/data/qpp-measures-data are not here")
    return SHARED


def compiled(year: int) -> Program:
    """Return the policy of a year."""
    return compile_policy(read_sources(str(year)))


@pytest.mark.parametrize("year", YEARS)
def test_all_that_cms_published_is_read(measures: Path, year: int) -> None:
    inputs = read(compiled(year), [], ReadOptions(measures=measures))
    entries = json.loads((measures / f"measures/{year}/measures-data.json").read_text("utf-8"))
    benchmarks = json.loads((measures / f"benchmarks/{year}.json").read_text("utf-8"))
    sizes = {name: len(table.rows) for name, table in inputs.tables.items()}
    noted = NOTES.get(year, [])

    assert () == inputs.rejects
    assert len(benchmarks) == sizes["benchmark"]
    for name, categories in CATEGORIES.items():
        if name in sizes:
            assert sum(entry["category"] in categories for entry in entries) == sizes[name]
    assert (year >= 2023) == ("mvp_catalogue" in sizes and sizes["mvp_catalogue"] > 0)
    assert len(noted) == len(inputs.notes), inputs.notes
    assert all(said in note for said, note in zip(noted, inputs.notes, strict=True))


@pytest.mark.parametrize(
    ("year", "record", "row", "said"),
    [
        (2021, "quality_measure", "S1,ACEP99,qcdr", "no measure_id ACEP99; near it: ACEP"),
        (2025, "quality_measure", "S1,1,web_interface", "no collection_type web_interface"),
        (2025, "improvement_activity", "S1,IA_EPA_99", "no activity_id IA_EPA_99; near it: IA_EPA"),
        (
            2022,
            "interoperability_measure",
            "S1,PI_HIE_6",
            "no measure_id PI_HIE_6; near it: PI_HIE",
        ),
        (2023, "interoperability_measure", "S1,PI_EP_3", "no measure_id PI_EP_3; near it: PI_EP"),
        (2024, "cost_measure", "S1,COST_SPH_1,20,$1", "no measure_id COST_SPH_1; near it: COST_"),
    ],
)
def test_what_the_year_lacks_is_an_error_with_near_ones(
    measures: Path, tmp_path: Path, year: int, record: str, row: str, said: str
) -> None:
    header = {
        "quality_measure": "submission_id,measure_id,collection_type",
        "improvement_activity": "submission_id,activity_id",
        "interoperability_measure": "submission_id,measure_id",
        "cost_measure": "submission_id,measure_id,cases,cost",
    }[record]
    (tmp_path / f"{record}.csv").write_text(f"{header}\n{row}\n", "utf-8")
    (reject,) = read(compiled(year), [tmp_path], ReadOptions(measures=measures)).rejects

    assert reject.code in ("D0116", "D0124")
    assert said in reject.reason


def test_a_value_pathway_that_the_year_lacks_is_an_error(measures: Path, tmp_path: Path) -> None:
    (tmp_path / "submission.csv").write_text(
        "submission_id,kind,reporting_option,reported,mvp\nS1,group,mvp,yes,G0065\n", "utf-8"
    )
    (reject,) = read(compiled(2024), [tmp_path], ReadOptions(measures=measures)).rejects

    assert "mvp_list has no mvp_id G0065; near it: G00" in reject.reason
