"""The reproducibility block: on every output, the same for the same run."""

from __future__ import annotations

import hashlib
import json

import pytest

from mipsdsl import resources

SET = ("--set", "factor=0.5")
SECOND = "86400"


@pytest.fixture
def fixed_time(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", SECOND)


def _sha(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_of_results_has_its_block_beside_it(mips, policy, data, tmp_path):
    out = tmp_path / "results.csv"
    stderr = mips("run", policy, data, *SET, "-o", out, "--outputs", "base").stderr
    block = json.loads((tmp_path / "results.csv.about.json").read_text(encoding="utf-8"))

    assert ("mips/about/1", "small.mips", 2017, 2019, "python") == (
        block["format"], block["policy"], block["performance_year"], block["payment_year"],
        block["engine"],
    )  # fmt: skip
    assert block["layers"] == ["small.mips"]
    assert block["mips"] == resources.release()
    assert block["inputs"] == [
        {"file": each.name, "sha256": _sha(each)} for each in sorted(data.iterdir())
    ]
    assert ({"clinician": 4, "practice": 2}, 0, {"clinician": 4}) == (
        block["rows_read"], block["rows_rejected"], block["rows_evaluated"],
    )  # fmt: skip
    assert {"set": "factor=0.5", "outputs": "base"} == block["settings"]
    assert [{"file": "results.csv", "sha256": _sha(out)}] == block["results"]
    assert f"about     small.mips, rules {block['rules_sha256'][:12]}" in stderr


def test_a_folder_of_results_has_one_block_which_is_no_data(mips, policy, data, tmp_path):
    out = tmp_path / "results"
    how = ("run", policy, data, *SET, "--outputs", "base,practice.grouped", "-o", out)
    mips(*how)
    block = json.loads((out / "about.json").read_text(encoding="utf-8"))

    assert ["clinician.csv", "practice.csv"] == [each["file"] for each in block["results"]]
    assert {"about.json", "clinician.csv", "practice.csv"} == {p.name for p in out.iterdir()}
    (data / "about.json").write_text("{}", encoding="utf-8")
    assert "about.json" not in mips(*how).stderr


@pytest.mark.usefixtures("fixed_time")
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_the_same_run_twice_gives_the_same_bytes(mips, policy, data, tmp_path, ending):
    found = []
    for name in ("one", "two"):
        out = tmp_path / name / f"r.{ending}"
        mips("run", policy, data, *SET, "-o", out)
        found.append([path.read_bytes() for path in sorted(out.parent.iterdir())])

    assert found[0] == found[1]
    assert len(found[0]) == 2
    assert b"1970-01-02T00:00:00Z" in found[0][1]


def test_another_rule_or_other_data_give_another_block(mips, policy, data, tmp_path):
    def block() -> dict[str, object]:
        text = mips("run", policy, data, *SET, "--format", "json").stdout
        return json.loads(text)["about"]

    first = block()
    policy.write_text(policy.read_text().replace("$30,000", "$30,001"), encoding="utf-8")
    second = block()
    (data / "practice.csv").write_text("tin,grouped\nT1,no\nT2,no\n", encoding="utf-8")
    third = block()

    assert first["rules_sha256"] != second["rules_sha256"] == third["rules_sha256"]
    assert first["inputs"] == second["inputs"] != third["inputs"]


def test_a_year_says_its_layers(mips):
    text = mips("explain", "2018#0", "--sample", "--npi", "1999000197", "--format", "json").stdout
    block = json.loads(text)["about"]

    assert ["2017", "2018"] == [each for each in block["layers"] if "corrections" not in each]
    assert "2018/corrections/1" not in block["layers"]
    assert "2018#0" == block["policy"]
    assert "interpreter" == block["engine"]


def test_parquet_and_workbooks_hold_their_block(mips, policy, data, tmp_path):
    import duckdb
    from python_calamine import CalamineWorkbook

    parquet, book = tmp_path / "r.parquet", tmp_path / "r.xlsx"
    mips("run", policy, data, *SET, "-o", parquet)
    mips("run", policy, data, *SET, "-o", book)
    inside = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{parquet}')").fetchall()
    run = dict(CalamineWorkbook.from_path(book).get_sheet_by_name("run").to_python()[1:])
    beside = json.loads((tmp_path / "r.parquet.about.json").read_text(encoding="utf-8"))

    held = json.loads({bytes(key).decode(): bytes(value) for key, value in inside}["about"])
    assert held == {k: v for k, v in beside.items() if k not in ("written", "results")}
    assert (beside["rules_sha256"], "python") == (run["policy, SHA-256"], run["engine"])
    assert "4 clinician, 2 practice" == run["rows read"]
    assert not (tmp_path / "r.xlsx.about.json").exists()


def test_a_pipe_has_a_line_and_no_file_beside(mips, policy, data, tmp_path):
    stderr = mips("run", policy, data, *SET, "-o", "/dev/null", "--outputs", "base", code=2).stderr
    assert "ending" in stderr or "/dev/null" in stderr

    shown = mips("run", policy, data, *SET, "--format", "csv")
    assert "about     small.mips, rules " in shown.stderr
    assert "about" not in shown.stdout


def test_the_block_tells_nothing_that_is_hidden(mips, policy, data, tmp_path):
    (data / "clinician.csv").rename(data / "1999000015.csv")
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef0123")
    text = mips(
        "run", policy, data / "1999000015.csv", *SET, "--mask", "keys", "--mask-secret-file", secret,
        "--suppress-below", 11, "--outputs", "base", "--format", "json",
    ).stdout  # fmt: skip
    block = json.loads(text)["about"]

    assert "1999000015" not in text
    assert "0123456789abcdef" not in text
    assert {"clinician": "<11"} == block["rows_read"]
    assert "a file" == block["settings"]["mask-secret-file"]
