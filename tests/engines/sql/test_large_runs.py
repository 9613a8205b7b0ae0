"""The whole year 2022 over a sample of the nation: SQL and Spark (Sail) write what native writes.

``MIPSDSL_SPARK_CLINICIANS=100000`` is the size of the claim; its run is in benchmarks/README.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mipsdsl.cli.main import cli
from tests.large.hidden import ASKED, written

pytest.importorskip("pyspark", reason="pyspark-client is missing: pip install 'mipsdsl[spark]'")
sail = pytest.importorskip("pysail.spark", reason="pysail, a Spark Connect server, is missing")

CLINICIANS = os.environ.get("MIPSDSL_SPARK_CLINICIANS", "200")
NATION = (
    "--population here --set hcc_median=1 --set dual_eligible_median=10% --set hcc_mean=1.2 "
    "--set hcc_standard_deviation=0.3 --set dual_eligible_mean=20% "
    "--set dual_eligible_standard_deviation=10%"
).split()
OUTPUTS = (
    "clinician.final_score,clinician.participation,clinician.exclusion_reason,"
    "clinician.payment_adjustment,clinician.adjusted_payment,submission.final_score,"
    "submission.quality_weight,submission.cost_weight,submission.complex_patient_bonus"
)


@pytest.fixture(scope="module")
def remote() -> Iterator[str]:
    server = sail.SparkConnectServer()
    server.start(background=True)
    yield f"sc://localhost:{server.listening_address[1]}"
    server.stop()


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("counted"))


def mips(*arguments: str) -> None:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output


def test_engines_write_the_same(remote: str, tmp_path: Path) -> None:
    people = str(tmp_path / "people")
    mips("sample", "--clinicians", CLINICIANS, "--year", "2022", "--seed", "4", "-o", people)
    run = ["run", "2022", people, *NATION, "--outputs", OUTPUTS]
    mips(*run, "--engine", "native", "-o", str(tmp_path / "native"))
    mips(*run, "--engine", "sql", "-o", str(tmp_path / "sql"))
    mips(*run, "--engine", "spark", "--remote", remote, "-o", str(tmp_path / "spark"))

    for name in ("clinician.csv", "submission.csv"):
        expected = (tmp_path / "native" / name).read_bytes()
        assert expected.count(b"\n") > int(CLINICIANS) // 20
        assert expected == (tmp_path / "sql" / name).read_bytes()
        assert expected == (tmp_path / "spark" / name).read_bytes()


def test_spark_hides_what_the_interpreter_hides(remote: str, counted: Path, tmp_path: Path) -> None:
    how = (
        "--mask",
        "keys",
        "--mask-secret-file",
        str(counted / "secret"),
        "--suppress-below",
        "11",
    )
    run = ["run", str(counted / "counts.mips"), str(counted / "data"), "--population", "here", *how]
    asked = ["--outputs", f"{ASKED['practice']},{ASKED['clinician']}"]
    mips(*run, *asked, "--engine", "interpreter", "-o", str(tmp_path / "rows"))
    mips(*run, *asked, "--engine", "spark", "--remote", remote, "-o", str(tmp_path / "spark"))

    for name in ("clinician.csv", "practice.csv"):
        expected = (tmp_path / "rows" / name).read_bytes()
        assert b",*" in expected
        assert expected == (tmp_path / "spark" / name).read_bytes()


def test_a_run_on_spark_needs_a_server() -> None:
    run = ["run", "2022", "people", "--engine", "spark"]
    without, silent = (
        CliRunner().invoke(cli, [*run, *more]) for more in ([], ["--remote", "sc://localhost:1"])
    )

    assert (without.exit_code, silent.exit_code) == (5, 5)
    assert "`--remote sc://HOST:PORT`" in without.stderr
    assert "no Spark Connect server answers at sc://localhost:1" in silent.stderr
