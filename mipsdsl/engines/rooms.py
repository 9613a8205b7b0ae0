"""Where the columns of a run are: in memory, and in files where that ends."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import DTypeLike, NDArray

_SMALL = 1 << 16
"""Bytes of an array that is not worth a file."""


@define(eq=False)
class Rooms:
    """Makes arrays: in memory until ``most`` bytes are taken, then in files of ``folder``.

    A file has no name and is gone with its array, however a run ends. The system writes out what is
    not looked at, so columns may be larger than memory. Without a folder all are in memory.
    """

    folder: Path | None = None
    most: int = 0
    _taken: int = field(default=0, init=False)

    def zeros(self, size: int, kind: DTypeLike) -> NDArray[Any]:
        """Return an array of zeros. Shape: (size,).

        Raises:
            OSError: the folder has no room left.

        """
        kind = np.dtype(kind)
        number = size * kind.itemsize
        if self.folder is None or number <= _SMALL or self._taken + number <= self.most:
            self._taken += number
            return np.zeros(size, kind)
        with tempfile.TemporaryFile(dir=self.folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, number)
            else:
                file.truncate(number)
            return np.frombuffer(mmap.mmap(file.fileno(), number), kind)

    def ones(self, size: int) -> NDArray[np.bool_]:
        """Return an array of true. Shape: (size,)."""
        made = self.zeros(size, np.bool_)
        made[:] = True
        return made

    def copy(self, array: NDArray[Any], kind: DTypeLike | None = None) -> NDArray[Any]:
        """Return an array with the same values, of ``kind`` or of its own."""
        made = self.zeros(len(array), array.dtype if kind is None else kind)
        made[:] = array
        return made
