from __future__ import annotations

import json
from pathlib import Path

import pytest

SET = ("--set", "factor=0.5")


def test_an_explanation_reads_like_an_answer(mips, policy, data):
    result = mips("explain", policy, data, *SET, "--npi", "1", "--output", "adjustment")

    assert (
        result.stdout
        == f"""\
clinician T1 1 in {policy}: adjustment is 1.59%
adjustment is 1.59%: adjustment [42 CFR 7]
  eligible? yes [42 CFR 4]
    where low_charges is $30,000 [42 CFR 2]
    type of clinician: physician (a doctor)
    charges: $50,000
  base: 3.175257732% [42 CFR 5]
    by the row: above threshold to 100 points || line from (threshold, 0%) to (100 points, 4%) \
(small.mips:38)
    where threshold is 3 points [42 CFR 1]
    score: 80 points
  the factor: 0.5 (set for this run) [42 CFR 6]
"""
    )


def test_all_reasons_that_hold_are_told_and_the_first_decides(mips, policy, data):
    text = (data / "clinician.csv").read_text().replace("T2,4,other,90000", "T2,4,other,1")
    (data / "clinician.csv").write_text(text)
    result = mips("explain", policy, data, *SET, "--npi", "4", "--output", "eligible")

    assert "because not a type that counts [42 CFR 4(a)]" in result.stdout
    assert "and also because below the threshold, and in no group [42 CFR 4(b)]" in result.stdout


def test_without_an_output_the_last_outcomes_are_explained(mips, policy, data):
    result = mips("explain", policy, data, *SET, "--npi", "3")

    assert "adjustment is 0%" in result.stdout
    assert "because not eligible [42 CFR 8]" in result.stdout
    assert "eligible is" not in result.stdout


def test_what_a_policy_lists_is_explained_in_its_order_each_once(mips, policy, data):
    with policy.open("a") as file:
        file.write("\nresults of clinician = eligible, in_group, base, adjustment\n")
    text = mips("explain", policy, data, *SET, "--npi", "2").stdout
    heads = [line.split()[0] for line in text.splitlines()[1:] if not line.startswith(" ")]

    assert text.startswith(f"clinician T1 2 in {policy}: adjustment is -0.67%")
    assert heads == ["eligible", "base", "adjustment"]


def test_all_tins_of_a_clinician_are_explained_unless_one_is_named(mips, policy, data):
    with (data / "clinician.csv").open("a") as file:
        file.write("T2,1,physician,50000,10\n")

    both = mips("explain", policy, data, *SET, "--npi", "1").stdout
    one = mips("explain", policy, data, *SET, "--npi", "1", "--tin", "T2").stdout

    assert "clinician T1 1" in both
    assert "clinician T2 1" in both
    assert "clinician T1 1" not in one


def test_what_is_too_deep_is_counted_and_can_be_asked_for(mips, policy, data):
    result = mips("explain", policy, data, *SET, "--npi", "1", "--depth", "1")

    assert "low_charges" not in result.stdout
    assert "more of the reasons: --depth 3" in result.stdout


def test_any_row_may_be_named_by_its_key(mips, policy, data):
    result = mips("explain", policy, data, *SET, "--key", "clinician:T1,2", "--output", "in_group")

    assert "in_group is yes" in result.stdout
    assert "practice T1: reports as a group? yes" in result.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "who?"),
        (("--npi", "99"), "there is no clinician with npi 99 among the 4 in the data"),
        (("--key", "wizard:1"), "there is no record `wizard`"),
        (("--key", "clinician:1"), "the key of clinician is tin, npi"),
        (("--npi", "1", "--output", "practice.grouped"), "no output of clinician"),
    ],
)
def test_who_or_what_is_not_there_is_said(mips, policy, data, asked, said):
    assert said in mips("explain", policy, data, *SET, *asked, code=2).stderr


def test_the_envelope_holds_the_whole_tree(mips, policy, data):
    asked = ("--npi", "1", "--output", "adjustment", "--format", "json")
    content = json.loads(mips("explain", policy, data, *SET, *asked).stdout)

    outcome = content["answers"][0]["outcomes"][0]

    assert (content["format"], content["kind"]) == ("mips/1", "explain")
    assert outcome["value"] == "1.59%"
    assert [part["name"] for part in outcome["rests_on"]] == ["eligible", "base", "factor"]


def test_rows_that_say_the_same_are_told_in_one_line(mips, policy, data):
    with policy.open("a") as file:
        file.write(
            '\nrule practice.paid: money from $0 to $100,000,000 "paid" =\n'
            "    sum of (charges default $0) over clinicians where eligible [42 CFR 9]\n"
        )
    rows = "".join(f"T1,{n},physician,{n}0000,80\n" for n in range(4, 16))
    (data / "clinician.csv").write_text(f"tin,npi,kind,charges,score\n{rows}")
    text = mips("explain", policy, data, "--key", "practice:T1", "--output", "paid").stdout

    assert "  12 clinician: eligible? yes [42 CFR 4]\n" in text
    assert "  clinician 4: charges: $40,000\n" in text
    assert "  … and clinician.charges of 4 more rows\n" in text


JONES = {
    "clinician.csv": "tin,npi,clinician_type,qp_status,charges_1,patients_1,charges_2,patients_2,"
    "allowed_charges,paid_amount\n"
    "900000001,1000000001,physician,none,12000,30,14000,35,14000,11200\n",
    "practice.csv": "tin,eligible_clinicians,reports_as_group,charges_1,patients_1,charges_2,"
    "patients_2\n900000001,40,yes,4800000,9000,4900000,9100\n",
    "submission.csv": "submission_id,kind,reporting_option,reported,tin,final_score\n"
    "G1,group,traditional,yes,900000001,75\n",
}


def test_a_clinician_below_the_threshold_alone_is_in_through_the_group(mips, tmp_path: Path):
    """The first question and answer of CMS's 2019 payment adjustment fact sheet: Dr. Jones."""
    for name, text in JONES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = mips("explain", "2017", tmp_path, "--npi", "1000000001").stdout

    assert "participation is group: in through the group" in text
    assert (
        "because the group exceeds the low-volume threshold and chose to report as a group "
        "[42 CFR 414.1310(e)]"
    ) in text
    assert "exceeds the low-volume threshold alone? no [42 CFR 414.1305]" in text
    assert "practice 900000001: the TIN exceeds the low-volume threshold? yes" in text
    assert "final score assigned to the TIN/NPI: 75 points" in text
    assert "score of the group: 75 points [42 CFR 414.1310(e)]" in text
    assert "submission G1: final score: 75 points (given)" in text
    assert "adjusted_payment is $11,260.48, participation is group" in text.splitlines()[0]
