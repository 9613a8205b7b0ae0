"""Cases that nobody comes to because of an exception for everybody, as of a year of relief."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.walk import Part, expressions_in, replaced
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.verify.chance import somebody
from mipsdsl.verify.judge import Judge, Verdict

NO = build.yes(value=False)


def exception_for_all(program: c.Program, question: Never) -> c.Arm | None:
    """Return the exception for everybody without which somebody, would come to the case."""
    for arm in _for_all(program):
        without = evolve(program, items=_lifted(program.items, arm))
        lifted = evolve(question, bad=_lifted(question.bad, arm))
        if somebody(without, {0: lifted}, program.year) or _is_found(without, lifted):
            return arm
    return None


def _is_found(program: c.Program, question: Never) -> bool:
    return Judge(program).answer(question, may_give=True).verdict is Verdict.REFUTED


def _for_all(program: c.Program) -> Iterator[c.Arm]:
    """Give the exceptions whose conditions read no data: they hold for all or for nobody."""
    for item in program.items:
        for cases in expressions_in(item.expr):
            if isinstance(cases, c.Cases) and cases.kind is c.CasesKind.EXCEPTIONS:
                yield from (arm for arm in cases.arms if _reads_nothing(arm.condition))


def _reads_nothing(condition: c.Expr) -> bool:
    reads = c.Read | c.ReadPopulation | c.IsGiven | c.HasRow | c.IsMember | c.Fold
    return not any(isinstance(each, reads) for each in expressions_in(condition))


def _lifted(part: Part, arm: c.Arm) -> Part:
    return replaced(part, lambda node: NO if node == arm.condition else None)
