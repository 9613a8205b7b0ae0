"""Which records and tables a run does without, when the data do not have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mipsdsl.core import nodes as c
from mipsdsl.data.tables import Table
from mipsdsl.engines.schema import schema_of
from mipsdsl.engines.uses import UseKind, uses_of


def dispensable(program: c.Program) -> frozenset[str]:
    """Return the records that data need not have: others do without them, or they only tie others.

    A practice that nobody describes and a list of members that nobody sent are not there; a record
    that holds what is scored (a measure) is missing when it is not there, unless it is a part of
    such a record (the strata of a measure).
    """
    own = {r.name: r for r in program.records if not r.is_reference and r.grouping is None}
    references = [(r.name, each) for r in own.values() for each in r.references]
    found = {each.record for _, each in references if each.optional}
    found |= {owner for owner, each in references if each.optional and each.record in own}
    listed = {each.record for r in own.values() for each in r.relations if each.owned}
    found |= {
        each.record for name in listed & set(own) for each in own[name].relations if each.owned
    }
    return frozenset(found & set(own))


def unreached(program: c.Program, tables: Mapping[str, Table]) -> frozenset[str]:
    """Return the reference tables that no row leads to, as none has the key: no hospital is named.

    An optional reference whose own fields are missing leads nowhere, whatever the table holds. A
    table that a list or a key in a rule leads to as well is not among them.
    """
    leads: dict[str, list[bool]] = {}
    for record in program.records:
        for reference in record.references:
            reached = not reference.optional or _has_all(tables.get(record.name), reference.by)
            leads.setdefault(reference.record, []).append(reached)
        for relation in record.relations:
            leads.setdefault(relation.record, []).append(True)
    catalogues = {record.name for record in program.records if record.is_reference} - set(tables)
    unreached = {name for name in catalogues & leads.keys() if not any(leads[name])}
    return frozenset(unreached - _looked_up(program)) if unreached else frozenset()


def _looked_up(program: c.Program) -> set[str]:
    """Return the reference tables that a rule looks a key up in."""
    schema = schema_of(program)
    return {
        use.record
        for item in program.items
        for use in uses_of(schema, item.record, [item.expr])
        if use.kind is UseKind.TABLE
    }


def _has_all(table: Table | None, names: Sequence[str]) -> bool:
    """Return whether a row has a value in each of these columns."""
    if table is None or not set(names) <= set(table.columns):
        return False
    places = [table.columns.index(name) for name in names]
    return any(all(row[place] is not None for place in places) for row in table.rows)
