"""Some of the mutated files of ``benchmarks/fuzz.py``: findings always, a crash never."""

from __future__ import annotations

import pytest

from benchmarks import fuzz

SEED = 2017
BLOCK = 250


@pytest.mark.parametrize("first", range(0, 2_000, BLOCK))
def test_whatever_is_read_laid_out_and_checked_ends_in_findings(first: int) -> None:
    crashes = [crash for number in range(first, first + BLOCK) if (crash := tried(number))]

    assert [] == crashes


def tried(number: int) -> str:
    """Return how the check of a file crashed, or nothing."""
    _, _, crash = fuzz.tried(number, SEED)
    return f"file {number}: {crash}" if crash else ""


def test_a_number_always_makes_the_same_file() -> None:
    assert fuzz.mutated(7, SEED) == fuzz.mutated(7, SEED)
