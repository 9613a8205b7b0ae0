"""``mips merge``: the parts of a run together, with the national factors of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, policies

if TYPE_CHECKING:
    from mipsdsl.data.write import PercentAs
    from mipsdsl.scoring import Outcome
    from mipsdsl.sharding.parts import Merged


@click.command(name="merge")
@click.argument("parts", metavar="PARTS...", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="OUT", help="A folder, or one file.")
@click.option("--percent", type=click.Choice(["fraction", "text"]), default="fraction")
def command(parts: tuple[str, ...], output: str, percent: PercentAs) -> None:
    """Merge the PARTS that `mips run … --shard i/n -o PART` wrote.

    The results are those of a single run, to the last digit: national factors are computed over the
    rows of all parts. All parts have to be there, and to be of one run: the same rules, settings,
    outputs and files.
    """
    from mipsdsl.sharding.files import read_parts
    from mipsdsl.sharding.parts import ShardError

    try:
        made, columns = read_parts([Path(part) for part in parts])
        found = _merged(made, columns)
    except ShardError as mistake:
        raise exits.Stop(str(mistake)) from None
    _write(found, Path(output), percent)


def _merged(made: object, columns: object) -> Merged:
    from mipsdsl import cache, scoring
    from mipsdsl.sharding.files import Made
    from mipsdsl.sharding.parts import ShardError, divided, merged

    assert isinstance(made, Made)
    assert isinstance(columns, dict)
    if cache.law(policies.sources(made.policy)).sha256 != made.rules:
        raise ShardError(
            f"the parts are of other rules than {made.policy} says now: run them again"
        )
    program, settings = policies.with_settings(made.policy, made.settings)
    said = scoring.computed_here(program, made.here, settings.populations)
    division = divided(program, said, made.targets, made.subjects, (made.given, made.partial))
    return merged(division, columns)


def _write(found: Merged, out: Path, percent: PercentAs) -> None:
    from mipsdsl.cli import summary
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import write

    is_folder = out.is_dir() or not out.suffix
    if len(found.outcomes) > 1 and not is_folder:
        records = ", ".join(outcome.record for outcome in found.outcomes)
        raise exits.Stop(f"the outputs are of several records ({records}): name a folder")
    for factor in found.factors:
        click.echo(f"{'factor':<10}{summary.factor_text(factor)}", err=True)
    written: list[tuple[Outcome, Path]] = []
    try:
        for outcome in found.outcomes:
            path = out / f"{outcome.record}.csv" if is_folder else out
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, outcome.columns, outcome.rows, percent=percent)
            written.append((outcome, path))
    except (DataError, OSError) as mistake:
        raise exits.Stop(str(mistake)) from None
    outcomes, paths = zip(*written, strict=True)
    for line in summary.of_writing(outcomes, paths):
        click.echo(line, err=True)
