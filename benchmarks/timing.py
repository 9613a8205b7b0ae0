"""Times in interleaved pairs, so that a busy minute slows both sides of a ratio."""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from statistics import median
from time import perf_counter_ns
from typing import TypeAlias

from attrs import frozen

Side: TypeAlias = Callable[[int], object]
"""What is timed; it is given the number of the repetition."""


@frozen
class Race:
    """Times of several sides, taken in turn.

    Shapes: each of ``times`` (n,), one for each repetition. Units: nanoseconds.
    """

    times: dict[str, list[int]]

    def median(self, side: str) -> float:
        """Return the median time of ``side`` in microseconds."""
        return median(self.times[side]) / 1_000

    def percentile(self, side: str, percent: int) -> float:
        """Return the time in microseconds that ``percent`` of the repetitions stayed within."""
        ordered = sorted(self.times[side])
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] / 1_000

    def ratio(self, side: str, to: str) -> float:
        """Return the median, over the repetitions, of the time of ``side`` to that of ``to``."""
        pairs = zip(self.times[side], self.times[to], strict=True)
        return median(one / two for one, two in pairs)


def race(sides: dict[str, Side], repetitions: int, warm: int = 0) -> Race:
    """Return the times of ``sides``: A, B, A, B, …; ``warm`` repetitions before are not counted."""
    for number in range(warm):
        for side in sides.values():
            side(number)
    times: dict[str, list[int]] = {name: [] for name in sides}
    gc.collect()
    gc.disable()
    try:
        for number in range(repetitions):
            for name, side in sides.items():
                began = perf_counter_ns()
                side(number)
                times[name].append(perf_counter_ns() - began)
    finally:
        gc.enable()
    return Race(times)


def machine(packages: Sequence[str] = ()) -> str:
    """Return what a figure has to be read with: processors, Python, versions."""
    said = [f"{os.cpu_count()} CPUs ({_processor()})", f"Python {platform.python_version()}"]
    return ", ".join([*said, *(f"{name} {version(name)}" for name in packages)])


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [
                line.partition(":")[2].strip() for line in lines if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
