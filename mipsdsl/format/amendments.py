"""What a year changes, as documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

from wadler_lindig import AbstractDoc

from mipsdsl.format.columns import cell_part, row_lines
from mipsdsl.format.expressions import after, expression
from mipsdsl.format.layout import LINE, Layout, concat, filled, indented, lines, text
from mipsdsl.format.tails import ended, tail
from mipsdsl.syntax import nodes as n

Added = Callable[[n.Item, Layout], AbstractDoc]


def amendment(node: n.Amendment, layout: Layout, added: Added) -> AbstractDoc:
    """Lay out an amendment; ``added`` lays out the item behind ``add`` or ``replace``."""
    match node:
        case n.SetValue() | n.Keep():
            return _valued(node, layout)
        case n.AddItem(item, replaces):
            return concat("replace " if replaces else "add ", added(item, layout))
        case n.Members() | n.Values():
            return _members(node, layout)
        case n.ChangeExcept():
            return _exception(node, layout)
        case n.ChangeReason():
            return _reason(node, layout)
        case n.ChangeRows():
            return _rows(node, layout)
        case n.RemoveItem(kind, path):
            return _tailed(text(f"remove {kind} {path.text}"), node, layout)
        case n.RemoveClaim(words):
            claim = concat("remove claim ", layout.quote(f'"{words}"', node.span))
            return _tailed(claim, node, layout)
        case n.Rename(kind, path, name, label):
            named: AbstractDoc = text(f"rename {kind} {path.text} to {name.text}")
            if label:
                named = concat(named, " ", layout.quote(f'"{label}"', node.span))
            return _tailed(named, node, layout)
        case _:
            assert_never(node)


def _tailed(doc: AbstractDoc, node: n.Amendment, layout: Layout) -> AbstractDoc:
    assert not isinstance(node, n.AddItem), "the item that is added has its own tail"
    return ended(doc, tail(node.because, node.citations, node.span, layout), node.span, layout)


def _valued(node: n.SetValue | n.Keep, layout: Layout) -> AbstractDoc:
    word = "set" if isinstance(node, n.SetValue) else "keep"
    head = text(f"{word} {node.path.text}")
    parts: list[AbstractDoc] = [head]
    if node.where:
        shown = [text(f"{x.path.text} {cell_part(x.part, layout)}") for x in node.where]
        joined = concat(*[part for doc in shown for part in (doc, text(", "))][:-1])
        parts.append(indented(LINE, after("where ", joined)))
    parts.append(indented(LINE, after("= ", expression(node.value, layout))))
    if isinstance(node, n.SetValue):
        parts.append(indented(LINE, after("was ", expression(node.was, layout))))
    return _tailed(layout.group(node, *parts), node, layout)


def _members(node: n.Members | n.Values, layout: Layout) -> AbstractDoc:
    verb, joiner = ("remove", "from") if node.removes else ("add", "to")
    if isinstance(node, n.Members):
        what = after(f"{verb} ", expression(node.members, layout))
        where = f"{joiner} {node.path.text}"
    else:
        values = [concat(value.name.text, *_label(value, layout)) for value in node.values]
        joined = [part for value in values for part in (text(", "), value)][1:]
        what = concat(f"{verb} ", *joined)
        where = f"{joiner} choice {node.choice.text}"
    return _tailed(layout.group(node, what, indented(LINE, where)), node, layout)


def _exception(node: n.ChangeExcept, layout: Layout) -> AbstractDoc:
    if node.exception is None:
        reason = layout.quote(f'"{node.reason}"', node.span)
        head = concat("remove except ", reason, f" from rule {node.path.text}")
        return _tailed(head, node, layout)
    if node.reason:
        reason = layout.quote(f'"{node.reason}"', node.span)
        head = concat("replace except ", reason, f" of rule {node.path.text}:")
    else:
        head = text(f"add except to rule {node.path.text}:")
    value = expression(node.exception.value, layout)
    when = after("when ", expression(node.exception.condition, layout))
    both = layout.group(node, head, indented(LINE, value, LINE, when))
    return _tailed(both, node, layout)


def _reason(node: n.ChangeReason, layout: Layout) -> AbstractDoc:
    reason = layout.quote(f'"{node.reason or node.before}"', node.span)
    if node.row is None:
        head = concat("remove row ", reason, f" from rule {node.path.text}")
        return _tailed(head, node, layout)
    if node.reason:
        head = concat("replace row ", reason, f" of rule {node.path.text}:")
    elif node.before:
        before = indented(LINE, "before ", reason, ":")
        head = layout.group(node.path, f"add row to rule {node.path.text}", before)
    else:
        head = text(f"add row to rule {node.path.text}:")
    value = expression(node.row.value, layout)
    when = after("when ", expression(node.row.condition, layout))
    said = layout.group(node.path, value, indented(LINE, when))
    return _tailed(layout.group(node, head, indented(LINE, said)), node, layout)


def _label(value: n.ChoiceValue, layout: Layout) -> tuple[AbstractDoc, ...]:
    return (text(" "), layout.quote(f'"{value.label}"', value.span)) if value.label else ()


def _rows(node: n.ChangeRows, layout: Layout) -> AbstractDoc:
    part, owner = _words(node)
    old, new = _lined(node.old, layout), _lined(node.new, layout)
    if not node.old:
        return _tailed(concat(f"add {part}", new, _below(f"to {owner}")), node, layout)
    if not node.new:
        return _tailed(concat(f"remove {part}", old, _below(f"from {owner}")), node, layout)
    docs = concat(f"replace {part}", old, _below(f"of {owner} by"), new)
    return _tailed(docs, node, layout)


def _words(node: n.ChangeRows) -> tuple[str, str]:
    words = node.span.text.split()
    owner = words[words.index(node.path.text) - 1]
    return words[1].partition("|")[0] or "row", f"{owner} {node.path.text}"


def _lined(rows: Sequence[n.Row], layout: Layout) -> AbstractDoc:
    return indented(lines([text(line) for line in row_lines(rows, layout)] if rows else []))


def _below(words: str) -> AbstractDoc:
    return indented(lines([text(words)]))


def results(node: n.Results | n.Changeable, layout: Layout) -> AbstractDoc:
    """Lay out what a run shows, or what can be changed."""
    names = [text(f"{name.text},") for name in node.names[:-1]]
    names += [text(node.names[-1].text)]
    word = "results" if isinstance(node, n.Results) else "changeable"
    head = f"{word} of {node.record.text} ="
    return concat(head, layout.group(node, indented(LINE, filled(names))))
