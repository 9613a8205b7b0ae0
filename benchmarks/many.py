"""Clinicians of the work by the million, as columns of whole numbers; always the same for a seed.

A quantity is in the steps that ``work.mips`` declares: cents, hundredths of a rate, of a score and of a
percent of completeness, thousandths of a risk, ten-thousandths of a share. Whatever is timed on them is
given them in the form that it likes best: doubles, a data frame, a table, a ``ColumnStore``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.clinicians import KINDS, PARTIAL_QP, SEED, Benchmark, Clinician, benchmarks

Array: TypeAlias = NDArray[Any]
BLOCK = 100_000
SLOTS = 6
FLAGS = (
    "qp", "newly_enrolled", "opted_in", "small_practice", "non_patient_facing", "hospital_based",
    "hardship",
)  # fmt: skip
_CHANCES = (0.08, 0.03, 0.25, 0.18, 0.08, 0.15, 0.10)
_KIND_WEIGHTS = np.array((48, 2, 2, 4, 2, 10, 14, 1, 6, 4, 4, 3))

SCALES: Mapping[str, int] = {
    "allowed_charges": 100, "paid_amount": 100, "cost_score": 100, "risk_score": 1000,
    "dual_share": 10_000, "rate": 100, "completeness": 100,
}  # fmt: skip
"""Steps of a dollar, a point, a unit; of a percent of completeness and of a rate."""


@frozen(eq=False)
class Many:
    """Clinicians, their measures and the benchmarks.

    Shapes: ``clinicians`` (n,); ``measures`` (n, 6), of which those not ``sent`` mean nothing;
    ``cuts`` (b, 9), in hundredths; ``usable`` (b,). ``cost_score`` is -1 where it is missing.
    """

    clinicians: Mapping[str, Array]
    measures: Mapping[str, Array]
    cuts: Array
    usable: Array

    @property
    def number(self) -> int:
        """Return how many clinicians there are."""
        return len(self.clinicians["clinician_type"])

    @property
    def sent(self) -> Array:
        """Return which measures were sent. Shapes: (n, 6)."""
        found: Array = self.measures["benchmark_id"] >= 0
        return found

    def some(self, rows: slice) -> Many:
        """Return these clinicians."""
        return Many(
            {name: values[rows] for name, values in self.clinicians.items()},
            {name: values[rows] for name, values in self.measures.items()},
            self.cuts,
            self.usable,
        )


def many(number: int, seed: int = SEED) -> Many:
    """Return the clinicians; those of a smaller number are the first of a larger one."""
    table = benchmarks()
    cuts = np.rint(np.array([each.cuts for each in table]) * 100).astype(np.int32)
    usable = np.array([each.usable for each in table])
    blocks = [_block(cuts, seed, each) for each in range(-(-number // BLOCK))]
    people, measures = zip(*blocks, strict=True)
    return Many(_joined(people, number), _joined(measures, number), cuts, usable)


def _joined(blocks: tuple[Mapping[str, Array], ...], number: int) -> dict[str, Array]:
    return {name: np.concatenate([block[name] for block in blocks])[:number] for name in blocks[0]}


def _block(cuts: Array, seed: int, each: int) -> tuple[dict[str, Array], dict[str, Array]]:
    rng, n = np.random.default_rng([seed, each]), BLOCK
    silent = rng.random(n) < 0.05
    people: dict[str, Array] = {
        "clinician_type": rng.choice(12, n, p=_KIND_WEIGHTS / 100).astype(np.int8),
        "partial_qp": rng.choice(3, n, p=(0.96, 0.03, 0.01)).astype(np.int8),
    }
    for name, chance in zip(FLAGS, _CHANCES, strict=True):
        people[name] = rng.random(n) < chance
    charges = np.rint(np.exp(11.9 + rng.standard_normal(n)) * 100).astype(np.int64)
    charges = np.minimum(np.where(rng.random(n) < 0.01, 9_000_000, charges), 4_000_000_000)
    people["allowed_charges"] = charges
    people["paid_amount"] = np.rint(charges * rng.uniform(0.7, 0.85, n)).astype(np.int64)
    people["patients"] = np.exp(5.9 + 0.9 * rng.standard_normal(n)).astype(np.int32)
    people["services"] = (people["patients"] * rng.uniform(0.8, 6, n)).astype(np.int32)
    cost = np.rint(rng.beta(4, 2, n) * 10_000).astype(np.int32)
    people["cost_score"] = np.where(rng.random(n) < 0.3, np.int32(-1), cost)
    people |= _interoperability(rng, silent)
    high = rng.choice(4, n, p=(0.05, 0.3, 0.4, 0.25))
    medium = rng.choice(5, n, p=(0.3, 0.2, 0.2, 0.2, 0.1))
    people["high_activities"] = np.where(silent, 0, high).astype(np.int8)
    people["medium_activities"] = np.where(silent, 0, medium).astype(np.int8)
    risk = np.rint(np.exp(0.2 + 0.4 * rng.standard_normal(n)) * 1000)
    people["risk_score"] = np.minimum(risk, 100_000).astype(np.int32)
    people["dual_share"] = np.rint(rng.beta(1.5, 5, n) * 10_000).astype(np.int32)
    return people, _measures(rng, cuts, silent)


def _interoperability(rng: np.random.Generator, silent: Array) -> dict[str, Array]:
    n = len(silent)
    submitted = ~silent & (rng.random(n) < 0.78)
    found: dict[str, Array] = {}
    for each in range(1, 5):
        patients = np.exp(4.5 + rng.standard_normal(n)).astype(np.int32) + 1
        if each < 4:
            patients = np.where(rng.random(n) < 0.1, 0, patients)
        done = np.ceil(patients * rng.beta(5, 1.5, n)).astype(np.int32)
        done = np.where(rng.random(n) < 0.01, 0, done)
        found[f"numerator_{each}"] = np.where(submitted, done, 0).astype(np.int32)
        found[f"denominator_{each}"] = np.where(submitted, patients, 0).astype(np.int32)
    found["interoperability_bonus"] = submitted & (rng.random(n) < 0.3)
    return found


def _measures(rng: np.random.Generator, cuts: Array, silent: Array) -> dict[str, Array]:
    """Return measures: rates in some decile, higher ones more often, now and then at a cut."""
    shape = (len(silent), SLOTS)
    unsent = silent[:, None] | (rng.random(shape) < 0.01 + 0.03 * np.arange(1, SLOTS + 1))
    bench = rng.integers(0, len(cuts), shape)
    inverse = rng.random(shape) < 0.15
    edges = np.concatenate(
        [np.zeros((len(cuts), 1)), cuts, np.full((len(cuts), 1), 10_000)], axis=1
    )
    place = 10 * rng.beta(3, 1, shape)
    decile = np.minimum(place.astype(np.int64), 9)
    low, high = edges[bench, decile], edges[bench, decile + 1]
    within = np.where(rng.random(shape) < 0.02, 0, place - decile)
    reached = np.clip(np.rint(low + (high - low) * within), 0, 10_000).astype(np.int32)
    return {
        "benchmark_id": np.where(unsent, -1, bench).astype(np.int16),
        "rate": np.where(inverse, 10_000 - reached, reached).astype(np.int32),
        "completeness": np.rint(rng.beta(6, 1.2, shape) * 10_000).astype(np.int32),
        "cases": np.exp(4.6 + 1.1 * rng.standard_normal(shape)).astype(np.int32) + 1,
        "inverse": inverse,
        "high_priority": rng.random(shape) < 0.4,
        "topped_out": rng.random(shape) < 0.2,
    }


# --- in other forms --------------------------------------------------------------------------------


def doubles(people: Many) -> dict[str, Array]:
    """Return flat columns, quantities as doubles: measures as ``rate_1`` … ``rate_6``."""
    found = {name: _double(name, values) for name, values in people.clinicians.items()}
    found["cost_score"] = np.where(found["cost_score"] < 0, np.nan, found["cost_score"])
    for name, values in people.measures.items():
        for slot in range(SLOTS):
            column = np.ascontiguousarray(values[:, slot])
            found[f"{name}_{slot + 1}"] = _double(name, column)
    return found


def _double(name: str, values: Array) -> Array:
    return values / SCALES[name] if name in SCALES else values


def long(people: Many) -> dict[str, Array]:
    """Return the measures that were sent, one after another, in steps; ``clinician_id`` from 0."""
    rows, slots = np.nonzero(people.sent)
    found = {name: values[rows, slots] for name, values in people.measures.items()}
    return {"clinician_id": rows, "slot": slots + 1, **found}


def as_dictionaries(people: Many, first: int = 0) -> Iterator[Clinician]:
    """Yield the clinicians as ``exact.py`` and the engines for one take them."""
    plain = {name: _double(name, each).tolist() for name, each in people.clinicians.items()}
    inner = {name: _double(name, each).tolist() for name, each in people.measures.items()}
    for row in range(people.number):
        person = {name: values[row] for name, values in plain.items()}
        person["clinician_id"] = first + row
        person["clinician_type"] = KINDS[person["clinician_type"]]
        person["partial_qp"] = PARTIAL_QP[person["partial_qp"]]
        person["cost_score"] = None if person["cost_score"] < 0 else person["cost_score"]
        person["measures"] = [
            _measure(first + row, slot, {name: values[row][slot] for name, values in inner.items()})
            for slot in range(SLOTS)
            if inner["benchmark_id"][row][slot] >= 0
        ]
        yield person


def _measure(clinician: int, slot: int, values: dict[str, Any]) -> Clinician:
    share = round(values["completeness"] * 100) / 10_000
    return {"clinician_id": clinician, "slot": slot + 1, **values, "completeness": share}


def table_of(people: Many) -> list[Benchmark]:
    """Return the benchmarks as ``exact.py`` takes them."""
    pairs = zip(people.cuts.tolist(), people.usable.tolist(), strict=True)
    return [
        Benchmark(number, usable, tuple(cut / 100 for cut in cuts))
        for number, (cuts, usable) in enumerate(pairs)
    ]


def write_parquet(people: Many, folder: Path) -> None:
    """Write a file for each record, as a data frame would hold it: doubles, words, yes and no."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: pa.array(_double(name, each)) for name, each in people.clinicians.items()}
    missing = people.clinicians["cost_score"] < 0
    columns["cost_score"] = pa.array(
        _double("cost_score", people.clinicians["cost_score"]), mask=missing
    )
    for name, words in (("clinician_type", KINDS), ("partial_qp", PARTIAL_QP)):
        columns[name] = pa.DictionaryArray.from_arrays(people.clinicians[name], list(words))
    measures = {name: pa.array(_double(name, each)) for name, each in long(people).items()}
    measures["completeness"] = pa.array(long(people)["completeness"] / 10_000)
    benchmark = {
        "benchmark_id": pa.array(np.arange(len(people.cuts))),
        "usable": pa.array(people.usable),
        "cuts": pa.array(list(people.cuts / 100)),
    }
    tables = {
        "clinician": {"clinician_id": pa.array(np.arange(people.number)), **columns},
        "measure": measures,
        "benchmark": benchmark,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        parquet.write_table(pa.table(table), folder / f"{name}.parquet", compression="zstd")
