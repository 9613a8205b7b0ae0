"""Rejects that were corrected complete the data that they are of."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs
from mipsdsl.data.write import write_rejects

Row = dict[str, str]
SCORED = (
    "npi,tin,note,quality_score\n"
    "1,012345678,=1+1,80\n2,012345679,,many\n3,012345670,x\n4,012345671,,70\nTotal,,,150\n"
)


@pytest.fixture
def corrected(program: Program, tmp_path: Path) -> Callable[..., Inputs]:
    """Return a function that reads a flat file again, with its rejects as they were changed."""
    data, rejects = tmp_path / "scored.csv", tmp_path / "scored.rejects.csv"

    def run(change: Callable[[list[Row]], list[Row]], *, alone: bool = False) -> Inputs:
        data.write_text(SCORED, encoding="utf-8")
        write_rejects(rejects, read(program, [data], ReadOptions()).rejects)
        with rejects.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with rejects.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(change(rows))
        return read(program, [rejects] if alone else [data, rejects], ReadOptions())

    return run


def mended(rows: list[Row]) -> list[Row]:
    """Correct the rows, as a spreadsheet would save them."""
    first, second, total = rows
    first |= {"quality_score": "75", "tin": first["tin"].lstrip("0")}
    second |= {"quality_score": "60"}
    for name in ("npi", "tin", "note", "quality_score"):
        total[name] = ""
    return [second, first, total]


def test_corrected_rows_take_their_places(corrected: Callable[..., Inputs]) -> None:
    inputs = corrected(mended)
    clinicians = [row[:2] for row in inputs.tables["clinician"].rows]

    assert () == inputs.rejects
    assert [
        ["1", "012345678"],
        ["2", "012345679"],
        ["3", "012345670"],
        ["4", "012345671"],
    ] == clinicians
    assert (
        "scored.csv: 2 rows corrected, 1 rows taken out, as the corrections are empty"
        in inputs.notes
    )
    assert not any("_reason" in note for note in inputs.notes)


def test_what_is_still_wrong_is_rejected_in_its_place(corrected: Callable[..., Inputs]) -> None:
    inputs = corrected(lambda rows: rows[:1])

    assert [("scored.csv", 3), ("scored.csv", 4), ("scored.csv", 6)] == [
        (each.file, each.row) for each in inputs.rejects
    ]


def test_corrected_rows_can_be_read_alone(corrected: Callable[..., Inputs]) -> None:
    inputs = corrected(
        lambda rows: [rows[0] | {"quality_score": "61"}, rows[1] | {"quality_score": "62"}],
        alone=True,
    )

    assert () == inputs.rejects
    assert ["2", "3"] == sorted(str(row[0]) for row in inputs.tables["clinician"].rows)


def test_corrections_must_say_their_row(corrected: Callable[..., Inputs]) -> None:
    with pytest.raises(DataError, match="`_row` says no row"):
        corrected(lambda rows: [rows[0] | {"_row": "two"}])
