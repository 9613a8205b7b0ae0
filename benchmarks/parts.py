"""A run in parts, merged: `mips run --shard i/n` and `mips merge` against one run, byte for byte.

    python -m benchmarks.parts [-n 5000]

The clinicians of the work are written to files, and scored and paid by one run of the native engine, one
of SQL, and in 1, 7 and 64 parts that know nothing of each other, whose merge computes the factors.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from click.testing import CliRunner

from benchmarks import report
from benchmarks.exactness import OUTPUTS, PARTS
from benchmarks.many import many, write_parquet
from benchmarks.timing import machine
from mipsdsl.cli.main import cli

WORK = Path(__file__).parent / "work.mips"
_SEED = 5


def differences(
    number: int, folder: Path, counts: Sequence[int] = PARTS
) -> Iterator[tuple[str, int]]:
    """Yield what was compared with the native run, and how many lines differ."""
    people = folder / "people"
    write_parquet(many(number, _SEED), people)
    asked = ("run", WORK, people, "--population", "here", "--outputs", ",".join(OUTPUTS))
    single = folder / "single.csv"
    _said(*asked, "--engine", "native", "-o", single)
    by_sql = folder / "sql.csv"
    _said(*asked, "--engine", "sql", "-o", by_sql)
    yield "SQL (DuckDB), one run", _differing(single, by_sql)
    for of in counts:
        parts = [folder / f"part-{each}-of-{of}" for each in range(1, of + 1)]
        for each, part in enumerate(parts, 1):
            _said(*asked, "--shard", f"{each}/{of}", "-o", part)
        merged = folder / f"merged-{of}.csv"
        _said("merge", *parts, "-o", merged)
        yield (
            f"`--shard`, {of} part{'s' if of > 1 else ''}, `mips merge`",
            _differing(single, merged),
        )


def _said(*arguments: object) -> None:
    done = CliRunner().invoke(cli, [str(each) for each in arguments], catch_exceptions=False)
    if done.exit_code:
        raise SystemExit(done.stderr)


def _differing(one: Path, other: Path) -> int:
    """Return how many lines differ; all of them where there are more in one."""
    lines = [path.read_bytes().splitlines() for path in (one, other)]
    if len(lines[0]) != len(lines[1]):
        return len(lines[0])
    return sum(mine != theirs for mine, theirs in zip(*lines, strict=True))


def main() -> int:
    """Compare, print, and record; the exit code is 1 when something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", "--number", type=int, default=5000)
    asked = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        found = list(differences(asked.number, Path(name)))
    lines = "\n".join(f"| {what} | {number} of {asked.number:,} |" for what, number in found)
    command = " ".join(["python -m benchmarks.parts", *sys.argv[1:]])
    text = (
        f"## Parts of a run\n\n`{command}`: {', '.join(OUTPUTS)} in files, against one run of the "
        f"native engine ({time.perf_counter() - began:,.0f} s; {machine(['llvmlite', 'duckdb'])}).\n\n"
        f"| compared | clinicians that differ |\n|---|---|\n{lines}\n"
    )
    report.record("parts", text)
    print(text)
    return 1 if any(number for _, number in found) else 0


if __name__ == "__main__":
    sys.exit(main())
