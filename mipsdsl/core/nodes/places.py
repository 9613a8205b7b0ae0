"""Where what the core holds was written."""

from __future__ import annotations

from attrs import frozen


@frozen
class Place:
    """Where something was written: the file's name within its policy, and the line."""

    file: str
    line: int
