"""A plan: what the outputs need and no more, and what is missing for the others."""

from __future__ import annotations

from attrs import evolve

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.plan import Lack, MissingInput, Plan, Population, requirements
from tests.engines import worlds as w
from tests.engines.running import plan_for, run

FINAL = ("submission", "final")
ABOVE = ("submission", "above")


def without(record: str, column: str) -> dict[str, Frame]:
    data = w.scoring_data()
    table = data[record]
    index = table.columns.index(column)
    rows = [[value for i, value in enumerate(row) if i != index] for row in table.rows]
    names = tuple(name for name in table.columns if name != column)
    return {**data, record: Frame(names, rows)}


def with_given(column: str, values: tuple[int | None, ...]) -> dict[str, Frame]:
    data = w.scoring_data()
    table = data["submission"]
    rows = [[*row, value] for row, value in zip(table.rows, values, strict=True)]
    return {**data, "submission": Frame((*table.columns, column), rows)}


def computed_items(plan: Plan) -> list[str]:
    return [f"{step.record}.{name}" for step in plan.steps for name in step.items]


def test_only_what_the_outputs_need_is_computed() -> None:
    plan = plan_for(w.scoring(), w.scoring_data(), [("submission", "total")])

    assert computed_items(plan) == ["measure.points", "submission.best", "submission.total"]
    assert not [step for step in plan.steps if not step.items]


def test_groups_are_made_where_they_are_needed() -> None:
    plan = plan_for(w.scoring(), w.scoring_data(), [FINAL])

    assert c.Step("measure_set", ()) in plan.steps


def test_a_missing_column_refuses_the_outputs_that_need_it() -> None:
    needs = [MissingInput(Lack.COLUMN, "catalogue", "weight")]
    data = without("catalogue", "weight")
    plan = plan_for(w.scoring(), data, [FINAL, ("submission", "best")])

    assert [(FINAL, needs), (("submission", "best"), needs)] == [
        (refusal.target, list(refusal.missing)) for refusal in plan.refused
    ]
    assert str(needs[0]) == "catalogue.weight"
    assert plan.steps == ()


def test_an_optional_column_that_is_not_there_is_missing_for_all_and_said() -> None:
    plan = plan_for(w.scoring(), without("measure", "rate"), [("submission", "total")])

    assert plan.taken_missing == (("measure", "rate"),)
    assert plan.refused == ()


def test_a_missing_table_refuses_whoever_reads_its_list() -> None:
    data = w.scoring_data()
    del data["measure"]
    plan = plan_for(w.scoring(), data, [FINAL])

    assert (MissingInput(Lack.TABLE, "measure", ""),) == plan.refused[0].missing


def test_a_record_that_is_ensured_needs_no_table() -> None:
    data = w.scoring_data()
    del data["submission"]
    data["measure"] = Frame(data["measure"].columns, [])
    plan = plan_for(w.scoring(), data, [FINAL])

    assert plan.refused == ()
    assert run(w.scoring(), data, plan).column("submission", "final") == [0, 0]


def test_what_cannot_be_ensured_is_said() -> None:
    plan = plan_for(w.scoring(), without("clinician", "takes_part"), [FINAL])

    assert [w.scoring().ensures[0]] == list(plan.skipped)


def test_a_given_item_cuts_what_it_would_need() -> None:
    data = with_given("total", (5 * 10**12, 7 * 10**12))
    del data["clinician"]
    plan = plan_for(w.scoring(), data, [("submission", "total")])

    assert computed_items(plan) == []
    assert run(w.scoring(), data, plan).column("submission", "total") == [5 * 10**12, 7 * 10**12]


def test_an_item_given_for_some_rows_is_computed_for_the_others() -> None:
    data = with_given("total", (5 * 10**12, None))
    plan = plan_for(w.scoring(), data, [("submission", "total")])

    assert {("submission", "total")} == plan.partial
    assert run(w.scoring(), data, plan).column("submission", "total") == [5 * 10**12, 0, 0]


def test_an_item_given_for_some_rows_is_refused_where_the_others_cannot_be_computed() -> None:
    program = w.scoring()
    items = tuple(
        evolve(item, type=w.POINTS.or_missing()) if item.name == "total" else item
        for item in program.items
    )
    program = evolve(program, items=items)
    data = with_given("total", (5 * 10**12, None))
    del data["measure"]
    plan = plan_for(program, data, [("submission", "total")])

    assert () == plan.outputs
    assert ["measure"] == [str(lack) for lack in plan.refused[0].missing]


def test_an_empty_cell_of_an_optional_given_item_is_given_as_missing() -> None:
    program = w.scoring()
    items = tuple(
        evolve(item, type=w.POINTS.or_missing()) if item.name == "total" else item
        for item in program.items
    )
    program = evolve(program, items=items, ensures=())
    data = with_given("total", (5 * 10**12, None))
    plan = plan_for(program, data, [("submission", "total")])

    assert frozenset() == plan.partial
    assert run(program, data, plan).column("submission", "total") == [5 * 10**12, None]


def test_a_population_item_without_a_value_refuses_what_reads_it() -> None:
    plan = plan_for(w.scoring(), w.scoring_data(), [FINAL, ABOVE], {})

    assert plan.outputs == (FINAL,)
    assert (MissingInput(Lack.POPULATION, "", "mean"),) == plan.refused[0].missing


def test_a_population_item_that_is_set_or_published_is_not_computed() -> None:
    program = w.scoring()
    published = b.constant(325, 2, w.POINTS)
    items = tuple(
        evolve(item, published=published) if item.name == "mean" else item for item in program.items
    )
    plan = plan_for(evolve(program, items=items), w.scoring_data(), [ABOVE], {})

    assert (
        ()
        == plan.populations
        == plan_for(program, w.scoring_data(), [ABOVE], {"mean": 5}).populations
    )
    assert plan_for(program, w.scoring_data(), [ABOVE]).populations == ("mean",)
    assert plan.refused == ()


def test_a_parameter_to_be_given_refuses_what_reads_it() -> None:
    mean = c.Parameter("mean", b.constant(0, 0, w.NUMBER), type=w.NUMBER,
                       shape=b.decimal(0, 0, 0))  # fmt: skip
    named = c.NamedConstant("mean", w.NUMBER, None, (), (), w.PLACE)
    program = evolve(w.minimal(mean, w.NUMBER), parameters=(named,))
    plan = requirements(program, {"thing": ("id",)}, [("thing", "x")], {})

    assert (MissingInput(Lack.PARAMETER, "", "mean"),) == plan.refused[0].missing


def test_fields_and_population_items_can_be_outputs() -> None:
    plan = plan_for(
        w.scoring(), w.scoring_data(), [("practice", "size"), ("", "mean")],
        {"mean": Population.COMPUTE},
    )  # fmt: skip

    assert plan.outputs == (("practice", "size"), ("", "mean"))
    assert computed_items(plan)[-1] == ".mean"
