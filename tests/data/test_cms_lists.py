"""Tables with several rows for a measure: collection types, changes, value pathways, clusters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import Inputs, Value

Key = tuple[Value, ...]


def load(program: Program, folder: Path, year: int) -> Inputs:
    """Return the reference tables of a year, and no other data."""
    return read(program, [], ReadOptions(measures=folder, year=year))


def keys(inputs: Inputs, record: str, *names: str) -> list[Key]:
    """Return these columns of a table."""
    table = inputs.tables[record]
    places = [table.columns.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in table.rows]


def folder_of(path: Path, year: int, **files: Sequence[dict[str, Any]]) -> Path:
    """Write a folder as CMS publishes it: measures, and other files by the name of their folder."""
    measures = path / "measures" / str(year) / "measures-data.json"
    written = {measures: files.pop("measures", [])}
    written[path / "benchmarks" / f"{year}.json"] = files.pop("benchmarks", [])
    for name, content in files.items():
        ending = "/clinical-clusters.json" if name == "clinical_clusters" else ".json"
        written[path / name.replace("_", "-") / f"{year}{ending}"] = content
    for file, content in written.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    return path


def measure(name: str, *methods: str, **more: object) -> dict[str, Any]:
    """Return a measure of quality that can be sent by these methods."""
    published = {"category": "quality", "measureId": name, "title": name, "metricType": "cahps"}
    return published | {"measureType": "process", "submissionMethods": list(methods)} | more


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2017, {("110", "web_interface"), ("110", "ecqm"), ("AQI18", "qcdr"), ("321", "cahps")}),
        (2021, {("MCC1", "administrative_claims")}),
        (2026, {("001SSP", "medicare_cqm"), ("001", "mips_cqm"), ("492", "administrative_claims")}),
    ],
)
def test_a_measure_has_the_collection_types_of_its_year(
    program: Program, measures_data: Path, year: int, expected: set[Key]
) -> None:
    inputs = load(program, measures_data, year)
    found = keys(inputs, "measure_collection", "measure_id", "collection_type")

    assert expected <= set(found)
    assert len(found) == len(set(found))
    assert ("044", "claims") not in found


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2017, set()),
        (2018, {("137", "mips_cqm", True, False)}),
        (2019, {("110", "claims", False, True), ("110", "ecqm", False, True)}),
        (2021, {("111", "mips_cqm", True, False), ("111", "ecqm", False, True)}),
        (2025, {("491", "mips_cqm", True, False), ("494", "ecqm", False, True)}),
    ],
)
def test_changes_are_those_of_a_collection_type(
    program: Program, measures_data: Path, year: int, expected: set[Key]
) -> None:
    names = ("measure_id", "collection_type", "codes_changed", "guideline_changed")
    found = set(keys(load(program, measures_data, year), "measure_impact", *names))

    assert expected <= found
    assert bool(expected) == bool(found)
    assert ("111", "claims", False, True) not in found


def test_a_cap_is_lifted_for_the_named_collection_types(
    program: Program, measures_data: Path
) -> None:
    names = ("measure_id", "collection_type")
    inputs = load(program, measures_data, 2026)
    lifted = {key[:2] for key in keys(inputs, "benchmark", *names, "cap_lifted") if key[2] is True}

    assert {("320", "claims"), ("350", "mips_cqm"), ("406", "claims")} <= lifted
    assert ("320", "mips_cqm") not in lifted


@pytest.mark.parametrize(("year", "pathways"), [(2023, 12), (2024, 16), (2025, 21), (2026, 27)])
def test_value_pathways_name_their_measures(
    program: Program, measures_data: Path, year: int, pathways: int
) -> None:
    found = keys(
        load(program, measures_data, year), "mvp_catalogue", "mvp_id", "measure_id", "role"
    )
    roles = Counter(role for *_, role in found)

    assert pathways == len({pathway for pathway, *_ in found})
    assert len(found) == len({key[:2] for key in found})
    assert {
        ("G0053", "130", "quality"),
        ("G0053", "TPCC_1", "cost"),
        ("G0053", "479", "population_health"),
        ("G0053", "PI_EP_1", "interoperability"),
        ("G0055", "492", "administrative_claims_outcome"),
    } <= set(found)
    assert {"321"} == {m for p, m, role in found if p == "G0057" and m == "321" if role}
    assert 2 * pathways == roles["population_health"]


def test_a_folder_without_value_pathways_says_so(program: Program, tmp_path: Path) -> None:
    inputs = load(program, folder_of(tmp_path, 2023, measures=[measure("001", "claims")]), 2023)

    assert [] == inputs.tables["mvp_catalogue"].rows
    assert any("no value pathway is known" in note for note in inputs.notes)


def test_clusters_and_specialty_sets_are_told_apart(program: Program, tmp_path: Path) -> None:
    lists: dict[str, Any] = {
        "measureId": "001",
        "submissionMethod": "registry",
        "clinicalClusters": [{"name": "pathology", "measureIds": ["001", "002"]}],
        "specialtySets": [{"name": "pathology", "measureIds": ["001", "777"]}],
    }
    folder = folder_of(
        tmp_path,
        2020,
        measures=[measure("001", "registry"), measure("002", "registry", isRegistryMeasure=True)],
        clinical_clusters=[lists, lists | {"measureId": "002"}],
    )
    inputs = load(program, folder, 2020)

    assert [
        ("pathology", "001", "mips_cqm"),
        ("pathology", "002", "qcdr"),
        ("pathology specialty set", "001", "mips_cqm"),
    ] == keys(inputs, "clinical_cluster", "cluster", "measure_id", "collection_type")
    assert (
        "clinical-clusters/2020/clinical-clusters.json: 777 left out, as they are no measures of "
        "2020"
    ) in inputs.notes
    assert () == inputs.rejects


# --- what was sent, against what the year has ----------------------------------------------------


def sent(program: Program, folder: Path, measures: Path, *rows: str) -> list[tuple[str, str]]:
    """Return why rows of measures that were sent in 2019 are rejected."""
    path = folder / "quality_measure.csv"
    path.write_text("\n".join(["submission_id,measure_id,collection_type", *rows]), "utf-8")
    inputs = read(program, [path], ReadOptions(measures=measures))
    return [(reject.code, reject.reason) for reject in inputs.rejects]


def test_a_measure_that_the_year_lacks_is_an_error_with_near_ones(
    program: Program, measures_data: Path, tmp_path: Path
) -> None:
    ((code, reason),) = sent(program, tmp_path, measures_data, "S1,CAHPS_99,cahps", "S1,1,claims")

    assert "D0116" == code
    assert reason.startswith("quality_catalogue has no measure_id CAHPS_99; near it: CAHPS_9")


def test_a_collection_type_that_the_measure_lacks_is_an_error_with_those_it_has(
    program: Program, measures_data: Path, tmp_path: Path
) -> None:
    found = sent(program, tmp_path, measures_data, "S1,185,claims", "S1,185,mips_cqm")

    # CMS published a benchmark for 185 by claims all the same.
    assert [
        (
            "D0124",
            "measure_id 185 has no collection_type claims in measure_collection, but mips_cqm",
        )
    ] == found


def test_a_catalogue_of_one_s_own_has_its_own_collection_types(
    program: Program, measures_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "quality_catalogue.csv").write_text(
        "measure_id,title,measure_type,high_priority,inverse,qcdr,metric_type\n"
        "MINE,mine,process,no,no,no,cahps\n",
        "utf-8",
    )
    (tmp_path / "quality_measure.csv").write_text(
        "submission_id,measure_id,collection_type\nS1,MINE,claims\n", "utf-8"
    )
    inputs = read(program, [tmp_path], ReadOptions(measures=measures_data))

    assert () == inputs.rejects
    assert "measure_collection" not in inputs.tables
