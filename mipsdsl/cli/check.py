"""``mips check``: parse, types, units, totality, gaps, overlaps, cliffs, citations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, policies

if TYPE_CHECKING:
    from mipsdsl.diagnostics.model import Diagnostic
    from mipsdsl.pipeline import Analysis


@click.command(name="check")
@click.argument("policy", metavar="YEAR|PATH", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to show findings.",
)
def command(policy: tuple[str, ...], form: str) -> None:
    """Check policies: names, units, gaps, overlaps, jumps, citations.

    Exit code 1 when there are errors.
    """
    from mipsdsl import cache

    failed = False
    for name in policy:
        sources = policies.sources(name)
        found = cache.findings(sources, _lint)
        failed = failed or not found.compiles
        if form == "json":
            content = {"policy": name, "findings": policies.as_json(found.diagnostics)}
            click.echo(policies.envelope("check", content))
            continue
        policies.show(found.diagnostics)
        if found.compiles:
            parts = f"{found.rules} rules, {found.parameters} parameters"
            files = "1 file" if len(sources) == 1 else f"{len(sources)} files"
            click.echo(f"{name}: no errors in {files} ({parts})", err=True)
    if failed:
        raise click.exceptions.Exit(exits.FINDINGS)


def _lint(analysis: Analysis) -> Sequence[Diagnostic]:
    from mipsdsl.lint.run import lint

    return lint(analysis)
