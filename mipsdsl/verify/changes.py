"""Which items a value has a part in: all that may be another when it is."""

from __future__ import annotations

from collections.abc import Iterator

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.engines.schema import Target, group_list


def changed_by(program: c.Program, cause: Target) -> frozenset[Target]:
    """Return the items that ``cause`` has a part in, whatever way it takes."""
    schema = schema_of(program.records, program.items)
    groups = {r.name: r.grouping for r in program.records if r.grouping is not None}
    lists = {(g.parent, group_list(r)): r.name for r in program.records if (g := r.grouping)}
    lists |= {(r.name, g.list_name): r.name for r in program.records if (g := r.grouping)}
    touched: set[str] = set()
    changed: set[Target] = {cause}

    def reads(expr: c.Expr, record: str) -> Iterator[Target]:
        for read in dependencies(expr, record, schema):
            yield read.record, read.name
            group = lists.get((read.record, read.name))
            if group in touched or read.record in touched:
                yield cause

    # In the order of the program each item comes after all that it reads.
    for _ in range(1 + len(groups)):
        for item in program.items:
            grouped = item.record in touched
            if grouped or not changed.isdisjoint(reads(item.expr, item.record)):
                changed.add((item.record, item.name))
        for name, grouping in groups.items():
            child = schema.listed(grouping.parent, grouping.list_name)
            joined = () if grouping.joined is None else reads(grouping.joined, child)
            if (child, grouping.by) in changed or not changed.isdisjoint(joined):
                touched.add(name)
    return frozenset(changed)
