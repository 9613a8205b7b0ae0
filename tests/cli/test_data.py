"""``mips data``: a map to begin with, the dictionary of a policy, a profile of a file."""

from __future__ import annotations

import csv
import io
import json
import tomllib

import pytest
from python_calamine import CalamineWorkbook

THEIRS = """\
Provider NPI;Tax ID;Type of Clinician;Allowed Charges!;Final MIPS-Score;Doctor
1234567893;012345678;physician;$50,000;80.5;A. Who
1245319599;012345679;Other;-;51.5;B. What
"""


@pytest.fixture
def theirs(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text(THEIRS, encoding="cp1252")
    return path


def test_a_map_begins_with_best_guesses_and_can_be_used(mips, policy, theirs, tmp_path):
    out = tmp_path / "map.toml"
    policy.write_text(
        policy.read_text()
        .replace("    charges   optional", "    allowed_charges   optional")
        .replace("charges default", "allowed_charges default")
        .replace("    kind      kind_of ", "    clinician_type      kind_of ")
        .replace("kind is other", "clinician_type is other")
        .replace("    score     points", "    final_score     points")
        .replace("of score: percent", "of final_score: percent")
        .replace("    | score  ", "    | final_score  ")
    )
    mips("data", "map", "init", theirs, "--policy", policy, "-o", out)
    text = out.read_text(encoding="utf-8")

    assert {
        "Provider NPI": "npi",
        "Tax ID": "tin",
        "Type of Clinician": "clinician_type",
        "Allowed Charges!": {"to": "allowed_charges", "missing": ["-"]},
        "Final MIPS-Score": "final_score",
    } == tomllib.loads(text)["columns"]
    assert '# "Doctor" = ""  # for example `A. Who`' in text
    assert "for example `1234567893`; text; a name of CMS's files" in text
    assert "corrections" in mips("data", "map", "init", theirs, "-o", out, code=2).stderr

    result = mips("run", policy, theirs, "--map", out, "--outputs", "base")

    assert "tin,npi,base,Doctor\n012345678,1234567893,0.03195876288" in result.stdout


def test_a_map_says_how_percents_and_near_names_are_taken(mips, tmp_path):
    path = tmp_path / "scored.csv"
    path.write_text("npi,qualty_score,cost score\n1,85,0.5\n2,*,0.75\n", encoding="utf-8")
    text = mips("data", "map", "init", path, "--policy", "2017").stdout

    assert {
        "npi": "npi",
        "qualty_score": {"to": "quality_score", "percent": "hundred", "missing": ["*"]},
        "cost score": {"to": "cost_score", "percent": "fraction"},
    } == tomllib.loads(text)["columns"]
    assert "a near name (0.9" in text


@pytest.mark.parametrize(
    ("cells", "order"), [(("3/4/2005", "4/13/2005"), "mdy"), (("3/4/2005", "13/4/2005"), "dmy")]
)
def test_a_map_says_in_which_order_dates_seem_to_be(mips, tmp_path, cells, order):
    path = tmp_path / "clinician.csv"
    path.write_text("\n".join(["enrolled_on", *cells, ""]), encoding="utf-8")
    text = mips("data", "map", "init", path, "--policy", "2017").stdout

    assert {"to": "enrolled_on", "date": order} == tomllib.loads(text)["columns"]["enrolled_on"]


@pytest.mark.parametrize("form", ["csv", "md", "json", "xlsx"])
def test_a_dictionary_says_what_each_field_is(mips, policy, tmp_path, form):
    out = tmp_path / f"dictionary.{form}"
    mips("data", "dictionary", policy, "-o", out)
    if form == "xlsx":
        rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
        found = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    elif form == "json":
        found = {each["name"]: each for each in json.loads(out.read_text())["entries"]}
    elif form == "csv":
        found = {row["name"]: row for row in csv.DictReader(io.StringIO(out.read_text()))}
    else:
        line = "| charges | money | no |  | $0 | $1000000 | charges | "

        assert line in out.read_text(encoding="utf-8")
        return
    charges, kind = found["charges"], found["kind"]

    assert ("clinician", "field", "money", "no", "$0", "$1000000", "charges") == tuple(
        charges[name]
        for name in ("record", "kind", "unit", "required", "least", "greatest", "label")
    )
    assert "clinician.eligible" in charges["used_by"]
    assert ("physician; other", "yes") == (kind["allowed"], kind["required"])
    assert ("result", "42 CFR 7") == (
        found["adjustment"]["kind"],
        found["adjustment"]["cites"].split("; ")[-1],
    )


def test_a_dictionary_of_one_record(mips, policy):
    rows = list(csv.DictReader(io.StringIO(
        mips("data", "dictionary", policy, "--record", "practice").stdout
    )))  # fmt: skip

    assert {"practice"} == {row["record"] for row in rows}
    assert "there are clinician, practice" in (
        mips("data", "dictionary", policy, "--record", "pratice", code=2).stderr
    )


def test_a_profile_says_what_is_in_a_column_and_what_is_odd(mips, theirs, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(
        "npi,charges,when\n1234567893,1000,2018-01-02\n1234567890, 900 ,3/4/2018\n"
        "1.2E+09,*,2018-05-06\n1245319599,#REF!,\n1245319607,<11,\n1245319615,7,\n"
        "1245319623,8,\n1245319631,9,\n1245319649,x,\n",
        encoding="utf-8",
    )
    columns = json.loads(mips("data", "profile", path, theirs, "--format", "json").stdout)[
        "columns"
    ]
    npi, charges, when = columns[:3]

    assert (9, 9, "D", "theirs.csv") == (
        npi["filled"],
        npi["distinct"],
        columns[-1]["column"][0],
        columns[-1]["file"],
    )
    assert "not an NPI by its form: 1 (such as `1.2E+09`)" in npi["suspicious"]
    assert "wrong check digit: 1 (such as `1234567890`)" in npi["suspicious"]
    assert ("7", "1000") == (charges["least"], charges["greatest"])
    assert "* (1), <11 (1)" == charges["missing"]
    assert "errors of the spreadsheet: 1" in charges["suspicious"]
    assert "spaces around" in charges["suspicious"]
    assert "dates that are not year-month-day: 1 (such as `3/4/2018`)" == when["suspicious"]

    text = mips("data", "profile", path).stdout

    assert "odd.csv: 9 rows" in text
    assert "look at: dates that are not year-month-day" in text
    assert mips("data", "profile", path, "--format", "csv").stdout.startswith("file,column,rows")


def test_twenty_rejects_are_shown_at_least_one_of_each_code(mips, policy, data):
    lines = [f"T9,{n},physician,many,1\n" for n in range(40)] + ["T9,99,wizard,1,1\n"]
    with (data / "clinician.csv").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    said = mips("run", policy, data, code=3).stderr

    assert 20 == said.count("clinician.csv row ")
    assert "… and 21 more" in said
    assert "`wizard` is not a kind_of" in said
