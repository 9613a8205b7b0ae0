"""``mips verify``: every claim, table, exception and rule of a policy: proved, refuted, or unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from mipsdsl.cli import exits, files, forms, policies

if TYPE_CHECKING:
    from mipsdsl.cli.junit import Case
    from mipsdsl.core.nodes import Program
    from mipsdsl.verify.report import Result

_WIDTH = 22


@frozen(kw_only=True)
class Asked:
    """What a user wants to be verified, and how it is told."""

    policy: tuple[str, ...]
    time_limit: float
    budget: float
    rows: int
    jobs: int
    match: str
    everything: bool
    form: str
    output: str | None


@frozen
class Verified:
    """A policy and what is known of it; ``cited``: what each of its claims cites, by its text."""

    policy: str
    results: Sequence[Result]
    cited: Mapping[str, tuple[str, ...]]

    def citations(self, each: Result) -> tuple[str, ...]:
        """Return what a result cites: that of a claim what the claim cites."""
        return self.cited.get(each.name, ()) if each.kind.value == "claim" else ()


@click.command(name="verify")
@click.argument("policy", metavar="[YEAR|PATH]...", nargs=-1)
@click.option(
    "--time-limit",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1),
    help="Seconds of a processor for one question.",
)
@click.option(
    "--budget",
    default=40.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds of each processor for all questions of one policy.",
)
@click.option(
    "--rows",
    default=3,
    show_default=True,
    type=click.IntRange(1, 12),
    help="The longest that a list is taken to be, where lists have to be looked into.",
)
@click.option("--jobs", default=0, help="Processes; by default one for each processor.")
@click.option("-k", "match", default="", help="Only what has this in its name.")
@click.option(
    "--all", "everything", is_flag=True, help="List also each case that is found to apply."
)
@forms.shown_as("text", "json", "junit")
@click.option("--output", "-o", metavar="FILE", help="Write the JSON or XML here.")
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Prove or refute what a policy claims, of every record that data can hold.

    Claims; tables (exactly one row for everyone); exceptions (those that can both hold agree);
    scales (no gap, no jump but the declared ones); cases that can never apply; parameters that
    change nothing. A refutation shows a person, whom the interpreter has confirmed.

    Exit code 1 when something is refuted, 4 when something could not be decided.
    """
    from mipsdsl.library import years

    if find_spec("z3") is None:
        raise exits.Stop(
            "this needs the solver Z3: pip install 'mipsdsl[verify]'", exits.ENVIRONMENT
        )
    asked = Asked(**options)
    if asked.output and asked.form == "text":
        raise exits.Stop("--output writes JSON or XML: say --format json or --format junit")
    found = [_verified(name, asked) for name in asked.policy or years()]
    if asked.form == "json":
        texts = [policies.envelope("verify", _content(each)) for each in found]
        files.hand_over("".join(f"{text}\n" for text in texts), asked.output)
    elif asked.form == "junit":
        files.hand_over(_junit(found), asked.output)
    every = [one.is_well for each in found for one in each.results]
    if False in every:
        raise click.exceptions.Exit(exits.FINDINGS)
    if None in every:
        raise click.exceptions.Exit(exits.UNDECIDED)


def _verified(name: str, asked: Asked) -> Verified:
    """Verify one policy; as text, what is known is shown at once."""
    from mipsdsl import kept
    from mipsdsl.testing.told import told
    from mipsdsl.verify.run import Limits, verified

    policy, program = policies.compiled(name)
    limits = Limits(asked.time_limit, asked.budget, asked.rows, asked.jobs)
    examples = partial(told, policy.sources)
    results = verified(program, limits, kept.version(), asked.match, examples)
    found = Verified(name, results, {claim.text: claim.citations for claim in program.claims})
    if asked.form == "text":
        _show(program, found, everything=asked.everything)
    return found


def _show(program: Program, found: Verified, *, everything: bool) -> None:
    from mipsdsl.verify.questions import Kind

    results = found.results
    click.echo(f"MIPS {program.year} (paid {program.paying})")
    for kind in Kind:
        of_kind = [each for each in results if each.kind is kind]
        if not of_kind:
            continue
        click.echo(f"\n{_TITLES[kind.value]}: {_counted(of_kind)}")
        for each in of_kind:
            if (
                everything
                or kind is Kind.CLAIM
                or each.is_well is not True
                or each.is_without_effect
            ):
                _line(each, found.citations(each))
    click.echo(f"\n{_summary(results)}")


_TITLES = {
    "claim": "claims",
    "table": "tables have exactly one row for everyone",
    "impossible row": "rows that are said to be impossible are",
    "exceptions": "exceptions that can both hold agree",
    "scale": "scales have no gap, and the declared jumps only",
    "case": "cases can apply",
    "parameter": "parameters change something",
}


def _counted(results: Sequence[Result]) -> str:
    words = [_word(each) for each in results]
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def _word(each: Result) -> str:
    """Return the verdict; of what asks for somebody, whether there is somebody."""
    if each.kind.value not in ("case", "parameter"):
        return each.verdict.value
    if each.is_without_effect:
        return "without effect"
    return {True: "shown", False: "never", None: "not shown"}[each.is_well]


def _line(each: Result, citations: Sequence[str]) -> None:
    place = f" [{each.place.file}:{each.place.line}]" if each.place else ""
    name = each.name if each.name.endswith(")") and "(" in each.name else f"{each.name}{place}"
    cited = "".join(f" [{citation}]" for citation in citations)
    shown = click.style(cited, dim=True) if policies.coloured() else cited
    click.echo(f"  {_styled(_word(each), each.is_well)} {name}{shown}")
    if each.said and (
        each.verdict.value != "proved" or each.is_well is False or each.is_without_effect
    ):
        refuted = each.verdict.value == "refuted" and each.is_well is False
        click.echo(f"  {'':{_WIDTH}} {'not for: ' if refuted else ''}{each.said}")


def _styled(word: str, is_well: bool | None) -> str:
    colour = {True: "green", False: "red", None: "yellow"}[is_well]
    text = f"{word:{_WIDTH}}"
    return click.style(text, fg=colour) if policies.coloured() else text


def _summary(results: Sequence[Result]) -> str:
    good = sum(each.is_well is True for each in results)
    bad = sum(each.is_well is False for each in results)
    rest = len(results) - good - bad
    return f"{len(results)} questions: {good} well, {bad} refuted, {rest} not decided"


def _content(found: Verified) -> dict[str, object]:
    return {
        "policy": found.policy,
        "results": [
            {
                "kind": each.kind.value,
                "name": each.name,
                "verdict": each.verdict.value,
                "well": each.is_well,
                "said": each.said,
                "citations": list(found.citations(each)),
                "file": each.place.file if each.place else None,
                "line": each.place.line if each.place else None,
                "seconds": each.seconds,
            }
            for each in found.results
        ],
    }


def _junit(found: Sequence[Verified]) -> str:
    from mipsdsl.cli.junit import junit

    return junit([(f"mips verify {each.policy}", list(_cases(each))) for each in found])


def _cases(found: Verified) -> Iterator[Case]:
    from mipsdsl.cli.junit import Case
    from mipsdsl.diagnostics.model import Diagnostic, Severity

    for each in found.results:
        findings: tuple[Diagnostic, ...] = ()
        if each.is_well is not True:
            severity = Severity.ERROR if each.is_well is False else Severity.WARNING
            message = f"{each.verdict.value}: {each.name}: {each.said}"
            findings = (Diagnostic("E0606", message, (), severity=severity),)
        file, line = (each.place.file, each.place.line) if each.place else ("", 0)
        cited = found.citations(each)
        yield Case(each.kind.value, each.name, file, line, findings, citations=cited)
