"""What is asked of a program: its claims, and whether its tables, exceptions and rules are sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from fractions import Fraction
from itertools import combinations, pairwise

from attrs import evolve, frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, YESNO
from mipsdsl.core.walk import replaced, walk, with_value
from mipsdsl.engines.solver.attempt import Never, NeverMoves, Question
from mipsdsl.verify.changes import changed_by

MOVED = 6
"""So many readings of a parameter are looked at together."""

UNREAD = "no rule reads it: it is information, or forgotten"


class Kind(Enum):
    """What a question is about."""

    CLAIM = "claim"
    TABLE = "table"
    IMPOSSIBLE = "impossible row"
    EXCEPTIONS = "exceptions"
    SCALE = "scale"
    CASE = "case"
    PARAMETER = "parameter"


@frozen
class Asked:
    """A question with its name. ``wants_person``: all is well when there is somebody."""

    kind: Kind
    name: str
    place: c.Place | None
    question: Question
    wants_person: bool = False


@frozen
class Settled:
    """What needs no solver: whether all is well, and what is said of it."""

    kind: Kind
    name: str
    place: c.Place | None
    is_well: bool
    said: str


def questions(program: c.Program) -> Iterator[Asked | Settled]:
    """Give all that is asked of ``program``, in the order of its text."""
    for claim in program.claims:
        yield Asked(Kind.CLAIM, claim.text, claim.place, _of_claim(claim, program))
    for item in program.items:
        if item.kind is c.ItemKind.ROW:
            yield from _of_table(item)
        elif item.kind is c.ItemKind.SCALE:
            yield from _of_scale(item)
        if item.record and item.kind is not c.ItemKind.SELECTION:
            yield from _of_exceptions(item)
            if item.kind is not c.ItemKind.COLUMN:
                yield from _of_cases(item)
    yield from _of_parameters(program)


def _of_claim(claim: c.Claim, program: c.Program) -> Question:
    if isinstance(claim, c.Always):
        return Never(claim.record, _not(claim.condition))
    return NeverMoves(claim, changed_by(program, (claim.record, claim.cause.name)))


def _name(item: c.Item) -> str:
    return f"{item.record}.{item.name.removesuffix(' row')}"


# --- tables, exceptions, scales ----------------------------------------------------------------------


def _of_table(item: c.Item) -> Iterator[Asked]:
    cases = _cases(item.expr)
    if cases is None:
        return
    tests = [arm.condition for arm in cases.arms]
    bad = _two_of(tests)
    if cases.otherwise_place is None:
        bad = [*bad, _not(_any(tests))]
    yield Asked(Kind.TABLE, _name(item), item.place, Never(item.record, _any(bad)))
    for number, arm in enumerate(cases.arms, 1):
        if arm.place is None:
            name = f"{_name(item)}, row {number}"
            yield Asked(Kind.IMPOSSIBLE, name, item.place, Never(item.record, arm.condition))


def _two_of(tests: Sequence[c.Expr]) -> list[c.Expr]:
    return [c.And(pair, type=YESNO) for pair in combinations(tests, 2)]


def _of_exceptions(item: c.Item) -> Iterator[Asked | Settled]:
    cases = _cases(item.expr)
    if cases is None or cases.kind is not c.CasesKind.EXCEPTIONS:
        return
    bad = [
        c.And((one.condition, other.condition, differ(one.value, other.value)), type=YESNO)
        for one, other in combinations(cases.arms, 2)
        if one.value != other.value
    ]
    if bad:
        yield Asked(Kind.EXCEPTIONS, _name(item), item.place, Never(item.record, _any(bad)))
    elif len(cases.arms) > 1:
        said = f"all {len(cases.arms)} have one value"
        yield Settled(Kind.EXCEPTIONS, _name(item), item.place, True, said)


def differ(one: c.Expr, other: c.Expr) -> c.Expr:
    """Return whether two values of a type are not the same: missing is the same as missing."""
    if one.type.unit in QUANTITIES:
        alike: c.Expr = c.Compare(c.Comparison.EQUAL, one, other, type=YESNO)
    else:
        alike = c.Same(one, other, type=YESNO)
    given = _any([c.IsGiven(each, type=YESNO) for each in (one, other)])
    return c.And((given, _not(alike)), type=YESNO)


def _of_scale(item: c.Item) -> Iterator[Asked | Settled]:
    cases = _cases(item.expr)
    if cases is None:
        return
    tests = [arm.condition for arm in cases.arms]
    if len(tests) > 1:
        question = Never(item.record, _any(_two_of(tests)))
        yield Asked(Kind.SCALE, f"{_name(item)}: one segment", item.place, question)
    jumps = frozenset(at for at, before, after in steps_of(item) if before != after)
    declared = frozenset(item.jumps)
    said = "it jumps where it is declared to, and nowhere else"
    if jumps != declared:
        amiss = ", ".join(str(float(at)) for at in sorted(jumps ^ declared))
        said = f"declared jumps and real ones differ at {amiss}"
    yield Settled(Kind.SCALE, f"{_name(item)}: jumps", item.place, jumps == declared, said)


def steps_of(item: c.Item) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Give each place where a segment of a scale ends: there, its end and the next one's start."""
    cases = _cases(item.expr)
    if cases is None:
        return
    values = [*(arm.value for arm in cases.arms), cases.otherwise]
    for arm, (before, after) in zip(cases.arms, pairwise(values), strict=True):
        for comparison in _comparisons(arm.condition):
            end = build.value_of(comparison.right)
            if (
                comparison.comparison in (c.Comparison.LESS, c.Comparison.AT_MOST)
                and end is not None
            ):
                at = [_at(value, comparison.left, comparison.right) for value in (before, after)]
                if at[0] is not None and at[1] is not None:
                    yield end, at[0], at[1]


def _at(value: c.Expr, argument: c.Expr, end: c.Expr) -> Fraction | None:
    """Return the value of a line where the argument is ``end``."""
    return build.value_of(replaced(value, lambda node: end if node == argument else None))


def _comparisons(test: c.Expr) -> Iterator[c.Compare]:
    match test:
        case c.Compare():
            yield test
        case c.And(operands):
            for operand in operands:
                yield from _comparisons(operand)
        case _:
            return


# --- what can never apply ------------------------------------------------------------------------------


def _of_cases(item: c.Item) -> Iterator[Asked]:
    """Ask of each case of a rule whether it can apply; those within lists are not looked at apart."""
    for path, arm in _paths(item.expr, ()):
        if arm.place is None and item.kind is c.ItemKind.ROW:
            continue
        at = "" if arm.place is None else f" ({arm.place.file}:{arm.place.line})"
        name = f"{_name(item)}{at}"
        question = Never(item.record, c.And((*path, arm.condition), type=YESNO))
        yield Asked(Kind.CASE, name, arm.place or item.place, question, wants_person=True)


Path = tuple[c.Expr, ...]


def _paths(expr: c.Expr, path: Path) -> Iterator[tuple[Path, c.Arm]]:
    """Give the cases anywhere in an expression, each with what has to hold to come to it."""
    match expr:
        case c.Land(operand) | c.Round(operand):
            yield from _paths(operand, path)
        case c.Arithmetic(_, left, right):
            yield from _paths(left, path)
            yield from _paths(right, path)
        case c.Cases(kind, arms, otherwise):
            before = path
            for arm in arms:
                yield before, arm
                yield from _paths(arm.value, (*before, arm.condition))
                if kind is not c.CasesKind.EXCEPTIONS:
                    before = (*before, _not(arm.condition))
            rest = (*path, *(_not(arm.condition) for arm in arms))
            yield from _paths(otherwise, rest)
        case _:
            return


# --- parameters ---------------------------------------------------------------------------------


def _of_parameters(program: c.Program) -> Iterator[Asked | Settled]:
    """Ask of each parameter whether another value would be another outcome of a rule that reads it."""
    readers: dict[str, list[c.Item]] = {}
    used: set[str] = set()
    for item in program.items:
        for name in _parameters(item.expr):
            readers.setdefault(name, []).append(item)
    for record in program.records:
        used.update(_parameters(record.relations))
        used.update(_parameters(record.grouping))
    used.update(_parameters((program.ensures, program.claims)))
    for parameter in program.parameters:
        of_rows = [x for x in readers.get(parameter.name, ()) if x.record]
        rows = [x for x in of_rows if x.kind is not c.ItemKind.SELECTION]
        others = () if parameter.value is None else _others(parameter.value)
        if parameter.name not in readers and parameter.name not in used:
            yield Settled(Kind.PARAMETER, parameter.name, parameter.place, False, UNREAD)
        elif not rows or not others:
            said = "read by a population item, a selection or a list, or still to be given"
            yield Settled(Kind.PARAMETER, parameter.name, parameter.place, True, said)
        else:
            owner = rows[0].record
            moved = [
                differ(item.expr, with_value(item.expr, parameter.name, other))
                for item in rows if item.record == owner
                for other in others
            ]  # fmt: skip
            question = Never(owner, _any(moved[:MOVED]))
            yield Asked(
                Kind.PARAMETER, parameter.name, parameter.place, question, wants_person=True
            )


def _others(value: c.Constant | c.SetOf) -> tuple[c.Constant | c.SetOf, ...]:
    """Return other values that a parameter might have: half and double, without a member."""
    if isinstance(value, c.SetOf):
        return (evolve(value, values=value.values[1:]), evolve(value, values=value.values[:-1]))
    if isinstance(value.value, bool):
        return (evolve(value, value=not value.value),)
    if isinstance(value.value, int) and value.shape is not None:
        unit, scale = 10**value.shape.scale, value.shape.scale
        # Never none: what is divided by a parameter could not be divided.
        steps = (value.value // 2 or 3, value.value * 2) if value.value else (unit,)
        return tuple(build.constant(x, scale, value.type) for x in steps)
    return ()


def _parameters(part: object) -> set[str]:
    return {node.name for node in walk(part) if isinstance(node, c.Parameter)}


# --- conditions ---------------------------------------------------------------------------------


def _cases(expr: c.Expr) -> c.Cases | None:
    while isinstance(expr, c.Land | c.Round):
        expr = expr.operand
    return expr if isinstance(expr, c.Cases) else None


def _not(test: c.Expr) -> c.Expr:
    return c.Not(test, type=YESNO)


def _any(tests: Sequence[c.Expr]) -> c.Expr:
    return c.Or(tuple(tests), type=YESNO)
