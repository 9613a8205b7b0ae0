"""Examples and usual values, as documents. Lines of given values stay as the author parted them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from wadler_lindig import AbstractDoc

from mipsdsl.format.expressions import after, expression
from mipsdsl.format.law import rows
from mipsdsl.format.layout import INDENT, LINE, Layout, concat, filled, indented, lines, text
from mipsdsl.format.tails import ended, tail, until
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


def usual(node: n.Usual, layout: Layout) -> AbstractDoc:
    """Lay out the usual values of a record: on one line, or on lines of their own."""
    named = layout.noted(node.record, text(f"usual {node.record.text}"))
    if not node.values:
        return named
    parted = _author_lines(node.values, layout.width - INDENT, layout)
    if _looks_like_a_header(node.values[0]):
        return concat(named, " ", indented(parted[0], lines(parted[1:])))
    if len(parted) == 1:
        return layout.group(node, named, indented(LINE, parted[0]))
    return concat(named, indented(lines(parted)))


def _author_lines(
    parts: Sequence[n.Assign | n.Children | n.GivenRecord], room: int, layout: Layout
) -> list[AbstractDoc]:
    """Return the parts on lines as the author had them, or filled anew if one has no room."""
    found: list[list[AbstractDoc]] = []
    line = 0
    for part in parts:
        for node, doc in _part(part, layout):
            if found and _looks_like_a_header(node):
                found[-1][-1] = concat(found[-1][-1], " ", doc)
                continue
            if not found or node.span.line != line:
                found.append([])
            line = node.span.line
            found[-1].append(doc)
    shown = [filled(docs) for docs in found]
    if all(len(layout.flat(doc)) <= room for doc in shown):
        return shown
    return [filled([doc for docs in found for doc in docs])]


def _looks_like_a_header(node: n.Node) -> bool:
    """Whether a line that began with ``node`` would be read as the title of a year."""
    if not isinstance(node, n.Assign) or not isinstance(node.value, n.Text):
        return False
    return node.path.text == "title"


def _part(
    part: n.Assign | n.Children | n.GivenRecord, layout: Layout
) -> list[tuple[n.Node, AbstractDoc]]:
    """Return the pieces of ``part``, none of which is broken, and where each begins."""
    match part:
        case n.Assign():
            return [(part, _assign(part, layout))]
        case n.GivenRecord(another, record):
            shown = text(f"{'another' if another else 'the'} {record.text}")
            return [(part, layout.noted(part, shown))]
        case n.Children(number, name, values):
            head: AbstractDoc = text(f"{number.text} {name.text}")
            if values:
                head = concat(head, " with ", _assign(values[0], layout))
            rest = [(value, _assign(value, layout)) for value in values[1:]]
            return [(part, layout.noted(part, head)), *rest]
        case _:
            assert_never(part)


def _assign(node: n.Assign, layout: Layout) -> AbstractDoc:
    return layout.noted(node, after(f"{node.path.text} ", expression(node.value, layout)))


def example(node: n.Example, layout: Layout) -> AbstractDoc:
    """Lay out an example: a step a line."""
    head = _example_head("example ", node, layout)
    steps = [
        layout.piece(step, _step(step, layout), first=step is node.steps[0]) for step in node.steps
    ]
    return concat(head, indented(lines(steps)))


def _example_head(
    word: str, node: n.Example | n.Examples | n.PopulationExample, layout: Layout
) -> AbstractDoc:
    named = concat(word, layout.quote(f'"{node.text}"', node.span))
    stop = node.steps[0] if isinstance(node, n.Example) else node.header
    start = Span(node.span.source, node.span.start, node.span.start)
    within = until(start, start, stop.span, layout)
    return ended(named, tail((), node.citations, node.span, layout), within, layout)


def _step(step: n.Given | n.Expect, layout: Layout) -> AbstractDoc:
    match step:
        case n.Given(then, parts):
            word = "and then " if then else "given "
            shown = _author_lines(parts, layout.width - INDENT - len(word), layout)
            return after(word, concat(shown[0], lines(shown[1:])))
        case n.Expect():
            return _expect(step, layout)
        case _:
            assert_never(step)


def _expect(node: n.Expect, layout: Layout) -> AbstractDoc:
    body = after(f"expect {node.path.text} ", expression(node.value, layout))
    if node.within is not None:
        body = concat(body, " ", after("within ", expression(node.within, layout)))
    ends = tail((node.because,) if node.because else (), node.citations, node.span, layout)
    return ended(body, ends, node.span, layout)


def examples(node: n.Examples, layout: Layout) -> AbstractDoc:
    """Lay out a table of examples."""
    return concat(_example_head("examples ", node, layout), indented(lines(_table(node, layout))))


def population_example(node: n.PopulationExample, layout: Layout) -> AbstractDoc:
    """Lay out a population example: its rows, then what is expected of the whole."""
    head = _example_head("population example ", node, layout)
    expects = [layout.piece(part, _expect(part, layout)) for part in node.expects]
    return concat(head, indented(lines([*_table(node, layout), *expects])))


def _table(node: n.Examples | n.PopulationExample, layout: Layout) -> list[AbstractDoc]:
    shown = rows((node.header, *node.rows), layout)
    if node.within is None:
        return shown
    return [*shown, after("within ", expression(node.within, layout))]
