"""``mips test``: the examples and claims of a policy."""

from __future__ import annotations

from collections import Counter

import click

from mipsdsl.cli import exits, policies
from mipsdsl.testing import Suite, run_tests
from mipsdsl.testing.coverage import Branch
from mipsdsl.testing.suite import TRIALS


@click.command(name="test")
@click.argument("policy", metavar="[YEAR|PATH]", nargs=-1)
@click.option("--coverage/--no-coverage", default=False, help="Say what no test reached.")
@click.option("--claims/--no-claims", default=True, help="Try the claims on random records.")
@click.option(
    "--trials",
    default=TRIALS,
    show_default=True,
    type=click.IntRange(1),
    help="Random worlds a claim.",
)
@click.option("-k", "match", default="", help="Only tests whose name has this in it.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def command(
    policy: tuple[str, ...], coverage: bool, claims: bool, trials: int, match: str, form: str
) -> None:
    """Run the examples and claims of policies (of every year, when none is named).

    Exit code 1 when one fails.
    """
    from mipsdsl.pipeline import years

    failed = False
    for name in policy or years():
        analysis = policies.analysed(name)
        if analysis.program is None:
            policies.show(analysis.diagnostics)
            raise exits.Stop(f"{name} does not compile", exits.FINDINGS)
        suite = run_tests(analysis, trials=trials, claims=claims)
        suite.outcomes = [x for x in suite.outcomes if match.lower() in x.name.lower()]
        failed = failed or not suite.passed
        if form == "json":
            click.echo(policies.envelope("test", _content(name, suite)))
            continue
        policies.show([*suite.mistakes, *(d for x in suite.outcomes for d in x.findings)])
        _summary(name, suite)
        if coverage:
            _coverage(suite)
    if failed:
        raise click.exceptions.Exit(exits.FINDINGS)


def _content(name: str, suite: Suite) -> dict[str, object]:
    tests = [
        {
            "name": x.name,
            "file": x.span.source.name,
            "line": x.span.line,
            "passed": x.passed,
            "findings": policies.as_json(x.findings),
        }
        for x in suite.outcomes
    ]
    return {"policy": name, "mistakes": policies.as_json(suite.mistakes), "tests": tests}


def _summary(name: str, suite: Suite) -> None:
    failed = sum(not x.passed for x in suite.outcomes)
    passed = len(suite.outcomes) - failed
    click.echo(f"{name}: {passed} passed, {failed} failed")


def _coverage(suite: Suite) -> None:
    found = suite.coverage
    missed = [x for x in found.missed_items() if " " not in x.name]
    computed = len(found.all_items) - len(found.missed_items())
    branches = found.missed()
    taken = len(found.branches) - len([b for b in found.branches if b not in found.taken])
    click.echo(f"rules reached: {computed} of {len(found.all_items)}")
    click.echo(f"cases reached (rows, exceptions, branches): {taken} of {len(found.branches)}")
    for item in missed:
        owner = f"{item.record}.{item.name}" if item.record else item.name
        click.echo(f"  no test computes {owner} ({item.place.file}:{item.place.line})")
    for item_key, lines in _by_item(branches).items():
        owner = ".".join(part for part in item_key if part).removesuffix(" row")
        places = ", ".join(f"line {line}" for line in sorted(lines))
        click.echo(f"  no test reaches these cases of {owner}: {places}")


def _by_item(branches: list[Branch]) -> dict[tuple[str, str], Counter[int]]:
    found: dict[tuple[str, str], Counter[int]] = {}
    for branch in branches:
        found.setdefault(branch.item, Counter())[branch.line] += 1
    return found
