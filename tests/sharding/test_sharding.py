"""Any number of parts merge to the bytes of a single run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

OUTPUTS = ("--outputs", "eligible,base,adjustment,kind,factor")
HERE = ("--population", "here")


def _parts(mips, policy, data, tmp_path: Path, of: int, *arguments: str) -> list[Path]:
    folders = [tmp_path / f"parts-{of}" / str(number) for number in range(1, of + 1)]
    for number, folder in enumerate(folders, 1):
        shard = ("--shard", f"{number}/{of}", "-o", folder)
        mips("run", policy, data, *arguments, *shard)
    return folders


@pytest.mark.parametrize("of", [1, 2, 7])
def test_parts_merge_to_the_bytes_of_a_single_run(mips, policy, data, tmp_path, of: int) -> None:
    asked = (*HERE, *OUTPUTS)
    mips("run", policy, data, *asked, "-o", tmp_path / "single")
    parts = _parts(mips, policy, data, tmp_path, of, *asked)
    result = mips("merge", *reversed(parts), "-o", tmp_path / "merged")

    assert "factor = 0.015, computed over 4 rows" in result.stderr
    for name in ("clinician.csv", "population.csv"):
        assert (tmp_path / "single" / name).read_bytes() == (
            tmp_path / "merged" / name
        ).read_bytes()


def test_the_sample_merges_to_a_single_run(mips, tmp_path) -> None:
    asked = (*HERE, "--outputs", "payment_adjustment,adjusted_payment,submission.final_score")
    mips("run", "2017", "--sample", *asked, "--no-own-columns", "-o", tmp_path / "single")
    folders = []
    for number in (1, 2):
        folders.append(tmp_path / str(number))
        shard = ("--shard", f"{number}/2", "-o", folders[-1])
        mips("run", "2017", "--sample", *asked, *shard)
    mips("merge", *folders, "-o", tmp_path / "merged")

    for name in ("clinician.csv", "submission.csv"):
        assert (tmp_path / "single" / name).read_bytes() == (
            tmp_path / "merged" / name
        ).read_bytes()


def test_with_a_factor_that_is_set_nothing_waits(mips, policy, data, tmp_path) -> None:
    asked = ("--set", "factor=0.5", "--outputs", "adjustment")
    single = tmp_path / "single.csv"
    mips("run", policy, data, *asked, "-o", single)
    parts = _parts(mips, policy, data, tmp_path, 3, *asked)
    mips("merge", *parts, "-o", tmp_path / "merged.csv")

    assert single.read_bytes() == (tmp_path / "merged.csv").read_bytes()


def test_a_missing_part_is_missed(mips, policy, data, tmp_path) -> None:
    parts = _parts(mips, policy, data, tmp_path, 3, *HERE)
    result = mips("merge", parts[0], parts[2], "-o", tmp_path / "merged", code=2)

    assert "parts are missing: 2/3" in result.stderr
    assert not (tmp_path / "merged").exists()


def test_parts_of_different_runs_are_not_merged(mips, policy, data, tmp_path) -> None:
    parts = _parts(mips, policy, data, tmp_path, 2, *HERE)
    mips(
        "run", policy, data, *HERE, "--set", "threshold=9 points", "--shard", "2/2", "-o", parts[1]
    )
    result = mips("merge", *parts, "-o", tmp_path / "merged", code=2)

    assert "different runs: not the same settings" in result.stderr


def test_a_part_twice_and_no_part_are_refused(mips, policy, data, tmp_path) -> None:
    parts = _parts(mips, policy, data, tmp_path, 1, *HERE)

    assert "there twice" in mips("merge", parts[0], parts[0], "-o", "x", code=2).stderr
    assert "is no part of a run" in mips("merge", tmp_path, "-o", "x", code=2).stderr


def test_rules_that_changed_since_are_noticed(mips, policy, data, tmp_path) -> None:
    parts = _parts(mips, policy, data, tmp_path, 1, *HERE)
    changed = policy.read_text(encoding="utf-8").replace("3 points", "4 points")
    policy.write_text(changed, encoding="utf-8")
    result = mips("merge", *parts, "-o", tmp_path / "merged", code=2)

    assert "run them again" in result.stderr


@pytest.mark.parametrize("shard", ["0/2", "3/2", "one", "1/0"])
def test_a_shard_is_written_as_a_part_of_some(mips, policy, data, shard) -> None:
    said = mips("run", policy, data, "--shard", shard, "-o", "x", code=2).stderr

    assert "write 1/4 for the first of four parts" in said


def test_a_part_says_of_what_it_is(mips, policy, data, tmp_path) -> None:
    (part,) = _parts(mips, policy, data, tmp_path, 1, *HERE)
    about = json.loads((part / "part.json").read_text(encoding="utf-8"))

    assert ("mips/part/2", 1, 1) == (about["format"], about["shard"], about["of"])
    assert "here" == about["run"]["population"]


def test_a_merge_masks_and_says_how_it_came_about(mips, policy, data, tmp_path) -> None:
    parts = [tmp_path / f"part{number}" for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        mips("run", policy, data, "--population", "here", "--shard", f"{number}/2", "-o", part)
    out, whole = tmp_path / "out.csv", tmp_path / "whole.csv"
    result = mips("merge", *parts, "-o", out, "--mask", "keys")
    mips("run", policy, data, "--population", "here", "-o", whole)
    block, single = (
        json.loads(path.with_name(f"{path.name}.about.json").read_text(encoding="utf-8"))
        for path in (out, whole)
    )
    same = ("rules_sha256", "inputs", "rows_read", "rows_rejected", "rows_evaluated", "policy")

    assert {name: block[name] for name in same} == {name: single[name] for name in same}
    assert "about     " in result.stderr
    first = out.read_text(encoding="utf-8").splitlines()[1].split(",")
    assert [each.startswith("m-") for each in first[:3]] == [True, True, False]
