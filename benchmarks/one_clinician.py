"""Score one clinician, warm: our generated Python against zen-engine, and against Python by hand.

    python -m benchmarks.one_clinician [-n 1000] [--rounds 5]

All are given the same dictionary (zen's has the benchmark of each measure joined to it) and return
a dictionary of the twelve outputs of the record phase; programs are compiled before. Calls are
interleaved, clinician by clinician; a ratio is the median of the ratios of such pairs. First all are
verified on the very clinicians that are timed, against fractions; those that an engine has wrong are
counted and left out.

A last line has the public call, ``mipsdsl.load(…).run(…)``, on one clinician: it reads records as it
reads files, and is made for many.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mipsdsl
from benchmarks import by_hand, exact, zen_policy
from benchmarks.clinicians import REASONS, Benchmark, Clinician, benchmarks, clinicians
from benchmarks.timing import Race, machine, race
from benchmarks.warm import Scorer
from benchmarks.work_policy import WORK, program, tables_of

OURS, ZEN, HAND, PUBLIC = "mipsdsl", "zen-engine", "Python by hand", "Policy.run"
OUTPUTS = exact.RECORD_OUTPUTS
_NEAR = 1e-6

Score = Callable[[Clinician], Mapping[str, Any]]


def contestants(table: Sequence[Benchmark]) -> dict[str, Score]:
    """Return the functions that score one record."""
    reference = {"benchmark": tables_of([], table)["benchmark"]}
    return {
        OURS: Scorer(program(), "clinician", OUTPUTS, reference),
        ZEN: zen_policy.scorer(),
        HAND: lambda record: by_hand.score(record, table),
    }


def is_right(found: Mapping[str, Any], wanted: Mapping[str, exact.Value]) -> bool:
    """Return whether every output is as near to the fractions as the work asks.

    zen leaves out of its result what is null.
    """
    return all(_is_near(found.get(name), value) for name, value in wanted.items())


def _is_near(found: Any, wanted: exact.Value) -> bool:
    if found is None or wanted is None:
        return found is wanted
    number = REASONS.index(found) if isinstance(found, str) else found
    return abs(Fraction(number) - wanted) < _NEAR


def main() -> None:
    """Verify, time and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", "--number", type=int, default=1_000, help="clinicians")
    parser.add_argument("--rounds", type=int, default=5, help="times each is scored")
    parser.add_argument("--few", type=int, default=20, help="clinicians for the public call")
    asked = parser.parse_args()
    table = benchmarks()
    people = list(clinicians(asked.number, table))
    scorers = contestants(table)
    given = {OURS: people, ZEN: zen_policy.records(people, table), HAND: people}
    wanted = [exact.score(each, table) for each in people]
    wrong = {
        name: [i for i, record in enumerate(given[name]) if not is_right(score(record), wanted[i])]
        for name, score in scorers.items()
    }
    left_out = set().union(*wrong.values())
    timed = [i for i in range(len(people)) if i not in left_out]
    sides = {name: _side(score, [given[name][i] for i in timed]) for name, score in scorers.items()}
    found = race(sides, len(timed) * asked.rounds, warm=len(timed))
    print(machine(["zen-engine"]))
    print(f"{len(timed):,} clinicians, {asked.rounds} rounds of interleaved calls")
    _show(found, wrong)
    run, few = _public(table), timed[: asked.few]
    alone = race({PUBLIC: _side(run, [people[i] for i in few])}, len(few), warm=2)
    print(f"{PUBLIC} on one clinician: {alone.median(PUBLIC) / 1_000:.0f} ms ({len(few)} calls)")


def _public(table: Sequence[Benchmark]) -> Score:
    """Return the public call, given what files of one clinician would hold."""
    policy = mipsdsl.load(str(WORK))
    starts = [
        {"benchmark_id": each.number, "usable": each.usable, "cuts": each.cuts} for each in table
    ]
    names = [f"clinician.{name}" for name in OUTPUTS]

    def score(person: Clinician) -> Mapping[str, Any]:
        fields = {name: value for name, value in person.items() if name != "measures"}
        measures = person["measures"]
        data = {"clinician": [fields], "measure": measures, "benchmark": starts}
        return policy.run(data, outputs=names, percent_in="fraction").rows()[0]

    return score


def _side(score: Score, records: Sequence[Clinician]) -> Callable[[int], object]:
    number = len(records)
    return lambda repetition: score(records[repetition % number])


def _show(found: Race, wrong: Mapping[str, Sequence[int]]) -> None:
    print(f"{'':<16}{'median':>10}{'p99':>10}{'× mipsdsl':>12}{'wrong':>8}")
    for name in found.times:
        times = f"{found.median(name):>7.1f} µs{found.percentile(name, 99):>7.1f} µs"
        print(f"{name:<16}{times}{found.ratio(name, OURS):>12.2f}{len(wrong[name]):>8}")


if __name__ == "__main__":
    main()
