"""The table of goals, each measured beside its goal, into ``RESULTS.md``.

    python -m benchmarks.table [--rows 1,2,3] [-n 1000000] [--rounds 5]

The rows are those of the project's goals: 1 and 2 throughput, 3 files, 4 exactness, 5 and 6 one
clinician, 7, 9 and 10 how soon something happens, 8 what-ifs, 11 memory; "2022" is the whole year 2022
on the national sample. What is not there is said to be not measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module

from benchmarks import report
from benchmarks.goals.measured import Measured, Missing, Size, load, of_missing
from benchmarks.timing import machine

ROWS: Mapping[str, tuple[str, str, str]] = {
    "1": ("throughput", "against_frames", "native against data frames"),
    "2": ("throughput", "against_c", "native against C"),
    "3": ("files", "parquet_to_parquet", "Parquet → Parquet"),
    "4": ("exactness", "short", "exactness"),
    "5": ("single", "scores", "one clinician, warm, score"),
    "6": ("single", "explanations", "one clinician, warm, explanation"),
    "7": ("starts", "cold_commands", "cold commands"),
    "8": ("whatif", "over_thresholds", "what-if over thresholds"),
    "9": ("starts", "after_an_edit", "edit to run"),
    "10": ("starts", "checks", "checks"),
    "11": ("memory", "peak", "memory"),
    "2022": ("year", "whole_year", "the whole year 2022"),
}
"""The module and function that measure a row, and what it is."""

PACKAGES = (
    "mipsdsl", "llvmlite", "numpy", "polars", "duckdb", "pyarrow", "zen-engine", "sqlglot",
)  # fmt: skip


def measured(row: str, size: Size) -> list[Measured]:
    """Return a row of the table; what stands in the way is in it."""
    module, function, what = ROWS[row]
    command = f"python -m benchmarks.table --rows {row}"
    try:
        found: list[Measured] = getattr(import_module(f"benchmarks.goals.{module}"), function)(size)
    except (ImportError, Missing) as why:
        return [of_missing(row, what, "", str(why), command)]
    except Exception as why:  # a row that fails takes no other with it
        return [of_missing(row, what, "", f"{type(why).__name__}: {why}", command)]
    return found


def text_of(found: Iterable[Measured], size: Size, seconds: float) -> str:
    """Return the section of the table."""
    rows = list(found)
    verdict = {True: "yes", False: "no", None: "–"}
    lines = [
        f"| {each.row} | {each.what} | {each.goal} | {each.found} | {verdict[each.reached]} |"
        for each in rows
    ]
    details = [
        f"- **{each.row}** `{each.command}`: {'; '.join(each.detail)}."
        for each in rows
        if each.detail
    ]
    command = " ".join(["python -m benchmarks.table", *sys.argv[1:]])
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {seconds:.0f} s, load {load()}"
    how = f"{size.clinicians:,} clinicians, {size.rounds} rounds; {machine(PACKAGES)}"
    return "\n".join([
        "## Goals", "", f"`{command}`, {when}. {how}.", "",
        "| # | what | goal | measured | reached |", "|---|---|---|---|---|", *lines, "", *details,
    ])  # fmt: skip


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", default=",".join(ROWS), metavar="1,2,…")
    parser.add_argument("-n", "--number", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-record", action="store_true", help="Only print.")
    asked = parser.parse_args()
    size, began = Size(asked.number, asked.rounds), time.perf_counter()
    found: list[Measured] = []
    for row in asked.rows.split(","):
        since = time.perf_counter()
        found += measured(row, size)
        print(f"row {row}: {time.perf_counter() - since:.0f} s", file=sys.stderr)
    text = text_of(found, size, time.perf_counter() - began)
    print(text)
    if not asked.no_record:
        report.record("table", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
