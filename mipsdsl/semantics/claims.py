"""Claims: what an author says always holds, into the core."""

from __future__ import annotations

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO
from mipsdsl.diagnostics import Report, Severity
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics import facts
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.resolve import place
from mipsdsl.syntax import nodes as n


def claim(node: n.Claim, context: Context) -> c.Claim | None:
    """Return the core of a claim.

    It is about the record that it names, else about the first record in which all its names mean
    something.

    Reports: E0206 no such record, E0209 a cause that cannot be raised, and what expressions report.
    """
    records = context.symbols.records
    if node.record is not None:
        if node.record.text not in records:
            message = f"there is no record `{node.record.text}`"
            context.report.error("E0206", message, node.record.span)
            return None
        return _only_errors(node, node.record.text, context)
    names = list(records)
    for name in names:
        compiled, found = _tried(node, name, context)
        if not found.has_errors:
            # Nothing at all: it rests on a mistake that is reported elsewhere.
            return compiled
    return _only_errors(node, names[0], context) if names else None


def _tried(node: n.Claim, record: str, context: Context) -> tuple[c.Claim | None, Report]:
    quiet = Context(context.symbols, Report(), context.define_item, context.items)
    quiet.parameters, quiet.used = context.parameters, context.used
    return _about(node, record, quiet), quiet.report


def _only_errors(node: n.Claim, record: str, context: Context) -> c.Claim | None:
    """Compile a claim; a claim decides nothing, so what it compares need not be rounded first."""
    compiled, found = _tried(node, record, context)
    context.report.diagnostics += [d for d in found if d.severity is Severity.ERROR]
    return compiled


def _about(node: n.Claim, record: str, context: Context) -> c.Claim | None:
    scope = Scope(record)
    body = node.body
    when: c.Expr | None = build.yes()
    if body.when is not None:
        when = e.condition(body.when, scope, context)
    known = scope if when is None else scope.knowing(facts.when_true(when))
    if isinstance(body, n.Always):
        condition = e.condition(body.condition, known, context)
        if condition is None or when is None:
            return None
        if body.when is not None:
            condition = c.Or((c.Not(when, type=YESNO), condition), type=YESNO)
        return c.Always(
            node.text, record, condition, place(node.span), node.because, node.citations
        )
    cause = e.check(body.cause, known, context)
    effect = e.check(body.effect, known, context)
    if cause is None or effect is None or when is None:
        return None
    if not isinstance(cause, c.Read) or cause.row != c.Here() or cause.shape is None:
        context.report.error(
            "E0209", "only a quantity of the record itself can be raised", body.cause.span,
            help=f"name a field or a rule of {record}",
        )  # fmt: skip
        return None
    if effect.shape is None:
        context.report.error("E0209", "only a quantity can rise or fall", body.effect.span)
        return None
    lowers = body.direction == "lowers"
    return c.Raising(
        node.text, record, cause, lowers, effect, when, place(node.span), node.because,
        node.citations,
    )  # fmt: skip
