"""``mips data``: your data before a run, and the public data that come with a year."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mipsdsl.cli import exits, forms

if TYPE_CHECKING:
    from mipsdsl.data.options import ReadOptions

Command = TypeVar("Command", bound=Callable[..., Any])
_ROW = click.IntRange(min=1)


@click.group(name="data")
def command() -> None:
    """Look at your data, map its columns, list what a policy asks for, fetch CMS's files."""


@command.command(name="get", short_help="Fetch CMS's measures and benchmarks of a year.")
@click.argument("year", type=int)
def get(year: int) -> None:
    """Fetch CMS's measures and benchmarks of a YEAR once, and print the folder for --measures.

    The years 2017 to 2022 come from CMS's npm package, by the client `npm`. Of later years, CMS
    publishes the files in its repository CMSgov/qpp-measures-data on GitHub alone: give the folder
    of a copy to --measures.
    """
    from mipsdsl.data import fetch

    try:
        folder = fetch.get(year)
    except fetch.Unavailable as mistake:
        raise exits.Stop(str(mistake), exits.ENVIRONMENT) from None
    click.echo(str(folder))


def _table_options(command: Command) -> Command:
    """Give ``command`` the options that say how a table is read."""
    options = (
        click.option("--sheet", default="", metavar="NAME|N", help="The sheet of a workbook."),
        click.option(
            "--header-row",
            type=_ROW,
            default=1,
            metavar="N",
            help="The row that names the columns.",
        ),
        click.option("--delimiter", default="", metavar="CHAR", help="What parts the cells."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _read_options(sheet: str, header_row: int, delimiter: str) -> ReadOptions:
    from mipsdsl.data.options import ReadOptions

    return ReadOptions(sheet=sheet, header_row=header_row, delimiter=delimiter)


def _hand_over(text: str, output: str | None) -> None:
    """Print ``text``, or write it where the user said, and say so."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as mistake:
        raise exits.Stop(f"`{output}` cannot be written: {mistake.strerror}") from None
    click.echo(f"wrote     {output}", err=True)


# --- map -----------------------------------------------------------------------------------------


@command.group(name="map")
def map_() -> None:
    """Say which column of yours is which field."""


@map_.command(name="init", short_help="Write a map of a file, with best guesses.")
@click.argument("file", type=click.Path())
@click.option(
    "-o", "--output", metavar="MAP.toml", help="Write the map here; it must not be there."
)
@click.option(
    "--policy",
    metavar="YEAR|PATH",
    help="Whose fields.  [default: the project's, else the newest year]",
)
@_table_options
def init(file: str, output: str | None, policy: str | None, **how: Any) -> None:  # noqa: ANN401
    """Write a map of the columns of FILE with best guesses, to be corrected and given to --map."""
    from mipsdsl.cli import policies
    from mipsdsl.data.files import load
    from mipsdsl.data.findings import Findings
    from mipsdsl.data.guess import as_toml, guess
    from mipsdsl.data.slots import layout_of
    from mipsdsl.data.sources import sources_of
    from mipsdsl.data.tables import DataError
    from mipsdsl.library import years

    if output is not None and Path(output).exists():
        raise exits.Stop(f"`{output}` is there already; it may hold your corrections")
    policy = policy or years()[-1]
    _, program = policies.compiled(policy)
    layout, options = layout_of(program), _read_options(**how)
    try:
        sources = sources_of([Path(file)], layout, options, Findings())
        sheets = [(load(each.path, options, each.sheet), each.record) for each in sources]
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    guesses = [(sheet, guess(sheet, record, layout)) for sheet, record in sheets]
    _hand_over(as_toml(file, policy, guesses), output)


# --- dictionary ----------------------------------------------------------------------------------


@command.command(name="dictionary", short_help="List the fields and results of a policy.")
@click.argument("policy", metavar="YEAR|PATH")
@click.option("-o", "--output", metavar="OUT", help="Write it here: .csv, .md, .json or .xlsx.")
@click.option("--format", "form", type=click.Choice(["csv", "md", "json"]), help="How to print it.")
@click.option("--record", default="", help="Of this record only.")
def dictionary(policy: str, output: str | None, form: str | None, record: str) -> None:
    """List the fields and results of a policy: unit, allowed values, range, label, who reads it."""
    from attrs import asdict

    from mipsdsl.cli import data_dictionary, policies
    from mipsdsl.data.tables import DataError

    _, program = policies.compiled(policy)
    found = data_dictionary.entries(program)
    if record:
        found = [entry for entry in found if entry.record == record] or _no_record(record, found)
    ending = form or (Path(output).suffix[1:].casefold() if output else "csv")
    try:
        match ending:
            case "xlsx":
                data_dictionary.to_workbook(found, Path(str(output)))
                click.echo(f"wrote     {output}", err=True)
            case "md":
                _hand_over(data_dictionary.as_markdown(found, program.title), output)
            case "json":
                content = {"year": program.year, "entries": [asdict(entry) for entry in found]}
                _hand_over(policies.envelope("dictionary", content), output)
            case "csv":
                _hand_over(data_dictionary.as_csv(found), output)
            case _:
                raise exits.Stop(f"`{output}`: name one of .csv, .md, .json, .xlsx")
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None


def _no_record(record: str, found: Iterable[Any]) -> list[Any]:
    names = ", ".join(dict.fromkeys(entry.record for entry in found))
    raise exits.Stop(f"there is no record `{record}`: there are {names}")


# --- profile -------------------------------------------------------------------------------------


@command.command(name="profile", short_help="Say how filled each column is, and what is odd.")
@click.argument("files", nargs=-1, required=True)
@forms.shown_as("text", "csv", "json")
@_table_options
def profile(files: tuple[str, ...], form: str, **how: Any) -> None:  # noqa: ANN401
    """Say of each column of FILES how filled it is, what is in it, and what is odd."""
    from attrs import asdict

    from mipsdsl.cli import policies
    from mipsdsl.data import profile as p
    from mipsdsl.data.tables import DataError

    try:
        options = _read_options(**how)
        sheets = [sheet for file in files for sheet in p.sheets_in(Path(file), options)]
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    found = [each for sheet in sheets for each in p.profile(sheet)]
    if form == "json":
        click.echo(policies.envelope("profile", {"columns": [asdict(each) for each in found]}))
    elif form == "csv":
        _print_csv([asdict(each) for each in found])
    else:
        for sheet in sheets:
            own = [asdict(each) for each in found if each.file == sheet.file]
            click.echo(f"{sheet.file}: {len(sheet.rows):,} rows")
            _print_table(own)


def _print_csv(rows: list[dict[str, Any]]) -> None:
    import csv

    from mipsdsl.data.neutral import neutral

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows[0] if rows else [])
    writer.writerows([neutral(str(cell)) for cell in row.values()] for row in rows)


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Print the columns of one sheet, those that say something on a line of their own below."""
    names = ("column", "filled", "distinct", "least", "greatest")
    table = [names, *([_short(str(row[name])) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(names))]
    notes = [None, *((row["missing"], row["suspicious"]) for row in rows)]
    for line, note in zip(table, notes, strict=True):
        click.echo(
            "  " + "  ".join(f"{c:<{w}}" for c, w in zip(line, widths, strict=True)).rstrip()
        )
        for word, text in zip(("missing", "look at"), note or (), strict=False):
            if text:
                click.echo(f"      {word}: {text}")


def _short(text: str, most: int = 28) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
