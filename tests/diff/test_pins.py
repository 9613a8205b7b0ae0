"""Pins hold a year against what it says has changed."""

from __future__ import annotations

import pytest

from mipsdsl.diff.pins import judge
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source

YEAR = """rules for performance year 2017 paying 2019
amends 2017
set performance_threshold = 15 points was 3 points because "what if" [42 CFR 414.1405(b)]
rename rule submission.scheme to way_of_weighting because "plainer" [42 CFR 414.1370(h)]
extend record clinician
    specialty optional text
add rule clinician.has_specialty: yesno = specialty is given [42 CFR 414.1305]
remove claim "at the threshold nothing changes" because "it does"
"""

ALL = """pin changes from 2017
    parameters performance_threshold
    records clinician
    added clinician.has_specialty
    renamed submission.scheme to way_of_weighting
    nothing else
"""


def _messages(pins: str) -> list[str]:
    analysis = analyse([Source("year.mips", YEAR + pins)])
    assert analysis.program is not None, analysis.diagnostics
    found = (finding for judged in judge(analysis) for finding in judged.findings)
    return [f"{x.code} {x.message}: {x.labels[0].text}".rstrip(": ") for x in found]


def test_a_full_list_of_changes_holds() -> None:
    assert [] == _messages(ALL)


@pytest.mark.parametrize(
    ("line", "forgotten"),
    [
        ("    parameters performance_threshold\n", "also changed performance_threshold"),
        ("    records clinician\n", "also added clinician.specialty"),
        ("    added clinician.has_specialty\n", "also added clinician.has_specialty"),
    ],
)
def test_what_is_not_listed_is_found(line: str, forgotten: str) -> None:
    found = _messages(ALL.replace(line, "", 1))

    assert [f"E0605 more has changed than is listed: {forgotten}"] == found


def test_without_nothing_else_more_may_change() -> None:
    assert [] == _messages("pin changes from 2017\n    added clinician.has_specialty\n")


@pytest.mark.parametrize(
    ("pin", "message"),
    [
        ("parameters low_volume_charges", "`low_volume_charges` is not changed"),
        ("removed submission.final_score", "`submission.final_score` is not removed"),
        ("renamed submission.scheme to way", "`submission.scheme` is not renamed to `way`"),
    ],
)
def test_what_is_listed_and_did_not_happen_is_found(pin: str, message: str) -> None:
    assert [f"E0605 {message}"] == _messages(f"pin changes from 2017\n    {pin}\n")


def test_what_is_pinned_as_the_same_is_held_to_it() -> None:
    found = _messages(
        "pin same as 2017 for submission.final_score, performance_threshold, nobody\n"
    )

    assert [
        "E0605 `performance_threshold` is not the same as in 2017",
        "E0601 nothing is named `nobody`",
    ] == found


def test_a_year_that_is_not_there_is_said() -> None:
    found = _messages("pin same as 1999 for submission.final_score\n")

    assert len(found) == 1
    assert found[0].startswith("E0505 there is no policy 1999")
