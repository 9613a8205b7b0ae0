"""Parameters, rules, tables, scales, selections, population items and claims, as documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from wadler_lindig import AbstractDoc, GroupDoc

from mipsdsl.format.columns import parameter_head, row_lines
from mipsdsl.format.expressions import after, expression, range_words, type_words
from mipsdsl.format.layout import LINE, Layout, concat, filled, indented, lines, text
from mipsdsl.format.tails import ended, tail, until
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


def parameter(node: n.Parameter, layout: Layout) -> AbstractDoc:
    """Lay out a parameter that does not fit its line."""
    head = f"{parameter_head(node, layout)} ="
    if isinstance(node.value, n.ToBeGiven):
        body = layout.noted(node.value, text(f"{head} to be given"))
    else:
        value = expression(node.value, layout)
        body = concat(head, layout.group(node.value, indented(LINE, value)))
    ends = tail(node.because, node.citations, node.span, layout)
    return ended(body, ends, node.span, layout)


def rule(node: n.Rule, layout: Layout) -> AbstractDoc:
    """Lay out a rule and, below it, its exceptions."""
    head = _typed("rule ", node, layout)
    body = _body(node.body, layout)
    ends = tail(node.because, node.citations, node.span, layout)
    stop = (
        node.exceptions[0].span
        if node.exceptions
        else Span(node.span.source, node.span.end, node.span.end)
    )
    within = until(node.span, node.body.span, stop, layout) if layout.comments else node.span
    shown = [layout.piece(part, _except(part, layout)) for part in node.exceptions]
    return concat(ended(concat(head, body), ends, within, layout), indented(lines(shown)))


def _typed(word: str, node: n.Rule | n.Population, layout: Layout) -> AbstractDoc:
    named = target(node.target) if isinstance(node, n.Rule) else node.name.text
    parts = [f"{word}{named}: {type_words(node.type, layout)}", range_words(node.range, layout)]
    head = layout.noted(node.type, text(" ".join(part for part in parts if part)))
    if not node.label:
        return concat(head, " =")
    return concat(head, " ", layout.quote(f'"{node.label}"', node.span), " =")


def target(node: n.Target) -> str:
    """Return ``submission.final_score``."""
    return node.name.text if node.record is None else f"{node.record.text}.{node.name.text}"


def _body(body: n.Expr | n.FirstOf, layout: Layout) -> AbstractDoc:
    if not isinstance(body, n.FirstOf):
        shown = expression(body, layout)
        return layout.group(body, indented(LINE, shown))
    rows = [
        layout.piece(row, _first_row(row, layout), first=row is body.rows[0]) for row in body.rows
    ]
    last = expression(body.otherwise, layout)
    rows.append(after("| otherwise ", last))
    first = GroupDoc(indented(LINE, text("first of")))
    return layout.noted(body, concat(first, indented(lines(rows))))


def _first_row(row: n.FirstRow, layout: Layout) -> AbstractDoc:
    return _chosen("| ", row, 6, layout)


def _except(node: n.Except, layout: Layout) -> AbstractDoc:
    return _chosen("except ", node, 4, layout)


def _chosen(word: str, node: n.FirstRow | n.Except, indent: int, layout: Layout) -> AbstractDoc:
    value = after(word, expression(node.value, layout))
    when = after("when ", expression(node.condition, layout))
    both = layout.group(
        node.value.span.to(node.condition.span), value, indented(LINE, when, by=indent)
    )
    ends = tail((node.because,) if node.because else (), node.citations, node.span, layout)
    if not ends:
        return both
    return layout.group(node, both, indented(LINE, filled(ends), by=indent))


def table(node: n.Table | n.Scale, layout: Layout) -> AbstractDoc:
    """Lay out a table or scale: its rows below each other with their bars aligned."""
    match node:
        case n.Table():
            kind = f": {type_words(node.type, layout)}" if node.type is not None else ""
            head = text(f"table {target(node.target)}{kind}")
            last = [] if node.check is None else [_check(node.check, layout)]
        case n.Scale():
            named = f"scale {target(node.target)} of {node.of.text}"
            head = text(f"{named}: {type_words(node.type, layout)}")
            last = [layout.piece(jump, _jump(jump, layout)) for jump in node.jumps]
        case _:
            assert_never(node)
    begun = head if node.type is None else layout.noted(node.type, head)
    within = until(node.span, node.target.span, node.header.span, layout)
    ends = tail(node.because, node.citations, node.span, layout)
    shown = rows((node.header, *node.rows), layout)
    return concat(ended(begun, ends, within, layout), indented(lines([*shown, *last])))


def rows(parts: Sequence[n.Row], layout: Layout) -> list[AbstractDoc]:
    """Return a header and rows, a piece each."""
    shown = zip(parts, row_lines(parts, layout), strict=True)
    return [layout.piece(row, text(line), first=row is parts[0]) for row, line in shown]


def _check(check: n.RowCheck, layout: Layout) -> AbstractDoc:
    doc = after("check each row adds to ", expression(check.total, layout))
    if check.unless is not None:
        unless = after("unless ", expression(check.unless, layout))
        doc = layout.group(check, doc, indented(LINE, unless))
    return layout.piece(check, doc)


def _jump(jump: n.Jump, layout: Layout) -> AbstractDoc:
    because = concat("because ", layout.quote(f'"{jump.because}"', jump.span))
    at = after("jump at ", expression(jump.at, layout))
    return layout.group(jump, at, indented(LINE, because))


def selection(node: n.Selection, layout: Layout) -> AbstractDoc:
    """Lay out a selection: a line for each part of it where it is long."""
    parts: list[AbstractDoc] = []
    for places in node.places:
        begin = "followed by best " if parts else "best "
        parts += [LINE, *_places(begin, places, layout)]
    within = node.places[0].span.to(node.places[-1].span)
    head = text(f"selection {node.name.text} of {node.rows.text} =")
    body = concat(head, layout.group(within, indented(*parts)))
    return ended(body, tail(node.because, node.citations, node.span, layout), node.span, layout)


def _places(begin: str, places: n.PlacesTaken, layout: Layout) -> list[AbstractDoc]:
    first = after(begin, expression(places.number, layout))
    each = f" each {places.each.text}" if places.each is not None else ""
    parts: list[AbstractDoc | str] = [first, " of the rest" if places.of_the_rest else "", each]
    if places.where is not None:
        parts.append(indented(LINE, after("where ", expression(places.where, layout))))
    if places.keys:
        keys = " then by ".join(_sort_key(key) for key in places.keys)
        parts.append(indented(LINE, f"by {keys}"))
    shown = [layout.noted(places, layout.group(places, *parts))]
    for fallback in places.fallbacks:
        shown += [LINE, after("otherwise where ", expression(fallback, layout))]
    return [*shown, LINE, text("otherwise an empty place")] if places.empty_place else shown


def _sort_key(key: n.SortKey) -> str:
    return f"lowest {key.path.text}" if key.lowest else key.path.text


def population(node: n.Population, layout: Layout) -> AbstractDoc:
    """Lay out a population item."""
    body = concat(_typed("population ", node, layout), _body(node.body, layout))
    published = []
    if node.published is not None:
        published = [after("published ", expression(node.published, layout))]
    ends = tail(node.because, node.citations, node.span, layout)
    return ended(body, [*published, *ends], node.span, layout)


def claim(node: n.Claim, layout: Layout) -> AbstractDoc:
    """Lay out a claim."""
    record = f" for {node.record.text}" if node.record is not None else ""
    head = concat("claim ", layout.quote(f'"{node.text}"', node.span), f"{record}:")
    match node.body:
        case n.Always(condition, when):
            body = after("always ", expression(condition, layout))
        case n.Raising(cause, direction, effect, when):
            body = text(f"raising {cause.text} never {direction} {effect.text}")
        case _:
            assert_never(node.body)
    if when is not None:
        body = concat(body, indented(LINE, after("when ", expression(when, layout))))
    shown = layout.noted(node.body, layout.group(node.body, body))
    said = layout.group(node, head, indented(LINE, shown))
    return ended(said, tail(node.because, node.citations, node.span, layout), node.span, layout)
