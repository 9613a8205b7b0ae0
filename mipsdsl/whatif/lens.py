"""What is looked at in a population: whose outcomes, which money, which groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import evolve, frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.strata import steps
from mipsdsl.core.types import GRID, QUANTITIES, YESNO, Type, Unit
from mipsdsl.data.slots import near
from mipsdsl.engines.schema import Schema, schema_of
from mipsdsl.scoring import results_of

GROUPING = frozenset({Unit.YESNO, Unit.CHOICE, Unit.TEXT})


class LensError(Exception):
    """What was asked for cannot be looked at; the message says why, and what to do."""


@frozen
class Lens:
    """What is looked at: rows of ``record``, by names of its items and fields.

    ``outcome`` says how a row fares: by its sign if it is a quantity, else by its value. Sums of
    ``money`` are compared, also within groups of one value of each of ``by``. Only rows where
    ``among`` holds are counted (all, when empty).
    """

    record: str
    outcome: str
    money: tuple[str, ...]
    by: tuple[str, ...] = ()
    among: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names but those of money, each once."""
        names = (self.outcome, *self.by, *([self.among] if self.among else []))
        return tuple(dict.fromkeys(names))


def lens_of(program: c.Program, there: Collection[str], outcome: str = "") -> Lens:
    """Return the lens for the results of ``program``, on the first record that is ``there``.

    The outcome, unless it is named, is the first result that can be below and above nothing: an
    adjustment. The money is that of the results.

    Raises:
        LensError: there is no such outcome.

    """
    schema = schema_of(program)
    owner, _, name = outcome.rpartition(".")
    for record in [each.name for each in program.records if each.name in there]:
        if owner and owner != record:
            continue
        items = results_of(program, record)
        money = tuple(each.name for each in items if each.type.unit is Unit.MONEY)
        signed = next((each.name for each in items if _is_signed(each)), None)
        if name and (record, name) in schema.items:
            return Lens(record, name, money)
        if not name and signed is not None:
            return Lens(record, signed, money)
    if not outcome:
        raise LensError(
            "no result of these data can be a gain or a loss\nhelp: name one: `--outcome ITEM`"
        )
    close = near(name, [each.name for each in program.items if each.record in there])
    hint = f"\nhelp: near it: {', '.join(close)}" if close else ""
    raise LensError(f"there is no outcome `{outcome}`{hint}")


def _is_signed(item: c.Item) -> bool:
    shape = item.shape
    return shape is not None and shape.low < 0 < shape.high and item.type.unit is Unit.PERCENT


def looking_by(
    program: c.Program, lens: Lens, by: Iterable[str], among: str
) -> tuple[c.Program, Lens]:
    """Return the lens with groups, and the program with an item for each that is not the record's.

    A group is a name of the record, or of a row that a reference of it leads to:
    ``practice.rural``.

    Raises:
        LensError: there is no such name, or it is no choice, text or yes/no.

    """
    names, items = [], []
    for path in by:
        name, item = _grouping(program, lens.record, path)
        names.append(name)
        items += [] if item is None else [item]
    if among and _type(schema_of(program), lens.record, among).unit is not Unit.YESNO:
        raise LensError(f"`{among}` is no yes or no\nhelp: name a rule that says who is counted")
    return with_items(program, items), evolve(lens, by=tuple(names), among=among)


def _grouping(program: c.Program, record: str, path: str) -> tuple[str, c.Item | None]:
    schema = schema_of(program)
    first, dot, last = path.partition(".")
    owner = schema.links.get((record, first)) if dot else record
    type_ = _type(schema, owner or "", last or first, path)
    if type_.unit not in GROUPING:
        raise LensError(
            f"`{path}` is {type_.spoken()}, and groups are of a choice, a text or a yes/no\n"
            "help: write a rule for its classes in a policy, and give that --with"
        )
    if not dot:
        return path, None
    read = c.Read(c.Follow(c.Here(), first), last, type=type_.or_missing())
    place = c.Place("", 0)
    item = c.Item(record, path, c.ItemKind.RULE, read.type, None, read, "", (), (), None, place)
    return path, item


def _type(schema: Schema, record: str, name: str, path: str = "") -> Type:
    known = schema.items.get((record, name)) or schema.fields.get((record, name))
    if known is not None:
        return known.type
    names = [each for owner, each in (*schema.items, *schema.fields) if owner == record]
    close = near(name, names)
    hint = f"\nhelp: near it: {', '.join(close)}" if close else ""
    raise LensError(f"there is no `{path or name}` of {record or 'the records'}{hint}")


def with_items(program: c.Program, items: Iterable[c.Item]) -> c.Program:
    """Return ``program`` with more items, behind those that it has."""
    more = tuple(items)
    if not more:
        return program
    every = (*program.items, *more)
    return evolve(program, items=every, steps=steps(program.records, every))


def total_name(money: str) -> str:
    """Return the name of the population item that adds up ``money``."""
    return f"total {money}"


def totals(program: c.Program, lens: Lens) -> list[c.Item]:
    """Return items of the population that add up the money over all rows."""
    items, schema, made = [], schema_of(program), []
    for name in lens.money:
        item = schema.items[lens.record, name]
        if item.shape is None:
            continue
        items.append(item)
        read = c.Read(c.Element(0), name, type=item.type, shape=item.shape)
        where = c.IsGiven(read, type=YESNO) if item.type.optional else build.yes()
        everyone = c.Everyone(lens.record)
        total = build.fold(c.FoldKind.SUM, 0, everyone, build.POPULATION_ROWS, where, read)
        made.append(_total(total_name(name), total, item))
    return made


def _total(name: str, expr: c.Fold, like: c.Item) -> c.Item:
    kind = c.ItemKind.POPULATION
    return c.Item("", name, kind, expr.type, expr.shape, expr, "", (), (), None, like.place)


def scale_of(schema: Schema, record: str, name: str) -> int:
    """Return the places in which a quantity is stored, 0 of anything else."""
    if not record:
        return schema.population_scales.get(name, 0)
    return schema.layouts[record].scales.get(name, 0)


def type_of(schema: Schema, record: str, name: str) -> Type:
    """Return the type of an item or a field."""
    return _type(schema, record, name)


def is_quantity(type_: Type) -> bool:
    """Return whether values of ``type_`` have a size."""
    return type_.unit in QUANTITIES and type_.unit in GRID
