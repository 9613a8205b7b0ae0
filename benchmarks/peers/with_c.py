"""The work as a loop over rows in C, compiled in the run and called through ctypes."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.many import SLOTS, Many, doubles
from benchmarks.peers.outputs import OUTPUTS

Columns = Mapping[str, NDArray[Any]]
SOURCE = Path(__file__).with_name("row_loop.c")
COMPILER = ("gcc", "-O2", "-shared", "-fPIC")

_POINTERS = (
    "clinician_type partial_qp high_activities medium_activities qp newly_enrolled opted_in "
    "small_practice non_patient_facing hospital_based hardship interoperability_bonus "
    "allowed_charges cost_score risk_score dual_share patients services"
).split()
_LISTS = (
    ("numerator", 4), ("denominator", 4), ("benchmark_id", SLOTS), ("rate", SLOTS),
    ("completeness", SLOTS), ("cases", SLOTS), ("inverse", SLOTS), ("high_priority", SLOTS),
    ("topped_out", SLOTS),
)  # fmt: skip


class _Input(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in _POINTERS),
        *((name, ctypes.c_void_p * size) for name, size in _LISTS),
        ("cuts", ctypes.c_void_p),
        ("usable", ctypes.c_void_p),
    ]


class _Output(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in OUTPUTS]


def prepare(people: Many) -> Callable[[], Columns]:
    """Return what scores them all; the library is compiled before."""
    library = _compiled()
    columns = doubles(people)
    cuts, usable = np.ascontiguousarray(people.cuts / 100), np.ascontiguousarray(people.usable)
    given = _Input()
    for name in _POINTERS:
        columns[name] = np.ascontiguousarray(columns[name])
        setattr(given, name, columns[name].ctypes.data)
    for name, size in _LISTS:
        parts = [columns[f"{name}_{each + 1}"] for each in range(size)]
        setattr(given, name, (ctypes.c_void_p * size)(*(part.ctypes.data for part in parts)))
    given.cuts, given.usable = cuts.ctypes.data, usable.ctypes.data

    # What the pointers lead to lives as long as the function does.
    kept = (columns, cuts, usable)

    def run(_: object = kept) -> Columns:
        found = {name: np.empty(people.number) for name in OUTPUTS}
        out = _Output(*(found[name].ctypes.data for name in OUTPUTS))
        library.score(ctypes.byref(given), ctypes.byref(out), ctypes.c_int64(people.number))
        return found

    return run


def columns_of(found: Columns) -> Columns:
    """Return the outputs as NumPy has them."""
    return found


def _compiled() -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "row_loop.so"
        subprocess.run([*COMPILER, str(SOURCE), "-lm", "-o", str(library)], check=True)
        return ctypes.CDLL(str(library))
