"""Which engine computes a run."""

from __future__ import annotations

from pathlib import Path

from mipsdsl.cli import inputs as i

ENGINES = ("auto", "interpreter", "python", "native", "sql", "spark")
LARGE = frozenset({"native", "sql", "spark"})
"""Those for data of any size, which read by query."""
_MANY = 4 << 20
"""Bytes of data above which machine code pays, though it takes a second to begin."""


def engine_of(data: i.Data, asked: str) -> str:
    """Return the engine that the user asked for, or the one for so many data."""
    if asked != "auto":
        return asked
    return "native" if _size(data) > _MANY else "python"


def _size(data: i.Data) -> int:
    """Return how many bytes the files have."""
    files = [Path(file) for file in data.files]
    all_ = [each for path in files for each in (path.iterdir() if path.is_dir() else [path])]
    return sum(each.stat().st_size for each in all_ if each.is_file())
