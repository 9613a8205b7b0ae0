"""The database of a run, and its folder: in memory, and in files where memory ends."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.budget import budget
from mipsdsl.data.tables import DataError
from mipsdsl.scraps import work_folder

if TYPE_CHECKING:
    from mipsdsl.data.bulk.sql import Connection


class OutOfMemory(Exception):
    """The database needs more memory than it may take."""


@frozen
class Workspace:
    """A database; its folder; and how many bytes of columns may be in memory beside it."""

    connection: Connection
    folder: Path
    columns: int


@contextmanager
def workspace(memory: str = "", threads: int | None = None) -> Iterator[Workspace]:
    """Give a place to work that takes about ``memory`` (``2GB``) at most, then goes on in files.

    Without ``memory`` it is what the process may take. The folder is removed at the end.

    Raises:
        DataError: ``memory`` is no amount of memory, or the disk of the folder is full.
        OutOfMemory: what is done in the database needs more.

    """
    import duckdb

    shares = budget(memory, threads)
    with (
        work_folder() as folder,
        duckdb.connect(
            str(Path(folder, "tables.duckdb")) if shares.is_tight else ":memory:"
        ) as connection,
    ):
        connection.execute(f"SET temp_directory = {sql.literal(folder)}")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET threads = {shares.threads}")
        connection.execute(f"SET memory_limit = '{shares.database}B'")
        try:
            yield Workspace(connection, Path(folder), shares.columns)
        except duckdb.OutOfMemoryException as error:
            raise OutOfMemory from error
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise DataError(
                f"the disk of `{Path(folder).parent}` is full",
                "TMPDIR names another folder for what memory cannot hold",
            ) from error
