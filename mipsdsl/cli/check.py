"""``mips check``: parse, types, units, totality, gaps, overlaps, cliffs, citations."""

from __future__ import annotations

import click

from mipsdsl.cli import exits, policies


@click.command(name="check")
@click.argument("policy", metavar="YEAR|PATH", nargs=-1, required=True)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to show findings."
)
def command(policy: tuple[str, ...], form: str) -> None:
    """Check policies: names, units, gaps, overlaps, jumps, citations.

    Exit code 1 when there are errors.
    """
    failed = False
    for name in policy:
        analysis = policies.analysed(name)
        failed = failed or analysis.program is None
        if form == "json":
            content = {"policy": name, "findings": policies.as_json(analysis.diagnostics)}
            click.echo(policies.envelope("check", content))
            continue
        policies.show(analysis.diagnostics)
        program = analysis.program
        if program is not None:
            parts = f"{len(program.items)} rules, {len(program.parameters)} parameters"
            click.echo(f"{name}: no errors in {len(analysis.sources)} files ({parts})", err=True)
    if failed:
        raise click.exceptions.Exit(exits.FINDINGS)
