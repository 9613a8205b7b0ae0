"""What --mask and --suppress-below hide, every engine hides alike, byte for byte."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from mipsdsl.cli.main import cli

ENGINES = ("interpreter", "python", "native", "sql")

POLICY = """\
rules for performance year 2017 paying 2019

record practice key tin
    tin      text
    size     count from 0 to 10,000
    met      count from 0 to 10,000
    charges  optional money from $0 to $1,000,000

record clinician key npi
    npi       text
    tin       text
    practice  record practice by tin
    patients  count from 0 to 10,000
    better    count from 0 to 10,000

relation practice.clinicians list of clinician by tin at most 50

rule practice.share: percent = ratio of met to size (when zero: 0%) [1]
rule practice.seen: count from 0 to 500,000 = sum of patients over clinicians [1]
rule practice.members: count from 0 to 50 = count of clinicians [1]
rule practice.mean: optional number from 0 to 500,000 =
    ratio of seen to members (when zero: 0) [1]
rule practice.hidden: percent = (share * 2 at most 100%) [1]
selection busiest of practice.clinicians = best 2 by patients [1]

rule clinician.got_better: percent = ratio of better to patients (when zero: 0%) [1]
rule clinician.adjustment: percent from 0% to 100% =
    got_better * factor at most 100% [1]

population few: count = count of clinicians where patients > 90 [1]
population many: count = count of clinicians [1]
population factor: number from 0 to 1 =
    ratio of (sum of patients over clinicians) to 10,000 (when zero: 0) at most 1 [1]
population part: percent = ratio of few to many (when zero: 0%) at most 100% [1]
"""

ASKED = {
    "practice": "practice.share,practice.seen,practice.mean,practice.hidden,practice.busiest",
    "clinician": "got_better,adjustment,tin",
    "population": "few,many,factor,part,practice.charges,practice.size",
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a policy and data: some counts small, some not, some missing beside them."""
    folder = tmp_path_factory.mktemp("people")
    (folder / "counts.mips").write_text(POLICY)
    data = folder / "data"
    data.mkdir()
    sizes = [(40, 5), (40, 0), (5, 4), (40, 20), (10, 10), (11, 11), (0, 0), (1, 0)]
    practices = [
        f"P-{n},{size},{met},{'' if n % 3 == 0 else 1000 * n}"
        for n, (size, met) in enumerate(sizes)
    ]
    (data / "practice.csv").write_text("\n".join(["tin,size,met,charges", *practices, ""]))
    rows = [
        f"19990{n:05},P-{n % 7},{n * 7 % 101},{min(n * 3 % 17, n * 7 % 101)}" for n in range(60)
    ]
    (data / "clinician.csv").write_text("\n".join(["npi,tin,patients,better", *rows, ""]))
    (folder / "secret").write_text("0123456789abcdef0123")
    return folder


def _run(people: Path, *arguments: object) -> Result:
    asked = ["run", people / "counts.mips", people / "data", "--population", "here", *arguments]
    result = CliRunner().invoke(cli, [*map(str, asked)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result


HIDING = {
    "small": ("--suppress-below", "11"),
    "masked": ("--mask", "keys"),
    "both": ("--mask", "keys", "--suppress-below", "11", "--percent", "text"),
}


def _hiding(people: Path, name: str) -> tuple[object, ...]:
    secret = ("--mask-secret-file", people / "secret") if name != "small" else ()
    return (*HIDING[name], *secret)


@pytest.mark.parametrize("hiding", HIDING)
@pytest.mark.parametrize("asked", ASKED)
def test_every_engine_hides_the_same(people: Path, tmp_path: Path, hiding: str, asked: str) -> None:
    found, said = {}, {}
    for engine in ENGINES:
        out = tmp_path / engine
        how = ("--engine", engine, "--outputs", ASKED[asked], *_hiding(people, hiding))
        result = _run(people, *how, "-o", f"{out}/")
        found[engine] = {
            path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".csv"
        }
        lines = result.stderr.splitlines()
        said[engine] = [x for x in lines if not x.startswith(("about", "wrote"))]

    assert found["interpreter"]
    for engine in ENGINES:
        assert found[engine] == found["interpreter"], engine
        assert said[engine] == said["interpreter"], engine


@pytest.mark.parametrize("form", ["parquet", "jsonl", "xlsx"])
def test_in_every_form(people: Path, tmp_path: Path, form: str) -> None:
    found = []
    for engine in ENGINES:
        out = tmp_path / f"{engine}.{form}"
        how = ("--engine", engine, "--outputs", ASKED["practice"], *_hiding(people, "both"))
        _run(people, *how, "-o", out)
        if form == "parquet":
            table = duckdb.sql(f"FROM '{out}'")
            found.append((table.columns, table.types, table.fetchall()))
        elif form == "xlsx":
            found.append(CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python())
        else:
            found.append(out.read_bytes())

    assert all(each == found[0] for each in found)


def test_what_is_small_is_hidden_and_nothing_else(people: Path) -> None:
    how = ("--outputs", "practice.share,practice.size,practice.members", "--engine", "native")
    result = _run(people, *how, "--suppress-below", "11")

    assert result.stdout.splitlines() == [
        "tin,share,size,members",
        "P-0,*,*,<11",
        "P-1,0,40,<11",
        "P-2,*,<11,<11",
        "P-3,0.5,40,<11",
        "P-4,*,<11,<11",
        "P-5,1,11,<11",
        "P-6,0,0,<11",
        "P-7,*,<11,0",
    ]


def test_a_small_count_of_the_nation_is_hidden_with_what_is_made_of_it(people: Path) -> None:
    for engine in ENGINES:
        how = ("--outputs", "few,many,part,factor", "--engine", engine, "--suppress-below", "11")
        result = _run(people, *how)

        assert "few = <11, computed over 60 rows" in result.stderr
        assert "part = *, computed" in result.stderr
        assert result.stdout.splitlines()[1] == "<11,*,*,0.2896"


@pytest.mark.parametrize("hiding", HIDING)
def test_the_merge_of_parts_hides_as_a_single_run_does(
    people: Path, tmp_path: Path, hiding: str
) -> None:
    for asked in ASKED.values():
        _run(people, "--outputs", asked, *_hiding(people, hiding), "-o", tmp_path / "single")
        parts = []
        for number in (1, 2, 3):
            parts.append(str(tmp_path / f"{number}"))
            _run(people, "--outputs", asked, "--shard", f"{number}/3", "-o", parts[-1])
        how = [*map(str, _hiding(people, hiding)), "-o", str(tmp_path / "merged")]
        result = CliRunner().invoke(cli, ["merge", *parts, *how], catch_exceptions=False)

        assert result.exit_code == 0, result.stderr
        for path in (tmp_path / "single").glob("*.csv"):
            assert path.read_bytes() == (tmp_path / "merged" / path.name).read_bytes()
