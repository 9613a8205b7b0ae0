"""Invented clinicians of the work, always the same for a seed, as dictionaries of plain values."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from attrs import frozen

SEED = 20190101
BENCHMARKS = 300

KINDS = (
    "physician", "dentist", "podiatrist", "optometrist", "chiropractor", "physician_assistant",
    "nurse_practitioner", "clinical_nurse_specialist", "nurse_anesthetist", "therapist",
    "other_professional", "other",
)  # fmt: skip
PARTIAL_QP = ("none", "not_electing", "electing")
REASONS = (
    "none", "wrong_type", "qp", "newly_enrolled", "partial_qp", "nothing_exceeded", "low_volume",
    "opted_in",
)  # fmt: skip
"""The choices of ``work.mips``; the place of a value is its number in the work."""

_KIND_WEIGHTS = (48, 2, 2, 4, 2, 10, 14, 1, 6, 4, 4, 3)

Clinician: TypeAlias = dict[str, Any]
"""The fields of a clinician by name, ``measures`` a list of such; what JSON can say, no more."""


@frozen
class Benchmark:
    """The starts of deciles 2 to 10 of a measure, ascending; not ``usable``: there are none."""

    number: int
    usable: bool
    cuts: tuple[float, ...]


def benchmarks(seed: int = SEED, number: int = BENCHMARKS) -> tuple[Benchmark, ...]:
    """Return the benchmark table."""
    rng = random.Random(seed)
    made = []
    for each in range(number):
        low, high = rng.uniform(2, 60), rng.uniform(70, 104)
        cuts = sorted(min(round(rng.uniform(low, high), 2), 100.0) for _ in range(9))
        made.append(Benchmark(each, rng.random() > 0.12, tuple(cuts)))
    return tuple(made)


def clinicians(number: int, table: Sequence[Benchmark], seed: int = SEED) -> Iterator[Clinician]:
    """Return clinicians, those of a smaller number the first of a larger one."""
    rng = random.Random(f"clinicians {seed}")
    for each in range(number):
        yield _clinician(each, table, rng)


def _clinician(number: int, table: Sequence[Benchmark], rng: random.Random) -> Clinician:
    silent = _chance(rng, 0.05)
    patients = int(rng.lognormvariate(5.9, 0.9))
    charges = 90_000.0 if _chance(rng, 0.01) else round(rng.lognormvariate(11.9, 1.0), 2)
    return {
        "clinician_id": number,
        "clinician_type": rng.choices(KINDS, _KIND_WEIGHTS)[0],
        "qp": _chance(rng, 0.08),
        "partial_qp": rng.choices(PARTIAL_QP, (96, 3, 1))[0],
        "newly_enrolled": _chance(rng, 0.03),
        "opted_in": _chance(rng, 0.25),
        "small_practice": _chance(rng, 0.18),
        "non_patient_facing": _chance(rng, 0.08),
        "hospital_based": _chance(rng, 0.15),
        "hardship": _chance(rng, 0.10),
        "allowed_charges": charges,
        "paid_amount": round(charges * rng.uniform(0.7, 0.85), 2),
        "patients": patients,
        "services": int(patients * rng.uniform(0.8, 6)),
        "measures": [] if silent else list(_measures(number, table, rng)),
        "cost_score": None if _chance(rng, 0.3) else round(100 * rng.betavariate(4, 2), 2),
        **_interoperability(rng, submitted=not silent and _chance(rng, 0.78)),
        "high_activities": 0 if silent else rng.choices(range(4), (5, 30, 40, 25))[0],
        "medium_activities": 0 if silent else rng.choices(range(5), (3, 2, 2, 2, 1))[0],
        "risk_score": round(rng.lognormvariate(0.2, 0.4), 3),
        "dual_share": round(rng.betavariate(1.5, 5), 4),
    }


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _measures(number: int, table: Sequence[Benchmark], rng: random.Random) -> Iterator[Clinician]:
    for slot in range(1, 7):
        if _chance(rng, 0.01 + 0.03 * slot):
            continue
        benchmark, inverse = rng.choice(table), _chance(rng, 0.15)
        yield {
            "clinician_id": number,
            "slot": slot,
            "benchmark_id": benchmark.number,
            "rate": _rate(benchmark, rng, inverse=inverse),
            "completeness": round(min(1.0, rng.betavariate(6, 1.2)), 4),
            "cases": int(rng.lognormvariate(4.6, 1.1)) + 1,
            "inverse": inverse,
            "high_priority": _chance(rng, 0.4),
            "topped_out": _chance(rng, 0.2),
        }


def _rate(benchmark: Benchmark, rng: random.Random, *, inverse: bool) -> float:
    """Return a rate in some decile, higher ones more often; now and then exactly at a cut."""
    edges = (0.0, *benchmark.cuts, 100.0)
    place = 10 * rng.betavariate(3, 1)
    decile = min(int(place), 9)
    low, high = edges[decile], edges[decile + 1]
    rate = low if _chance(rng, 0.02) else round(low + (high - low) * (place - decile), 2)
    return min(100.0, max(0.0, round(100 - rate, 2) if inverse else rate))


def _interoperability(rng: random.Random, *, submitted: bool) -> Clinician:
    counts: Clinician = {}
    for each in range(1, 5):
        excluded = each < 4 and _chance(rng, 0.1)
        patients = 0 if excluded else int(rng.lognormvariate(4.5, 1)) + 1
        done = 0 if _chance(rng, 0.01) else -int(-patients * rng.betavariate(5, 1.5) // 1)
        counts[f"numerator_{each}"] = done if submitted else 0
        counts[f"denominator_{each}"] = patients if submitted else 0
    return {**counts, "interoperability_bonus": submitted and _chance(rng, 0.3)}
