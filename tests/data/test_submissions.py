"""Documents of CMS's QPP submissions API into submissions and what they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs, Value

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


def load(program: Program, path: Path, content: object, **options: Any) -> Inputs:
    """Write ``content`` as JSON and read it."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return read(program, [path], ReadOptions(assume={"small_practice": "no"}, **options))


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


def test_a_document_of_another_year_is_rejected_unless_any_is_taken(
    program: Program, tmp_path: Path
) -> None:
    content = [document(performanceYear=2017), document(performanceYear="2019")]
    (reject,) = load(program, tmp_path / "s.json", content).rejects
    taken = load(program, tmp_path / "s.json", content[:1], any_year=True)

    assert ("D0125", "s.json, submission", 1) == (reject.code, reject.file, reject.row)
    assert reject.reason.startswith("sent for 2017, and the rules are of 2019; --any-year")
    assert () == taken.rejects
    assert "s.json was sent for 2017; the rules are of 2019" in taken.notes


def test_an_unknown_kind_of_unit_is_rejected(program: Program, tmp_path: Path) -> None:
    inputs = load(program, tmp_path / "s.json", document(entityType="team"))

    assert ["D0103", "D0115"] == [reject.code for reject in inputs.rejects]


def test_documents_that_hold_nothing_are_a_sentence(program: Program, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing that MIPS scores") as error:
        load(program, tmp_path / "s.json", document(measurementSets=[]))
    assert "has no measurement sets" in error.value.help


@pytest.mark.parametrize("content", [[], {}, {"measurementSets": 3}, 7])
def test_a_file_without_a_submission_is_a_sentence(
    program: Program, tmp_path: Path, content: object
) -> None:
    with pytest.raises(DataError, match="holds no submission"):
        load(program, tmp_path / "s.json", content)


def test_cms_s_own_examples_are_read(program: Program, qpp_submissions: Path) -> None:
    options = ReadOptions(any_year=True)
    found = {path.name: read(program, [path], options) for path in qpp_submissions.glob("*")}
    quality = found["submission-example-quality.json"]

    assert 4 == len(found)
    assert 6 == found["scoring-example-submission-input.json"].counts["quality_measure"]
    assert 3 == quality.counts["quality_measure"]
    assert any("305 sent in strata" in note for note in quality.notes)
    assert {"D0117"} == {each.code for inputs in found.values() for each in inputs.rejects}


def rows(inputs: Inputs, record: str) -> list[dict[str, Value]]:
    """Return the rows of a table by column."""
    table = inputs.tables[record]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_documents_of_one_entity_are_one_submission(program: Program, tmp_path: Path) -> None:
    other = {"category": "quality", "submissionMethod": "electronicHealthRecord"}
    other |= {"measurements": [MEASUREMENT]}
    (tmp_path / "a.json").write_text(json.dumps(document()), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(document(measurementSets=[other])), "utf-8")
    inputs = read(program, [tmp_path], ReadOptions(assume={"small_practice": "no"}))

    assert () == inputs.rejects
    assert 1 == len(inputs.tables["submission"].rows)
    assert [("000456789-98", "mips_cqm"), ("000456789-98", "ecqm")] == [
        (row["submission_id"], row["collection_type"]) for row in rows(inputs, "quality_measure")
    ]


def test_programs_are_scored_apart_and_those_beside_mips_are_left_out(
    program: Program, tmp_path: Path
) -> None:
    sets = [
        {"category": "quality", "submissionMethod": "registry", "measurements": [MEASUREMENT]}
        | {"programName": name}
        for name in ("mips", "G0053", "pcf", "cpcPlus")
    ]
    inputs = load(program, tmp_path / "s.json", document(measurementSets=sets))

    assert ["000456789-98", "000456789-98-G0053"] == [
        row["submission_id"] for row in rows(inputs, "submission")
    ]
    assert 2 == len(inputs.tables["quality_measure"].rows)
    cost = {"category": "cost", "submissionMethod": "administrativeClaims", "measurements": []}
    notes = load(program, tmp_path / "t.json", document(measurementSets=[*sets, cost])).notes
    assert any("the cost set by administrativeClaims was left out" in note for note in notes)
    notes = load(program, tmp_path / "u.json", [document(), document(measurementSets=[])]).notes
    assert "u.json: 000456789-98 has no measurement sets, so no score" in notes
    assert "s.json: the quality set by registry was left out, as it is for pcf, not for MIPS" in (
        inputs.notes
    )


def test_a_set_that_was_sent_alone_names_its_submission(program: Program, tmp_path: Path) -> None:
    (measures,) = document()["measurementSets"]  # type: ignore[misc]
    whose = {name: value for name, value in document().items() if name != "measurementSets"}
    inputs = load(program, tmp_path / "s.json", {**measures, "submission": whose})  # type: ignore[misc]

    assert ["000456789-98"] == [row["submission_id"] for row in rows(inputs, "submission")]


def test_what_was_sent_twice_is_read_once(program: Program, tmp_path: Path) -> None:
    (measures,) = document()["measurementSets"]  # type: ignore[misc]
    twice = document(measurementSets=[measures, measures])
    differing = {**measures, "measurements": [{"measureId": "102", "value": {}}]}
    contrary = document(measurementSets=[measures, differing])

    assert 1 == len(load(program, tmp_path / "s.json", twice).tables["quality_measure"].rows)
    assert ["D0112"] == [each.code for each in load(program, tmp_path / "t.json", contrary).rejects]


@pytest.mark.parametrize(
    ("measure", "method", "expected"),
    [
        ("102", "registry", "mips_cqm"),
        ("001SSP", "registry", "medicare_cqm"),
        ("ACEP50", "registry", "qcdr"),
        ("102", "cmsWebInterface", "web_interface"),
        ("CAHPS_1", "certifiedSurveyVendor", "cahps"),
        ("479", "administrativeClaims", "administrative_claims"),
    ],
)
def test_a_method_is_a_collection_type(
    program: Program, tmp_path: Path, measure: str, method: str, expected: str
) -> None:
    value = {"score": 12.5, "details": {"numberOfIndexAdmissions": 300}}
    sets = [
        {"category": "quality", "submissionMethod": method}
        | {"measurements": [{"measureId": measure, "value": value}]}
    ]
    (row,) = rows(
        load(program, tmp_path / "s.json", document(measurementSets=sets)), "quality_measure"
    )

    assert (expected, 125_000) == (row["collection_type"], row["performance_rate"])
