"""What the program keeps for itself: plain JSON in the user's cache folder, owner-only.

Whatever is not there, not ours or not as it should be is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from mipsdsl import resources
from mipsdsl.scraps import mark, sweep

_Read = TypeVar("_Read")
_OFF = "MIPS_NO_CACHE"
_KEPT = 100


def folder(name: str) -> Path:
    """Return the folder for one kind of things."""
    from platformdirs import user_cache_path

    return user_cache_path("mipsdsl", appauthor=False) / name


def file_of(name: str, parts: Iterable[str], ending: str = "json") -> Path | None:
    """Return the file in the folder ``name`` of what is made of ``parts`` and of nothing else.

    There is none when the user wants nothing to be kept.
    """
    if is_off():
        return None
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode()
        digest.update(b"%d:" % len(content) + content)
    return folder(name) / f"{digest.hexdigest()}.{ending}"


@cache
def version(place: Path = resources.PACKAGE) -> str:
    """Return what changes when the programs in ``place``, the grammar or Python do."""
    files = [*_programs(place), str(resources.grammar() / "mips.lark")]
    return "\n".join([sys.version, *map(_state, sorted(files))])


def _programs(place: Path | str) -> Iterator[str]:
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _programs(entry.path)
            elif entry.name.endswith(".py"):
                yield entry.path


def _state(path: str) -> str:
    known = os.stat(path)
    return f"{path} {known.st_size} {known.st_mtime_ns}"


def is_off() -> bool:
    """Return whether the user wants nothing to be kept."""
    return bool(os.environ.get(_OFF))


def load(file: Path | None, read: Callable[[Any], _Read]) -> _Read | None:
    """Return what ``file`` holds, or nothing when it is not there or not as it should be."""
    if file is None:
        return None
    try:
        if not (_is_ours(file.parent) and _is_ours(file)):
            return None
        return read(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def store(file: Path | None, data: object, *, most: int = _KEPT) -> None:
    """Write ``data`` beside its place and move it there; a cache that cannot be written is none.

    ``most`` files stay in the folder.
    """
    if file is None:
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".part-{mark()}")
        part = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                # In one piece: `json.dump` makes each small one in Python, `dumps` all of them in C.
                out.write(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        _prune(file.parent, most)


def _prune(place: Path, most: int) -> None:
    """Remove the files that were written longest ago, when there are many, and scraps."""
    sweep(place, ".part-")
    written = sorted((each.stat().st_mtime_ns, each) for each in place.glob("*.json"))
    for _, file in written[:-most]:
        file.unlink(missing_ok=True)


def _is_ours(place: Path) -> bool:
    """Return whether nobody else can have written this file, or in this folder."""
    known = place.stat()
    if not hasattr(os, "getuid"):
        return True
    return known.st_uid == os.getuid() and not known.st_mode & 0o022
