"""Years that are measured again replace their lines in the table; the others keep theirs."""

from __future__ import annotations

from benchmarks import proofs, report

HEAD = ["| year | changes |", "|---|---|"]


def test_years_that_are_not_measured_keep_their_lines(tmp_path) -> None:
    results = tmp_path / "RESULTS.md"
    before = [*HEAD, "| 2017 | 5 |", "| 2018 | 6 |"]
    report.record("mutation", "\n".join(["## Changes", "", *before]), results)

    assert [*HEAD, "| 2017 | 5 |", "| 2018 | 7 |", "| 2019 | 8 |"] == proofs._with_others(
        [*HEAD, "| 2019 | 8 |", "| 2018 | 7 |"], report.recorded("mutation", results)
    )


def test_a_table_with_other_columns_is_begun_anew() -> None:
    assert [*HEAD, "| 2018 | 7 |"] == proofs._with_others(
        [*HEAD, "| 2018 | 7 |"], "| year | questions |\n|---|---|\n| 2017 | 5 |"
    )
