"""W0702 unused-definition.

What it finds
    A parameter or a choice that nothing in the policy uses. A parameter with a ``because`` is left
    alone: its author says why it stands there.

Why it matters
    A number that nothing reads looks like law in force and is not; often the rule that should read
    it has the number written out.

Wrong
    ``parameter case_minimum = 20`` beside ``rule …: yesno = cases >= 20``

Right
    ``rule …: yesno = cases >= case_minimum``

Source
    The design of the language: numbers of the regulation are parameters, each said once.
"""

from __future__ import annotations

from collections.abc import Iterator

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import children
from mipsdsl.diagnostics import Diagnostic, Label, Severity
from mipsdsl.pipeline import Analysis
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


def find(analysis: Analysis) -> list[Diagnostic]:
    """Return a finding for every parameter and choice that is not used."""
    program = analysis.program
    if program is None:
        return []
    used = set(_parameters(program))
    chosen = {field.type.choice for record in program.records for field in record.fields}
    chosen |= {item.type.choice for item in program.items}
    chosen |= {parameter.type.choice for parameter in program.parameters}
    unused: list[Span] = [
        node.name.span
        for name, node in analysis.symbols.parameters.items()
        if name not in used and not node.because
    ]
    for choice in program.choices:
        if choice.name not in chosen:
            unused += [
                node.name.span
                for file in analysis.files
                for node in file.items
                if isinstance(node, n.Choice) and node.name.text == choice.name
            ]
    return [
        Diagnostic(
            "W0702", f"nothing uses `{span.text}`", (Label(span),),
            "remove it, let a rule read it, or say why it stands here: `because \"…\"`",
            Severity.WARNING,
        )
        for span in unused
    ]  # fmt: skip


def _parameters(program: c.Program) -> Iterator[str]:
    exprs: list[c.Expr] = [item.expr for item in program.items]
    exprs += [
        claim.condition if isinstance(claim, c.Always) else claim.when for claim in program.claims
    ]
    for record in program.records:
        exprs += [relation.where for relation in record.relations if relation.where is not None]
        if record.grouping is not None and record.grouping.joined is not None:
            exprs.append(record.grouping.joined)
    for expr in exprs:
        yield from _inside(expr)


def _inside(expr: c.Expr) -> Iterator[str]:
    if isinstance(expr, c.Parameter | c.ReadPopulation):
        yield expr.name
    for part in children(expr):
        yield from _inside(part)
    if isinstance(expr, c.Select):
        for places in expr.places:
            each = () if places.each is None else (places.each,)
            keys = (key.value for key in places.keys)
            for part in (places.number, places.where, *each, *keys, *places.fallbacks):
                yield from _inside(part)
