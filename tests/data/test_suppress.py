"""Small cells: what is withheld, and that nothing of it can be computed."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mipsdsl
from mipsdsl.data.privacy import number_text
from mipsdsl.data.suppress import Mark, SmallCells, marks

LEAST = 4


def test_numbers_of_people_are_shown_unless_they_are_small():
    assert ["0", "<11", "<11", "11", "1,100"] == [number_text(n, 11) for n in (0, 1, 10, 11, 1100)]
    assert "1" == number_text(1)


def test_a_row_with_a_small_cell_is_withheld_and_another_with_it():
    found = marks([[3, 100], [50, 60], [20, 70]], 11)

    assert [Mark.SMALL, Mark.WITHHELD] == found[0]
    assert [Mark.SHOWN] * 2 == found[1]
    assert [Mark.WITHHELD] * 2 == found[2]
    assert [Mark.SHOWN] * 2 == found[3]


def test_a_table_of_large_cells_and_of_none_is_shown():
    assert all(mark is Mark.SHOWN for row in marks([[0, 11], [500, 0]], 11) for mark in row)
    assert [[]] == marks([], 11)


def test_the_total_goes_where_nothing_else_protects():
    assert [[Mark.SMALL], [Mark.SMALL]] == marks([[2]], 11)
    assert [[Mark.SMALL], [Mark.WITHHELD], [Mark.WITHHELD]] == marks([[1], [11]], 11)


def _possible(column, found, total):
    """Return all that the hidden cells of a column may be, as far as a reader can tell."""
    ranges = []
    for cell, mark in zip(column, found, strict=True):
        if mark is Mark.SHOWN:
            ranges.append([cell])
        elif mark is Mark.SMALL:
            ranges.append(range(1, LEAST))
        else:
            ranges.append(range(LEAST, sum(column) + 2 * LEAST))
    return [cells for cells in product(*ranges) if total is None or sum(cells) == total]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=4))
def test_no_small_cell_can_be_computed_from_the_totals(rows):
    found = marks(rows, LEAST)
    for k in (0, 1):
        column = [row[k] for row in rows]
        own = [row[k] for row in found[:-1]]
        total = sum(column) if found[-1][k] is Mark.SHOWN else None
        possible = _possible(column, own, total)
        for place, mark in enumerate(own):
            if mark is Mark.SMALL:
                assert set(range(1, LEAST)) <= {cells[place] for cells in possible}
            else:
                assert not 0 < column[place] < LEAST
        assert not 0 < (total or 0) < LEAST


def test_what_the_rules_read_with_a_count_is_withheld_with_it():
    small = SmallCells(mipsdsl.load("2024").program, 11)
    measures = small.together("quality_measure")

    assert {"performance_not_met", "eligible_population", "rate"} <= set(
        measures["performance_met"]
    )
    assert "charges_1" in small.together("clinician")["patients_1"]
    assert "points" not in measures["performance_met"]
    assert ("submission", "clinicians_of_unit") in small.counts


@pytest.mark.parametrize("year", ["2017", "2019", "2022", "2024"])
def test_a_count_of_measures_is_no_count_of_people(year):
    program = mipsdsl.load(year).program
    small = SmallCells(program, 11)
    named = {name for record, name in small.counts if record == "submission"}

    assert not {name for name in named if "measure" in name}
