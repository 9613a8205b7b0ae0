"""The database of a run: in memory, and in a folder of its own where memory ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mipsdsl.data.bulk import sql
from mipsdsl.data.tables import DataError
from mipsdsl.scraps import work_folder

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection


class OutOfMemory(Exception):
    """The database needs more memory than it may take."""


@contextmanager
def workspace(memory: str = "", threads: int | None = None) -> Iterator[tuple[Connection, Path]]:
    """Give a database, and its folder; it takes at most ``memory`` (``2GB``), then goes on in files.

    The folder is removed at the end.

    Raises:
        DataError: ``memory`` is no amount of memory.
        OutOfMemory: what is done in the database needs more.
    """
    import duckdb

    with (
        work_folder() as folder,
        duckdb.connect() as connection,
    ):
        connection.execute(f"SET temp_directory = {sql.literal(folder)}")
        connection.execute("SET enable_progress_bar = false")
        if threads is not None:
            connection.execute(f"SET threads = {threads}")
        try:
            if memory:
                connection.execute(f"SET memory_limit = {sql.literal(memory)}")
        except duckdb.Error:
            raise DataError(f"`{memory}` is no amount of memory", "write for example 2GB") from None
        try:
            yield connection, Path(folder)
        except duckdb.OutOfMemoryException as error:
            raise OutOfMemory from error
