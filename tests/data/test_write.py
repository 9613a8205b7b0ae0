"""Results into files: exact, whole, and harmless to open."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mipsdsl.core.types import Type, Unit
from mipsdsl.data.tables import DataError, Reject, Value
from mipsdsl.data.write import Column, write, write_rejects

COLUMNS = (
    Column("npi", Type(Unit.TEXT)),
    Column("eligible", Type(Unit.YESNO)),
    Column("final_score", Type(Unit.POINTS), 12),
    Column("payment_adjustment", Type(Unit.PERCENT), 12),
    Column("adjusted_payment", Type(Unit.MONEY), 2),
    Column("cases", Type(Unit.COUNT)),
    Column("first_billed", Type(Unit.DATE)),
)
ROWS: list[tuple[Value, ...]] = [
    ("0123456789", True, 74_995 * 10**9, -42_500_000_000, 9_000_050, 12, 736_968),
    (None, False, 10**14 + 1, 0, -5, None, None),
    ('=cmd|"x"!A1', None, None, None, None, 0, None),
]


def lines(path: Path) -> list[str]:
    """Return the lines of a text file."""
    return path.read_text(encoding="utf-8").splitlines()


def test_csv_is_exact_text(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write(path, COLUMNS, ROWS)

    assert [
        "npi,eligible,final_score,payment_adjustment,adjusted_payment,cases,first_billed",
        "0123456789,yes,74.995,-0.0425,90000.5,12,2018-10-01",
        ",no,100.000000000001,0,-0.05,,",
        '"\'=cmd|""x""!A1",,,,,0,',
    ] == lines(path)


def test_percents_can_be_written_for_people(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write(path, COLUMNS[3:4], [(-42_500_000_000,), (10**12,), (None,)], percent="text")

    assert ["payment_adjustment", "-4.25%", "100%", '""'] == lines(path)


def test_json_lines_hold_exact_numbers(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    write(path, COLUMNS, ROWS)
    first, second, third = [json.loads(line, parse_float=Decimal) for line in lines(path)]

    assert {
        "npi": "0123456789",
        "eligible": True,
        "final_score": Decimal("74.995"),
        "payment_adjustment": Decimal("-0.0425"),
        "adjusted_payment": Decimal("90000.5"),
        "cases": 12,
        "first_billed": "2018-10-01",
    } == first
    assert (None, False, None) == (second["npi"], second["eligible"], second["cases"])
    assert '=cmd|"x"!A1' == third["npi"]


def test_parquet_holds_exact_decimals(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "it's.parquet"
    rows = [*ROWS, ("", True, 1, 1, 1, 1, 1), ('a\n"b",c', None, None, None, None, None, None)]
    write(path, COLUMNS, rows)
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(path))
        kinds = [str(kind) for kind in table.types]
        found = table.fetchall()

    assert [
        "VARCHAR",
        "BOOLEAN",
        "DECIMAL(38,12)",
        "DECIMAL(38,12)",
        "DECIMAL(38,2)",
        "BIGINT",
        "DATE",
    ] == kinds
    assert ("0123456789", True, Decimal("74.995"), Decimal("-0.0425")) == found[0][:4]
    assert (None, False, Decimal("100.000000000001")) == found[1][:3]
    assert '=cmd|"x"!A1' == found[2][0]
    assert ["", 'a\n"b",c'] == [row[0] for row in found[3:]]


def test_a_file_is_never_half_written(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("before\n", encoding="utf-8")

    def broken() -> Iterator[tuple[Value, ...]]:
        yield ("1",)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(path, COLUMNS[:1], broken())
    assert "before\n" == path.read_text(encoding="utf-8")
    assert [path] == list(tmp_path.iterdir())


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("before\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write(tmp_path / "link.csv", COLUMNS[:1], [("1",)])
    os.mkfifo(tmp_path / "pipe.csv")
    reader = os.open(tmp_path / "pipe.csv", os.O_RDONLY | os.O_NONBLOCK)
    write(tmp_path / "pipe.csv", COLUMNS[:1], [("2",)])

    assert ["npi", "1"] == lines(tmp_path / "real.csv")
    assert b"npi\n2\n" == os.read(reader, 100)
    os.close(reader)


@pytest.mark.parametrize("name", ["results.xls", "nowhere/results.csv"])
def test_what_cannot_be_written_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError):
        write(tmp_path / name, COLUMNS, ROWS)


def test_without_a_path_the_results_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    write(None, COLUMNS[:2], [("1", True)])

    assert "npi,eligible\n1,yes\n" == capsys.readouterr().out


def test_rejects_keep_their_row_and_say_why(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    write_rejects(
        path,
        [
            Reject("a.csv", 2, "npi", "D0102", "`npi` is empty", "", {"tin": "1", "npi": ""}),
            Reject("b.csv", 7, "x", "D0101", "bad", "-x", {"tin": "-x", "x": "-5"}),
        ],
    )
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))

    assert [
        ["tin", "npi", "x", "_file", "_row", "_column", "_code", "_reason"],
        ["1", "", "", "a.csv", "2", "npi", "D0102", "`npi` is empty"],
        ["'-x", "", "-5", "b.csv", "7", "x", "D0101", "bad"],
    ] == found
