"""What a part of a run hands over: results that are done, and what the others are made of.

A result that waits for a national factor is computed when all parts are there: a part has the
columns that it reads (``Reduction.keys``, ``amounts``), and the merge evaluates them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from attrs import evolve, frozen

from mipsdsl import scoring
from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.privacy import OPEN, WITHHELD, Privacy, is_small
from mipsdsl.data.tables import Inputs, Value
from mipsdsl.data.write import Column
from mipsdsl.engines.histogram.cells import Cells
from mipsdsl.engines.histogram.grades import Grade, Grades
from mipsdsl.engines.histogram.reduce import Irreducible, Reduction, reduce
from mipsdsl.engines.plan import Population, Populations, population_value
from mipsdsl.engines.schema import Target, schema_of
from mipsdsl.engines.store import Store, Stored
from mipsdsl.hiding import of_nation, released
from mipsdsl.scoring import NATIONAL, Factor, Outcome, World
from mipsdsl.sharding.components import Shard, share_of

ORDER, SHOWN = "order", "shown"


class ShardError(Exception):
    """A run cannot be parted, or parts do not belong together; the message says why."""


@frozen
class Division:
    """How a run is parted: what is asked, and the reduction of what waits for national factors.

    ``guards``: those of ``targets`` that stay inside: they say whether others may be shown.
    """

    program: c.Program
    said: Populations
    targets: tuple[Target, ...]
    subjects: tuple[str, ...]
    reduction: Reduction | None
    guards: tuple[Target, ...] = ()

    def done(self, record: str) -> list[str]:
        """Return the outputs of ``record`` that a part computes."""
        names = [name for owner, name in self.targets if owner == record]
        if self.reduction is None or record != self.reduction.record:
            return names
        return [name for name in names if name not in self.waiting]

    @property
    def waiting(self) -> frozenset[str]:
        """Return the outputs that wait for national factors."""
        if self.reduction is None:
            return frozenset()
        known = {item.name for item in self.reduction.cells.items if item.record}
        return frozenset(name for record, name in self.targets if record and name in known)

    @property
    def records(self) -> list[str]:
        """Return the records that have outputs, in the order they are asked for."""
        names = [record for record, _ in self.targets if record]
        if self.reduction is not None:
            names.append(self.reduction.record)
        return list(dict.fromkeys(names))

    def sources(self, record: str) -> list[str]:
        """Return the columns that what waits is made of."""
        if self.reduction is None or record != self.reduction.record:
            return []
        both = [*self.reduction.keys.values(), *self.reduction.amounts.values()]
        return list(dict.fromkeys(both))


@frozen
class PartTable:
    """The rows of a record in a part: ``columns`` by name, each of the same length."""

    record: str
    columns: Mapping[str, tuple[Type, Sequence[Value]]]


def divided(
    program: c.Program,
    said: Populations,
    targets: Sequence[Target],
    subjects: Sequence[str],
    lacking: tuple[Collection[Target], Collection[Target]],
    guards: tuple[Target, ...] = (),
) -> Division:
    """Return how a run for ``targets`` is parted.

    ``lacking``: the items that are given, and those given only for some rows. ``guards``: those of
    ``targets`` that stay inside.

    Raises:
        ShardError: a result that waits for a national factor looks at other rows.

    """
    computed = {name for name, value in said.items() if value is Population.COMPUTE}
    given, partial = lacking
    grades = Grades(schema_of(program), {})
    for item in program.items:
        target = (item.record, item.name)
        if not item.record and item.name in computed:
            grades.of[target] = Grade.FREE
        elif target not in set(given) - set(partial) and (
            found := grades.grade(item.expr, item.record)
        ):
            grades.of[target] = found
    waiting = [target for target in targets if target in grades.of]
    if not waiting:
        return Division(program, said, tuple(targets), tuple(subjects), None, guards)
    record = next((owner for owner, _ in waiting if owner), _of_everyone(program, waiting))
    for owner, name in waiting:
        if owner not in ("", record):
            raise ShardError(f"`{owner}.{name}` waits for a national factor, and so does {record}")
    wanted = [target for target in targets if target[0] in ("", record)]
    try:
        made = reduce(
            program, (), record, wanted,
            computed=computed, given=given, partial=partial, varied=computed,
        )  # fmt: skip
    except Irreducible as reason:
        raise ShardError(f"what waits for national factors cannot be parted: {reason}") from None
    return Division(program, said, tuple(targets), tuple(subjects), made, guards)


def _of_everyone(program: c.Program, waiting: Sequence[Target]) -> str:
    from mipsdsl.core.walk import expressions_in

    items = [item for item in program.items if (item.record, item.name) in waiting]
    for expr in expressions_in([item.expr for item in items]):
        if isinstance(expr, c.Fold) and isinstance(expr.rows, c.Everyone):
            return expr.rows.record
    return ""


def part_of(division: Division, world: World, inputs: Inputs, shard: Shard) -> list[PartTable]:
    """Return the part of ``inputs`` that is ``shard``; ``world`` holds all of them, linked."""
    program = division.program if division.reduction is None else division.reduction.rows
    mine = scoring.world_of(program, share_of(world.store, inputs, shard))
    targets = [
        (record, name)
        for record in division.records
        for name in dict.fromkeys([*division.done(record), *division.sources(record)])
    ]
    mine, plan = scoring.planned(mine, targets, division.said)
    if plan.refused:
        raise ShardError(scoring.refusal_text(program, plan.refused)[0])
    scoring.run(mine, plan, division.said)
    return [_table(division, mine.store, world.store, record) for record in division.records]


def _table(division: Division, store: Store, whole: Store, record: str) -> PartTable:
    count, text = Type(Unit.COUNT), Type(Unit.TEXT)
    key = store.schema.records[record].key
    places = {whole.key(row): place for place, row in enumerate(whole.rows[record])}
    rows = store.rows[record]
    only_given = record in division.subjects
    columns: dict[str, tuple[Type, Sequence[Value]]] = {
        ORDER: (count, [places[store.key(row)] for row in rows]),
        SHOWN: (Type(Unit.YESNO), [not (only_given and store.is_created(row)) for row in rows]),
    }
    for name in dict.fromkeys([*key, *division.done(record)]):
        type_, values = column_of(store, record, name)
        columns[f"out {name}"] = type_, [_kept(store, value) for value in values]
    for name in division.sources(record):
        type_, values = column_of(store, record, name)
        columns[f"source {name}"] = type_, values
    return PartTable(
        record,
        {name: (t if t.unit is not Unit.CHOICE else text, v) for name, (t, v) in columns.items()},
    )


def _kept(store: Store, value: object) -> Value:
    """Return a value as a part has it: rows that were chosen as JSON, key by key."""
    if isinstance(value, tuple) and value and isinstance(value[0], list):
        return json.dumps([[str(part) for part in store.key(row)] for row in value])
    return scoring.plain(store, value)


def column_of(store: Store, record: str, name: str) -> tuple[Type, list[Value]]:
    """Return a column and its type; of a selection that of the text it is written as."""
    type_ = _type(store.schema.program, record, name)
    values: list[Value] = store.column(record, name)
    return type_, values


def _type(program: c.Program, record: str, name: str) -> Type:
    schema = schema_of(program)
    item = schema.items.get((record, name))
    if item is not None:
        return Type(Unit.TEXT) if item.kind is c.ItemKind.SELECTION else item.type
    return schema.fields[record, name].type


# --- together again ------------------------------------------------------------------------------


@frozen
class Merged:
    """The results of a whole run, and the national factors that they were computed with."""

    outcomes: tuple[Outcome, ...]
    factors: tuple[Factor, ...]


def merged(
    division: Division,
    parts: Mapping[str, Mapping[str, Sequence[Value]]],
    privacy: Privacy = OPEN,
) -> Merged:
    """Return the results of all parts, but what ``privacy`` hides.

    ``parts`` has the columns of each record, part after part.
    """
    national: dict[str, Stored] = {}
    late: dict[str, Sequence[Value]] = {}
    reduction = division.reduction
    if reduction is not None:
        columns = parts[reduction.record]
        sources = {name: columns[f"source {name}"] for name in division.sources(reduction.record)}
        rows = len(columns[ORDER])
        cells = Cells.of_columns(reduction, sources, rows, _values(division))
        found = cells.evaluate({})
        national = {name: found.populations.get(name) for name in reduction.national}
        for name in division.waiting:
            column = found.columns[name]
            late[name] = [_value(column[number]) for number in cells.numbers]
    hidden = _hidden_of_nation(division, parts, national, privacy)
    outcomes = [
        _outcome(division, record, parts[record], late, privacy)
        for record in division.records
        if any(owner == record for owner, _ in division.targets)
    ]
    if names := [name for record, name in division.targets if not record]:
        values = {**_values(division), **national, **hidden}
        outcomes.append(_national(division, names, values))
    factors = _factors(division, parts, national)
    factors = [evolve(each, instead=hidden.get(each.item.name, "")) for each in factors]
    return Merged(tuple(outcomes), tuple(factors))


def _hidden_of_nation(
    division: Division,
    parts: Mapping[str, Mapping[str, Sequence[Value]]],
    national: Mapping[str, Stored],
    privacy: Privacy,
) -> dict[str, str]:
    """Return what stands for the items of the population that may not be shown."""
    factors = _factors(division, parts, national)
    few = {x.item.name: WITHHELD for x in factors if is_small(x.rows, privacy.least)}
    return few | of_nation(national, privacy)


def _outcome(
    division: Division,
    record: str,
    columns: Mapping[str, Sequence[Value]],
    late: Mapping[str, Sequence[Value]],
    privacy: Privacy,
) -> Outcome:
    schema = schema_of(division.program)
    key = schema.records[record].key
    names = [name for owner, name in division.targets if owner == record and name not in key]
    own = record == (division.reduction.record if division.reduction else "")
    sides = [
        late[name] if own and name in late else columns[f"out {name}"] for name in (*key, *names)
    ]
    order = sorted(range(len(columns[ORDER])), key=lambda place: int(columns[ORDER][place] or 0))  # type: ignore[arg-type]
    shown = (*key, *names)
    sides = [_shown(division, record, *pair, privacy) for pair in zip(shown, sides, strict=True)]
    rows = [[side[place] for side in sides] for place in order if columns[SHOWN][place] is True]
    inside = {name for owner, name in division.guards if owner == record}
    return Outcome(
        record,
        len(key),
        tuple(
            Column(
                name,
                _shown_type(division, record, name, privacy),
                schema.layouts[record].scales.get(name, 0),
            )
            for name in shown
            if name not in inside
        ),
        released(record, shown, rows, inside, privacy),
    )


def _shown_type(division: Division, record: str, name: str, privacy: Privacy) -> Type:
    is_masked = privacy.mask is not None and privacy.mask.hides(record, name)
    return Type(Unit.TEXT) if is_masked else _type(division.program, record, name)


def _shown(
    division: Division, record: str, name: str, values: Sequence[Value], privacy: Privacy
) -> Sequence[Value]:
    """Return a column with rows that were chosen as they are written, behind masks."""
    schema = schema_of(division.program)
    item = schema.items.get((record, name))
    if item is None or item.kind is not c.ItemKind.SELECTION:
        return values
    of = schema.of_selection(record, name)
    return [
        None if each is None else _chosen(of, json.loads(str(each)), privacy) for each in values
    ]


def _chosen(of: str, keys: Sequence[Sequence[str]], privacy: Privacy) -> str:
    mask = privacy.mask
    shown = keys if mask is None else [mask.key(of, key) for key in keys]
    return "; ".join(" ".join(map(str, key)) for key in shown)


def _national(division: Division, names: Sequence[str], values: Mapping[str, Stored]) -> Outcome:
    schema = schema_of(division.program)
    columns = tuple(
        Column(name, schema.items["", name].type, schema.population_scales.get(name, 0))
        for name in names
    )
    return Outcome(NATIONAL, 0, columns, [[_value(values.get(name)) for name in names]])


def _factors(
    division: Division,
    parts: Mapping[str, Mapping[str, Sequence[Value]]],
    national: Mapping[str, Stored],
) -> list[Factor]:
    items = {item.name: item for item in division.program.items if not item.record}
    record = division.reduction.record if division.reduction else ""
    rows = len(parts[record][ORDER]) if record else 0
    return [Factor(items[name], value, "computed", rows) for name, value in national.items()]


def _values(division: Division) -> dict[str, Stored]:
    """Return the items of the population that are set or published."""
    values = {
        item.name: population_value(item, division.said)
        for item in division.program.items
        if not item.record
    }
    return {name: v for name, v in values.items() if not isinstance(v, Population)}


def _value(value: Stored) -> Value:
    return value
