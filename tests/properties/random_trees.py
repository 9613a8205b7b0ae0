"""Syntax trees at random: every node kind, each only where the grammar lets it stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.words import KEYWORDS, WORDS_IN_PLACE

Part = TypeVar("Part")
Trees = st.SearchStrategy[n.Expr]

AT = Span(Source("", ""), 0, 0)
BASE = tuple("yesno count number percent points money date text".split())
MONTHS = ("January", "May", "October", "December")

words = st.text("abcxyz_#[](),:|'é ", min_size=1, max_size=9)
citations = st.lists(st.text("ab1(). §#", min_size=1, max_size=8), max_size=2).map(tuple)
reasons = st.lists(words, max_size=2).map(tuple)
_SPELLED = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True)
spelled = _SPELLED.filter(lambda x: x not in KEYWORDS | WORDS_IN_PLACE | {*BASE})
names = spelled.map(lambda x: n.Name(x, span=AT))
digits = st.sampled_from(["0", "1", "2", "30,000", "0.75", "365", "1.5", "1,000,000.25"])
numbers = digits.map(lambda x: n.Number(x, span=AT))
whole = st.sampled_from(["1", "2", "5,000"]).map(lambda x: n.Number(x, span=AT))
paths = st.lists(names, min_size=1, max_size=3).map(lambda x: n.Path(tuple(x), span=AT))
dates = st.sampled_from(["2017-09-01", "2016-12-31"]).map(lambda x: n.Date(x, span=AT))


def node(kind: Callable[..., Part], *parts: st.SearchStrategy[object]) -> st.SearchStrategy[Part]:
    """Return nodes of ``kind`` made of ``parts``.

    By a function: Hypothesis writes out a strategy, and so nested a one takes memory without end.
    """
    made = st.builds(kind, *parts, span=st.just(AT))

    @st.composite
    def drawn(draw: st.DrawFn) -> Part:
        return draw(made)

    return drawn()


def several(
    part: st.SearchStrategy[Part], least: int = 0, most: int = 2
) -> st.SearchStrategy[tuple[Part, ...]]:
    """Return tuples of ``part``."""
    return st.lists(part, min_size=least, max_size=most).map(tuple)


def maybe(part: st.SearchStrategy[Part]) -> st.SearchStrategy[Part | None]:
    """Return ``part`` or nothing."""
    return st.none() | part


literals = st.one_of(
    numbers,
    node(n.Percent, digits),
    node(n.Money, digits),
    node(n.Points, digits),
    node(n.Text, words),
    node(n.YesNo, st.booleans()),
    node(n.Missing),
    dates,
    node(n.RelativeDate, st.sampled_from(MONTHS), st.just("1"), st.sampled_from([-2, -1, 1])),
)
lists = node(n.List, paths, maybe(paths))


# --- expressions, loosest last ---------------------------------------------------------------------


@cache
def operands(depth: int) -> Trees:
    """Return what an operand can be, with at most ``depth`` expressions in each other."""
    plain = st.one_of(literals, paths)
    if not depth:
        return plain
    inner = operands(depth - 1)
    return st.one_of(
        plain,
        node(n.Parenthesis, expressions(depth - 1)),
        node(n.SetOf, several(inner)),
        node(n.CatalogueRow, names, several(literals | paths, 1), names),
    )


def aggregates(depth: int, where: st.SearchStrategy[n.Expr | None]) -> Trees:
    """Return aggregates with what ``where`` gives."""
    body = operands(depth)
    return st.one_of(
        node(n.AnyOf, lists, where),
        node(n.CountOf, lists, where),
        node(n.AllHave, lists, where, body),
        node(n.Fold, st.sampled_from(["sum", "average"]), body, st.just("over"), lists, where),
        node(n.Fold, st.sampled_from(["highest", "lowest"]), body, st.just("of"), lists, where),
    )


@cache
def unaries(depth: int) -> Trees:
    """Return what can stand in a product."""
    operand = operands(depth)
    if not depth:
        return operand
    directions = st.sampled_from(["rising", "falling"])
    single = aggregates(depth - 1, st.none())
    return st.one_of(
        operand,
        node(n.Minus, unaries(depth - 1)),
        single,
        node(n.Ratio, operand, operand, maybe(values(depth - 1))),
        node(n.Position, operand, paths, numbers, directions),
        node(n.Default, operand | single, operand),
    )


def chains(kind: type[n.Sum] | type[n.Product], signs: Sequence[str], part: Trees) -> Trees:
    """Return ``part`` alone or several of it, joined from the left."""

    def joined(first: n.Expr, rest: Sequence[tuple[str, n.Expr]]) -> n.Expr:
        for sign, right in rest:
            first = kind(first, sign, right, span=AT)
        return first

    links = st.lists(st.tuples(st.sampled_from(signs), part), max_size=2)
    return st.builds(joined, part, links)


@cache
def sums(depth: int) -> Trees:
    """Return what can stand on one side of a comparison."""
    return chains(n.Sum, "+-", chains(n.Product, "*/", unaries(depth)))


@cache
def comparisons(depth: int) -> Trees:
    """Return tests and what needs none."""
    side = sums(depth)
    return st.one_of(
        side,
        node(n.Comparison, side, st.sampled_from(["<", "<=", ">", ">="]), side),
        node(n.Is, side, st.booleans(), side.filter(lambda x: not isinstance(first(x), n.Missing))),
        node(n.IsIn, side, st.booleans(), side),
        node(n.IsGiven, side, st.booleans()),
        node(n.IsWithin, side, side, side),
    )


def first(expr: n.Expr) -> n.Expr:
    """Return the leaf that ``expr`` begins with."""
    while isinstance(expr, n.Sum | n.Product | n.Default):
        expr = expr.operand if isinstance(expr, n.Default) else expr.left
    return expr


@cache
def conditions(depth: int) -> Trees:
    """Return disjunctions and all that binds closer."""
    negated = comparisons(depth) | node(n.Not, comparisons(depth))
    both = negated | node(n.And, several(negated, 2))
    return both | node(n.Or, several(both, 2))


@cache
def values(depth: int) -> Trees:
    """Return what can be bounded or rounded."""
    test = conditions(depth)
    if not depth:
        return test
    alone = aggregates(depth - 1, conditions(depth - 1))
    branch = values(depth - 1)
    return st.one_of(test, alone, node(n.If, test, branch, branch | alone))


@cache
def expressions(depth: int) -> Trees:
    """Return whole expressions."""
    value, bound = values(depth), sums(depth)
    modes = st.sampled_from(["half up", "up", "down"])
    once = value | node(n.AtLeast, value, bound) | node(n.Rounded, value, whole, modes)
    return once | node(n.AtMost, once, bound)
