"""``mips data``: the public data that come with a year."""

from __future__ import annotations

import click

from mipsdsl.cli import exits


@click.group(name="data")
def command() -> None:
    """Fetch the public data that come with a year."""


@command.command(name="get")
@click.argument("year", type=int)
def get(year: int) -> None:
    """Fetch CMS's measures and benchmarks of a YEAR once, and print the folder for --measures."""
    from mipsdsl.data import fetch

    try:
        folder = fetch.get(year)
    except fetch.Unavailable as mistake:
        raise exits.Stop(str(mistake), exits.ENVIRONMENT) from None
    click.echo(str(folder))
