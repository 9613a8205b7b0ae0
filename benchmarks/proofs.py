"""What is proved of the years, and which changes of their rules the examples notice, and in what time.

    python -m benchmarks.proofs verify [YEAR…]
    python -m benchmarks.proofs mutation [YEAR…]

Each command is a process of its own, and each year is asked twice. ``verify`` begins each year with
nothing kept, neither policies nor verdicts; ``mutation`` begins with no verdict kept, and goes through
the years in order (a later one finds what the year before proved). Years that are not named keep the
lines that they have in the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

from attrs import frozen

from benchmarks import report
from benchmarks.timing import machine
from mipsdsl import library

VERDICTS = ("proved", "proved up to a bound", "unknown", "refuted")

VERDICT_COLUMNS = (
    "year", "questions", "claims: proved", "up to a bound", "unknown", "refuted", "the rest: well",
    "not decided", "refuted", "seconds", "of a processor", "again",
)  # fmt: skip

CHANGE_COLUMNS = (
    "year", "changes", "noticed", "proved the same", "up to a bound", "not noticed", "not decided",
    "noticed of those not proved the same", "seconds", "of a processor", "again",
)  # fmt: skip


@frozen
class Ran:
    """What a command answered as JSON, and the seconds it took, of the clock and of processors."""

    content: dict[str, Any]
    clock: float
    work: float


def run(*args: str, cache: str | None = None) -> Ran:
    """Run ``mips`` with ``args``; findings are no failure."""
    environment = {**os.environ, **({} if cache is None else {"XDG_CACHE_HOME": cache})}
    began, before = time.monotonic(), _work()
    done = subprocess.run(
        [sys.executable, "-m", "mipsdsl", *args], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    clock, work = time.monotonic() - began, _work() - before
    if done.returncode not in (0, 1, 4):
        sys.exit(f"mips {' '.join(args)} ended with {done.returncode}:\n{done.stderr}")
    return Ran(json.loads(done.stdout), clock, work)


def _work() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _head(columns: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"


# --- verify ----------------------------------------------------------------------------------------


def verify(years: Sequence[str]) -> Iterator[str]:
    """Give the lines of the table of verdicts, year by year."""
    yield from _head(VERDICT_COLUMNS)
    for year in years:
        with tempfile.TemporaryDirectory() as cache:
            first, again = (run("verify", year, "--format", "json", cache=cache) for _ in range(2))
            yield _verdicts(year, first, again)


def _verdicts(year: str, first: Ran, again: Ran) -> str:
    results = first.content["results"]
    claims = Counter(each["verdict"] for each in results if each["kind"] == "claim")
    rest = Counter(each["well"] for each in results if each["kind"] != "claim")
    cells = [
        year, len(results), *(claims[each] for each in VERDICTS), rest[True], rest[None], rest[False],
        f"{first.clock:.0f}", f"{first.work:.0f}", f"{again.clock:.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


# --- mutation --------------------------------------------------------------------------------------


def mutation(years: Sequence[str]) -> Iterator[str]:
    """Give the lines of the table of changes, year by year."""
    yield from _head(CHANGE_COLUMNS)
    with tempfile.TemporaryDirectory() as cache:
        for year in years:
            run("check", year, "--format", "json", cache=cache)
            first, again = (
                run("test", year, "--mutate", "--no-claims", "--format", "json", cache=cache)
                for _ in range(2)
            )
            yield _noticed(year, first, again)


def _noticed(year: str, first: Ran, again: Ran) -> str:
    found = _with_key(first.content, "alike")
    assert found is not None, "the answer has the changes"
    known = Counter(each["known"] for each in found["alike"])
    same = known["proved"] + known["proved up to a bound"]
    share = 100 * found["noticed"] / (found["tried"] - same)
    cells = [
        year, found["tried"], found["noticed"], known["proved"], known["proved up to a bound"],
        len(found["unnoticed"]), known["not decided"], f"{share:.1f}%", f"{first.clock:.0f}",
        f"{first.work:.0f}", f"{again.clock:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _with_key(part: object, key: str) -> dict[str, Any] | None:
    if isinstance(part, dict) and key in part:
        return part
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return next((found for each in inside if (found := _with_key(each, key)) is not None), None)


# --- the command -----------------------------------------------------------------------------------

TABLES: Mapping[str, tuple[str, Callable[[Sequence[str]], Iterator[str]]]] = {
    "verify": (
        "## What is proved of the years\n\n{}: `mips verify YEAR`, each year with nothing kept: the "
        "policy is compiled with all years below it first. *Again*: asked a second time.",
        verify,
    ),
    "mutation": (
        "## Changes of the rules that the examples notice\n\n{}: `mips test YEAR --mutate --no-claims`, "
        "the years in order. All rules, cells, breaks and parameters of a year are changed, those taken "
        "over from earlier years too; what no example notices is looked into, and asked of the solver, "
        "unless the year before has the same rule. *Again*: asked a second time.",
        mutation,
    ),
}


def main() -> None:
    """Measure, and record the table after each year."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=TABLES)
    parser.add_argument("years", nargs="*")
    parser.add_argument("--output", type=Path, default=report.RESULTS)
    args = parser.parse_args()
    head, table = TABLES[args.what]
    command = f"`python -m benchmarks.proofs {' '.join([args.what, *args.years])}`"
    lines: list[str] = []
    for line in table(args.years or library.years()):
        print(line, flush=True)
        lines.append(line)
        said = f"{command} ({machine(['z3-solver'])}; load {os.getloadavg()[0]:.0f})"
        rows = "\n".join(_with_others(lines, report.recorded(args.what, args.output)))
        report.record(args.what, "\n\n".join([head.format(said), rows]), args.output)


def _with_others(lines: Sequence[str], before: str) -> list[str]:
    """Return a table with the lines of years that were measured before, in order."""
    head, rows = list(lines[:2]), {_year(line): line for line in lines[2:]}
    if head and head[0] in before:
        others = (line for line in before.splitlines() if _year(line).isdigit())
        rows = {**{_year(line): line for line in others}, **rows}
    return [*head, *(rows[year] for year in sorted(rows))]


def _year(line: str) -> str:
    return line.removeprefix("| ").partition(" |")[0]


if __name__ == "__main__":
    main()
