"""What a policy is not sure of: comments that begin ``M:`` (from memory) or ``Our reading``.

Such a comment speaks of the item below it, of the item it stands in, or of the item on its line. It
counts as long as that item says what it said: a later year that replaces or removes the item, or
sets its value anew, has its own comment or none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from attrs import frozen

from mipsdsl.diagnostics import Report
from mipsdsl.diff.flat import target_of
from mipsdsl.diff.policy import named
from mipsdsl.diff.renames import said_in
from mipsdsl.library import layers
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.comments import Comment, comments_of
from mipsdsl.syntax.trees import tree_of

KINDS = {"M": "from memory", "Our reading": "our reading"}
_BEGINS = re.compile(r"#+\s*(M|Our reading)\b[:.]?\s*")
_NOT_VERIFIED = re.compile(r"from memory, not verified[:.,;]?\s*")

Target = tuple[str, str]


@frozen
class Doubt:
    """A place where the law is not verified or is silent: of which kind, what, and where."""

    kind: str
    about: str
    text: str
    span: Span


def doubts(sources: Sequence[Source]) -> list[Doubt]:
    """Return the doubts that are left in a policy, the oldest year first, in the order of the text."""
    years = layers(sources)
    first = _first_record(years[0])
    open_ones: list[tuple[Target, Doubt]] = []
    for layer in years:
        trees = [tree_of(source, Report()) for source in layer]
        items = [item for tree in trees for item in tree.items]
        gone, moved = set(_settled(items, first)), _moved(items, first)
        # A replaced item is named as it is from now on, a removed one as it was.
        open_ones = [
            (moved.get(target, target), doubt)
            for target, doubt in open_ones
            if not {target, moved.get(target, target)} & gone
        ]
        for tree in trees:
            open_ones.extend(_in_file(tree, first, moved))
    return [doubt for _, doubt in open_ones]


def _first_record(year: Sequence[Source]) -> str:
    trees = (tree_of(source, Report()) for source in year)
    return next((x.name.text for tree in trees for x in tree.items if isinstance(x, n.Record)), "")


def _moved(items: Sequence[n.Item], first: str) -> dict[Target, Target]:
    return {
        _full((one.key.record, one.key.name), first): _full((one.key.record, one.new), first)
        for one in said_in(items, first)
    }


def _settled(items: Sequence[n.Item], first: str) -> Iterator[Target]:
    """Yield what a year says anew as a whole."""
    for item in items:
        match item:
            case n.AddItem() if item.replaces:
                yield _full(target_of(item, first), first)
            case n.RemoveItem() | n.RemoveClaim():
                yield _full(target_of(item, first), first)
            case n.SetValue(where=()):
                yield _full(target_of(item, first), first)
            case _:
                pass


def _full(target: Target, first: str) -> Target:
    return target[0] or first, target[1]


def _in_file(
    tree: n.File, first: str, moved: dict[Target, Target]
) -> Iterator[tuple[Target, Doubt]]:
    source = tree.span.source
    starts = [item.span.start for item in tree.items]
    for kind, text, span in _said(comments_of(source)):
        item = _item_of(span, starts, tree.items)
        if item is None or isinstance(item, n.Example | n.Examples | n.PopulationExample):
            continue
        target = _full(_about(item, first), first)
        target = moved.get(target, target) if isinstance(item, n.Amendment) else target
        yield target, Doubt(KINDS[kind], _shown(target, first), text, span)


def _said(comments: Sequence[Comment]) -> Iterator[tuple[str, str, Span]]:
    """Yield the kind, the text and the place of each comment that is a doubt, with its next lines."""
    for index, comment in enumerate(comments):
        begins = _BEGINS.match(comment.text)
        if begins is None:
            continue
        lines = [comment.text[begins.end() :]]
        last = comment
        for after in comments[index + 1 :] if comment.own_line else ():
            if not _goes_on(last, after):
                break
            lines.append(after.text.lstrip("# "))
            last = after
        text = _NOT_VERIFIED.sub("", " ".join(lines)).strip()
        yield begins[1], text or "the whole of it", comment.span


def _goes_on(comment: Comment, after: Comment) -> bool:
    return (
        after.own_line
        and not after.blank_before
        and after.span.line == comment.span.line + 1
        and _BEGINS.match(after.text) is None
    )


def _item_of(span: Span, starts: Sequence[int], items: Sequence[n.Item]) -> n.Item | None:
    """Return the item that a comment stands in or behind, or else the next one."""
    after = bisect_left(starts, span.start)
    if after and span.line <= _last_line(items[after - 1]):
        return items[after - 1]
    return items[after] if after < len(items) else None


def _last_line(item: n.Item) -> int:
    return item.span.source.position(item.span.end)[0]


def _about(item: n.Item, first: str) -> Target:
    if isinstance(item, n.Amendment):
        return target_of(item, first)
    return named(item, first) or ("", "")


def _shown(target: Target, first: str) -> str:
    record, name = target
    return name if record in {"", first} else f"{record}.{name}"
