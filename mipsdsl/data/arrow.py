"""Tables of other libraries in and out, by the Arrow stream interface: Polars, pandas, DuckDB, ….

What comes in goes the way of all files: into Parquet, and through the same validator. A double is
read as its shortest decimal. What goes out is exact: quantities are decimals, never doubles.
Source: the Arrow PyCapsule interface, https://arrow.apache.org/docs/format/CDataInterface/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeGuard

from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.tables import DataError, Value
from mipsdsl.data.write import Column

if TYPE_CHECKING:
    import pyarrow

_STREAM = "__arrow_c_stream__"
_DIGITS = 38
_SMALL = 1 << 63
_UNNAMED_INDEX = re.compile(r"__index_level_[0-9]+__")


class ArrowStream(Protocol):
    """A table that gives itself as a stream of Arrow."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the capsule of the stream."""


def is_stream(table: object) -> TypeGuard[ArrowStream]:
    """Return whether ``table`` gives itself as a stream of Arrow."""
    return hasattr(table, _STREAM)


# --- in ------------------------------------------------------------------------------------------


def write_frame(frame: ArrowStream, path: Path) -> None:
    """Write a table to ``path`` as Parquet that is read like any other.

    Raises:
        DataError: it is no table with named columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Type checkers do not know the interface in pyarrow.
        table = pa.table(frame)
        # An index without a name is no data: pandas gives it along when it has gaps.
        unnamed = [name for name in table.column_names if _UNNAMED_INDEX.fullmatch(name)]
        table = table.drop_columns(unnamed)
        columns = [_plain(column) for column in table.columns]
        pq.write_table(pa.table(columns, names=table.column_names), path)
    except (pa.ArrowException, TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"the table cannot be read as Arrow: {reason}") from error


def _plain(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Return a column in a type that Parquet and DuckDB share."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        # Not by a cast: there is none of the categories of Polars.
        values = [_plain(pa.chunked_array([each.dictionary])) for each in column.chunks]
        chunks = [
            pa.DictionaryArray.from_arrays(each.indices, of.combine_chunks()).dictionary_decode()
            for each, of in zip(column.chunks, values, strict=True)
        ]
        return pa.chunked_array(chunks) if chunks else pa.chunked_array([], pa.string())
    if pa.types.is_timestamp(kind) and kind.tz is None:
        # pandas has no dates: a column of them is one of midnights.
        day = column.cast(pa.date32(), safe=False)
        at_midnight = pc.all(pc.equal(day.cast(kind), column)).as_py() is not False
        return day if at_midnight else column.cast(pa.string())
    if pa.types.is_decimal(kind) and kind.precision > _DIGITS:
        return column.cast(pa.string())
    if kind == pa.string_view():
        return column.cast(pa.string())
    return column


# --- out -----------------------------------------------------------------------------------------


def table_of(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> pyarrow.Table:
    """Return rows of results as a table.

    Texts and choices are strings, dates days, counts 64-bit integers, the other quantities decimals
    with the places of their column; a percent is a fraction. What was withheld is missing.
    """
    import pyarrow as pa

    turned = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [_array(column, values) for column, values in zip(columns, turned, strict=True)]
    return pa.table(arrays, names=[column.name for column in columns])


def _array(column: Column, values: Sequence[Value]) -> pyarrow.Array:
    import pyarrow as pa

    unit = column.type.unit
    if unit is Unit.YESNO:
        return pa.array(values, pa.bool_())
    if unit not in QUANTITIES:
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if any(isinstance(value, tuple) for value in values):
        return _lists(column, values)
    steps = [value if isinstance(value, int) else None for value in values]
    if unit is Unit.DATE:
        epoch = 719_163  # 1970-01-01, as Python counts days
        days = [None if day is None else day - epoch for day in steps]
        return pa.array(days, pa.int32()).view(pa.date32())
    if unit is Unit.COUNT:
        return pa.array(steps, pa.int64())
    return _decimals(steps, column.scale)


def _lists(column: Column, values: Sequence[Value]) -> pyarrow.Array:
    import pyarrow as pa

    lists = [value if isinstance(value, tuple) else None for value in values]
    inner = _decimals([step for each in lists for step in each or ()], column.scale)
    starts: list[int | None] = []
    total = 0
    for each in lists:
        starts.append(None if each is None else total)
        total += len(each or ())
    return pa.ListArray.from_arrays(pa.array([*starts, total], pa.int32()), inner)


def _decimals(steps: Sequence[int | None], scale: int) -> pyarrow.Array:
    """Return whole numbers of steps as decimals, exactly: the same 128 bits with a point in them."""
    import pyarrow as pa

    if all(step is None or -_SMALL <= step < _SMALL for step in steps):
        whole = pa.array(steps, pa.int64()).cast(pa.decimal128(_DIGITS, 0))
        return pa.Array.from_buffers(
            pa.decimal128(_DIGITS, scale), len(whole), whole.buffers(), whole.null_count
        )
    from decimal import Decimal

    exact = [
        None if step is None else Decimal(f"{'-' * (step < 0)}{abs(step)}e-{scale}")
        for step in steps
    ]
    return pa.array(exact, pa.decimal128(_DIGITS, scale))
