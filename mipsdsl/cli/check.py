"""``mips check``: parse, types, units, totality, gaps, overlaps, cliffs, citations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, files, policies, reports

if TYPE_CHECKING:
    from mipsdsl.diagnostics.model import Diagnostic
    from mipsdsl.diff.doubts import Doubt
    from mipsdsl.pipeline import Analysis
    from mipsdsl.source import Source

_WIDTH = 100
FORMATS = ("text", "json", "sarif", "github", "junit")


@click.command(name="check")
@click.argument("policy", metavar="YEAR|PATH...", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to show findings.",
)
@click.option("--output", "-o", metavar="FILE", help="Write the findings here.")
@click.option(
    "--folders/--no-folders",
    default=False,
    help="Of a file that is part of a policy, check the whole folder.",
)
@click.option(
    "--open",
    "left_open",
    is_flag=True,
    help="List instead where the law is from memory or read by us.",
)
@policies.dated
def command(
    policy: tuple[str, ...], form: str, output: str | None, folders: bool, left_open: bool
) -> None:
    """Check policies: names, units, gaps, overlaps, jumps, citations.

    Exit code 1 when there are errors.
    """
    from mipsdsl import cache

    if left_open:
        _list_doubts(policy, form, output)
        return
    checked = []
    for name in dict.fromkeys(map(policies.whole, policy) if folders else policy):
        sources = policies.sources(name)
        checked.append(reports.Checked(name, sources, cache.findings(sources, _lint)))
    if form == "text":
        _say(checked, output)
    else:
        files.hand_over(_report(checked, form), output)
    if not all(one.found.compiles for one in checked):
        raise click.exceptions.Exit(exits.FINDINGS)


def _say(checked: Sequence[reports.Checked], output: str | None) -> None:
    """Show findings on standard error, or write them to a file; and say which policies are well."""
    from mipsdsl.diagnostics.render import render_all

    if output is not None:
        shown = [render_all(one.findings) for one in checked if one.findings]
        files.hand_over("".join(f"{text}\n" for text in shown), output)
    for one in checked:
        if output is None:
            policies.show(one.findings)
        if one.found.compiles:
            parts = f"{one.found.rules} rules, {one.found.parameters} parameters"
            files_read = _files_of_year(one.sources)
            number = "1 file" if files_read == 1 else f"{files_read} files"
            click.echo(f"{one.policy}: no errors in {number} ({parts})", err=True)


def _list_doubts(names: Sequence[str], form: str, output: str | None) -> None:
    """List the places of which a policy says that they are not verified, or a reading."""
    from mipsdsl.diff.doubts import doubts

    if form not in {"text", "json"}:
        raise exits.Stop(f"--open is listed as text or json, not as {form}")
    found = [(name, doubts(policies.sources(name))) for name in dict.fromkeys(names)]
    if form == "json":
        contents = [
            {
                "policy": name,
                "open": [
                    {
                        "kind": each.kind,
                        "about": each.about,
                        "text": each.text,
                        "file": each.span.source.name,
                        "line": each.span.line,
                    }
                    for each in listed
                ],
            }
            for name, listed in found
        ]
        written = "".join(policies.envelope("open", content) + "\n" for content in contents)
        files.hand_over(written, output)
        return
    files.hand_over("".join(_told(name, listed) for name, listed in found), output)


def _told(name: str, listed: Sequence[Doubt]) -> str:
    lines: list[str] = []
    place = ""
    for each in listed:
        if each.span.source.name != place:
            place = each.span.source.name
            lines.append(click.style(place, bold=True))
        head = f"  {each.span.line:>4}  {each.about or 'the whole file'} ({each.kind}): "
        lines += wrap(head + each.text, _WIDTH, subsequent_indent=" " * 8)
    numbers = Counter(each.kind for each in listed)
    said = {"from memory": "from memory", "our reading": "by our reading"}
    kinds = ", ".join(f"{numbers[kind]} {words}" for kind, words in said.items() if numbers[kind])
    lines.append(f"{name}: {kinds or 'nothing is open'}")
    return "".join(f"{line}\n" for line in lines)


def _files_of_year(sources: Sequence[Source]) -> int:
    """Return how many files the year has, with those that ``sources`` correct."""
    from mipsdsl import cache

    folder = sources[0].name.split("/")[0]
    read = cache.as_read_last(sources)
    return sum(each.name.split("/")[0] == folder for each in read)


def _report(checked: Sequence[reports.Checked], form: str) -> str:
    if form == "json":
        contents = [
            {"policy": one.policy, "findings": policies.as_json(one.findings)} for one in checked
        ]
        return "".join(policies.envelope("check", content) + "\n" for content in contents)
    write = {"sarif": reports.as_sarif, "github": reports.as_github, "junit": reports.as_junit}
    return write[form](checked)


def _lint(analysis: Analysis) -> Sequence[Diagnostic]:
    from mipsdsl.lint.run import lint

    return lint(analysis)
