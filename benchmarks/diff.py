"""What all neighbouring years change for one invented population, and whether it adds up.

    python -m benchmarks.diff --clinicians 10000

For each pair: the seconds of each layer about people, how many laws were run, and what did most of
it. It ends with 1 when an attribution does not add up to the whole change, exactly, or when its ends
are not what the population says.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from mipsdsl.data.bulk.workspace import workspace
from mipsdsl.data.options import ReadOptions
from mipsdsl.diagnostics import Report
from mipsdsl.diff import Difference, diff, policy_of, route
from mipsdsl.diff.laws import laws_of
from mipsdsl.impact.answers import Population, Why
from mipsdsl.impact.attribute import why
from mipsdsl.impact.invented import invent
from mipsdsl.impact.people import crowd, population
from mipsdsl.large.world import read_world
from mipsdsl.library import read_sources, years
from mipsdsl.pipeline import consolidate
from mipsdsl.whatif.large import ManyPeople


def main() -> int:
    """Compare the pairs, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    parser.add_argument("pairs", nargs="*", help="2018-2019 …; all neighbours and the ends if none")
    parser.add_argument("--clinicians", type=int, default=10_000)
    asked = parser.parse_args()
    pairs = [tuple(each.split("-")) for each in asked.pairs] or list(_pairs())
    wrong = 0
    for old, new in pairs:
        wrong += _compare(old, new, asked.clinicians)
    print(f"{wrong} of {len(pairs)} pairs do not add up" if wrong else "all add up")
    return 1 if wrong else 0


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Help that keeps its lines."""


def _pairs() -> Iterator[tuple[str, str]]:
    some = [year for year in years() if year >= "2017"]
    yield from pairwise(some)
    yield some[0], some[-1]


@contextmanager
def _timed(times: dict[str, float], name: str) -> Iterator[None]:
    began = perf_counter()
    yield
    times[name] = perf_counter() - began


def difference_of(old: str, new: str) -> Difference:
    """Return what is different in the year ``new``."""
    sides = read_sources(old), read_sources(new)
    policies = [policy_of(consolidate(side, Report())) for side in sides]
    way = route(*sides)
    return diff(policies[0], policies[1], way.renamings, way.amendments, way.identifiers)


def _compare(old: str, new: str, clinicians: int) -> bool:
    times: dict[str, float] = {}
    with _timed(times, "text"):
        found = difference_of(old, new)
    with _timed(times, "laws"):
        laws = laws_of(found, int(new))
    one = laws.merged.program if laws.merged is not None else laws.new
    with tempfile.TemporaryDirectory() as folder, workspace() as space:
        with _timed(times, "sample"):
            whose = invent(one, clinicians, Path(folder))
        with _timed(times, "reading"):
            people = ManyPeople(read_world(space.connection, one, [Path(folder)], ReadOptions()))
            both = crowd(laws, people, whose)
        with _timed(times, "how many"):
            seen = population(both, (old, new))
        with _timed(times, "why"):
            reasons = why(both, found)
    spent = "  ".join(f"{name} {seconds:.1f}" for name, seconds in times.items())
    laws_run = max(each.laws for each in reasons.attributions)
    print(f"{old} → {new}  {whose}\n  {spent}  = {sum(times.values()):.1f} s, {laws_run} laws")
    for line in (*seen.notes, *reasons.notes, reasons.together):
        print(f"  {line}" if line else "", end="\n" if line else "")
    for each in reasons.attributions:
        most = max(each.effects, key=lambda x: abs(x.shapley), default=None)
        said = f"most by {most.group}" if most is not None and most.shapley else ""
        print(f"  {each.measure}: {each.before:,} → {each.after:,} {said}")
    is_right = adds_up(reasons) and _agrees(seen, reasons)
    print("  adds up" if is_right else "  DOES NOT ADD UP", flush=True)
    return not is_right


def adds_up(reasons: Why) -> bool:
    """Return whether the shares of each measure are the whole change, exactly."""
    return all(
        each.orders * (each.after - each.before) == sum(one.shapley for one in each.effects)
        for each in reasons.attributions
    )


def _agrees(seen: Population, reasons: Why) -> bool:
    """Return whether the ends of the attributions are what is counted in the population."""
    measures = {each.measure: (each.before, each.after) for each in reasons.attributions}
    for name, comparison in seen.outcomes.items():
        whole = comparison.whole
        counted = {
            f"how many are {name}": "yes", "how many are reduced": "reduction",
            "how many are raised": "raise",
        }  # fmt: skip
        known = [each for each in counted.items() if each[0] in measures]
        for measure, label in known:
            ends = whole.before(label), whole.after(label)
            if label in comparison.labels and measures[measure] != ends:
                return False
    return True


if __name__ == "__main__":
    raise SystemExit(main())
