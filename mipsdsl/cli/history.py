"""``mips history``: one thing through the years."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, forms, policies
from mipsdsl.library import base_of, read_sources, versions, years

if TYPE_CHECKING:
    from mipsdsl.diff.history import Line

_BAR = 40


@click.command(name="history")
@click.argument("name")
@click.option("--years", "wanted", metavar="A..B", help="Only these years: 2018..2021, 2019..")
@click.option(
    "--chart/--no-chart", default=None, help="Draw the quantities; by default on a terminal."
)
@forms.shown_as("text", "json")
def command(name: str, wanted: str | None, chart: bool | None, form: str) -> None:
    """Show what each year says of NAME, a line a year, with citation and reason.

    NAME is a parameter, rule, table or any other thing; a column of a table (weights.cost_weight); or
    a cell ("weights.cost_weight where scheme traditional, quality_scored yes"). It may be the name of
    any of the years; it is followed through its renames.
    """
    from mipsdsl.diff.history import NoSuchName, history, years_of

    named = [(each, read_sources(each)) for year in years() for each in versions(year)]
    first, last = _years(wanted)
    try:
        lines = history(years_of(named), name)
    except NoSuchName as mistake:
        raise exits.Stop(str(mistake)) from None
    alone = _alone()
    if not any(first <= year <= last for year in years()):
        raise exits.Stop(f"--years {wanted}: the years are {years()[0]} to {years()[-1]}")
    shown = [x for x in lines if first <= x.year[:4] <= last and _tells(x, alone)]
    if form == "json":
        click.echo(policies.envelope("history", {"name": name, "years": [_data(x) for x in shown]}))
        return
    _show(shown)
    if chart or (chart is None and sys.stdout.isatty()):
        _chart(shown)


def _alone() -> set[str]:
    """Return the years that neither amend another nor are amended."""
    bases = {year: base_of(read_sources(f"{year}#0")) for year in years()}
    return {year for year, base in bases.items() if not base and year not in bases.values()}


def _tells(line: Line, alone: set[str]) -> bool:
    """Whether a line is worth showing: that of a year is, that of a correction if it changed."""
    if line.status == "absent" and line.year in alone:
        return False
    return "#" not in line.year or line.status in {"value", "changed"}


def _years(wanted: str | None) -> tuple[str, str]:
    known = years()
    if not wanted:
        return known[0], known[-1]
    first, dots, last = wanted.partition("..")
    if not all(part.isdigit() or (dots and not part) for part in (first, last or first)):
        raise exits.Stop(f"--years {wanted} is no range of years; write 2018..2021")
    return first or known[0], last if dots and last else (known[-1] if dots else first)


def _show(lines: list[Line]) -> None:
    width = max((len(line.text) for line in lines), default=0)
    name = ""
    for line in lines:
        if line.name != name and line.status != "absent":
            name = line.name
            click.echo(click.style(name, bold=True))
        cited = " ".join(f"[{citation}]" for citation in line.citations)
        because = " ".join(f"because “{reason}”" for reason in line.because)
        said = " ".join(x for x in (cited, because) if x)
        tail = click.style(said, dim=True) if said else ""
        faint = line.status in {"as before", "absent"}
        room = line.text.ljust(width) if cited or because else line.text
        click.echo(f"{line.year}  {click.style(room, dim=faint)}" + (f"  {tail}" if tail else ""))


def _chart(lines: list[Line]) -> None:
    from mipsdsl.diff.history import bar

    amounts = {line.year: float(line.amount) for line in lines if line.amount}
    highest = max(amounts.values(), default=0.0)
    if highest <= 0:
        return
    wide = max(map(len, amounts))
    click.echo()
    for line in lines:
        if line.year in amounts:
            drawn = bar(amounts[line.year] / highest, _BAR)
            click.echo(f"{line.year:{wide}}  {click.style(drawn, fg='cyan')} {line.amount}")


def _data(line: Line) -> dict[str, object]:
    return {
        "year": line.year,
        "name": line.name,
        "status": line.status,
        "value": line.text,
        "citations": list(line.citations),
        "because": list(line.because),
    }
