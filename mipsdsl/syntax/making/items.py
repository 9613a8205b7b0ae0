"""Makers of the items of a policy: headers, records, rules, tables and the cells in them."""

from __future__ import annotations

from lark import Token

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.making import pieces as k


def _rules_header(s: Span, p: list[k.Part]) -> k.Part:
    year, paying = k.numbers(p, s)
    return n.RulesHeader(year, paying, span=s)


def _correction_header(s: Span, p: list[k.Part]) -> k.Part:
    year, number = k.numbers(p, s)
    return n.Correction(year, number, n.Date(k.token(p, "DATE"), span=s), span=s)


def _record(s: Span, p: list[k.Part]) -> k.Part:
    key = tuple(k.first(p, k.Key) or ())
    return n.Record(p[0], key, k.first(p, n.Groups), k.all_of(p, n.Field), span=s)


def _field(s: Span, p: list[k.Part]) -> k.Part:
    places = k.inner(p, k.Places)
    return n.Field(p[0], p[1], k.first(p, n.Range), places, k.text(p), span=s)


def _list_type(s: Span, p: list[k.Part]) -> k.Part:
    element = p[0]
    if isinstance(element, Token):
        place = Span(s.source, element.start_pos or 0, element.end_pos or 0)
        element = n.Name(str(element), span=place)
    return n.ListType(element, k.numbers(p, s)[0], k.first(p, n.OneForEach), span=s)


def _ensure(s: Span, p: list[k.Part]) -> k.Part:
    groups = k.all_of(p, k.Parts)
    fill = tuple(groups[1]) if len(groups) > 1 else ()
    return n.Ensure(p[0], p[1], k.inner(p, k.Where), tuple(groups[0]), fill, span=s)


def _parameter(s: Span, p: list[k.Part]) -> k.Part:
    body = [x for x in p[1:] if not isinstance(x, (Token, k.Because, n.Range)) and x is not None]
    kind = body[0] if len(body) > 1 else None
    return n.Parameter(
        p[0], kind, k.first(p, n.Range), body[-1], k.because(p), k.citations(p), span=s
    )


def _rule(s: Span, p: list[k.Part]) -> k.Part:
    rest = [x for x in p[2:] if not isinstance(x, (Token, k.Because, n.Range, n.Except))]
    return n.Rule(
        p[0], p[1], k.first(p, n.Range), k.text(p), rest[0], k.because(p), k.citations(p),
        k.all_of(p, n.Except), span=s,
    )  # fmt: skip


def _first_row(s: Span, p: list[k.Part]) -> k.Part:
    return n.FirstRow(p[0], p[1], " ".join(k.because(p)), k.citations(p), span=s)


def _first_of(s: Span, p: list[k.Part]) -> k.Part:
    return n.FirstOf(tuple(p[:-1]), p[-1], span=s)


def _except(s: Span, p: list[k.Part]) -> k.Part:
    return n.Except(p[0], p[1], " ".join(k.because(p)), k.citations(p), span=s)


def _table(s: Span, p: list[k.Part]) -> k.Part:
    rows = k.all_of(p, n.Row)
    kind = k.first(p[1:2], n.BaseType, n.ChoiceType, n.OptionalType, n.SetType)
    return n.Table(
        p[0], kind, rows[0], rows[1:], k.because(p), k.citations(p), k.first(p, n.RowCheck), span=s
    )


def _scale(s: Span, p: list[k.Part]) -> k.Part:
    rows = k.all_of(p, n.Row)
    return n.Scale(
        p[0],
        p[1],
        p[2],
        rows[0],
        rows[1:],
        k.because(p),
        k.citations(p),
        k.all_of(p, n.Jump),
        span=s,
    )


def _row(s: Span, p: list[k.Part]) -> k.Part:
    cut = next(i for i, x in enumerate(p) if isinstance(x, Token) and x.type == "CONCLUDES")
    return n.Row(tuple(p[:cut]), tuple(p[cut + 1 :]), span=s)


def _selection(s: Span, p: list[k.Part]) -> k.Part:
    return n.Selection(p[0], p[1], k.all_of(p, n.PlacesTaken), k.because(p), k.citations(p), span=s)


def _places_taken(s: Span, p: list[k.Part]) -> k.Part:
    return n.PlacesTaken(
        p[0],
        bool(k.token(p, "THE_REST")),
        k.first(p[1:], n.Name),
        k.inner(p, k.Where),
        tuple(k.first(p, k.Sorting) or ()),
        tuple(expr for fallback in k.all_of(p, k.Fallback) for expr in fallback),
        k.first(p, k.EmptyPlace) is not None,
        span=s,
    )


def _population(s: Span, p: list[k.Part]) -> k.Part:
    rest = [x for x in p[2:] if not isinstance(x, (Token, k.Because, n.Range, k.Published))]
    return n.Population(
        p[0], p[1], k.first(p, n.Range), k.text(p), rest[0], k.inner(p, k.Published), k.because(p),
        k.citations(p), span=s,
    )  # fmt: skip


def _claim(s: Span, p: list[k.Part]) -> k.Part:
    body = next(x for x in p if isinstance(x, n.Always | n.Raising))
    record = k.first(p, n.Name)
    return n.Claim(k.text(p), record, body, k.because(p), k.citations(p), span=s)


def _raising(s: Span, p: list[k.Part]) -> k.Part:
    cause, effect = k.all_of(p, n.Path)[:2]
    when = p[-1] if len(p) == 4 else None
    return n.Raising(cause, k.token(p, "DIRECTION"), effect, when, span=s)


def _to_range(low_in: bool, high_in: bool) -> k.Maker:
    def make(s: Span, p: list[k.Part]) -> k.Part:
        return n.CellRange(p[0], low_in, p[1], high_in, span=s)

    return make


MAKERS: dict[str, k.Maker] = {
    "start": lambda s, p: tuple(p),
    "rules_header": _rules_header,
    "correction_header": _correction_header,
    "tests_header": lambda s, p: n.TestsHeader(k.numbers(p, s)[0], span=s),
    "amends": lambda s, p: n.Amends(k.numbers(p, s)[0], span=s),
    "title": lambda s, p: n.Title(k.text(p), span=s),
    "source": lambda s, p: n.SourceOf(
        k.citations(p)[0], n.Date(k.token(p, "DATE"), span=s), span=s
    ),
    "choice": lambda s, p: n.Choice(p[0], tuple(p[1:]), span=s),
    "choice_value": lambda s, p: n.ChoiceValue(p[0], k.text(p), span=s),
    "record": _record,
    "extend": lambda s, p: n.Extend(p[0], k.all_of(p, n.Field), span=s),
    "reference": lambda s, p: n.Reference(p[0], tuple(p[1]), k.all_of(p, n.Field), span=s),
    "key": lambda s, p: k.Key(p[0]),
    "groups": lambda s, p: n.Groups(p[0], p[1], k.numbers(p, s)[0], k.inner(p, k.Joined), span=s),
    "joined": lambda s, p: k.Joined(p[0]),
    "field": _field,
    "range": lambda s, p: n.Range(p[0], p[1], span=s),
    "places": lambda s, p: k.Places(k.numbers(p, s)[0]),
    "base_type": lambda s, p: n.BaseType(str(p[0]), span=s),
    "choice_type": lambda s, p: n.ChoiceType(p[0].text, span=s),
    "optional_type": lambda s, p: n.OptionalType(p[0], span=s),
    "set_type": lambda s, p: n.SetType(p[0], span=s),
    "list_type": _list_type,
    "record_type": lambda s, p: n.RecordType(p[0], tuple(p[1]), span=s),
    "each_of": lambda s, p: n.OneForEach(p[0], p[1] if len(p) > 1 else None, span=s),
    "relation": lambda s, p: n.Relation(p[0], p[1], p[2], tuple(p[3]), k.numbers(p, s)[0], span=s),
    "ensure": _ensure,
    "matching": lambda s, p: k.Parts(p),
    "with_parts": lambda s, p: k.Parts(p),
    "ensure_value": lambda s, p: n.EnsureField(p[0], p[1], False, span=s),
    "ensure_path": lambda s, p: n.EnsureField(p[0], p[1], True, span=s),
    "changeable": lambda s, p: n.Changeable(p[0], tuple(p[1]), span=s),
    "require": lambda s, p: n.Require(p[-1], span=s),
    "results": lambda s, p: n.Results(p[0], tuple(p[1]), span=s),
    "names": lambda s, p: k.Names(p),
    "parameter": _parameter,
    "to_be_given": lambda s, p: n.ToBeGiven(span=s),
    "rule": _rule,
    "first_of": _first_of,
    "first_row": _first_row,
    "otherwise_row": lambda s, p: p[0],
    "except": _except,
    "table": _table,
    "table_check": lambda s, p: n.RowCheck(p[0], p[1] if len(p) > 1 else None, span=s),
    "scale": _scale,
    "jump": lambda s, p: n.Jump(p[0], k.text(p), span=s),
    "selection": _selection,
    "places_taken": _places_taken,
    "chosen_where": lambda s, p: k.Where(p[0]),
    "sorting": lambda s, p: k.Sorting(p),
    "highest_first": lambda s, p: n.SortKey(p[0], False, span=s),
    "lowest_first": lambda s, p: n.SortKey(p[0], True, span=s),
    "otherwise_where": lambda s, p: k.Fallback(p),
    "empty_place": lambda s, p: k.EmptyPlace(),
    "population": _population,
    "published": lambda s, p: k.Published(p[0]),
    "claim": _claim,
    "always": lambda s, p: n.Always(p[0], p[1] if len(p) > 1 else None, span=s),
    "raising": _raising,
    "target": lambda s, p: n.Target(p[0] if len(p) > 1 else None, p[-1], span=s),
    "because": lambda s, p: k.Because(k.text(p)),
    # cells
    "row": _row,
    "cell": lambda s, p: n.Cell(tuple(p), span=s),
    "cell_any": lambda s, p: n.CellAny(span=s),
    "cell_otherwise": lambda s, p: n.CellOtherwise(span=s),
    "cell_impossible": lambda s, p: n.CellImpossible(span=s),
    "cell_given": lambda s, p: n.CellGiven(span=s),
    "cell_not": lambda s, p: n.CellNot(p[0], span=s),
    "cell_value": lambda s, p: n.CellValue(p[0], span=s),
    "cell_range": _to_range(True, True),
    "cell_to_under": _to_range(True, False),
    "cell_above_to": _to_range(False, True),
    "cell_above_to_under": _to_range(False, False),
    "cell_above": lambda s, p: n.CellRange(p[0], False, None, False, span=s),
    "cell_under": lambda s, p: n.CellRange(None, False, p[0], False, span=s),
    "cell_at_least": lambda s, p: n.CellRange(p[0], True, None, False, span=s),
    "cell_at_most": lambda s, p: n.CellRange(None, False, p[0], True, span=s),
    "cell_line": lambda s, p: n.CellLine(p[0], p[1], span=s),
    "point": lambda s, p: n.Point(p[0], p[1], span=s),
}
