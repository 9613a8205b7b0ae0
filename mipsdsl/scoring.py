"""A run: inputs into linked rows, what the outputs need, an engine over it, tables of results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, field, frozen

from mipsdsl import absent
from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.privacy import OPEN, WITHHELD, Privacy, is_small
from mipsdsl.data.slots import near
from mipsdsl.data.tables import Inputs, Table, Value
from mipsdsl.data.write import Column
from mipsdsl.engines.plan import (
    Lack,
    MissingInput,
    Plan,
    Population,
    Populations,
    Refusal,
    population_value,
    requirements,
)
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import LAYOUT, Target
from mipsdsl.engines.store import Row, Store, Stored
from mipsdsl.engines.uses import Use, UseKind, uses_of

if TYPE_CHECKING:
    from mipsdsl.data.masks import Mask

_RESULT_KINDS = frozenset({c.ItemKind.RULE, c.ItemKind.COLUMN, c.ItemKind.SCALE})
_DRAWN_UP = frozenset({c.ItemKind.COLUMN, c.ItemKind.SCALE})
NATIONAL = "population"
"""The name of the table of results that holds the population items."""
_CATALOGUES = (
    "CMS's catalogues are missing: `--measures DIR` reads them from a folder; `mips data get {year}` "
    "fetches them, and then `--measures {year}` does"
)


class OutputError(Exception):
    """What was asked for cannot be had: what is wrong, and what to do about it."""

    def __init__(self, message: str, cure: str = "") -> None:
        """Keep the sentence and the advice apart."""
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        """Return both lines."""
        return f"{self.message}\nhelp: {self.cure}" if self.cure else self.message


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
class Factor:
    """A population item that the run used: how it came about, and over how many rows.

    ``instead``: what is shown for a value that is withheld.
    """

    item: c.Item
    value: Stored
    origin: str
    rows: int = 0
    instead: str = ""


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


@frozen
class World:
    """Data ready to be run: linked rows and the columns that were given.

    ``given`` are the records that came as data; ``none_of`` those that a file need not have, of
    which there are no rows then.
    """

    program: c.Program
    tables: Mapping[str, Table]
    store: Store
    available: Mapping[str, Collection[str]]
    none_of: frozenset[str]

    def again(self, none_of: frozenset[str]) -> World:
        """Return the same data linked anew, of more records none."""
        return _world(self.program, self.tables, none_of)

    def size(self, record: str) -> int:
        """Return how many rows a record has."""
        return len(self.store.rows.get(record, ()))


def world_of(program: c.Program, inputs: Inputs) -> World:
    """Return the linked rows of ``inputs``."""
    none_of = absent.dispensable(program) | absent.unreached(program, inputs.tables)
    return _world(program, inputs.tables, none_of - set(inputs.tables))


def _world(program: c.Program, given: Mapping[str, Table], none_of: frozenset[str]) -> World:
    empty = {
        record.name: Table(record.name, tuple(each.name for each in record.fields), [], [])
        for record in program.records
        if record.name in none_of
    }
    tables = {**given, **empty}
    available = {record: table.columns for record, table in tables.items()}
    return World(program, given, link(program, tables), available, none_of)


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


def planned(
    world: World, targets: Sequence[Target], populations: Populations
) -> tuple[World, Plan]:
    """Return what has to be computed for ``targets``, and the world in which it can be.

    What is needed for created rows alone need not be in the data: no file has the rows, so none
    has anything that belongs to them.
    """
    plan = _plan(world, targets, populations, world.store.partial)
    if not plan.refused:
        return world, plan
    store = world.store
    in_files = {
        target
        for target, lacking in store.lacking.items()
        if lacking - store.created.get(target[0], set())
    }
    lenient = {each.target for each in _plan(world, targets, populations, in_files).refused}
    tables = {
        lack.record
        for refusal in plan.refused
        for lack in refusal.missing
        if lack.lack is Lack.TABLE and refusal.target not in lenient
    }
    if not tables:
        return world, plan
    world = world.again(world.none_of | tables)
    return world, _plan(world, targets, populations, world.store.partial)


def _plan(
    world: World,
    targets: Iterable[Target],
    populations: Populations,
    partial: Collection[Target],
) -> Plan:
    plan = requirements(world.program, world.available, targets, populations, partial=partial)
    return with_parameters(world.program, plan)


def with_parameters(program: c.Program, plan: Plan) -> Plan:
    """Return ``plan``, in which a parameter that is to be given is missing as what it is."""
    open_names = to_be_given(program)
    refused = [
        Refusal(each.target, tuple(_renamed(lack, open_names) for lack in each.missing))
        for each in plan.refused
    ]
    return evolve(plan, refused=tuple(refused))


def to_be_given(program: c.Program) -> frozenset[str]:
    """Return the parameters that have no value; the engines know them as population items."""
    return frozenset(each.name for each in program.parameters if each.value is None)


def _renamed(lack: MissingInput, open_names: Collection[str]) -> MissingInput:
    is_parameter = lack.lack is Lack.POPULATION and lack.name in open_names
    return MissingInput(Lack.PARAMETER, "", lack.name) if is_parameter else lack


def run(world: World, plan: Plan, populations: Populations, engine: str = "python") -> None:
    """Compute what ``plan`` says, with the engine for few records or the one that defines all."""
    if engine == "interpreter":
        from mipsdsl.engines.interpreter import Interpreter

        Interpreter(world.program, world.store, populations).run(plan)
        return
    from mipsdsl.engines.python import PythonEngine

    PythonEngine(world.program, world.store, populations).run(plan)


def computed_here(program: c.Program, here: bool, settings: Mapping[str, Stored]) -> Populations:
    """Return what is said of the population items: those set, and with ``here`` all others."""
    said: dict[str, Stored | Population] = {}
    if here:
        national = {item.name for item in program.items if not item.record}
        said = dict.fromkeys(national - to_be_given(program), Population.COMPUTE)
    return {**said, **settings}


# --- which outputs -------------------------------------------------------------------------------


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


# --- what cannot be had --------------------------------------------------------------------------


def refusal_text(program: c.Program, refused: Sequence[Refusal]) -> tuple[str, str]:
    """Return the sentence for outputs that cannot be computed, and the advice."""
    # What an engine makes for itself has a name that no author can write, with a space in it.
    written = [refusal for refusal in refused if " " not in refusal.target[1]] or refused
    names = ", ".join(f"`{target_name(refusal.target)}`" for refusal in written[:3])
    more = f" and {len(written) - 3} more" if len(written) > 3 else ""
    missing = list(dict.fromkeys(lack for refusal in refused for lack in refusal.missing))
    reasons = "; ".join(reason(lack) for lack in missing[:5])
    more_reasons = f"; and {len(missing) - 5} more things" if len(missing) > 5 else ""
    text = f"{names}{more} cannot be computed: {reasons}{more_reasons}"
    return text, advice(program, missing)


def reason(lack: MissingInput) -> str:
    """Return in words what is missing."""
    match lack.lack:
        case Lack.COLUMN:
            return f"`{lack}` is not in the data"
        case Lack.TABLE:
            return f"there are no data of `{lack}`"
        case Lack.PARAMETER:
            return f"the parameter `{lack}` is still to be given"
        case Lack.POPULATION:
            return f"`{lack}` is a value of the whole nation, and none is published"


def advice(program: c.Program, missing: Iterable[MissingInput]) -> str:
    """Return what can be done about the first things that are missing."""
    catalogues = {record.name for record in program.records if record.is_reference}
    lacks: dict[Lack, MissingInput] = {}
    said, parameters = [], []
    for each in missing:
        if each.lack is Lack.PARAMETER:
            parameters.append(each.name)
        if each.lack is Lack.TABLE and each.record in catalogues:
            said = [_CATALOGUES.format(year=program.year)]
        else:
            lacks.setdefault(each.lack, each)
    if (lack := lacks.get(Lack.POPULATION)) is not None:
        said.append(f"`--set {lack.name}=…`, or `--population here` to compute it from this file")
    if parameters:
        said.append(_given_by(program, parameters))
    if (lack := lacks.get(Lack.COLUMN)) is not None:
        said.append(f"add the column, or `--assume {lack.name}=…` for all rows")
    if (lack := lacks.get(Lack.TABLE)) is not None:
        said.append(f"add a file {lack.record}.csv")
    return "; ".join(said)


def _given_by(program: c.Program, names: Sequence[str]) -> str:
    """Return how parameters are given, and what the policy says of where they come from."""
    why = {each.name: each.because for each in program.parameters}
    reasons = dict.fromkeys(because for name in names for because in why.get(name, ()))
    settings = " ".join(f"`--set {name}=…`" for name in names)
    return settings + (f" ({'; '.join(reasons)})" if reasons else "")


# --- results -------------------------------------------------------------------------------------


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
    hidden = _hidden_of_nation(world, wanted)
    values = [
        hidden.get(name)
        or plain(world.store, _population(world, schema.items["", name], wanted.populations))
        for name in names
    ]
    columns = tuple(
        Column(name, schema.items["", name].type, schema.population_scales.get(name, 0))
        for name in names
    )
    return Outcome(NATIONAL, 0, columns, [values])


def _hidden_of_nation(world: World, wanted: Wanted) -> Mapping[str, str]:
    """Return what stands for the items of the population, computed here, that may not be shown."""
    if not wanted.privacy:
        return {}
    from mipsdsl.hiding import of_nation

    items, least = world.store.schema.items, wanted.privacy.least
    of_few = {
        name: WITHHELD
        for name in world.store.populations
        if is_small(_factor(world, items["", name], wanted.populations).rows, least)
    }
    return of_few | of_nation(world.store.populations, wanted.privacy)


def _population(world: World, item: c.Item, populations: Populations) -> Stored:
    value = population_value(item, populations)
    return world.store.populations[item.name] if isinstance(value, Population) else value


def factors_of(world: World, plan: Plan, wanted: Wanted) -> Iterable[Factor]:
    """Yield the population items that the computed items read, in the order of the program."""
    schema, populations = world.store.schema, wanted.populations
    hidden = _hidden_of_nation(world, wanted)
    used = {name for record, name in plan.outputs if not record}
    for step in plan.steps:
        for name in step.items:
            uses = uses_of(schema, step.record, [schema.items[step.record, name].expr])
            used |= {use.name for use in uses if use.kind is UseKind.POPULATION}
    for item in world.program.items:
        if item.record or item.name not in used:
            continue
        # What has no value was not needed: it stands behind a condition that never holds here.
        if population_value(item, populations) is not None:
            factor = _factor(world, item, populations)
            yield evolve(factor, instead=hidden.get(item.name, ""))


def looked_at(world: World, plan: Plan) -> set[str]:
    """Return the records that the computed items look at through references and lists."""
    schema, found = world.store.schema, set()
    ways = {**schema.links, **schema.lists}
    for step in plan.steps:
        for name in step.items:
            for use in uses_of(schema, step.record, [schema.items[step.record, name].expr]):
                found.add(ways.get((use.record, use.name), use.record))
    return found


def _factor(world: World, item: c.Item, populations: Populations) -> Factor:
    value = _population(world, item, populations)
    if population_value(item, populations) is Population.COMPUTE:
        uses: Iterable[Use] = uses_of(world.store.schema, "", [item.expr])
        tables = [use.record for use in uses if use.kind is UseKind.TABLE]
        rows = world.size(tables[0]) if tables else 0
        return Factor(item, value, "computed", rows)
    return Factor(item, value, "set" if item.name in populations else "published")


# --- rows by key ---------------------------------------------------------------------------------

Wish: TypeAlias = Mapping[str, str]
"""Fields of a record and the texts that they shall have."""


def rows_where(store: Store, record: str, wish: Wish) -> list[Row]:
    """Return the rows of ``record`` whose fields have these values, as texts."""
    slots = store.schema.layouts[record].slots
    return [
        row
        for row in store.rows.get(record, [])
        if all(str(row[slots[name]]) == text for name, text in wish.items())
    ]
