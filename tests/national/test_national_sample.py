"""The invented nation: any year can read it, and it is distributed as its README says."""

from __future__ import annotations

from collections import defaultdict
from math import sqrt
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

import mipsdsl
from mipsdsl.cli import exits
from mipsdsl.cli.main import cli
from mipsdsl.core.types import Unit
from mipsdsl.data.identifiers import has_check_digit
from mipsdsl.library import years
from mipsdsl.sample import people
from mipsdsl.sample.draws import Dice, Known, drawn, picked
from mipsdsl.sample.files import Order, write_sample
from mipsdsl.sample.make import maker_of
from mipsdsl.sample.marginals import (
    Nearest,
    Quantiles,
    Ranges,
    Share,
    Shares,
    Times,
    marginals,
)
from mipsdsl.sample.tables import Texts, npis, places

NUMBER = 20_000
SIGMAS = 5
# Hardly anybody was penalised in these: 0.3% of the units, fewer than a small sample has.
SPARED = {"2019", "2020", "2021"}
# Of 2018 it takes more people to have one among the 2%.
FEW = {"2018": 1_500}


@pytest.mark.parametrize("year", years()[1:] if years()[0] == "2016" else years())
def test_every_year_scores_its_nation(year: str, tmp_path: Path) -> None:
    policy = mipsdsl.load(year)

    write_sample(policy.program, Order(FEW.get(year, 300), 3), tmp_path)
    found = policy.run(tmp_path, outputs=["payment_adjustment", "mips_eligible"], population="here")
    adjustments = [row["payment_adjustment"] for row in found if row["mips_eligible"]]

    assert found.rejects == ()
    assert found.left_out == ()
    assert len(adjustments) > 100
    assert any(each > 0 for each in adjustments)
    assert year in SPARED or any(each < 0 for each in adjustments)


@pytest.mark.parametrize("year", ["2017", "2022", "2025"])
def test_the_whole_year_runs_on_measures(year: str, tmp_path: Path) -> None:
    policy = mipsdsl.load(year)

    write_sample(policy.program, Order(300, 3, detail="measures"), tmp_path)
    wanted = ["quality_score", "improvement_activities_score", "cost_score", "final_score"]
    found = policy.run(
        tmp_path, outputs=[f"submission.{name}" for name in wanted], population="here"
    )
    units = [row for row in found.rows("submission") if row["quality_score"]]

    assert found.rejects == ()
    assert found.left_out == ()
    assert len(units) > 15
    assert all(row["improvement_activities_score"] is not None for row in units)
    assert any(row["cost_score"] for row in units)
    assert any(row["final_score"] > 60 for row in units)


def test_no_unit_sends_a_measure_twice(tmp_path: Path) -> None:
    write_sample(mipsdsl.load("2024").program, Order(3_000, 2, detail="measures"), tmp_path)
    [sent] = duckdb.sql(
        f"""select count(*), count(distinct (submission_id, measure_id)),
        count(distinct submission_id) from '{tmp_path}/quality_measure.parquet'"""
    ).fetchall()

    assert sent[0] == sent[1]
    assert sent[0] > 5 * sent[2]


def test_measures_without_their_detail_are_a_sentence() -> None:
    done = CliRunner().invoke(cli, ["sample", "--measures", "2022", "-o", "people"])

    assert done.exit_code == exits.USAGE
    assert "--detail measures" in done.stderr


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    program = mipsdsl.load("2024").program
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        write_sample(program, Order(500, seed), tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())

    def bytes_of(folder: str) -> list[bytes]:
        return [(tmp_path / folder / name).read_bytes() for name in names]

    assert names == [
        "README.md", "clinician.parquet", "member.parquet", "practice.parquet", "submission.parquet",
    ]  # fmt: skip
    assert bytes_of("one") == bytes_of("again")
    assert bytes_of("one")[1:] != bytes_of("other")[1:]


def test_csv_says_the_same_as_parquet(tmp_path: Path) -> None:
    program = mipsdsl.load("2024").program
    write_sample(program, Order(200, 5), tmp_path / "parquet")
    write_sample(program, Order(200, 5, "csv"), tmp_path / "csv")

    for record in ("clinician", "practice", "submission", "member"):
        one, other = (tmp_path / form / f"{record}.{form}" for form in ("parquet", "csv"))
        both = f"""select * from '{one}' except
            select columns(*) from read_csv('{other}', header=true, all_varchar=false,
            types={_types(one)})"""
        assert [] == duckdb.sql(both).fetchall()


def _types(path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in duckdb.sql(f"describe from '{path}'").fetchall()}


def test_the_files_say_that_they_are_synthetic(tmp_path: Path) -> None:
    write_sample(mipsdsl.load("2024").program, Order(50, 1), tmp_path)
    kept = duckdb.sql(f"select value from parquet_kv_metadata('{tmp_path}/*.parquet')").fetchall()

    assert "Nobody in here exists" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert 4 == sum(b"Nobody in here exists" in value for (value,) in kept)


def test_blocks_go_on_where_the_last_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "BLOCK", 100)
    tables = list(maker_of(program_2024()).tables(250, 1))

    def texts(record: str, name: str) -> list[bytes]:
        columns = [block[record][name].values for block in tables]
        return [bytes(row) for each in columns if isinstance(each, Texts) for row in each.letters]

    pairs = list(zip(texts("clinician", "tin"), texts("clinician", "npi"), strict=True))
    assert 3 == len(tables)
    assert 250 == len(pairs) == len(set(pairs))
    assert len(texts("submission", "submission_id")) == len(
        set(texts("submission", "submission_id"))
    )
    assert set(texts("practice", "tin")) == set(texts("clinician", "tin"))
    assert set(texts("member", "tin")) <= set(texts("practice", "tin"))


def program_2024():  # the program of a year with all four records
    return mipsdsl.load("2024").program


def test_identifiers_have_the_right_check_digit() -> None:
    found = [bytes(row).decode() for row in npis(np.arange(1, 400)).letters]

    assert all(has_check_digit(each) for each in found)
    assert 399 == len(set(found))


# --- as documented -----------------------------------------------------------------------------------


def near(share: float, of: float, number: int) -> bool:
    """Return whether a share of ``number`` draws is what chance makes of ``of``."""
    return abs(share - of) <= SIGMAS * sqrt(max(of * (1 - of), 1 / number) / number)


@pytest.fixture(scope="module")
def tables():
    [block] = maker_of(program_2024()).tables(NUMBER, 11)
    return block


def test_columns_are_distributed_as_documented(tables) -> None:
    compared = 0
    for record, columns in marginals(2024).items():
        for parts in columns:
            part = parts[0]
            column = tables.get(record, {}).get(part.names[0])
            if (
                column is None
                or len(parts) > 1
                or part.per_practice
                or part.where
                or isinstance(part.law, Times)
            ):
                continue
            present = (
                np.ones(len(column.values), bool) if column.present is None else column.present
            )
            assert near(1 - present.mean(), part.missing, len(present)), part.names
            values, there = column.values[present], int(present.sum())
            match part.law:
                case Share(yes):
                    assert near(values.mean(), yes, there), part.names
                case Shares(names, shares):
                    for name, share in zip(names, shares, strict=True):
                        code = column.slot.choices.index(name)
                        assert near((values == code).mean(), share, there), (part.names, name)
                case Quantiles((shares, knots)) if column.slot.type.unit is not Unit.DATE:
                    for share, knot in zip(shares, knots, strict=True):
                        step = round(knot * 10 ** places(column.slot))
                        below, upto = (values < step).mean(), (values <= step).mean()
                        assert near(min(max(share, below), upto), share, there), (part.names, knot)
                case _:
                    continue
            compared += 1
    assert compared >= 7


def test_who_is_in_which_unit_is_as_documented() -> None:
    structure = people.structure_of(marginals(2024))
    [block] = people.blocks(structure, NUMBER, 11)
    units = len(block.standing)
    drawn_ones = block.standing[block.standing < len(structure.standing.values)]

    for place, share in enumerate(structure.standing.shares):
        assert near((drawn_ones == place).mean(), share, len(drawn_ones))
    assert isinstance(structure.level, Quantiles)
    for share, knot in zip(*structure.level.knots, strict=True):
        assert near((block.level * 100 <= knot).mean(), share, units)
    in_entities = structure.participation.shares[structure.participation.values.index("apm_entity")]
    assert near((block.participation == 2).mean(), in_entities, len(block.participation))


def test_what_is_drawn_for_a_practice_is_the_same_for_its_clinicians(tables) -> None:
    found = defaultdict(set)
    clinicians = tables["clinician"]
    for tin, rural in zip(
        clinicians["tin"].values.letters, clinicians["rural"].values, strict=True
    ):
        found[bytes(tin)].add(bool(rural))

    assert all(len(each) == 1 for each in found.values())
    assert near(sum(True in each for each in found.values()) / len(found), 0.14, len(found))


def test_a_category_keeps_the_mean_of_its_level() -> None:
    level = Dice(1, 0).uniform("level", 50_000)
    known = Known({}, level)
    found = drawn(Nearest((0, 0.25, 0.5, 1)), Dice(1, 0).uniform("activities", 50_000), known)

    assert {0, 0.25, 0.5, 1} == set(found)
    for low in (0.0, 0.3, 0.7):
        some = (level >= low) & (level < low + 0.1)
        assert abs(found[some].mean() - level[some].mean()) < 0.03


def test_ranges_reach_both_ends() -> None:
    chance = np.linspace(0, 1, 10_001)[:-1]
    found = drawn(Ranges((1, 2), (1, 5), (0.5, 0.5)), chance, Known({}))

    assert {1, 2, 3, 4, 5} == set(found)
    assert near((found == 1).mean(), 0.5, 10_000)
    assert [0, 1, 1] == list(picked((0.25, 0.75), np.array([0.1, 0.3, 0.9999])))


# --- the command ---------------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    call = ["sample", "--clinicians", "1_00", "--year", "2023", "-o", str(tmp_path / "people")]
    done = CliRunner().invoke(cli, call)

    assert done.exit_code == 0, done.output
    assert "wrote     100 rows of clinician" in done.stderr
    assert "synthetic" in done.stderr
    assert "synthetic" in CliRunner().invoke(cli, ["sample", "--help"]).output


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(cli, ["sample", "--clinicians", "10", "-o", str(tmp_path / "people")])

    assert done.exit_code == exits.USAGE
    assert "is a file" in done.stderr
    assert "mine" == (tmp_path / "people").read_text(encoding="utf-8")


def test_a_sample_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "BLOCK", 100)

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(program_2024(), Order(300, 1), tmp_path, interrupted)

    assert [] == list(tmp_path.iterdir())
