"""The data as the engines see them: tables of checked values, and what was left out."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from mipsdsl.advised import Advised
from mipsdsl.data.digests import FileRead

Value: TypeAlias = int | bool | str | tuple[int, ...] | None
"""A quantity is a whole number of steps; a date its day number; missing is ``None``."""


@frozen
class Origin:
    """Where a row was read: the row as a spreadsheet shows it (the header is row 1)."""

    file: str
    row: int


@frozen
class Table:
    """The rows of one record.

    Shapes: ``rows`` (n, k) with k the number of columns; ``origins`` (n,).
    Units: a field in steps of ``10**-field.scale``, a given item in steps of its unit's grid.
    """

    record: str
    columns: tuple[str, ...]
    rows: list[list[Value]]
    origins: list[Origin]


@frozen
class Reject:
    """A row that was left out, and why; ``original`` is the row as it stands in the file."""

    file: str
    row: int
    column: str
    code: str
    reason: str
    value: str
    original: dict[str, str]


@frozen
class OwnColumns:
    """Columns of a file that the policy does not know, and their cells by the number of the row."""

    names: tuple[str, ...]
    cells: dict[int, list[str]]


@frozen
class Inputs:
    """What was read. ``counts``: rows read for each record, those left out among them.

    ``plain_notes``: the notes without the values of the data that some of them quote.
    ``bound``: for each file, the fields (record and name) that each of its columns supplies.
    ``own``: the columns of each file that are not used, to go along with the results.
    ``subjects``: the records whose results are wanted unless the user says otherwise.
    """

    tables: dict[str, Table]
    notes: tuple[str, ...]
    rejects: tuple[Reject, ...]
    counts: dict[str, int]
    own: dict[str, OwnColumns] = field(factory=dict)
    subjects: tuple[str, ...] = ()
    plain_notes: tuple[str, ...] = ()
    bound: dict[str, dict[str, list[tuple[str, str]]]] = field(factory=dict)
    files: tuple[FileRead, ...] = ()


class DataError(Advised):
    """The input as a whole cannot be used."""
