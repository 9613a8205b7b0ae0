"""Results into workbooks, with what belongs to them; the user's own columns; corrected rejects."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from python_calamine import CalamineWorkbook

SET = ("--set", "factor=0.5")


def book(path) -> dict[str, list[list[object]]]:
    opened = CalamineWorkbook.from_path(path)
    return {
        name: opened.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in opened.sheet_names
    }


def test_a_workbook_holds_results_rejects_dictionary_and_run(mips, policy, data, tmp_path):
    with (data / "clinician.csv").open("a", encoding="utf-8") as file:
        file.write("012345678,5,wizard,1,1\n")
    out = tmp_path / "results.xlsx"
    mips("run", policy, data, *SET, "-o", out, "--max-rejects", "1")
    sheets = book(out)

    assert ["results", "rejects", "dictionary", "run"] == list(sheets)
    assert ["T1", "1", "yes", "yes", 0.03175257732, 0.0159] == sheets["results"][1]
    assert [["012345678", "5", "wizard", "1", "1", "clinician.csv", "6", "kind", "D0103"]] == [
        row[:9] for row in sheets["rejects"][1:]
    ]
    assert ["clinician", "charges", "field", "plain", "money", "no"] in [
        row[:6] for row in sheets["dictionary"]
    ]
    run = {str(row[0]): row[1] for row in sheets["run"]}
    assert ("2017", "5 clinician, 2 practice") == (run["performance year"], run["read"])
    assert any(name.endswith("clinician.csv, SHA-256") for name in run)


def test_a_workbook_takes_results_of_several_records(mips, policy, data, tmp_path):
    out = tmp_path / "results.xlsx"
    mips("run", policy, data, *SET, "--outputs", "adjustment,practice.grouped", "-o", out)

    assert {"clinician", "practice"} <= set(book(out))


def test_columns_of_their_own_come_after_the_results(mips, policy, data, tmp_path):
    lines = (data / "clinician.csv").read_text(encoding="utf-8").splitlines()
    names = ["Doctor", "=1+1", "b", "c", "d"]
    text = "\n".join(f"{line},{name}" for line, name in zip(lines, names, strict=True))
    (data / "clinician.csv").write_text(text + "\n", encoding="utf-8")
    outputs = ("--outputs", "eligible")
    result = mips("run", policy, data, *outputs)
    without = mips("run", policy, data, *outputs, "--no-own-columns")
    out = tmp_path / "out.xlsx"
    mips("run", policy, data, *outputs, "-o", out)

    assert "tin,npi,eligible,Doctor\nT1,1,yes,'=1+1\nT1,2,yes,b\n" in result.stdout
    assert "tin,npi,eligible\nT1,1,yes\n" in without.stdout
    assert ["T1", "1", "yes", "=1+1"] == book(out)["results"][1]


def test_no_cell_of_a_workbook_is_a_formula(mips, policy, data, tmp_path):
    from zipfile import ZipFile

    with (data / "clinician.csv").open("a", encoding="utf-8") as file:
        file.write('"=HYPERLINK(""x"")",@5,physician,1,1\n')
    out = tmp_path / "out.xlsx"
    mips("run", policy, data, *SET, "-o", out)
    with ZipFile(out) as parts:
        texts = [parts.read(name) for name in parts.namelist() if "worksheets/" in name]

    assert not any(b"<f>" in text or b"<f " in text or b"hyperlink" in text for text in texts)
    assert any('=HYPERLINK("x")' in str(row[0]) for row in book(out)["results"])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_corrected_rejects_complete_the_run(mips, policy, data, tmp_path, ending):
    with (data / "clinician.csv").open("a", encoding="utf-8") as file:
        file.write("T3,5,wizard,1,1\nT3,6,other,many,1\n")
    out = tmp_path / f"out.{ending}"
    mips("run", policy, data, *SET, "-o", out, "--max-rejects", "2")
    path = tmp_path / "out.rejects.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["kind"], rows[1]["charges"] = "physician", "$1,000"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    result = mips("run", policy, data, path, *SET, "--outputs", "eligible")

    assert "T3,5,no\nT3,6,no\n" in result.stdout
    assert "clinician.csv: 2 rows corrected" in result.stderr


def test_the_rejects_of_a_workbook_can_be_given_back(mips, policy, data, tmp_path):
    with (data / "clinician.csv").open("a", encoding="utf-8") as file:
        file.write("T3,5,wizard,1,1\n")
    out = tmp_path / "out.xlsx"
    mips("run", policy, data, *SET, "-o", out, "--max-rejects", "1")
    result = mips("run", policy, data, out, *SET, code=3)

    assert "clinician.csv row 6, column kind: `wizard` is not a kind_of" in result.stderr
    assert "clinician.csv: 1 rows corrected" in result.stderr


def test_workbooks_cost_nothing_where_there_are_none(mips, policy, data):
    mips("run", policy, data, *SET)
    code = (
        "import sys, json\n"
        f"sys.argv = ['mips', 'run', {str(policy)!r}, {str(data)!r}]\n"
        "from mipsdsl.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stderr.splitlines()[-1])

    assert not {"python_calamine", "xlsxwriter", "gzip", "zipfile", "openpyxl"} & set(loaded)
    assert [
        "assume", "bind", "cells", "codes", "corrections", "dates", "decimals", "delimited", "digests",
        "files", "findings", "flat", "former", "identifiers", "links", "neutral", "options", "percents",
        "privacy", "read", "sheets", "slots", "sources", "tables", "tins", "totals", "validate", "write",
    ] == [name.split(".")[2] for name in loaded if name.startswith("mipsdsl.data.")]  # fmt: skip
