"""Files as people have them: packed, with any delimiter, in older encodings, nested."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs


def run(program: Program, *paths: Path, **options: object) -> Inputs:
    """Read files."""
    return read(program, paths, ReadOptions(**options))  # type: ignore[arg-type]


def test_packed_files_are_unpacked(program: Program, tmp_path: Path) -> None:
    (tmp_path / "practice.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbftin,rural\n1,yes\n"))
    lines = b'{"submission_id": "s", "kind": "group", "small_practice": false}\n'
    (tmp_path / "submission.jsonl.gz").write_bytes(gzip.compress(lines))
    inputs = run(program, tmp_path)

    assert [["1", True]] == inputs.tables["practice"].rows
    assert [["s", "group", False]] == inputs.tables["submission"].rows


def test_a_broken_packed_file_is_a_sentence(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "practice.csv.gz"
    path.write_bytes(gzip.compress(b"tin,rural\n1,yes\n" * 100)[:-20])

    with pytest.raises(DataError, match="cannot be unpacked"):
        run(program, path)


@pytest.mark.parametrize(
    "text",
    [
        "tin|rural\n1|yes\n",
        "tin\trural\n1\tyes\n",
        '"tin";"rural";"a,b,c,d"\n1;yes;\n',
        "sep=;\ntin;rural\n1;yes\n",
        "tin;rural;who, where\r\n1;yes;\r\n",
    ],
)
def test_the_delimiter_is_what_the_header_has_most_of(
    program: Program, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "practice.txt"
    path.write_text(text, encoding="utf-8", newline="")

    assert [["1", True]] == run(program, path).tables["practice"].rows


def test_the_delimiter_can_be_said(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "practice.csv"
    path.write_text("a line above\ntin:rural\n1:yes\n2:x\n", encoding="utf-8")
    inputs = run(program, path, delimiter=":", header_row=2)

    assert [["1", True]] == inputs.tables["practice"].rows
    assert [4] == [each.row for each in inputs.rejects]
    with pytest.raises(DataError, match="cannot part the cells"):
        run(program, path, delimiter="::")


def test_rows_after_a_line_that_says_the_delimiter_keep_their_numbers(
    program: Program, tmp_path: Path
) -> None:
    path = tmp_path / "practice.csv"
    path.write_text("sep=|\ntin|rural\n1|x\n", encoding="utf-8")

    assert [3] == [each.row for each in run(program, path).rejects]


def test_tins_with_and_without_dashes_are_brought_together(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "practice.csv").write_text("tin\n12-3456789\n", encoding="utf-8")
    (tmp_path / "clinician.csv").write_text(
        "tin,npi,clinician_type,newly_enrolled\n123456789,1,other,no\n", encoding="utf-8"
    )
    inputs = run(program, tmp_path)

    assert [["123456789"]] == inputs.tables["practice"].rows
    assert any("TINs stand with dashes and without" in note for note in inputs.notes)


ONE = {"tin": "1", "npi": 11, "clinician_type": "other", "newly_enrolled": False}
MEASURE = {"measure_id": 1, "collection_type": "ecqm", "performance_rate": 12.50}
SENT = {"submission_id": "s", "kind": "group", "small_practice": True}


@pytest.mark.parametrize(
    "content",
    [
        {
            "clinician": [ONE],
            "submission": [SENT],
            "quality_measure": [MEASURE | {"submission_id": "s"}],
        },
        {"clinician": ONE, "submission": [SENT | {"quality_measures": [MEASURE]}]},
        {"Clinician": [ONE], "submission": SENT | {"quality_measure": MEASURE}},
    ],
)
def test_a_document_holds_records_by_name(
    program: Program, tmp_path: Path, content: object
) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    inputs = run(program, path)

    assert {"clinician": 1, "submission": 1, "quality_measure": 1} == inputs.counts
    assert () == inputs.rejects
    table = inputs.tables["quality_measure"]
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert ("s", "001", 125_000) == (
        row["submission_id"],
        row["measure_id"],
        row["performance_rate"],
    )


def test_a_list_of_objects_is_rows(program: Program, tmp_path: Path) -> None:
    flat, named, nested = (tmp_path / name for name in ("flat.json", "clinician.json", "n.json"))
    flat.write_text(json.dumps([{"npi": "1", "quality_score": "85%"}]), encoding="utf-8")
    named.write_text(json.dumps([ONE, ONE | {"npi": 12, "newly_enrolled": "?"}]), encoding="utf-8")
    nested.write_text(json.dumps([SENT | {"quality_measures": [MEASURE]}]), encoding="utf-8")

    assert {"clinician": 1, "submission": 1} == run(program, flat).counts
    assert [("clinician.json", 2)] == [(r.file, r.row) for r in run(program, named).rejects]
    assert {"submission": 1, "quality_measure": 1} == run(program, nested).counts


def test_documents_in_a_folder_of_tables_are_named_in_a_note(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "practice.csv").write_text("tin\n1\n", encoding="utf-8")
    (tmp_path / "sent.json").write_text("[]", encoding="utf-8")
    notes = read(program, [tmp_path], ReadOptions()).notes

    assert any(note.startswith("sent.json: not used") for note in notes)
