"""What holds of all data: nothing crashes, the short way agrees, what is written is read again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mipsdsl.core.nodes import Program
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.cells import Reading, parse_cell, parse_column
from mipsdsl.data.decimals import Decimal, Steps, parse_decimal, plain, to_steps
from mipsdsl.data.identifiers import NAMES
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.slots import layout_of
from mipsdsl.data.tables import DataError, Value
from mipsdsl.data.write import Column, write

STEPS = st.integers(-(10**30), 10**30)
CELLS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[-+$]{0,2}[0-9]{0,20}(\.[0-9]{0,14})?(e-?[0-9])?%?", fullmatch=True),
    st.sampled_from(["", "N/A", "yes", "no", "0", "1", "physician", "2018-10-01", "1;2", "[1, 2]"]),
)
COLUMNS = (
    Column("npi", Type(Unit.TEXT)),
    Column("tin", Type(Unit.TEXT)),
    Column("clinician_type", Type(Unit.CHOICE)),
    Column("newly_enrolled", Type(Unit.YESNO)),
    Column("enrolled_on", Type(Unit.DATE)),
    Column("charges_1", Type(Unit.MONEY), 2),
    Column("patients_1", Type(Unit.COUNT)),
    Column("average_hcc", Type(Unit.NUMBER), 4),
    Column("dual_share", Type(Unit.PERCENT), 4),
)


@given(STEPS, st.integers(0, 12))
def test_a_decimal_is_read_as_it_was_written(steps: int, scale: int) -> None:
    text = plain(steps, scale)
    number = parse_decimal(text)

    assert number is not None
    assert Steps(steps, exact=True) == to_steps(number, scale)
    assert "." not in text or not text.endswith(("0", "."))


@given(STEPS, st.integers(-20, 20), st.integers(0, 12))
def test_rounding_is_within_half_a_step(mantissa: int, exponent: int, scale: int) -> None:
    found = to_steps(Decimal(mantissa, exponent), scale)
    tens = 10 ** (40 - scale)
    distance = abs(found.steps * tens - mantissa * 10 ** (exponent + 40))

    assert 2 * distance <= tens
    assert found.exact == (distance == 0)


@given(CELLS, st.booleans())
@example("00.10", True)
@example("5" * 18, False)
def test_the_short_way_agrees_with_the_long_one(program: Program, text: str, hundred: bool) -> None:
    for slots in layout_of(program).slots.values():
        for slot in slots.values():
            if slot.name in NAMES:  # whole columns are looked at
                continue
            column = parse_column(slot, [text], Reading(hundred))
            cell = parse_cell(slot, text, Reading(hundred))

            assert [cell.value] == column.values
            assert column.problems.get(0) == cell.problem
            assert column.rounded == cell.rounded


@given(st.binary(max_size=300))
@settings(max_examples=60)
@example(b"tin,rural\n1,yes\n")
@example(b"\xef\xbb\xbftin;rural\n\xff;ja\n")
@example(b"\xff\xfe\x00")
def test_any_file_is_read_or_refused_in_a_sentence(program: Program, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("practice.csv", "flat.csv", "practice.jsonl"):
            path = Path(folder, name)
            path.write_bytes(content)
            try:
                inputs = read(program, [path], ReadOptions())
            except DataError:
                continue
            for record, table in inputs.tables.items():
                assert inputs.counts[record] >= len(table.rows)
                assert len(table.rows) == len(table.origins)


ROWS = st.lists(
    st.tuples(
        st.from_regex(r"[0-9]{10}", fullmatch=True),
        st.from_regex(r"[0-9]{9}", fullmatch=True),
        st.sampled_from(["physician", "other"]),
        st.booleans(),
        st.none() | st.integers(720_000, 740_000),
        st.none() | st.integers(0, 5_000_000_000),
        st.none() | st.integers(0, 100_000),
        st.none() | st.integers(0, 100_000),
        st.none() | st.integers(0, 10_000),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[:2],
)


@given(ROWS, st.sampled_from(["csv", "jsonl", "parquet"]))
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_again(
    program: Program, rows: list[tuple[Value, ...]], kind: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"clinician.{kind}")
        write(path, COLUMNS, rows)
        inputs = read(program, [path], ReadOptions(percent_in="fraction"))
    table = inputs.tables["clinician"]

    assert () == inputs.rejects
    assert tuple(column.name for column in COLUMNS) == table.columns
    assert [list(row) for row in rows] == table.rows
