"""``mips cliffs``: the places where a hair more makes an outcome jump, with what comes of it."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("z3")

POLICY = """\
rules for performance year 2017 paying 2019
title "cliffs"
source [81 FR 77008] published 2016-11-04

record clinician key npi
    npi       text                                   "identifier"
    score     points from 0 points to 100 points     "score"
    patients  count from 0 to 1,000                  "patients"

parameter threshold = 3 points [42 CFR 1]

rule clinician.counts: yesno = patients > 100 [42 CFR 2]

rule clinician.bonus: percent = if score < threshold then 4% else if counts then 1% else 2% [42 CFR 3]

scale clinician.base of score: percent [42 CFR 4]
    | score                      || base                                          |
    | 0 points to under 50 points || line from (0 points, 0%) to (50 points, 1%)  |
    | 50 points to 100 points    || 2%                                            |
    jump at 50 points because "half the points"

rule clinician.paid: percent = base * 2 rounded to 2 places half up [42 CFR 5]
"""


@pytest.fixture
def told(mips, tmp_path):
    path = tmp_path / "cliffs.mips"
    path.write_text(POLICY, encoding="utf-8")
    text = mips("cliffs", path, "--format", "json", "--jobs", "1").stdout
    return {(x["kind"], x["outcome"]): x for x in json.loads(text)["cliffs"]}


def test_a_scale_that_jumps_is_a_cliff(told):
    cliff = told["scale", "clinician.base"]

    assert ("50 points", "1%", "2%") == (cliff["at"], cliff["before"], cliff["after"])
    assert ["42 CFR 4"] == cliff["citations"]


def test_a_threshold_turns_a_step_beyond_what_has_to_be_exceeded(told):
    cliff = told["threshold", "clinician.counts"]

    assert ("101", "no", "yes") == (cliff["at"], cliff["before"], cliff["after"])


def test_more_that_is_less_is_said(told):
    cliff = told["threshold", "clinician.bonus"]

    assert "4%" == cliff["before"]
    assert cliff["after"] in ("1%", "2%")
    assert cliff["falls"]


def test_a_rounding_is_a_cliff_of_one_step(told):
    assert "in steps of 0.01%, half up" == told["rounding", "clinician.paid"]["at"]
