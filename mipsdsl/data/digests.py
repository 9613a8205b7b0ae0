"""Files by what is in them: the SHA-256 of each, read in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

_PIECE = 1 << 20


@frozen
class FileRead:
    """A file that a run read: its name without its folder, and the SHA-256 of its bytes."""

    name: str
    sha256: str


def files_read(paths: Iterable[Path]) -> tuple[FileRead, ...]:
    """Return ``paths`` by their content, each once."""
    return tuple(FileRead(path.name, digest(path)) for path in dict.fromkeys(paths))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file of any size; nothing when it is gone or is no file."""
    if not path.is_file():
        return ""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                found.update(piece)
    except OSError:
        return ""
    return found.hexdigest()
