"""W0701 missing-citation.

What it finds
    A rule, parameter, table, scale, selection, population item or claim without a citation.

Why it matters
    An outcome is traced back to the law through the citations of what made it; where one is missing
    the trail ends, and a reviewer cannot tell a rule of the regulation from one of ours.

Wrong
    ``parameter low_volume_charges = $30,000``

Right
    ``parameter low_volume_charges = $30,000 [42 CFR 414.1305]``

Source
    The design of the language: every rule, parameter, table and claim carries its citation.
"""

from __future__ import annotations

from mipsdsl.diagnostics import Diagnostic, Label, Severity
from mipsdsl.pipeline import Analysis
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


def find(analysis: Analysis) -> list[Diagnostic]:
    """Return a finding for every item of the law that cites nothing."""
    return [
        Diagnostic(
            "W0701",
            f"{_called(span)} cites nothing",
            (Label(span),),
            "add where the regulation says so: `[42 CFR 414.…]`",
            Severity.WARNING,
        )
        for file in analysis.files
        for item in file.items
        for span in _uncited(item)
    ]


def _uncited(item: n.Item) -> list[Span]:
    if isinstance(item, (n.Rule, n.Table, n.Scale)):
        return [] if item.citations or _cited_within(item) else [item.target.span]
    if isinstance(item, (n.Parameter, n.Selection, n.Population)):
        return [] if item.citations else [item.name.span]
    if isinstance(item, n.Claim):
        return [] if item.citations else [_text_of(item)]
    return []


def _text_of(claim: n.Claim) -> Span:
    """Return where the text of a claim stands, which is its name."""
    start = claim.span.start + claim.span.text.index('"')
    return Span(claim.span.source, start, start + len(claim.text) + 2)


def _called(span: Span) -> str:
    """Return how what stands there is called: a name, or the text of a claim."""
    words = span.text.strip('"')
    return f"`{words}`" if words == span.text else f"the claim “{words}”"


def _cited_within(item: n.Rule | n.Table | n.Scale) -> bool:
    """Whether every reason of a rule has its own citation."""
    if not isinstance(item, n.Rule):
        return False
    rows = item.body.rows if isinstance(item.body, n.FirstOf) else ()
    cited = [row.citations for row in rows] + [x.citations for x in item.exceptions]
    return bool(cited) and all(cited)
