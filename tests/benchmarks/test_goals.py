"""The table of goals: every row is measured or says why not, and the report keeps its sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import exactness, parts, report, table
from benchmarks.goals import files, throughput
from benchmarks.goals.measured import Measured, Size
from benchmarks.many import many
from benchmarks.peers import with_numpy


def test_nobody_differs_in_a_few() -> None:
    found = exactness.differences(exactness.Asked(300, interpreted=100, in_fractions=100))

    assert [each.differing for each in found] == [0] * len(found)
    assert len(found) == 7


def test_parts_merge_to_a_single_run(tmp_path: Path) -> None:
    found = list(parts.differences(30, tmp_path, (3,)))

    assert [number for _, number in found] == [0, 0]


def test_who_differs_is_found() -> None:
    people = many(50)
    wanted = with_numpy.columns_of(with_numpy.prepare(people)())
    spoilt = {**wanted, "final_score": wanted["final_score"] + 0.01}

    with pytest.raises(AssertionError, match="someone: final_score"):
        throughput.verify("someone", spoilt, wanted)


def test_files_say_the_same_as_polars_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "need_bulk", lambda: None)

    [found] = files.parquet_to_parquet(Size(120, 1))

    assert "Polars" in found.found


def test_a_row_that_fails_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Size) -> list[Measured]:
        raise ValueError("out of order")

    monkeypatch.setattr(throughput, "against_c", broken)
    [found] = table.measured("2", Size(10, 1))

    assert "out of order" in found.found
    assert found.reached is None


def test_a_section_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for name, text in (("exactness", "## E\nold"), ("table", "## T"), ("exactness", "## E\nnew")):
        report.record(name, text, path)
    text = path.read_text(encoding="utf-8")

    assert "old" not in text
    assert text.index("## T") < text.index("## E\nnew")
