"""A small policy whose examples notice little, and a way to call ``mips``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mipsdsl.cli.main import cli

RULES = """\
rules for performance year 2017 paying 2019

choice place = office, hospital

record clinician key npi
    npi       text
    patients  count from 0 to 100,000
    charges   optional money from $0 to $10,000,000
    place     place
    measures  list of measure at most 50

record measure key npi, measure_id
    npi         text
    measure_id  text
    points      points from 0 points to 10 points

parameter enough_patients = 100 [42 CFR 414.1305]
parameter counted_places = {office, hospital} [42 CFR 414.1305]

rule clinician.low_volume: yesno "low volume" =
    patients <= enough_patients or (charges default $0) <= $30,000
    [42 CFR 414.1305]

rule clinician.counts: yesno "counts" = yes [42 CFR 414.1310]
    except no when low_volume because "low volume" [42 CFR 414.1310(b)]
    except no when place is hospital because "in a hospital" [42 CFR 414.1310(c)]

table clinician.weights [42 CFR 414.1380]
    | place    | low_volume || quality | cost |
    | office   | yes        || 60%     | 40%  |
    | office   | no         || 70%     | 30%  |
    | hospital | any        || 100%    | 0%   |

rule clinician.total: points =
    (sum of points over measures where points >= 3 points) * quality at most 40 points
    rounded to 1 place half up
    [42 CFR 414.1380]

scale clinician.base of total: percent [42 CFR 414.1405]
    | total                        || base                                            |
    | 0 points to under 10 points  || -4%                                             |
    | 10 points to 40 points       || line from (10 points, 0%) to (40 points, 4%)    |
    jump at 10 points because "the cliff"

usual clinician npi "1" patients 300 charges $90,000 place office
usual measure measure_id "M1" points 5 points
"""

TESTS = """\

example "the usual clinician" [42 CFR 414.1305]
    expect low_volume no
    expect counts yes
    expect quality 70%
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def policy(tmp_path) -> Path:
    path = tmp_path / "small.mips"
    path.write_text(RULES + TESTS)
    return path


@pytest.fixture
def mips() -> Callable[..., Result]:
    def call(*args: object, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, [str(arg) for arg in args])

        assert code == result.exit_code, result.output
        return result

    return call
