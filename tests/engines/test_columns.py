"""Rows turned into columns say what the rows say."""

from __future__ import annotations

import pytest

from mipsdsl import library
from mipsdsl.engines.columns import NO_ROW, Listed, columns_of, stored_values
from mipsdsl.engines.frames import linked
from mipsdsl.engines.schema import NUMBER
from mipsdsl.pipeline import compile_policy
from mipsdsl.verify.random_world import Maker


@pytest.mark.parametrize("year", ["2017", "2022"])
def test_columns_hold_what_the_rows_hold(year: str) -> None:
    program = compile_policy(library.read_sources(year))
    groups = {record.name for record in program.records if record.grouping is not None}
    for seed in range(10):
        store = linked(program, Maker(program, seed).world())
        turned = columns_of(store)
        for record in program.records:
            if record.grouping is not None:
                continue
            for each in record.fields:
                assert stored_values(turned, (record.name, each.name)) == store.column(
                    record.name, each.name
                )
            for reference in record.references:
                rows = store.column(record.name, reference.name)
                expected = [NO_ROW if row is None else row[NUMBER] for row in rows]  # type: ignore[index,call-overload]
                assert turned.links[record.name, reference.name].tolist() == expected
            for relation in record.relations:
                if relation.record in groups:
                    continue
                lists = turned.lists[record.name, relation.name]
                assert as_lists(lists) == [
                    [row[NUMBER] for row in rows]  # type: ignore[union-attr]
                    for rows in store.column(record.name, relation.name)
                ]


def as_lists(lists: Listed) -> list[list[int]]:
    """Return the rows of each list."""
    return [
        each.tolist()
        for each in (
            lists.values[a:b] for a, b in zip(lists.starts, lists.starts[1:], strict=False)
        )
    ]
