"""Small programs of the core, built by hand, and the data to run them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID, QUANTITIES, YESNO, Shape, Type, Unit
from mipsdsl.engines.frames import Frame

PLACE = c.Place("world.mips", 1)
COUNT, NUMBER, POINTS = Type(Unit.COUNT), Type(Unit.NUMBER), Type(Unit.POINTS)
PERCENT, MONEY, TEXT = Type(Unit.PERCENT), Type(Unit.MONEY), Type(Unit.TEXT)
MECHANISM = Type(Unit.CHOICE, "mechanism")
MECHANISMS = ("claims", "registry", "ehr", "cahps")
YES = b.yes()


def column(name: str, type_: Type, scale: int | None = None, many: int = 0) -> c.Field:
    """Return a field; a quantity is bounded by a million."""
    places = {Unit.MONEY: 2, Unit.COUNT: 0, Unit.DATE: 0}.get(type_.unit, 4)
    scale = places if scale is None else scale
    bound = 10 ** (6 + scale) if type_.unit in QUANTITIES else 0
    return c.Field(name, type_, scale, -bound, bound, many, "", PLACE)


def record(
    name: str,
    key: Sequence[str],
    fields: Iterable[c.Field],
    *,
    references: Iterable[c.Reference] = (),
    relations: Iterable[c.Relation] = (),
    grouping: c.Grouping | None = None,
    is_reference: bool = False,
) -> c.Record:
    """Return a record."""
    return c.Record(
        name, tuple(key), tuple(fields), tuple(references), tuple(relations), grouping,
        is_reference, PLACE,
    )  # fmt: skip


def reference(name: str, to: str, by: Sequence[str]) -> c.Reference:
    """Return a reference that may lead nowhere."""
    return c.Reference(name, to, tuple(by), True, PLACE)


def relation(
    name: str,
    of: str,
    by: Sequence[str],
    one_for_each: str = "",
    where: c.Expr | None = None,
) -> c.Relation:
    """Return a list whose rows agree with the owner in the fields ``by``."""
    return c.Relation(name, of, tuple(by), tuple(by), 10, one_for_each, where, PLACE)


def shape_of(type_: Type, scale: int) -> Shape | None:
    """Return the shape of a quantity read from a slot."""
    return b.decimal(scale, -1_000_000, 1_000_000) if type_.unit in QUANTITIES else None


def read(row: c.Row, name: str, type_: Type, scale: int | None = None) -> c.Read:
    """Return a read of an item, or of a field with ``scale`` places."""
    scale = GRID.get(type_.unit, 0) if scale is None else scale
    return c.Read(row, name, type=type_, shape=shape_of(type_, scale))


def literal(value: int | str, type_: Type = COUNT, scale: int = 0) -> c.Constant:
    """Return a literal: a quantity as steps, or a text."""
    if isinstance(value, str):
        return c.Constant(value, type=type_)
    return b.constant(value, scale, type_)


def item(
    of: str,
    name: str,
    type_: Type,
    expr: c.Expr,
    kind: c.ItemKind = c.ItemKind.RULE,
    *,
    published: c.Constant | None = None,
) -> c.Item:
    """Return an item, its value landed."""
    landed = expr
    shape = shape_of(type_, GRID.get(type_.unit, 0)) if not isinstance(expr, c.Select) else None
    if shape is not None and expr.shape is not None:
        landed = b.land(expr, type_.unit)
    return c.Item(of, name, kind, type_, shape, landed, "", (), (), published, PLACE)


def program(
    records: Iterable[c.Record],
    items: Iterable[c.Item],
    steps: Iterable[tuple[str, tuple[str, ...]]] | None = None,
    ensures: Iterable[c.Ensure] = (),
    parameters: Iterable[c.NamedConstant] = (),
) -> c.Program:
    """Return a program; without ``steps`` each item is one."""
    items = tuple(items)
    made = [(each.record, (each.name,)) for each in items] if steps is None else steps
    return c.Program(
        2018, 2020, "", (), (c.Choice("mechanism", MECHANISMS, MECHANISMS, PLACE),),
        tuple(records), tuple(parameters), items, tuple(ensures),
        tuple(c.Step(of, names) for of, names in made),
    )  # fmt: skip


def available(tables: Mapping[str, Frame]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table."""
    return {name: table.columns for name, table in tables.items()}


def minimal(expr: c.Expr, type_: Type, fields: Iterable[c.Field] = ()) -> c.Program:
    """Return a program with one record ``thing``, its ``fields`` and the one item ``x``."""
    thing = record("thing", ("id",), [column("id", TEXT), *fields])
    return program([thing], [item("thing", "x", type_, expr)])


HERE = c.Here()
E0 = c.Element(0)
UNIT = "submission"
MEASURE = "measure"


def scoring() -> c.Program:
    """Return a world like MIPS: practices, submissions with measures, groups, a catalogue.

    A submission has one measure for each row of the catalogue that is required, its measures are
    grouped by mechanism (cahps joins every group), and each clinician has an individual submission.
    """
    return program(_records(), _items(), _steps(), [_ensure()])


def _records() -> list[c.Record]:
    practice = record(
        "practice", ["tin"], [column("tin", TEXT), column("size", COUNT)],
        relations=[relation("submissions", UNIT, ["tin"])],
    )  # fmt: skip
    clinician = record(
        "clinician", ["npi"],
        [column("npi", TEXT), column("tin", TEXT), column("charges", MONEY),
         column("takes_part", YESNO)],
        references=[reference("practice", "practice", ["tin"])],
    )  # fmt: skip
    catalogue = record(
        "catalogue", ["measure_id"],
        [column("measure_id", TEXT), column("weight", COUNT), column("required", YESNO)],
        is_reference=True,
    )  # fmt: skip
    submission = record(
        UNIT, ["submission_id"],
        [column("submission_id", TEXT), column("kind", TEXT), column("tin", TEXT),
         column("npi", TEXT.or_missing()), column("reported", YESNO)],
        references=[reference("practice", "practice", ["tin"])],
        relations=[relation("measures", MEASURE, ["submission_id"], "catalogue",
                            read(HERE, "required", YESNO))],
    )  # fmt: skip
    measure = record(
        MEASURE, ["submission_id", "measure_id"],
        [column("submission_id", TEXT), column("measure_id", TEXT),
         column("rate", PERCENT.or_missing()), column("mechanism", MECHANISM.or_missing())],
        references=[reference(UNIT, UNIT, ["submission_id"]),
                    reference("catalogue", "catalogue", ["measure_id"])],
    )  # fmt: skip
    groups = record(
        "measure_set", ["submission_id", "mechanism"],
        [column("submission_id", TEXT), column("mechanism", MECHANISM)],
        grouping=c.Grouping(UNIT, "measures", "mechanism", 8, _is_cahps()),
    )  # fmt: skip
    return [practice, clinician, catalogue, submission, measure, groups]


def _is_cahps() -> c.Expr:
    return c.Same(read(HERE, "mechanism", MECHANISM), literal("cahps", MECHANISM), type=YESNO)


def _ensure() -> c.Ensure:
    return c.Ensure(
        UNIT, "clinician", read(HERE, "takes_part", YESNO),
        (("kind", literal("individual", TEXT)), ("tin", read(HERE, "tin", TEXT)),
         ("npi", read(HERE, "npi", TEXT))),
        (("reported", b.yes(value=False)),), PLACE,
    )  # fmt: skip


def _items() -> list[c.Item]:
    rate = read(HERE, "rate", PERCENT.or_missing(), 4)
    weight = read(c.Follow(HERE, "catalogue"), "weight", COUNT, 0)
    weighted = b.arithmetic(c.Operator.MULTIPLY, rate, b.default(weight, literal(1), COUNT), POINTS)
    points = b.cases(
        c.CasesKind.IF,
        (c.Arm(c.IsGiven(rate, type=YESNO), weighted),), literal(0, POINTS), POINTS,
    )  # fmt: skip
    measures, its_points = c.Children(HERE, "measures"), read(E0, "points", POINTS)
    best = c.Select(
        measures,
        (c.Places(literal(2), c.IsGiven(read(E0, "rate", PERCENT, 4), type=YESNO), None,
                  (c.SortKey(its_points, True),)),),
        type=YESNO,
    )  # fmt: skip
    chosen = c.IsMember(HERE, c.Chosen(c.Follow(HERE, UNIT), "best"), type=YESNO)
    total = b.fold(c.FoldKind.SUM, 0, c.Chosen(HERE, "best"), 10, YES, its_points)
    group_total = b.fold(c.FoldKind.SUM, 0, measures, 10, YES, its_points)
    sets = c.Children(HERE, "measure_sets")
    top = b.fold(c.FoldKind.HIGHEST, 0, sets, 8, YES, read(E0, "total", POINTS))
    final = b.arithmetic(
        c.Operator.ADD, read(HERE, "total", POINTS),
        b.default(top, literal(0, POINTS), POINTS), POINTS,
    )  # fmt: skip
    mean = b.default(
        b.fold(c.FoldKind.AVERAGE, 0, c.Everyone(UNIT), 10, YES, read(E0, "final", POINTS)),
        literal(0, POINTS), POINTS,
    )  # fmt: skip
    above = b.arithmetic(
        c.Operator.SUBTRACT, read(HERE, "final", POINTS),
        c.ReadPopulation("mean", type=POINTS, shape=shape_of(POINTS, 12)), POINTS,
    )  # fmt: skip
    return [
        item(MEASURE, "points", POINTS, points),
        item(UNIT, "best", YESNO, best, c.ItemKind.SELECTION),
        item(MEASURE, "counted", YESNO, chosen),
        item(UNIT, "total", POINTS, total),
        item("measure_set", "total", POINTS, group_total),
        item(UNIT, "final", POINTS, final),
        item("", "mean", POINTS, mean, c.ItemKind.POPULATION),
        item(UNIT, "above", POINTS, above),
    ]


def _steps() -> list[tuple[str, tuple[str, ...]]]:
    return [
        (MEASURE, ("points",)), (UNIT, ("best",)), (MEASURE, ("counted",)), (UNIT, ("total",)),
        ("measure_set", ()), ("measure_set", ("total",)), (UNIT, ("final",)), ("", ("mean",)),
        (UNIT, ("above",)),
    ]  # fmt: skip


def scoring_data() -> dict[str, Frame]:
    """Return data for ``scoring``: two sent submissions, one clinician who sent nothing."""
    return {
        "practice": Frame(("tin", "size"), [["T1", 3], ["T2", 20]]),
        "clinician": Frame(
            ("npi", "tin", "charges", "takes_part"),
            [["N1", "T1", 1_000_00, True], ["N2", "T1", 2_000_00, True], ["N3", "T2", 0, False]],
        ),
        "catalogue": Frame(
            ("measure_id", "weight", "required"), [["A", 3, True], ["B", 1, False], ["C", 2, True]]
        ),
        UNIT: Frame(
            ("submission_id", "kind", "tin", "npi", "reported"),
            [["S1", "group", "T1", None, True], ["S2", "individual", "T1", "N2", True]],
        ),
        MEASURE: Frame(
            ("submission_id", "measure_id", "rate", "mechanism"),
            [
                ["S1", "B", 9000, "claims"],
                ["S1", "A", 5000, "registry"],
                ["S1", "Z", 9000, "registry"],
                ["S1", "Q", 1000, "cahps"],
                ["S2", "A", None, "claims"],
            ],
        ),
    }
