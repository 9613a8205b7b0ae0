"""Random clinicians contradict no proof; they do contradict what a wrong prover says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytest.importorskip("z3")

from attrs import evolve

from benchmarks import attack
from mipsdsl.core import nodes as c
from mipsdsl.core.merge import blank
from mipsdsl.core.walk import replaced
from mipsdsl.engines.schema import Target
from mipsdsl.impact import pairing
from mipsdsl.impact.breed import Breeder
from mipsdsl.impact.pairing import Pairing
from mipsdsl.impact.prove import Limits, Prover
from mipsdsl.impact.trial import Trial
from mipsdsl.source import Source
from mipsdsl.verify.judge import Answer, Judge, Verdict
from tests.impact.small import POLICY, changed

NEW = changed(
    ("threshold = 30", "threshold = 31"),
    ("kind is physician or kind is dentist", "not (kind is other)"),
    ("rural then 5", "rural and not waived then 5"),
)
TRIED = 1500


def tried(new: str = NEW) -> Trial:
    """Return two policies of which some rules differ, and some are the same."""
    return attack.compared([Source("small.mips", POLICY)], [Source("small.mips", new)])


def contradicted(found: Trial, alike: Sequence[Target], number: int = TRIED) -> set[Target]:
    """Return what random clinicians are seen to differ in."""
    return set(attack.attack(found, found.examples, alike, (), 1, number).contradicting)


def broken(found: Trial, limits: Limits) -> set[Target]:
    """Return what random clinicians contradict, of what is proved."""
    prover = Prover.of(found, limits)
    prover.all()
    alike = attack.said_alike(prover)
    return contradicted(found, alike)


def test_nobody_contradicts_a_proof() -> None:
    found = tried()
    prover = Prover.of(found, Limits(60, 600))
    prover.all()

    alike = attack.said_alike(prover)
    assert ("clinician", "eligible") in alike
    assert ("clinician", "bonus") not in alike
    assert set() == contradicted(found, alike)


def test_a_solver_that_proves_everything_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(self: Judge, question: object, seconds: float | None = None) -> Answer:
        return Answer(Verdict.PROVED)

    monkeypatch.setattr(Judge, "answer", answer)
    monkeypatch.setattr(Breeder, "round", lambda breeder, targets: None)
    found = tried()
    found.seen.clear()

    assert ("clinician", "adjustment") in broken(found, Limits(60, 600))


def test_a_pairing_that_takes_numbers_for_the_same_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_numbers(part: c.Expr) -> object:
        def gone(each: object) -> c.Constant | None:
            is_number = isinstance(each, c.Constant) and each.shape is not None
            return c.Constant(0, type=each.type) if is_number else None  # type: ignore[attr-defined]

        def value(each: object) -> c.Expr | None:
            return gone(each.value) if isinstance(each, c.Parameter) else gone(each)

        return blank(replaced(part, value))

    monkeypatch.setattr(pairing, "blank", without_numbers)

    new = changed(("threshold = 30", "threshold = 31"))
    assert ("clinician", "adjustment") in broken(tried(new), Limits(budget=0))


def test_a_pairing_that_forgets_what_rules_rest_on_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def rests_on(self: object, item: c.Item, alike: set[Target]) -> bool:
        return True

    monkeypatch.setattr(pairing._Maker, "_rests_on", rests_on)

    assert ("clinician", "final") in broken(tried(), Limits(budget=0))


def test_settling_more_than_what_was_proved_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = Pairing.settle

    def all_that_reads(self: Pairing, target: Target) -> list[Target]:
        return [x for each in [target, *self.open] for x in settle(self, each)]

    monkeypatch.setattr(Pairing, "settle", all_that_reads)
    found = tried()
    found.seen.clear()

    assert broken(found, Limits(60, 600))


@pytest.mark.parametrize("pair", [("2017", "2018")])
def test_what_rests_on_nothing_that_changed_is_the_same_under_both_years(
    pair: tuple[str, str],
) -> None:
    found = attack.compared(*map(attack.read_sources, pair))
    prover = Prover.of(found, Limits(budget=0))

    alike = attack.said_alike(prover)
    assert len(alike) > 50
    assert set() == contradicted(found, alike, 400)


def test_clinicians_differ_in_what_differs_and_witnesses_are_as_they_are_shown() -> None:
    found = tried()
    prover = Prover.of(found, Limits(60, 600))
    prover.all()
    differing = set(found.seen) & set(found.outputs)

    assert differing
    assert differing == set(attack.attack(found, prover.stock, (), differing, 1, TRIED).differing)

    shown = attack.cases(found)
    assert shown
    assert all(attack.replays(found, case) for case in shown)

    figure = evolve(shown[0].witness.figures[0], after=shown[0].witness.figures[0].before)
    wrong = evolve(shown[0], witness=evolve(shown[0].witness, figures=(figure,)))
    assert not attack.replays(found, wrong)
