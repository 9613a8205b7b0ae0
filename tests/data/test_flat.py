"""One flat file: columns to their records, keys made up, rows put together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from mipsdsl.core.nodes import Program
from mipsdsl.data.slots import layout_of
from mipsdsl.data.tables import DataError, Inputs, Value

ReadTexts = Callable[..., Inputs]


def rows(inputs: Inputs, record: str) -> list[dict[str, Value]]:
    """Return the rows of a table by column."""
    table = inputs.tables[record]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_a_scored_file_is_clinicians_and_their_submissions(read_texts: ReadTexts) -> None:
    inputs = read_texts({"scored.csv": "npi,quality_score,cost_score\n11,93.3,\n12,0,50\n"})

    assert [{"npi": "11", "tin": "row-1"}, {"npi": "12", "tin": "row-2"}] == rows(
        inputs, "clinician"
    )
    assert {
        "submission_id": "row-1",
        "kind": "individual",
        "tin": "row-1",
        "npi": "11",
        "quality_score": 933 * 10**9,
        "cost_score": None,
    } == rows(inputs, "submission")[0]
    assert (
        "scored.csv: rows without `tin` and `submission_id` were given one (`row-1`, …)"
        in inputs.notes
    )
    assert ["clinician", "submission"] == list(inputs.tables)


def test_an_unqualified_column_is_the_first_record_s(read_texts: ReadTexts) -> None:
    inputs = read_texts({"scored.csv": "tin,npi,final_score,submission.final_score\n1,11,70,60\n"})

    assert [{"tin": "1", "npi": "11", "final_score": 70 * 10**12}] == rows(inputs, "clinician")
    assert 60 * 10**12 == rows(inputs, "submission")[0]["final_score"]
    assert ("1", "11") == tuple(rows(inputs, "submission")[0][name] for name in ("tin", "npi"))


def test_units_alone_yield_one_row_each(read_texts: ReadTexts) -> None:
    inputs = read_texts({"units.csv": "tin,quality_score\n1,85%\n2,90%\n"})

    assert ["submission"] == list(inputs.tables)
    assert ["1", "2"] == [row["tin"] for row in rows(inputs, "submission")]


def test_rows_that_say_the_same_become_one(read_texts: ReadTexts) -> None:
    content = (
        "tin,npi,clinician_type,newly_enrolled,rural\n"
        "1,11,other,no,yes\n1,12,other,no,yes\n1,13,other,no,no\n1,11,other,no,yes\n"
    )
    inputs = read_texts({"flat.csv": content})

    assert [{"tin": "1", "rural": True}] == rows(inputs, "practice")
    assert ["11", "12"] == [row["npi"] for row in rows(inputs, "clinician")]
    (reject,) = inputs.rejects
    assert (4, "rural", "D0113") == (reject.row, reject.column, reject.code)
    assert "an earlier row has another `rural` for the same practice (1)" == reject.reason
    assert "flat.csv: 1 rows repeat an earlier row" in inputs.notes


def test_a_mistake_rejects_the_row_for_all_its_records(read_texts: ReadTexts) -> None:
    inputs = read_texts({"flat.csv": "tin,npi,charges_1,quality_score\n1,11,x,85\n2,12,5,90\n"})

    assert ["12"] == [row["npi"] for row in rows(inputs, "clinician")]
    assert ["12"] == [row["npi"] for row in rows(inputs, "submission")]
    assert [(2, "charges_1", "D0101")] == [(r.row, r.column, r.code) for r in inputs.rejects]
    assert {"clinician": 2, "submission": 2} == inputs.counts


def test_a_key_is_made_up_only_where_it_is_missing(read_texts: ReadTexts) -> None:
    inputs = read_texts({"flat.csv": "tin,npi,quality_score\n1,11,85\n,12,90\n"})

    assert ["1", "row-2"] == [row["tin"] for row in rows(inputs, "clinician")]
    assert ["1", "row-2"] == [row["tin"] for row in rows(inputs, "submission")]


def test_a_key_that_a_catalogue_decides_is_never_made_up(read_texts: ReadTexts) -> None:
    with pytest.raises(DataError, match="no `measure_id`, its key"):
        read_texts({"flat.csv": "npi,performance_met\n1,5\n"})


def test_two_files_without_a_record_s_name_are_refused(read_texts: ReadTexts) -> None:
    with pytest.raises(DataError, match="no file in"):
        read_texts({"a.csv": "npi\n1\n", "b.csv": "npi\n1\n"})


def test_a_field_comes_before_an_item_and_a_unit_before_a_list(program: Program) -> None:
    result = evolve(program.items[0], record="quality_measure", name="small_practice")
    late = evolve(program, records=program.records[::-1], items=(result, *program.items))
    layout = layout_of(late)

    assert "submission" == layout.target("small_practice", "a test").record
    assert ["submission", "practice", "clinician"] == list(layout.records)[:3]


# --- percents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("0.85", "1"), (85, 100)),
        (("0", "1"), (0, 100)),
        (("85", "0"), (85, 0)),
        (("85%", "0"), (85, 0)),
        (("0.5%", "1.5%"), (0.5, 1.5)),
        (("85%", "90"), (85, 90)),
    ],
)
def test_percents_are_decided_by_the_column(
    read_texts: ReadTexts, cells: tuple[str, str], values: tuple[float, float]
) -> None:
    content = f"submission_id,quality_score\na,{cells[0]}\nb,{cells[1]}\n"
    found = [row["quality_score"] for row in rows(read_texts({"s.csv": content}), "submission")]

    assert [int(value * 10**10) for value in values] == found


@pytest.mark.parametrize("cells", [("0.85", "85"), ("85%", "0.9")])
def test_bare_numbers_on_both_sides_stop_with_both_readings(
    read_texts: ReadTexts, cells: tuple[str, str]
) -> None:
    content = f"submission_id,quality_score\na,{cells[0]}\nb,{cells[1]}\n"

    with pytest.raises(DataError, match=r"0\.(85|9) is (85|90)%.*0\.(85|9) is 0\.(85|9)%"):
        read_texts({"s.csv": content})


def test_the_user_decides_how_percents_are_read(read_texts: ReadTexts) -> None:
    content = "submission_id,quality_score\na,0.85\nb,85\n"
    inputs = read_texts({"s.csv": content}, percent_in="hundred")

    assert [85 * 10**8, 85 * 10**10] == [row["quality_score"] for row in rows(inputs, "submission")]
    assert not any("percents" in note for note in inputs.notes)
