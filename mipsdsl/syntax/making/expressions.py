"""Makers of expressions and literals."""

from __future__ import annotations

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.making import pieces as k


def _clauses(s: Span, p: list[k.Part]) -> k.Part:
    operand, bound = p
    match bound.kind:
        case "at_least":
            return n.AtLeast(operand, bound.inner, span=s)
        case "at_most":
            return n.AtMost(operand, bound.inner, span=s)
        case _:
            return n.Rounded(operand, bound.inner, bound.mode, span=s)


def _rounded(s: Span, p: list[k.Part]) -> k.Part:
    mode = " ".join(k.token(p, "ROUNDING").split())
    return k.Bound("rounded", k.numbers(p, s)[0], mode)


def _relative_date(s: Span, p: list[k.Part]) -> k.Part:
    years = k.month_years(k.token(p, "PERFORMANCE_YEAR"))
    return n.RelativeDate(k.token(p, "MONTH"), k.token(p, "NUMBER"), years, span=s)


def _the_row(s: Span, p: list[k.Part]) -> k.Part:
    return n.CatalogueRow(p[0], tuple(p[1:-1]), p[-1], span=s)


def _is(s: Span, p: list[k.Part]) -> k.Part:
    return n.Is(p[0], bool(k.token(p, "NOT")), p[-1], span=s)


def _is_in(s: Span, p: list[k.Part]) -> k.Part:
    return n.IsIn(p[0], bool(k.token(p, "NOT")), p[-1], span=s)


def _fold(s: Span, p: list[k.Part]) -> k.Part:
    kind = k.token(p, "FOLD") or k.token(p, "EXTREME")
    joiner = "over" if k.token(p, "FOLD") else "of"
    where = p[3] if len(p) > 3 else None
    return n.Fold(kind, p[1], joiner, p[2], where, span=s)


def _all_have(s: Span, p: list[k.Part]) -> k.Part:
    where = p[1] if len(p) == 3 else None
    return n.AllHave(p[0], where, p[-1], span=s)


def _digits(text: str, sign: str) -> str:
    return text.strip().replace(sign, "").strip()


MAKERS: dict[str, k.Maker] = {
    "clauses": _clauses,
    "at_least": lambda s, p: k.Bound("at_least", p[0]),
    "at_most": lambda s, p: k.Bound("at_most", p[0]),
    "rounded": _rounded,
    "if_else": lambda s, p: n.If(p[0], p[1], p[2], span=s),
    "disjunction": lambda s, p: n.Or(tuple(p), span=s),
    "conjunction": lambda s, p: n.And(tuple(p), span=s),
    "negation": lambda s, p: n.Not(p[0], span=s),
    "comparison": lambda s, p: n.Comparison(p[0], str(p[1]), p[2], span=s),
    "test_is": _is,
    "test_in": _is_in,
    "test_given": lambda s, p: n.IsGiven(p[0], bool(k.token(p, "IS_MISSING")), span=s),
    "test_within": lambda s, p: n.IsWithin(p[0], p[1], p[2], span=s),
    "sum": lambda s, p: n.Sum(p[0], str(p[1]), p[2], span=s),
    "product": lambda s, p: n.Product(p[0], str(p[1]), p[2], span=s),
    "minus": lambda s, p: n.Minus(p[0], span=s),
    "operand_default": lambda s, p: n.Default(p[0], p[1], span=s),
    "operand": lambda s, p: p[0],
    "parenthesis": lambda s, p: n.Parenthesis(p[0], span=s),
    "the_row": _the_row,
    "set": lambda s, p: n.SetOf(tuple(p), span=s),
    "path": lambda s, p: n.Path(tuple(p), span=s),
    "ratio": lambda s, p: n.Ratio(p[0], p[1], k.inner(p, k.WhenZero), span=s),
    "when_zero": lambda s, p: k.WhenZero(p[-1]),
    "position": lambda s, p: n.Position(
        p[0], p[1], k.numbers(p, s)[0], k.token(p, "RISING"), span=s
    ),
    "any_of": lambda s, p: n.AnyOf(p[0], p[1] if len(p) > 1 else None, span=s),
    "count_of": lambda s, p: n.CountOf(p[0], p[1] if len(p) > 1 else None, span=s),
    "all_have": _all_have,
    "fold": _fold,
    "list": lambda s, p: n.List(p[0], p[1] if len(p) > 1 else None, span=s),
    # literals
    "number": lambda s, p: n.Number(str(p[0]), span=s),
    "percent": lambda s, p: n.Percent(_digits(str(p[0]), "%"), span=s),
    "money": lambda s, p: n.Money(_digits(str(p[0]), "$"), span=s),
    "points": lambda s, p: n.Points(str(p[0]), span=s),
    "text": lambda s, p: n.Text(k.text(p), span=s),
    "yes": lambda s, p: n.YesNo(True, span=s),
    "no": lambda s, p: n.YesNo(False, span=s),
    "missing": lambda s, p: n.Missing(span=s),
    "date": lambda s, p: n.Date(str(p[0]), span=s),
    "relative_date": _relative_date,
}
