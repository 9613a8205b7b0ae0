"""Tables of other libraries in and out: the same results whatever holds the data, exact."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Context, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mipsdsl
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.arrow import table_of
from mipsdsl.data.write import Column

POLICY = """\
rules for performance year 2017 paying 2019
choice kind_of = physician "a doctor", other "someone else"
record clinician key tin, npi
    tin       text
    npi       text
    kind      kind_of
    seen      optional date
    active    optional yesno
    charges   optional money from $0 to $1,000,000
    score     points from 0 points to 100 points
    share     optional percent from 0% to 100%
    practice  optional record practice by tin
record practice key tin
    tin   text
    size  count from 0 to 1,000
rule clinician.double: points "twice" = score * 2
rule clinician.large: yesno "large" = (practice.size default 0) > 20
"""
OUTPUTS = ["seen", "active", "kind", "charges", "score", "share", "double"]
ROWS = {
    "tin": ["T1", "T1", "T2"],
    "npi": ["1", "2", "3"],
    "kind": ["physician", "other", "physician"],
    "seen": [date(2016, 2, 29), None, date(2017, 1, 1)],
    "active": [True, None, False],
    "charges": [0.1, 100000.5, None],
    "score": [33.3, 0.0, 2.0],
    "share": [0.07, 0.29, None],
}
EXPECTED = [
    {
        "tin": "T1", "npi": "1", "seen": date(2016, 2, 29), "active": True, "kind": "physician",
        "charges": Decimal("0.1"), "score": Decimal("33.3"), "share": Decimal("0.07"),
        "double": Decimal("66.6"),
    },
    {
        "tin": "T1", "npi": "2", "seen": None, "active": None, "kind": "other",
        "charges": Decimal("100000.5"), "score": Decimal(0), "share": Decimal("0.29"),
        "double": Decimal(0),
    },
    {
        "tin": "T2", "npi": "3", "seen": date(2017, 1, 1), "active": False, "kind": "physician",
        "charges": None, "score": Decimal(2), "share": None, "double": Decimal(4),
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("policy") / "small.mips"
    path.write_text(POLICY, encoding="utf-8")
    return mipsdsl.load(str(path))


def _pandas():
    import pandas as pd

    frame = pd.DataFrame(ROWS, index=[3, 5, 9])
    return frame.assign(seen=pd.to_datetime(frame["seen"]), kind=frame["kind"].astype("category"))


def _polars():
    import polars as pl

    return pl.DataFrame(ROWS, schema_overrides={"kind": pl.Categorical})


def _pyarrow():
    import pyarrow as pa

    return pa.table(ROWS)


def _duckdb():
    import duckdb

    held = _pyarrow()  # noqa: F841 - DuckDB finds it by its name
    return duckdb.sql("SELECT * FROM held")


FRAMES = [_pandas, _polars, _pyarrow, _duckdb]


@pytest.mark.parametrize("make", FRAMES)
def test_any_table_gives_the_same_results(loaded, make):
    assert list(loaded.run(make(), outputs=OUTPUTS)) == EXPECTED
    assert list(loaded.run({"clinician": make()}, outputs=OUTPUTS)) == EXPECTED


@pytest.mark.parametrize("make", FRAMES)
def test_tables_and_rows_by_record_are_read_together(loaded, make):
    records = {"clinician": make(), "practice": [{"tin": "T1", "size": 21}]}
    results = loaded.run(records, outputs=["large"])

    assert [True, True, False] == [row["large"] for row in results]
    assert "large is yes" in str(loaded.explain(records, npi="1", outputs=["large"]))


def test_an_index_with_names_is_data(loaded):
    frame = _pandas().set_index(["tin", "npi"])

    assert list(loaded.run(frame, outputs=OUTPUTS)) == EXPECTED


def test_results_are_a_table_with_exact_types(loaded):
    import pyarrow as pa

    results = loaded.run(_polars(), outputs=OUTPUTS)
    table = results.arrow("clinician")

    assert [dict(row) for row in table.to_pylist()] == EXPECTED
    assert {
        "tin": pa.string(), "npi": pa.string(), "seen": pa.date32(), "active": pa.bool_(),
        "kind": pa.string(), "charges": pa.decimal128(38, 2), "score": pa.decimal128(38, 4),
        "share": pa.decimal128(38, 4), "double": pa.decimal128(38, 12),
    } == {each.name: each.type for each in table.schema}  # fmt: skip


def test_every_library_takes_the_results(loaded):
    import duckdb
    import polars as pl
    import pyarrow as pa

    results = loaded.run(_polars(), outputs=OUTPUTS)

    assert pl.DataFrame(results)["double"].to_list() == [each["double"] for each in EXPECTED]
    assert pa.table(results).to_pandas()["active"].tolist() == [True, None, False]
    assert [(Decimal("70.6"),)] == duckdb.sql("SELECT sum(double) FROM results").fetchall()
    assert list(loaded.run(pl.DataFrame(results).drop("double"), outputs=OUTPUTS)) == EXPECTED


def test_no_rows_are_a_table_too(loaded):
    results = loaded.run(_polars().clear(), outputs=OUTPUTS)

    assert (0, 9) == results.arrow().shape
    assert str(results.arrow().schema) == str(loaded.run(_polars(), outputs=OUTPUTS).arrow().schema)


def test_wrong_cells_of_a_table_are_rejected_with_their_place(loaded):
    import polars as pl

    frame = _polars().with_columns(score=pl.Series(["1", "nothing", "3"]))
    with pytest.raises(
        mipsdsl.RowsRejected, match="row 3, column score: `nothing` is not a number"
    ):
        loaded.run({"clinician": frame}, outputs=OUTPUTS)


def test_a_time_of_day_is_no_date(loaded):
    import polars as pl

    frame = _polars().with_columns(seen=pl.lit("2016-02-29 12:30:00").str.to_datetime())
    with pytest.raises(mipsdsl.RowsRejected, match="is not a date"):
        loaded.run(frame, outputs=OUTPUTS)


@pytest.mark.parametrize("data", [5, None, _polars().lazy(), [1, 2], {"clinician": 5}, {"a b": []}])
def test_what_is_no_data_is_said(loaded, data):
    with pytest.raises(mipsdsl.DataError):
        loaded.run(data, outputs=OUTPUTS)


def test_the_block_says_how_results_came_about(loaded):
    one, two = (loaded.run(_polars(), outputs=["double"], assume={"share": "5%"}) for _ in "ab")
    about = one.about

    assert about["rows_read"] == {"clinician": 3}
    assert ("double", "{'share': '5%'}") == (
        about["settings"]["outputs"],
        about["settings"]["assume"],
    )
    assert {**about, "written": ""} == {**two.about, "written": ""}


@settings(deadline=None)
@given(
    st.lists(st.none() | st.integers(-(10**30), 10**30) | st.integers(-(1 << 63), (1 << 63) - 1)),
    st.sampled_from([0, 2, 12]),
)
def test_decimals_are_exact(steps, scale):
    column = Column("x", Type(Unit.POINTS), scale)
    values = table_of([column], [(each,) for each in steps])["x"].to_pylist()

    assert steps == [None if v is None else int(v.scaleb(scale, Context(prec=60))) for v in values]


def test_lists_and_what_was_withheld(loaded):
    columns = [Column("rates", Type(Unit.NUMBER), 2), Column("n", Type(Unit.COUNT))]
    table = table_of(columns, [((125, 250), 3), (None, "<11"), ((), None)])

    assert [[Decimal("1.25"), Decimal("2.50")], None, []] == table["rates"].to_pylist()
    assert [3, None, None] == table["n"].to_pylist()


def test_arrow_is_not_imported_until_it_is_needed(loaded, tmp_path):
    code = (
        "import sys, mipsdsl; mipsdsl.load('2017');"
        "print([m for m in ('pyarrow', 'duckdb', 'pandas', 'polars', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
