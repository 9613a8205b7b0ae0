"""``mips new``: a file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, policies
from mipsdsl.library import years

if TYPE_CHECKING:
    from mipsdsl.pipeline import Analysis

_POLICY = """\
rules for performance year {year} paying {paying}
amends {base}
title "{title}"

# Say what is different, one line for each thing. `was` is what {base} says: were it something else,
# this file would not compile. `mips show {base}` lists what there is.
# set {name} = {value} was {value}
#     because "why" [where it is written]
"""
_TEST = """\
rules for performance year {year} paying {paying}
amends {base}
title "{title}"

# Whatever is not said of somebody is as `usual` says; `mips show {base}` lists what there is.
example "the usual case"
    expect {name} {value}
"""


@click.group(name="new")
def command() -> None:
    """Start a policy or a file of tests; a file that is there is never touched."""


@command.command(name="policy", short_help="Start a what-if: a policy that amends a year.")
@click.argument("name", metavar="NAME")
@click.option("--amends", metavar="YEAR", help="The year it changes.  [default: the newest]")
def policy(name: str, amends: str | None) -> None:
    """Start a what-if: a policy that is a year but for what it says."""
    base = amends or years()[-1]
    analysis = _analysed(base)
    symbols = analysis.symbols.parameters
    first = next(iter(sorted(symbols.values(), key=lambda each: each.span.start)), None)
    if first is None:
        raise exits.Stop(f"{base} has no parameter to change")
    old = " ".join(first.value.span.text.split())
    path = _write(name, _filled(_POLICY, name, base, analysis, first.name.text, old))
    click.echo(f"next: edit it; mips check {path}; mips diff {base} {path}", err=True)


@command.command(name="test", short_help="Start a file of examples for a year.")
@click.argument("name", metavar="NAME")
@click.option("--amends", metavar="YEAR", help="The year it tries.  [default: the newest]")
def test(name: str, amends: str | None) -> None:
    """Start a file of examples: what the rules of a year say of people you describe."""
    from mipsdsl.testing.usual import usual_outcome

    base = amends or years()[-1]
    analysis = _analysed(base)
    outcome = usual_outcome(analysis)
    if outcome is None:
        raise exits.Stop(f"{base} says nothing that is usual, so there is nothing to begin with")
    path = _write(name, _filled(_TEST, name, base, analysis, *outcome))
    click.echo(f"next: edit it; mips test {path}", err=True)


def _analysed(base: str) -> Analysis:
    if base not in years():
        raise exits.Stop(f"--amends {base}: the years are {', '.join(years())}")
    analysis = policies.analysed(base)
    if analysis.program is None:
        policies.show(analysis.diagnostics)
        raise exits.Stop(f"{base} does not compile", exits.FINDINGS)
    return analysis


def _filled(
    template: str, name: str, base: str, analysis: Analysis, example: str, value: str
) -> str:
    title = Path(name).stem.replace("_", " ").replace("-", " ").replace('"', "'")
    symbols = analysis.symbols
    return template.format(
        year=symbols.year,
        paying=symbols.paying,
        base=base,
        title=title if title.isprintable() else "a policy",
        name=example,
        value=value,
    )


def _write(name: str, text: str) -> Path:
    """Write a file that was not there, and say so."""
    path = Path(name) if name.endswith(".mips") else Path(f"{name}.mips")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise exits.Stop(f"{path} is there already, and stays as it is") from None
    except OSError as mistake:
        raise exits.Stop(f"{path} cannot be written: {mistake.strerror}") from None
    click.echo(str(path))
    return path
