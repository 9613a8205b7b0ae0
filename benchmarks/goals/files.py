"""Goal 3: Parquet in, Parquet out, a million clinicians; each side is a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.exact import RECORD_OUTPUTS
from benchmarks.goals.measured import Measured, Missing, Size, each, load
from benchmarks.many import many, write_parquet
from benchmarks.timing import race
from benchmarks.work_policy import WORK

COMMAND = "python -m benchmarks.table --rows 3"
OURS, POLARS = "mips run", "Polars by hand"
_ENOUGH = 1.0


def parquet_to_parquet(size: Size) -> list[Measured]:
    """Measure goal 3."""
    need_bulk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_parquet(many(size.clinicians), folder / "people")
        mine, theirs = folder / "mine.parquet", folder / "theirs.parquet"
        commands = {
            OURS: [
                "-m", "mipsdsl", "run", str(WORK), str(folder / "people"), "-o", str(mine),
                "--outputs", ",".join(RECORD_OUTPUTS), "--percent-in", "fraction",
            ],
            POLARS: ["-m", "benchmarks.peers.polars_files", str(folder / "people"), str(theirs)],
        }  # fmt: skip
        for words in commands.values():
            _run(words)
        _same(mine, theirs, size.clinicians)
        sides = {title: lambda _, words=words: _run(words) for title, words in commands.items()}
        found = race(sides, min(3, size.rounds))
    ratio = found.ratio(POLARS, OURS)
    return [
        Measured(
            "3",
            f"Parquet → Parquet, {size.clinicians:,} clinicians, the work",
            "no slower than Polars by hand",
            f"{ratio:.2f}× Polars; {found.median(OURS) / 1e6:.2f} s against "
            f"{found.median(POLARS) / 1e6:.2f} s",
            ratio >= _ENOUGH,
            COMMAND,
            (
                *each(found, OURS),
                "processes from start to finish; ours checks every cell, and writes exact decimals",
                f"load {load()}",
            ),
        )
    ]


def need_bulk() -> None:
    """See that `mips run` has an engine for millions.

    Raises:
        Missing: it has not.

    """
    words = [sys.executable, "-m", "mipsdsl", "run", "--help"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    if "--engine" not in shown:
        raise Missing("`mips run` has no engine for millions here yet")


def _run(words: list[str]) -> None:
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{' '.join(words[:3])}: {done.stderr.strip().splitlines()[-1:]}")


def _same(mine: Path, theirs: Path, number: int) -> None:
    """See that the two say the same of every clinician."""
    far = " or ".join(
        f"abs(m.{name}::double - t.{name}::double) > 1e-6"
        for name in RECORD_OUTPUTS
        if name not in ("eligible", "reason")
    )
    query = f"""select count(*), count(*) filter ({far} or m.eligible <> t.eligible)
        from '{mine}' m join '{theirs}' t using (clinician_id)"""
    [(both, differing)] = duckdb.sql(query).fetchall()
    assert (both, differing) == (number, 0), f"{differing} of {both} differ"
