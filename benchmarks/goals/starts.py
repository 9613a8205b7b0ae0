"""Goals 7, 9 and 10: how long it takes until something happens."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks import ours
from benchmarks.cold_start import BARE, commands, write_data
from benchmarks.goals.measured import Measured, Size, each, load
from benchmarks.timing import race
from benchmarks.work_policy import WORK
from mipsdsl import api
from mipsdsl.engines.native import compile_native
from mipsdsl.engines.plan import requirements
from mipsdsl.pipeline import compile_policy
from mipsdsl.source import Source

COMMAND = "python -m benchmarks.table --rows 7,9,10"
YEAR = "2022"
_CHECKED = ("2017", "2022", "2026")


def cold_commands(size: Size) -> list[Measured]:
    """Measure goal 7."""
    with tempfile.TemporaryDirectory() as name:
        write_data(Path(name))
        chosen = {
            title: arguments
            for title, arguments in commands(Path(name)).items()
            if title in (BARE, "mips run work.mips", "mips explain work.mips")
        }
        sides = {title: lambda _, words=words: _python(*words) for title, words in chosen.items()}
        found = race(sides, size.rounds, warm=1)
    slowest = max(found.median(title) for title in chosen if title != BARE) / 1_000
    return [
        Measured(
            "7",
            "cold `mips run` and `mips explain` of one clinician, cached policy",
            "≤ 120 ms",
            f"{slowest:.0f} ms, {slowest * 1_000 / found.median(BARE):.1f} × bare Python",
            slowest <= 120,
            COMMAND,
            (*each(found, BARE), f"load {load()}"),
        )
    ]


def after_an_edit(size: Size) -> list[Measured]:
    """Measure goal 9: text to machine code that was never compiled before, and the first row."""
    text = WORK.read_text(encoding="utf-8")
    plan = ours.plan_of(ours.RECORD_OUTPUTS)
    times = []
    for number in range(size.rounds):
        edited = text.replace("allowed_charges > $90,000", f"allowed_charges > ${90_001 + number}")
        assert edited != text
        with _own_cache():
            began = time.perf_counter()
            program = compile_policy([Source(WORK.name, edited)])
            compile_native(program, plan)
            times.append(time.perf_counter() - began)
    work = median(times)
    year = _year_from_text()
    return [
        Measured(
            "9",
            "edit a rule → the run on a million starts",
            "< 1 s",
            f"work.mips {work:.2f} s; the whole year {YEAR}: machine code in {year:.2f} s",
            work < 1,
            COMMAND,
            ("nothing cached: parse, check, lower, plan, LLVM", f"load {load()}"),
        )
    ]


def _year_from_text() -> float:
    """Return how long a real year takes from its core to machine code, nothing cached."""
    program = api.load(YEAR).program
    available = {each_.name: tuple(f.name for f in each_.fields) for each_ in program.records}
    targets = [("clinician", "final_score")]
    populations = {item.name: 0 for item in program.items if not item.record}
    with _own_cache():
        began = time.perf_counter()
        compile_native(program, requirements(program, available, targets, populations))
        return time.perf_counter() - began


def checks(size: Size) -> list[Measured]:
    """Measure goal 10."""
    cold, warm = {}, {}
    for year in _CHECKED:
        with _own_cache() as environment:
            cold[year] = _seconds(environment, "-m", "mipsdsl", "check", year)
            again = [
                _seconds(environment, "-m", "mipsdsl", "check", year) for _ in range(size.rounds)
            ]
            warm[year] = median(again)
    worst, best = max(cold.values()), max(warm.values())
    return [
        Measured(
            "10",
            f"`mips check` of a year ({', '.join(_CHECKED)}): nothing cached / cached",
            "< 3 s / < 150 ms",
            f"{worst:.2f} s / {best * 1_000:.0f} ms (the slowest year)",
            worst < 3 and best < 0.15,
            COMMAND,
            (
                *(f"{year}: {cold[year]:.2f} s / {warm[year] * 1_000:.0f} ms" for year in _CHECKED),
                "a later year is compiled with all years below it when nothing is cached",
                f"load {load()}",
            ),
        )
    ]


class _own_cache:  # noqa: N801 - used as a statement
    """An empty cache folder, for this process and those that are given the environment."""

    def __enter__(self) -> Mapping[str, str]:
        self._folder = tempfile.TemporaryDirectory()
        self._before = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = self._folder.name
        return dict(os.environ)

    def __exit__(self, *_: object) -> None:
        if self._before is None:
            del os.environ["XDG_CACHE_HOME"]
        else:
            os.environ["XDG_CACHE_HOME"] = self._before
        self._folder.cleanup()


def _seconds(environment: Mapping[str, str], *words: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def _python(*words: str) -> None:
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
