"""Groups of rows, made from columns: the same rows in the same order as ``Store.make_groups``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mipsdsl.engines.columns import Column, ColumnStore, Listed
from mipsdsl.engines.schema import group_list
from mipsdsl.engines.store import grouping_of

Array = NDArray[Any]


def make_groups(columns: ColumnStore, record: str, joined: Array, by: Column) -> None:
    """Make the rows of the grouped ``record``: one for each value of ``by`` in the list of a parent.

    Shapes: ``joined`` (n,), ``by`` of n rows, n those of the record that is grouped. A row that is
    ``joined`` is in every group of its parent; one without a value of ``by`` in none.
    """
    schema = columns.schema
    grouping = grouping_of(schema.records[record])
    listed = columns.lists[grouping.parent, grouping.list_name]
    lengths = np.diff(listed.starts)
    parents = np.repeat(np.arange(len(lengths)), lengths)
    rows = listed.values
    present = np.ones(len(joined), np.bool_) if by.present is None else by.present
    labelled = present[rows] & ~joined[rows]
    owners, labels, members = _grouped(parents, rows, labelled, joined, by)

    columns.sizes[record] = len(owners)
    columns.created[record] = np.zeros(len(owners), np.bool_)
    for each in schema.records[record].fields:
        above = columns.columns.get((grouping.parent, each.name))
        if each.name == grouping.by:
            columns.columns[record, each.name] = Column(labels)
        elif each.name in schema.records[record].key and isinstance(above, Column):
            there = None if above.present is None else above.present[owners]
            columns.columns[record, each.name] = Column(above.values[owners], there)
        else:
            columns.columns.pop((record, each.name), None)
    columns.links[record, grouping.parent] = owners.astype(np.int32)
    columns.lists[record, grouping.list_name] = members
    counts = np.bincount(owners, minlength=len(lengths))
    columns.lists[grouping.parent, group_list(schema.records[record])] = Listed(
        _starts(counts), np.arange(len(owners), dtype=np.int32)
    )


def _grouped(
    parents: Array, rows: Array, labelled: Array, joined: Array, by: Column
) -> tuple[Array, Array, Listed]:
    """Return the parent and the label of each group, and the rows in it."""
    own = np.flatnonzero(labelled)
    values, numbers = np.unique(by.values[rows[own]], return_inverse=True)
    pairs = parents[own].astype(np.int64) * max(1, len(values)) + numbers
    kinds, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
    # Groups stand in the order in which they are first met; that of their parents with it.
    order = np.argsort(first, kind="stable")
    place = np.empty(len(kinds), np.int64)
    place[order] = np.arange(len(kinds))
    owners = parents[own][first[order]].astype(np.int64)
    labels = by.values[rows[own]][first[order]]

    everywhere = np.flatnonzero(joined[rows])
    begins = np.searchsorted(owners, parents[everywhere], side="left")
    counts = np.searchsorted(owners, parents[everywhere], side="right") - begins
    extra = np.repeat(everywhere, counts)
    within = np.arange(len(extra)) - np.repeat(np.cumsum(counts) - counts, counts)
    groups = np.concatenate([place[inverse], np.repeat(begins, counts) + within])
    at = np.concatenate([own, extra])
    sort = np.lexsort((at, groups))
    sizes = np.bincount(groups, minlength=len(kinds))
    return owners, labels, Listed(_starts(sizes), rows[at[sort]].astype(np.int32))


def _starts(counts: Array) -> Array:
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts
