"""Run the examples and claims of a policy, and note what they reached."""

from __future__ import annotations

from attrs import define, field, frozen

from mipsdsl.diagnostics import Diagnostic, Report
from mipsdsl.pipeline import Analysis
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.claims import refutations
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.scenes import Scene, example, population_example, rows_of_examples
from mipsdsl.testing.world import Setting, setting

TRIALS = 100
"""How many random worlds a claim is tried on unless it is said otherwise."""


@frozen
class Outcome:
    """One example, row of examples, or claim: its name, place, what was wrong, what it cites."""

    name: str
    span: Span
    findings: tuple[Diagnostic, ...]
    citations: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.findings


@define
class Suite:
    """All outcomes, mistakes in the tests themselves, and what the tests reached."""

    outcomes: list[Outcome] = field(factory=list)
    mistakes: tuple[Diagnostic, ...] = ()
    coverage: Coverage = field(factory=Coverage)
    scenes: list[Scene] = field(factory=list)
    """What the examples looked at, for those who try changes of the rules on it."""
    setting: Setting | None = None

    @property
    def passed(self) -> bool:
        """Whether every test passed and none is mistaken."""
        return not self.mistakes and all(outcome.passed for outcome in self.outcomes)


def run_tests(analysis: Analysis, *, trials: int = TRIALS, claims: bool = True) -> Suite:
    """Return the outcome of every example and claim of a policy that compiles.

    Reports: E0601 to E0606 as findings of the suite and of its outcomes.
    """
    assert analysis.program is not None, "only a policy that compiles can be tested"
    program = analysis.program
    suite = Suite(coverage=Coverage.of(program))
    report = Report()
    usuals = [x for x in analysis.symbols.tests if isinstance(x, n.Usual)]
    shared = setting(program, usuals, report)
    suite.mistakes, suite.setting = tuple(report), shared
    for test in analysis.symbols.tests:
        match test:
            case n.Example():
                told = [example(test, shared, suite.coverage)]
            case n.Examples():
                told = list(rows_of_examples(test, shared, suite.coverage))
            case n.PopulationExample():
                told = [population_example(test, shared, suite.coverage)]
            case n.Usual():
                told = []
        cited = () if isinstance(test, n.Usual) else test.citations
        suite.outcomes += [Outcome(one.name, one.span, one.findings, cited) for one in told]
        suite.scenes += [scene for one in told for scene in one.scenes]
    if claims:
        spans = {claim.text: claim.span for claim in analysis.symbols.claims}
        for claim, findings in refutations(program, spans, trials):
            outcome = Outcome(claim.text, spans[claim.text], findings, claim.citations)
            suite.outcomes.append(outcome)
    return suite
