"""Work spread over processes that share the memory of this one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")

_shared: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""What forked processes find in their memory: it need not be sent to them."""


def in_processes(
    do: Callable[[Work], Result], parts: Sequence[Work], jobs: int
) -> Iterator[tuple[Work, Result]]:
    """Yield each of ``parts`` with what ``do`` makes of it, in order, done in ``jobs`` processes.

    With one job, or where processes cannot share memory, it is done in this one.
    """
    import multiprocessing

    if jobs == 1 or len(parts) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for part in parts:
            yield part, do(part)
        return
    _shared.append((do, parts))
    try:
        with multiprocessing.get_context("fork").Pool(jobs, _as_told) as pool:
            yield from zip(parts, pool.imap(_one, range(len(parts))), strict=True)
    finally:
        _shared.pop()


def _as_told() -> None:
    """End without a word when told to: what is done on a signal was said for the process that forked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _one(index: int) -> Any:  # noqa: ANN401 - what the work makes
    do, parts = _shared[-1]
    return do(parts[index])
