"""Both readings of the same files, as the same kind of thing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mipsdsl.core.nodes import Program
from mipsdsl.data.bulk.read import LargeInputs, LargeTable, read_large
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Table


def assert_same_reading(program: Program, paths: Sequence[Path], options: ReadOptions) -> None:
    """Assert that both readings say the same: tables, origins, rejects, notes, or the mistake."""
    with duckdb.connect() as connection:
        try:
            expected = read(program, paths, options)
        except DataError as mistake:
            with pytest.raises(DataError) as other:
                read_large(connection, program, paths, options)
            assert str(mistake) == str(other.value)  # noqa: PT017
            return
        found = read_large(connection, program, paths, options)

        assert expected.notes == found.notes
        assert expected.plain_notes == found.findings.plain_notes
        assert expected.bound == found.findings.bound
        assert list(expected.rejects) == list(found.rejects)
        assert expected.counts == found.counts
        assert expected.subjects == found.subjects
        assert list(expected.tables) == list(found.tables)
        for record, table in expected.tables.items():
            assert table == as_table(found, found.tables[record])


def as_table(inputs: LargeInputs, table: LargeTable) -> Table:
    """Return a table with its rows in Python."""
    relation = inputs.connection.sql(f"FROM {table.relation} ORDER BY row")
    assert relation.columns == ["row", "_place", *table.columns]
    found = relation.fetchall()
    assert [row[0] for row in found] == list(range(table.size))
    rows = [[_value(each) for each in row[2:]] for row in found]
    return Table(table.record, table.columns, rows, [table.sent.origin(row[1]) for row in found])


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
