"""Small words of SQL: names, texts, lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    Connection: TypeAlias = duckdb.DuckDBPyConnection


def name(text: str) -> str:
    """Return a name as SQL quotes it.

    >>> name("group")
    '"group"'
    """
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL quotes it.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Return texts as a list for ``IN``, which may be empty."""
    return f"({', '.join(map(literal, texts)) or 'NULL'})"


def whole_numbers(numbers: Iterable[int]) -> str:
    """Return whole numbers as a list for ``IN``, which may be empty."""
    return f"({', '.join(map(str, numbers)) or 'NULL'})"


def one(connection: Connection, query: str) -> tuple[Any, ...]:
    """Return the only row of a query."""
    # A result that is not fetched to its end keeps the connection busy.
    (found,) = connection.execute(query).fetchall()
    return tuple(found)


def arrow(connection: Connection, query: str) -> pa.Table:
    """Return the rows of a query."""
    return connection.sql(query).to_arrow_table()


def put(connection: Connection, table: str, columns: Sequence[tuple[str, str, list[Any]]]) -> None:
    """Make ``table`` of columns: the name, the type and the values of each."""
    import pyarrow as pa

    kinds = {
        "BIGINT": pa.int64(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR": pa.string(),
        "BIGINT[]": pa.list_(pa.int64()),
    }
    arrays = [pa.array(values, kinds[kind]) for _, kind, values in columns]
    made = pa.Table.from_arrays(arrays, names=[each for each, _, _ in columns])
    connection.register("put_here", made)
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM put_here")
    finally:
        connection.unregister("put_here")
