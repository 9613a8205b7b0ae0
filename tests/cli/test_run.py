from __future__ import annotations

import json
import stat

import pytest

SET = ("--set", "factor=0.5")


def test_results_go_to_standard_output_and_all_else_to_standard_error(mips, policy, data):
    result = mips("run", policy, data, *SET)

    assert result.stdout == (
        "tin,npi,in_group,eligible,base,adjustment\n"
        "T1,1,yes,yes,0.03175257732,0.0159\n"
        "T1,2,yes,yes,-0.013333333333,-0.0067\n"
        "T2,3,no,no,0.02,0\n"
        "T2,4,no,no,0.04,0\n"
    )
    assert "read      4 clinician, 2 practice" in result.stderr
    assert "factor    factor = 0.5, set" in result.stderr


def test_what_needs_an_unset_national_value_is_left_out_with_the_reason(mips, policy, data):
    result = mips("run", policy, data)

    assert "adjustment" not in result.stdout
    assert "adjustment: `factor` is a value of the whole nation" in result.stderr


def test_asking_for_it_by_name_is_refused_and_says_what_to_do(mips, policy, data):
    result = mips("run", policy, data, "--outputs", "adjustment", code=2)

    assert "--set factor=…" in result.stderr
    assert "--population here" in result.stderr


def test_a_factor_is_computed_from_the_data_when_that_is_said(mips, policy, data):
    result = mips("run", policy, data, "--population", "here", "--outputs", "adjustment")

    assert "factor = 0.015, computed over 4 rows" in result.stderr
    assert "T1,1,0.0005" in result.stdout


def test_a_parameter_is_set_as_the_language_writes_it(mips, policy, data):
    result = mips("run", policy, data, "--set", "threshold=50 points", "--outputs", "base")

    assert "T1,1,0.024\n" in result.stdout


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("threshold=50%", "`threshold` is in points, so write it like 75 points"),
        ("low_charges=30", "`low_charges` is money, so write it like $30,000"),
        ("threshold=", "no value of the language"),
        ("threshold=3 points parameter x = 1", "no value of the language"),
        ("treshold=3 points", "near it: threshold"),
        ("factor=many", "--set factor=many"),
        ("factor=7", "--set factor=7"),
        ("factor", "write a name, an equals sign and a value"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(mips, policy, data, setting, said):
    assert said in mips("run", policy, data, "--set", setting, code=2).stderr


def test_an_output_that_is_not_there_suggests_the_near_one(mips, policy, data):
    result = mips("run", policy, data, "--outputs", "adjustmnt", code=2)

    assert "there is no output `adjustmnt`" in result.stderr
    assert "`adjustment`" in result.stderr


def test_a_record_that_nothing_describes_is_taken_as_none_and_said(mips, policy, data):
    result = mips("run", policy, data / "clinician.csv", *SET)

    assert "T1,2,no,no" in result.stdout
    assert "none of   practice" in result.stderr


def test_too_many_rejects_stop_the_run_and_write_nothing_but_them(mips, policy, data, tmp_path):
    (data / "clinician.csv").write_text(
        "tin,npi,kind,charges,score\nT1,1,physician,many,80\nT1,2,physician,1,2\n"
    )
    out = tmp_path / "out.csv"
    result = mips("run", policy, data, *SET, "-o", out, code=3)

    assert not out.exists()
    assert "D0101  1  not a number" in result.stderr
    assert "clinician.csv row 2, column charges" in result.stderr
    assert "T1,1,physician,many,80,clinician.csv,2,charges,D0101" in (
        tmp_path / "out.rejects.csv"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(("allowed", "code"), [("0", 3), ("1", 0), ("25%", 0), ("10%", 3)])
def test_rejects_are_allowed_by_number_or_share(mips, policy, data, allowed, code):
    content = (data / "clinician.csv").read_text(encoding="utf-8")
    (data / "clinician.csv").write_text(content + "T3,5,wizard,1,1\n", encoding="utf-8")

    result = mips("run", policy, data, *SET, "--max-rejects", allowed, code=code)

    assert (code == 3) == ("nothing was scored" in result.stderr)
    assert (code == 0) == result.stdout.startswith("tin,npi,")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_results_go_to_a_file_by_its_ending(mips, policy, data, tmp_path, ending):
    out = tmp_path / f"out.{ending}"
    result = mips("run", policy, data, *SET, "-o", out)

    assert out.stat().st_size
    assert f"wrote     4 rows of clinician to {out}" in result.stderr
    assert result.stdout == ""


def test_outputs_of_several_records_need_a_folder(mips, policy, data, tmp_path):
    asked = ("--outputs", "adjustment,practice.grouped")

    assert (
        "name a folder"
        in mips("run", policy, data, *SET, *asked, "-o", tmp_path / "out.csv", code=2).stderr
    )

    mips("run", policy, data, *SET, *asked, "-o", tmp_path / "out")

    assert (tmp_path / "out" / "practice.csv").read_text() == "tin,grouped\nT1,yes\nT2,no\n"


def test_percents_are_written_as_people_or_as_programs_read_them(mips, policy, data):
    asked = ("--outputs", "adjustment", "--percent", "text")

    assert "T1,1,1.59%" in mips("run", policy, data, *SET, *asked).stdout


def test_the_envelope_is_versioned_and_has_the_summary(mips, policy, data):
    content = json.loads(mips("run", policy, data, "--format", "json").stdout)

    assert (content["format"], content["kind"], content["year"]) == ("mips/1", "run", 2017)
    assert {
        name: content["results"]["clinician"][0][name] for name in ("tin", "npi", "in_group")
    } == {"tin": "T1", "npi": "1", "in_group": True}
    assert content["left_out"][0]["output"] == "clinician.adjustment"


def test_a_table_shows_the_first_rows_and_says_how_many_there_are(mips, policy, data):
    lines = "".join(f"T3,{n},physician,50000,80\n" for n in range(100, 130))
    content = (data / "clinician.csv").read_text(encoding="utf-8")
    (data / "clinician.csv").write_text(content + lines, encoding="utf-8")
    result = mips("run", policy, data, *SET, "--format", "table")

    assert "1.59%" in result.stdout
    assert "… and 14 more; write them with -o" in result.stdout


def test_data_come_from_standard_input_too(mips, policy):
    text = "tin,npi,kind,charges,score\nT1,1,physician,50000,80\n"
    result = mips("run", policy, "-", *SET, "--outputs", "eligible", text=text)

    assert "T1,1,yes\n" in result.stdout


def test_values_may_be_assumed_and_it_is_said(mips, policy, data):
    (data / "clinician.csv").write_text("tin,npi,charges,score\nT1,1,50000,80\n")
    result = mips("run", policy, data, *SET, "--assume", "kind=physician", "--outputs", "eligible")

    assert "T1,1,yes" in result.stdout
    assert "assumed clinician.kind = physician" in result.stderr


def test_no_data_is_a_mistake_of_use(mips, policy):
    assert "say --sample" in mips("run", policy, code=2).stderr


def test_a_year_that_is_not_there_lists_those_that_are(mips, data):
    assert "the years are 2016, 2017" in mips("run", "1999", data, code=2).stderr


def test_a_policy_with_errors_shows_them(mips, policy, data):
    policy.write_text(policy.read_text().replace("base * factor", "bse * factor"))

    assert "E0201" in mips("run", policy, data, code=1).stderr


def test_what_is_written_can_be_read_by_others(mips, policy, data, tmp_path):
    out = tmp_path / "out.csv"
    mips("run", policy, data, *SET, "-o", out)

    assert stat.S_IMODE(out.stat().st_mode) & 0o400


def test_a_parameter_that_is_to_be_given_is_asked_for(mips, policy, data):
    text = policy.read_text().replace(
        "parameter low_charges = $30,000",
        "parameter low_charges: money from $0 to $90,000 = to be given"
        ' because "published in November"',
    )
    policy.write_text(text)

    refused = mips("run", policy, data, "--outputs", "eligible", "--population", "here", code=2)
    result = mips("run", policy, data, "--outputs", "eligible", "--set", "low_charges=$20,000")

    assert "the parameter `low_charges` is still to be given" in refused.stderr
    assert "`--set low_charges=…` (published in November)" in refused.stderr
    assert "T1,1,yes" in result.stdout


RISKS = """\
rules for performance year 2022 paying 2024

record clinician key npi
    npi   text
    risk  optional number from 0 to 20
    rate  optional number from 0 to 20

parameter risk_mean: number from 0 to 20 = to be given [42 CFR 1]
parameter rate_mean: number from 0 to 20 = to be given [42 CFR 1]
rule clinician.own_risk: optional number from 0 to 20 = risk [42 CFR 1]
rule clinician.high: yesno = own_risk is given and own_risk > risk_mean [42 CFR 1]
rule clinician.off: number from -20 to 20 = if rate is given then rate - rate_mean else 0 [42 CFR 1]
rule clinician.total: number from -20 to 21 "total" = off + (if high then 1 else 0) [42 CFR 1]
"""


def test_a_parameter_that_no_row_comes_to_is_not_asked_for(mips, tmp_path):
    policy, data = tmp_path / "risks.mips", tmp_path / "clinician.csv"
    policy.write_text(RISKS, encoding="utf-8")

    data.write_text("npi\n1\n", encoding="utf-8")
    result = mips("run", policy, data)
    assert "npi,total\n1,0\n" == result.stdout
    assert "mean" not in result.stderr

    data.write_text("npi,risk\n1,3\n2,\n", encoding="utf-8")
    refused = mips("run", policy, data, code=2).stderr
    assert "`risk_mean` is still to be given" in refused
    assert "rate_mean" not in refused
    assert "npi,total\n1,1\n2,0\n" == mips("run", policy, data, "--set", "risk_mean=2").stdout

    data.write_text("npi,risk,rate\n1,3,4\n", encoding="utf-8")
    refused = mips("run", policy, data, code=2).stderr
    assert "`--set rate_mean=…` `--set risk_mean=…`" in refused
