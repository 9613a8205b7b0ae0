"""The smallest clinician for each kind of change of each output, as both policies see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mipsdsl.impact.answers import Witness
from mipsdsl.impact.trial import Trial


def witnesses(tried: Trial) -> tuple[Witness, ...]:
    """Return the witnesses, numbered from 1; needs no solver."""
    _ = tried
    return ()


def save_tests(found: Sequence[Witness], tried: Trial, path: Path) -> tuple[Path, ...]:
    """Write ``found`` as examples that ``mips test`` passes, a file for each policy beside ``path``.

    ``people.mips`` becomes ``people.2018.mips`` and ``people.2019.mips``: both are written, or none.

    Raises:
        DataError: they cannot be written.

    """
    _ = found, tried, path
    return ()
