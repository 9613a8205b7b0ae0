"""``mips test``: the examples and claims of a policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from mipsdsl.cli import exits, files, forms, policies
from mipsdsl.core import nodes as c
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source, Span
from mipsdsl.testing import Suite, run_tests
from mipsdsl.testing.coverage import Branch, Part
from mipsdsl.testing.suite import TRIALS, Outcome

if TYPE_CHECKING:
    from mipsdsl.cli.junit import Case
    from mipsdsl.cli.mutation import Changes


@frozen(kw_only=True)
class Asked:
    """What a user wants to be tried, and how it is told."""

    policy: tuple[str, ...]
    coverage: bool
    claims: bool
    trials: int
    match: str
    form: str
    output: str | None
    mutate: bool
    many: int | None
    suggest: bool
    jobs: int | None
    folders: bool


@frozen
class Tried:
    """A policy and the outcome of its tests; of one that does not compile, that alone."""

    policy: str
    suite: Suite
    compiles: bool = True
    changes: Changes | None = None

    @property
    def passed(self) -> bool:
        """Whether every test passed, and as many changes are noticed as are required."""
        return self.suite.passed and (self.changes is None or self.changes.passed)


@click.command(name="test")
@click.argument("policy", metavar="[YEAR|PATH]...", nargs=-1)
@click.option("--coverage/--no-coverage", default=False, help="Say what no test reached.")
@click.option("--claims/--no-claims", default=True, help="Try the claims on random records.")
@click.option(
    "--trials",
    default=TRIALS,
    show_default=True,
    type=click.IntRange(1),
    help="Random worlds a claim.",
)
@click.option("--mutate", is_flag=True, help="Say which changes of the rules no example notices.")
@click.option("--suggest", is_flag=True, help="Write the examples that would notice them.")
@click.option(
    "--mutants", "many", metavar="N", type=click.IntRange(1), help="Try only N changes, by chance."
)
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Processes for changes.")
@click.option("-k", "match", default="", help="Only tests whose name has this in it.")
@forms.shown_as("text", "json", "junit")
@click.option(
    "--folders/--no-folders",
    default=False,
    help="Of a file that is part of a policy, test the whole folder.",
)
@click.option("--output", "-o", metavar="FILE", help="Write the JSON or XML here.")
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Run the examples and claims of policies (of every year, when none is named).

    With --mutate, what the rules say is changed, one thing at a time: conditions, exceptions, cells and
    rows of tables, breaks of scales, selections, roundings, numbers, parameters, national factors; those
    taken over from earlier years too. A change that no example notices is asked of the solver: what it
    proves to say the same is taken out of the share, all else is listed. Not changed are records and
    their lists, `ensure` (an example tells which rows there are) and published values. A real year takes
    minutes; asked again, or after the year before, much less, as what is found of a rule is kept.

    Exit code 1 when one fails, or fewer changes are noticed than a policy requires; 2 when no test
    has the name that -k gives.
    """
    from mipsdsl.pipeline import years

    asked = Asked(**options)
    if asked.output and asked.form == "text":
        raise exits.Stop("--output writes JSON or XML: say --format json or --format junit")
    if (asked.mutate or asked.suggest) and (asked.match or asked.form == "junit"):
        raise exits.Stop("changes are tried on all tests, and told as text or JSON")
    named = dict.fromkeys(map(policies.whole, asked.policy) if asked.folders else asked.policy)
    suites = [_tried(name, asked) for name in named or years()]
    if asked.match and not any(one.suite.outcomes or one.suite.mistakes for one in suites):
        raise exits.Stop(f"no example and no claim has {asked.match!r} in its name")
    if asked.form == "json":
        texts = [policies.envelope("test", _content(one)) for one in suites]
        files.hand_over("".join(f"{text}\n" for text in texts), asked.output)
    elif asked.form == "junit":
        files.hand_over(_junit(suites), asked.output)
    if not all(one.passed for one in suites):
        raise click.exceptions.Exit(exits.FINDINGS)


def _tried(name: str, asked: Asked) -> Tried:
    """Run the tests of one policy; as text, their outcome is shown at once."""
    sources = policies.sources(name)
    analysis = analyse(sources)
    if analysis.program is None:
        if asked.form == "junit":
            outcome = Outcome("the policy compiles", _start(sources), analysis.diagnostics)
            return Tried(name, Suite([outcome]), compiles=False)
        policies.show(analysis.diagnostics)
        raise exits.Stop(f"{name} does not compile", exits.FINDINGS)
    suite = run_tests(analysis, trials=asked.trials, claims=asked.claims)
    if analysis.symbols.pins:
        from mipsdsl.diff.pins import judge

        suite.outcomes += [Outcome(x.name, x.span, x.findings) for x in judge(analysis)]
    suite.outcomes = [x for x in suite.outcomes if asked.match.lower() in x.name.lower()]
    silent = asked.form != "text"
    if not silent:
        policies.show([*suite.mistakes, *(d for x in suite.outcomes for d in x.findings)])
        _summary(name, suite, err=asked.suggest)
        if asked.coverage:
            _coverage(suite)
    changes = None
    if asked.mutate or asked.suggest:
        from mipsdsl.cli import mutation

        changes = mutation.tried(
            name, analysis, suite, many=asked.many, suggest=asked.suggest, jobs=asked.jobs
        )
        if not silent:
            mutation.show(changes, suggest=asked.suggest)
    return Tried(name, suite, changes=changes)


def _start(sources: Sequence[Source]) -> Span:
    return Span(sources[0], 0, 0)


def _junit(suites: Sequence[Tried]) -> str:
    from mipsdsl.cli.junit import junit

    return junit([(f"mips test {one.policy}", list(_cases(one))) for one in suites])


def _cases(tried: Tried) -> Iterator[Case]:
    """Yield a case for each example and claim, and for mistakes that belong to none of them."""
    from mipsdsl.cli.junit import Case

    outcomes = list(tried.suite.outcomes)
    if mistakes := tried.suite.mistakes:
        outcomes.append(Outcome("what is usual", mistakes[0].labels[0].span, mistakes))
    for each in outcomes:
        source = each.span.source
        place = policies.place(tried.policy, source)
        error = not tried.compiles or each.findings == tried.suite.mistakes != ()
        yield Case(
            source.name, each.name, place, each.span.line, each.findings, error, each.citations
        )


def _content(tried: Tried) -> dict[str, object]:
    suite = tried.suite
    tests = [
        {
            "name": x.name,
            "file": x.span.source.name,
            "line": x.span.line,
            "passed": x.passed,
            "citations": list(x.citations),
            "findings": policies.as_json(x.findings),
        }
        for x in suite.outcomes
    ]
    found: dict[str, object] = {
        "policy": tried.policy,
        "mistakes": policies.as_json(suite.mistakes),
        "tests": tests,
    }
    if tried.changes is not None:
        from mipsdsl.cli import mutation

        found["changes"] = mutation.content(tried.changes)
    return found


def _summary(name: str, suite: Suite, *, err: bool = False) -> None:
    failed = sum(not x.passed for x in suite.outcomes)
    passed = len(suite.outcomes) - failed
    click.echo(f"{name}: {passed} passed, {failed} failed", err=err)


def _coverage(suite: Suite) -> None:
    found = suite.coverage
    missed = found.missed_items()
    counts = [("rules", (len(found.all_items) - len(missed), len(found.all_items)))]
    counts += [(part.value, found.counted(part)) for part in Part]
    click.echo("reached: " + ", ".join(_share(name, *count) for name, count in counts))
    for item in missed:
        if " " not in item.name:
            owner = f"{item.record}.{item.name}" if item.record else item.name
            click.echo(f"  no test computes {owner} ({item.place.file}:{item.place.line})")
    for (owner, part), places in _by_item(found.missed()).items():
        named = ", ".join(f"{place.file}:{place.line}" for place in places)
        click.echo(f"  no test reaches these {_WORDS[part]} of {owner}: {named}")


def _share(name: str, reached: int, all_: int) -> str:
    """Return how much was reached; 100% is all of it."""
    percent = f" ({100 * reached // all_}%)" if all_ else ""
    return f"{name} {reached} of {all_}{percent}"


_WORDS = {
    Part.ROW: "rows", Part.EXCEPTION: "exceptions", Part.BREAK: "parts", Part.BRANCH: "branches",
}  # fmt: skip


def _by_item(branches: list[Branch]) -> dict[tuple[str, Part], list[c.Place]]:
    found: dict[tuple[str, Part], list[c.Place]] = {}
    for branch in branches:
        owner = ".".join(part for part in branch.item if part).removesuffix(" row")
        places = found.setdefault((owner, branch.part), [])
        if branch.place not in places:
            places.append(branch.place)
    return found
