"""What the engine asks of a database: make a table of a query, forget one, tell rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define, field, frozen
from sqlglot import exp, parse_one

from mipsdsl.engines.sql.dialect import Dialect
from mipsdsl.engines.sql.trees import name

if TYPE_CHECKING:
    import pyarrow as pa


class Database(Protocol):
    """A place that runs SQL and keeps tables."""

    @property
    def dialect(self) -> Dialect:
        """Return its SQL."""

    @property
    def has_rows(self) -> bool:
        """Return whether it tells rows."""

    def create(self, table: str, query: exp.Query) -> None:
        """Make ``table`` of the rows of ``query``."""

    def drop(self, table: str) -> None:
        """Forget ``table``."""

    def rows(self, query: exp.Query) -> Sequence[Sequence[Any]]:
        """Return the rows of ``query``."""

    def columns(self, table: str) -> Sequence[str]:
        """Return the columns of ``table``."""

    def arrow(self, query: exp.Query) -> pa.Table:
        """Return the rows of ``query`` as columns."""


@frozen
class DuckDB:
    """An embedded DuckDB: a connection, whose tables hold what is computed."""

    connection: Any

    @property
    def dialect(self) -> Dialect:
        """Return its SQL."""
        return Dialect.DUCKDB

    @property
    def has_rows(self) -> bool:
        """Return that it tells rows."""
        return True

    def create(self, table: str, query: exp.Query) -> None:
        """Make a table."""
        self.connection.execute(self.dialect.written(created(table, query)))

    def drop(self, table: str) -> None:
        """Drop a table."""
        self.connection.execute(self.dialect.written(dropped(table)))

    def rows(self, query: exp.Query) -> Sequence[Sequence[Any]]:
        """Return the rows of ``query``."""
        rows: list[tuple[Any, ...]] = self.connection.execute(
            self.dialect.written(query)
        ).fetchall()
        return rows

    def columns(self, table: str) -> Sequence[str]:
        """Return the columns of ``table``."""
        query = exp.select("*").from_(exp.Table(this=name(table))).limit(0)
        return [
            each[0] for each in self.connection.execute(self.dialect.written(query)).description
        ]

    def arrow(self, query: exp.Query) -> pa.Table:
        """Return the rows of ``query`` as columns."""
        return self.connection.sql(self.dialect.written(query)).to_arrow_table()

    def copy(self, table: str, path: str) -> None:
        """Write ``table`` to a Parquet file, in groups that as many threads can read."""
        query = exp.Select(
            expressions=[exp.Star()], from_=exp.From(this=exp.Table(this=name(table)))
        )
        relation = self.connection.sql(self.dialect.written(query))
        relation.write_parquet(path, row_group_size=122_880)


@define
class Script:
    """No database: the statements are kept, to be read or run elsewhere.

    ``inputs`` are the columns of the tables that are there.
    """

    dialect: Dialect
    inputs: Mapping[str, Sequence[str]]
    statements: list[exp.Expr] = field(factory=list)

    @property
    def has_rows(self) -> bool:
        """Return that it has none."""
        return False

    def create(self, table: str, query: exp.Query) -> None:
        """Keep the statement."""
        self.statements.append(created(table, query))

    def drop(self, table: str) -> None:
        """Keep the statement."""
        self.statements.append(dropped(table))

    def rows(self, query: exp.Query) -> Sequence[Sequence[Any]]:
        """Return no rows: there are none."""
        return ()

    def columns(self, table: str) -> Sequence[str]:
        """Return the columns of an input."""
        return self.inputs[table]

    def arrow(self, query: exp.Query) -> pa.Table:
        """Refuse: there are no rows."""
        raise TypeError("a script has no rows")


def created(table: str, query: exp.Query) -> exp.Expr:
    """Return the statement that makes ``table`` of the rows of ``query``."""
    return exp.Create(this=exp.Table(this=name(table)), kind="TABLE", expression=query)


def dropped(table: str) -> exp.Expr:
    """Return the statement that forgets ``table``."""
    # Read, not built: versions of sqlglot differ in where the node keeps its table.
    statement = parse_one("DROP TABLE it")
    statement.find(exp.Table).replace(exp.Table(this=name(table)))  # type: ignore[union-attr]
    return statement
