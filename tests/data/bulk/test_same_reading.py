"""Files read by query, as millions are, say the same as read in Python: tables, rejects, notes."""

from __future__ import annotations

import csv
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mipsdsl import cache, library, resources
from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ColumnRule, ReadOptions
from tests.data import dirty
from tests.data.bulk.same import assert_same_reading

CLINICIAN = ("npi", "tin", "clinician_type", "newly_enrolled", "enrolled_on", "charges_1")
NUMBERS = ("patients_1", "average_hcc", "dual_share")
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "N/A", "na", ".", "*", "<11", "#REF!", "Total", "yes", "N", "1", "0"]
    ),
    st.sampled_from(["physician", "Other", "phsician", "2018-10-01", "10/01/2018", "43000"]),
    st.sampled_from(["1234567893", "1234567890", "1.2E9", "012345678", "12-3456789", "3700001"]),
    st.from_regex(r"[-+$]{0,2}[0-9]{0,17}(\.[0-9]{0,6})?(e-?[0-9])?%?", fullmatch=True),
    st.text('ab1,;"\t\u00a0é ', max_size=5),
)
DOUBLES = st.floats() | st.integers(-5, 10**9).map(lambda n: n / 100) | st.just(0.0)
WHOLE = st.integers(-5, 200_000) | st.integers(-(2**63), 2**63 - 1)


def write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write cells as they are."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])


@pytest.mark.parametrize("year", ["2017", "2018", "2022"])
def test_the_sample(year: str) -> None:
    program = cache.compiled(library.read_sources(year), {}).program

    assert program is not None
    assert_same_reading(program, [resources.sample()], ReadOptions())


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_forty_kinds_of_fault(program: Program, tmp_path: Path, form: str) -> None:
    sheets = dirty.clean()
    dirty.dirty(sheets, dirty.faults())
    for name, rows in sheets.items():
        columns = tuple(rows[0])
        cells = [tuple(_cell(row.get(column)) for column in columns) for row in rows]
        if form == "csv":
            write_csv(tmp_path / f"{name}.csv", columns, cells)
        else:
            turned = dict(zip(columns, map(list, zip(*cells, strict=True)), strict=True))
            pq.write_table(pa.table(turned), tmp_path / f"{name}.parquet")

    assert_same_reading(program, [tmp_path], ReadOptions())


def _cell(value: object) -> str:
    return "" if value is None else str(value)


@given(st.lists(st.tuples(*[CELLS] * 9), max_size=8), st.sampled_from([None, "fraction"]))
@settings(max_examples=25, deadline=None)
@example([("1234567893",) * 9, ("1234567893.0",) * 9, ("1.2E9",) * 9], None)
@example([("a\nb",) * 9, ('a"b',) * 9], None)
def test_any_text(program: Program, rows: list[tuple[str, ...]], percent: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clinician.csv")
        write_csv(path, CLINICIAN + NUMBERS, rows)
        for strict in (False, True):
            assert_same_reading(program, [path], ReadOptions(percent_in=percent, strict_npi=strict))


@given(st.binary(max_size=200))
@settings(max_examples=30, deadline=None)
@example(b"tin,rural\n1,yes\n\n2,no\n")
@example(b"tin,rural\r\n1,yes\r\n2,no")
@example(b"tin,rural\n1,yes,3\n")
@example(b'tin,rural\n"1"x,yes\n')
@example(b'tin,rural\n 1,"ye""s"\n,\n2,no\n')
@example(b'tin\n""\n1\n')
@example(b"\xef\xbb\xbftin;rural\n1;yes\n")
def test_any_file(program: Program, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "practice.csv")
        path.write_bytes(content)
        assert_same_reading(program, [path], ReadOptions())


@given(
    st.lists(
        st.tuples(WHOLE, DOUBLES, DOUBLES, st.none() | DOUBLES, st.none() | st.booleans(), WHOLE),
        max_size=8,
    ),
    st.sampled_from([pa.float64(), pa.float32()]),
)
@settings(max_examples=25, deadline=None)
@example([(1, 0.1 + 0.2, 1.005, 0.5, True, 3)], pa.float64())
@example([(1, 0.0, 0.0, share, True, 3) for share in (1e308, 2.0, 1.0)], pa.float64())
@example([(1, 0.0, 0.0, share, True, 3) for share in (5e-324, 1.0, 1.5)], pa.float64())
@example([(1, 0.0, 0.0, share, True, 3) for share in (9.9e99, 1e-99)], pa.float64())
def test_numbers_of_parquet(program: Program, rows: list[tuple[Any, ...]], kind: Any) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 6
    table = pa.table(
        {
            "npi": pa.array([f"n{n}" for n in range(len(rows))], pa.string()),
            "tin": pa.array(columns[0], pa.int64()),
            "clinician_type": pa.array(["physician"] * len(rows), pa.string()),
            "charges_1": pa.array(columns[1], kind),
            "average_hcc": pa.array(columns[2], kind),
            "dual_share": pa.array(columns[3], kind),
            "newly_enrolled": pa.array(columns[4], pa.bool_()),
            "patients_1": pa.array(columns[5], pa.int64()),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clinician.parquet")
        pq.write_table(table, path)
        assert_same_reading(program, [path], ReadOptions(percent_in="fraction"))
        assert_same_reading(program, [path], ReadOptions())


@given(
    st.lists(st.tuples(*[st.none() | st.integers(-300, 10**6 - 1)] * 3), max_size=8),
    st.integers(0, 6),
    st.sampled_from([6, 18, 31, 38]),
)
@settings(max_examples=25, deadline=None)
@example([(120, 850, 100), (100, 1, 0), (-100, -1, 999_999)], 2, 18)
@example([(120, 850, 100), (100, 1, 0)], 6, 38)
def test_decimals_of_parquet(
    program: Program, rows: list[tuple[int | None, ...]], places: int, digits: int
) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 3
    kind = pa.decimal128(digits, places)
    numbers = [
        pa.array([None if n is None else Decimal(n).scaleb(-places) for n in column], kind)
        for column in columns
    ]
    table = pa.table(
        {
            "npi": pa.array([f"n{n}" for n in range(len(rows))], pa.string()),
            "tin": pa.array(["12-3456789", "001-02-0003", "3", " 12-3456789"] * 2, pa.string())[
                : len(rows)
            ],
            "clinician_type": pa.array(["physician"] * len(rows), pa.string()),
            "charges_1": numbers[0],
            "dual_share": numbers[1],
            "patients_1": numbers[2],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clinician.parquet")
        pq.write_table(table, path)
        assert_same_reading(program, [path], ReadOptions(percent_in="fraction"))
        assert_same_reading(program, [path], ReadOptions())


def test_rules_of_a_map_and_corrections(program: Program, tmp_path: Path) -> None:
    write_csv(
        tmp_path / "clinician.csv",
        (*CLINICIAN, "HCC", "dual_share"),
        [
            ("1234567893", "1", "physician", "yes", "10/01/2018", "1", "99", "5"),
            ("1234567893", "2", "physician", "9", "", "9", "1.5", "0.5%"),
            ("1234567893", "3", "nobody", "9", "", "9", "1.5", "0"),
        ],
    )
    rules = {
        "HCC": ColumnRule("clinician.average_hcc", missing=("99",)),
        "enrolled_on": ColumnRule("clinician.enrolled_on", date="mdy"),
        "newly_enrolled": ColumnRule("clinician.newly_enrolled", missing=("9",)),
        "not there": ColumnRule("clinician.charges_1"),
    }
    assert_same_reading(program, [tmp_path], ReadOptions(column_map=rules))
    columns = (*CLINICIAN, "_file", "_row", "_column", "_code", "_reason")
    fixed = ("1234567893", "3", "other", "no", "", "9", "clinician.csv", "4", "", "", "")
    write_csv(tmp_path / "rejects.csv", columns, [fixed])

    assert_same_reading(
        program, [tmp_path, tmp_path / "rejects.csv"], ReadOptions(column_map=rules)
    )
