"""Random clinicians against proofs: nobody may have another outcome where all have the same.

    python -m benchmarks.attack [--clinicians 100000] [--seed 1] [2018 2019]

For each pair of neighbouring years, and the first and the last: what ``mips diff`` proves (outputs, and
all rules on the way to them), its witnesses replayed by both engines of one clinician, then so many
clinicians under both years. Each is one of those that ``mips diff`` tried or bred, with rows of another
and some of its values changed by chance. So that nobody takes clinicians who are all alike for an
attack, the outputs that differ are counted too, as often as the same clinicians differ in them. Ends
with 1 when somebody contradicts a proof, or a witness is another than it was shown.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from time import process_time

from attrs import define, field

from benchmarks import report
from benchmarks.timing import machine
from mipsdsl.diagnostics import Report
from mipsdsl.diff import diff, policy_of, route
from mipsdsl.diff.laws import laws_of, year_of
from mipsdsl.diff.policy import Policy
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Key, Stored
from mipsdsl.impact.candidates import Mixer
from mipsdsl.impact.law import OneLaw, People
from mipsdsl.impact.prove import Limits, Prover
from mipsdsl.impact.trial import Sighting, Trial, trial
from mipsdsl.impact.witness import Case, cases
from mipsdsl.library import read_sources, years
from mipsdsl.pipeline import consolidate
from mipsdsl.source import Source

BLOCK = 2_000
LITTER = 200
"""So many clinicians have the same parents and catalogues: they are tried at once."""

COLUMNS = (
    "years", "outputs", "same", "same unless", "differ", "unknown", "rules proved the same",
    "witnesses", "of these replayed", "clinicians", "contradictions",
    "outputs that they differ in", "seconds to prove", "to attack",
)  # fmt: skip


@define(eq=False)
class Attack:
    """Clinicians tried: who contradicts a proof, and what they were seen to differ in."""

    tried: int = 0
    contradicting: dict[Target, Sighting] = field(factory=dict)
    differing: Counter[Target] = field(factory=Counter)


def people(stock: Sequence[People], tried: Trial, seed: int, number: int) -> Iterator[People]:
    """Give so many random clinicians made of ``stock``."""
    chance, mixer = Random(seed), Mixer.of(tried.candidates.program, seed)
    while number > 0:
        yield from mixer.litter(chance.choice(stock), chance.choice(stock), min(LITTER, number))
        number -= LITTER


def attack(
    tried: Trial, stock: Sequence[People], alike: Sequence[Target], others: Collection[Target],
    seed: int, number: int,
) -> Attack:  # fmt: skip
    """Try so many clinicians on ``alike``, which all are said to be the same in, and ``others``."""
    found = Attack()
    for start in range(0, number, BLOCK):
        again = Trial(
            tried.difference, tried.laws, tried.sides, tried.both, tried.candidates,
            (*alike, *others), (), tried.together,
        )  # fmt: skip
        again.look(people(stock, tried, seed + start, min(BLOCK, number - start)))
        found.tried += again.tried
        for target, seen in again.seen.items():
            if target in others:
                found.differing[target] += len(seen)
            else:
                found.contradicting.setdefault(target, seen[0])
    return found


def replays(tried: Trial, case: Case) -> bool:
    """Return whether interpreter and generated Python give what is shown of a witness."""
    for figure in case.witness.figures:
        record, _, name = figure.name.rpartition(".")
        # What has the name of a record with it is of the one row that there is of that.
        target, key = ((record, name), None) if record else ((case.target[0], name), case.key)
        for law, value in zip(tried.both, (figure.before, figure.after), strict=True):
            if {value} != set(_twice(law, case.people, target, key)):
                return False
    return case.values[0] != case.values[1]


def _twice(law: OneLaw, people: People, target: Target, key: Key | None) -> Iterator[Stored]:
    """Give what the interpreter and the generated Python say of a clinician."""
    engine, store = law.interpreter(people), law.run(people, [target])
    for at, row in enumerate(store.rows[target[0]]):
        if key is None or store.key(row) == key:
            yield store.column(*target)[at]
    for row in engine.store.rows[target[0]]:
        if key is None or engine.store.key(row) == key:
            yield engine.value(row, target[1])


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


def attacked(pair: tuple[str, str], number: int, seed: int, limits: Limits) -> tuple[str, bool]:
    """Return the line of the table for two years, and whether all is well."""
    started = process_time()
    tried = compared(*map(read_sources, pair))
    prover = Prover.of(tried, limits)
    outputs = prover.all().outputs
    shown = cases(tried)
    wrong = [case for case in shown if not replays(tried, case)]
    between = process_time()
    alike = said_alike(prover)
    differing = {(x.record, x.name) for x in outputs} & set(tried.seen) & set(prover.pairs.open)
    found = attack(tried, prover.stock, alike, differing, seed, number)
    for target, one in found.contradicting.items():
        print(f"  {'.'.join(target)}: {one.before} → {one.after} for {one.key}: {one.people.rows}")
    for case in wrong:
        print(f"  witness {case.witness.number} of {'.'.join(case.target)} does not replay")
    said = Counter(x.sameness.value for x in outputs)
    cells = [
        " → ".join(pair), len(outputs),
        *(said[each] for each in ("same", "same unless", "differs", "unknown")),
        len(alike), len(shown), len(shown) - len(wrong),
        f"{found.tried:,}", len(found.contradicting), f"{len(found.differing)} of {len(differing)}",
        f"{between - started:.0f}", f"{process_time() - between:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |", not (found.contradicting or wrong)


HEAD = """## Random clinicians against what is proved of two years

{}: `mips diff A B`, its witnesses replayed by the interpreter and by generated Python, and random
clinicians under both years. *Differ* counts outputs that only one of the years has; *outputs that they
differ in*: of those that both have and that differ, in how many the random clinicians do. Seconds of a
processor."""


def main() -> int:
    """Attack the proofs of the years that are named, or of all pairs; record the table after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("years", nargs="*")
    parser.add_argument("--clinicians", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=Limits().budget)
    parser.add_argument("--output", type=Path, default=report.RESULTS)
    asked = parser.parse_args()
    pairs = [(asked.years[0], asked.years[1])] if asked.years else _pairs()
    command = f"`python -m benchmarks.attack {' '.join(asked.years)}".strip() + "`"
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    all_well = True
    for pair in pairs:
        line, is_well = attacked(pair, asked.clinicians, asked.seed, Limits(budget=asked.budget))
        print(line, flush=True)
        lines.append(line)
        all_well = all_well and is_well
        said = f"{command} ({machine(['z3-solver'])}; load {os.getloadavg()[0]:.0f})"
        report.record("attack", "\n\n".join([HEAD.format(said), "\n".join(lines)]), asked.output)
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
