"""Small policies to compare, and a way to call ``mips``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mipsdsl.cli.main import cli

sys.path.insert(0, str(Path(__file__).parents[1] / "properties"))  # items at random

POLICY = """\
rules for performance year 2017 paying 2019
title "a small year"
source [81 FR 77008] published 2016-11-04

choice kind_of = physician "a doctor", dentist, other "someone else"

record clinician key npi
    npi      text
    kind     kind_of
    charges  optional money from $0 to $1,000,000
    score    points from 0 points to 100 points
    rural    yesno

parameter threshold = 3 points [42 CFR 1]
parameter low_charges = $30,000 [42 CFR 2]
parameter eligible_kinds = {physician, dentist} [42 CFR 3]

rule clinician.eligible: yesno "eligible" = kind is in eligible_kinds [42 CFR 4]
    except no when (charges default $0) <= low_charges because "bills too little" [42 CFR 4(b)]

rule clinician.final: points = score + (if rural then 5 points else 0 points) at most 100 points
    [42 CFR 5]

table clinician.weights [42 CFR 6]
    | rural | eligible || quality_weight | cost_weight |
    | yes   | yes      || 60%            | 40%         |
    | no    | yes      || 50%            | 50%         |
    | any   | no       || 0%             | 0%          |

scale clinician.base of score: percent [42 CFR 7]
    | score                         || base                                          |
    | 0 points to threshold         || line from (0 points, -4%) to (threshold, 0%)  |
    | above threshold to 100 points || line from (threshold, 0%) to (100 points, 4%) |

claim "nobody has more than 100 points": always final <= 100 points
"""

Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def _as_on_a_terminal_of_100_columns(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def mips() -> Call:
    runner = CliRunner()

    def call(*args: object, code: int = 0) -> Result:
        result = runner.invoke(cli, [str(arg) for arg in args])

        assert code == result.exit_code, result.output
        return result

    return call
