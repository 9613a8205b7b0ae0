"""``mips build``: a year as a program for an engine elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, policies
from mipsdsl.cli import inputs as i

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mipsdsl.core.nodes import Program
    from mipsdsl.engines.plan import Plan, Populations
    from mipsdsl.engines.schema import Target


@click.command(name="build")
@click.argument("policy", metavar="YEAR|PATH")
@click.option(
    "--sql",
    "dialect",
    type=click.Choice(["duckdb", "spark"]),
    required=True,
    help="The SQL of which engine.",
)
@click.option("--outputs", default="", metavar="A,B,…", help="What to compute, as RECORD.NAME.")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Set a parameter or a population value.",
)
@click.option(
    "--population",
    type=click.Choice(["published", "here"]),
    default="published",
    show_default=True,
    help="National factors: as published, or computed from the tables.",
)
@click.option("-o", "--output", metavar="FILE", help="Write the statements here.")
@policies.dated
def command(
    policy: str,
    dialect: str,
    outputs: str,
    settings: tuple[str, ...],
    population: str,
    output: str | None,
) -> None:
    """Print the SQL of a run: statements from typed tables, one a record, to tables of results.

    The comment at its top says which tables it expects, with their columns, and which it leaves.
    """
    from mipsdsl.engines.sql.dialect import Dialect, Unsupported
    from mipsdsl.engines.sql.script import script
    from mipsdsl.scoring import computed_here

    program, said = policies.with_settings(policy, i.pairs(settings, "--set"))
    populations = computed_here(program, population == "here", said.populations)
    plan = _plan(program, _targets(program, outputs), populations, asked=bool(outputs))
    try:
        text = script(program, Dialect(dialect), plan, populations)
    except Unsupported as mistake:
        raise exits.Stop(str(mistake)) from None
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(Path(output), text)


def _targets(program: Program, outputs: str) -> list[Target]:
    """Return the items that are asked for, or all results of the year."""
    names = [name.strip() for name in outputs.split(",") if name.strip()]
    if not names:
        return [(record, name) for record, results in program.results for name in results]
    known = [(item.record, item.name) for item in program.items]
    found = []
    for name in names:
        record, _, rest = name.rpartition(".")
        fitting = [t for t in known if t[1] == rest and (not record or t[0] == record)]
        if not fitting:
            raise exits.Stop(
                f"there is no output `{name}`\n"
                f"help: `mips data dictionary {program.year}` lists them"
            )
        found.append(fitting[0])
    return found


def _plan(
    program: Program, targets: Sequence[Target], populations: Populations, *, asked: bool
) -> Plan:
    from mipsdsl.engines.plan import requirements
    from mipsdsl.scoring import OutputError, refusal_text, with_parameters

    columns = {r.name: [each.name for each in r.fields] for r in program.records if not r.grouping}
    plan = with_parameters(program, requirements(program, columns, targets, populations))
    if plan.refused:
        refusal = OutputError(*refusal_text(program, plan.refused))
        if asked or not plan.outputs:
            raise exits.Stop(str(refusal))
        click.echo(str(refusal), err=True)
    return plan


def _write(path: Path, text: str) -> None:
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import replacing

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    except (DataError, OSError) as mistake:
        raise exits.Stop(str(mistake)) from None
    click.echo(f"wrote     the statements to {path}", err=True)
