"""Data under the names of an earlier year are read as under those of today, by both readers."""

from __future__ import annotations

import json

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.former import Former
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.pipeline import compile_policy
from mipsdsl.source import Source
from tests.data.bulk.same import assert_same_reading

POLICY = """\
rules for performance year 2031 paying 2033
choice way_of = letter, wire
record clinician key npi
    npi       text
    pi_score  points from 0 points to 100 points
    reports   list of report at most 10
record report key npi, measure_id
    npi         text
    measure_id  text
    way         way_of
rule clinician.total: points = pi_score
"""
FORMER = Former(
    records={"old_report": "report"},
    names={
        ("clinician", "aci_score"): "pi_score",
        ("clinician", "old_reports"): "reports",
        ("clinician", "way"): "pi_score",
    },
    values={("way_of", "paper"): "letter"},
    texts={"ACI_1": "PI_1"},
    whose="2030",
)
CLINICIANS = [["11", "55"], ["12", "40"]]
REPORTS = [
    ["11", "PI_1", "letter"],
    ["11", "PI_2", "wire"],
    ["12", "PI_1", "letter"],
]


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_policy((Source("small.mips", POLICY),))


def rows(inputs, record: str) -> list[list[str]]:
    steps = 10**4
    return [
        [str(x // steps) if isinstance(x, int) else x for x in row]
        for row in inputs.tables[record].rows
    ]


def test_files_columns_values_and_identifiers(program, tmp_path) -> None:
    (tmp_path / "clinician.csv").write_text("npi,aci_score\n11,55\n12,40\n")
    text = "npi,measure_id,way\n11,ACI_1,paper\n11,PI_2,wire\n12,ACI_1,Paper\n"
    (tmp_path / "old_report.csv").write_text(text)
    inputs = read(program, [tmp_path], ReadOptions(former=FORMER))

    assert CLINICIANS == rows(inputs, "clinician")
    assert REPORTS == rows(inputs, "report")
    assert () == inputs.rejects
    assert "old_report.csv: this is its name of 2030; it is read as `report`" in inputs.notes
    assert "clinician.csv: names of 2030: `aci_score` is read as `pi_score`" in inputs.notes
    assert_same_reading(program, [tmp_path], ReadOptions(former=FORMER))


def test_rows_within_rows(program, tmp_path) -> None:
    reports = [dict(zip(("measure_id", "way"), row[1:], strict=True)) for row in REPORTS]
    content = [
        {"npi": "11", "aci_score": 55, "old_reports": reports[:2]},
        {"npi": "12", "aci_score": 40, "old_report": reports[2:]},
    ]
    (tmp_path / "all.json").write_text(json.dumps({"clinician": content}))
    options = ReadOptions(former=FORMER)
    first = read(program, [tmp_path / "all.json"], options)

    assert REPORTS == rows(first, "report")


def test_what_means_something_now_is_not_taken_for_a_former_name(program, tmp_path) -> None:
    """`way` is a field of a report now, though a clinician once had it."""
    (tmp_path / "report.csv").write_text("npi,measure_id,way\n11,PI_1,wire\n")
    inputs = read(program, [tmp_path], ReadOptions(former=FORMER))

    assert [["11", "PI_1", "wire"]] == rows(inputs, "report")


def test_a_value_is_assumed_under_a_former_name(program, tmp_path) -> None:
    (tmp_path / "clinician.csv").write_text("npi\n11\n")
    options = ReadOptions(former=FORMER, assume={"aci_score": "55"})

    assert [["11", "55"]] == rows(read(program, [tmp_path], options), "clinician")


def test_without_them_former_names_mean_nothing(program, tmp_path) -> None:
    (tmp_path / "clinician.csv").write_text("npi,aci_score,pi_score\n11,55,40\n")
    inputs = read(program, [tmp_path], ReadOptions())

    assert [["11", "40"]] == rows(inputs, "clinician")
    assert any("columns not used: `aci_score`" in note for note in inputs.notes)
