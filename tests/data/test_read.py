"""Files into tables: one file for a record, validated, each mistake located."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.codes import PAGES
from mipsdsl.data.options import ColumnRule, ReadOptions, load_map
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs, Origin

ReadTexts = Callable[..., Inputs]

CLINICIANS = (
    "\ufeff tin, npi,clinician_type,newly_enrolled,charges_1\n"
    '001,11,physician,no,"$90,000.00"\n'
    "001,12,other,yes,\n"
)
SUBMISSIONS = "submission_id,kind,tin,npi,small_practice\ns1,group,001,,no\n"


def codes(inputs: Inputs) -> list[tuple[str, int, str, str]]:
    """Return where and what the rejects are."""
    return [(each.file, each.row, each.column, each.code) for each in inputs.rejects]


def test_a_file_named_after_a_record_is_that_record(read_texts: ReadTexts) -> None:
    inputs = read_texts({"clinician.csv": CLINICIANS})
    table = inputs.tables["clinician"]

    assert ("tin", "npi", "clinician_type", "newly_enrolled", "charges_1") == table.columns
    assert [
        ["001", "11", "physician", False, 9_000_000],
        ["001", "12", "other", True, None],
    ] == table.rows
    assert [Origin("clinician.csv", 2), Origin("clinician.csv", 3)] == table.origins
    assert (["clinician"], {"clinician": 2}) == (list(inputs.tables), inputs.counts)
    assert () == inputs.rejects


def test_all_mistakes_of_a_row_are_in_one_reject(read_texts: ReadTexts) -> None:
    inputs = read_texts(
        {"clinician.csv": CLINICIANS + "001,13,physicist,perhaps,x\n001,14,,no,5\n"}
    )
    first, second = inputs.rejects

    assert ("clinician.csv", 4, "clinician_type", "D0103", "physicist") == (
        first.file,
        first.row,
        first.column,
        first.code,
        first.value,
    )
    assert "; `newly_enrolled`: `perhaps` is not yes or no; `charges_1`: `x`" in first.reason
    assert "perhaps" == first.original["newly_enrolled"]
    assert (5, "clinician_type", "D0102") == (second.row, second.column, second.code)
    assert 4 == inputs.counts["clinician"]
    assert 2 == len(inputs.tables["clinician"].rows)


def test_rows_are_numbered_as_a_spreadsheet_shows_them(read_texts: ReadTexts) -> None:
    content = 'tin,rural\n"0\n1",yes\n\n02,maybe\n03\n04,no,7\n'
    inputs = read_texts({"practice.csv": content})

    assert [
        ("practice.csv", 4, "rural", "D0107"),
        ("practice.csv", 5, "", "D0110"),
        ("practice.csv", 6, "", "D0110"),
    ] == codes(inputs)
    assert 4 == inputs.counts["practice"]


def test_duplicates_are_rejected_with_the_row_they_repeat(read_texts: ReadTexts) -> None:
    inputs = read_texts({"practice.csv": "tin,rural\n1,yes\n2,no\n1,no\n"})

    assert [("practice.csv", 4, "tin", "D0112")] == codes(inputs)
    assert "row 2 of practice.csv has the same key (tin 1)" == inputs.rejects[0].reason


def test_children_need_their_parents(read_texts: ReadTexts) -> None:
    header = "submission_id,measure_id,collection_type,performance_met\n"
    inputs = read_texts(
        {
            "submission.csv": SUBMISSIONS + "s2,team,,,no\n",
            "quality_measure.csv": header
            + "s1,1,ecqm,4\n"
            + "s2,1,ecqm,4\n"
            + "s3,1,ecqm,4\n"
            + "s1,1,claims,4\ns1,2,claims,4\ns1,3,claims,4\n",
        }
    )

    assert [
        ("quality_measure.csv", 3, "submission_id", "D0115"),
        ("quality_measure.csv", 4, "submission_id", "D0114"),
        ("quality_measure.csv", 7, "submission_id", "D0117"),
        ("submission.csv", 3, "kind", "D0103"),
    ] == codes(inputs)
    assert "`team` is not a kind" in inputs.rejects[0].reason
    assert "no submission has submission_id s3" == inputs.rejects[1].reason


def test_a_row_that_the_program_makes_is_needed_by_nobody(read_texts: ReadTexts) -> None:
    inputs = read_texts({"clinician.csv": CLINICIANS, "practice.csv": "tin\n999\n"})

    assert () == inputs.rejects


def test_an_unknown_measure_is_rejected_with_near_ones(read_texts: ReadTexts) -> None:
    catalogue = (
        "measure_id,title,measure_type,high_priority,inverse,qcdr,metric_type\n"
        "046,a,process,no,no,no,x\nMUSIC5,b,outcome,yes,no,yes,x\n"
    )
    measures = "submission_id,measure_id,collection_type\ns1,46,ecqm\ns1,MUSIC6,qcdr\n"
    inputs = read_texts(
        {
            "quality_catalogue.csv": catalogue,
            "quality_measure.csv": measures,
            "submission.csv": SUBMISSIONS,
        }
    )

    assert [("quality_measure.csv", 3, "measure_id", "D0116")] == codes(inputs)
    assert "quality_catalogue has no measure_id MUSIC6; near it: MUSIC5" == inputs.rejects[0].reason
    assert [["s1", "046", "ecqm"]] == inputs.tables["quality_measure"].rows


def test_unknown_columns_are_named_with_near_ones(read_texts: ReadTexts) -> None:
    inputs = read_texts({"practice.csv": "tin,rurall,colour,quality_score\n1,yes,blue,5\n"})

    assert ("tin",) == inputs.tables["practice"].columns
    assert (
        "practice.csv: columns not used: `rurall` (near `rural`), `colour`, "
        "`quality_score` (of submission)",
    ) == inputs.notes


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"practice.csv": "rural\nyes\n"}, "no column `tin`"),
        ({"practice.csv": ""}, "is empty"),
        ({"practice.csv": "tin,tin\n1,2\n"}, "two columns `tin`"),
        ({"practice.csv": "tin,TIN\n1,2\n"}, "`tin` and `TIN` give one field"),
        ({"practice.csv": 'tin\n"1\n2\n'}, "quotation mark"),
        ({"practice.csv": "tin\n\x00\n"}, "not a text file"),
        ({"practice.doc": "x"}, "`.doc` are not read"),
        ({"practice.xlsx": "x"}, "not a workbook that can be read"),
        ({"scores.csv": "colour,shape\n1,2\n"}, "no column is the name of a field"),
        ({"a.txt": "", "b.csv": "tin\n1\n"}, "no file in"),
        ({"practice.jsonl": "[1]\n"}, "no line that is a JSON object"),
        ({"practice.parquet": "tin\n1\n"}, "not a Parquet file"),
    ],
)
def test_whole_input_problems_are_sentences(
    read_texts: ReadTexts, files: dict[str, str], said: str
) -> None:
    with pytest.raises(DataError) as error:
        read_texts(files)

    assert said in str(error.value)


def test_a_missing_file_is_a_sentence(program: Program, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        read(program, [tmp_path / "nothing.csv"], ReadOptions())


def test_json_lines_keep_the_digits_that_were_written(read_texts: ReadTexts) -> None:
    lines = (
        '{"tin": "001", "npi": 11, "clinician_type": "physician", "newly_enrolled": false, '
        '"average_hcc": 1.00005, "charges_1": null}\n'
        "\n"
        "{oops\n"
        '{"npi": "12", "tin": "001", "clinician_type": "other", "newly_enrolled": true}\n'
    )
    inputs = read_texts({"clinician.jsonl": lines})

    assert [
        ["001", "11", "physician", False, 10_001, None],
        ["001", "12", "other", True, None, None],
    ] == inputs.tables["clinician"].rows
    assert [("clinician.jsonl", 3, "", "D0111")] == codes(inputs)
    assert 4 == inputs.tables["clinician"].origins[1].row
    assert any("1 values of `average_hcc` had more than 4" in note for note in inputs.notes)


def test_parquet_doubles_are_read_as_their_shortest_decimal(
    program: Program, tmp_path: Path
) -> None:
    import duckdb

    path = tmp_path / "clinician.parquet"
    duckdb.execute(
        "COPY (SELECT '001' AS tin, 1234567890::DOUBLE AS npi, 'physician' AS clinician_type, "
        "true AS newly_enrolled, 0.1::DOUBLE + 0.2 AS average_hcc, 0.85::FLOAT AS dual_share, "
        "90000.10::DECIMAL(12, 2) AS charges_1, DATE '2018-10-01' AS enrolled_on, 7 AS patients_1) "
        f"TO '{path}' (FORMAT parquet)"
    )
    inputs = read(program, [path], ReadOptions())
    row = dict(
        zip(inputs.tables["clinician"].columns, inputs.tables["clinician"].rows[0], strict=True)
    )

    assert {
        "tin": "001",
        "npi": "1234567890",
        "clinician_type": "physician",
        "newly_enrolled": True,
        "average_hcc": 3000,
        "dual_share": 8500,
        "charges_1": 9_000_010,
        "enrolled_on": 736_968,
        "patients_1": 7,
    } == row
    assert any("1 values of `average_hcc`" in note for note in inputs.notes)


def test_windows_text_semicolons_and_tabs_are_read(program: Program, tmp_path: Path) -> None:
    (tmp_path / "practice.csv").write_bytes("tin;rural\nJos\u00e9;yes\n".encode("cp1252"))
    (tmp_path / "submission.tsv").write_text(
        "submission_id\tkind\tsmall_practice\ns1\tgroup\tno\n", encoding="utf-16"
    )
    inputs = read(program, [tmp_path], ReadOptions())

    assert [["Jos\u00e9", True]] == inputs.tables["practice"].rows
    assert [["s1", "group", False]] == inputs.tables["submission"].rows
    assert ("practice.csv is not UTF-8; read as Windows-1252",) == inputs.notes


def test_files_of_one_record_are_read_together(program: Program, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "practice.csv").write_text("tin,rural\n1,yes\n", encoding="utf-8")
    (tmp_path / "practice.csv").write_text("tin\n2\n1\n", encoding="utf-8")
    inputs = read(
        program, [tmp_path / "a" / "practice.csv", tmp_path / "practice.csv"], ReadOptions()
    )

    assert [["1", True], ["2", None]] == inputs.tables["practice"].rows
    assert [(str(tmp_path / "practice.csv"), 3, "tin", "D0112")] == codes(inputs)


def test_assumed_values_fill_what_is_missing(read_texts: ReadTexts) -> None:
    inputs = read_texts(
        {"submission.csv": "submission_id,kind,small_practice\ns1,group,\ns2,group,yes\n"},
        assume={"small_practice": "no", "submission.quality_score": "85"},
    )

    assert [
        ["s1", "group", False, 85 * 10**10],
        ["s2", "group", True, 85 * 10**10],
    ] == inputs.tables["submission"].rows
    assert () == inputs.rejects
    assert (
        "assumed submission.small_practice = no for 1 of 2 rows",
        "assumed submission.quality_score = 85 for 2 of 2 rows",
    ) == inputs.notes


@pytest.mark.parametrize(
    ("assume", "said"),
    [
        ({"smal_practice": "no"}, "near it: `small_practice`"),
        ({"small_practice": "perhaps"}, "not yes or no"),
        ({"small_practice": ""}, "assumes nothing"),
    ],
)
def test_a_wrong_assumption_is_a_sentence(
    read_texts: ReadTexts, assume: dict[str, str], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        read_texts({"submission.csv": SUBMISSIONS}, assume=assume)


def test_a_map_says_which_column_is_which(
    program: Program, tmp_path: Path, read_texts: ReadTexts
) -> None:
    (tmp_path / "map").write_text(
        '[columns]\n"size" = "submission.small_practice"\n'
        '"q" = { to = "quality_score", percent = "hundred", missing = ["-"] }\n',
        encoding="utf-8",
    )
    rules = load_map(tmp_path / "map")
    (tmp_path / "map").unlink()
    inputs = read_texts(
        {"submission.csv": "submission_id,kind,size,q\ns1,group,no,1\ns2,group,no,-\n"},
        column_map=rules,
    )

    assert ColumnRule("quality_score", "hundred", ("-",)) == rules["q"]
    assert [
        ["s1", "group", False, 10**10],
        ["s2", "group", False, None],
    ] == inputs.tables["submission"].rows


def test_a_map_says_in_which_order_dates_are_written(read_texts: ReadTexts) -> None:
    rows = "tin,npi,clinician_type,newly_enrolled,since\n1,2,other,no,03/04/2005\n"
    for order, day in (("mdy", date(2005, 3, 4)), ("dmy", date(2005, 4, 3))):
        rule = ColumnRule("clinician.enrolled_on", date=order)
        inputs = read_texts({"clinician.csv": rows}, column_map={"since": rule})

        assert day.toordinal() == inputs.tables["clinician"].rows[0][-1]


def test_a_map_that_fits_nothing_is_said(read_texts: ReadTexts) -> None:
    files = {"practice.csv": "tin\n1\n"}
    inputs = read_texts(files, column_map={"country": "rural"})

    assert ("the map of columns names `country`, which no file has",) == inputs.notes
    with pytest.raises(DataError, match=r"near it: `practice\.rural`"):
        read_texts(files, column_map={"country": "practice.rurall"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("columns = 3", r"no table \[columns\]"),
        ("[columns", "not TOML"),
        ('[columns]\nq = { percent = "hundred" }', "no target"),
        ('[columns]\nq = { to = "x", percent = "tenth" }', "neither of the two"),
        ('[columns]\nq = { to = "x", date = "us" }', "none of the three orders"),
        ('[columns]\nq = { to = "x", missing = 3 }', "not a list of texts"),
        ('[columns]\nq = { to = "x", colour = 3 }', "`colour`, which is not known"),
    ],
)
def test_a_wrong_map_is_a_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(DataError, match=said):
        load_map(path)


def test_every_code_has_a_page() -> None:
    folder = Path(sys.modules["mipsdsl.data.codes"].__file__ or "").parent
    used = {
        word
        for path in folder.rglob("*.py")
        if path.name != "codes.py"
        for word in path.read_text(encoding="utf-8").replace('"', " ").split()
        if word.startswith("D01") and len(word) == 5
    }

    assert used == set(PAGES)
    assert all(page.meaning and page.advice for page in PAGES.values())


def test_the_quick_path_imports_attrs_and_the_standard_library_only(tmp_path: Path) -> None:
    path = tmp_path / "practice.csv"
    path.write_text("tin\n1\n", encoding="utf-8")
    script = (
        "import sys; before = set(sys.modules)\n"
        "from pathlib import Path\n"
        "from mipsdsl.core.nodes import *\n"
        "from mipsdsl.core.types import *\n"
        "from mipsdsl.data.options import ReadOptions\n"
        "from mipsdsl.data.read import read\n"
        "place = Place('', 1)\n"
        "tin = Field('tin', Type(Unit.TEXT), 0, 0, 0, 0, '', place)\n"
        "practice = Record('practice', ('tin',), (tin,), (), (), None, False, place)\n"
        "program = Program(2019, 2021, '', (), (), (practice,), (), (), ())\n"
        "assert read(program, [Path(sys.argv[1])], ReadOptions()).tables\n"
        "tops = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(tops - set(sys.stdlib_module_names)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert "['attr', 'attrs', 'mipsdsl']" == done.stdout.strip()
