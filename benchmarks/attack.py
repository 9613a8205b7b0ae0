"""Random clinicians against proofs: nobody may have another outcome where all have the same.

    python -m benchmarks.attack [--clinicians 100000] [--seed 1] [2018 2019]

For each pair of neighbouring years, and the first and the last: what ``mips diff`` proves (outputs, and
all rules on the way to them), then so many clinicians under both years. Each is one of the examples of
either year, with rows of another and some of its values changed by chance. Ends with 1 at the first
that contradicts a proof.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from time import process_time

from mipsdsl.diagnostics import Report
from mipsdsl.diff import diff, policy_of, route
from mipsdsl.diff.laws import laws_of, year_of
from mipsdsl.diff.policy import Policy
from mipsdsl.engines.schema import Target
from mipsdsl.impact.candidates import mixed
from mipsdsl.impact.prove import Limits, Prover
from mipsdsl.impact.trial import Sighting, Trial, trial
from mipsdsl.library import read_sources, years
from mipsdsl.pipeline import consolidate
from mipsdsl.source import Source

BLOCK = 2_000


def contradictions(
    tried: Trial, alike: Sequence[Target], seed: int, number: int
) -> Iterator[tuple[Target, Sighting]]:
    """Give who has another outcome in one of ``alike``, which all are said to have the same in."""
    for start in range(0, number, BLOCK):
        some = mixed(tried.candidates, tried.examples, seed + start, min(BLOCK, number - start))
        again = Trial(
            tried.difference, tried.laws, tried.sides, tried.both, tried.candidates, tuple(alike), (),
            tried.together,
        )  # fmt: skip
        again.look(some)
        for target, seen in again.seen.items():
            yield target, seen[0]


def said_alike(prover: Prover) -> list[Target]:
    """Return the items of both policies that are proved to be the same, however long lists are."""
    return [
        target
        for target in prover.trial.items
        if target not in prover.pairs.open and not prover.bounds_of(target)
    ]


def compared(old: Sequence[Source], new: Sequence[Source]) -> Trial:
    """Return two policies with those who are tried under both."""
    sides = tuple(old), tuple(new)
    way = route(*sides)
    policies = _policy(old), _policy(new)
    difference = diff(*policies, way.renamings, way.amendments, way.identifiers)
    return trial(difference, laws_of(difference, year_of(difference.new)), sides)


def _policy(sources: Sequence[Source]) -> Policy:
    return policy_of(consolidate(sources, Report()))


def _pairs() -> list[tuple[str, str]]:
    all_ = years()[1:]
    return [*pairwise(all_), (all_[0], all_[-1])]


def main() -> int:
    """Attack the proofs of the years that are named, or of all pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("years", nargs="*")
    parser.add_argument("--clinicians", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=Limits().budget)
    asked = parser.parse_args()
    pairs = [(asked.years[0], asked.years[1])] if asked.years else _pairs()
    broken = 0
    for old, new in pairs:
        started = process_time()
        tried = compared(read_sources(old), read_sources(new))
        prover = Prover.of(tried, Limits(budget=asked.budget))
        outputs = prover.all().outputs
        seconds = process_time() - started
        said = ", ".join(f"{n} {x}" for x, n in Counter(x.sameness.value for x in outputs).items())
        alike = said_alike(prover)
        print(f"{old} → {new}: {said}; {len(alike)} rules the same, {seconds:.0f} s", flush=True)
        for target, one in contradictions(tried, alike, asked.seed, asked.clinicians):
            broken += 1
            print(
                f"  {'.'.join(target)}: {one.before} → {one.after} for {one.key}: {one.people.rows}"
            )
        print(f"  {asked.clinicians:,} clinicians, {broken} contradict", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
