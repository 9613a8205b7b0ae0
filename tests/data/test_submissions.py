"""Documents of CMS's QPP submissions API into submissions and what they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs

MEASUREMENT: dict[str, Any] = {
    "measureId": "102",
    "value": {"performanceMet": 305, "performanceRate": 54.46, "isEndToEndReported": True},
}


def document(**changes: object) -> dict[str, object]:
    """Return a document of one registry measure."""
    measures = {
        "category": "quality",
        "submissionMethod": "registry",
        "performanceStart": "2019-01-01",
        "performanceEnd": "2019-12-31",
        "measurements": [MEASUREMENT],
    }
    person = {"taxpayerIdentificationNumber": "000456789", "nationalProviderIdentifier": "98"}
    return {"entityType": "individual", "measurementSets": [measures]} | person | changes


def load(program: Program, path: Path, content: object) -> Inputs:
    """Write ``content`` as JSON and read it."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return read(program, [path], ReadOptions(assume={"small_practice": "no"}))


def test_a_document_is_a_submission_and_its_measures(program: Program, tmp_path: Path) -> None:
    inputs = load(program, tmp_path / "s.json", document())

    assert ("submission_id", "kind", "tin", "npi", "small_practice") == inputs.tables[
        "submission"
    ].columns
    assert [["000456789-98", "individual", "000456789", "98", False]] == inputs.tables[
        "submission"
    ].rows
    measures = inputs.tables["quality_measure"]
    row = dict(zip(measures.columns, measures.rows[0], strict=True))
    assert {
        "submission_id": "000456789-98",
        "measure_id": "102",
        "collection_type": "mips_cqm",
        "performance_met": 305,
        "performance_rate": 544_600,
    } == row


def test_documents_may_stand_in_a_list_or_an_envelope(program: Program, tmp_path: Path) -> None:
    content = [{"data": {"submission": document()}}, document(nationalProviderIdentifier="99")]
    inputs = load(program, tmp_path / "s.json", content)

    assert ["000456789-98", "000456789-99"] == [row[0] for row in inputs.tables["submission"].rows]


def test_a_folder_of_documents_is_read(program: Program, tmp_path: Path) -> None:
    for name in ("98", "99"):
        content = document(nationalProviderIdentifier=name)
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    inputs = read(program, [tmp_path], ReadOptions(assume={"small_practice": "no"}))

    assert 2 == len(inputs.tables["submission"].rows)
    assert () == inputs.rejects


def test_another_year_is_said(program: Program, tmp_path: Path) -> None:
    inputs = load(program, tmp_path / "s.json", document(performanceYear=2017))

    assert "s.json was sent for 2017; the rules are of 2019" in inputs.notes


def test_an_unknown_kind_of_unit_is_rejected(program: Program, tmp_path: Path) -> None:
    inputs = load(program, tmp_path / "s.json", document(entityType="team"))

    assert ["D0103", "D0115"] == [reject.code for reject in inputs.rejects]


@pytest.mark.parametrize("content", [[], {}, {"measurementSets": 3}, 7])
def test_a_file_without_a_submission_is_a_sentence(
    program: Program, tmp_path: Path, content: object
) -> None:
    with pytest.raises(DataError, match="holds no submission"):
        load(program, tmp_path / "s.json", content)


def test_cms_s_own_examples_are_read(program: Program, qpp_submissions: Path) -> None:
    found = {path.name: read(program, [path], ReadOptions()) for path in qpp_submissions.glob("*")}
    quality = found["submission-example-quality.json"]

    assert 4 == len(found)
    assert 6 == found["scoring-example-submission-input.json"].counts["quality_measure"]
    assert 3 == quality.counts["quality_measure"]
    assert any("305 was sent in strata" in note for note in quality.notes)
    assert {"D0117"} == {each.code for inputs in found.values() for each in inputs.rejects}
