"""Results as columns: what they are in Arrow, as rows for whoever shows few, and into files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.data.bulk import sql
from mipsdsl.data.neutral import neutral
from mipsdsl.data.tables import DataError, Value
from mipsdsl.data.write import Column as Shown
from mipsdsl.data.write import PercentAs, replacing, write
from mipsdsl.engines.columns import Column
from mipsdsl.large.hiding import INSTEAD, VALUE

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection
    from mipsdsl.scoring import Outcome

_BATCH = 1 << 16
_GROUP = 122_880
_WIDEST = 38
_DAY_ONE = 719_163
"""The day 1970-01-01 as Python counts days."""


@frozen(eq=False)
class ColumnRows(Sequence[Sequence[Value]]):
    """The rows of columns of equal length, made when somebody looks at them."""

    arrays: tuple[pa.Array | pa.ChunkedArray, ...]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.arrays[0]) if self.arrays else 0

    @overload
    def __getitem__(self, place: int) -> list[Value]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sequence[Value]]: ...
    def __getitem__(self, place: int | slice) -> list[Value] | list[Sequence[Value]]:
        """Return a row, or some."""
        if isinstance(place, int):
            return [_value(array[place].as_py()) for array in self.arrays]
        first, last, step = place.indices(len(self))
        rows: list[Sequence[Value]] = [self[each] for each in range(first, last, step)]
        return rows

    def __iter__(self) -> Iterator[Sequence[Value]]:
        """Give all rows."""
        for first in range(0, len(self), _BATCH):
            lists = [array.slice(first, _BATCH).to_pylist() for array in self.arrays]
            for row in zip(*lists, strict=True):
                yield [_value(each) for each in row]


def _value(value: Any) -> Value:  # noqa: ANN401 - what Arrow gives
    if isinstance(value, dict):
        instead: Value = value[INSTEAD]
        return value[VALUE] if instead is None else instead
    return tuple(value) if isinstance(value, list) else value


@frozen
class Kept:
    """Results in files, block by block; they are read from there as memory is."""

    folder: Path
    _writers: dict[str, Any] = field(factory=dict)

    def add(self, record: str, arrays: tuple[pa.Array, ...]) -> None:
        """Add the results of a block."""
        plain = [a.cast(pa.string()) if pa.types.is_dictionary(a.type) else a for a in arrays]
        batch = pa.RecordBatch.from_arrays(plain, [f"c{n}" for n in range(len(plain))])
        if record not in self._writers:
            path = str(self._path(record))
            self._writers[record] = pa.ipc.new_file(path, batch.schema)
        self._writers[record].write_batch(batch)

    def _path(self, record: str) -> Path:
        return self.folder / f"results_{record}.arrow"

    def rows(self, record: str) -> ColumnRows:
        """Return all results of a record; nothing is added any more."""
        self._writers.pop(record).close()
        found = pa.ipc.open_file(pa.memory_map(str(self._path(record)))).read_all()
        return ColumnRows(tuple(found.columns))


def array_of(column: Column, type_: Type, texts: Sequence[str]) -> pa.Array:
    """Return a column of the engine; codes of ``texts`` as these."""
    missing = None if column.present is None else ~column.present
    if type_.unit in (Unit.TEXT, Unit.CHOICE):
        codes = pa.array(column.values.astype(np.int32), mask=missing)
        return pa.DictionaryArray.from_arrays(codes, pa.array(texts, pa.string()))
    if type_.unit is Unit.YESNO:
        return pa.array(column.values.astype(np.bool_), mask=missing)
    return pa.array(column.values.astype(np.int64, copy=False), mask=missing)


# --- into files ----------------------------------------------------------------------------------


def write_outcome(
    connection: Connection, path: Path, outcome: Outcome, percent: PercentAs, about: str
) -> None:
    """Write the results of one record to a Parquet or CSV file.

    Raises:
        DataError: the file cannot be written.
    """
    if isinstance(outcome.rows, ColumnRows):
        write_columns(connection, path, outcome.columns, outcome.rows, percent=percent, about=about)
    else:
        write(path, outcome.columns, outcome.rows, percent=percent, about=about)


def write_columns(
    connection: Connection,
    path: Path,
    columns: Sequence[Shown],
    rows: ColumnRows,
    *,
    percent: PercentAs,
    about: str,
) -> None:
    """Write results to a Parquet or CSV file, as ``mipsdsl.data.write.write`` does.

    Raises:
        DataError: the file cannot be written.
    """
    with replacing(path) as part:
        try:
            if path.suffix.casefold() == ".parquet":
                _parquet(part, columns, rows, percent, about)
            else:
                _csv(connection, part, columns, rows, percent)
        except (pa.ArrowException, *_duckdb_errors()) as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"`{path}` cannot be written: {reason}") from error


def _duckdb_errors() -> tuple[type[Exception], ...]:
    import duckdb

    return (duckdb.Error,)


def _parquet(
    part: Path, columns: Sequence[Shown], rows: ColumnRows, percent: PercentAs, about: str
) -> None:
    import pyarrow.parquet as pq

    def table(first: int, number: int) -> pa.Table:
        arrays = [
            _typed(column, _whole(array.slice(first, number)), percent)
            for column, array in zip(columns, rows.arrays, strict=True)
        ]
        return pa.Table.from_arrays(arrays, names=[column.name for column in columns])

    schema = table(0, 0).schema
    with pq.ParquetWriter(part, schema, store_schema=False, write_statistics=True) as writer:
        for first in range(0, len(rows), _GROUP):
            writer.write_table(table(first, _GROUP))
        if about:
            writer.add_key_value_metadata({"about": about})


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return an array in one piece."""
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _typed(column: Shown, array: pa.Array, percent: PercentAs) -> pa.Array:
    """Return values in the type that they have in a file: exact decimals, dates."""
    unit = column.type.unit
    if pa.types.is_struct(array.type):
        return _typed(column, array.field(VALUE), percent)
    if pa.types.is_dictionary(array.type):
        return array.cast(pa.string())
    if unit is Unit.DATE:
        days = np.asarray(array.fill_null(_DAY_ONE)) - _DAY_ONE
        return pa.array(days.astype(np.int32), mask=_missing(array)).cast(pa.date32())
    if unit is Unit.PERCENT and percent == "text":
        return _texts(column, array, percent)
    if unit in QUANTITIES and unit is not Unit.COUNT and pa.types.is_integer(array.type):
        return _decimals(array, column.scale)
    return array


def _missing(array: pa.Array) -> Any:  # noqa: ANN401 - an array of numpy, or nothing
    return np.asarray(array.is_null()) if array.null_count else None


def _decimals(array: pa.Array, scale: int) -> pa.Array:
    """Return whole numbers of steps as decimals: their bits with the sign in the upper half."""
    steps = np.asarray(array.fill_null(0))
    wide = np.empty((len(steps), 2), np.int64)
    wide[:, 0] = steps
    np.right_shift(steps, 63, out=wide[:, 1])
    validity = None
    if array.null_count:
        validity = pa.py_buffer(
            np.packbits(np.asarray(array.is_valid()), bitorder="little").tobytes()
        )
    kind = pa.decimal128(_WIDEST, scale)
    return pa.Array.from_buffers(kind, len(steps), [validity, pa.py_buffer(wide)])


def _texts(column: Shown, array: pa.Array, percent: PercentAs) -> pa.Array:
    from mipsdsl.data.write import cell_text

    values = array.to_pylist()
    texts = [None if each is None else cell_text(column, each, percent) for each in values]
    return pa.array(texts, pa.string())


def _csv(
    connection: Connection,
    part: Path,
    columns: Sequence[Shown],
    rows: ColumnRows,
    percent: PercentAs,
) -> None:
    names = [f"c{place}" for place in range(len(columns))]
    hiding = {
        name
        for name, array in zip(names, rows.arrays, strict=True)
        if pa.types.is_struct(array.type)
    }

    def batch(first: int, number: int) -> pa.RecordBatch:
        found = {}
        for name, column, array in zip(names, columns, rows.arrays, strict=True):
            part = _whole(array.slice(first, number))
            if name in hiding:
                found[f"{INSTEAD}_{name}"] = part.field(INSTEAD)
                part = part.field(VALUE)
            found[name] = _written(column, part)
        return pa.RecordBatch.from_pydict(found)

    batches = (batch(first, _GROUP) for first in range(0, len(rows), _GROUP))
    made = pa.RecordBatchReader.from_batches(batch(0, 0).schema, batches)
    selected = ", ".join(
        f"{_shown_sql(column, name, percent, name in hiding)} AS {sql.name(neutral(column.name))}"
        for column, name in zip(columns, names, strict=True)
    )
    connection.register("results_here", made)
    try:
        connection.execute(
            f"COPY (SELECT {selected} FROM results_here) TO {sql.literal(str(part))} "
            "(FORMAT csv, USE_TMP_FILE false, "
            "HEADER, NULLSTR '', DELIMITER ',', QUOTE '\"', ESCAPE '\"')"
        )
    finally:
        connection.unregister("results_here")


def _written(column: Shown, array: pa.Array) -> pa.Array:
    """Return values as DuckDB writes them; texts so that no spreadsheet executes them."""
    if column.type.unit in (Unit.TEXT, Unit.CHOICE):
        if pa.types.is_dictionary(array.type):
            safe = pa.array([neutral(each) for each in array.dictionary.to_pylist()], pa.string())
            return pa.DictionaryArray.from_arrays(array.indices, safe).cast(pa.string())
        return pa.array([None if x is None else neutral(x) for x in array.to_pylist()], pa.string())
    if column.type.unit is Unit.PERCENT and pa.types.is_integer(array.type):
        return array
    return _typed(column, array, "fraction")


def _shown_sql(column: Shown, name: str, percent: PercentAs, hides: bool) -> str:
    """Return SQL for the text of a value, or for what stands for one that is withheld."""
    text = _text_sql(column, name, percent)
    return f"coalesce({INSTEAD}_{name}, CAST({text} AS VARCHAR))" if hides else text


def _text_sql(column: Shown, name: str, percent: PercentAs) -> str:
    """Return SQL for the text of a value, as ``mipsdsl.data.write.cell_text`` has it."""
    unit, scale = column.type.unit, column.scale
    if unit is Unit.YESNO:
        return f"CASE WHEN {name} THEN 'yes' WHEN NOT {name} THEN 'no' END"
    if unit is Unit.PERCENT:
        places = scale - 2 if percent == "text" else scale
        sign = " || '%'" if percent == "text" else ""
        return f"{_plain(f'{name}', places)}{sign}"
    if unit in QUANTITIES and unit not in (Unit.COUNT, Unit.DATE) and scale:
        return f"rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.')"
    return name


def _plain(steps: str, places: int) -> str:
    """Return SQL for whole numbers of steps as the shortest decimal."""
    if places <= 0:
        return f"CAST({steps} * {10**-places} AS VARCHAR)"
    unit = 10**places
    part = f"rtrim('.' || lpad(CAST(abs({steps}) % {unit} AS VARCHAR), {places}, '0'), '0')"
    sign = f"CASE WHEN {steps} < 0 THEN '-' ELSE '' END"
    return f"{sign} || CAST(abs({steps}) // {unit} AS VARCHAR) || rtrim({part}, '.')"
