"""Where the grammar, the policies and the sample are, in a checkout and when installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def grammar() -> Path:
    """Return the folder of the grammar and its manual."""
    return _folder("grammar")


def policies() -> Path:
    """Return the folder of the years that come with the program."""
    return _folder("policies")


def sample() -> Path:
    """Return the folder of the packaged sample."""
    return PACKAGE / "data" / "sample"
