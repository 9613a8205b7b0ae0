"""Random programs of the core, and random data for them, for engines to be compared on.

The world is fixed: a thing with parts, bundles of these, a catalogue, a population. What is computed
of it is drawn; expressions grow from their type, so all are well formed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

from attrs import evolve, frozen

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID, YESNO, Type, Unit
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.store import Stored
from tests.engines import worlds as w

Drawn = TypeVar("Drawn")
UNITS = (Unit.COUNT, Unit.NUMBER, Unit.POINTS, Unit.PERCENT, Unit.MONEY)
LISTS = {("thing", "parts"): "part", ("thing", "bundles"): "bundle", ("bundle", "parts"): "part"}
LINKS = {
    ("thing", "boss"): "thing", ("part", "thing"): "thing", ("bundle", "thing"): "thing",
    ("part", "entry"): "catalogue",
}  # fmt: skip
FIELDS = {
    "thing": [
        w.column("id", w.TEXT), w.column("boss_id", w.TEXT.or_missing()), w.column("n", w.COUNT),
        w.column("x", w.NUMBER), w.column("p", w.PERCENT.or_missing()), w.column("m", w.MONEY),
        w.column("flag", YESNO), w.column("mech", w.MECHANISM.or_missing()),
        w.column("starts", w.NUMBER.or_missing(), 4, many=4),
    ],
    "part": [
        w.column("id", w.TEXT), w.column("pid", w.TEXT), w.column("cid", w.TEXT.or_missing()),
        w.column("k", w.COUNT.or_missing()), w.column("v", w.POINTS.or_missing()),
        w.column("q", w.PERCENT.or_missing()), w.column("y", w.NUMBER.or_missing()),
        w.column("c", w.MONEY.or_missing()),
        w.column("ok", YESNO.or_missing()),
        w.column("mech", w.MECHANISM.or_missing()),
    ],
    "bundle": [w.column("id", w.TEXT), w.column("mech", w.MECHANISM)],
    "catalogue": [w.column("cid", w.TEXT), w.column("weight", w.COUNT), w.column("ok", YESNO)],
}  # fmt: skip


def records() -> list[c.Record]:
    """Return the records of the world."""
    joined = c.Same(
        w.read(w.HERE, "mech", w.MECHANISM), w.literal("cahps", w.MECHANISM), type=YESNO
    )
    boss = w.reference("boss", "thing", ["boss_id"])
    every = w.read(w.HERE, "ok", YESNO)
    parts = c.Relation("parts", "part", ("id",), ("id",), 10, "catalogue", every, w.PLACE)
    return [
        w.record("catalogue", ["cid"], FIELDS["catalogue"], is_reference=True),
        w.record("thing", ["id"], FIELDS["thing"], references=[boss], relations=[parts]),
        w.record(
            "part", ["pid"], FIELDS["part"],
            references=[w.reference("thing", "thing", ["id"]),
                        w.reference("entry", "catalogue", ["cid"])],
        ),
        w.record(
            "bundle", ["id", "mech"], FIELDS["bundle"],
            grouping=c.Grouping("thing", "parts", "mech", 5, joined),
        ),
    ]  # fmt: skip


@frozen
class World:
    """What an expression may look at."""

    dice: Random
    here: str
    items: Mapping[str, tuple[c.Item, ...]]
    elements: tuple[str, ...] = ()

    def pick(self, options: list[Drawn]) -> Drawn:
        """Return one of ``options``."""
        return self.dice.choice(options)

    def chance(self) -> bool:
        """Return yes or no."""
        return self.dice.random() < 0.5

    # --- rows ---

    def row(self) -> tuple[c.Row, str]:
        """Return a row to read from, and its record."""
        rows: list[tuple[c.Row, str]] = [(c.Element(i), r) for i, r in enumerate(self.elements)]
        rows += rows[-1:] * 3
        rows += [(c.Here(), self.here)] if self.here else [(self.catalogue(), "catalogue")]
        row, record = self.pick(rows)
        for _ in range(2):
            links = [name for owner, name in LINKS if owner == record]
            if links and self.chance():
                name = self.pick(links)
                row, record = c.Follow(row, name), LINKS[record, name]
        return row, record

    def catalogue(self) -> c.Row:
        """Return a named row of the catalogue."""
        return c.Catalogue("catalogue", (w.literal(self.pick(["A", "B", "Z"]), w.TEXT),))

    def rows(self) -> tuple[c.Rows, str]:
        """Return a list to fold over, and its record."""
        row, record = self.row()
        names = [name for owner, name in LISTS if owner == record]
        if not names or not self.here:
            everyone = self.pick(["thing", "part"]) if not self.here else "catalogue"
            return c.Everyone(everyone), everyone
        chosen = [i for i in self.items.get(record, ()) if i.kind is c.ItemKind.SELECTION]
        if chosen and self.chance():
            selection = self.pick(chosen)
            select = selection.expr
            assert isinstance(select, c.Select)
            assert isinstance(select.rows, c.Children)
            rows: c.Rows = c.Chosen(row, selection.name)
            if self.chance():
                rows = c.Apart(c.Children(row, select.rows.name), rows)
            return rows, LISTS[record, select.rows.name]
        name = self.pick(names)
        return c.Children(row, name), LISTS[record, name]

    def reads(self, row: c.Row, record: str, unit: Unit) -> list[c.Expr]:
        """Return what can be read of ``row`` in this unit; always as if it might be missing."""
        fields = [(f.name, f.type, f.scale) for f in FIELDS.get(record, ()) if not f.many]
        items = [
            (i.name, i.type, GRID.get(i.type.unit, 0))
            for i in self.items.get(record, ())
            if i.kind is not c.ItemKind.SELECTION
        ]
        found = []
        for name, type_, scale in fields + items:
            if type_.unit is unit:
                optional = type_ if isinstance(row, c.Here) else type_.or_missing()
                found.append(w.read(row, name, optional, scale))
        return list(found)

    # --- quantities ---

    def quantity(self, unit: Unit, depth: int) -> c.Expr:
        """Return a quantity that is never missing."""
        if depth <= 0:
            return self.leaf(unit, depth)
        kinds = [self.leaf, self.arithmetic, self.divided, self.rounded, self.cased, self.folded]
        kinds += [self.defaulted, self.scaled, self.leaf]
        if unit is Unit.NUMBER:
            kinds.append(self.positioned)
        return self.pick(kinds)(unit, depth - 1)

    def leaf(self, unit: Unit, _: int) -> c.Expr:
        """Return a literal, or what is read of a row, or of the population."""
        row, record = self.row()
        reads = self.reads(row, record, unit)
        if self.here:
            reads += [
                c.ReadPopulation(i.name, type=i.type, shape=w.shape_of(i.type, GRID[unit]))
                for i in self.items.get("", ())
                if i.type.unit is unit
            ]
        constant = self.literal(unit)
        if not reads or self.dice.randrange(3) == 0:
            return constant
        read = self.pick(reads)
        return b.default(read, constant, Type(unit)) if read.type.optional else read

    def literal(self, unit: Unit) -> c.Constant:
        """Return a literal, often one that makes ties."""
        scale = 0 if unit is Unit.COUNT else self.pick([0, 2, 4])
        return b.constant(self.pick([0, 1, -1, 2, 5, 50, 3, 25, -75, 1000]), scale, Type(unit))

    def arithmetic(self, unit: Unit, depth: int) -> c.Expr:
        """Return a sum or the like."""
        operator = self.pick([o for o in c.Operator if o is not c.Operator.MULTIPLY])
        left, right = self.quantity(unit, depth), self.quantity(unit, depth - 1)
        return b.arithmetic(operator, left, right, Type(unit))

    def scaled(self, unit: Unit, depth: int) -> c.Expr:
        """Return a product."""
        factor = self.quantity(self.pick([Unit.NUMBER, Unit.COUNT]), depth - 1)
        left = self.quantity(unit, depth)
        return b.arithmetic(c.Operator.MULTIPLY, left, factor, Type(unit))

    def divided(self, unit: Unit, depth: int) -> c.Expr:
        """Return a quotient."""
        left, type_ = self.quantity(unit, depth), Type(unit)
        if self.chance():
            return b.divide(left, b.constant(self.pick([3, 7, -6]), 0, w.NUMBER), None, type_)
        right = self.quantity(Unit.NUMBER, depth - 1)
        return b.divide(left, right, self.quantity(unit, 0), type_)

    def rounded(self, unit: Unit, depth: int) -> c.Expr:
        """Return a quantity rounded or landed."""
        inner = self.quantity(unit, depth)
        if self.chance():
            return b.land(inner, unit)
        return b.round_to(inner, self.pick([0, 2, 8]), self.pick(list(c.Rounding)))

    def cased(self, unit: Unit, depth: int) -> c.Expr:
        """Return cases, or a column of a table."""
        if self.chance():
            index = self.cases(Unit.COUNT, 0, [b.constant(i, 0, w.COUNT) for i in (1, 2, 3)])
            values = tuple(self.quantity(unit, depth - 1) for _ in range(3))
            shapes = [b.shape_of(value) for value in values]
            return c.Pick(index, values, type=Type(unit), shape=b.joined(shapes))
        return self.cases(unit, depth, [self.quantity(unit, depth - 1) for _ in range(3)])

    def cases(self, unit: Unit, depth: int, values: list[c.Expr]) -> c.Expr:
        """Return cases with these values, the last otherwise."""
        arms = tuple(c.Arm(self.condition(depth), value) for value in values[:-1])
        return b.cases(self.pick(list(c.CasesKind)), arms, values[-1], Type(unit))

    def defaulted(self, unit: Unit, depth: int) -> c.Expr:
        """Return what may be missing with a default, or where it is known to be given."""
        maybe, instead = self.optional(unit, depth), self.quantity(unit, 0)
        if self.chance():
            return b.default(maybe, instead, Type(unit))
        arm = c.Arm(c.IsGiven(maybe, type=YESNO), b.arithmetic(
            c.Operator.ADD, maybe, self.quantity(unit, 0), Type(unit)))  # fmt: skip
        return b.cases(c.CasesKind.IF, (arm,), instead, Type(unit))

    def optional(self, unit: Unit, depth: int) -> c.Expr:
        """Return a quantity that may be missing."""
        type_ = Type(unit, optional=True)
        row, record = self.row()
        if (reads := self.reads(row, record, unit)) and self.chance():
            return self.pick(reads)
        if depth > 0 and self.chance():
            inner = self.optional(unit, depth - 1)
            return b.land(inner, unit) if self.chance() else b.round_to(inner, 2, c.Rounding.UP)
        if depth > 0 and self.chance():
            kinds = [c.FoldKind.AVERAGE, c.FoldKind.HIGHEST, c.FoldKind.LOWEST]
            return self.fold(self.pick(kinds), unit, depth - 1)
        value, none = self.quantity(unit, depth - 1), c.Missing(type=type_)
        arm = c.Arm(self.condition(depth - 1), value)
        return b.cases(c.CasesKind.IF, (arm,), none, type_)

    def folded(self, unit: Unit, depth: int) -> c.Expr:
        """Return a sum over a list, or a count of it."""
        if unit is Unit.COUNT and self.chance():
            return self.fold(c.FoldKind.COUNT, unit, depth)
        return self.fold(c.FoldKind.SUM, unit, depth)

    def fold(self, kind: c.FoldKind, unit: Unit, depth: int) -> c.Expr:
        """Return a fold; its body may look at the folds around."""
        rows, record = self.rows()
        inside = evolve(self, elements=(*self.elements, record))
        where = inside.condition(depth - 1) if self.chance() else w.YES
        if kind is c.FoldKind.COUNT:
            body: c.Expr = w.YES
        elif kind in (c.FoldKind.ANY, c.FoldKind.ALL):
            body = inside.condition(depth - 1)
        else:
            body = inside.quantity(unit, depth - 1)
        return b.fold(kind, len(self.elements), rows, 10, where, body)

    def positioned(self, unit: Unit, depth: int) -> c.Expr:
        """Return a position on a thing's starts, 0 where it has none."""
        row: c.Row = c.Here() if self.here == "thing" else c.Follow(c.Here(), "thing")
        if self.here not in ("thing", "part", "bundle"):
            return self.leaf(unit, depth)
        starts = w.read(row, "starts", w.NUMBER.or_missing(), 4)
        value = self.quantity(unit, depth)
        position = b.position(value, starts, 4, self.pick([0, 1]), rising=self.chance())
        position = evolve(position, type=w.NUMBER.or_missing())
        return b.default(position, b.constant(0, 0, w.NUMBER), w.NUMBER)

    # --- yes/no ---

    def condition(self, depth: int) -> c.Expr:
        """Return a yes/no."""
        if depth <= 0:
            return self.pick([self.simple, self.same])()
        return self.pick([self.simple, self.same, self.compared, self.joined, self.quantified])(*())

    def simple(self) -> c.Expr:
        """Return a yes/no that is read, or whether there is a row or a value."""
        row, record = self.row()
        reads = self.reads(row, record, Unit.YESNO)
        units = self.reads(row, record, self.pick(list(UNITS)))
        options: list[c.Expr] = [c.HasRow(row, type=YESNO), b.yes(value=self.chance())]
        options += [c.IsGiven(read, type=YESNO) for read in units]
        options += reads
        members = [i for i in self.items.get("thing", ()) if i.kind is c.ItemKind.SELECTION]
        if members and record == "part":
            chosen = c.Chosen(c.Follow(row, "thing"), self.pick(members).name)
            options.append(c.IsMember(row, chosen, type=YESNO))
        return self.pick(options)

    def same(self) -> c.Expr:
        """Return whether two choices are the same, or one is in a set."""
        row, record = self.row()
        reads = self.reads(row, record, Unit.CHOICE)
        if not reads:
            return self.simple()
        left = self.pick(reads)
        if self.chance():
            members = c.SetOf(("claims", "ehr"), type=Type(Unit.SET, "mechanism"))
            values = _parameter(members) if self.chance() else members
            return c.Among(left, values, type=YESNO)
        right = self.pick([*reads, w.literal(self.pick(list(w.MECHANISMS)), w.MECHANISM)])
        return c.Same(left, right, type=YESNO)

    def compared(self) -> c.Expr:
        """Return a comparison; `is` also of what may be missing."""
        unit = self.pick(list(UNITS))
        comparison = self.pick(list(c.Comparison))
        if comparison is c.Comparison.EQUAL:
            left, right = self.optional(unit, 1), self.optional(unit, 0)
        else:
            left, right = self.quantity(unit, 1), self.quantity(unit, 1)
        return c.Compare(comparison, left, right, type=YESNO)

    def joined(self) -> c.Expr:
        """Return conditions joined."""
        operands = (self.condition(0), self.condition(0), self.compared())
        joined: c.Expr = c.And(operands, type=YESNO)
        if self.chance():
            joined = c.Or(operands, type=YESNO)
        return c.Not(joined, type=YESNO) if self.chance() else joined

    def quantified(self) -> c.Expr:
        """Return whether some or all rows of a list are so."""
        return self.fold(self.pick([c.FoldKind.ANY, c.FoldKind.ALL]), Unit.COUNT, 1)

    # --- selections ---

    def selection(self) -> c.Select:
        """Return a selection of the parts of a thing."""
        inside = evolve(self, elements=("part",))
        places = tuple(inside.places() for _ in range(self.pick([1, 2])))
        return c.Select(c.Children(w.HERE, "parts"), places, type=YESNO)

    def places(self) -> c.Places:
        """Return places of a selection."""
        keys = tuple(
            c.SortKey(self.pick([self.optional, self.quantity])(self.pick(list(UNITS)), 1),
                      highest_first=self.chance())
            for _ in range(self.pick([0, 1, 2]))
        )  # fmt: skip
        mech = w.read(w.E0, "mech", w.MECHANISM.or_missing())
        number = b.constant(self.pick([0, 1, 2]), 0, w.COUNT)
        where = w.YES if self.chance() else self.condition(1)
        fallbacks = (self.condition(0),) if self.chance() else ()
        return c.Places(number, where, mech if self.chance() else None, keys, fallbacks)


def _parameter(members: c.SetOf) -> c.Parameter:
    return c.Parameter("mechanisms", members, type=members.type)


def program_of(dice: Random) -> c.Program:
    """Return a program of up to eight items."""
    items: dict[str, tuple[c.Item, ...]] = {}
    order: list[c.Item] = []
    owners = ["part", "part", "thing", "bundle", "thing", "thing", "", "part", "thing"]
    for index in range(dice.randint(1, 8)):
        record = dice.choice(owners)
        made = _item(World(dice, record, items), record, f"i{index}")
        order.append(made)
        items[record] = (*items.get(record, ()), made)
    groups: list[tuple[str, tuple[str, ...]]] = [("bundle", ())]
    steps = groups + [(item.record, (item.name,)) for item in order]
    return w.program(records(), order, steps if dice.random() < 0.5 else _merged(steps))


def _item(world: World, record: str, name: str) -> c.Item:
    kind = world.pick(["quantity", "quantity", "optional", "yesno", "selection", "choice"])
    if kind == "selection" and record == "thing":
        return w.item(record, name, YESNO, world.selection(), c.ItemKind.SELECTION)
    if kind == "choice" and record:
        value, none = w.literal("ehr", w.MECHANISM), c.Missing(type=w.MECHANISM.or_missing())
        type_ = w.MECHANISM.or_missing()
        arm = c.Arm(world.condition(1), value)
        return w.item(record, name, type_, b.cases(c.CasesKind.FIRST_OF, (arm,), none, type_))
    if kind == "yesno":
        # A condition may read a yes/no that is missing; joined to another it is yes or no.
        return w.item(record, name, YESNO, c.And((world.condition(2), w.YES), type=YESNO))
    unit = world.pick(list(UNITS))
    if kind == "optional" and record:
        return w.item(record, name, Type(unit, optional=True), world.optional(unit, 3))
    return w.item(record, name, Type(unit), world.quantity(unit, 3))


def _merged(steps: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the steps with neighbours of one record made one."""
    merged = steps[:1]
    for record, names in steps[1:]:
        if merged[-1][0] == record and merged[-1][1]:
            merged[-1] = (record, merged[-1][1] + names)
        else:
            merged.append((record, names))
    return merged


# --- data ----------------------------------------------------------------------------------------

_VALUES: dict[Unit, Sequence[Stored]] = {
    Unit.COUNT: range(-3, 40),
    Unit.NUMBER: [0, 10_000, -10_000, 5_000, 33_333, 1, 749_950, -25, 20_000],
    Unit.PERCENT: [0, 10_000, 8_500, 3_333, 1],
    Unit.POINTS: [0, 100_000, 60_000, 60_000, 74_995, 5],
    Unit.MONEY: [0, 90_000_00, 1, 33, 1005, -7],
    Unit.YESNO: [True, False],
    Unit.CHOICE: w.MECHANISMS,
}
_KEYS: dict[str, list[Stored]] = {
    "id": ["T0", "T0", "T1", "T9"], "boss_id": ["T0", "T1", "T7"], "cid": ["A", "B", "Z"],
}  # fmt: skip


def data_of(dice: Random, program: c.Program) -> dict[str, Frame]:
    """Return data: also with items that are given, for all rows or for some."""
    tables = {}
    for record, most in (("catalogue", 2), ("thing", 3), ("part", 8)):
        fields = FIELDS[record]
        given = [
            item for item in program.items
            if item.record == record and item.kind is not c.ItemKind.SELECTION
            and dice.randrange(6) == 0
        ]  # fmt: skip
        rows = [
            [_cell(dice, record, each, number) for each in fields]
            + [dice.choice([None, dice.choice(_VALUES[item.type.unit])]) for item in given]
            for number in range(dice.randint(0, most))
        ]
        columns = [each.name for each in fields] + [item.name for item in given]
        tables[record] = Frame(tuple(columns), rows)
    return tables


def _cell(dice: Random, record: str, each: c.Field, number: int) -> Stored:
    if (record, each.name) in (("thing", "id"), ("part", "pid"), ("catalogue", "cid")):
        return "ABCDE"[number] if record == "catalogue" else f"{record[0].upper()}{number}"
    if each.type.optional and dice.randrange(4) == 0:
        return None
    if each.many:
        return tuple(dice.randint(-3, 9) * 5_000 for _ in range(dice.randint(0, 4)))
    return dice.choice(_KEYS[each.name] if each.name in _KEYS else _VALUES[each.type.unit])
