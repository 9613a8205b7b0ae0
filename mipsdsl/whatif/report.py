"""The answer to a what-if, ready to be shown: every figure with its name and type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type
from mipsdsl.engines.plan import Population, population_value
from mipsdsl.engines.schema import Schema, schema_of
from mipsdsl.engines.store import Stored
from mipsdsl.whatif.changes import changed_rules, parameters_of
from mipsdsl.whatif.compare import Comparison, compare, tally
from mipsdsl.whatif.lens import Lens, is_quantity, scale_of, type_of
from mipsdsl.whatif.study import Picture, Study


@frozen
class Figure:
    """A value before and after. ``published``: what stands in the policy for a national factor."""

    name: str
    type: Type
    scale: int
    before: Stored
    after: Stored
    how: str = ""
    published: Stored = None


@frozen
class How:
    """How an answer came about: ``cells`` of alike rows (0: rows were scored again, ``why``)."""

    record: str
    rows: int
    cells: int
    why: str
    dropped: tuple[str, ...]


@frozen
class Report:
    """A population before and after a change."""

    program: c.Program
    lens: Lens
    how: How
    changes: tuple[Figure, ...]
    rules: tuple[str, ...]
    factors: tuple[Figure, ...]
    outcome: Type
    outcome_scale: int
    comparison: Comparison
    money: Mapping[str, tuple[Type, int]]


@frozen
class Point:
    """One value of the parameter: how many have each outcome, factors and sums of money."""

    value: Fraction
    counts: Mapping[str, int]
    factors: Mapping[str, Stored]
    money: Mapping[str, int]


@frozen
class Curve:
    """A population for each value of a parameter. ``labels``: the outcomes that occur, in order."""

    program: c.Program
    lens: Lens
    how: How
    name: str
    type: Type
    labels: tuple[str, ...]
    factors: Mapping[str, tuple[Type, int]]
    money: Mapping[str, tuple[Type, int]]
    points: tuple[Point, ...]


def report(
    before: c.Program,
    after: c.Program,
    study: Study,
    pictures: tuple[Picture, Picture],
    populations: Mapping[str, Stored],
) -> Report:
    """Return what differs between two pictures; ``populations`` were set after."""
    schema, lens = schema_of(before), study.lens
    type_ = type_of(schema, lens.record, lens.outcome)
    comparison = compare(lens, *pictures, signed=is_quantity(type_))
    return Report(
        program=before, lens=lens, how=how_of(study, pictures[0]),
        changes=tuple(_changes(before, after)), rules=_rules(before, after),
        factors=tuple(_factors(before, study, pictures, populations)), outcome=type_,
        outcome_scale=scale_of(schema, lens.record, lens.outcome), comparison=comparison,
        money=_money(schema, lens),
    )  # fmt: skip


def curve(
    program: c.Program, study: Study, name: str, pictures: Sequence[tuple[Fraction, Picture]]
) -> Curve:
    """Return the points of a curve."""
    schema, lens = schema_of(program), study.lens
    signed = is_quantity(type_of(schema, lens.record, lens.outcome))
    points, labels = [], dict[str, None]()
    for value, picture in pictures:
        counts = tally(lens, picture, signed=signed)
        labels |= dict.fromkeys(counts)
        money = {each: sum(picture.money[each]) for each in lens.money}
        factors = {each: picture.populations.get(each) for each in study.national}
        points.append(Point(value, counts, factors, money))
    declared = next(each.type for each in program.parameters if each.name == name)
    factors_ = {
        each: (schema.items["", each].type, scale_of(schema, "", each)) for each in study.national
    }
    return Curve(
        program, lens, how_of(study, pictures[0][1]), name, declared, tuple(labels), factors_,
        _money(schema, lens), tuple(points),
    )  # fmt: skip


def how_of(study: Study, picture: Picture) -> How:
    """Return how pictures of ``study`` came about."""
    cells = 0 if study.cells is None else len(study.cells.sizes)
    dropped = tuple(refusal.target[1] for refusal in study.dropped)
    return How(study.lens.record, sum(picture.weights), cells, study.why, dropped)


def _money(schema: Schema, lens: Lens) -> dict[str, tuple[Type, int]]:
    return {
        name: (type_of(schema, lens.record, name), scale_of(schema, lens.record, name))
        for name in lens.money
    }


def _changes(before: c.Program, after: c.Program) -> list[Figure]:
    """Return the parameters that differ."""
    sides = [parameters_of(each) for each in (before, after)]
    found = []
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get(name) for side in sides)
        like = one or other
        if like is None or (one is not None and other is not None and _same(one, other)):
            continue
        scales = [0 if x is None or x.shape is None else x.shape.scale for x in (one, other)]
        scale = max(scales)
        found.append(Figure(name, like.type, scale, _steps(one, scale), _steps(other, scale)))
    return found


def _same(one: c.Constant | c.SetOf, other: c.Constant | c.SetOf) -> bool:
    scale = max(x.shape.scale if x.shape is not None else 0 for x in (one, other))
    return _steps(one, scale) == _steps(other, scale)


def _steps(value: c.Constant | c.SetOf | None, scale: int) -> Stored:
    if value is None:
        return None
    if isinstance(value, c.SetOf):
        return ", ".join(value.values)
    if value.shape is None or isinstance(value.value, str):
        return value.value
    return value.value * int(10 ** (scale - value.shape.scale))


def _rules(before: c.Program, after: c.Program) -> tuple[str, ...]:
    return () if before is after else changed_rules(before, after)


def _factors(
    program: c.Program,
    study: Study,
    pictures: tuple[Picture, Picture],
    populations: Mapping[str, Stored],
) -> list[Figure]:
    """Return the national factors that the outcome or the money could depend on, before and after."""
    schema, found = schema_of(program), []
    for item in program.items:
        if item.record or item.name not in pictures[0].populations:
            continue
        if study.said.get(item.name) is not Population.COMPUTE and item.published is None:
            continue
        one, other = (picture.populations.get(item.name) for picture in pictures)
        computed = study.said.get(item.name) is Population.COMPUTE
        how = "computed" if computed else "published"
        how = "set after" if item.name in populations else how
        stands = population_value(item, {})
        published = None if isinstance(stands, Population) or not computed else stands
        scale = scale_of(schema, "", item.name)
        found.append(Figure(item.name, item.type, scale, one, other, how, published))
    return found


def share(number: int, total: int) -> Fraction:
    """Return ``number`` of ``total``, 0 of nobody."""
    return Fraction(number, total) if total else Fraction(0)
