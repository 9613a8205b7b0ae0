"""Folds and selections, on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import pytest

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.store import Stored
from tests.engines import worlds as w
from tests.engines.running import column, run

STEP = 10**12
POINTS = w.POINTS.or_missing()
PARTS = c.Children(w.HERE, "parts")
POINT = w.read(w.E0, "points", w.POINTS, 4)
Parts: TypeAlias = Sequence[tuple[str, str | None, int | None, bool]]
SCORED = c.IsGiven(w.read(w.E0, "points", POINTS, 4), type=YESNO)
GOOD = w.read(w.E0, "good", YESNO)


def program(*items: c.Item) -> c.Program:
    owner = w.record(
        "owner", ["id"], [w.column("id", w.TEXT)], relations=[w.relation("parts", "part", ["id"])]
    )
    part = w.record(
        "part", ["id", "pid"],
        [w.column("id", w.TEXT), w.column("pid", w.TEXT), w.column("kind", w.TEXT.or_missing()),
         w.column("points", POINTS), w.column("good", YESNO)],
        references=[w.reference("owner", "owner", ["id"])],
    )  # fmt: skip
    return w.program([owner, part], items)


def data(parts: Parts) -> dict[str, Frame]:
    rows = [["O", *part] for part in parts]
    return {
        "owner": Frame(("id",), [["O"]]),
        "part": Frame(("id", "pid", "kind", "points", "good"), rows),
    }


EMPTY: Parts = ()
FEW = [("p1", "x", 10_000, True), ("p2", "y", None, False), ("p3", "x", 25_000, False)]


def folded(expr: c.Expr, type_: Type, parts: Parts) -> object:
    store = run(program(w.item("owner", "f", type_, expr)), data(parts))
    value: Stored = store.column("owner", "f")[0]
    return value


@pytest.mark.parametrize(
    ("kind", "type_", "of_none", "of_few"),
    [
        (c.FoldKind.SUM, w.POINTS, 0, 35 * STEP // 10),
        (c.FoldKind.COUNT, w.COUNT, 0, 2),
        (c.FoldKind.AVERAGE, POINTS, None, 175 * STEP // 100),
        (c.FoldKind.HIGHEST, POINTS, None, 25 * STEP // 10),
        (c.FoldKind.LOWEST, POINTS, None, STEP),
    ],
)
def test_folds(kind: c.FoldKind, type_: Type, of_none: object, of_few: object) -> None:
    body: c.Expr = w.YES if kind is c.FoldKind.COUNT else POINT
    fold = b.fold(kind, 0, PARTS, 10, SCORED, body)

    assert of_none == folded(fold, type_, EMPTY)
    assert of_few == folded(fold, type_, FEW)


def test_any_and_all_of_none_and_of_some() -> None:
    some = b.fold(c.FoldKind.ANY, 0, PARTS, 10, GOOD, w.YES)
    every = b.fold(c.FoldKind.ALL, 0, PARTS, 10, SCORED, GOOD)

    assert [folded(some, YESNO, parts) for parts in (EMPTY, FEW)] == [False, True]
    assert [folded(every, YESNO, parts) for parts in (EMPTY, FEW, FEW[:2])] == [True, False, True]


def test_a_body_lands_before_it_is_summed() -> None:
    third = b.divide(POINT, b.constant(3, 0, w.NUMBER), None, w.POINTS)
    fold = b.fold(c.FoldKind.SUM, 0, PARTS, 10, SCORED, third)
    parts = [(f"p{i}", None, 10_000, True) for i in range(3)]

    assert folded(fold, w.POINTS, parts) == 999_999_999_999


def selected(places: Sequence[c.Places], parts: Parts) -> object:
    select = c.Select(PARTS, tuple(places), type=YESNO)
    member = c.IsMember(w.HERE, c.Chosen(c.Follow(w.HERE, "owner"), "chosen"), type=YESNO)
    rest = c.Apart(PARTS, c.Chosen(w.HERE, "chosen"))
    store = run(
        program(
            w.item("owner", "chosen", YESNO, select, c.ItemKind.SELECTION),
            w.item("part", "is_chosen", YESNO, member),
            w.item("owner", "left", w.COUNT, b.fold(c.FoldKind.COUNT, 0, rest, 9, w.YES, w.YES)),
        ),
        data(parts),
    )
    chosen: object = column(store, "owner", "chosen")[0]
    names = [key[1] for key in chosen] if isinstance(chosen, list) else []
    keys = [part[0] for part in parts]

    assert [key in names for key in keys] == store.column("part", "is_chosen")
    assert len(parts) - len(names) == store.column("owner", "left")[0]
    return names


def places(
    number: int,
    where: c.Expr = w.YES,
    each: c.Expr | None = None,
    keys: Sequence[c.SortKey] = (c.SortKey(POINT, highest_first=True),),
    fallbacks: Sequence[c.Expr] = (),
) -> c.Places:
    return c.Places(b.constant(number, 0, w.COUNT), where, each, tuple(keys), tuple(fallbacks))


MANY = [
    ("p5", "x", 30_000, False), ("p4", "x", 50_000, False), ("p3", "y", None, True),
    ("p2", "y", 50_000, True), ("p1", None, 90_000, False), ("p0", "z", 10_000, False),
]  # fmt: skip


def test_the_best_come_first_and_ties_end_in_the_key() -> None:
    assert selected([places(3)], MANY) == ["p1", "p2", "p4"]
    assert selected([places(9)], MANY) == ["p1", "p2", "p4", "p5", "p0", "p3"]


def test_the_lowest_first_and_rows_without_a_value_still_last() -> None:
    keys = [c.SortKey(POINT, highest_first=False)]

    assert selected([places(9, keys=keys)], MANY) == ["p0", "p5", "p2", "p4", "p1", "p3"]


def test_a_second_key_decides_ties_of_the_first() -> None:
    keys = [
        c.SortKey(POINT, highest_first=True),
        c.SortKey(w.read(w.E0, "pid", w.TEXT), highest_first=True),
    ]

    assert selected([places(3, keys=keys)], MANY) == ["p1", "p4", "p2"]


def test_without_a_key_the_record_s_own_decides() -> None:
    assert selected([places(2, keys=[])], MANY) == ["p0", "p1"]


def test_the_best_for_each_value_and_none_where_there_is_no_value() -> None:
    kind = w.read(w.E0, "kind", w.TEXT.or_missing())

    assert selected([places(1, each=kind)], MANY) == ["p2", "p4", "p0"]


def test_then_the_best_of_the_rest() -> None:
    assert selected([places(1, GOOD), places(2)], MANY) == ["p2", "p1", "p4"]


def test_a_fallback_is_tried_when_nothing_was_there() -> None:
    bad = [(*part[:3], False) for part in MANY]
    is_z = c.Same(w.read(w.E0, "kind", w.TEXT), w.literal("z", w.TEXT), type=YESNO)

    assert selected([places(1, GOOD, fallbacks=[is_z])], bad) == ["p0"]
    assert selected([places(1, GOOD, fallbacks=[is_z])], MANY) == ["p2"]
    assert selected([places(1, GOOD)], bad) == []


@pytest.mark.parametrize("number", [0, -1])
def test_no_places_choose_nothing(number: int) -> None:
    assert selected([places(number)], MANY) == []


def test_a_ratio_sorts_exactly() -> None:
    third = b.divide(POINT, b.constant(3, 0, w.NUMBER), None, w.POINTS)
    keys = [c.SortKey(third, highest_first=True)]
    parts = [("a", None, 10_000, True), ("b", None, 10_001, True), ("c", None, 10_002, True)]

    assert selected([places(3, keys=keys)], parts) == ["c", "b", "a"]


def test_rows_read_what_other_rows_of_their_record_have() -> None:
    same = w.record(
        "person", ["id"], [w.column("id", w.TEXT), w.column("npi", w.TEXT), w.column("n", w.COUNT)],
        relations=[w.relation("others", "person", ["npi"])],
    )  # fmt: skip
    double = b.arithmetic(
        c.Operator.MULTIPLY, w.read(w.HERE, "n", w.COUNT, 0), w.literal(2), w.COUNT
    )
    others = c.Children(w.HERE, "others")
    total = b.fold(c.FoldKind.SUM, 0, others, 9, w.YES, w.read(w.E0, "double", w.COUNT))
    items = [w.item("person", "double", w.COUNT, double), w.item("person", "total", w.COUNT, total)]
    # Both in one step: each row needs what later rows have.
    in_one = w.program([same], items, [("person", ("double", "total"))])
    rows: list[list[Stored]] = [["a", "N", 1], ["b", "M", 2], ["c", "N", 4]]
    store = run(in_one, {"person": Frame(("id", "npi", "n"), rows)})

    assert store.column("person", "total") == [10, 4, 10]
