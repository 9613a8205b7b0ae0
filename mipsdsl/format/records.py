"""Choices, records and what hangs on them, as documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from wadler_lindig import AbstractDoc, GroupDoc

from mipsdsl.format.columns import choice_lines, field_lines
from mipsdsl.format.expressions import after, expression, names
from mipsdsl.format.layout import LINE, Layout, concat, filled, indented, lines, text
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.words import HEADERS_BEFORE

AnyRecord = n.Record | n.Extend | n.Reference


def choice(node: n.Choice, layout: Layout) -> AbstractDoc:
    """Lay out a choice: on one line, or labelled values below each other, or filled lines."""
    head = f"choice {node.name.text} ="
    words = [_value(value) for value in node.values]
    words = [f"{value}," for value in words[:-1]] + words[-1:]
    # A line that begins with `title "…"` would be read as the title of the year.
    titled = any(v.label and v.name.text in HEADERS_BEFORE for v in node.values)
    if layout.has_comment(node.span) and not titled:
        return concat(head, indented(lines(_choice_pieces(node, layout))))
    if titled or len(f"{head} {' '.join(words)}") <= layout.width:
        return text(f"{head} {' '.join(words)}")
    if any(value.label for value in node.values):
        return concat(head, indented(lines(_choice_pieces(node, layout))))
    return concat(head, layout.group(node, indented(LINE, filled([text(w) for w in words]))))


def _choice_pieces(node: n.Choice, layout: Layout) -> list[AbstractDoc]:
    shown = zip(node.values, choice_lines(node.values), strict=True)
    return [layout.piece(value, text(line), first=True) for value, line in shown]


def _value(value: n.ChoiceValue) -> str:
    return f'{value.name.text} "{value.label}"' if value.label else value.name.text


def record(node: AnyRecord, layout: Layout) -> AbstractDoc:
    """Lay out a record or reference: a line each field, in columns."""
    pieces = []
    for field, shown in zip(node.fields, field_lines(node.fields, layout), strict=True):
        doc = concat(shown[0], lines(map(text, shown[1:])))
        pieces.append(layout.piece(field, doc, first=field is node.fields[0]))
    return concat(_head(node, layout), indented(lines(pieces)))


def _head(node: AnyRecord, layout: Layout) -> AbstractDoc:
    match node:
        case n.Record(name, key, groups):
            head = text(f"record {name.text}{_key(key)}")
            shown = head if groups is None else _groups(head, groups, layout)
            named: Sequence[n.Name] = (name, *key)
        case n.Extend(name):
            shown, named = text(f"extend record {name.text}"), (name,)
        case n.Reference(name, key):
            shown, named = text(f"reference {name.text}{_key(key)}"), (name, *key)
        case _:
            assert_never(node)
    for part in named:
        shown = layout.noted(part, shown)
    return shown


def _key(key: Sequence[n.Name]) -> str:
    return f" key {names(key)}" if key else ""


def _groups(head: AbstractDoc, groups: n.Groups, layout: Layout) -> AbstractDoc:
    path = f" groups {groups.path.text} by {groups.by.text} at most {groups.at_most.text}"
    if groups.joined is None:
        return layout.noted(groups, concat(head, path))
    joined_by = after("joined by those where ", expression(groups.joined, layout))
    return layout.noted(groups, layout.group(groups, head, path, indented(LINE, joined_by)))


def relation(node: n.Relation) -> str:
    """Return a relation on its one line."""
    listed = f"list of {node.element.text} by {names(node.by)} at most {node.at_most.text}"
    return f"relation {node.record.text}.{node.name.text} {listed}"


def ensure(node: n.Ensure, layout: Layout) -> AbstractDoc:
    """Lay out an ``ensure``: on one line, or with ``matching`` and ``with`` on their own."""
    head = text(f"ensure {node.record.text} for each {node.each.text}")
    parts: list[AbstractDoc] = [head]
    if node.where is not None:
        where = after("where ", expression(node.where, layout))
        parts = [GroupDoc(concat(head, indented(LINE, where)))]
    for word, fields in (("matching ", node.matching), ("with ", node.fill)):
        if fields:
            shown = filled([_ensure_field(field, layout) for field in fields])
            parts.append(indented(LINE, after(word, shown)))
    return layout.group(node, *parts)


def _ensure_field(field: n.EnsureField, layout: Layout) -> AbstractDoc:
    begin = f"{field.name.text} from " if field.is_path else f"{field.name.text} "
    return layout.noted(field, concat(begin, expression(field.value, layout)))
