"""What a policy is not sure of is listed, as long as it stands."""

from __future__ import annotations

import json

import pytest

from mipsdsl.diff.doubts import doubts
from mipsdsl.library import years
from mipsdsl.source import Source

YEAR = """\
rules for performance year 2017 paying 2019

record clinician key npi
    npi    text
    score  points from 0 points to 100 points

# M: from memory, not verified: the number
# of the first year.
parameter threshold = 3 points [42 CFR 1]
parameter other = 4 points [42 CFR 1]  # M: from memory, not verified

# Our reading: at the line is not above it.
rule clinician.high: yesno = score > threshold + other [42 CFR 1]

# A comment of another kind, on M: and Our reading.
usual clinician npi "1" score 3 points

# Our reading: of an example nothing is asked.
example "x"
    expect high no
"""


def listed(*texts):
    source = Source("year.mips", "".join(texts))
    return [(each.kind, each.about, each.text, each.span.line) for each in doubts([source])]


def test_comments_above_and_behind_an_item():
    assert listed(YEAR) == [
        ("from memory", "threshold", "the number of the first year.", 7),
        ("from memory", "other", "the whole of it", 10),
        ("our reading", "high", "at the line is not above it.", 12),
    ]


def test_a_correction_that_says_it_anew_settles_it(tmp_path, mips):
    place = tmp_path / "2017" / "corrections" / "1"
    place.mkdir(parents=True)
    (tmp_path / "2017" / "year.mips").write_text(YEAR, encoding="utf-8")
    (place / "year.mips").write_text(
        "rules for performance year 2017 correction 1 published 2018-01-01\n"
        'rename rule high to loftier because "shorter" [42 CFR 1]\n'
        'set threshold = 5 points was 3 points because "known now" [42 CFR 1]\n'
        'remove parameter other because "not needed" [42 CFR 1]\n'
        "# M: from memory, not verified: whether it is above\n"
        'replace rule clinician.loftier: yesno = score > threshold because "simpler" [42 CFR 1]\n',
        encoding="utf-8",
    )
    said = json.loads(mips("check", tmp_path / "2017", "--open", "--format", "json").stdout)
    assert [(each["about"], each["text"]) for each in said["open"]] == [
        ("loftier", "whether it is above")
    ]
    assert "2 from memory, 1 by our reading" in mips("check", f"{tmp_path}/2017#0", "--open").stdout


@pytest.mark.parametrize("year", years())
def test_every_year_lists_its_own(year, mips):
    assert f"{year}: " in mips("check", year, "--open").stdout.splitlines()[-1]


def test_a_format_for_findings_is_none_for_this(mips):
    assert "as text or json" in mips("check", "2017", "--open", "--format", "sarif", code=2).stderr
