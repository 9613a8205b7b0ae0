"""Goals 1 and 2: the record phase of a million clinicians, columns in memory to columns in memory."""

from __future__ import annotations

from collections.abc import Mapping
from shutil import which
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import ours
from benchmarks.goals.measured import Measured, Missing, Size, each, load
from benchmarks.many import Many, many
from benchmarks.peers import with_c, with_duckdb, with_numpy, with_polars
from benchmarks.timing import Race, race

COMMAND = "python -m benchmarks.table --rows 1,2"
NATIVE, POLARS, STREAMING = "native, 2 threads", "Polars, in-memory", "Polars, streaming"
DUCKDB, NUMPY, ALONE, C = "DuckDB", "NumPy", "native, 1 thread", "C row loop"
_NEAR = 1e-6


def against_frames(size: Size) -> list[Measured]:
    """Measure goal 1: two threads against Polars, DuckDB and NumPy by hand."""
    people = many(size.clinicians)
    native = ours.prepare(people, threads=2)
    sides = {
        NATIVE: (native, ours),
        POLARS: (with_polars.prepare(people), with_polars),
        STREAMING: (with_polars.prepare(people, "streaming"), with_polars),
        DUCKDB: (with_duckdb.prepare(people), with_duckdb),
        NUMPY: (with_numpy.prepare(people), with_numpy),
    }
    found = _timed(sides, size, people)
    polars = min(found.ratio(POLARS, NATIVE), found.ratio(STREAMING, NATIVE))
    duckdb = found.ratio(DUCKDB, NATIVE)
    return [
        Measured(
            "1",
            f"native, record phase of the work, {size.clinicians:,} clinicians, 2 threads",
            "≥ 10× Polars by hand (the faster of its engines), ≥ 12× DuckDB",
            f"{polars:.1f}× Polars, {duckdb:.1f}× DuckDB, {found.ratio(NUMPY, NATIVE):.1f}× NumPy; "
            f"{_rate(found, NATIVE, size)} M/s",
            polars >= 10 and duckdb >= 12,
            COMMAND,
            (*each(found, NATIVE), f"load {load()}"),
        )
    ]


def against_c(size: Size) -> list[Measured]:
    """Measure goal 2: one thread against a C row loop."""
    if which("gcc") is None:
        raise Missing("there is no gcc here")
    people = many(size.clinicians)
    sides = {
        ALONE: (ours.prepare(people, threads=1), ours),
        C: (with_c.prepare(people), with_c),
        NATIVE: (ours.prepare(people, threads=2), ours),
    }
    found = _timed(sides, Size(size.clinicians, 3 * size.rounds), people)
    ratio = found.ratio(C, ALONE)
    return [
        Measured(
            "2",
            "native against a C row loop as a person writes it, 1 thread",
            "≥ 1× now, 2.5× later",
            f"{ratio:.2f}× the C loop; {_rate(found, ALONE, size)} M/s against {_rate(found, C, size)}",
            ratio >= 1,
            COMMAND,
            (*each(found, ALONE), f"load {load()}"),
        )
    ]


def _rate(found: Race, side: str, size: Size) -> str:
    return f"{size.clinicians / found.median(side):.2f}"


def _timed(sides: Mapping[str, tuple[Any, ModuleType]], size: Size, people: Many) -> Race:
    """Return times of sides that were found to say the same.

    Raises:
        AssertionError: one does not.

    """
    wanted = with_numpy.columns_of(with_numpy.prepare(people)())
    for name, (run, module) in sides.items():
        verify(name, module.columns_of(run()), wanted)
    return race(
        {name: lambda _, run=run: run() for name, (run, _) in sides.items()}, size.rounds, 1
    )


def verify(
    name: str, found: Mapping[str, NDArray[Any]], wanted: Mapping[str, NDArray[Any]]
) -> None:
    """See that every output of every clinician is within a millionth of what is wanted."""
    for output, values in wanted.items():
        own, other = found[output].astype(float), values.astype(float)
        assert np.array_equal(np.isnan(own), np.isnan(other)), f"{name}: {output}"
        assert np.nanmax(np.abs(own - other), initial=0) < _NEAR, f"{name}: {output}"
