"""Tables of results: what is shown of each row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.privacy import Privacy
from mipsdsl.data.tables import Value
from mipsdsl.data.write import Column
from mipsdsl.engines.plan import Plan, Refusal
from mipsdsl.engines.schema import LAYOUT
from mipsdsl.engines.store import Store
from mipsdsl.engines.uses import uses_of
from mipsdsl.scoring.factors import Factor, factors_of, hidden_of_nation, national_value
from mipsdsl.scoring.lacks import refusal_text
from mipsdsl.scoring.outputs import OutputError, Wanted, outputs_of, record_of_run
from mipsdsl.scoring.planning import planned
from mipsdsl.scoring.world import World, run

if TYPE_CHECKING:
    from mipsdsl.data.masks import Mask


NATIONAL = "population"
"""The name of the table of results that holds the population items."""


@frozen
class Outcome:
    """The results of one record: its key, then its outputs.

    Shapes: ``rows`` (n, k) with k the number of columns, the first ``keys`` of them the key.
    """

    record: str
    keys: int
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]


@frozen
class Scored:
    """What came of a run, besides what its inputs say of themselves."""

    outcomes: tuple[Outcome, ...]
    refused: tuple[Refusal, ...]
    factors: tuple[Factor, ...]
    created: Mapping[str, int]
    none_of: tuple[str, ...]
    record: str
    engine: str = "python"


def score(world: World, wanted: Wanted) -> Scored:
    """Return the results that are ``wanted``.

    Raises:
        OutputError: there is no such output, or none that was asked for can be computed.

    """
    world, plan = planned(world, outputs_of(world, wanted), wanted.populations)
    if plan.refused and (wanted.outputs or not plan.outputs):
        raise OutputError(*refusal_text(world.program, plan.refused))
    plan = guarded(world, plan, wanted)
    run(world, plan, wanted.populations, wanted.engine)
    created = {record: len(rows) for record, rows in world.store.created.items() if rows}
    return Scored(
        outcomes=tuple(_outcomes(world, plan, wanted)),
        refused=plan.refused,
        factors=tuple(factors_of(world, plan, wanted)),
        created=created,
        none_of=tuple(sorted(looked_at(world, plan) & world.none_of)),
        record=record_of_run(world, wanted),
        engine=wanted.engine,
    )


def asked_by_record(plan: Plan) -> dict[str, list[str]]:
    """Return the names of the outputs of each record."""
    asked: dict[str, list[str]] = {}
    for record, name in plan.outputs:
        asked.setdefault(record, []).append(name)
    return asked


def guarded(world: World, plan: Plan, wanted: Wanted) -> Plan:
    """Return ``plan`` with what has to be known to see what may be shown."""
    if not wanted.privacy:
        return plan
    from mipsdsl.hiding import guards

    return guards(plan, world.available, wanted.privacy)


def guarding(plan: Plan, record: str) -> frozenset[str]:
    """Return the outputs of a record that stay inside."""
    return frozenset(name for owner, name in plan.guards if owner == record)


def _outcomes(world: World, plan: Plan, wanted: Wanted) -> Iterable[Outcome]:
    for record, names in asked_by_record(plan).items():
        if not record:
            yield national(world, names, wanted)
        else:
            yield _outcome(world, record, names, guarding(plan, record), wanted)


def _outcome(
    world: World, record: str, names: Sequence[str], inside: Collection[str], wanted: Wanted
) -> Outcome:
    """Return the results of ``record``; of subjects, not those of rows that the rules made."""
    only_given = record in wanted.subjects
    store, schema = world.store, world.store.schema
    keys = schema.records[record].key
    shown = [*keys, *(name for name in names if name not in keys)]
    columns = tuple(
        shown_column(world, record, name, wanted.privacy) for name in shown if name not in inside
    )
    slots = [schema.layouts[record].slots[name] for name in shown]
    mask = wanted.privacy.mask
    rows = [
        [plain(store, row[slot], mask) for slot in slots]
        for row in store.rows[record]
        if not (only_given and store.is_created(row))
    ]
    if wanted.privacy:
        from mipsdsl.hiding import released

        rows = released(record, shown, rows, inside, wanted.privacy)
    return Outcome(record, len(keys), columns, rows)


def shown_column(world: World, record: str, name: str, privacy: Privacy) -> Column:
    """Return what a column of results is."""
    schema = world.store.schema
    item = schema.items.get((record, name))
    type_ = item.type if item is not None else schema.fields[record, name].type
    is_chosen = item is not None and item.kind is c.ItemKind.SELECTION
    if is_chosen or (privacy.mask is not None and privacy.mask.hides(record, name)):
        type_ = Type(Unit.TEXT)
    return Column(name, type_, schema.layouts[record].scales.get(name, 0))


def plain(store: Store, value: object, mask: Mask | None = None) -> Value:
    """Return a value as it is written: rows that were chosen by their keys, these behind a mask."""
    if isinstance(value, tuple) and value and isinstance(value[0], list):
        record = value[0][LAYOUT].record
        keys = [store.key(row) for row in value]
        if mask is not None:
            keys = [mask.key(record, key) for key in keys]
        return "; ".join(" ".join(map(str, key)) for key in keys)
    if value == () and isinstance(value, tuple):
        return None
    return value  # type: ignore[return-value]  # slots hold values of the types of the core


def national(world: World, names: Sequence[str], wanted: Wanted) -> Outcome:
    """Return the results that are of the whole population, but those that may not be shown."""
    schema = world.store.schema
    hidden = hidden_of_nation(world, wanted)
    values = [
        hidden.get(name)
        or plain(world.store, national_value(world, schema.items["", name], wanted.populations))
        for name in names
    ]
    columns = tuple(
        Column(name, schema.items["", name].type, schema.population_scales.get(name, 0))
        for name in names
    )
    return Outcome(NATIONAL, 0, columns, [values])


def looked_at(world: World, plan: Plan) -> set[str]:
    """Return the records that the computed items look at through references and lists."""
    schema, found = world.store.schema, set()
    ways = {**schema.links, **schema.lists}
    for step in plan.steps:
        for name in step.items:
            for use in uses_of(schema, step.record, [schema.items[step.record, name].expr]):
                found.add(ways.get((use.record, use.name), use.record))
    return found
