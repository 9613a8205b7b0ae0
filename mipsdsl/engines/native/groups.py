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
    labels = by.values[rows[own]]
    pairs = _numbered(parents[own], labels)
    # Of each pair of parent and label the first place: what is written last stays.
    first = np.zeros(int(pairs.max(initial=-1)) + 1, np.int64)
    first[pairs[::-1]] = np.arange(len(own))[::-1]
    begins = np.zeros(len(own), np.bool_)
    begins[first[pairs]] = True
    place = np.zeros(len(first), np.int64)
    place[pairs[begins]] = np.arange(int(begins.sum()))
    owners = parents[own][begins]

    everywhere = np.flatnonzero(joined[rows])
    left = np.searchsorted(owners, parents[everywhere], side="left")
    counts = np.searchsorted(owners, parents[everywhere], side="right") - left
    extra = np.repeat(everywhere, counts)
    within = np.arange(len(extra)) - np.repeat(np.cumsum(counts) - counts, counts)
    groups = np.concatenate([place[pairs], np.repeat(left, counts) + within])
    at = np.concatenate([own, extra])
    # Nearly in order already, and then a stable sort is quick.
    sort = np.argsort(groups * max(1, len(rows)) + at, kind="stable")
    sizes = np.bincount(groups, minlength=len(owners))
    return owners, labels[begins], Listed(_starts(sizes), rows[at[sort]].astype(np.int32))


def _numbered(parents: Array, labels: Array) -> Array:
    """Return a number for each pair of a parent and a label, not many more than there are pairs."""
    if not len(labels):
        return np.zeros(0, np.int64)
    low, high = int(labels.min()), int(labels.max())
    width = high - low + 1
    if width * (int(parents[-1]) + 1) <= 8 * len(labels) + 1024:
        return parents * width + (labels.astype(np.int64) - low)
    _, numbers = np.unique(labels, return_inverse=True)
    _, pairs = np.unique(parents * len(labels) + numbers, return_inverse=True)
    return pairs.astype(np.int64)


def _starts(counts: Array) -> Array:
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts
