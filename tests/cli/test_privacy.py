"""What leaves the program: with --mask no identifier does, with --suppress-below no small cell."""

from __future__ import annotations

import json
import zipfile

import pytest

PEOPLE = ("1999000015", "1999000023", "1999000031", "1999000049", "199900005X")
TINS = ("12-3456789", "123456789", "98-7654321", "987654321", "555555555")
NAMED = ("Dr. Smith", "=HYPERLINK(1)")
CLINICIANS = f"""\
tin,npi,kind,charges,score,=name
12-3456789,{PEOPLE[0]},physician,50000,80,Dr. Smith
123456789,{PEOPLE[1]},physician,10000,2,=HYPERLINK(1)
98-7654321,{PEOPLE[2]},physician,,51.5,
98-7654321,{PEOPLE[2]},other,90000,100,
98-7654321,{PEOPLE[3]},{PEOPLE[3]},90000,100,
98-7654321,{PEOPLE[3]}
98-7654321,{PEOPLE[4]},physician,x,100,
555555555,1999000064,physician,1,{PEOPLE[0]},
"""
PRACTICES = "tin,grouped\n123456789,yes\n98-7654321,\n"


@pytest.fixture
def people(tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "clinician.csv").write_text(CLINICIANS, encoding="utf-8")
    (folder / "practice.csv").write_text(PRACTICES, encoding="utf-8")
    return folder


def _all_of(folder) -> str:
    """Return the content of all files in a folder, those of workbooks and Parquet too."""
    import duckdb

    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                texts += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        elif path.suffix == ".parquet":
            texts.append(str(duckdb.read_parquet(str(path)).fetchall()))
        elif path.is_file():
            texts.append(path.read_text(encoding="utf-8"))
    return "\n".join(texts)


def _hides(text: str) -> None:
    found = [each for each in (*PEOPLE, *TINS, *NAMED) if each in text]

    assert not found, text


FILES = ["out.csv", "out.jsonl", "out.parquet", "out.xlsx", "folder"]


@pytest.mark.parametrize("engine", ["python", "native"])
@pytest.mark.parametrize("out", [*FILES, "table", "csv", "jsonl", "json"])
def test_no_identifier_leaves_a_masked_run(mips, policy, people, tmp_path, out, engine):
    target = tmp_path / "results"
    target.mkdir()
    shown = ["--format", out, "--rejects", target / "r.csv"]
    written = ["--engine", engine, *(["-o", target / out] if out in FILES else shown)]
    result = mips(
        "run", policy, people, "--mask", "keys", "--max-rejects", "100%", "--set", "factor=0.5",
        *written,
    )  # fmt: skip

    _hides(result.stdout + result.stderr + _all_of(target))
    assert "m-" in result.stdout + _all_of(target)
    assert "columns that the policy does not know are left out" in result.stderr


def test_a_person_has_one_mask_in_all_that_is_written(mips, policy, people, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef0123456789abcdef")
    how = ["--mask", "keys", "--mask-secret-file", secret, "--max-rejects", "100%"]
    how += ["--set", "factor=0.5", "--outputs", "base"]
    first = mips("run", policy, people, *how).stdout
    again = mips("run", policy, people, *how).stdout
    explained = mips("explain", policy, people, "--npi", PEOPLE[1], *how[:4], "--output", "base")
    other = mips("run", policy, people, "--mask", "keys", *how[4:]).stdout
    tin, npi = first.splitlines()[2].split(",")[:2]

    assert first == again != other
    assert {tin, npi} <= set(explained.stdout.split())


def test_rejects_say_who_and_where_and_cannot_be_taken_for_corrections(
    mips, policy, people, tmp_path
):
    rejects = tmp_path / "r.csv"
    mips(
        "run", policy, people, "--mask", "keys", "--max-rejects", "100%", "--set", "factor=0.5",
        "--rejects", rejects,
    )  # fmt: skip
    header, *rows = rejects.read_text(encoding="utf-8").splitlines()

    assert "tin,npi,_withheld,_file,_row,_column,_code,_reason" == header
    assert all(row.split(",")[2] == "yes" for row in rows)
    stderr = mips("run", policy, people, rejects, code=2).stderr
    assert "rows are not whole" in stderr
    assert "without these" in stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_identifier_leaves_an_explanation(mips, policy, people, form):
    result = mips(
        "explain", policy, people, "--npi", PEOPLE[0], "--mask", "keys", "--set", "factor=0.5",
        "--format", form, "--depth", 9,
    )  # fmt: skip

    _hides(result.stdout + result.stderr)
    assert "m-" in result.stdout


def test_no_identifier_leaves_an_error(mips, policy, people):
    missing = mips("explain", policy, people, "--npi", "1999000999", "--mask", "keys", code=2)
    broken = mips("run", policy, people, people / f"{PEOPLE[0]}.csv", "--mask", "keys", code=2)
    rejected = mips("run", policy, people, "--mask", "keys", code=3)

    assert "1999000999" not in missing.stderr
    for result in (missing, broken, rejected):
        _hides(result.stdout + result.stderr)


def test_own_columns_are_written_when_they_are_asked_for(mips, policy, people):
    how = ["--mask", "keys", "--max-rejects", "100%", "--set", "factor=0.5", "--own-columns"]
    result = mips("run", policy, people, *how, "--format", "csv")

    assert "Dr. Smith" in result.stdout
    assert "'=HYPERLINK(1)" in result.stdout
    assert "'=name" in result.stdout.splitlines()[0]


def test_a_secret_file_without_masks_is_a_slip(mips, policy, people, tmp_path):
    stderr = mips("run", policy, people, "--mask-secret-file", tmp_path / "s", code=2).stderr

    assert "does nothing without --mask keys" in stderr


COUNTS = """\
rules for performance year 2017 paying 2019
record practice key tin
    tin      text
    size     count from 0 to 10,000
    met      count from 0 to 10,000
    charges  optional money from $0 to $1,000,000
rule practice.share: percent "share" = ratio of met to size (when zero: 0%)
rule practice.double: percent "twice that" = share
rule practice.large: yesno "large" = size > 20 and charges is given
"""
ROWS = "tin,size,met,charges\nA,40,5,1000\nB,40,0,1000\nC,5,4,1000\nD,40,20,\n"


@pytest.fixture
def small(tmp_path):
    (tmp_path / "counts.mips").write_text(COUNTS, encoding="utf-8")
    (tmp_path / "practice.csv").write_text(ROWS, encoding="utf-8")
    outputs = "size,met,charges,share,double,large"
    return tmp_path / "counts.mips", tmp_path / "practice.csv", "--outputs", outputs


def test_small_counts_and_what_gives_them_away_are_withheld(mips, small):
    result = mips("run", *small, "--suppress-below", 11)

    assert [
        "tin,size,met,charges,share,double,large",
        "A,*,<11,1000,*,*,yes",
        "B,40,0,1000,0,0,yes",
        "C,<11,<11,*,*,*,no",
        "D,40,20,,0.5,0.5,no",
    ] == result.stdout.splitlines()
    assert "read      <11 practice" in result.stderr


@pytest.mark.parametrize("form", ["jsonl", "json", "table"])
def test_small_counts_are_withheld_in_every_form(mips, small, form):
    result = mips("run", *small, "--suppress-below", 11, "--format", form)

    assert "<11" in result.stdout
    if form == "jsonl":
        first = json.loads(result.stdout.splitlines()[0])
        assert ("*", "<11", "*") == (first["size"], first["met"], first["share"])


@pytest.mark.parametrize("ending", ["jsonl", "parquet", "xlsx"])
def test_small_counts_are_missing_where_numbers_have_a_type(mips, small, tmp_path, ending):
    out = tmp_path / "out" / f"r.{ending}"
    mips("run", *small, "--suppress-below", 11, "-o", out)

    if ending == "jsonl":
        first = json.loads(out.read_text().splitlines()[0])
        assert (None, None, None, True) == (
            first["size"], first["met"], first["share"], first["large"],
        )  # fmt: skip
    elif ending == "parquet":
        import duckdb

        rows = duckdb.read_parquet(str(out)).fetchall()
        assert ("A", None, None, 1000, None, None, True) == rows[0]
    else:
        assert "&lt;11" in _all_of(out.parent)


def test_small_counts_are_withheld_in_explanations(mips, small):
    policy, data = small[:2]
    how = ["--key", "practice:A", "--suppress-below", 11, "--output", "double"]
    text = mips("explain", policy, data, *how).stdout

    assert "double is *" in text
    assert "met: <11" in text
    assert "size: *" in text
    assert "met: 0" in mips("explain", policy, data, "--key", "practice:B", *how[2:]).stdout


def test_a_sum_does_not_tell_the_small_count_in_it(mips, tmp_path):
    policy, folder = tmp_path / "sums.mips", tmp_path / "sums"
    folder.mkdir()
    policy.write_text(SUMS, encoding="utf-8")
    (folder / "practice.csv").write_text("tin\nA\nB\n", encoding="utf-8")
    rows = "tin,npi,patients\nA,1,30\nA,2,5\nB,3,30\nB,4,40\n"
    (folder / "clinician.csv").write_text(rows, encoding="utf-8")
    how = ("--suppress-below", 11, "--output", "patients")
    few = mips("explain", policy, folder, "--key", "practice:A", *how).stdout
    many = mips("explain", policy, folder, "--key", "practice:B", *how).stdout

    assert "patients is *" in few
    assert "<11" in few
    assert "35" not in few
    assert "patients is 70" in many


SUMS = """\
rules for performance year 2017 paying 2019
record practice key tin
    tin  text
record clinician key tin, npi
    tin       text
    npi       text
    patients  count from 0 to 1,000
relation practice.clinicians list of clinician by tin at most 10
rule practice.patients: count = sum of patients over clinicians
"""


def test_rejects_of_a_suppressed_run_have_no_cells(mips, small, tmp_path):
    small[1].write_text(ROWS + "E,x,7,1000\n", encoding="utf-8")
    rejects = tmp_path / "r.csv"
    result = mips("run", *small, "--suppress-below", 11, "--max-rejects", 1, "--rejects", rejects)

    assert [
        "tin,_withheld,_file,_row,_column,_code,_reason",
        "E,yes,practice.csv,6,size,D0101,not a number",
    ] == (rejects.read_text(encoding="utf-8").splitlines())
    assert "rejected  <11 of <11 rows" in result.stderr
