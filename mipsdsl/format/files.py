"""The canonical layout of a file. Each time it is checked that tree and comments are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import frozen
from wadler_lindig import AbstractDoc

from mipsdsl.diagnostics import PolicyError, Report
from mipsdsl.format.columns import parameter_lines
from mipsdsl.format.items import item
from mipsdsl.format.layout import Layout, concat, indented, lines, text
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.comments import Comment, blank_before, comments_of, quoted_in

WIDTH = 100
_ROUNDS = 5


class FormatterError(Exception):
    """The formatter would have changed what a file says: a mistake of ours."""


def format_file(words: str, *, name: str = "", width: int = WIDTH) -> str:
    """Return ``words`` in canonical layout.

    Raises:
        PolicyError: the file cannot be read; it is to be left as it is.
        FormatterError: the result would say something else.

    """
    report = Report()
    formatted = format_source(Source(name, words), report, width=width)
    if report.has_errors:
        raise PolicyError(tuple(report))
    return formatted


def format_source(source: Source, report: Report, *, width: int = WIDTH) -> str:
    """Return the text of ``source`` in canonical layout, or as it is when it cannot be read.

    Reports: E0101 to E0106, E0208.
    """
    tree = _tree(source, report)
    if report.has_errors:
        return source.text
    shown = format_tree(tree, source, width=width)
    for _ in range(_ROUNDS):
        again = _parsed(shown, tree, source)
        shown, before = format_tree(again[0], again[1], width=width), shown
        if shown == before:
            return shown
    raise FormatterError(f"{source.name}: the layout does not settle")


def format_tree(tree: n.File, source: Source, *, width: int = WIDTH) -> str:
    """Return ``tree``, read from ``source``, laid out once."""
    comments = comments_of(source)
    layout = Layout(width, source.text, comments, quoted_in(source), _sign(source.text))
    placed = [layout.render(doc) for doc in _documents(tree, layout)]
    return "\n".join(placed) + "\n" if placed else ""


def format_item(node: n.Item, *, width: int = WIDTH) -> str:
    """Return ``node`` laid out, without the comments of its file."""
    layout = Layout(width)
    return layout.render(item(node, layout))


def _tree(source: Source, report: Report) -> n.File:
    from mipsdsl.syntax.parser import parse  # with Lark, which one item alone does not need

    return parse(source, report)


def _parsed(shown: str, tree: n.File, source: Source) -> tuple[n.File, Source]:
    """Return what ``shown`` says, having checked that it is what ``source`` says."""
    report, again = Report(), Source(source.name, shown)
    read = _tree(again, report)
    if report.has_errors or read != tree:
        raise FormatterError(f"{source.name}: the layout would change the rules")
    if _counted(again) != _counted(source):
        raise FormatterError(f"{source.name}: the layout would lose a comment")
    return read, again


def _counted(source: Source) -> Counter[str]:
    return Counter(comment.text for comment in comments_of(source))


def _sign(words: str) -> str:
    """Return a character that ``words`` does not contain."""
    return next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in words)


# --- from items and the comments between them to documents --------------------------------------


@frozen
class _Block:
    """An item or a comment between items, and whether an empty line stands before it."""

    node: n.Item | Comment
    blank: bool
    behind: tuple[int, ...] = ()


def _documents(tree: n.File, layout: Layout) -> Iterator[AbstractDoc]:
    blocks = _blocks(tree, layout)
    aligned = dict(_aligned(blocks, layout))
    belongs = False
    for index, block in enumerate(blocks):
        if block.blank and index:
            yield text("")
        if isinstance(block.node, Comment):
            belongs = _belongs(block, layout) and (belongs or _item_before(blocks, index))
            belongs = belongs and not block.blank
            yield text(f"    {block.node.text}" if belongs else block.node.text)
            continue
        belongs = False
        yield _item_document(block, block.node, aligned.get(index, []), layout)


def _item_document(block: _Block, node: n.Item, columns: list[str], layout: Layout) -> AbstractDoc:
    layout.attach(node)
    if not columns:
        return concat(item(node, layout), layout.behind(block.behind))
    shown = concat(columns[0], indented(lines(map(text, columns[1:]))))
    return concat(layout.unplaced(node.span), shown, layout.behind(block.behind))


def _belongs(block: _Block, layout: Layout) -> bool:
    """Return whether a comment is indented, so that it belongs to the item before it."""
    start = block.node.span.start
    return start > 0 and layout.source_text[start - 1] in " \t"


def _item_before(blocks: list[_Block], index: int) -> bool:
    return index > 0 and not isinstance(blocks[index - 1].node, Comment)


def _blocks(tree: n.File, layout: Layout) -> list[_Block]:
    """Return the items and the comments between them in order."""
    inside = {i for node in tree.items for i in layout.comments_within(node.span)}
    pieces: list[n.Item | Comment] = list(tree.items)
    pieces += [c for i, c in enumerate(layout.comments) if i not in inside]
    blocks: list[_Block] = []
    for piece in sorted(pieces, key=lambda p: p.span.start):
        if isinstance(piece, Comment) and not piece.own_line and blocks:
            last = blocks.pop()
            number = layout.comments.index(piece)
            blocks.append(_Block(last.node, last.blank, (*last.behind, number)))
        else:
            blocks.append(_Block(piece, blank_before(layout.source_text, piece.span.start)))
    return blocks


def _aligned(blocks: list[_Block], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Give the line of each parameter that stands among others without an empty line between."""
    group: list[int] = []
    for index, block in enumerate([*blocks, None]):
        if block is None or not isinstance(block.node, n.Parameter) or block.blank:
            members = [blocks[i].node for i in group]
            parameters = [node for node in members if isinstance(node, n.Parameter)]
            yield from zip(group, parameter_lines(parameters, layout), strict=True)
            group = []
        if block is not None and isinstance(block.node, n.Parameter):
            group.append(index)
