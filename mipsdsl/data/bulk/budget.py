"""How much memory a run may take, and who of it how much."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from mipsdsl.data.tables import DataError

_SIZE = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>[KMGT]?)(?P<binary>i?)B", re.IGNORECASE
)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_OWN = 320 << 20
"""Bytes that the program itself takes: Python, the compiled year, machine code, rows on their way."""
_DATABASE, _COLUMNS = 0.55, 0.25
"""The shares of what is left; the rest is for what nobody counts."""
_LEAST = 1 << 16
_PER_THREAD = 256 << 20
"""Bytes that a thread of the database needs to be of use."""
_CGROUPS = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup{}/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory{}/memory.limit_in_bytes",
)


@frozen
class Budget:
    """What the database may take, what columns may take, and how many threads the database has.

    ``is_tight``: it is less than there is, so that tables are better in a file from the beginning.
    """

    database: int
    columns: int
    threads: int
    is_tight: bool


def budget(memory: str = "", threads: int | None = None) -> Budget:
    """Return how ``memory`` (``2GB``) is shared; without it, what the system leaves the process.

    Raises:
        DataError: ``memory`` is no amount of memory.

    """
    total = bytes_of(memory) if memory else allowed()
    left = max(total - _OWN, total // 8)
    database = max(_LEAST, int(left * _DATABASE))
    few = max(1, min(os.cpu_count() or 1, database // _PER_THREAD))
    return Budget(database, int(left * _COLUMNS), threads or few, total < _physical())


def bytes_of(text: str) -> int:
    """Return an amount of memory in bytes.

    >>> bytes_of("1.5GB"), bytes_of("1GiB")
    (1500000000, 1073741824)

    Raises:
        DataError: it is none.

    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise DataError(f"`{text}` is no amount of memory", "write for example 2GB")
    step = 1024 if found["binary"] else 1000
    return int(float(found["number"]) * step ** _POWERS[found["unit"].upper()])


def allowed() -> int:
    """Return how many bytes of memory this process may take: what there is, or its limit."""
    return min([_physical(), *_of_process(), *_of_cgroups()])


def _physical() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


def _of_process() -> Iterator[int]:
    """Yield the limits of ``ulimit``."""
    try:
        import resource
    except ImportError:
        return
    for each in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_RSS):
        soft, _ = resource.getrlimit(each)
        if soft != resource.RLIM_INFINITY:
            yield soft


def _of_cgroups() -> Iterator[int]:
    """Yield the limits of the containers that this process is in."""
    own = {""}
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, kinds, path = line.split(":", 2)
            if kinds in ("", "memory"):
                own |= {path, *map(str, Path(path).parents)}
    for pattern in _CGROUPS:
        for path in own:
            with suppress(OSError, ValueError):
                yield int(Path(pattern.format(path)).read_text(encoding="ascii"))
