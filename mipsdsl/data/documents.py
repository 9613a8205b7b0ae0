"""JSON documents into sheets: CMS's submissions API, or rows of records, nested or not.

A document is an object with a list of rows for each record (`{"clinician": [...]}`), or a list of
rows. A row may hold the rows that belong to it, under the name of their record or of the list
(`quality_measures`): they get the key of the row that holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen

from mipsdsl.data.delimited import text_of
from mipsdsl.data.files import stem_of
from mipsdsl.data.sheets import Sheet, json_cell
from mipsdsl.data.slots import Layout
from mipsdsl.data.sources import record_named
from mipsdsl.data.submissions import Document, documents_in
from mipsdsl.data.tables import DataError

Entry: TypeAlias = Mapping[str, Any]
"""An object of a document, as it stands there."""

_HELP = (
    'write {"clinician": [{…}, …], "submission": […]}, a list of such rows, or give a document of '
    "CMS's QPP submissions API, with its `measurementSets`"
)


@frozen
class _Rows:
    """The rows of each record as they are found; those of no record are flat."""

    path: Path
    layout: Layout
    by_record: dict[str, list[dict[str, object]]] = field(factory=dict)


def load_json(
    path: Path, record: str, layout: Layout
) -> tuple[list[Document], list[tuple[Sheet, str]]]:
    """Return the submissions that CMS's API would take; else a sheet for each record, or one flat.

    ``record`` is what the file is named after, if anything.

    Raises:
        DataError: the file cannot be read, or holds no rows.
    """
    content = read_json(path)
    documents = documents_in(content, path)
    if documents:
        return documents, []
    rows = _Rows(path, layout)
    _top(content, record, rows)
    if not rows.by_record:
        raise DataError(f"`{path}` holds no submission and no rows of a record", _HELP)
    return [], [(_sheet(path, name, found), name) for name, found in rows.by_record.items()]


def read_json(path: Path) -> object:
    """Return the content of a JSON file; numbers with a point stay as they are written.

    Raises:
        DataError: the file cannot be read, or is not JSON.
    """
    try:
        text, _ = text_of(path)
        content: object = json.loads(text, parse_float=str)
    except OSError as error:
        raise DataError(f"`{path}` cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"`{path}` is not JSON: {error}") from error
    return content


def _top(content: object, record: str, rows: _Rows) -> None:
    """Add the rows of a whole document."""
    if isinstance(content, list):
        for each in content:
            _row(each, record or _owner(content, rows.layout), {}, rows)
        return
    if not isinstance(content, dict):
        return
    named = {name: of for name in content if (of := _list_of(name, content[name], rows.layout))}
    if not record and named and len(named) == len(content):
        for name, of in named.items():
            for each in _entries(content[name]):
                _row(each, of, {}, rows)
        return
    if any(rows.layout.owner(name.strip()) for name in content):
        _row(content, record or _owner([content], rows.layout), {}, rows)


def _list_of(name: str, value: object, layout: Layout) -> str:
    """Return the record that a list of objects is of, by its name."""
    return record_named(name, layout) if _entries(value) else ""


def _entries(value: object) -> list[Entry]:
    """Return the objects that are rows: those of a list, or the only one."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def _owner(content: list[Any], layout: Layout) -> str:
    """Return the record of rows that hold others: the first whose key they have; else nothing."""
    entries = _entries(content)
    if not any(_entries(value) for each in entries for value in each.values()):
        return ""
    names = set(entries[0])
    records = layout.records.values()
    return next((each.name for each in records if each.key and set(each.key) <= names), "")


def _row(entry: object, record: str, inherited: Mapping[str, object], rows: _Rows) -> None:
    """Add one row, and the rows that it holds."""
    if not isinstance(entry, dict):
        raise DataError(f"`{rows.path}`: {json.dumps(entry)[:40]} is no row", _HELP)
    children = {name: of for name in entry if (of := _child(name, entry[name], record, rows))}
    own = {**inherited, **{name: entry[name] for name in entry if name not in children}}
    rows.by_record.setdefault(record, []).append(own)
    for name, of in children.items():
        key = _handed_down(name, of, record, own, rows.layout)
        for each in _entries(entry[name]):
            _row(each, of, key, rows)


def _child(name: str, value: object, record: str, rows: _Rows) -> str:
    """Return the record of the rows under ``name``: that of a list of this record, or so named."""
    if not record or not isinstance(value, list | dict):
        return ""
    relations = rows.layout.records[record].relations
    now = rows.layout.list_name(record, name)
    listed = next((each.record for each in relations if each.name == now), "")
    of = listed or record_named(name, rows.layout)
    return of if of in rows.layout.slots and (_entries(value) or value in ([], {})) else ""


def _handed_down(
    name: str, child: str, record: str, row: Mapping[str, object], layout: Layout
) -> dict[str, object]:
    """Return what the rows of ``child`` get from the row that holds them."""
    holder = layout.records[record]
    now = layout.list_name(record, name)
    relation = next((each for each in holder.relations if each.name == now), None)
    ours = relation.ours if relation else holder.key
    theirs = relation.theirs if relation else holder.key
    return {
        there: row[here]
        for here, there in zip(ours, theirs, strict=True)
        if here in row and there in layout.slots[child]
    }


def _sheet(path: Path, record: str, found: list[dict[str, object]]) -> Sheet:
    """Return rows as text cells; they are numbered from 1, as they stand in the document."""
    names = list(dict.fromkeys(name for row in found for name in row))
    cells = [[json_cell(row.get(name)) for name in names] for row in found]
    whole = not record or stem_of(path) == record
    file = path.name if whole else f"{path.name}, {record}"
    return Sheet(file, tuple(names), cells, list(range(1, len(found) + 1)))
