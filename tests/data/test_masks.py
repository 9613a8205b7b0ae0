"""Whom data are about: which fields say it, and what stands in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mipsdsl
from mipsdsl.data.masks import MASKED, Mask, identifying, secret_in, secret_of_run
from mipsdsl.data.neutral import neutral
from mipsdsl.data.tables import DataError
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source

PROGRAM = mipsdsl.load("2024").program
SECRET = bytes(range(32))
MASK = Mask.of(PROGRAM, SECRET)

OWN = """\
rules for performance year 2017 paying 2019
choice size = small "small", large "large"
record person key number
    number  count from 0 to 1,000,000
    site    text
record visit key number, day, kind
    number  count from 0 to 1,000,000
    day     date
    kind    size
record shop key label
    label  text
    drug   optional record drugs by label
    owner  text
    npi    text
reference drugs key label
    label  text
rule shop.who: text = npi
rule shop.what: text = label
"""


def _names(program) -> set[str]:
    return {".".join(target) for target in identifying(program)}


def test_keys_and_identifiers_are_found_and_what_a_catalogue_lists_is_not():
    names = _names(PROGRAM)

    assert {"clinician.npi", "clinician.tin", "practice.tin", "submission.submission_id"} <= names
    assert {"submission.npi", "payment.payment_id", "prior_score.prior_id", "payment.tin"} <= names
    assert not {
        name for name in names if name.endswith(("measure_id", "activity_id", "ccn", "mvp"))
    }
    assert not {name for name in names if name.split(".")[0].endswith(("catalogue", "benchmark"))}


def test_the_declarations_of_any_policy_decide():
    program = analyse((Source("own.mips", OWN),)).program

    assert program is not None
    assert {"person.number", "visit.number", "shop.npi", "shop.who"} == _names(program)


def test_a_mask_is_the_same_for_the_same_person_under_the_same_secret_only():
    assert MASK.text("1999000015") == MASK.value("payment", "npi", "1999000015")
    assert MASK.text("12-3456789") == MASK.text("123456789")
    assert MASK.text("1999000015") != Mask.of(PROGRAM, secret_of_run()).text("1999000015")
    assert MASK.value("clinician", "npi", None) is None
    assert "physician" == MASK.value("clinician", "clinician_type", "physician")


@given(st.text())
def test_a_mask_shows_nothing_and_no_spreadsheet_runs_it(text):
    mask = MASK.text(text)

    assert MASKED.fullmatch(mask)
    assert mask == neutral(mask)


def test_the_secret_is_nowhere_in_what_is_shown():
    assert str(SECRET) not in repr(MASK)
    assert "secret" not in repr(MASK)


@pytest.mark.parametrize(
    "text", ["first 1999000015 in row 5", "I1999000015", "(12-3456789 is 123456789)", "123-45-6789"]
)
def test_messages_hide_what_looks_like_an_identifier(text):
    line = MASK.line(text)

    assert not any(digits in line for digits in ("1999000015", "3456789", "6789"))
    assert "m-" in line


def test_messages_keep_other_numbers():
    assert "$1000000000, 0.4235294118%, 12,000,000,000" == MASK.line(
        "$1000000000, 0.4235294118%, 12,000,000,000"
    )


def test_a_secret_that_can_be_guessed_is_refused(tmp_path):
    path = tmp_path / "secret"
    with pytest.raises(DataError, match="cannot be read"):
        secret_in(path)
    path.write_text("hunter2\n")
    with pytest.raises(DataError, match="7 bytes"):
        secret_in(path)
    path.write_bytes(b"0123456789abcdef\r\n")

    assert b"0123456789abcdef" == secret_in(path)
