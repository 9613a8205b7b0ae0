"""What is found of a change is kept: asked again, nobody looks for it; processes end in silence."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from mipsdsl.testing.mutation import run
from mipsdsl.testing.mutation.processes import in_processes


def counts_of(answer: str) -> dict[str, object]:
    """Return how many changes were tried and noticed, and how many are alike or were not noticed."""
    found = json.loads(answer)["changes"]
    return {name: len(each) if isinstance(each, list) else each for name, each in found.items()}


@pytest.fixture
def nobody_is_asked(monkeypatch):
    def refused(*_: object) -> None:
        pytest.fail("a change that is known was asked of the solver")

    return lambda: monkeypatch.setattr(run.Equivalence, "of", refused)


def test_what_is_known_of_a_change_is_not_asked_again(mips, policy, nobody_is_asked) -> None:
    asked = ("test", policy, "--mutate", "--jobs", "1", "--format", "json")
    before = mips(*asked).stdout
    nobody_is_asked()

    assert before == mips(*asked).stdout


def test_another_year_with_the_same_rules_finds_what_is_known(
    mips, policy, tmp_path, nobody_is_asked
) -> None:
    asked = ("--mutate", "--jobs", "1", "--format", "json")
    before = mips("test", policy, *asked).stdout
    later = tmp_path / "later.mips"
    later.write_text(policy.read_text().replace("year 2017 paying 2019", "year 2018 paying 2020"))
    nobody_is_asked()

    assert counts_of(before) == counts_of(mips("test", later, *asked).stdout)


def test_a_rule_that_reads_another_value_is_asked_again(mips, policy, monkeypatch) -> None:
    asked = ("test", policy, "--mutate", "--jobs", "1", "--format", "json")
    mips(*asked)
    looked_at: list[object] = []

    def noted(_: object, mutant: object) -> run.Same:
        looked_at.append(mutant)
        return run.Same.OPEN

    monkeypatch.setattr(run.Equivalence, "of", noted)
    policy.write_text(
        policy.read_text().replace("patients  count from 0", "patients  count from 7")
    )
    mips(*asked)

    assert looked_at


def test_processes_that_are_told_to_stop_say_nothing(capfd) -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.fail("a process took it for its own"))
    try:
        rest = in_processes(_slow, [0, 60], 2)
        next(rest)
        rest.close()  # type: ignore[attr-defined]  # it is a generator
    finally:
        signal.signal(signal.SIGTERM, before)

    assert "Traceback" not in capfd.readouterr().err


def _slow(seconds: int) -> int:
    time.sleep(seconds)
    return os.getpid()
