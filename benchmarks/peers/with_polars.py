"""The work in Polars: measures in long form, joined to their benchmarks and summed by clinician."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.many import SCALES, Many, doubles, long
from benchmarks.peers.outputs import AUTOMATIC, GUARD, OUTPUTS

Engine: TypeAlias = Literal["in-memory", "streaming"]
CUTS = [f"cut_{number}" for number in range(1, 10)]


def frames(people: Many) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return clinicians, measures and benchmarks."""
    columns = doubles(people)
    own = {name: columns[name] for name in people.clinicians}
    clinicians = pl.DataFrame({"clinician_id": np.arange(people.number, dtype=np.int32), **own})
    clinicians = clinicians.with_columns(pl.col("cost_score").fill_nan(None))
    measures = pl.DataFrame(
        {
            name: values / SCALES[name] if name in SCALES else values
            for name, values in long(people).items()
        }
    ).cast({"clinician_id": pl.Int32, "benchmark_id": pl.Int16})
    table = {
        "benchmark_id": np.arange(len(people.cuts), dtype=np.int16),
        "usable": people.usable,
        **{name: people.cuts[:, place] / 100 for place, name in enumerate(CUTS)},
    }
    return clinicians, measures, pl.DataFrame(table)


def prepare(people: Many, engine: Engine = "in-memory") -> Callable[[], pl.DataFrame]:
    """Return what scores them all."""
    query = scored(*(frame.lazy() for frame in frames(people)))
    return lambda: query.collect(engine=engine)


def columns_of(found: pl.DataFrame) -> Mapping[str, NDArray[Any]]:
    """Return the outputs as NumPy has them, by clinician."""
    ordered = found.sort("clinician_id")
    return {name: ordered[name].cast(pl.Float64).to_numpy() for name in OUTPUTS}


def _hundredths(x: pl.Expr) -> pl.Expr:
    return (x * 100 + (0.5 + GUARD)).floor() / 100


def scored(
    clinicians: pl.LazyFrame, measures: pl.LazyFrame, benchmarks: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the outputs of every clinician."""
    sums = _quality(clinicians, measures, benchmarks)
    return (
        clinicians.join(sums, on="clinician_id", how="left")
        .with_columns(
            _reason().alias("reason"),
            pl.col("points").is_not_null().alias("any_measure"),
            (20 * pl.col("high_activities") + 10 * pl.col("medium_activities"))
            .cast(pl.Float64)
            .alias("activities"),
            _interoperability().alias("interoperability"),
        )
        .with_columns(
            _quality_score().alias("quality"),
            (
                100
                * pl.col("activities")
                * pl.when(pl.col("small_practice") | pl.col("non_patient_facing"))
                .then(2)
                .otherwise(1)
                / 40
            )
            .clip(upper_bound=100)
            .alias("improvement_activities"),
            *_weights(),
            _patients().alias("complex_patient_bonus"),
            pl.col("reason").is_in([0, 7]).alias("eligible"),
        )
        .with_columns(_final().alias("final_score"))
        .select("clinician_id", *OUTPUTS)
    )


def _reason() -> pl.Expr:
    exceeded = (
        (pl.col("allowed_charges") > 90_000).cast(pl.Int8)
        + (pl.col("patients") > 200).cast(pl.Int8)
        + (pl.col("services") > 200).cast(pl.Int8)
    )
    return (
        pl.when(pl.col("clinician_type") == 11).then(1)
        .when(pl.col("qp")).then(2)
        .when(pl.col("newly_enrolled")).then(3)
        .when(pl.col("partial_qp") == 1).then(4)
        .when(exceeded == 0).then(5)
        .when((exceeded < 3) & ~pl.col("opted_in")).then(6)
        .when(exceeded < 3).then(7)
        .otherwise(0)
    )  # fmt: skip


def _quality(
    clinicians: pl.LazyFrame, measures: pl.LazyFrame, benchmarks: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the sum of points and the number that count for the bonus, by clinician."""
    rate, x = pl.col("rate"), pl.col("x")
    complete, enough = pl.col("completeness") >= 60, pl.col("cases") >= 20
    low, high = _cut(0), _cut(1)
    within = ((x - low) / (high - low)).clip(upper_bound=0.9)
    decile = pl.col("decile")
    reached = (
        pl.when(decile <= 1).then(3.0)
        .when(decile == 9).then(10.0)
        .otherwise(_hundredths(decile + 1 + within))
    )  # fmt: skip
    reached = pl.when(pl.col("topped_out")).then(reached.clip(upper_bound=7)).otherwise(reached)
    points = (
        pl.when(~complete).then(pl.when(pl.col("small_practice")).then(3.0).otherwise(1.0))
        .when(~enough | ~pl.col("usable")).then(3.0)
        .otherwise(reached)
    )  # fmt: skip
    return (
        measures.join(benchmarks, on="benchmark_id")
        .join(clinicians.select("clinician_id", "small_practice"), on="clinician_id")
        .with_columns(
            pl.when(pl.col("inverse"))
            .then(((100 - rate) * 100).round() / 100)
            .otherwise(rate)
            .alias("x")
        )
        .with_columns(pl.sum_horizontal([pl.col(cut) <= x for cut in CUTS]).alias("decile"))
        .select(
            "clinician_id",
            points.alias("points"),
            (pl.col("high_priority") & complete & enough & (rate > 0)).alias("counting"),
        )
        .group_by("clinician_id")
        .agg(pl.col("points").sum(), pl.col("counting").sum())
    )


def _cut(step: int) -> pl.Expr:
    """Return the last cut that was reached, or the ``step`` after it."""
    found = pl.when(pl.col("decile") == 1).then(pl.col(CUTS[step]))
    for decile in range(2, 9):
        found = found.when(pl.col("decile") == decile).then(pl.col(CUTS[decile - 1 + step]))
    return found.otherwise(0.0 if step == 0 else 1.0)


def _quality_score() -> pl.Expr:
    counting = pl.col("counting").cast(pl.Int32)
    bonus = (2 * (counting - 1)).clip(0, 6).fill_null(0)
    extra = pl.when(pl.col("small_practice") & pl.col("any_measure")).then(6).otherwise(0)
    total = pl.col("points").fill_null(0.0) + bonus + extra
    return (100 * total / 60).clip(upper_bound=100)


def _interoperability() -> pl.Expr:
    done = [pl.col(f"numerator_{each}") for each in (1, 2, 3, 4)]
    of = [pl.col(f"denominator_{each}") for each in (1, 2, 3, 4)]
    last = pl.lit(40)
    for weight, d in zip((10, 20, 20), of[:3], strict=True):
        last = last + pl.when(d == 0).then(weight).otherwise(0)
    earned = pl.lit(10.0)
    for weight, n, d in zip((pl.lit(10), pl.lit(20), pl.lit(20), last), done, of, strict=True):
        share = (weight * n / d + (0.5 + GUARD)).floor()
        earned = earned + pl.when(d > 0).then(share).otherwise(0.0)
    earned = earned + pl.when(pl.col("interoperability_bonus")).then(5).otherwise(0)
    nothing = pl.any_horizontal([(d > 0) & (n == 0) for n, d in zip(done, of, strict=True)])
    excused = (
        pl.col("hospital_based")
        | pl.col("non_patient_facing")
        | pl.col("hardship")
        | pl.col("clinician_type").is_in(list(AUTOMATIC))
    )
    return (
        pl.when((of[3] > 0) & nothing).then(0.0)
        .when(of[3] > 0).then(earned.clip(upper_bound=100))
        .when(excused).then(None)
        .otherwise(0.0)
    )  # fmt: skip


def _weights() -> list[pl.Expr]:
    no_pi, no_cost = pl.col("interoperability").is_null(), pl.col("cost_score").is_null()
    quality = (
        pl.when(no_pi & no_cost).then(0.85).when(no_pi).then(0.7).when(no_cost).then(0.6)
        .otherwise(0.45)
    )  # fmt: skip
    return [
        quality.alias("quality_weight"),
        pl.when(no_cost).then(0.0).otherwise(0.15).alias("cost_weight"),
        pl.when(no_pi).then(0.0).otherwise(0.25).alias("interoperability_weight"),
        pl.lit(0.15).alias("activities_weight"),
    ]


def _patients() -> pl.Expr:
    anything = pl.col("any_measure") | (pl.col("denominator_4") > 0) | (pl.col("activities") > 0)
    risk = (pl.col("risk_score") + 5 * pl.col("dual_share")).clip(upper_bound=5)
    return pl.when(anything).then(risk).otherwise(0.0)


def _final() -> pl.Expr:
    total = (
        pl.col("quality_weight") * pl.col("quality")
        + pl.col("cost_weight") * pl.col("cost_score").fill_null(0.0)
        + pl.col("interoperability_weight") * pl.col("interoperability").fill_null(0.0)
        + pl.col("activities_weight") * pl.col("improvement_activities")
        + pl.col("complex_patient_bonus")
    )
    return _hundredths(total).clip(upper_bound=100)
