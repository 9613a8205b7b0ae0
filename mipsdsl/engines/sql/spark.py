"""Spark, by Spark Connect: any server that speaks it, Databricks, EMR or Sail.

Each table that a run makes is written to Parquet in a folder that the server sees (``scratch``) and
read from there: a query that is only named would be computed again by each that reads it.
"""

from __future__ import annotations

import socket
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import define, evolve
from sqlglot import exp

from mipsdsl.advised import Advised
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.dialect import Dialect
from mipsdsl.engines.sql.linking import Linked
from mipsdsl.scraps import work_folder

if TYPE_CHECKING:
    import pyarrow as pa

_PORT = 15002


class SparkError(Advised):
    """The server cannot be used."""


def expect(remote: str) -> None:
    """See that a run on the server at ``remote`` can begin.

    Raises:
        SparkError: no server is named or listens there, or pyspark-client is not installed.

    """
    if not remote:
        raise SparkError(
            "--engine spark needs a server", f"`--remote sc://HOST:PORT`; {_PORT} is the usual port"
        )
    if find_spec("pyspark") is None:
        raise SparkError(
            "running on Spark needs `pyspark-client`, which is not installed",
            "pip install 'mipsdsl[spark]'",
        )
    _answering(remote)


def connect(remote: str) -> Any:  # noqa: ANN401 - a session of pyspark, which has no types
    """Return a session on the server at ``remote``, such as ``sc://host:15002``.

    Raises:
        SparkError: see ``expect``; or it is no Spark Connect server.

    """
    expect(remote)
    with warnings.catch_warnings(), _with_a_file():
        # Of the version of pandas, which plays no part here.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql.connect.session import SparkSession
    try:
        session = SparkSession.builder.remote(remote).create()
        session.sql("SELECT 1").collect()
    except Exception as error:
        raise _silent(remote) from error
    return session


@contextmanager
def _with_a_file() -> Iterator[None]:
    """Give the main module a file: of a program without one pyspark thinks that it tests pyspark."""
    main: Any = sys.modules["__main__"]
    if hasattr(main, "__file__"):
        yield
        return
    main.__file__ = sys.executable
    try:
        yield
    finally:
        del main.__file__


def _answering(remote: str) -> None:
    """See that a server listens: the client would ask again and again for minutes."""
    place = urlsplit(remote)
    try:
        with socket.create_connection((place.hostname or "", place.port or _PORT), timeout=10):
            pass
    except (OSError, ValueError) as error:
        raise _silent(remote) from error


def _silent(remote: str) -> SparkError:
    return SparkError(
        f"no Spark Connect server answers at {remote}",
        f"`--remote sc://HOST:PORT` names one; {_PORT} is the usual port",
    )


@contextmanager
def session_on(remote: str, scratch: str) -> Iterator[Spark]:
    """Give the server at ``remote``, with a folder of its own in ``scratch`` that goes at the end.

    Without ``scratch`` it is among the temporary files, which a server on this machine sees.

    Raises:
        SparkError: see ``connect``; or a query failed.

    """
    session = connect(remote)
    from pyspark.errors import PySparkException

    with ExitStack() as stack:
        stack.callback(session.stop)
        try:
            folder = stack.enter_context(work_folder(scratch or None))
        except OSError as error:
            raise SparkError(
                f"`{scratch}` cannot hold the tables of the run: {error.strerror}",
                "`--scratch FOLDER` names a folder that the server and this machine both see",
            ) from error
        try:
            yield Spark(session, folder)
        except PySparkException as error:
            reason = str(error).strip().splitlines()[0]
            raise SparkError(
                f"the server at {remote} failed: {reason}",
                "see that it and this machine both see the folder of --scratch; its log says more",
            ) from error


@define
class Spark:
    """A session on a server, and the folder that holds what is computed."""

    session: Any
    scratch: str

    @property
    def dialect(self) -> Dialect:
        """Return its SQL."""
        return Dialect.SPARK

    @property
    def has_rows(self) -> bool:
        """Return that it tells rows."""
        return True

    def create(self, table: str, query: exp.Query) -> None:
        """Write the rows of ``query`` to Parquet, and name them."""
        path = f"{self.scratch}/{table}"
        frame = self.session.sql(self.dialect.written(query))
        frame.write.mode("overwrite").parquet(path)
        # Of no rows there may be no file, and so no other word of the columns.
        self.session.read.schema(frame.schema).parquet(path).createOrReplaceTempView(table)

    def read(self, table: str, path: str) -> None:
        """Name the rows of Parquet files."""
        self.session.read.parquet(path).createOrReplaceTempView(table)

    def drop(self, table: str) -> None:
        """Forget a name; the files go with the folder."""
        self.session.catalog.dropTempView(table)

    def rows(self, query: exp.Query) -> Sequence[Sequence[Any]]:
        """Return the rows of ``query``."""
        rows = self.session.sql(self.dialect.written(query)).collect()
        return [tuple(row) for row in rows]

    def columns(self, table: str) -> Sequence[str]:
        """Return the columns of ``table``."""
        query = t.select([exp.Star()], t.table(table))
        names: list[str] = self.session.sql(self.dialect.written(query)).columns
        return names

    def arrow(self, query: exp.Query) -> pa.Table:
        """Return the rows of ``query`` as columns."""
        return self.session.sql(self.dialect.written(query)).toArrow()


def read_parquet(database: Spark, files: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the tables that Parquet files (by record) are known by."""
    for record, path in files.items():
        database.read(f"typed_{record}", path)
    return {record: f"typed_{record}" for record in files}


def carried(linked: Linked, source: DuckDB, database: Spark) -> Linked:
    """Return the linked tables of a DuckDB as tables of a server, by way of Parquet in its scratch.

    The server sees ``database.scratch`` as this process does: a folder of its own machine, or one
    that is mounted on all.
    """
    catalog = linked.catalog
    tables = dict.fromkeys([*catalog.rows.values(), *catalog.lists.values()])
    for table in tables:
        path = f"{database.scratch}/{table}.parquet"
        source.copy(table, path)
        database.read(table, path)
    here = evolve(catalog, columns=dict(catalog.columns), lists=dict(catalog.lists), indexes={})
    return Linked(here, linked.given)
