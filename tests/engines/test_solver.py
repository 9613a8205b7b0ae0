"""The solver and the interpreter mean the same: on random programs, and on values that make ties."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve

pytest.importorskip("z3")

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO
from mipsdsl.engines.frames import linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.schema import schema_of, stored_scale
from mipsdsl.engines.solver import numbers, values
from mipsdsl.engines.solver.attempt import _here
from mipsdsl.engines.solver.codes import Codebook
from mipsdsl.engines.solver.encode import Depth, Encoder
from mipsdsl.engines.solver.grids import Grids
from mipsdsl.engines.solver.numbers import Numbers
from mipsdsl.engines.solver.probe import Found, Probe
from mipsdsl.engines.solver.rows import Beyond, Rows
from mipsdsl.engines.solver.values import Code, Flag, Quantity
from mipsdsl.verify.replay import found_row
from tests.engines import random_programs as r
from tests.engines import worlds as w

UNIQUE = {"pid", "cid"}


class Skip(Exception):
    """This program says nothing: it has something that is taken as any value."""


def compare(program, record, dice, most=2):
    """Return (item, solver, interpreter) for every item of a row of ``record`` that both computed."""
    schema = schema_of(program)
    bounds = dict.fromkeys(schema.lists, most)
    rows = Rows(schema, Numbers(), Codebook.of(program), bounds)
    items = {(x.record, x.name) for x in program.items}
    encoder = Encoder(rows, Depth(items, {*schema.lists, *items}, items), Grids(schema))
    here = _here(encoder, record)
    wanted = [x for x in program.items if x.record == record and x.kind is not c.ItemKind.SELECTION]
    found = {x.name: encoder.read(here, x.name) for x in wanted}
    rows.close()
    if encoder.freed:
        raise Skip
    probe = Probe(rows, [encoder], 5)
    if probe.search(here.here)[0] is not Found.SOMEBODY:
        raise Skip
    for condition in drawn(rows, dice):
        probe._solver.push()
        if probe._settled([condition])[0] is Found.SOMEBODY:
            probe._solver.add(condition)
    if probe._settled([])[0] is not Found.SOMEBODY or probe._amiss():
        raise Skip
    decoder = probe.decoder()
    person = decoder.person()
    populations = decoder.populations(encoder.known_populations())
    engine = Interpreter(program, linked(program, person.tables), populations)
    row = found_row(engine, here, person)
    if row is None:
        raise Skip
    return [
        (
            x.name,
            decoder.stored(found[x.name], stored_scale(x), x.type.choice),
            engine.value(row, x.name),
        )
        for x in wanted
    ]


def drawn(rows, dice):
    """Give what random values of the fields would be."""
    for row in list(rows.made):
        yield here_or_not(row.here, dice)
        for name, value in list(row.fields.items()):
            field = rows.schema.fields[row.record, name]
            yield here_or_not(value.present, dice)
            match value:
                case Flag():
                    yield here_or_not(value.holds, dice)
                case Quantity() if not isinstance(value.top.term, int):
                    steps = dice.choice(r._VALUES.get(field.type.unit, [0, 1]))
                    yield value.top.term == steps
                case Code() if field.type.choice and not isinstance(value.number.term, int):
                    yield value.number.term == dice.randint(value.number.low, value.number.high)
                case _:
                    pass


def here_or_not(test, dice):
    return True if isinstance(test, bool) or dice.random() < 0.3 else test


def without_rows_of_its_own(program):
    """Return the program without children that linking adds: the solver counts these as sent."""

    def plain(record):
        lists = [evolve(x, one_for_each="", where=None) for x in record.relations]
        return evolve(record, relations=tuple(lists))

    return evolve(program, records=tuple(map(plain, program.records)))


def disagreements(seeds):
    """Return what solver and interpreter computed differently, and how many values they compared."""
    wrong, seen = [], 0
    for seed in seeds:
        dice = Random(seed)
        program = without_rows_of_its_own(r.program_of(dice))
        for record in ("thing", "part", "bundle"):
            try:
                for name, solved, real in compare(program, record, dice):
                    seen += 1
                    if solved != real:
                        wrong.append((seed, record, name, solved, real))
            except (Skip, Beyond):
                continue
    return wrong, seen


def test_random_programs_mean_the_same():
    wrong, seen = disagreements(range(40))

    assert wrong == []
    assert seen > 60


# --- one expression on values that make ties --------------------------------------------------------

TIES = [
    0,
    1,
    -1,
    25,
    50,
    75,
    4999,
    5000,
    5001,
    749_949,
    749_950,
    999_949,
    999_950,
    -25,
    -5000,
    33_333,
]


def solved(expr, type_, fields, given):
    """Return the value of ``expr`` for a thing whose fields have these values, by the solver."""
    program = w.minimal(expr, type_, fields)
    rows = Rows(schema_of(program), Numbers(), Codebook.of(program))
    encoder = Encoder(rows, Depth({("thing", "x")}), Grids(schema_of(program)))
    here = _here(encoder, "thing")
    value = encoder.read(here, "x")
    for name, steps in given.items():
        rows.numbers.require(rows.field(here, name).top.term == steps)
    probe = Probe(rows, [encoder], 20)
    assert probe.search(True)[0] is Found.SOMEBODY
    assert not probe._amiss()
    return probe.decoder().stored(value, stored_scale(program.items[0]))


def expressions():
    """Give expressions of two quantities, a name for each."""
    x, y = (w.read(w.HERE, name, w.NUMBER, 4) for name in "vw")
    one, three = b.constant(1, 0, w.NUMBER), b.constant(3, 0, w.NUMBER)
    for mode in c.Rounding:
        yield f"round {mode.value}", b.round_to(x, 2, mode)
        third = b.divide(x, three, None, w.NUMBER)
        yield f"round a third {mode.value}", b.round_to(third, 2, mode)
    yield "land", b.land(b.divide(x, three, None, w.NUMBER), w.NUMBER.unit)
    yield "divide", b.land(b.divide(x, y, one, w.NUMBER), w.NUMBER.unit)
    product = b.arithmetic(c.Operator.MULTIPLY, x, y, w.NUMBER)
    yield "multiply", b.round_to(product, 2, c.Rounding.HALF_UP)
    for operator in (c.Operator.SUBTRACT, c.Operator.LEAST, c.Operator.GREATEST):
        yield operator.value, b.arithmetic(operator, x, y, w.NUMBER)
    for sign in c.Comparison:
        arm = c.Arm(c.Compare(sign, x, y, type=YESNO), one)
        yield sign.value, b.cases(c.CasesKind.IF, (arm,), three, w.NUMBER)


def wrong_on_ties():
    """Return the names of the expressions that solver and interpreter compute differently."""
    fields = [w.column("v", w.NUMBER), w.column("w", w.NUMBER)]
    found = set()
    for name, expr in expressions():
        dice = Random(name)
        for _ in range(6):
            given = {"v": dice.choice(TIES), "w": dice.choice(TIES)}
            given["w"] = given["v"] if name in ("<", "<=", ">", ">=", "is") else given["w"]
            store = linked(w.minimal(expr, w.NUMBER, fields), {"thing": [{"id": "T", **given}]})
            engine = Interpreter(store.schema.program, store, {})
            if solved(expr, w.NUMBER, fields, given) != engine.value(store.rows["thing"][0], "x"):
                found.add(name)
    return found


def test_ties_mean_the_same():
    assert wrong_on_ties() == set()


def off_by_one(self, a, b, of):
    return numbers.plus(REAL_QUOTIENT(self, a, b, of), numbers.known(1))


REAL_QUOTIENT = Numbers.quotient


def test_a_broken_rounding_is_noticed(monkeypatch):
    monkeypatch.setattr(Numbers, "quotient", off_by_one)

    assert {"round half up", "round up", "land"} <= wrong_on_ties()


@pytest.mark.parametrize(("name", "broken", "expected"), [
    ("below", numbers.at_most, {"<", ">"}),
    ("at_most", numbers.below, {"<=", ">="}),
    ("minus", numbers.plus, {"-"}),
])  # fmt: skip
def test_a_broken_operator_is_noticed(monkeypatch, name, broken, expected):
    monkeypatch.setattr(values, name, broken)

    assert expected <= wrong_on_ties()


def test_a_broken_fold_is_noticed_on_random_programs(monkeypatch):
    from mipsdsl.engines.solver import lists

    monkeypatch.setattr(lists, "disj", lists.conj)

    wrong, _ = disagreements(range(25))
    assert wrong
