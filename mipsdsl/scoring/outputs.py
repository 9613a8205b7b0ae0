"""Which outputs are asked for, by name or as the results of a record."""

from __future__ import annotations

from attrs import field, frozen

from mipsdsl.advised import Advised
from mipsdsl.core import nodes as c
from mipsdsl.data.privacy import OPEN, Privacy
from mipsdsl.data.slots import near
from mipsdsl.engines.plan import Populations
from mipsdsl.engines.schema import Target
from mipsdsl.scoring.world import World

_RESULT_KINDS = frozenset({c.ItemKind.RULE, c.ItemKind.COLUMN, c.ItemKind.SCALE})
_DRAWN_UP = frozenset({c.ItemKind.COLUMN, c.ItemKind.SCALE})


class OutputError(Advised):
    """What was asked for cannot be had."""


@frozen(kw_only=True)
class Wanted:
    """What is asked of a run; without ``outputs``, the results of the record ``per``.

    Without either, the results of ``subjects``; without these, of the first record that has some.
    ``privacy``: what is hidden in the results. ``engine``: ``python`` or ``interpreter``.
    """

    outputs: tuple[str, ...] = ()
    per: str = ""
    subjects: tuple[str, ...] = ()
    populations: Populations = field(factory=dict)
    privacy: Privacy = OPEN
    engine: str = "python"


def outputs_of(world: World, wanted: Wanted) -> list[Target]:
    """Return the items that are asked for by name, or the results of the record of the run."""
    per = record_of_run(world, wanted)
    if not wanted.outputs:
        records = dict.fromkeys(() if wanted.per else wanted.subjects) or (per,)
        return [
            (item.record, item.name)
            for record in records
            for item in results_of(world.program, record)
        ]
    return list(dict.fromkeys(_target(world, name.strip(), per) for name in wanted.outputs))


def results_of(program: c.Program, record: str) -> list[c.Item]:
    """Return the items of ``record`` that are results.

    A policy says which (``results of …``); one that says nothing shows what has a label, and its
    tables and scales.
    """
    items = {(item.record, item.name): item for item in program.items}
    for owner, names in program.results:
        if owner == record:
            return [items[record, name] for name in names]
    return [
        item
        for item in program.items
        if item.record == record
        and item.kind in _RESULT_KINDS
        and (item.label or item.kind in _DRAWN_UP)
    ]


def record_of_run(world: World, wanted: Wanted) -> str:
    """Return the record whose rows are the results: the first that has data and results.

    Who names outputs needs no results; then it is the first that has data.
    """
    records = [record.name for record in world.program.records if not record.is_reference]
    per = wanted.per
    if per:
        if per not in records:
            close = near(per, records)
            raise OutputError(
                f"there is no record `{per}`",
                f"near it: {', '.join(close)}" if close else f"records: {', '.join(records)}",
            )
        return per
    there = [record for record in records if record in world.tables]
    for record in there:
        if results_of(world.program, record):
            return record
    if wanted.outputs:
        return there[0] if there else ""
    having = [record for record in records if results_of(world.program, record)]
    if having:
        cure = f"give data of {', '.join(having)}"
    else:
        cure = "name what to compute with `--outputs`, or write `results of` a record in the policy"
    raise OutputError("no record in the data has results", cure)


def _target(world: World, name: str, per: str) -> Target:
    """Return the item or field that ``name`` means: of the record of the run, if it has it."""
    schema = world.store.schema
    record, _, rest = name.rpartition(".")
    known = {**schema.items, **schema.fields}
    if record:
        if (record, rest) in known:
            return record, rest
    elif (per, name) in known:
        return per, name
    else:
        owners = [owner for owner, item in known if item == name]
        if owners:
            return owners[0], name
    names = [target_name(target) for target in known] + [target[1] for target in known]
    close = near(name, names)
    listed = f"`mips data dictionary {world.program.year}` lists them"
    cure = "near it: " + ", ".join(f"`{each}`" for each in close) if close else listed
    raise OutputError(f"there is no output `{name}`", cure)


def target_name(target: Target) -> str:
    """Return the name of an item with its record."""
    return ".".join(part for part in target if part)
