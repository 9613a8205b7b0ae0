"""Columns of the user's own beside results: those that no record knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from attrs import evolve

from mipsdsl.core.types import Type, Unit
from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.read import LargeInputs, LargeTable
from mipsdsl.data.bulk.scan import NUMBER
from mipsdsl.data.bulk.sent import PLACE, Part
from mipsdsl.data.write import Column
from mipsdsl.large.results import ColumnRows

if TYPE_CHECKING:
    from mipsdsl.scoring import Outcome


def has_own_columns(large: LargeInputs) -> bool:
    """Return whether a file has columns that no record knows."""
    return any(large.findings.unused.values())


def with_own_columns(outcome: Outcome, large: LargeInputs) -> Outcome:
    """Return the results and, after them, the columns of their files that the policy does not know.

    A row that no file had has none of them.
    """
    table = large.tables.get(outcome.record)
    rows = outcome.rows
    if table is None or not isinstance(rows, ColumnRows) or table.size > len(rows):
        return outcome
    names = list(dict.fromkeys(n for part in table.sent.parts for n in _names(large, part)))
    if not names:
        return outcome
    arrays = [_filled(array, len(rows)) for array in _arrays(large, table, names)]
    taken = {column.name for column in outcome.columns}
    columns = [Column(f"own.{name}" if name in taken else name, Type(Unit.TEXT)) for name in names]
    both = ColumnRows((*rows.arrays, *arrays))
    return evolve(outcome, columns=(*outcome.columns, *columns), rows=both)


def _filled(array: pa.Array, size: int) -> pa.Array:
    """Return a column with nothing in the rows that no file had."""
    return pa.concat_arrays([array, pa.nulls(size - len(array), array.type)])


def _names(large: LargeInputs, part: Part) -> list[str]:
    sheet = large.findings.sheets.get(part.file)
    places = large.findings.unused.get(part.file, [])
    return [sheet.columns[place] for place in places] if sheet is not None else []


def _arrays(large: LargeInputs, table: LargeTable, names: list[str]) -> list[pa.Array]:
    """Return the cells of these columns in the order of the rows; an empty one is missing."""
    parts = [_part(large, part, names) for part in table.sent.parts]
    shown = ", ".join(f"nullif(own.o{n}, '')" for n in range(len(names)))
    found = sql.arrow(
        large.connection,
        f"SELECT {shown} FROM {table.relation} AS d LEFT JOIN ({' UNION ALL '.join(parts)}) AS own "
        f"ON d.{PLACE} = own.{PLACE} ORDER BY d.row",
    )
    return [column.combine_chunks() for column in found.columns]


def _part(large: LargeInputs, part: Part, names: list[str]) -> str:
    """Return SQL for the own columns of one file."""
    own = _names(large, part)
    sheet = large.findings.sheets.get(part.file)
    scan = large.scans.get(part.file)
    if sheet is None:
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS o{n}" for n in range(len(names)))
        return f"SELECT CAST(NULL AS BIGINT) AS {PLACE}, {empty} LIMIT 0"
    places = {name: sheet.columns.index(name) for name in own}
    if scan is not None:
        texts = {name: scan.cells[place].text for name, place in places.items()}
        relation, number = scan.relation, NUMBER
    else:
        relation, number = f"own_{part.offset}", "number"
        columns: list[tuple[str, str, list[Any]]] = [("number", "BIGINT", list(sheet.numbers))]
        columns += [
            (f"c{place}", "VARCHAR", [row[place] for row in sheet.rows])
            for place in places.values()
        ]
        sql.put(large.connection, relation, columns)
        texts = {name: f"c{place}" for name, place in places.items()}
    shown = ", ".join(
        f"{texts.get(name, 'CAST(NULL AS VARCHAR)')} AS o{n}" for n, name in enumerate(names)
    )
    return f"SELECT {number} + {part.offset} AS {PLACE}, {shown} FROM {relation}"
