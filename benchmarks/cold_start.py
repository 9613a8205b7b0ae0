"""Start to finish of a command on one clinician, against a Python that does nothing.

    python -m benchmarks.cold_start [--rounds 15]

Each repetition starts ``python -c pass`` and then every command, in turn, in processes of their own; a
ratio is the median of the ratios of such pairs. The commands run once before, so that files are read
from memory and what is cached is there. One that does not succeed is said to, and not timed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.clinicians import benchmarks, clinicians
from benchmarks.timing import Race, Side, machine, race
from benchmarks.work_policy import WORK

BARE = "python -c pass"
NUMBER = 3
"""A clinician who sent measures."""


def write_data(folder: Path) -> None:
    """Write one clinician, its measures and the benchmarks, a file for each record."""
    table = benchmarks()
    person = list(clinicians(NUMBER + 1, table))[NUMBER]
    fields = {name: value for name, value in person.items() if name != "measures"}
    starts = (
        {"benchmark_id": each.number, "usable": each.usable, "cuts": list(each.cuts)}
        for each in table
    )
    _write(folder / "clinician.jsonl", [fields])
    _write(folder / "measure.jsonl", person["measures"])
    _write(folder / "benchmark.jsonl", starts)


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the arguments of each command, by the name it has in the table."""
    mips = ["-m", "mipsdsl"]
    data = [str(WORK), str(folder)]
    return {
        BARE: ["-c", "pass"],
        "mips --help": [*mips, "--help"],
        "mips check work.mips": [*mips, "check", str(WORK)],
        "mips check 2017": [*mips, "check", "2017"],
        "mips run work.mips": [*mips, "run", *data, "--outputs", "final_score"],
        "mips explain work.mips": [
            *mips, "explain", *data, "--key", f"clinician:{NUMBER}", "--output", "final_score",
        ],
    }  # fmt: skip


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Return what a Python process with ``arguments`` did."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def main() -> None:
    """Time every command that works, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_data(Path(name))
        sides: dict[str, Side] = {}
        for title, arguments in commands(Path(name)).items():
            done = run(arguments)
            if done.returncode:
                reason = (done.stderr or done.stdout).strip().splitlines()[:1]
                print(f"not timed: {title}: {' '.join(reason)}")
            else:
                sides[title] = _side(arguments)
        print(machine())
        _show(race(sides, asked.rounds, warm=1))


def _side(arguments: list[str]) -> Side:
    return lambda _: run(arguments)


def _show(found: Race) -> None:
    print(f"{'':<24}{'median':>12}{'× bare Python':>16}")
    for name in found.times:
        times = f"{found.median(name) / 1_000:>9.0f} ms"
        print(f"{name:<24}{times}{found.ratio(name, BARE):>16.1f}")


if __name__ == "__main__":
    main()
