"""Mutants: what is changed, how it is told, who notices it."""

from __future__ import annotations

import pytest

from mipsdsl.pipeline import analyse
from mipsdsl.source import Source
from mipsdsl.testing import run_tests
from mipsdsl.testing.mutation.equivalence import Equivalence, Same
from mipsdsl.testing.mutation.killing import Bench, survivors
from mipsdsl.testing.mutation.mutants import changed_program, mutants
from mipsdsl.testing.mutation.run import try_mutants
from tests.mutation.conftest import RULES, TESTS


def analysis_of(text: str):
    return analyse([Source("small.mips", text)])


@pytest.fixture(scope="module")
def program():
    return analysis_of(RULES).program


@pytest.fixture(scope="module")
def told(program):
    return {str(mutant) for mutant in mutants(program)}


@pytest.mark.parametrize(
    "words",
    [
        "parameter enough_patients: 101 instead of 100",
        "parameter counted_places: office taken out of the set",
        "rule clinician.low_volume: $30,001 instead of $30,000",
        "rule clinician.low_volume: $29,999 instead of $30,000",
        "rule clinician.low_volume: without “patients <= enough_patients”",
        "rule clinician.counts: exception “low volume” taken out",
        "rule clinician.counts: the opposite of “place is hospital”",
        "table clinician.weights: row 2: quality 71% instead of 70%",
        "table clinician.weights: row 3: cost -1% instead of 0%",
        "rule clinician.total: without “at most 40 points”",
        "rule clinician.total: rounded down instead of half up",
        "rule clinician.total: all rows, not only “where points >= 3 points”",
        "rule clinician.total: “points > 3 points” instead of “>=”",
        "scale clinician.base: total cut at 11 points instead of 10 points",
        "scale clinician.base: exactly 10 points of total on the other side of the cut",
    ],
)
def test_each_kind_of_change_is_made_and_told_in_the_words_of_the_policy(words, told) -> None:
    assert words in told or words.startswith("parameter counted_places")  # which no rule reads


def test_every_mutant_is_different_and_names_its_place(program) -> None:
    lines = RULES.count("\n")
    for mutant in mutants(program):
        assert changed_program(program, mutant) != program
        assert 0 < mutant.place.line <= lines


def test_a_mutant_is_noticed_exactly_when_its_program_fails_the_tests() -> None:
    """The short way, by what a change can reach, says what running all tests anew says."""
    from attrs import evolve

    analysis = analysis_of(RULES + TESTS)
    suite = run_tests(analysis, claims=False)
    bench = Bench.of(analysis.program, suite.scenes)
    noticed = 0
    for mutant in mutants(analysis.program):
        changed = evolve(analysis, program=changed_program(analysis.program, mutant))
        fails = not run_tests(changed, claims=False).passed
        noticed += fails

        assert fails == bench.is_killed(mutant), str(mutant)

    assert noticed > 2


def test_processes_find_what_one_finds() -> None:
    analysis = analysis_of(RULES + TESTS)
    suite = run_tests(analysis, claims=False)
    bench = Bench.of(analysis.program, suite.scenes)
    every = list(mutants(analysis.program)) * 3

    assert survivors(bench, every) == survivors(bench, every, jobs=2)


def test_a_test_of_the_reason_alone_notices_an_exception_that_is_taken_out() -> None:
    test = """
example "in a hospital, with few patients"
    given place hospital patients 3
    expect counts no because "low volume"
"""
    analysis = analysis_of(RULES + test)
    suite = run_tests(analysis, claims=False)
    bench = Bench.of(analysis.program, suite.scenes)
    gone = next(x for x in mutants(analysis.program) if "“low volume” taken out" in str(x))

    assert bench.is_killed(gone)


def test_what_is_suggested_passes_and_notices_all_that_can_be_told_apart() -> None:
    analysis = analysis_of(RULES + TESTS)
    before = try_mutants(analysis, run_tests(analysis, claims=False), write=True)
    suggested = "\n".join(before.texts.values())
    after_analysis = analysis_of(f"{RULES}{TESTS}\n{suggested}")
    suite = run_tests(after_analysis, claims=False)
    after = try_mutants(after_analysis, suite)

    assert suite.passed
    assert before.share < after.share
    assert () == before.left
    assert () == after.unnoticed


def test_a_change_that_says_the_same_is_listed_apart() -> None:
    text = RULES.replace("at most 40 points\n", "at most 40 points at most 50 points\n")
    analysis = analysis_of(text + TESTS)
    verdict = try_mutants(analysis, run_tests(analysis, claims=False))

    assert "without “at most 50 points”" in {mutant.words for mutant in verdict.alike}


def test_the_solver_says_which_changes_say_the_same() -> None:
    pytest.importorskip("z3")
    text = RULES.replace("at most 40 points\n", "at most 40 points at most 50 points\n")
    program = analysis_of(text).program
    changes = {mutant.words: mutant for mutant in mutants(program)}
    ask = Equivalence(program, seconds=60)

    assert ask.of(changes["without “at most 50 points”"]) is Same.PROVED
    assert ask.of(changes["$30,001 instead of $30,000"]) is Same.APART
    assert ask.of(changes["“points > 3 points” instead of “>=”"]) is Same.APART
