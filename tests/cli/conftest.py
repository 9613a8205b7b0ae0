"""A small policy, data for it, and a way to call ``mips``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mipsdsl.cli.main import cli

POLICY = """\
rules for performance year 2017 paying 2019
title "a small year"
source [81 FR 77008] published 2016-11-04

choice kind_of =
    physician  "a doctor",
    other      "someone else"

record clinician key tin, npi
    tin       text                                          "tax number"
    npi       text                                          "identifier"
    kind      kind_of                                       "type of clinician"
    practice  optional record practice by tin
    charges   optional money from $0 to $1,000,000          "charges"
    score     points from 0 points to 100 points            "score"

record practice key tin
    tin      text   "tax number"
    grouped  yesno  "reports as a group"

relation practice.clinicians list of clinician by tin at most 100

parameter threshold = 3 points [42 CFR 1]
parameter low_charges = $30,000 [42 CFR 2]

rule clinician.in_group: yesno "in a group" = practice.grouped default no [42 CFR 3]

rule clinician.eligible: yesno "eligible" = yes [42 CFR 4]
    except no when kind is other
        because "not a type that counts" [42 CFR 4(a)]
    except no when (charges default $0) <= low_charges and not in_group
        because "below the threshold, and in no group" [42 CFR 4(b)]

# From the score to the percent.
scale clinician.base of score: percent [42 CFR 5]
    | score                         || base                                              |
    | 0 points to threshold         || line from (0 points, -4%) to (threshold, 0%)      |
    | above threshold to 100 points || line from (threshold, 0%) to (100 points, 4%)     |

population factor: number from 0 to 1 "the factor" =
    ratio of (sum of (charges default $0) over clinicians) to $10,000,000 (when zero: 0)
    at most 1
    rounded to 6 places down
    [42 CFR 6]

rule clinician.adjustment: percent from -100% to 100% "adjustment" =
    base * factor at most 4%
    rounded to 2 places half up
    [42 CFR 7]
    except 0% when not eligible because "not eligible" [42 CFR 8]
"""

CLINICIANS = """\
tin,npi,kind,charges,score
T1,1,physician,50000,80
T1,2,physician,10000,2
T2,3,physician,,51.5
T2,4,other,90000,100
"""

Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("MIPS_NO_CACHE", raising=False)


@pytest.fixture
def policy(tmp_path) -> Path:
    path = tmp_path / "small.mips"
    path.write_text(POLICY, encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "clinician.csv").write_text(CLINICIANS, encoding="utf-8")
    (folder / "practice.csv").write_text("tin,grouped\nT1,yes\nT2,no\n", encoding="utf-8")
    return folder


@pytest.fixture
def mips() -> Call:
    runner = CliRunner()

    def call(*args: object, code: int = 0, text: str | None = None) -> Result:
        result = runner.invoke(cli, [str(arg) for arg in args], input=text)

        assert code == result.exit_code, result.output
        return result

    return call
