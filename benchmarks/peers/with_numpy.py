"""The work in NumPy, 8,192 clinicians at a time, so that what is in between stays in the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.many import SLOTS, Many, doubles
from benchmarks.peers.outputs import AUTOMATIC, GUARD, OUTPUTS

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = Mapping[str, Array]
CHUNK = 8_192


def prepare(people: Many) -> Callable[[], Columns]:
    """Return what scores them all."""
    columns = doubles(people)
    for name in people.measures:
        columns[name] = np.stack([columns[f"{name}_{slot + 1}"] for slot in range(SLOTS)], axis=1)
    cuts, usable = people.cuts / 100, people.usable

    def run() -> Columns:
        found = {name: np.empty(people.number) for name in OUTPUTS}
        for start in range(0, people.number, CHUNK):
            rows = slice(start, start + CHUNK)
            part = score({name: values[rows] for name, values in columns.items()}, cuts, usable)
            for name, values in part.items():
                found[name][rows] = values
        return found

    return run


def columns_of(found: Columns) -> Columns:
    """Return the outputs as NumPy has them."""
    return found


def score(c: Columns, cuts: Array, usable: Array) -> dict[str, Array]:
    """Return the outputs of a chunk."""
    reason = _reason(c)
    small = c["small_practice"]
    sent = c["benchmark_id"] >= 0
    any_measure = sent.any(axis=1)
    quality = _quality(c, sent, any_measure, cuts, usable)
    interoperability = _interoperability(c)
    activities = 20.0 * c["high_activities"] + 10.0 * c["medium_activities"]
    doubled = np.where(small | c["non_patient_facing"], 2, 1)
    improvement = np.minimum(100, 100 * activities * doubled / 40)
    no_pi, no_cost = np.isnan(interoperability), np.isnan(c["cost_score"])
    weights = (
        np.where(no_pi, np.where(no_cost, 0.85, 0.7), np.where(no_cost, 0.6, 0.45)),
        np.where(no_cost, 0, 0.15),
        np.where(no_pi, 0, 0.25),
        np.full(len(no_pi), 0.15),
    )
    anything = any_measure | (c["denominator_4"] > 0) | (activities > 0)
    bonus = np.where(anything, np.minimum(5, c["risk_score"] + 5 * c["dual_share"]), 0)
    scores = (quality, np.nan_to_num(c["cost_score"]), np.nan_to_num(interoperability), improvement)
    total = sum(weight * each for weight, each in zip(weights, scores, strict=True)) + bonus
    final = np.minimum(100, np.floor(total * 100 + 0.5 + GUARD) / 100)
    eligible = (reason == 0) | (reason == 7)
    categories = (quality, c["cost_score"], interoperability, improvement)
    found = (eligible, reason, *categories, *weights, bonus, final)
    return dict(zip(OUTPUTS, found, strict=True))


def _reason(c: Columns) -> Array:
    exceeded = (
        (c["allowed_charges"] > 90_000).astype(np.int8)
        + (c["patients"] > 200)
        + (c["services"] > 200)
    )
    conditions = [
        c["clinician_type"] == 11, c["qp"], c["newly_enrolled"], c["partial_qp"] == 1,
        exceeded == 0, (exceeded < 3) & ~c["opted_in"], exceeded < 3,
    ]  # fmt: skip
    return np.select(conditions, range(1, 8), 0)


def _quality(c: Columns, sent: Array, any_measure: Array, cuts: Array, usable: Array) -> Array:
    bench, rate = c["benchmark_id"], c["rate"]
    own = cuts[bench]
    x = np.where(c["inverse"], np.rint((100 - rate) * 100) / 100, rate)
    decile = (own <= x[:, :, None]).sum(axis=2)
    at = np.clip(decile, 1, 8)[:, :, None]
    low = np.take_along_axis(own, at - 1, axis=2)[:, :, 0]
    high = np.take_along_axis(own, at, axis=2)[:, :, 0]
    within = np.minimum((x - low) / np.where(high > low, high - low, 1), 0.9)
    reached = np.floor((decile + 1 + within) * 100 + 0.5 + GUARD) / 100
    reached = np.where(decile <= 1, 3, np.where(decile == 9, 10, reached))
    reached = np.where(c["topped_out"], np.minimum(reached, 7), reached)
    enough, complete = c["cases"] >= 20, c["completeness"] >= 60
    points = np.where(enough & usable[bench], reached, 3)
    points = np.where(complete, points, np.where(c["small_practice"], 3, 1)[:, None])
    points = np.where(sent, points, 0).sum(axis=1)
    counting = (sent & c["high_priority"] & complete & enough & (rate > 0)).sum(axis=1)
    bonus = np.clip(2 * (counting - 1), 0, 6)
    extra = np.where(c["small_practice"] & any_measure, 6, 0)
    return np.minimum(100, 100 * (points + bonus + extra) / 60)


def _interoperability(c: Columns) -> Array:
    done = [c[f"numerator_{each}"] for each in (1, 2, 3, 4)]
    of = [c[f"denominator_{each}"] for each in (1, 2, 3, 4)]
    weights = [
        10,
        20,
        20,
        40 + sum(w * (d == 0) for w, d in zip((10, 20, 20), of[:3], strict=True)),
    ]
    earned = sum(
        np.where(d > 0, np.floor(w * n / np.maximum(d, 1) + 0.5 + GUARD), 0)
        for w, n, d in zip(weights, done, of, strict=True)
    )
    nothing = np.any([(d > 0) & (n == 0) for n, d in zip(done, of, strict=True)], axis=0)
    total = np.minimum(100, earned + 10 + 5 * c["interoperability_bonus"])
    excused = c["hospital_based"] | c["non_patient_facing"] | c["hardship"]
    excused = excused | np.isin(c["clinician_type"], AUTOMATIC)
    unsent = np.where(excused, np.nan, 0)
    return np.where(of[3] > 0, np.where(nothing, 0, total), unsent)
