"""Rows are linked by key; what the rules ensure is there."""

from __future__ import annotations

import pytest

from mipsdsl.core.types import YESNO
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import LAYOUT
from mipsdsl.engines.store import UNSET, Row, Store
from tests.engines import worlds as w


@pytest.fixture
def store() -> Store:
    return link(w.scoring(), w.scoring_data())


def slot(row: Row, name: str) -> object:
    value: object = row[row[LAYOUT].slots[name]]
    return value


def keys(store: Store, rows: object) -> list[object]:
    assert isinstance(rows, tuple)
    return [store.key(row) for row in rows]


def test_references_lead_to_the_row_with_the_key(store: Store) -> None:
    measure = store.rows["measure"][1]

    assert slot(measure, "submission") is store.find("submission", ("S1",))
    assert slot(measure, "catalogue") is store.find("catalogue", ("A",))
    assert slot(store.rows["measure"][2], "catalogue") is None


def test_lists_are_in_the_order_of_the_data_and_what_is_one_for_each_comes_last(
    store: Store,
) -> None:
    first, second = store.rows["submission"][:2]

    assert [("S1", name) for name in "BAZQC"] == keys(store, slot(first, "measures"))
    assert keys(store, slot(second, "measures")) == [("S2", "A"), ("S2", "C")]


def test_a_child_for_a_catalogue_row_knows_its_keys_only(store: Store) -> None:
    child = store.find("measure", ("S1", "C"))

    assert child is not None
    assert slot(child, "rate") is None
    assert slot(child, "points") is UNSET
    assert slot(child, "submission") is store.find("submission", ("S1",))
    assert store.is_created(child)


def test_who_sent_nothing_has_a_submission(store: Store) -> None:
    made = store.find("submission", ("individual T1 N1",))

    assert made is not None
    assert tuple(slot(made, name) for name in ("kind", "tin", "npi", "reported")) == (
        "individual",
        "T1",
        "N1",
        False,
    )
    assert keys(store, slot(made, "measures")) == [
        ("individual T1 N1", "A"),
        ("individual T1 N1", "C"),
    ]
    assert slot(made, "practice") is store.find("practice", ("T1",))
    assert len(store.rows["submission"]) == 3


def test_nothing_is_ensured_for_a_missing_value() -> None:
    data = w.scoring_data()
    data["clinician"] = Frame(
        ("npi", "tin", "charges", "takes_part"), [["N9", None, 0, True], ["N8", "T1", 0, None]]
    )

    assert len(link(w.scoring(), data).rows["submission"]) == 2


def test_nothing_is_ensured_where_the_columns_do_not_say_it() -> None:
    data = w.scoring_data()
    data["clinician"] = Frame(("npi", "tin", "charges"), [["N9", "T1", 0]])

    assert len(link(w.scoring(), data).rows["submission"]) == 2


def test_a_minted_key_that_is_taken_gets_a_number() -> None:
    data = w.scoring_data()
    data["submission"] = Frame(
        ("submission_id", "kind", "tin", "npi", "reported"),
        [["individual T1 N1", "group", "T1", None, True]],
    )
    store = link(w.scoring(), data)

    assert store.find("submission", ("individual T1 N1 2",)) is not None


def test_a_missing_part_of_a_key_matches_nothing() -> None:
    thing = w.record(
        "thing", ["a"], [w.column("a", w.TEXT.or_missing()), w.column("ok", YESNO)],
        references=[w.reference("other", "thing", ["a"])],
        relations=[w.relation("things", "thing", ["a"])],
    )  # fmt: skip
    store = link(w.program([thing], []), {"thing": Frame(("a", "ok"), [[None, True]])})
    row = store.rows["thing"][0]

    assert slot(row, "other") is None
    assert slot(row, "things") == ()
    assert store.find("thing", (None,)) is None


def test_given_items_are_given_but_where_they_are_empty_and_may_not_be() -> None:
    data = w.scoring_data()
    columns, rows = data["submission"].columns, data["submission"].rows
    data["submission"] = Frame(
        (*columns, "total"), [[*row, value] for row, value in zip(rows, (5, None), strict=True)]
    )
    store = link(w.scoring(), data)
    first, second, made = store.rows["submission"]

    assert [store.is_given(row, "total") for row in (first, second, made)] == [True, False, False]
    assert store.column("submission", "total") == [5, UNSET, UNSET]
    assert store.partial == {("submission", "total")}
