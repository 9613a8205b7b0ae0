"""The work from Parquet to Parquet in Polars, as a process of its own, with two arguments."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.clinicians import KINDS, PARTIAL_QP
from benchmarks.peers.with_polars import CUTS, scored


def main() -> None:
    """Read the files of a folder, score, and write the outputs."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    clinicians = pl.scan_parquet(folder / "clinician.parquet").with_columns(
        _numbered("clinician_type", KINDS), _numbered("partial_qp", PARTIAL_QP)
    )
    measures = pl.scan_parquet(folder / "measure.parquet").with_columns(
        pl.col("completeness") * 100
    )
    benchmarks = pl.scan_parquet(folder / "benchmark.parquet").with_columns(
        pl.col("cuts").list.get(place).alias(name) for place, name in enumerate(CUTS)
    )
    found = scored(clinicians, measures, benchmarks.drop("cuts")).collect(engine="streaming")
    found.write_parquet(out, compression="zstd")


def _numbered(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).cast(pl.Enum(list(words))).to_physical().cast(pl.Int8)


if __name__ == "__main__":
    main()
