"""``mips test --mutate``: which changes of the rules the examples notice."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction

import click
from attrs import frozen

from mipsdsl.cli import exits, progress
from mipsdsl.pipeline import Analysis
from mipsdsl.testing import Suite
from mipsdsl.testing.mutation.equivalence import Equivalence
from mipsdsl.testing.mutation.mutants import Mutant
from mipsdsl.testing.mutation.run import Verdict, try_mutants


@frozen
class Changes:
    """What came of the changes of a policy, and the share that it requires to be noticed."""

    policy: str
    verdict: Verdict
    required: Fraction | None

    @property
    def passed(self) -> bool:
        """Whether as many are noticed as the policy requires, if it does."""
        return self.required is None or self.verdict.share >= self.required


def tried(
    policy: str,
    analysis: Analysis,
    suite: Suite,
    *,
    many: int | None,
    suggest: bool,
    jobs: int | None,
) -> Changes:
    """Try the changes of a policy; a test that fails as it is ends the command."""
    if not suite.passed:
        raise exits.Stop(f"{policy}: changes are tried when all tests pass", exits.FINDINGS)
    with progress.stages() as told:
        verdict = try_mutants(
            analysis, suite, many=many, write=suggest, jobs=jobs or os.cpu_count() or 1, told=told
        )
    least = [Fraction(x.least.text.replace(",", "")) / 100 for x in analysis.symbols.required]
    return Changes(policy, verdict, max(least, default=None))


def show(found: Changes, *, suggest: bool) -> None:
    """Show what is noticed; with ``suggest``, only the examples go to standard output."""
    verdict = found.verdict
    counts = [
        f"{verdict.tried:,} changes of the rules",
        f"{verdict.noticed:,} noticed",
        f"{len(verdict.unnoticed):,} not noticed",
        f"{len(verdict.proved):,} proved to say the same",
        f"{len(verdict.bounded):,} proved with lists up to a bound",
        f"{len(verdict.open):,} not decided",
    ]
    click.echo(f"{found.policy}: {', '.join(counts)}", err=suggest)
    click.echo(
        f"{_percent(verdict.share)} of those not proved to say the same are noticed", err=suggest
    )
    if not Equivalence.is_there():
        click.echo("nothing is proved without Z3: pip install 'mipsdsl[verify]'", err=True)
    if suggest:
        for file, text in verdict.texts.items():
            click.echo(f"# suggested, to be reviewed, for {file}\n\n{text}")
        _list("no example could be written that notices", verdict.left, err=True)
    else:
        _list("no example notices", verdict.unnoticed)
    for head, alike in _by_proof(verdict):
        _list(head, alike, err=suggest)
    if not found.passed and found.required is not None:
        click.echo(
            f"{found.policy} requires {_percent(found.required)} to be noticed; "
            "`mips test --suggest` writes examples for the rest",
            err=True,
        )


def _by_proof(verdict: Verdict) -> Iterator[tuple[str, Sequence[Mutant]]]:
    """Give the changes that nothing tells from the rules, by what is known of them."""
    yield "nothing tells these from the rules; perhaps they say the same", verdict.open
    yield (
        "proved to say the same as the rules, with lists up to a bound",
        [x for x in verdict.alike if x.number in verdict.bounded],
    )
    yield (
        "proved to say the same as the rules",
        [x for x in verdict.alike if x.number in verdict.proved],
    )


def _list(head: str, mutants: Sequence[Mutant], *, err: bool = False) -> None:
    if mutants:
        click.echo(f"{head} ({len(mutants):,}):", err=err)
    for mutant in mutants:
        click.echo(f"  {mutant.place.file}:{mutant.place.line}  {mutant}", err=err)


def _percent(share: Fraction) -> str:
    """Return a share so that it is never rounded up to what it is not.

    >>> _percent(Fraction(9999, 10000))
    '99.9%'
    """
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def content(found: Changes) -> dict[str, object]:
    """Return what is noticed as data."""
    verdict = found.verdict
    return {
        "tried": verdict.tried,
        "noticed": verdict.noticed,
        "required": None if found.required is None else float(found.required),
        "passed": found.passed,
        "unnoticed": [_data(mutant) for mutant in verdict.unnoticed],
        "alike": [{**_data(x), "known": _known(verdict, x)} for x in verdict.alike],
        "suggested": [{"file": file, "text": text} for file, text in verdict.texts.items()],
    }


def _known(verdict: Verdict, mutant: Mutant) -> str:
    if mutant.number in verdict.proved:
        return "proved"
    return "proved up to a bound" if mutant.number in verdict.bounded else "not decided"


def _data(mutant: Mutant) -> dict[str, object]:
    place = mutant.place
    return {"of": mutant.owner, "change": mutant.words, "file": place.file, "line": place.line}
