"""``mips sample``: an invented nation for a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, policies

if TYPE_CHECKING:
    from mipsdsl.sample.files import Form
    from mipsdsl.sample.marginals import Detail

_MOST = 90_000_000


@click.command(name="sample")
@click.option(
    "--clinicians",
    type=click.IntRange(1, _MOST),
    default=10_000,
    show_default=True,
    metavar="N",
    help="How many, by TIN/NPI.",
)
@click.option("--year", metavar="YEAR|PATH", help="Whose rules.  [default: the newest year]")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="S",
    help="The same seed and number give the same data.",
)
@click.option(
    "--detail",
    type=click.Choice(["scores", "measures"]),
    default="scores",
    show_default=True,
    help="Give category scores, or the measures and activities that they follow from.",
)
@click.option(
    "--measures",
    metavar="DIR|YEAR",
    help="Draw measures from CMS's files, as `run --measures` reads them.  [default: invented ones]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="What the files are.",
)
@click.option(
    "-o", "--output", required=True, metavar="FOLDER", help="Where the files go, one a record."
)
def command(
    clinicians: int,
    year: str | None,
    seed: int,
    detail: Detail,
    measures: str | None,
    form: Form,
    output: str,
) -> None:
    """Invent clinicians, practices and submissions: as many as a nation has, in the memory of a few.

    The data are synthetic: nobody in them exists. How scores, practices, types and statuses are
    distributed is set from published figures, as far as there are any; the README beside the files
    lists each with its source. Then `mips run YEAR FOLDER`: with category scores it does eligibility,
    weights, bonuses and payment; with --detail measures the whole year.
    """
    from mipsdsl.cli.progress import stages
    from mipsdsl.data.tables import DataError
    from mipsdsl.library import years
    from mipsdsl.sample.files import Order, write_sample

    if measures is not None and detail != "measures":
        raise exits.Stop("--measures says what is drawn from for --detail measures: say that too")
    _, program = policies.compiled(year or years()[-1])
    order = Order(clinicians, seed, form, detail, Path(measures) if measures else None)
    try:
        with stages() as say:
            written = write_sample(program, order, Path(output), say)
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    for each in written:
        click.echo(f"wrote     {each.rows:,} rows of {each.path.stem} to {each.path}", err=True)
    click.echo(
        "note      all synthetic: README.md beside the files says what they are set from", err=True
    )
