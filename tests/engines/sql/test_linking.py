"""Rows linked by SQL are the rows linked in memory: the same, in the same order."""

from __future__ import annotations

from random import Random

import duckdb
import pytest

from mipsdsl import library
from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Frame, frames
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import NUMBER
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import CREATED, PARENT, ROW, lacking
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.linking import link_tables
from mipsdsl.engines.store import UNSET
from mipsdsl.pipeline import compile_policy
from mipsdsl.verify.random_world import Maker
from tests.engines import worlds as w
from tests.engines.random_programs import data_of, program_of
from tests.engines.sql.typed import load


def assert_linked_alike(program: c.Program, tables) -> None:
    """Assert that both ways of linking agree, on every column, list and created row."""
    plain = {
        name: Frame(table.columns, [[None if v is UNSET else v for v in row] for row in table.rows])
        for name, table in tables.items()
    }
    store = link(program, plain)
    connection = duckdb.connect()
    database = DuckDB(connection)
    linked = link_tables(program, database, load(connection, program, plain))

    def column(table: str, name: str) -> list[object]:
        query = t.select([t.column(name)], t.table(table)).order_by(t.column(ROW))
        return [tuple(v) if isinstance(v, list) else v for (v,) in database.rows(query)]

    for record in program.records:
        if record.grouping is not None:
            continue
        rows, table = store.rows[record.name], linked.catalog.rows[record.name]
        assert column(table, ROW) == list(range(len(rows)))
        created = store.created.get(record.name, set())
        assert column(table, CREATED) == [n in created for n in range(len(rows))]
        for each in record.fields:
            assert column(table, each.name) == store.column(record.name, each.name), each.name
        for reference in record.references:
            found = [
                r if r is None else r[NUMBER] for r in store.column(record.name, reference.name)
            ]
            assert column(table, reference.name) == found, reference.name
        for owner, name in store.lacking:
            if owner == record.name:
                lacks = store.lacking[owner, name]
                assert column(table, lacking(name)) == [n in lacks for n in range(len(rows))]
                values = [None if v is UNSET else v for v in store.column(owner, name)]
                assert column(table, name) == values
        for relation in record.relations:
            if program_record(program, relation.record).grouping is None:
                pairs = [
                    (row[NUMBER], child[NUMBER])
                    for row, children in zip(
                        rows, store.column(record.name, relation.name), strict=True
                    )
                    for child in children
                ]
                listed = linked.catalog.lists[record.name, relation.name]
                query = t.select([t.column(PARENT), t.column(ROW)], t.table(listed))
                query = query.order_by(t.column(PARENT), t.column(ROW))
                assert database.rows(query) == pairs, relation.name
    connection.close()


def program_record(program: c.Program, name: str) -> c.Record:
    return next(record for record in program.records if record.name == name)


@pytest.mark.parametrize("year", ["2016", "2017", "2022", "2026"])
def test_random_people_of_a_year(year: str) -> None:
    program = compile_policy(library.read_sources(year))
    for seed in range(1):
        assert_linked_alike(program, frames(program, Maker(program, seed).world()))


def test_random_data_of_random_programs() -> None:
    for seed in range(15):
        dice = Random(seed)
        program = program_of(dice)
        assert_linked_alike(program, data_of(dice, program))


def test_a_world_like_mips() -> None:
    assert_linked_alike(w.scoring(), w.scoring_data())


def test_keys_that_are_taken_get_numbers() -> None:
    data = w.scoring_data()
    taken = ["individual T1 N1", "individual T1 N1 2"]
    data["submission"] = Frame(
        ("submission_id", "kind", "tin", "npi", "reported"),
        [[key, "group", "T1", None, True] for key in taken],
    )
    assert_linked_alike(w.scoring(), data)


def test_nothing_is_ensured_where_the_columns_do_not_say_it() -> None:
    data = w.scoring_data()
    data["clinician"] = Frame(("npi", "tin", "charges"), [["N9", "T1", 0]])
    assert_linked_alike(w.scoring(), data)
    del data["clinician"]
    assert_linked_alike(w.scoring(), data)
