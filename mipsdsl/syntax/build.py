"""From Lark's tree to our nodes. Makes nodes and decides nothing; never raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from lark import Token, Tree

from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.words import KEYWORDS

Part = Any  # a node, a token, or None: Lark's children are untyped


def build(tree: Tree[Token], source: Source, reserved: list[n.Name]) -> Part:
    """Return the node for ``tree``, whose offsets are those of ``source``.

    Names that are words of the language are added to ``reserved``.
    """
    return _Builder(source, reserved).node(tree)


class _Builder:
    def __init__(self, source: Source, reserved: list[n.Name]) -> None:
        self._source = source
        self._reserved = reserved

    def node(self, tree: Part) -> Part:
        if isinstance(tree, Tree):
            children = [self.node(child) for child in tree.children]
            span = self._span(tree)
            return _MAKERS.get(str(tree.data), _unknown)(span, children)
        if isinstance(tree, Token) and tree.type == "NAME":
            name = n.Name(str(tree), span=self._token_span(tree))
            if name.text in KEYWORDS:
                self._reserved.append(name)
            return name
        return tree

    def _span(self, tree: Tree[Token]) -> Span:
        if tree.meta.empty:
            return Span(self._source, 0, 0)
        return Span(self._source, tree.meta.start_pos, tree.meta.end_pos)

    def _token_span(self, token: Token) -> Span:
        return Span(self._source, token.start_pos or 0, token.end_pos or 0)


Maker = Callable[[Span, list[Part]], Part]


def _unknown(span: Span, parts: list[Part]) -> Part:
    raise AssertionError(f"no node for a rule of the grammar: {parts!r}")


# --- picking among children ---------------------------------------------------------------------


def _token(parts: Iterable[Part], kind: str) -> str:
    for part in parts:
        if isinstance(part, Token) and part.type == kind:
            return str(part)
    return ""


def _text(parts: Iterable[Part]) -> str:
    return _token(parts, "STRING")[1:-1]


def _citations(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(str(p)[1:-1] for p in parts if isinstance(p, Token) and p.type == "CITATION")


def _because(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(part.text for part in parts if isinstance(part, _Because))


def _first(parts: Iterable[Part], *kinds: type) -> Part:
    return next((part for part in parts if isinstance(part, kinds)), None)


def _all(parts: Iterable[Part], *kinds: type) -> tuple[Part, ...]:
    return tuple(part for part in parts if isinstance(part, kinds))


def _number(part: Part, span: Span) -> n.Number:
    source = span.source
    return n.Number(str(part), span=Span(source, part.start_pos or 0, part.end_pos or 0))


def _numbers(parts: Iterable[Part], span: Span) -> list[n.Number]:
    return [_number(p, span) for p in parts if isinstance(p, Token) and p.type == "NUMBER"]


def _month_years(text: str) -> int:
    digits = re.search(r"([-+])\s*(\d+)$", re.sub(r"#[^\n]*", "", text))
    return int(digits[1] + digits[2]) if digits else 0


# --- pieces that are not nodes of their own -------------------------------------------------------


class _Because:
    def __init__(self, text: str) -> None:
        self.text = text


class _Names(tuple[n.Name, ...]):
    """Names parted by commas."""


class _Key(tuple[n.Name, ...]):
    """The key of a record."""


class _Parts(tuple[n.EnsureField, ...]):
    """Fields of an ``ensure``."""


class _Before:
    """``before "…"``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _AtRow(tuple[n.RowCell, ...]):
    """The row of a table in which a cell is set."""


class _Fallback(tuple[n.Expr, ...]):
    """``otherwise where``."""


class _Renames(tuple[n.PinnedRename, ...]):
    """``renamed a to b, c to d``."""


class _NothingElse:
    """``nothing else``."""


class _EmptyPlace:
    """``otherwise an empty place``."""


class _Wrapped:
    """A clause with one expression inside: range ends, ``within``, ``published``, ``when zero``."""

    def __init__(self, inner: Part) -> None:
        self.inner = inner


class _WhenZero(_Wrapped):
    pass


class _Within(_Wrapped):
    pass


class _Published(_Wrapped):
    pass


class _Joined(_Wrapped):
    pass


class _Places(_Wrapped):
    pass


class _Sorting(tuple[n.SortKey, ...]):
    """Keys of a sort."""


class _Bound(_Wrapped):
    def __init__(self, kind: str, inner: Part, mode: str = "") -> None:
        super().__init__(inner)
        self.kind, self.mode = kind, mode


def _inner(parts: Iterable[Part], kind: type[_Wrapped]) -> Part:
    found = _first(parts, kind)
    return found.inner if found is not None else None


# --- items ----------------------------------------------------------------------------------------


def _rules_header(s: Span, p: list[Part]) -> Part:
    year, paying = _numbers(p, s)
    return n.RulesHeader(year, paying, span=s)


def _correction_header(s: Span, p: list[Part]) -> Part:
    year, number = _numbers(p, s)
    return n.Correction(year, number, n.Date(_token(p, "DATE"), span=s), span=s)


def _record(s: Span, p: list[Part]) -> Part:
    key = tuple(_first(p, _Key) or ())
    return n.Record(p[0], key, _first(p, n.Groups), _all(p, n.Field), span=s)


def _field(s: Span, p: list[Part]) -> Part:
    places = _inner(p, _Places)
    return n.Field(p[0], p[1], _first(p, n.Range), places, _text(p), span=s)


def _list_type(s: Span, p: list[Part]) -> Part:
    element = p[0]
    if isinstance(element, Token):
        place = Span(s.source, element.start_pos or 0, element.end_pos or 0)
        element = n.Name(str(element), span=place)
    return n.ListType(element, _numbers(p, s)[0], _first(p, n.OneForEach), span=s)


def _ensure(s: Span, p: list[Part]) -> Part:
    groups = _all(p, _Parts)
    fill = tuple(groups[1]) if len(groups) > 1 else ()
    return n.Ensure(p[0], p[1], _inner(p, _Where), tuple(groups[0]), fill, span=s)


def _parameter(s: Span, p: list[Part]) -> Part:
    body = [x for x in p[1:] if not isinstance(x, (Token, _Because, n.Range)) and x is not None]
    kind = body[0] if len(body) > 1 else None
    return n.Parameter(p[0], kind, _first(p, n.Range), body[-1], _because(p), _citations(p), span=s)


def _rule(s: Span, p: list[Part]) -> Part:
    rest = [x for x in p[2:] if not isinstance(x, (Token, _Because, n.Range, n.Except))]
    return n.Rule(
        p[0], p[1], _first(p, n.Range), _text(p), rest[0], _because(p), _citations(p),
        _all(p, n.Except), span=s,
    )  # fmt: skip


def _first_row(s: Span, p: list[Part]) -> Part:
    return n.FirstRow(p[0], p[1], " ".join(_because(p)), _citations(p), span=s)


def _first_of(s: Span, p: list[Part]) -> Part:
    return n.FirstOf(tuple(p[:-1]), p[-1], span=s)


def _except(s: Span, p: list[Part]) -> Part:
    return n.Except(p[0], p[1], " ".join(_because(p)), _citations(p), span=s)


def _table(s: Span, p: list[Part]) -> Part:
    rows = _all(p, n.Row)
    kind = _first(p[1:2], n.BaseType, n.ChoiceType, n.OptionalType, n.SetType)
    return n.Table(
        p[0], kind, rows[0], rows[1:], _because(p), _citations(p), _first(p, n.RowCheck), span=s
    )


def _scale(s: Span, p: list[Part]) -> Part:
    rows = _all(p, n.Row)
    return n.Scale(
        p[0], p[1], p[2], rows[0], rows[1:], _because(p), _citations(p), _all(p, n.Jump), span=s
    )


def _row(s: Span, p: list[Part]) -> Part:
    cut = next(i for i, x in enumerate(p) if isinstance(x, Token) and x.type == "CONCLUDES")
    return n.Row(tuple(p[:cut]), tuple(p[cut + 1 :]), span=s)


def _selection(s: Span, p: list[Part]) -> Part:
    return n.Selection(p[0], p[1], _all(p, n.PlacesTaken), _because(p), _citations(p), span=s)


def _places_taken(s: Span, p: list[Part]) -> Part:
    return n.PlacesTaken(
        p[0],
        bool(_token(p, "THE_REST")),
        _first(p[1:], n.Name),
        _inner(p, _Where),
        tuple(_first(p, _Sorting) or ()),
        tuple(expr for fallback in _all(p, _Fallback) for expr in fallback),
        _first(p, _EmptyPlace) is not None,
        span=s,
    )


class _Where(_Wrapped):
    pass


def _population(s: Span, p: list[Part]) -> Part:
    rest = [x for x in p[2:] if not isinstance(x, (Token, _Because, n.Range, _Published))]
    return n.Population(
        p[0], p[1], _first(p, n.Range), _text(p), rest[0], _inner(p, _Published), _because(p),
        _citations(p), span=s,
    )  # fmt: skip


def _claim(s: Span, p: list[Part]) -> Part:
    return n.Claim(_text(p), _first(p, n.Name), p[-1], span=s)


def _raising(s: Span, p: list[Part]) -> Part:
    cause, effect = _all(p, n.Path)[:2]
    when = p[-1] if len(p) == 4 else None
    return n.Raising(cause, _token(p, "DIRECTION"), effect, when, span=s)


def _given(s: Span, p: list[Part]) -> Part:
    parts = _all(p, n.Assign, n.Children, n.GivenRecord)
    return n.Given(bool(_token(p, "AND_THEN")), parts, span=s)


def _pin_changes(s: Span, p: list[Part]) -> Part:
    renames = tuple(one for group in _all(p, _Renames) for one in group)
    closed = _first(p, _NothingElse) is not None
    return n.PinChanges(_numbers(p, s)[0], _all(p, n.Pinned), renames, closed, span=s)


def _expect(s: Span, p: list[Part]) -> Part:
    because = " ".join(_because(p))
    return n.Expect(p[0], p[1], _inner(p, _Within), because, _citations(p), span=s)


def _example(s: Span, p: list[Part]) -> Part:
    return n.Example(_text(p), _citations(p), _all(p, n.Given, n.Expect), span=s)


def _examples(s: Span, p: list[Part]) -> Part:
    rows = _all(p, n.Row)
    return n.Examples(_text(p), _citations(p), rows[0], rows[1:], _inner(p, _Within), span=s)


def _population_example(s: Span, p: list[Part]) -> Part:
    rows = _all(p, n.Row)
    return n.PopulationExample(
        _text(p), _citations(p), rows[0], rows[1:], _inner(p, _Within), _all(p, n.Expect), span=s
    )


# --- what a year changes --------------------------------------------------------------------------


def _set_value(s: Span, p: list[Part]) -> Part:
    value, was = _values(p[1:])
    return n.SetValue(p[0], _row_where(p), value, was, _because(p), _citations(p), span=s)


def _keep(s: Span, p: list[Part]) -> Part:
    return n.Keep(p[0], _row_where(p), _values(p[1:])[0], _because(p), _citations(p), span=s)


def _values(parts: list[Part]) -> list[Part]:
    return [x for x in parts if isinstance(x, n.Node)]


def _row_where(parts: list[Part]) -> tuple[n.RowCell, ...]:
    return tuple(_first(parts, _AtRow) or ())


def _members(removes: bool) -> Maker:
    def make(s: Span, p: list[Part]) -> Part:
        return n.Members(removes, p[0], p[1], _because(p), _citations(p), span=s)

    return make


def _add_values(s: Span, p: list[Part]) -> Part:
    values = _all(p, n.ChoiceValue)
    return n.Values(False, values, p[len(values)], _because(p), _citations(p), span=s)


def _remove_values(s: Span, p: list[Part]) -> Part:
    values = tuple(n.ChoiceValue(name, "", span=name.span) for name in p[0])
    return n.Values(True, values, p[1], _because(p), _citations(p), span=s)


def _change_except(s: Span, p: list[Part]) -> Part:
    path = _first(p, n.Path)
    rest = _values(p[p.index(path) + 1 :])
    exception = None
    if len(rest) == 2:
        because = " ".join(_because(p))
        exception = n.Except(rest[0], rest[1], because, _citations(p), span=s)
    return n.ChangeExcept(_text(p), path, exception, _because(p), _citations(p), span=s)


def _change_reason(s: Span, p: list[Part]) -> Part:
    path = _first(p, n.Path)
    before = _first(p, _Before)
    rest = _values(p[p.index(path) + 1 :])
    row = None
    if len(rest) == 2:
        row = n.FirstRow(rest[0], rest[1], " ".join(_because(p)), _citations(p), span=s)
    reason = "" if before is None else before.reason
    return n.ChangeReason(_text(p), reason, path, row, _because(p), _citations(p), span=s)


def _change_rows(s: Span, p: list[Part]) -> Part:
    cut = next(i for i, x in enumerate(p) if isinstance(x, Token) and x.type == "OWNER")
    old, new = _all(p[:cut], n.Row), _all(p[cut:], n.Row)
    return n.ChangeRows(old, p[cut + 1], new, _because(p), _citations(p), span=s)


def _add_rows(s: Span, p: list[Part]) -> Part:
    change = _change_rows(s, p)
    return n.ChangeRows((), change.path, change.old, change.because, change.citations, span=s)


def _remove_item(s: Span, p: list[Part]) -> Part:
    kind = _token(p, "KIND") or "field"
    return n.RemoveItem(kind, _first(p, n.Path), _because(p), _citations(p), span=s)


def _rename(s: Span, p: list[Part]) -> Part:
    kind = _token(p, "KIND") or _token(p, "FIELD_OR_VALUE")
    return n.Rename(kind, p[1], p[2], _text(p), _because(p), _citations(p), span=s)


# --- expressions ----------------------------------------------------------------------------------


def _clauses(s: Span, p: list[Part]) -> Part:
    operand, bound = p
    match bound.kind:
        case "at_least":
            return n.AtLeast(operand, bound.inner, span=s)
        case "at_most":
            return n.AtMost(operand, bound.inner, span=s)
        case _:
            return n.Rounded(operand, bound.inner, bound.mode, span=s)


def _rounded(s: Span, p: list[Part]) -> Part:
    mode = " ".join(_token(p, "ROUNDING").split())
    return _Bound("rounded", _numbers(p, s)[0], mode)


def _relative_date(s: Span, p: list[Part]) -> Part:
    years = _month_years(_token(p, "PERFORMANCE_YEAR"))
    return n.RelativeDate(_token(p, "MONTH"), _token(p, "NUMBER"), years, span=s)


def _the_row(s: Span, p: list[Part]) -> Part:
    return n.CatalogueRow(p[0], tuple(p[1:-1]), p[-1], span=s)


def _is(s: Span, p: list[Part]) -> Part:
    return n.Is(p[0], bool(_token(p, "NOT")), p[-1], span=s)


def _is_in(s: Span, p: list[Part]) -> Part:
    return n.IsIn(p[0], bool(_token(p, "NOT")), p[-1], span=s)


def _fold(s: Span, p: list[Part]) -> Part:
    kind = _token(p, "FOLD") or _token(p, "EXTREME")
    joiner = "over" if _token(p, "FOLD") else "of"
    where = p[3] if len(p) > 3 else None
    return n.Fold(kind, p[1], joiner, p[2], where, span=s)


def _all_have(s: Span, p: list[Part]) -> Part:
    where = p[1] if len(p) == 3 else None
    return n.AllHave(p[0], where, p[-1], span=s)


def _choice_name(s: Span, p: list[Part]) -> Part:
    return n.Path((p[0],), span=s)


def _to_range(low_in: bool, high_in: bool) -> Maker:
    def make(s: Span, p: list[Part]) -> Part:
        return n.CellRange(p[0], low_in, p[1], high_in, span=s)

    return make


def _digits(text: str, sign: str) -> str:
    return text.strip().replace(sign, "").strip()


_MAKERS: dict[str, Maker] = {
    "start": lambda s, p: tuple(p),
    # items
    "rules_header": _rules_header,
    "correction_header": _correction_header,
    "tests_header": lambda s, p: n.TestsHeader(_numbers(p, s)[0], span=s),
    "amends": lambda s, p: n.Amends(_numbers(p, s)[0], span=s),
    "title": lambda s, p: n.Title(_text(p), span=s),
    "source": lambda s, p: n.SourceOf(_citations(p)[0], n.Date(_token(p, "DATE"), span=s), span=s),
    "choice": lambda s, p: n.Choice(p[0], tuple(p[1:]), span=s),
    "choice_value": lambda s, p: n.ChoiceValue(p[0], _text(p), span=s),
    "record": _record,
    "extend": lambda s, p: n.Extend(p[0], _all(p, n.Field), span=s),
    "reference": lambda s, p: n.Reference(p[0], tuple(p[1]), _all(p, n.Field), span=s),
    "key": lambda s, p: _Key(p[0]),
    "groups": lambda s, p: n.Groups(p[0], p[1], _numbers(p, s)[0], _inner(p, _Joined), span=s),
    "joined": lambda s, p: _Joined(p[0]),
    "field": _field,
    "range": lambda s, p: n.Range(p[0], p[1], span=s),
    "places": lambda s, p: _Places(_numbers(p, s)[0]),
    "base_type": lambda s, p: n.BaseType(str(p[0]), span=s),
    "choice_type": lambda s, p: n.ChoiceType(p[0].text, span=s),
    "optional_type": lambda s, p: n.OptionalType(p[0], span=s),
    "set_type": lambda s, p: n.SetType(p[0], span=s),
    "list_type": _list_type,
    "record_type": lambda s, p: n.RecordType(p[0], tuple(p[1]), span=s),
    "each_of": lambda s, p: n.OneForEach(p[0], p[1] if len(p) > 1 else None, span=s),
    "relation": lambda s, p: n.Relation(p[0], p[1], p[2], tuple(p[3]), _numbers(p, s)[0], span=s),
    "ensure": _ensure,
    "matching": lambda s, p: _Parts(p),
    "with_parts": lambda s, p: _Parts(p),
    "ensure_value": lambda s, p: n.EnsureField(p[0], p[1], False, span=s),
    "ensure_path": lambda s, p: n.EnsureField(p[0], p[1], True, span=s),
    "changeable": lambda s, p: n.Changeable(p[0], tuple(p[1]), span=s),
    "require": lambda s, p: n.Require(p[-1], span=s),
    "results": lambda s, p: n.Results(p[0], tuple(p[1]), span=s),
    "names": lambda s, p: _Names(p),
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
    "jump": lambda s, p: n.Jump(p[0], _text(p), span=s),
    "selection": _selection,
    "places_taken": _places_taken,
    "chosen_where": lambda s, p: _Where(p[0]),
    "sorting": lambda s, p: _Sorting(p),
    "highest_first": lambda s, p: n.SortKey(p[0], False, span=s),
    "lowest_first": lambda s, p: n.SortKey(p[0], True, span=s),
    "otherwise_where": lambda s, p: _Fallback(p),
    "empty_place": lambda s, p: _EmptyPlace(),
    "population": _population,
    "published": lambda s, p: _Published(p[0]),
    "claim": _claim,
    "always": lambda s, p: n.Always(p[0], p[1] if len(p) > 1 else None, span=s),
    "raising": _raising,
    "target": lambda s, p: n.Target(p[0] if len(p) > 1 else None, p[-1], span=s),
    "because": lambda s, p: _Because(_text(p)),
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
    # expressions
    "clauses": _clauses,
    "at_least": lambda s, p: _Bound("at_least", p[0]),
    "at_most": lambda s, p: _Bound("at_most", p[0]),
    "rounded": _rounded,
    "if_else": lambda s, p: n.If(p[0], p[1], p[2], span=s),
    "disjunction": lambda s, p: n.Or(tuple(p), span=s),
    "conjunction": lambda s, p: n.And(tuple(p), span=s),
    "negation": lambda s, p: n.Not(p[0], span=s),
    "comparison": lambda s, p: n.Comparison(p[0], str(p[1]), p[2], span=s),
    "test_is": _is,
    "test_in": _is_in,
    "test_given": lambda s, p: n.IsGiven(p[0], bool(_token(p, "IS_MISSING")), span=s),
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
    "ratio": lambda s, p: n.Ratio(p[0], p[1], _inner(p, _WhenZero), span=s),
    "when_zero": lambda s, p: _WhenZero(p[-1]),
    "position": lambda s, p: n.Position(p[0], p[1], _numbers(p, s)[0], _token(p, "RISING"), span=s),
    "any_of": lambda s, p: n.AnyOf(p[0], p[1] if len(p) > 1 else None, span=s),
    "count_of": lambda s, p: n.CountOf(p[0], p[1] if len(p) > 1 else None, span=s),
    "all_have": _all_have,
    "fold": _fold,
    "list": lambda s, p: n.List(p[0], p[1] if len(p) > 1 else None, span=s),
    # what a year changes
    "set_value": _set_value,
    "keep": _keep,
    "at_row": lambda s, p: _AtRow(p),
    "row_cell": lambda s, p: n.RowCell(p[0], p[1], span=s),
    "before": lambda s, p: _Before(_text(p)),
    "add_item": lambda s, p: n.AddItem(p[0], False, span=s),
    "replace_item": lambda s, p: n.AddItem(p[0], True, span=s),
    "add_members": _members(False),
    "remove_members": _members(True),
    "add_values": _add_values,
    "remove_values": _remove_values,
    "add_except": _change_except,
    "replace_except": _change_except,
    "remove_except": _change_except,
    "add_reason": _change_reason,
    "replace_reason": _change_reason,
    "remove_reason": _change_reason,
    "add_rows": _add_rows,
    "replace_rows": _change_rows,
    "remove_rows": _change_rows,
    "remove_item": _remove_item,
    "remove_field": _remove_item,
    "remove_claim": lambda s, p: n.RemoveClaim(_text(p), _because(p), _citations(p), span=s),
    "rename": _rename,
    # tests
    "usual": lambda s, p: n.Usual(p[0], tuple(p[1:]), span=s),
    "assign": lambda s, p: n.Assign(p[0], p[1], span=s),
    "fact_name": _choice_name,
    "fact_minus": lambda s, p: n.Minus(p[0], span=s),
    "fact_set": lambda s, p: n.SetOf(tuple(p), span=s),
    "given": _given,
    "children": lambda s, p: n.Children(_numbers(p, s)[0], p[1], _all(p, n.Assign), span=s),
    "given_record": lambda s, p: n.GivenRecord(bool(_token(p, "ANOTHER")), p[-1], span=s),
    "expect": _expect,
    "pinned_names": lambda s, p: n.Pinned(_token(p, "PINNED"), _all(p, n.Path), span=s),
    "pinned_rename": lambda s, p: n.PinnedRename(p[0], p[1], span=s),
    "pinned_renames": lambda s, p: _Renames(p),
    "nothing_else": lambda s, p: _NothingElse(),
    "pin_changes": _pin_changes,
    "pin_same": lambda s, p: n.PinSame(_numbers(p, s)[0], _all(p, n.Path), span=s),
    "within": lambda s, p: _Within(p[0]),
    "example": _example,
    "examples": _examples,
    "population_example": _population_example,
    # literals
    "number": lambda s, p: n.Number(str(p[0]), span=s),
    "percent": lambda s, p: n.Percent(_digits(str(p[0]), "%"), span=s),
    "money": lambda s, p: n.Money(_digits(str(p[0]), "$"), span=s),
    "points": lambda s, p: n.Points(str(p[0]), span=s),
    "text": lambda s, p: n.Text(_text(p), span=s),
    "yes": lambda s, p: n.YesNo(True, span=s),
    "no": lambda s, p: n.YesNo(False, span=s),
    "missing": lambda s, p: n.Missing(span=s),
    "date": lambda s, p: n.Date(str(p[0]), span=s),
    "relative_date": _relative_date,
}
