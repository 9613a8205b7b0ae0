"""Corrections of the government: layers above a year, and what was known on a day."""

from __future__ import annotations

import pytest

from mipsdsl.library import layers, read_sources

YEAR = """\
rules for performance year 2018 paying 2020
title "a year"
source [82 FR 53568] published 2017-11-16

record clinician key npi
    npi       text
    patients  count  from 0 to 1,000

parameter threshold = 200 [42 CFR 414.1305]

rule clinician.low: yesno = patients <= threshold [42 CFR 414.1305]

usual clinician npi "1" patients 300

example "on the line"
    given patients 200
    expect low yes

example "far above"
    given patients 900
    expect low no
"""
FIRST = """\
rules for performance year 2018 correction 1 published 2018-02-09
source [Pub. L. 115-123] published 2018-02-09

set threshold = 150 was 200 because "a first correction" [42 CFR 414.1305]

example "on the line"
    given patients 200
    expect low no
"""
SECOND = """\
rules for performance year 2018 correction 2 published 2018-07-05

set threshold = 100 was 150 because "a second correction" [42 CFR 414.1305]
"""


@pytest.fixture
def year(tmp_path):
    folder = tmp_path / "2018"
    for place, text in (("", YEAR), ("corrections/1", FIRST), ("corrections/2", SECOND)):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "rules.mips").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("version", "threshold"),
    [
        ("", "100"),
        ("#0", "200"),
        ("#1", "150"),
        ("#2", "100"),
        ("@2017-11-16", "200"),
        ("@2018-02-08", "200"),
        ("@2018-02-09", "150"),
        ("@2018-07-05", "100"),
        ("#1@2018-12-31", "150"),
    ],
)
def test_a_name_says_which_corrections_count(mips, year, version, threshold):
    assert (
        f"parameter threshold = {threshold}" in mips("show", f"{year}{version}", "threshold").stdout
    )


def test_the_option_says_it_for_a_command(mips, year):
    said = mips("show", year, "threshold", "--as-known-on", "2018-03-01").stdout
    assert "parameter threshold = 150" in said

    said = mips("diff", f"{year}#0", year).stdout
    assert "~ parameter threshold   200 → 100" in said
    assert "no difference" in mips("diff", year, year, "--as-known-on", "2018-01-01").stdout


def test_nothing_is_known_before_it_is_published(mips, year):
    said = mips("check", year, "--as-known-on", "2017-11-15", code=2).stderr
    assert "was known on 2017-11-15: it was published on 2017-11-16" in said
    assert "is no day of the calendar" in mips("check", f"{year}@2018-02-31", code=2).stderr
    assert "has 2 corrections" in mips("check", f"{year}#3", code=2).stderr


def test_the_layers_lie_above_each_other(year):
    names = [layer[0].name for layer in layers(read_sources(str(year)))]
    assert names == [
        "2018/rules.mips",
        "2018/corrections/1/rules.mips",
        "2018/corrections/2/rules.mips",
    ]
    alone = layers(read_sources(str(year / "corrections" / "1")))
    assert [layer[0].name for layer in alone] == names[:2]


def test_examples_go_on_and_one_of_the_same_text_is_replaced(mips, year):
    assert "2 passed, 0 failed" in mips("test", year).stdout
    assert "3 files" in mips("check", year).stderr
    (year / "corrections/1/rules.mips").write_text(FIRST.partition("example")[0], encoding="utf-8")
    assert "1 passed, 1 failed" in mips("test", year, code=1).stdout


def test_a_correction_in_the_folder_of_another_year_is_found(mips, year):
    text = SECOND.replace("year 2018", "year 2019")
    (year / "corrections/2/rules.mips").write_text(text, encoding="utf-8")
    assert "this corrects 2019, and stands with 2018" in mips("check", year, code=1).stderr


def test_a_later_year_rests_on_the_corrected_one_as_of_its_day():
    assert read_sources("2018@2018-01-01")[0].below == "2017@2018-01-01"


def test_a_label_may_be_all_that_a_correction_changes(mips, year):
    label = (
        'rename field clinician.patients to patients "Part B patients" because "clearer" [SSA 1848]'
    )
    (year / "corrections/2/rules.mips").write_text(f"{SECOND}\n{label}\n", encoding="utf-8")
    said = mips("diff", f"{year}#1", year).stdout
    assert "label: + “Part B patients”" in said
    assert "because “clearer” [SSA 1848]" in said
    assert "0 renamed" in said


def test_a_parameter_is_replaced_whatever_a_correction_made_of_it(mips, year):
    later = SECOND.replace("set threshold = 100 was 150", "replace parameter threshold = 100")
    (year / "corrections/2/rules.mips").write_text(later, encoding="utf-8")
    assert "parameter threshold = 100" in mips("show", year, "threshold").stdout
    (year / "corrections/1/rules.mips").write_text(
        FIRST.replace("150 was 200", "175 was 200"), encoding="utf-8"
    )
    assert "parameter threshold = 100" in mips("show", year, "threshold").stdout
