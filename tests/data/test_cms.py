"""CMS's published files into reference tables: every year's layout, and its traps."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs, Value

YEARS = range(2017, 2027)
Row = dict[str, Value]


def load(program: Program, folder: Path, year: int) -> Inputs:
    """Return the reference tables of a year, and no other data."""
    return read(program, [], ReadOptions(measures=folder, year=year))


def rows(inputs: Inputs, record: str) -> list[Row]:
    """Return the rows of a table by column."""
    table = inputs.tables[record]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def benchmark(inputs: Inputs, measure: str, collection_type: str) -> Row:
    """Return one benchmark."""
    (found,) = (
        row
        for row in rows(inputs, "benchmark")
        if (row["measure_id"], row["collection_type"]) == (measure, collection_type)
    )
    return found


def starts(row: Row) -> list[float]:
    """Return the starts as CMS prints them."""
    values = row["starts"]
    assert isinstance(values, tuple)
    return [value / 10_000 for value in values]


@pytest.mark.parametrize("year", YEARS)
def test_every_year_is_read_whole(program: Program, measures_data: Path, year: int) -> None:
    inputs = load(program, measures_data, year)
    published = json.loads((measures_data / f"benchmarks/{year}.json").read_text("utf-8"))
    out_of_order = {2018: {"CAHPS_9"}, 2020: {"ACRAD25"}}.get(year, set())

    assert () == inputs.rejects
    assert len(published) == len(inputs.tables["benchmark"].rows)
    for row in rows(inputs, "benchmark"):
        values = starts(row)
        pairs = [pair[::-1] if row["inverse"] else pair for pair in pairwise(values)]
        assert 10 == len(values)
        assert all(a <= b for a, b in pairs) == (row["measure_id"] not in out_of_order)
    noted = [note for note in inputs.notes if "out of order" in note]
    assert bool(out_of_order) == bool(noted)


@pytest.mark.parametrize(
    ("year", "counts"),
    [
        (2017, (894, 610, 93, 35, 2)),
        (2018, (996, 701, 113, 43, 2)),
        (2019, (813, 535, 118, 39, 10)),
        (2022, (516, 306, 105, 26, 25)),
        (2026, (405, 200, 95, 39, 35)),
    ],
)
def test_catalogues_have_the_counted_rows(
    program: Program, measures_data: Path, year: int, counts: tuple[int, ...]
) -> None:
    inputs = load(program, measures_data, year)
    measures = rows(inputs, "quality_catalogue")
    others = ("activity_catalogue", "care_information_catalogue", "cost_catalogue")

    assert counts[:2] == (len(measures), sum(bool(row["qcdr"]) for row in measures))
    assert counts[2:] == tuple(len(inputs.tables[name].rows) for name in others)


def test_nine_starts_become_ten_by_repeating_the_first(
    program: Program, measures_data: Path
) -> None:
    row = benchmark(load(program, measures_data, 2017), "110", "ecqm")

    assert [0, 0, 11.22, 18.58, 25, 31.85, 38.93, 47.87, 60, 79.02] == starts(row)
    assert (False, 2015, False, None) == tuple(
        row[name] for name in ("inverse", "benchmark_year", "topped_out", "seven_point_cap")
    )


@pytest.mark.parametrize(
    ("year", "key", "expected"),
    [
        (2017, ("TPCC_1", "administrative_claims"), [18827.8, 18827.8, 8664.94]),
        (2018, ("TPCC_1", "administrative_claims"), [79929.9, 18838.8, 8065.99]),
        (2020, ("ACEP50", "qcdr"), [0.3039, 0.3039, -0.4957]),
        (2021, ("479", "administrative_claims"), [0.1701, 0.1701, 0.1343]),
        (2021, ("MCC1", "administrative_claims"), [100, 41.48, 27.47]),
        (2022, ("MSPB_1", "administrative_claims"), [31912.4, 27905.4, 21724.6]),
    ],
)
def test_ten_starts_are_whole_or_shifted(
    program: Program, measures_data: Path, year: int, key: tuple[str, str], expected: list[float]
) -> None:
    row = benchmark(load(program, measures_data, year), *key)

    assert expected == [starts(row)[place] for place in (0, 1, 9)]
    assert row["inverse"] is True


def test_percentiles_become_starts_by_direction(program: Program, measures_data: Path) -> None:
    inputs = load(program, measures_data, 2026)

    assert [45.28, 84.04] == [starts(benchmark(inputs, "236", "ecqm"))[place] for place in (1, 9)]
    flat = benchmark(inputs, "001", "mips_cqm")
    assert [99, 90, 80, 70, 60, 50, 40, 30, 20, 10] == starts(flat)
    assert flat["inverse"] is True


def test_equal_starts_take_the_direction_of_the_measure(
    program: Program, measures_data: Path
) -> None:
    inputs = load(program, measures_data, 2017)

    assert benchmark(inputs, "434", "mips_cqm")["inverse"] is True
    assert benchmark(inputs, "156", "claims")["inverse"] is False
    assert benchmark(inputs, "AQI18", "qcdr")["inverse"] is False


def test_the_cap_of_2018_is_looked_up_in_the_measures(
    program: Program, measures_data: Path
) -> None:
    capped = {
        row["measure_id"]
        for row in rows(load(program, measures_data, 2018), "benchmark")
        if row["seven_point_cap"] is True
    }

    assert (
        {"021", "023", "052", "224", "262"}
        <= capped
        <= {
            "021",
            "023",
            "052",
            "224",
            "262",
            "359",
        }
    )


def test_catalogue_rows_say_what_cms_publishes(program: Program, measures_data: Path) -> None:
    inputs = load(program, measures_data, 2017)
    quality = {row["measure_id"]: row for row in rows(inputs, "quality_catalogue")}
    activities = {row["activity_id"]: row for row in rows(inputs, "activity_catalogue")}
    care = {row["measure_id"]: row for row in rows(inputs, "care_information_catalogue")}

    assert ("intermediate_outcome", True, True, False, "single_performance_rate") == tuple(
        quality["001"][name]
        for name in ("measure_type", "high_priority", "inverse", "qcdr", "metric_type")
    )
    assert "intermediate_outcome" == quality["dmComposite"]["measure_type"]
    assert "medical_home" == activities["IA_PCMH"]["weight"]
    assert "pre_attestation" == care["ACI_INFBLO_1"]["reporting_category"]
    assert {True, False} == {row["transition"] for row in care.values()}


def test_the_layout_of_the_npm_package_is_read(program: Program, tmp_path: Path) -> None:
    measure: dict[str, Any] = {"category": "quality", "measureId": "1", "title": "a"}
    measure |= {"measureType": "process", "metricType": "cahps"}
    entry = {"measureId": "1", "submissionMethod": "claims", "benchmarkYear": 2017}
    entry |= {"deciles": [0, 1, 2, 3, 4, 5, 6, 7, 8]}
    package = tmp_path / "package"
    (package / "benchmarks").mkdir(parents=True)
    (package / "measures" / "2019").mkdir(parents=True)
    (package / "benchmarks" / "2019.json").write_text(json.dumps([entry]), "utf-8")
    (package / "measures" / "2019" / "measures-data.json").write_text(
        json.dumps([measure]), "utf-8"
    )
    inputs = load(program, tmp_path, 2019)

    assert [0, 0, 1, 2, 3, 4, 5, 6, 7, 8] == starts(benchmark(inputs, "001", "claims"))
    with pytest.raises(DataError, match="the years in it are 2019"):
        load(program, tmp_path, 2020)


def test_a_folder_of_something_else_is_a_sentence(program: Program, tmp_path: Path) -> None:

    with pytest.raises(DataError, match="not a folder of CMS's measures data"):
        load(program, tmp_path, 2019)


def test_the_published_groups_of_2017_are_read(program: Program, groups_2017: Path) -> None:
    inputs = read(
        program,
        [groups_2017],
        ReadOptions(
            column_map={
                "Org_PAC_ID": "submission.submission_id",
                "quality_category_score": "submission.quality_score",
                "final_MIPS_score": "submission.final_score",
            },
            assume={"small_practice": "no"},
        ),
    )
    found = rows(inputs, "submission")

    assert (1500, ()) == (len(found), inputs.rejects)
    assert {
        "submission_id": "6103737812",
        "quality_score": 933 * 10**9,
        "final_score": 9599 * 10**10,
        "small_practice": False,
    } == found[1]
    assert "groups.csv: percents are read so that 85 is 85%: `quality_category_score`" in (
        inputs.notes
    )


def test_a_table_given_as_a_file_takes_the_place_of_cms_s(
    program: Program, measures_data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cost_catalogue.csv"
    path.write_text("measure_id,title\nMINE,mine\n", "utf-8")
    inputs = read(program, [path], ReadOptions(measures=measures_data))

    assert [["MINE", "mine"]] == inputs.tables["cost_catalogue"].rows
    assert 813 == len(inputs.tables["quality_catalogue"].rows)
