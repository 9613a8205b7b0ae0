"""Files of a run that is on its way, named for its process; those of one that was killed are removed.

A process that is killed (SIGKILL, a lost machine) cannot clean up after itself. What it leaves has its
machine and its number in its name, and the next run that works in the same place removes it: only
where that number is of no process any more, and never what another machine or user made.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_OF = re.compile(r"(?P<host>[a-z0-9]+)-(?P<pid>[0-9]+)-")


def mark() -> str:
    """Return what names of this process's files contain."""
    return f"{_host()}-{os.getpid()}-"


@cache
def _host() -> str:
    """Return the machine; within a container, that."""
    machine = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    name = re.sub("[^a-z0-9]", "", machine.casefold())[:16]
    with suppress(OSError):
        return f"{name}x{os.stat('/proc/self/ns/pid').st_ino:x}"
    return name or "here"


def sweep(place: Path, *beginnings: str) -> None:
    """Remove what killed runs left in ``place`` under names with one of these ``beginnings``."""
    try:
        names = os.listdir(place)
    except OSError:
        return
    for name in names:
        if any(name.startswith(each) and _is_left(name[len(each) :]) for each in beginnings):
            _remove(place / name)


def _is_left(rest: str) -> bool:
    """Return whether a name is of a process of this machine that is gone."""
    found = _OF.match(rest)
    return found is not None and found["host"] == _host() and not _lives(int(found["pid"]))


def _lives(process: int) -> bool:
    if sys.platform == "win32":
        return True  # there, asking would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path: Path) -> None:
    with suppress(OSError):
        found = path.lstat()
        if hasattr(os, "getuid") and found.st_uid != os.getuid():
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


@contextmanager
def work_folder(within: str | Path | None = None, prefix: str = "mips-") -> Iterator[str]:
    """Give a folder for files that nobody else sees, which is removed at the end.

    It lies ``within`` a folder, or where temporary files do.
    """
    sweep(Path(within or tempfile.gettempdir()), prefix)
    with tempfile.TemporaryDirectory(
        prefix=f"{prefix}{mark()}", dir=within, ignore_cleanup_errors=True
    ) as folder:
        yield folder


def part_of(path: Path) -> Path:
    """Return a new file beside ``path``, to be written and then moved there.

    Raises:
        OSError: there can be none.

    """
    sweep(path.parent, f".{path.name}.", f"..{path.name}.")
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.{mark()}", suffix=".part"
    )
    os.close(handle)
    return Path(name)
