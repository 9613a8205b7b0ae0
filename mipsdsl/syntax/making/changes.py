"""Makers of what a year changes of the year before."""

from __future__ import annotations

from lark import Token

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.making import pieces as k


def _set_value(s: Span, p: list[k.Part]) -> k.Part:
    value, was = _values(p[1:])
    return n.SetValue(p[0], _row_where(p), value, was, k.because(p), k.citations(p), span=s)


def _keep(s: Span, p: list[k.Part]) -> k.Part:
    return n.Keep(p[0], _row_where(p), _values(p[1:])[0], k.because(p), k.citations(p), span=s)


def _values(parts: list[k.Part]) -> list[k.Part]:
    return [x for x in parts if isinstance(x, n.Node)]


def _row_where(parts: list[k.Part]) -> tuple[n.RowCell, ...]:
    return tuple(k.first(parts, k.AtRow) or ())


def _members(removes: bool) -> k.Maker:
    def make(s: Span, p: list[k.Part]) -> k.Part:
        return n.Members(removes, p[0], p[1], k.because(p), k.citations(p), span=s)

    return make


def _add_values(s: Span, p: list[k.Part]) -> k.Part:
    values = k.all_of(p, n.ChoiceValue)
    return n.Values(False, values, p[len(values)], k.because(p), k.citations(p), span=s)


def _remove_values(s: Span, p: list[k.Part]) -> k.Part:
    values = tuple(n.ChoiceValue(name, "", span=name.span) for name in p[0])
    return n.Values(True, values, p[1], k.because(p), k.citations(p), span=s)


def _change_except(s: Span, p: list[k.Part]) -> k.Part:
    path = k.first(p, n.Path)
    rest = _values(p[p.index(path) + 1 :])
    exception = None
    if len(rest) == 2:
        because = " ".join(k.because(p))
        exception = n.Except(rest[0], rest[1], because, k.citations(p), span=s)
    return n.ChangeExcept(k.text(p), path, exception, k.because(p), k.citations(p), span=s)


def _change_reason(s: Span, p: list[k.Part]) -> k.Part:
    path = k.first(p, n.Path)
    before = k.first(p, k.Before)
    rest = _values(p[p.index(path) + 1 :])
    row = None
    if len(rest) == 2:
        row = n.FirstRow(rest[0], rest[1], " ".join(k.because(p)), k.citations(p), span=s)
    reason = "" if before is None else before.reason
    return n.ChangeReason(k.text(p), reason, path, row, k.because(p), k.citations(p), span=s)


def _change_rows(s: Span, p: list[k.Part]) -> k.Part:
    cut = next(i for i, x in enumerate(p) if isinstance(x, Token) and x.type == "OWNER")
    old, new = k.all_of(p[:cut], n.Row), k.all_of(p[cut:], n.Row)
    return n.ChangeRows(old, p[cut + 1], new, k.because(p), k.citations(p), span=s)


def _add_rows(s: Span, p: list[k.Part]) -> k.Part:
    change = _change_rows(s, p)
    return n.ChangeRows((), change.path, change.old, change.because, change.citations, span=s)


def _remove_item(s: Span, p: list[k.Part]) -> k.Part:
    kind = k.token(p, "KIND") or "field"
    return n.RemoveItem(kind, k.first(p, n.Path), k.because(p), k.citations(p), span=s)


def _rename(s: Span, p: list[k.Part]) -> k.Part:
    kind = k.token(p, "KIND") or k.token(p, "FIELD_OR_VALUE")
    return n.Rename(kind, p[1], p[2], k.text(p), k.because(p), k.citations(p), span=s)


MAKERS: dict[str, k.Maker] = {
    "set_value": _set_value,
    "keep": _keep,
    "at_row": lambda s, p: k.AtRow(p),
    "row_cell": lambda s, p: n.RowCell(p[0], p[1], span=s),
    "before": lambda s, p: k.Before(k.text(p)),
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
    "remove_claim": lambda s, p: n.RemoveClaim(k.text(p), k.because(p), k.citations(p), span=s),
    "rename": _rename,
}
