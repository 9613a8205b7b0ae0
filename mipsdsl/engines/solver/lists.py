"""Folds and selections over the places of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID
from mipsdsl.engines.schema import select_of
from mipsdsl.engines.solver.logic import Bool, conj, disj, neg
from mipsdsl.engines.solver.numbers import Num, at_most, below, known, minus, of_term, plus
from mipsdsl.engines.solver.numbers import select as one_of
from mipsdsl.engines.solver.rows import Beyond, Slot, equals
from mipsdsl.engines.solver.values import (
    ONE,
    Code,
    Flag,
    Quantity,
    Value,
    compared,
    decimal,
    is_yes,
    landed,
    pick,
    quantity,
)

if TYPE_CHECKING:
    from mipsdsl.engines.solver.encode import At, Encoder


def fold(encoder: Encoder, expr: c.Fold, at: At) -> Value:
    """Return the value of a fold whose list is looked into."""
    there: list[tuple[Bool, Value]] = []
    for slot in encoder.slots(expr.rows, at):
        if slot.taken is False:
            continue
        inside = at.looking_at(expr.level, slot.row)
        counted = conj([slot.taken, encoder.holds(expr.where, inside)])
        if counted is not False:
            there.append((counted, encoder.evaluate(expr.body, inside)))
    match expr.kind:
        case c.FoldKind.ANY:
            return Flag(True, disj(conj([test, is_yes(body)]) for test, body in there))
        case c.FoldKind.ALL:
            return Flag(True, conj(disj([neg(test), is_yes(body)]) for test, body in there))
        case c.FoldKind.COUNT:
            return decimal(counted_of([test for test, _ in there]), 0)
        case c.FoldKind.SUM:
            return _sum(there, expr)
        case c.FoldKind.AVERAGE:
            count = counted_of([test for test, _ in there])
            some = disj(test for test, _ in there)
            total = _sum(there, expr)
            bottom = of_term(one_of(some, count, ONE).term, 1, max(1, len(there)))
            return Quantity(some, total.top, bottom, total.scale)
        case c.FoldKind.HIGHEST | c.FoldKind.LOWEST:
            return _best(encoder, expr, there)


def counted_of(tests: list[Bool]) -> Num:
    """Return how many of ``tests`` hold."""
    total = known(0)
    for test in tests:
        total = plus(total, one_of(test, ONE, known(0)))
    return total


def _sum(there: list[tuple[Bool, Value]], expr: c.Fold) -> Quantity:
    scale = max([quantity(body).scale for _, body in there], default=0)
    total = known(0)
    for test, body in there:
        held = quantity(body)
        if held.bottom is not ONE:
            raise Beyond(f"a sum of what is not landed ({expr.kind.value})")
        top = evolve(held, present=True).top
        part = top if held.scale == scale else of_scale(top, scale - held.scale)
        total = plus(total, one_of(test, part, known(0)))
    return decimal(total, scale)


def of_scale(top: Num, places: int) -> Num:
    """Return a number in steps finer by ``places``."""
    from mipsdsl.engines.solver.numbers import times

    return times(top, 10**places)


def _best(encoder: Encoder, expr: c.Fold, there: list[tuple[Bool, Value]]) -> Value:
    highest = expr.kind is c.FoldKind.HIGHEST
    sign = c.Comparison.MORE if highest else c.Comparison.LESS
    scale = GRID.get(expr.type.unit, 0)
    best: Value = Quantity(False, known(0), ONE, 0)
    for test, body in there:
        one = landed(encoder.numbers, evolve(quantity(body), present=test), scale)
        better = compared(encoder.numbers, sign, one, quantity(best))
        best = pick(conj([test, disj([neg(best.present), better])]), one, best)
    return best


# --- selections ----------------------------------------------------------------------------------


def select(encoder: Encoder, row: object, name: str) -> list[Slot]:
    """Return the rows that a selection chooses, in the order of the list."""
    from mipsdsl.engines.solver.encode import At
    from mipsdsl.engines.solver.rows import Row

    assert isinstance(row, Row)
    chosen = select_of(encoder.schema.items[row.record, name].expr)
    at = At(row)
    rest = encoder.slots(chosen.rows, at)
    taken: list[Bool] = [False] * len(rest)
    for places in chosen.places:
        left = [Slot(conj([s.taken, neg(t)]), s.row) for s, t in zip(rest, taken, strict=True)]
        best = _best_places(encoder, places, left, at)
        taken = [disj(pair) for pair in zip(taken, best, strict=True)]
    return [Slot(test, slot.row) for test, slot in zip(taken, rest, strict=True)]


def _best_places(encoder: Encoder, places: c.Places, left: list[Slot], at: At) -> list[Bool]:
    """Return which of the rows that are left get one of the places."""
    number = quantity(encoder.evaluate(places.number, at)).top
    candidates = _candidates(encoder, places, left, at)
    inside = [at.looking_at(0, slot.row) for slot in left]
    keys = [[encoder.evaluate(key.value, one) for key in places.keys] for one in inside]
    each = places.each
    labels = None if each is None else [encoder.evaluate(each, one) for one in inside]
    result: list[Bool] = []
    for i in range(len(left)):
        before: list[Bool] = []
        for j in range(len(left)):
            if i == j:
                continue
            rival = conj([candidates[j], _first(encoder, places, keys, left, j, i)])
            if labels is not None:
                rival = conj([rival, equals(labels[j], labels[i])])
            before.append(rival)
        fits = at_most(counted_of(before), minus(number, ONE))
        there = True if labels is None else labels[i].present
        result.append(conj([candidates[i], there, fits]))
    return result


def _candidates(encoder: Encoder, places: c.Places, left: list[Slot], at: At) -> list[Bool]:
    """Return which rows are looked at: of the first condition that some row satisfies."""
    found: list[Bool] = [False] * len(left)
    none_yet: Bool = True
    for where in (places.where, *places.fallbacks):
        tests = [
            conj([none_yet, slot.taken, encoder.holds(where, at.looking_at(0, slot.row))])
            for slot in left
        ]
        found = [disj(pair) for pair in zip(found, tests, strict=True)]
        none_yet = conj([none_yet, neg(disj(tests))])
    return found


def _first(
    encoder: Encoder, places: c.Places, keys: list[list[Value]], left: list[Slot], i: int, j: int
) -> Bool:
    """Return whether the row at ``i`` comes before the one at ``j``."""
    result = _key_first(encoder, left, i, j)
    for index in range(len(places.keys) - 1, -1, -1):
        one, other = keys[i][index], keys[j][index]
        lower, higher = _less(encoder, one, other), _less(encoder, other, one)
        better, worse = (higher, lower) if places.keys[index].highest_first else (lower, higher)
        both, neither = conj([one.present, other.present]), neg(disj([one.present, other.present]))
        tie = disj([neither, conj([both, neg(better), neg(worse)])])
        result = disj([
            conj([one.present, neg(other.present)]), conj([both, better]), conj([tie, result]),
        ])  # fmt: skip
    return result


def _key_first(encoder: Encoder, left: list[Slot], i: int, j: int) -> Bool:
    """Return whether the key of one row is less, a missing part last; then the order of the list."""
    record = left[i].row.record
    result: Bool = i < j
    for name in reversed(encoder.schema.records[record].key):
        one, other = (encoder.rows.field(left[k].row, name) for k in (i, j))
        both, neither = conj([one.present, other.present]), neg(disj([one.present, other.present]))
        lower = conj([both, _less(encoder, one, other)])
        equal_ = disj([neither, equals(one, other)])
        result = disj([
            conj([one.present, neg(other.present)]), lower, conj([equal_, result]),
        ])  # fmt: skip
    return result


def _less(encoder: Encoder, one: Value, other: Value) -> Bool:
    match one, other:
        case Quantity(), Quantity():
            return compared(encoder.numbers, c.Comparison.LESS, one, other)
        case Code(), Code():
            return below(one.number, other.number)
        case Flag(), Flag():
            return conj([neg(one.holds), other.holds])
        case _:
            raise Beyond("rows sorted by what has no order")
