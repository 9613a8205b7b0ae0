"""What can be changed in an expression: the catalogue of changes that a test ought to notice.

Each changes one thing, keeps the types, and is told in the words of an author. The conditions of the
rows of a table or a scale are changed together (a cut is moved in all rows), since a row changed alone
is a gap or an overlap, which ``check`` refuses before any test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import evolve, fields, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.build import value_of
from mipsdsl.core.types import QUANTITIES, YESNO, Unit
from mipsdsl.testing.mutation.words import constant, short

_WHOLE = frozenset({Unit.COUNT, Unit.DATE})
_BOUNDARY = {
    c.Comparison.LESS: c.Comparison.AT_MOST,
    c.Comparison.AT_MOST: c.Comparison.LESS,
    c.Comparison.MORE: c.Comparison.AT_LEAST,
    c.Comparison.AT_LEAST: c.Comparison.MORE,
}
_OTHER_FOLD = {
    c.FoldKind.ANY: c.FoldKind.ALL,
    c.FoldKind.ALL: c.FoldKind.ANY,
    c.FoldKind.HIGHEST: c.FoldKind.LOWEST,
    c.FoldKind.LOWEST: c.FoldKind.HIGHEST,
}


@frozen
class Variant:
    """An expression with one thing changed: what, in words, and where, if that is known."""

    expr: c.Expr
    words: str
    place: c.Place | None = None


Choices = dict[str, tuple[str, ...]]
"""The values of each choice."""


def variants(expr: c.Expr, choices: Choices) -> Iterator[Variant]:
    """Give ``expr`` with each change of the catalogue, one at a time."""
    yield from _own(expr, choices)
    yield from _inside(expr, choices)


def _own(expr: c.Expr, choices: Choices) -> Iterator[Variant]:
    """Give the changes of the outermost node."""
    match expr:
        case c.Constant():
            yield from _constant(expr, choices)
        case c.SetOf():
            yield from _members(expr)
        case c.Compare() | c.Same() | c.And() | c.Or() | c.Not():
            yield from _condition(expr)
        case c.Arithmetic() | c.Round() | c.Position():
            yield from _quantity(expr)
        case c.Cases():
            yield from _cases(expr)
        case c.Pick():
            yield from _swapped(expr)
        case c.Fold():
            yield from _fold(expr)
        case _:
            pass


# --- values -----------------------------------------------------------------------------------------


def moved(expr: c.Constant) -> Iterator[c.Constant]:
    """Give a quantity a unit of its written places up, and down."""
    assert isinstance(expr.value, int)
    for step in (1, -1):
        yield evolve(expr, value=expr.value + step)


def _constant(expr: c.Constant, choices: Choices) -> Iterator[Variant]:
    others: list[c.Constant] = []
    if isinstance(expr.value, bool):
        others = [evolve(expr, value=not expr.value)]
    elif expr.type.unit in QUANTITIES:
        others = list(moved(expr))
    elif expr.type.unit is Unit.CHOICE:
        values = choices[expr.type.choice]
        after = values[(values.index(str(expr.value)) + 1) % len(values)]
        others = [evolve(expr, value=after)]
    for other in others:
        yield Variant(other, f"{constant(other)} instead of {constant(expr)}")


def _members(expr: c.SetOf) -> Iterator[Variant]:
    for value in expr.values:
        rest = tuple(each for each in expr.values if each != value)
        yield Variant(evolve(expr, values=rest), f"{value} taken out of the set")


def _swapped(expr: c.Pick) -> Iterator[Variant]:
    """Give the cells of neighbouring rows in each other's place, where a number cannot be moved."""
    for number, (one, other) in enumerate(zip(expr.values, expr.values[1:], strict=False), 1):
        if one != other and one.type.unit not in QUANTITIES:
            values = (*expr.values[: number - 1], other, one, *expr.values[number + 1 :])
            yield Variant(
                evolve(expr, values=values),
                f"{short(other)} in row {number} and {short(one)} in row {number + 1}",
            )


# --- conditions --------------------------------------------------------------------------------------


def _condition(expr: c.Compare | c.Same | c.And | c.Or | c.Not) -> Iterator[Variant]:
    match expr:
        case c.Compare():
            yield from _compare(expr)
        case c.Same():
            negated = c.Not(expr, type=YESNO)
            yield Variant(negated, f"the opposite of “{short(expr)}”")
        case c.And(operands) | c.Or(operands):
            for index, operand in enumerate(operands):
                rest = operands[:index] + operands[index + 1 :]
                less = rest[0] if len(rest) == 1 else evolve(expr, operands=rest)
                yield Variant(less, f"without “{short(operand)}”")
            is_and = isinstance(expr, c.And)
            turned = (c.Or if is_and else c.And)(operands, type=YESNO)
            words = "“or” instead of “and”" if is_and else "“and” instead of “or”"
            yield Variant(turned, f"{words} in “{short(expr)}”")
        case c.Not(operand):
            yield Variant(operand, f"“{short(operand)}” without “not”")


def _compare(expr: c.Compare) -> Iterator[Variant]:
    if expr.comparison is c.Comparison.EQUAL:
        yield Variant(c.Not(expr, type=YESNO), f"the opposite of “{short(expr)}”")
        return
    # Between whole numbers, the boundary is the constant moved by one, which is tried anyway.
    is_whole = {expr.left.type.unit, expr.right.type.unit} <= _WHOLE
    if is_whole and any(isinstance(x, c.Constant | c.Parameter) for x in (expr.left, expr.right)):
        return
    other = evolve(expr, comparison=_BOUNDARY[expr.comparison])
    yield Variant(other, f"“{short(other)}” instead of “{expr.comparison.value}”")


# --- quantities ---------------------------------------------------------------------------------------


def _quantity(expr: c.Arithmetic | c.Round | c.Position) -> Iterator[Variant]:
    match expr:
        case c.Arithmetic(operator, left, right):
            yield from _arithmetic(expr, operator, left, right)
        case c.Round(_, mode):
            for other in c.Rounding:
                if other is not mode:
                    words = f"rounded {other.value} instead of {mode.value}"
                    yield Variant(evolve(expr, mode=other), words)
        case c.Position():
            turned = evolve(expr, rising=not expr.rising)
            yield Variant(turned, "falling instead of rising" if expr.rising else "rising instead")


def _arithmetic(
    expr: c.Arithmetic, operator: c.Operator, left: c.Expr, right: c.Expr
) -> Iterator[Variant]:
    match operator:
        case c.Operator.LEAST | c.Operator.GREATEST:
            yield Variant(left, f"without “{operator.value} {short(right)}”")
        case c.Operator.ADD | c.Operator.SUBTRACT:
            other = c.Operator.SUBTRACT if operator is c.Operator.ADD else c.Operator.ADD
            changed = evolve(expr, operator=other)
            yield Variant(changed, f"“{short(changed)}” instead of “{operator.value}”")
        case c.Operator.MULTIPLY:
            for kept, gone in ((left, right), (right, left)):
                if kept.type.unit is expr.type.unit:
                    yield Variant(kept, f"“{short(kept)}” without times “{short(gone)}”")


# --- cases -------------------------------------------------------------------------------------------


def _cases(expr: c.Cases) -> Iterator[Variant]:
    if expr.kind is c.CasesKind.ROWS:
        yield from _rows(expr)
        return
    for index, arm in enumerate(expr.arms):
        rest = evolve(expr, arms=expr.arms[:index] + expr.arms[index + 1 :])
        yield Variant(rest, f"{_arm_words(expr, arm)} taken out", arm.place)
        if expr.kind is c.CasesKind.IF:
            always = evolve(expr, arms=expr.arms[:index], otherwise=arm.value)
            yield Variant(always, f"as if always “{short(arm.condition)}”", arm.place)


def _arm_words(expr: c.Cases, arm: c.Arm) -> str:
    if arm.because:
        word = "exception" if expr.kind is c.CasesKind.EXCEPTIONS else "reason"
        return f"{word} “{arm.because}”"
    return f"“{short(arm.value)} when {short(arm.condition)}”"


def _rows(expr: c.Cases) -> Iterator[Variant]:
    """Give rows without one of them (where another row takes over), and with a cut moved in all."""
    if expr.otherwise_place is not None:
        for index, arm in enumerate(expr.arms):
            rest = evolve(expr, arms=expr.arms[:index] + expr.arms[index + 1 :])
            if arm.place is not None and not _is_cut(arm.condition):
                yield Variant(rest, f"row {index + 1} taken out", arm.place)
    cuts = dict.fromkeys(
        (compare.left, compare.right)
        for arm in expr.arms
        for compare in _compares(arm.condition)
        if _is_within(compare)
    )
    for left, cut in cuts:
        yield from _cut(expr, left, cut)


def _is_within(compare: c.Compare) -> bool:
    """Return whether something is cut between its ends: rows have to reach these, or do not compile."""
    cut, shape = value_of(compare.right), compare.left.shape
    return cut is not None and (shape is None or shape.low < cut < shape.high)


def _is_cut(condition: c.Expr) -> bool:
    return any(True for _ in _compares(condition))


def _compares(condition: c.Expr) -> Iterator[c.Compare]:
    if isinstance(condition, c.Compare):
        yield condition
    elif isinstance(condition, c.And | c.Or):
        for operand in condition.operands:
            yield from _compares(operand)
    elif isinstance(condition, c.Not):
        yield from _compares(condition.operand)


def _cut(expr: c.Cases, left: c.Expr, cut: c.Expr) -> Iterator[Variant]:
    """Give rows in which ``left`` is cut elsewhere, or what is on the cut is on its other side."""

    def changed(how: Callable[[c.Compare], c.Compare]) -> c.Cases:
        def compare(one: c.Compare) -> c.Compare:
            return how(one) if (one.left, one.right) == (left, cut) else one

        arms = tuple(evolve(a, condition=_mapped(a.condition, compare)) for a in expr.arms)
        return evolve(expr, arms=arms)

    if isinstance(cut, c.Constant):
        for other in moved(cut):
            words = f"{short(left)} cut at {constant(other)} instead of {constant(cut)}"
            yield Variant(changed(lambda one, at=other: evolve(one, right=at)), words)  # type: ignore[misc]
    if left.type.unit not in _WHOLE:

        def other_side(one: c.Compare) -> c.Compare:
            return evolve(one, comparison=_BOUNDARY.get(one.comparison, one.comparison))

        words = f"exactly {short(cut)} of {short(left)} on the other side of the cut"
        yield Variant(changed(other_side), words)


def _mapped(condition: c.Expr, how: Callable[[c.Compare], c.Compare]) -> c.Expr:
    match condition:
        case c.Compare():
            return how(condition)
        case c.And(operands) | c.Or(operands):
            return evolve(condition, operands=tuple(_mapped(x, how) for x in operands))
        case c.Not(operand):
            return evolve(condition, operand=_mapped(operand, how))
        case _:
            return condition


# --- lists --------------------------------------------------------------------------------------------


def _fold(expr: c.Fold) -> Iterator[Variant]:
    if not _is_yes(expr.where):
        everything = c.Constant(True, type=YESNO)
        words = f"all rows, not only “where {short(expr.where)}”"
        yield Variant(evolve(expr, where=everything), words)
    other = _OTHER_FOLD.get(expr.kind)
    if other is not None and not _is_yes(expr.body):
        yield Variant(evolve(expr, kind=other), f"{other.value} instead of {expr.kind.value}")


def _is_yes(expr: c.Expr) -> bool:
    return isinstance(expr, c.Constant) and expr.value is True


# --- what is inside -----------------------------------------------------------------------------------


def _inside(expr: c.Expr, choices: Choices) -> Iterator[Variant]:
    """Give the changes of what is inside ``expr``, each within the whole."""
    match expr:
        case c.Parameter():
            return  # a parameter is changed wherever it is used, at once
        case c.Cases(kind=c.CasesKind.ROWS):
            yield from _values_of_rows(expr, choices)
        case c.Same(left, right) if isinstance(right, c.Constant):
            for inner in variants(left, choices):
                yield evolve(inner, expr=evolve(expr, left=inner.expr))
        case c.Select(places=stages):
            for index, places in enumerate(stages):
                for inner, changed in _places(places, choices):
                    rest = (*stages[:index], changed, *stages[index + 1 :])
                    yield evolve(inner, expr=evolve(expr, places=rest))
        case _:
            for name in _parts(expr):
                yield from _part(expr, name, choices)


def _parts(expr: c.Expr) -> Iterator[str]:
    """Give the names of the parts of ``expr`` that are expressions; a yes that nobody wrote is none."""
    for attribute in fields(type(expr)):
        if attribute.name in ("type", "shape", "rows", "row", "starts"):
            continue
        if not (isinstance(expr, c.Fold) and _is_yes(getattr(expr, attribute.name))):
            yield attribute.name


def _values_of_rows(expr: c.Cases, choices: Choices) -> Iterator[Variant]:
    if expr.type.unit is Unit.COUNT and all(isinstance(x.value, c.Constant) for x in expr.arms):
        return  # the numbers of the rows of a table
    for index, arm in enumerate(expr.arms):
        for inner in variants(arm.value, choices):
            changed = evolve(arm, value=inner.expr)
            arms = (*expr.arms[:index], changed, *expr.arms[index + 1 :])
            words = f"row {index + 1}: {inner.words}"
            yield Variant(evolve(expr, arms=arms), words, inner.place or arm.place)
    for inner in variants(expr.otherwise, choices):
        words = f"row {len(expr.arms) + 1}: {inner.words}"
        yield Variant(evolve(expr, otherwise=inner.expr), words, inner.place)


def _part(expr: c.Expr, name: str, choices: Choices) -> Iterator[Variant]:
    value: Any = getattr(expr, name)
    if isinstance(value, c.Valued):
        for inner in variants(value, choices):  # type: ignore[arg-type]  # every Valued is an Expr
            yield evolve(inner, expr=_with(expr, name, inner.expr))
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            for inner, changed in _element(expr, index, each, choices):
                parts = (*value[:index], changed, *value[index + 1 :])
                yield evolve(inner, expr=_with(expr, name, parts))


def _with(node: Any, name: str, part: object) -> Any:  # noqa: ANN401 - any node with such a part
    return evolve(node, **{name: part})


def _element(
    expr: c.Expr, index: int, each: object, choices: Choices
) -> Iterator[tuple[Variant, object]]:
    """Give the changes of one of several parts, each with the part as it is then."""
    if isinstance(each, c.Valued):
        for inner in variants(each, choices):  # type: ignore[arg-type]  # every Valued is an Expr
            words = f"row {index + 1}: {inner.words}" if isinstance(expr, c.Pick) else inner.words
            yield evolve(inner, words=words), inner.expr
    elif isinstance(each, c.Arm):
        for name in ("condition", "value"):
            for inner in variants(getattr(each, name), choices):
                place = inner.place or each.place
                yield evolve(inner, place=place), _with(each, name, inner.expr)


def _places(places: c.Places, choices: Choices) -> Iterator[tuple[Variant, c.Places]]:
    """Give the changes of a stage of a selection."""

    def told(words: str, changed: c.Places) -> tuple[Variant, c.Places]:
        return Variant(places.where, words), changed

    if not _is_yes(places.where):
        everything = c.Constant(True, type=YESNO)
        yield told(
            f"all rows, not only “where {short(places.where)}”", evolve(places, where=everything)
        )
    if places.each is not None:
        yield told(f"without “each {short(places.each)}”", evolve(places, each=None))
    for index, key in enumerate(places.keys):
        turned = evolve(key, highest_first=not key.highest_first)
        keys = (*places.keys[:index], turned, *places.keys[index + 1 :])
        yield told(f"“{short(key.value)}” in the other order", evolve(places, keys=keys))
    for index in range(len(places.fallbacks)):
        rest = places.fallbacks[:index] + places.fallbacks[index + 1 :]
        yield told(
            f"without “otherwise where {short(places.fallbacks[index])}”",
            evolve(places, fallbacks=rest),
        )
    for name in ("number", "where"):
        part = getattr(places, name)
        if not _is_yes(part):
            for inner in variants(part, choices):
                yield inner, _with(places, name, inner.expr)
