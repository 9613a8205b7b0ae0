"""Expressions and types as documents: a broken line goes on with an operator or a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from wadler_lindig import AbstractDoc

from mipsdsl.format.layout import (
    LINE,
    Layout,
    concat,
    filled,
    indented,
    joined,
    suffixed,
    text,
)
from mipsdsl.syntax import nodes as n

_DEEP = 32
"""A beginning longer than this is not aligned with; what follows is indented instead."""

Clause = n.AtLeast | n.AtMost | n.Rounded


def expression(expr: n.Expr, layout: Layout) -> AbstractDoc:
    """Return the document of ``expr`` with its comments."""
    return layout.noted(expr, _expression(expr, layout))


def _expression(expr: n.Expr, layout: Layout) -> AbstractDoc:
    match expr:
        case n.Path() | n.SetOf() | n.Parenthesis() | n.CatalogueRow():
            return _operand(expr, layout)
        case n.Minus() | n.Sum() | n.Product() | n.Default() | n.Ratio() | n.Position():
            return _arithmetic(expr, layout)
        case n.AnyOf() | n.CountOf() | n.AllHave() | n.Fold():
            return _aggregate(expr, layout)
        case n.Comparison() | n.Is() | n.IsIn() | n.IsGiven() | n.IsWithin():
            return _test(expr, layout)
        case n.Not() | n.And() | n.Or():
            return _logic(expr, layout)
        case n.If():
            return layout.group(expr, *_if(expr, "if ", layout))
        case n.AtLeast() | n.AtMost() | n.Rounded():
            return layout.group(expr, *_clauses(expr, layout))
        case _:
            return text(literal(expr))


def _operand(
    expr: n.Path | n.SetOf | n.Parenthesis | n.CatalogueRow, layout: Layout
) -> AbstractDoc:
    match expr:
        case n.Path():
            return text(expr.text)
        case n.SetOf():
            return _set(expr, layout)
        case n.Parenthesis(inner):
            return after("(", suffixed(expression(inner, layout), ")"))
        case n.CatalogueRow(record, keys, name):
            shown = joined([expression(key, layout) for key in keys], ",", text(" "))
            return concat(f"(the {record.text} [", shown, f"]).{name.text}")
        case _:
            assert_never(expr)


def _arithmetic(
    expr: n.Minus | n.Sum | n.Product | n.Default | n.Ratio | n.Position, layout: Layout
) -> AbstractDoc:
    match expr:
        case n.Minus(operand):
            return after("-", expression(operand, layout))
        case n.Sum() | n.Product():
            return _chain(expr, layout)
        case n.Default(operand, otherwise):
            return _sides(expr, operand, "default ", otherwise, layout)
        case n.Ratio() | n.Position():
            return _words(expr, layout)
        case _:
            assert_never(expr)


def _logic(expr: n.Not | n.And | n.Or, layout: Layout) -> AbstractDoc:
    match expr:
        case n.Not(operand):
            return after("not ", expression(operand, layout))
        case n.And(operands):
            return _listed(expr, operands, "and ", layout)
        case n.Or(operands):
            return _listed(expr, operands, "or ", layout)
        case _:
            assert_never(expr)


def literal(expr: n.Literal) -> str:
    """Return ``expr`` as the author wrote it.

    >>> from mipsdsl.source import Source, Span
    >>> literal(n.Points("1", span=Span(Source("", ""), 0, 0)))
    '1 point'
    """
    match expr:
        case n.Number(words) | n.Date(words):
            return words
        case n.Percent(words):
            return f"{words}%"
        case n.Money(words):
            return f"${words}"
        case n.Points(words):
            return f"{words} point" if words == "1" else f"{words} points"
        case n.Text(words):
            return f'"{words}"'
        case n.YesNo(value):
            return "yes" if value else "no"
        case n.Missing():
            return "nothing" if expr.span.text == "nothing" else "missing"
        case n.RelativeDate(month, day, years):
            shift = f" {'-' if years < 0 else '+'} {abs(years)}" if years else ""
            return f"{month} {day} of performance year{shift}"
        case _:
            assert_never(expr)


def after(words: str, doc: AbstractDoc) -> AbstractDoc:
    """Return ``words`` and ``doc``, whose later lines are aligned with its first."""
    return concat(words, indented(doc, by=len(words) if len(words) <= _DEEP else 4))


def _set(expr: n.SetOf, layout: Layout) -> AbstractDoc:
    members = [expression(member, layout) for member in expr.members]
    room = not layout.has_comment(expr.span)
    shown = [suffixed(m, ",") for m in members[:-1]] + members[-1:]
    return after("{", suffixed(filled(shown, room=room), "}"))


def _chain(expr: n.Sum | n.Product, layout: Layout) -> AbstractDoc:
    """Lay out ``a + b - c``: a break before each sign, but not before a factor in parentheses."""
    links: list[n.Sum | n.Product] = []
    first: n.Expr = expr
    while isinstance(first, type(expr)) and isinstance(first, n.Sum | n.Product):
        links.insert(0, first)
        first = first.left
    doc = expression(first, layout)
    for link in links:
        shown = expression(link.right, layout)
        if isinstance(link, n.Product) and isinstance(link.right, n.Parenthesis):
            doc = _beside(doc, f" {link.sign} ", shown, layout)
        else:
            gap = 4 if isinstance(link, n.Product) else 0
            doc = concat(doc, indented(LINE, after(f"{link.sign} ", shown), by=gap))
        doc = doc if link is expr else layout.noted(link, doc)
    return layout.group(expr, doc)


def _beside(left: AbstractDoc, words: str, right: AbstractDoc, layout: Layout) -> AbstractDoc:
    """Return ``left`` and ``right`` on one line; ``right`` is aligned if ``left`` is short."""
    width = len(layout.flat(left)) + len(words)
    return concat(left, words, indented(right, by=width if width <= _DEEP else 4))


def _words(expr: n.Ratio | n.Position, layout: Layout) -> AbstractDoc:
    match expr:
        case n.Ratio(left, right, when_zero):
            rest = after("to ", expression(right, layout))
            if when_zero is not None:
                zero = suffixed(after("(when zero: ", expression(when_zero, layout)), ")")
                rest = filled([rest, zero])
            first = after("ratio of ", expression(left, layout))
            return layout.group(expr, first, indented(LINE, rest, by=6))
        case n.Position(value, starts, number, direction):
            where = f"on {starts.text} from {number.text} {direction}"
            first = after("position of ", expression(value, layout))
            return layout.group(expr, first, indented(LINE, layout.noted(starts, text(where))))
        case _:
            assert_never(expr)


def rows(node: n.List, layout: Layout) -> AbstractDoc:
    """Return the document of the list that an aggregate runs over."""
    apart = f" apart from {node.apart_from.text}" if node.apart_from is not None else ""
    return layout.noted(node, text(f"{node.path.text}{apart}"))


def _aggregate(expr: n.AnyOf | n.CountOf | n.AllHave | n.Fold, layout: Layout) -> AbstractDoc:
    listed = rows(expr.rows, layout)
    where = [] if expr.where is None else [LINE, after("where ", expression(expr.where, layout))]
    match expr:
        case n.AnyOf():
            first, rest = after("any of ", listed), where
        case n.CountOf():
            first, rest = after("count of ", listed), where
        case n.AllHave(body=body):
            first = after("all of ", listed)
            rest = [*where, LINE, after("have ", expression(body, layout))]
        case n.Fold(kind, body, joiner):
            over = f"{joiner} "
            begin = f"{kind} of " if joiner == "over" else f"{kind} "
            first = after(begin, expression(body, layout))
            rest = [LINE, after(over, listed), *where]
        case _:
            assert_never(expr)
    return layout.group(expr, first, indented(*rest))


def _test(
    expr: n.Comparison | n.Is | n.IsIn | n.IsGiven | n.IsWithin, layout: Layout
) -> AbstractDoc:
    match expr:
        case n.Comparison(left, sign, right):
            return _sides(expr, left, f"{sign} ", right, layout)
        case n.Is(left, negated, right):
            return _sides(expr, left, "is not " if negated else "is ", right, layout)
        case n.IsIn(left, negated, right):
            return _sides(expr, left, "is not in " if negated else "is in ", right, layout)
        case n.IsGiven(operand, missing):
            word = "nothing" if expr.span.text.endswith("nothing") else "missing"
            return concat(expression(operand, layout), f" is {word if missing else 'given'}")
        case n.IsWithin(operand, low, high):
            limits = after("is within ", expression(low, layout))
            above = after("to ", expression(high, layout))
            rest = indented(LINE, layout.group(expr, limits, indented(LINE, above)))
            return layout.group(expr, expression(operand, layout), rest)
        case _:
            assert_never(expr)


def _sides(expr: n.Expr, left: n.Expr, sign: str, right: n.Expr, layout: Layout) -> AbstractDoc:
    first, second = expression(left, layout), expression(right, layout)
    if isinstance(right, n.Parenthesis | n.SetOf):
        return layout.group(expr, _beside(first, f" {sign}", second, layout))
    return layout.group(expr, first, indented(LINE, after(sign, second)))


def _listed(
    expr: n.And | n.Or, operands: Sequence[n.Expr], word: str, layout: Layout
) -> AbstractDoc:
    docs = [expression(operand, layout) for operand in operands]
    docs[0] = indented(docs[0])
    parts = [part for doc in docs[1:] for part in (LINE, after(word, doc))]
    return layout.group(expr, docs[0], *parts)


def _if(expr: n.If, word: str, layout: Layout) -> list[AbstractDoc]:
    """Return the arms of ``if … then … else if … then … else …``, which break together."""
    test = after(word, expression(expr.test, layout))
    yes = after("then ", expression(expr.yes, layout))
    arm = layout.group(expr.test.span.to(expr.yes.span), test, LINE, yes)
    if isinstance(expr.no, n.If):
        arms = _if(expr.no, "else if ", layout)
        return [arm, LINE, layout.noted(expr.no, arms[0]), *arms[1:]]
    return [arm, LINE, after("else ", expression(expr.no, layout))]


def _clauses(expr: Clause, layout: Layout) -> list[AbstractDoc]:
    operand = expr.operand
    if isinstance(operand, n.AtLeast | n.AtMost | n.Rounded):
        first = _clauses(operand, layout)
        first = [layout.noted(operand, concat(*first))]
    else:
        first = [expression(operand, layout)]
    match expr:
        case n.AtLeast(_, bound):
            return [*first, LINE, after("at least ", expression(bound, layout))]
        case n.AtMost(_, bound):
            return [*first, LINE, after("at most ", expression(bound, layout))]
        case n.Rounded(_, places, mode):
            return [*first, LINE, text(f"rounded to {counted(places)} {mode}")]
        case _:
            assert_never(expr)


def counted(places: n.Number) -> str:
    """Return ``2 places`` or ``1 place``."""
    return f"{places.text} place" if places.text == "1" else f"{places.text} places"


# --- types, which are never broken --------------------------------------------------------------


def type_words(node: n.Type, layout: Layout) -> str:
    """Return the type on one line."""
    match node:
        case n.BaseType(name) | n.ChoiceType(name):
            return name
        case n.OptionalType(inner):
            return f"optional {type_words(inner, layout)}"
        case n.SetType(choice):
            return f"set of {choice.text}"
        case n.ListType(element, at_most, one_for_each):
            each = ""
            if one_for_each is not None:
                each = f" one for each {one_for_each.record.text}"
                each += _where_words(one_for_each.where, layout)
            return f"list of {element.text} at most {at_most.text}{each}"
        case n.RecordType(record, by):
            return f"record {record.text} by {names(by)}"
        case _:
            assert_never(node)


def _where_words(where: n.Expr | None, layout: Layout) -> str:
    return "" if where is None else f" where {flat_words(where, layout)}"


def range_words(node: n.Range | None, layout: Layout) -> str:
    """Return ``from 0% to 100%``, or nothing."""
    if node is None:
        return ""
    return f"from {flat_words(node.low, layout)} to {flat_words(node.high, layout)}"


def flat_words(expr: n.Expr, layout: Layout) -> str:
    """Return ``expr`` on one line, without comments."""
    return layout.flat(expression(expr, layout.bare()))


def names(parts: Sequence[n.Name]) -> str:
    """Return ``tin, npi``."""
    return ", ".join(part.text for part in parts)
