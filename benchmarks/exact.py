"""The work in fractions, written from its description alone: what every engine has to say.

Nothing of mipsdsl is used here. Amounts are dollars, scores and points are points, percents are
shares (7% is 7/100); missing is ``None``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from benchmarks.clinicians import REASONS, Benchmark, Clinician

Value: TypeAlias = Fraction | None

RECORD_OUTPUTS = (
    "eligible", "reason", "quality", "cost_score", "interoperability", "improvement_activities",
    "quality_weight", "cost_weight", "interoperability_weight", "activities_weight",
    "complex_patient_bonus", "final_score",
)  # fmt: skip
PAYMENT_OUTPUTS = ("adjustment_factor", "exceptional_adjustment", "payment")

_AUTOMATIC = frozenset({
    "physician_assistant", "nurse_practitioner", "clinical_nurse_specialist", "nurse_anesthetist",
    "therapist", "other_professional",
})  # fmt: skip


def exact(value: float) -> Fraction:
    """Return the shortest decimal that a double stands for."""
    return Fraction(str(value))


def rounded(value: Fraction, places: int) -> Fraction:
    """Return ``value`` to ``places``, a half to the greater number."""
    unit = 10**places
    return Fraction(math.floor(value * unit + Fraction(1, 2)), unit)


def score(clinician: Clinician, table: Sequence[Benchmark]) -> dict[str, Value]:
    """Return ``RECORD_OUTPUTS``; the reason as its number, yes as 1."""
    reason = REASONS.index(_reason(clinician))
    quality = _quality(clinician, table)
    cost = clinician["cost_score"]
    interoperability = _interoperability(clinician)
    activities = Fraction(20 * clinician["high_activities"] + 10 * clinician["medium_activities"])
    doubled = 2 if clinician["small_practice"] or clinician["non_patient_facing"] else 1
    improvement = min(Fraction(100), 100 * activities * doubled / 40)
    weights = _weights(interoperability is None, cost is None)
    anything = clinician["measures"] or clinician["denominator_4"] > 0 or activities > 0
    risk = exact(clinician["risk_score"]) + 5 * exact(clinician["dual_share"])
    bonus = min(Fraction(5), risk) if anything else Fraction(0)
    scores = (quality, exact(cost or 0), interoperability or Fraction(0), improvement)
    total = sum(weight * each for weight, each in zip(weights, scores, strict=True)) + bonus
    return {
        "eligible": Fraction(reason in (0, 7)),
        "reason": Fraction(reason),
        "quality": quality,
        "cost_score": None if cost is None else exact(cost),
        "interoperability": interoperability,
        "improvement_activities": improvement,
        **dict(zip(RECORD_OUTPUTS[6:10], weights, strict=True)),
        "complex_patient_bonus": bonus,
        "final_score": min(Fraction(100), rounded(total, 2)),
    }


def _reason(clinician: Clinician) -> str:
    exceeded = (
        (exact(clinician["allowed_charges"]) > 90_000)
        + (clinician["patients"] > 200)
        + (clinician["services"] > 200)
    )
    cases = (
        (clinician["clinician_type"] == "other", "wrong_type"),
        (clinician["qp"], "qp"),
        (clinician["newly_enrolled"], "newly_enrolled"),
        (clinician["partial_qp"] == "not_electing", "partial_qp"),
        (exceeded == 0, "nothing_exceeded"),
        (exceeded < 3 and not clinician["opted_in"], "low_volume"),
        (exceeded < 3, "opted_in"),
        (True, "none"),
    )
    return next(name for holds, name in cases if holds)


def _quality(clinician: Clinician, table: Sequence[Benchmark]) -> Fraction:
    measures, small = clinician["measures"], clinician["small_practice"]
    points = sum((_points(each, table, small=small) for each in measures), Fraction(0))
    counting = sum(
        1
        for each in measures
        if each["high_priority"]
        and exact(each["completeness"]) >= Fraction(60, 100)
        and each["cases"] >= 20
        and each["rate"] > 0
    )
    bonus = min(6, 2 * max(0, counting - 1)) + (6 if small and measures else 0)
    return min(Fraction(100), 100 * (points + bonus) / 60)


def _points(measure: Clinician, table: Sequence[Benchmark], *, small: bool) -> Fraction:
    benchmark = table[measure["benchmark_id"]]
    if exact(measure["completeness"]) < Fraction(60, 100):
        return Fraction(3 if small else 1)
    if measure["cases"] < 20 or not benchmark.usable:
        return Fraction(3)
    rate = exact(measure["rate"])
    reached = _of_benchmark(100 - rate if measure["inverse"] else rate, benchmark)
    return min(reached, Fraction(7)) if measure["topped_out"] else reached


def _of_benchmark(rate: Fraction, benchmark: Benchmark) -> Fraction:
    cuts = [exact(each) for each in benchmark.cuts]
    decile = sum(cut <= rate for cut in cuts)
    if decile <= 1:
        return Fraction(3)
    if decile == 9:
        return Fraction(10)
    low, high = cuts[decile - 1], cuts[decile]
    within = min((rate - low) / (high - low), Fraction(9, 10))
    return rounded(decile + 1 + within, 2)


def _interoperability(clinician: Clinician) -> Value:
    done = [clinician[f"numerator_{each}"] for each in (1, 2, 3, 4)]
    patients = [clinician[f"denominator_{each}"] for each in (1, 2, 3, 4)]
    if patients[3] == 0:
        excused = clinician["hospital_based"] or clinician["non_patient_facing"]
        excused = excused or clinician["hardship"] or clinician["clinician_type"] in _AUTOMATIC
        return None if excused else Fraction(0)
    if any(of > 0 and some == 0 for some, of in zip(done, patients, strict=True)):
        return Fraction(0)
    weights = [10, 20, 20, 40]
    weights[3] += sum(
        weight for weight, of in zip(weights[:3], patients[:3], strict=True) if of == 0
    )
    earned = [
        rounded(Fraction(weight * some, of), 0)
        for weight, some, of in zip(weights, done, patients, strict=True)
        if of > 0
    ]
    bonus = 5 if clinician["interoperability_bonus"] else 0
    return min(Fraction(100), sum(earned, Fraction(10)) + bonus)


def _weights(no_interoperability: bool, no_cost: bool) -> tuple[Fraction, ...]:
    quality, cost, interoperability = 45, 15, 25
    if no_interoperability:
        quality, interoperability = quality + 25, 0
    if no_cost:
        quality, cost = quality + 15, 0
    return tuple(Fraction(each, 100) for each in (quality, cost, interoperability, 15))


# --- the population ------------------------------------------------------------------------------


@frozen
class Payments:
    """The two scaling factors, and ``PAYMENT_OUTPUTS`` of each clinician."""

    scaling_factor: Fraction
    exceptional_factor: Fraction
    rows: tuple[dict[str, Fraction], ...]


def pay(clinicians: Sequence[Clinician], scores: Sequence[Mapping[str, Value]]) -> Payments:
    """Return what the scores of all clinicians come to in money."""
    eligible = [bool(each["eligible"]) for each in scores]
    charges = [exact(each["allowed_charges"]) for each in clinicians]
    finals = [each["final_score"] or Fraction(0) for each in scores]
    base = [_base(f) if e else Fraction(0) for f, e in zip(finals, eligible, strict=True)]
    extra = [_extra(f) if e else Fraction(0) for f, e in zip(finals, eligible, strict=True)]
    products = [b * c for b, c in zip(base, charges, strict=True)]
    taken, given = -sum(p for p in products if p < 0), sum(p for p in products if p > 0)
    scaling = min(Fraction(3), Fraction(taken) / given) if given else Fraction(0)
    shared = sum(a * c for a, c in zip(extra, charges, strict=True))
    pool = sum((c for c, e in zip(charges, eligible, strict=True) if e), Fraction(0)) / 140
    exceptional = min(Fraction(1), pool / shared) if shared else Fraction(0)
    rows = []
    for clinician, b, a in zip(clinicians, base, extra, strict=True):
        factor = rounded(b if b < 0 else b * scaling, 4)
        more = rounded(a * exceptional, 4)
        payment = rounded(exact(clinician["paid_amount"]) * (1 + factor + more), 2)
        rows.append(dict(zip(PAYMENT_OUTPUTS, (factor, more, payment), strict=True)))
    return Payments(scaling, exceptional, tuple(rows))


def _base(final: Fraction) -> Fraction:
    largest = Fraction(7, 100)
    if final <= Fraction(15, 2):
        return -largest
    if final < 30:
        return -largest * (30 - final) / 30
    return largest * (final - 30) / 70


def _extra(final: Fraction) -> Fraction:
    if final < 75:
        return Fraction(0)
    return Fraction(5, 1000) + Fraction(95, 1000) * (final - 75) / 25
