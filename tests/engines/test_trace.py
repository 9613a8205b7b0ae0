"""The trace says how a value came about."""

from __future__ import annotations

from attrs import evolve

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.rows import link
from mipsdsl.engines.trace import Origin, Trace
from tests.engines import worlds as w
from tests.engines.running import computed


def traced(record: str, key: tuple[str, ...], name: str) -> Trace:
    program = w.scoring()
    store = link(program, w.scoring_data())
    row = store.find(record, key)
    assert row is not None
    return Interpreter(program, store, computed(program)).trace(record, row, name)


def names(trace: Trace) -> list[tuple[str, object]]:
    return [(read.name, read.value) for read in trace.reads]


def test_a_trace_has_what_was_read_in_order_each_once() -> None:
    trace = traced("measure", ("S1", "A"), "points")

    assert Origin.COMPUTED is trace.origin
    assert (trace.value, trace.scale) == (1_500_000_000_000, 12)
    assert names(trace) == [("rate", 5000), ("weight", 3)]
    assert [read.origin for read in trace.reads] == [Origin.FIELD, Origin.FIELD]
    assert (trace.reads[1].record, trace.reads[1].key) == ("catalogue", ("A",))


def test_a_trace_says_which_case_decided() -> None:
    given = traced("measure", ("S1", "A"), "points").matches[0]
    made = traced("measure", ("S1", "C"), "points")

    assert (given.kind, given.arm, given.holding) == (c.CasesKind.IF, 0, (0,))
    assert made.matches[0].arm is None
    assert made.matches[0].matched is None
    assert made.is_created


def test_traces_go_down_through_items_lists_and_selections() -> None:
    trace = traced("submission", ("S1",), "final")
    total, *groups = trace.reads
    best = total.reads[0]

    assert [(total.name, total.value)] == [("total", 24 * 10**11)]
    assert [group.key for group in groups] == [("S1", "claims"), ("S1", "registry")]
    assert (best.name, best.value) == ("best", (("S1", "A"), ("S1", "B")))
    assert [read.key for read in total.reads[1:]] == [("S1", "A"), ("S1", "B")]


def test_a_population_item_is_a_leaf_that_says_where_it_comes_from() -> None:
    mean = traced("submission", ("S1",), "above").reads[1]
    program = w.scoring()
    store = link(program, w.scoring_data())
    as_set = Interpreter(program, store, {"mean": 10**12}).trace("", [], "mean")

    assert (
        mean.record, mean.name, mean.origin, mean.value,
    ) == ("", "mean", Origin.COMPUTED, 1633333333333)  # fmt: skip
    assert (as_set.origin, as_set.value) == (Origin.SET, 10**12)


def test_all_exceptions_that_hold_are_kept_and_the_first_decides() -> None:
    flags = [w.column(name, YESNO) for name in ("a", "b", "d")]
    arms = tuple(
        c.Arm(w.read(w.HERE, flag.name, YESNO), b.yes(value=False), f"because {flag.name}")
        for flag in flags
    )
    expr = b.cases(c.CasesKind.EXCEPTIONS, arms, w.YES, YESNO)
    program = w.minimal(expr, YESNO, flags)
    store = link(program, {"thing": Frame(("id", "a", "b", "d"), [["T", False, True, True]])})
    trace = Interpreter(program, store, {}).trace("thing", store.rows["thing"][0], "x")
    match = trace.matches[0]

    assert trace.value is False
    assert (match.arm, match.holding) == (1, (1, 2))
    assert match.matched is not None
    assert match.matched.because == "because b"
    assert [read.name for read in trace.reads] == ["a", "b", "d"]


def test_a_given_value_is_said_to_be_given_and_goes_no_deeper() -> None:
    program, data = w.scoring(), w.scoring_data()
    table = data["submission"]
    rows = [[*row, value] for row, value in zip(table.rows, (5, None), strict=True)]
    data["submission"] = Frame((*table.columns, "total"), rows)
    store = link(program, data)
    interpreter = Interpreter(program, store, computed(program))
    traces = [interpreter.trace("submission", row, "total") for row in store.rows["submission"]]

    assert [each.origin for each in traces] == [Origin.GIVEN, Origin.COMPUTED, Origin.COMPUTED]
    assert (traces[0].value, traces[0].reads) == (5, ())


def test_parameters_that_were_used_are_named() -> None:
    literal = b.constant(3, 0, w.NUMBER)
    parameter = c.Parameter("bonus", literal, type=w.NUMBER, shape=literal.shape)
    program = w.minimal(b.arithmetic(c.Operator.ADD, parameter, parameter, w.NUMBER), w.NUMBER)
    store = link(program, {"thing": Frame(("id",), [["T"]])})
    trace = Interpreter(program, store, {}).trace("thing", store.rows["thing"][0], "x")

    assert [each.name for each in trace.parameters] == ["bonus"]
    assert trace.value == 6 * 10**12


def test_a_long_chain_of_rules_can_be_traced() -> None:
    thing = w.record("thing", ["id"], [w.column("id", w.TEXT)])
    items = [w.item("thing", "i0", w.COUNT, w.literal(0))]
    for i in range(1, 400):
        before = w.read(w.HERE, f"i{i - 1}", w.COUNT)
        next_one = b.arithmetic(c.Operator.ADD, before, w.literal(1), w.COUNT)
        items.append(w.item("thing", f"i{i}", w.COUNT, evolve(next_one, shape=before.shape)))
    program = w.program([thing], items)
    store = link(program, {"thing": Frame(("id",), [["T"]])})
    trace = Interpreter(program, store, {}).trace("thing", store.rows["thing"][0], "i399")

    assert trace.value == 399
