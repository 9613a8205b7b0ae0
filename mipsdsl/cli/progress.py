"""A sign of life on a terminal, when something takes longer than two seconds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 2.0
"""Seconds before anything is shown."""


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Give a function that is told which stage begins; after a while a bar shows it."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    bar = _Bar()
    timer = Timer(PATIENCE, bar.begin)
    timer.daemon = True
    timer.start()
    try:
        yield bar.say
    finally:
        timer.cancel()
        bar.end()


def rows(stage: Callable[[str], None], name: str) -> Callable[[int, int], None]:
    """Return what is told how many rows are done, and of how many, and says so in ``stage``."""
    began = monotonic()

    def heed(done: int, of: int) -> None:
        pace = done / max(monotonic() - began, 1e-3)
        stage(f"{name}: {done:,} of {of:,} rows, {pace:,.0f} rows/s")

    return heed


class _Bar:
    """A bar without an end, as an engine does not say how far it is."""

    def __init__(self) -> None:
        self._stage = ""
        self._lock = Lock()
        self._shown: Progress | None = None
        self._over = False

    def say(self, stage: str) -> None:
        """Take note of the stage that begins."""
        with self._lock:
            self._stage = stage
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], description=stage)

    def begin(self) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._over:
                return
            parts = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._shown = Progress(*parts, console=Console(stderr=True), transient=True)
            self._shown.add_task(self._stage, total=None)
            self._shown.start()

    def end(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._over = True
            if self._shown is not None:
                self._shown.stop()
