"""What is said of a question: its verdict, and of whom it is not so."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID
from mipsdsl.core.walk import expressions_in
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.schema import schema_of
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.verify.excepted import exception_for_all
from mipsdsl.verify.judge import Answer, Verdict
from mipsdsl.verify.questions import UNREAD, Asked, Kind, Settled
from mipsdsl.verify.replay import Replay
from mipsdsl.verify.told import told

UNMOVED = "half and double the value change nothing in the rules that read it"


@frozen
class Result:
    """A question and what became of it. ``is_well``: yes, no, or (``None``) not decided."""

    kind: Kind
    name: str
    verdict: Verdict
    is_well: bool | None
    said: str
    place: c.Place | None
    seconds: float = 0.0
    is_final: bool = True
    limit: float = 0.0
    """The seconds that it was given."""

    @property
    def is_without_effect(self) -> bool:
        """Whether it is of a parameter that changes nothing, which is worth a line and no mistake."""
        return self.kind is Kind.PARAMETER and self.said in (UNREAD, UNMOVED)


def settled(each: Settled) -> Result:
    """Return the result of what needs no solver; a parameter that nothing reads is no mistake."""
    verdict = Verdict.PROVED if each.is_well else Verdict.REFUTED
    is_well = each.is_well or each.kind is Kind.PARAMETER
    return Result(each.kind, each.name, verdict, is_well, each.said, each.place)


def result(asked: Asked, answer: Answer, program: c.Program) -> Result:
    """Return the result of an answer."""
    is_well: bool | None = {
        Verdict.PROVED: True, Verdict.BOUNDED: True, Verdict.REFUTED: False, Verdict.UNKNOWN: None,
    }[answer.verdict]  # fmt: skip
    said = answer.why
    if answer.verdict is Verdict.BOUNDED:
        said = bound_said(answer)
    if asked.wants_person:
        is_well = {Verdict.REFUTED: True, Verdict.PROVED: False}.get(answer.verdict)
        if asked.kind is Kind.CASE and is_well is False:
            said, is_well = _never(asked, program)
        if asked.kind is Kind.PARAMETER and is_well is False:
            said, is_well = UNMOVED, True
    elif answer.verdict is Verdict.REFUTED and answer.replay is not None:
        said = _person(asked, answer.replay, program)
    return Result(
        asked.kind,
        asked.name,
        answer.verdict,
        is_well,
        said,
        asked.place,
        answer.seconds,
        answer.is_final,
    )


def _never(asked: Asked, program: c.Program) -> tuple[str, bool]:
    """Return why a case never applies, and whether that is meant.

    It is where a switch is off, or where everybody is excepted from a rule that it rests on.
    """
    assert isinstance(asked.question, Never)
    items = schema_of(program).items
    switches = [
        f"{each.name} is {'yes' if each.value.value else 'no'}"
        for each in expressions_in(asked.question.bad)
        if isinstance(each, c.Parameter) and isinstance(each.value, c.Constant)
        and isinstance(each.value.value, bool)
    ]  # fmt: skip
    switches += [
        f"{each.name} is {'yes' if always.value else 'no'}"
        for each in expressions_in(asked.question.bad)
        if isinstance(each, c.Read)
        and isinstance(each.row, c.Here)
        and (rule := items.get((asked.question.record, each.name))) is not None
        and isinstance(always := _plain(rule.expr), c.Constant)
        and isinstance(always.value, bool)
    ]
    if switches:
        return f"never as long as {' and '.join(dict.fromkeys(switches))}", True
    if (arm := exception_for_all(program, asked.question)) is not None:
        return f"never as long as everybody is excepted: {arm.because or arm.place}", True
    return "nobody ever comes to this case with its condition met", False


def _plain(expr: c.Expr) -> c.Expr | c.SetOf:
    """Return the literal behind a parameter, else the expression."""
    return expr.value if isinstance(expr, c.Parameter) else expr


def bound_said(answer: Answer) -> str:
    """Return up to which bound something is proved."""
    most = max(number for _, number in answer.bounds)
    lists = ", ".join(f"{record}.{name}" for (record, name), _ in answer.bounds)
    return f"up to {most} row{'s' if most > 1 else ''} in {lists}"


def _person(asked: Asked, again: Replay, program: c.Program) -> str:
    """Return the values of the row that matter, and (where something was raised) what moved."""
    question = asked.question
    if isinstance(question, Never):
        return told(question.bad, question.record, again.rows[0], again.engines[0], program)
    claim = question.claim
    effects = [
        engine.evaluate(claim.effect, At(row))
        for engine, row in zip(again.engines, again.rows, strict=True)
    ]
    causes = [
        engine.value(row, claim.cause.name)
        for engine, row in zip(again.engines, again.rows, strict=True)
    ]
    known = schema_of(program).fields.get((claim.record, claim.cause.name))
    scale = known.scale if known is not None else GRID[claim.cause.type.unit]
    one, other = (
        quantity_text(Fraction(x, 10**scale), claim.cause.type.unit) for x in causes
        if isinstance(x, int)
    )  # fmt: skip
    before, after = (
        quantity_text(x, claim.effect.type.unit) for x in effects if isinstance(x, Fraction)
    )
    rest = told(claim.effect, claim.record, again.rows[1], again.engines[1], program)
    return (
        f"{claim.cause.name} from {one} to {other} moves the other from {before} to {after}: {rest}"
    )
