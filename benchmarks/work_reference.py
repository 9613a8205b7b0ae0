"""The work's own generator and its NumPy reference, where a folder has them (``--reference DIR``)."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

from attrs import frozen

from benchmarks.clinicians import KINDS, PARTIAL_QP, Benchmark, Clinician
from benchmarks.exact import PAYMENT_OUTPUTS, RECORD_OUTPUTS, Value, exact

_NAMES = dict(
    qp="is_qp", newly_enrolled="newly", opted_in="opted_in", small_practice="small",
    non_patient_facing="npf", hospital_based="hosp", hardship="pi_hardship",
    allowed_charges="charges", paid_amount="paid", patients="benef", services="services",
    interoperability_bonus="pi_bonus", high_activities="ia_high", medium_activities="ia_med",
    risk_score="hcc", dual_share="dual",
    **{f"numerator_{i}": f"pi_n{i}" for i in (1, 2, 3, 4)},
    **{f"denominator_{i}": f"pi_d{i}" for i in (1, 2, 3, 4)},
)  # fmt: skip
"""Our names and those of the arrays."""

_MEASURE_NAMES = {
    "benchmark_id": "bench", "rate": "rate", "cases": "cases", "inverse": "inv",
    "high_priority": "hp", "topped_out": "top",
}  # fmt: skip

_RECORD_ARRAYS = (
    "eligible", "reason", "quality", "cost", "pi", "ia", "wq", "wc", "wp", "wi", "cpb", "final",
)  # fmt: skip
_PAYMENT_ARRAYS = ("factor", "exc", "payment")


@frozen
class Arrays:
    """The columns of the reference by name, its benchmark table, and its module of rules.

    Shapes: each column (n,); ``cuts`` (300, 9); ``usable`` (300,).
    """

    columns: Mapping[str, Any]
    cuts: Any
    usable: Any
    rules: ModuleType

    @property
    def table(self) -> tuple[Benchmark, ...]:
        """Return the benchmark table as ours."""
        pairs = zip(self.cuts.tolist(), self.usable.tolist(), strict=True)
        return tuple(Benchmark(i, usable, tuple(cuts)) for i, (cuts, usable) in enumerate(pairs))


def load(folder: Path, number: int) -> Arrays:
    """Return the first ``number`` clinicians of the generator in ``folder``, a million at most."""
    generator, rules = _module(folder / "generate.py"), _module(folder / "reference.py")
    cuts, usable = generator.benchmarks()
    return Arrays(generator.chunk(0, number), cuts, usable, rules)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"work_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def clinicians_of(arrays: Arrays) -> list[Clinician]:
    """Return the arrays as our dictionaries."""
    columns = {name: array.tolist() for name, array in arrays.columns.items()}
    return [_clinician(columns, each) for each in range(len(columns["id"]))]


def _clinician(columns: Mapping[str, list[Any]], number: int) -> Clinician:
    cost = columns["cost_score"][number]
    slots = [slot for slot in range(1, 7) if columns[f"m{slot}_bench"][number] >= 0]
    return {
        "clinician_id": number,
        "clinician_type": KINDS[columns["ctype"][number]],
        "partial_qp": PARTIAL_QP[columns["pqp"][number]],
        "cost_score": None if math.isnan(cost) else cost,
        "measures": [_measure(columns, number, slot) for slot in slots],
        **{ours: columns[theirs][number] for ours, theirs in _NAMES.items()},
    }


def _measure(columns: Mapping[str, list[Any]], number: int, slot: int) -> Clinician:
    values = {ours: columns[f"m{slot}_{name}"][number] for ours, name in _MEASURE_NAMES.items()}
    completeness = float(exact(columns[f"m{slot}_compl"][number]) / 100)
    return {"clinician_id": number, "slot": slot, **values, "completeness": completeness}


def scores_of(arrays: Arrays) -> tuple[list[dict[str, Value]], dict[str, Value]]:
    """Return what the reference computes in doubles, under our names, and its two factors."""
    scores = arrays.rules.record_phase(arrays.columns, arrays.cuts, arrays.usable)
    payments, scaling, exceptional = arrays.rules.population(arrays.columns, scores)
    names = dict(zip(RECORD_OUTPUTS, _RECORD_ARRAYS, strict=True))
    names |= dict(zip(PAYMENT_OUTPUTS, _PAYMENT_ARRAYS, strict=True))
    found = {ours: {**scores, **payments}[theirs].tolist() for ours, theirs in names.items()}
    rows = [
        {name: _value(found[name][each]) for name in names}
        for each in range(len(found["final_score"]))
    ]
    return rows, {
        "scaling_factor": Fraction(float(scaling)),
        "exceptional_factor": Fraction(float(exceptional)),
    }


def _value(value: float) -> Value:
    return None if math.isnan(value) else Fraction(value)
