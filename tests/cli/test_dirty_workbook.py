"""A workbook of 5,000 rows with more than forty kinds of fault: what is said, scored, completed."""

from __future__ import annotations

import csv
from pathlib import Path

from mipsdsl import resources
from tests.data.dirty import CLINICIANS, clean, dirty, faults, save

CATALOGUES = ("quality_catalogue.csv",)


def rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def results(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["tin"], row["npi"]): row for row in rejects(path)}


def test_each_fault_is_reported_once_and_the_corrections_complete_the_run(mips, tmp_path):
    catalogues = [resources.sample() / name for name in CATALOGUES]
    good = save(tmp_path / "good.xlsx", clean())
    sheets = clean()
    expected = dirty(sheets, faults())
    bad = save(tmp_path / "bad.xlsx", sheets)
    asked = ("--set", "scaling_factor=1", "--set", "additional_scaling_factor=0.5")
    said = mips("run", 2017, good, *catalogues, *asked, "-o", tmp_path / "good.csv")
    first = mips(
        "run", 2017, bad, *catalogues, *asked, "-o", tmp_path / "bad.csv", "--max-rejects", "99"
    )
    found = rejects(tmp_path / "bad.rejects.csv")

    assert 5_000 == sum(map(len, clean().values()))
    assert "rejected" not in said.stderr
    assert len({fault.kind for fault in faults()}) >= 40
    assert {(f"bad.xlsx, {sheet}", str(row)): said for (sheet, row), said in expected.items()} == {
        (each["_file"], each["_row"]): (each["_column"], each["_code"]) for each in found
    }
    assert len(expected) == len(found)
    assert all(each["_reason"] for each in found)
    assert f"rejected  {len(expected)} of 5,088 rows" in first.stderr  # 87 are the catalogue

    whole, partial = results(tmp_path / "good.csv"), results(tmp_path / "bad.csv")
    left_out = sum(sheet == "clinician" for sheet, _ in expected) - 1

    assert (CLINICIANS, CLINICIANS - left_out) == (len(whole), len(partial))
    assert set(partial) < set(whole)
    assert all(row["final_score"] and row["payment_adjustment"] for row in partial.values())

    _correct(tmp_path, found)
    mips(
        "run",
        2017,
        bad,
        tmp_path / "corrected.csv",
        *catalogues,
        *asked,
        "-o",
        tmp_path / "all.csv",
    )

    assert whole == results(tmp_path / "all.csv")


def _correct(folder: Path, found: list[dict[str, str]]) -> None:
    """Write the rejects as someone corrects them, who knows what they should have been."""
    right = clean()
    with (folder / "corrected.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        for row in found:
            rows = right[row["_file"].removeprefix("bad.xlsx, ")]
            index = int(row["_row"]) - 2
            own = {name for name in row if not name.startswith("_")}
            known = rows[index] if index < len(rows) else {}
            cells = {name: known.get(name) for name in own}
            writer.writerow(row | {n: "" if c is None else str(c) for n, c in cells.items()})
