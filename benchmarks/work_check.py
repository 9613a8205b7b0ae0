"""Run ``work.mips`` on invented clinicians, and compare every output with an independent one.

    python -m benchmarks.work_check [-n 2000] [--seed 7] [--engine python] [--reference DIR]

The other side is ``exact.py``: fractions, written from the description of the work alone. Outputs
have to be within 1e-6, and what the work rounds (measure points, final score, factors, payment) has
to be the same to the last digit. With ``--reference`` the arrays of a folder that has the work's own
``generate.py`` and ``reference.py`` are taken: the clinicians are that generator's, and its doubles are
compared as well (they are known to miss a few deciles and ties, which are counted, not forgiven).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from attrs import field, frozen

from benchmarks import exact
from benchmarks.clinicians import SEED, Benchmark, Clinician, benchmarks, clinicians
from benchmarks.work_policy import ENGINES, FACTORS, score_all, tables_of

TOLERANCE = Fraction(1, 10**6)
OUTPUTS = (*exact.RECORD_OUTPUTS, *exact.PAYMENT_OUTPUTS)
ROUNDED = frozenset({"final_score", *exact.PAYMENT_OUTPUTS})


@frozen
class Comparison:
    """How far two sides are apart.

    ``worst``: the largest difference of each output; ``misses``: the clinicians for whom an output
    is further off than it may be, with the output.
    """

    worst: Mapping[str, Fraction]
    misses: tuple[tuple[int, str], ...] = field(repr=False)

    @property
    def agrees(self) -> bool:
        """Return whether every output of every clinician is near enough."""
        return not self.misses


def compare(
    ours: Sequence[Mapping[str, exact.Value]],
    theirs: Sequence[Mapping[str, exact.Value]],
    outputs: Sequence[str],
    strict: frozenset[str] = ROUNDED,
) -> Comparison:
    """Return how far ``ours`` are from ``theirs``; those of ``strict`` may not differ at all."""
    worst = dict.fromkeys(outputs, Fraction(0))
    misses = []
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        for name in outputs:
            one, two = mine[name], other[name]
            if one is None or two is None:
                if one is not two:
                    misses.append((number, name))
                continue
            apart = abs(one - two)
            worst[name] = max(worst[name], apart)
            if apart >= TOLERANCE or (name in strict and apart):
                misses.append((number, name))
    return Comparison(worst, tuple(misses))


def check(
    people: Sequence[Clinician], table: Sequence[Benchmark], engine: str
) -> tuple[Comparison, Comparison]:
    """Return how far ``engine`` is from the fractions: in outputs, and in the two factors."""
    ours, factors = score_all(engine, tables_of(people, table), OUTPUTS)
    scores = [exact.score(each, table) for each in people]
    payments = exact.pay(people, scores)
    theirs = [{**s, **p} for s, p in zip(scores, payments.rows, strict=True)]
    wanted = {name: getattr(payments, name) for name in FACTORS}
    return compare(ours, theirs, OUTPUTS), compare([factors], [wanted], FACTORS)


def main() -> int:
    """Compare, and say how it went; the exit code is 1 when something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", "--number", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="python")
    parser.add_argument("--reference", type=Path, metavar="DIR")
    asked = parser.parse_args()
    began = time.perf_counter()
    if asked.reference:
        from benchmarks.work_reference import clinicians_of, load, scores_of

        arrays = load(asked.reference, asked.number)
        people, table = clinicians_of(arrays), arrays.table
    else:
        table = benchmarks(asked.seed)
        people = list(clinicians(asked.number, table, asked.seed))
    outputs, factors = check(people, table, asked.engine)
    _report(f"{asked.engine} and fractions", outputs, factors)
    print(f"{len(people):,} clinicians, {time.perf_counter() - began:.1f} s")
    if asked.reference:
        ours, computed = score_all(asked.engine, tables_of(people, table), OUTPUTS)
        doubles, wanted = scores_of(arrays)
        against = compare(ours, doubles, OUTPUTS, frozenset())
        _report(
            f"{asked.engine} and the doubles of the reference",
            against,
            compare([computed], [wanted], FACTORS),
        )
    return 0 if outputs.agrees and factors.agrees else 1


def _report(title: str, outputs: Comparison, factors: Comparison) -> None:
    print(title)
    for name, apart in [*outputs.worst.items(), *factors.worst.items()]:
        print(f"  {name:<26} largest difference {float(apart):.2g}")
    found = Counter(name for _, name in outputs.misses)
    for name, number in found.items():
        first = next(each for each, miss in outputs.misses if miss == name)
        print(f"  {name} differs for {number} clinicians, the first is number {first}")
    if outputs.agrees and factors.agrees:
        print("  all within the tolerance, and what is rounded the same")


if __name__ == "__main__":
    sys.exit(main())
