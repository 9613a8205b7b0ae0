"""The solver and the interpreter mean the same: on random programs, and on values that make ties."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve

pytest.importorskip("z3")

from mipsdsl.core import build as b  # noqa: E402
from mipsdsl.core import nodes as c  # noqa: E402
from mipsdsl.core.types import YESNO  # noqa: E402
from mipsdsl.engines.interpreter import Interpreter  # noqa: E402
from mipsdsl.engines.schema import schema_of, stored_scale  # noqa: E402
from mipsdsl.engines.solver import numbers, values  # noqa: E402
from mipsdsl.engines.solver.attempt import _here  # noqa: E402
from mipsdsl.engines.solver.codes import Codebook  # noqa: E402
from mipsdsl.engines.solver.encode import Depth, Encoder  # noqa: E402
from mipsdsl.engines.solver.grids import Grids  # noqa: E402
from mipsdsl.engines.solver.numbers import Numbers  # noqa: E402
from mipsdsl.engines.solver.probe import Found, Probe  # noqa: E402
from mipsdsl.engines.solver.rows import Beyond, Rows  # noqa: E402
from mipsdsl.engines.solver.values import Code, Flag, Quantity  # noqa: E402
from mipsdsl.verify.replay import found_row, linked  # noqa: E402
from tests.engines import random_programs as r  # noqa: E402
from tests.engines import worlds as w  # noqa: E402

UNIQUE = {"pid", "cid"}


class Skip(Exception):
    """This program says nothing: it has something that is taken as any value."""


def compare(program, record, dice, most=2):
    """Return (item, solver, interpreter) for every item of a row of ``record`` that both computed."""
    schema = schema_of(program)
    bounds = dict.fromkeys(schema.lists, most)
    rows = Rows(schema, Numbers(), Codebook.of(program), bounds)
    items = {(x.record, x.name) for x in program.items}
    encoder = Encoder(rows, Depth(items, {*schema.lists, *items}), Grids(schema))
    here = _here(encoder, record)
    wanted = [
        x for x in program.items if x.record == record and x.kind is not c.ItemKind.SELECTION
    ]
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
        (x.name, decoder.stored(found[x.name], stored_scale(x), x.type.choice), engine.value(row, x.name))
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
