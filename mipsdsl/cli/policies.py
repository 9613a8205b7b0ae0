"""Policies named on the command line: read, compiled, or their findings shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import click

from mipsdsl.cli import exits
from mipsdsl.core.nodes import Program
from mipsdsl.diagnostics import Diagnostic
from mipsdsl.diagnostics.render import render, summary, to_json
from mipsdsl.pipeline import Analysis, NoSuchPolicy, analyse, read_sources
from mipsdsl.syntax import nodes as n

ENVELOPE = "mips/1"


def analysed(policy: str, settings: Mapping[str, n.Expr] | None = None) -> Analysis:
    """Return the analysis of the policy that a user named."""
    try:
        return analyse(read_sources(policy), settings)
    except NoSuchPolicy as mistake:
        raise exits.Stop(str(mistake)) from None


def compiled(policy: str, settings: Mapping[str, n.Expr] | None = None) -> tuple[Analysis, Program]:
    """Return the analysis and its program; findings are shown and end the command."""
    analysis = analysed(policy, settings)
    if analysis.program is None:
        show(analysis.diagnostics)
        raise exits.Stop(f"{policy} does not compile", exits.FINDINGS)
    return analysis, analysis.program


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Show findings on standard error, and how many there are."""
    found = tuple(diagnostics)
    colour = click.get_current_context().color
    for diagnostic in found:
        click.echo(render(diagnostic, colour=bool(colour)) + "\n", err=True)
    if found:
        click.echo(summary(found), err=True)


def envelope(kind: str, content: Mapping[str, object]) -> str:
    """Return versioned JSON."""
    return json.dumps({"format": ENVELOPE, "kind": kind, **content}, indent=2, ensure_ascii=False)


def as_json(diagnostics: Iterable[Diagnostic]) -> list[object]:
    """Return findings for an envelope."""
    return [to_json(diagnostic) for diagnostic in diagnostics]
