"""``mips merge``: the parts of a run together, with the national factors of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from mipsdsl.cli import about, exits, forms, policies
from mipsdsl.cli import privacy as p

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Value
    from mipsdsl.data.write import PercentAs
    from mipsdsl.scoring import Outcome
    from mipsdsl.sharding.files import Made
    from mipsdsl.sharding.parts import Merged


@click.command(name="merge")
@click.argument("parts", metavar="PARTS...", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="OUT", help="A folder, or one file.")
@forms.percents
@p.options
def command(
    parts: tuple[str, ...],
    output: str,
    percent: PercentAs,
    mask: str | None,
    mask_secret_file: str | None,
    suppress_below: int | None,
) -> None:
    """Merge the PARTS that `mips run … --shard i/n -o PART` wrote.

    The results are those of a single run, to the last digit: national factors are computed over the
    rows of all parts. All parts have to be there, and to be of one run: the same rules, settings,
    outputs and files.
    """
    from mipsdsl.sharding.files import read_parts
    from mipsdsl.sharding.parts import ShardError

    said = p.Asked(mask=mask, mask_secret_file=mask_secret_file, suppress_below=suppress_below)
    try:
        made, columns = read_parts([Path(part) for part in parts])
        program, privacy, found = _merged(made, columns, said)
    except ShardError as mistake:
        raise exits.Stop(str(mistake)) from None
    _write(found, Path(output), percent, _about(program, made, found, privacy), privacy.least)


def _about(program: Program, made: Made, found: Merged, privacy: Privacy) -> About:
    """Return how the results came about: of the run that the parts are of."""
    from mipsdsl.data.digests import FileRead
    from mipsdsl.data.tables import Inputs

    inputs = Inputs({}, (), (), dict(made.read), files=tuple(FileRead(*x) for x in made.inputs))
    evaluated = {outcome.record: len(outcome.rows) for outcome in found.outcomes}
    block = about.of_run(made.policy, program, inputs, evaluated, "python", privacy)
    settings = {f"set {name}": text for name, text in made.settings.items()}
    if made.here:
        settings["population"] = "here"
    return evolve(block, rejected=made.rejected, settings={**settings, **block.settings})


def _merged(
    made: Made, columns: dict[str, dict[str, list[Value]]], asked: p.Asked
) -> tuple[Program, Privacy, Merged]:
    from mipsdsl import cache, scoring
    from mipsdsl.sharding.parts import ShardError, divided, merged

    if cache.law(policies.sources(made.policy)).sha256 != made.rules:
        raise ShardError(
            f"the parts are of other rules than {made.policy} says now: run them again"
        )
    program, settings = policies.with_settings(made.policy, made.settings)
    privacy = p.of(program, asked)
    said = scoring.computed_here(program, made.here, settings.populations)
    division = divided(
        program, said, made.targets, made.subjects, (made.given, made.partial), made.guards
    )
    return program, privacy, merged(division, columns, privacy)


def _write(found: Merged, out: Path, percent: PercentAs, block: About, least: int) -> None:
    from mipsdsl.cli import summary
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import write

    is_folder = out.is_dir() or not out.suffix
    if len(found.outcomes) > 1 and not is_folder:
        records = ", ".join(outcome.record for outcome in found.outcomes)
        raise exits.Stop(f"the outputs are of several records ({records}): name a folder")
    for factor in found.factors:
        click.echo(f"{'factor':<10}{summary.factor_text(factor, least)}", err=True)
    written: list[tuple[Outcome, Path]] = []
    try:
        for outcome in found.outcomes:
            path = out / f"{outcome.record}.csv" if is_folder else out
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, outcome.columns, outcome.rows, percent=percent, about=block.timeless())
            written.append((outcome, path))
        about.write_beside(block, out, [path for _, path in written])
    except (DataError, OSError) as mistake:
        raise exits.Stop(str(mistake)) from None
    outcomes, paths = zip(*written, strict=True)
    summary.say(summary.of_writing(outcomes, paths, least))
    about.say(block)
