"""Comments: the parser drops them, the formatter puts each back where it belongs."""

from __future__ import annotations

import re

from attrs import frozen

from mipsdsl.source import Source, Span

_PIECES = re.compile(r'"[^"\n]*"|\[(?!\s*")[^\[\]\n]+\]|#[^\n]*')


@frozen
class Comment:
    """``# why``, without what is around it."""

    span: Span
    text: str
    own_line: bool
    """Nothing but blanks stands before it on its line."""
    blank_before: bool
    """An empty line stands before it."""


@frozen
class Quoted:
    """A text or citation with its quotes or brackets; the tree holds it without its place."""

    span: Span
    text: str


def comments_of(source: Source) -> tuple[Comment, ...]:
    """Return the comments of ``source`` in order; what is quoted or cited is none."""
    return tuple(
        _comment(source, found) for found in _PIECES.finditer(source.text) if found[0][0] == "#"
    )


def quoted_in(source: Source) -> tuple[Quoted, ...]:
    """Return the texts and citations of ``source`` in order."""
    return tuple(
        Quoted(Span(source, *found.span()), found[0])
        for found in _PIECES.finditer(source.text)
        if found[0][0] != "#"
    )


def blank_before(text: str, offset: int) -> bool:
    """Return whether an empty line stands directly before the line of ``offset``."""
    end = text.rfind("\n", 0, offset)
    if end < 0 or text[end + 1 : offset].strip():
        return False
    start = text.rfind("\n", 0, end)
    return not text[start + 1 : end].strip()


def _comment(source: Source, found: re.Match[str]) -> Comment:
    start = found.start()
    line_start = source.text.rfind("\n", 0, start) + 1
    return Comment(
        Span(source, start, found.end()),
        found[0].rstrip(),
        not source.text[line_start:start].strip(),
        blank_before(source.text, start),
    )
