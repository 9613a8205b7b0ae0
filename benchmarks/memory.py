"""A file larger than memory: `mips run` on a national sample, in a cgroup that ends at a limit.

    python -m benchmarks.memory [--clinicians 5000000] [--year 2022] [--limit 1GiB] [--folder FOLDER]

Samples clinicians (seed 7, category scores) into FOLDER, unless they are there, and runs the year over
them twice: under the limit, which the run finds out by itself, and without one. Both have to write the
same bytes. Needs Linux, and the right to make a cgroup (v1 or v2).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from filecmp import cmp
from pathlib import Path

from attrs import frozen

from benchmarks import report
from benchmarks.timing import machine
from mipsdsl.data.bulk.budget import bytes_of

_CGROUPS = Path("/sys/fs/cgroup")
_SEED = "7"


@frozen
class Ran:
    """A run: how long, how much memory was resident at most, and what its cgroup counted, in MiB."""

    seconds: float
    resident: float
    counted: float | None


@contextmanager
def limited(limit: int) -> Iterator[tuple[Path, str, str]]:
    """Give a cgroup that ends at ``limit`` bytes, and its files: of processes, and of the peak."""
    v1 = _CGROUPS / "memory"
    above, most, peak = (
        (v1, "memory.limit_in_bytes", "memory.max_usage_in_bytes")
        if v1.is_dir()
        else (_CGROUPS, "memory.max", "memory.peak")
    )
    group = above / f"mips-benchmark-{os.getpid()}"
    group.mkdir()
    try:
        (group / most).write_text(str(limit), encoding="ascii")
        yield group, "cgroup.procs", peak
    finally:
        group.rmdir()


def run(year: str, people: Path, out: Path, limit: int | None) -> Ran:
    """Run a year over ``people``.

    Raises:
        SystemExit: the run did not end well.

    """
    command = [sys.executable, "-m", "mipsdsl", "run", year, str(people), "-o", str(out)]
    if limit is None:
        return _ran(command)
    with limited(limit) as (group, processes, peak):
        enter = f"echo $$ > {group / processes} && exec "
        ran = _ran(["sh", "-c", enter + '"$@"', "sh", *command])
        return Ran(ran.seconds, ran.resident, int((group / peak).read_text()) / 2**20)


def _ran(command: list[str]) -> Ran:
    began = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the run ended with {process.returncode}\n{said}")
    return Ran(time.perf_counter() - began, usage.ru_maxrss / 1024, None)


def main() -> int:
    """Run with the limit and without it, print and record; the exit code is 1 when bytes differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clinicians", type=int, default=5_000_000)
    parser.add_argument("--year", default="2022")
    parser.add_argument("--limit", default="1GiB")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        people = asked.folder or Path(name, "people")
        if not people.exists():
            wanted = ["--clinicians", str(asked.clinicians), "--year", asked.year, "--seed", _SEED]
            command = [sys.executable, "-m", "mipsdsl", "sample", *wanted, "-o", str(people)]
            subprocess.run(command, check=True)
        small, plenty = Path(name, "small"), Path(name, "plenty")
        little = run(asked.year, people, small, bytes_of(asked.limit))
        free = run(asked.year, people, plenty, None)
        files = sorted(path.name for path in plenty.glob("*.csv"))
        is_same = all(cmp(small / each, plenty / each, shallow=False) for each in files)
    text = _text(asked, little, free, is_same=is_same)
    report.record("memory", text)
    print(text)
    return 0 if is_same else 1


def _text(asked: argparse.Namespace, little: Ran, free: Ran, *, is_same: bool) -> str:
    command = f"python -m benchmarks.memory {' '.join(sys.argv[1:])}".strip()
    counted = "" if little.counted is None else f"{little.counted:,.0f} MiB"
    return "\n".join(
        (
            "## A file larger than memory",
            "",
            f"`{command}`: `mips run {asked.year}` over {asked.clinicians:,} clinicians of "
            f"`mips sample`, Parquet to CSV ({machine(['duckdb', 'llvmlite', 'pyarrow'])}). The bytes "
            f"of both outputs are {'the same' if is_same else 'NOT THE SAME'}.",
            "",
            "| memory | seconds | resident at most | counted by the cgroup at most, files' pages too |",
            "|---|---|---|---|",
            f"| {asked.limit} | {little.seconds:,.0f} | {little.resident:,.0f} MiB | {counted} |",
            f"| all there is | {free.seconds:,.0f} | {free.resident:,.0f} MiB | – |",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
