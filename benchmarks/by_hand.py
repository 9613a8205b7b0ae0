"""The record phase of the work as a programmer writes it in Python, in doubles.

It guards its roundings, and rounds ``100 - rate`` to hundredths again: without these, doubles miss
some ties and some deciles.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any

from benchmarks.clinicians import Benchmark, Clinician

_GUARD = 1e-7
_AUTOMATIC = frozenset({
    "physician_assistant", "nurse_practitioner", "clinical_nurse_specialist", "nurse_anesthetist",
    "therapist", "other_professional",
})  # fmt: skip


def _hundredths(value: float) -> float:
    return floor(value * 100 + 0.5 + _GUARD) / 100


def score(clinician: Clinician, table: Sequence[Benchmark]) -> dict[str, Any]:
    """Return the outputs of one clinician."""
    reason = _reason(clinician)
    small, measures = clinician["small_practice"], clinician["measures"]
    points = 0.0
    counting = 0
    for measure in measures:
        complete, enough = measure["completeness"] >= 0.6, measure["cases"] >= 20
        if not complete:
            points += 3 if small else 1
        else:
            points += _points(measure, table[measure["benchmark_id"]]) if enough else 3
            counting += measure["high_priority"] and enough and measure["rate"] > 0
    bonus = min(6, 2 * max(0, counting - 1)) + (6 if small and measures else 0)
    quality = min(100.0, 100 * (points + bonus) / 60)
    cost, interoperability = clinician["cost_score"], _interoperability(clinician)
    activities = 20 * clinician["high_activities"] + 10 * clinician["medium_activities"]
    doubled = 2 if small or clinician["non_patient_facing"] else 1
    improvement = min(100.0, 100 * activities * doubled / 40)
    if interoperability is None:
        quality_weight, interoperability_weight = (0.85 if cost is None else 0.7), 0.0
    else:
        quality_weight, interoperability_weight = (0.6 if cost is None else 0.45), 0.25
    cost_weight = 0.0 if cost is None else 0.15
    patients = 0.0
    if measures or clinician["denominator_4"] > 0 or activities > 0:
        patients = min(5.0, clinician["risk_score"] + 5 * clinician["dual_share"])
    total = quality_weight * quality + 0.15 * improvement + patients
    total += cost_weight * (cost or 0) + interoperability_weight * (interoperability or 0)
    return {
        "eligible": reason in ("none", "opted_in"),
        "reason": reason,
        "quality": quality,
        "cost_score": cost,
        "interoperability": interoperability,
        "improvement_activities": improvement,
        "quality_weight": quality_weight,
        "cost_weight": cost_weight,
        "interoperability_weight": interoperability_weight,
        "activities_weight": 0.15,
        "complex_patient_bonus": patients,
        "final_score": min(100.0, _hundredths(total)),
    }


def _reason(clinician: Clinician) -> str:
    exceeded = (
        (clinician["allowed_charges"] > 90_000)
        + (clinician["patients"] > 200)
        + (clinician["services"] > 200)
    )
    if clinician["clinician_type"] == "other":
        return "wrong_type"
    if clinician["qp"]:
        return "qp"
    if clinician["newly_enrolled"]:
        return "newly_enrolled"
    if clinician["partial_qp"] == "not_electing":
        return "partial_qp"
    if exceeded == 0:
        return "nothing_exceeded"
    if exceeded < 3:
        return "opted_in" if clinician["opted_in"] else "low_volume"
    return "none"


def _points(measure: Clinician, benchmark: Benchmark) -> float:
    if not benchmark.usable:
        return 3.0
    rate = _hundredths(100 - measure["rate"]) if measure["inverse"] else measure["rate"]
    cuts = benchmark.cuts
    decile = 0
    for cut in cuts:
        decile += cut <= rate
    if decile <= 1:
        return 3.0
    if decile == 9:
        points = 10.0
    else:
        low, high = cuts[decile - 1], cuts[decile]
        points = _hundredths(decile + 1 + min((rate - low) / (high - low), 0.9))
    return min(points, 7.0) if measure["topped_out"] else points


def _interoperability(clinician: Clinician) -> float | None:
    if clinician["denominator_4"] == 0:
        excused = clinician["hospital_based"] or clinician["non_patient_facing"]
        excused = excused or clinician["hardship"] or clinician["clinician_type"] in _AUTOMATIC
        return None if excused else 0.0
    points, last = 10.0, 40
    done: int
    of: int
    for number, weight in ((1, 10), (2, 20), (3, 20)):
        done, of = clinician[f"numerator_{number}"], clinician[f"denominator_{number}"]
        if of == 0:
            last += weight
        elif done == 0:
            return 0.0
        else:
            points += floor(weight * done / of + 0.5 + _GUARD)
    done, of = clinician["numerator_4"], clinician["denominator_4"]
    if done == 0:
        return 0.0
    points += floor(last * done / of + 0.5 + _GUARD)
    return min(100.0, points + (5 if clinician["interoperability_bonus"] else 0))
