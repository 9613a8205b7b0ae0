"""Documents for the layout library, and the comments that go with them.

A comment stands in a document as a mark without width. When the lines are made, a mark that
follows something puts its comment at the end of that line, and a mark that precedes something
puts it on a line of its own above. So a comment can stand anywhere without breaking the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from attrs import define, field
from wadler_lindig import AbstractDoc, BreakDoc, ConcatDoc, GroupDoc, NestDoc, TextDoc
from wadler_lindig._wadler_lindig import pformat_doc

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.comments import Comment, Quoted, blank_before
from mipsdsl.syntax.walk import children

INDENT = 4
_FLAT = 1_000_000

LINE = BreakDoc(" ")
EMPTY = TextDoc("")


def text(words: str) -> TextDoc:
    """Return ``words`` as a document that is never broken."""
    return TextDoc(words)


def concat(*docs: AbstractDoc | str) -> AbstractDoc:
    """Return the documents one behind the other."""
    parts = [text(doc) if isinstance(doc, str) else doc for doc in docs]
    if not parts:
        return EMPTY
    return ConcatDoc(*parts)  # type: ignore[no-untyped-call]  # the library has no types here


def indented(*docs: AbstractDoc | str, by: int = INDENT) -> AbstractDoc:
    """Return the documents, the lines that begin within them indented."""
    return NestDoc(concat(*docs), by)


def suffixed(doc: AbstractDoc, words: str) -> AbstractDoc:
    """Return ``doc`` with ``words`` at its end, counted when the last part looks for room."""
    match doc:
        case GroupDoc(child, force_vertical=force):
            return GroupDoc(suffixed(child, words), force_vertical=force)
        case NestDoc(child, indent):
            return NestDoc(suffixed(child, words), indent)
        case ConcatDoc(parts) if parts and parts[-1] != EMPTY:
            return concat(*parts[:-1], suffixed(parts[-1], words))
        case _:
            return concat(doc, text(words))


def joined(docs: Sequence[AbstractDoc], words: str, separator: AbstractDoc) -> AbstractDoc:
    """Return the documents, each but the last followed by ``words`` and ``separator``."""
    parts: list[AbstractDoc] = []
    for doc in docs[:-1]:
        parts += [suffixed(doc, words), separator]
    return concat(*parts, *docs[-1:])


def lines(docs: Iterable[AbstractDoc]) -> AbstractDoc:
    """Return the documents, each on a line of its own that this begins."""
    parts = [part for doc in docs for part in (BreakDoc(""), doc)]
    return GroupDoc(concat(*parts), force_vertical=True) if parts else EMPTY


def filled(docs: Sequence[AbstractDoc], *, room: bool = True) -> AbstractDoc:
    """Return the documents parted by blanks, as many on a line as fit."""
    parts: list[AbstractDoc] = list(docs[:1])
    for doc in docs[1:]:
        parts.append(GroupDoc(concat(LINE, doc), force_vertical=not room))
    return concat(*parts)


@define
class Attached:
    """The comments of one node: above it and behind it."""

    above: list[int] = field(factory=list)
    behind: list[int] = field(factory=list)


@define
class Layout:
    """What is known while a tree is laid out: its comments, where they belong, which are placed."""

    width: int
    source_text: str = ""
    comments: tuple[Comment, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    sign: str = "\ue000"
    """A character that the text does not contain; it surrounds marks."""
    _attached: dict[int, Attached] = field(factory=dict)
    _placed: set[int] = field(factory=set)
    _used: set[int] = field(factory=set)

    # --- groups -------------------------------------------------------------------------------

    def group(self, at: n.Node | Span, *docs: AbstractDoc | str) -> AbstractDoc:
        """Return the documents on one line if they fit and no comment stands inside ``at``."""
        span = at if isinstance(at, Span) else at.span
        return GroupDoc(concat(*docs), force_vertical=self.has_comment(span))

    def has_comment(self, span: Span) -> bool:
        """Return whether a comment stands within ``span``."""
        return bool(self.comments_within(span))

    def comments_within(self, span: Span) -> range:
        """Return which comments stand within ``span``."""
        if not self.comments:
            return range(0)
        first = bisect_left(self.comments, span.start, key=_start)
        return range(first, bisect_left(self.comments, span.end, key=_start))

    # --- comments -----------------------------------------------------------------------------

    def attach(self, item: n.Item) -> None:
        """Give every comment within ``item`` to what it is about."""
        for index in self.comments_within(item.span):
            self._attach(index, item)

    def _attach(self, index: int, node: n.Node) -> None:
        comment, inside = self.comments[index], _inside(node)
        parts: list[n.Node | Quoted]
        while True:
            parts = sorted((*inside, *self._loose(node, inside)), key=_place)
            around = [p for p in parts if p.span.start < comment.span.start < p.span.end]
            if not around or not isinstance(around[0], n.Node):
                break
            node, inside = around[0], _inside(around[0])
        before = [p for p in parts if p.span.end <= comment.span.start]
        after = [p for p in parts if p.span.start >= comment.span.end]
        if after and (comment.own_line or not before):
            self._attached.setdefault(id(after[0]), Attached()).above.append(index)
        elif before:
            self._attached.setdefault(id(before[-1]), Attached()).behind.append(index)
        else:
            self._attached.setdefault(id(node), Attached()).above.append(index)

    def _loose(self, node: n.Node, inside: Sequence[n.Node]) -> list[Quoted]:
        """Return the texts and citations that belong to ``node`` itself."""
        first = bisect_left(self.quoted, node.span.start, key=_start)
        last = bisect_right(self.quoted, node.span.end, key=_start)
        return [
            piece
            for piece in self.quoted[first:last]
            if not any(p.span.start <= piece.span.start < p.span.end for p in inside)
        ]

    def noted(self, node: n.Node | Quoted, doc: AbstractDoc) -> AbstractDoc:
        """Return ``doc`` with the comments of ``node``."""
        attached = self._attached.get(id(node))
        if attached is None:
            return doc
        above, behind = self._marks("a", attached.above), self._marks("b", attached.behind)
        return concat(above, doc, behind) if behind.text else concat(above, doc)

    def piece(self, node: n.Node, doc: AbstractDoc, *, first: bool = False) -> AbstractDoc:
        """Return ``doc``, which begins a line, with its comments and the empty lines around them.

        Comments in the middle of a piece that is never broken go above it.
        """
        attached = self._attached.get(id(node), Attached())
        inner = [i for i in self.comments_within(node.span) if i not in self._placed]
        above = [i for i in (*attached.above, *inner) if i not in self._placed]
        marks = "".join(
            self._mark(
                "c" if self.comments[i].blank_before and not (first and i == above[0]) else "a", i
            )
            for i in above
        )
        blank = bool(self.source_text) and blank_before(self.source_text, node.span.start)
        if blank and (attached.above or not first):
            marks += self._mark("e", 0)
        return concat(TextDoc(marks, width=False), doc, self._marks("b", attached.behind))

    def quote(self, words: str, within: Span) -> AbstractDoc:
        """Return the text or citation ``words`` with its comments, found by what it says."""
        first = bisect_left(self.quoted, within.start, key=_start)
        for index in range(first, len(self.quoted)):
            piece = self.quoted[index]
            if piece.span.start >= within.end:
                break
            if piece.text == words and index not in self._used:
                self._used.add(index)
                return self.noted(piece, text(words))
        return text(words)

    def last_quoted(self, start: Span, stop: Span) -> int | None:
        """Return where the last text or citation between the two ends, if there is one."""
        first = bisect_left(self.quoted, start.start, key=_start)
        last = bisect_left(self.quoted, stop.start, key=_start)
        return self.quoted[last - 1].span.end if last > first else None

    def unplaced(self, span: Span) -> AbstractDoc:
        """Return the marks of the comments within ``span`` that nothing has placed."""
        loose = [i for i in self.comments_within(span) if i not in self._placed]
        above = self._marks("a", [i for i in loose if self.comments[i].own_line])
        return concat(above, self._marks("b", loose))

    def behind(self, indices: Iterable[int]) -> AbstractDoc:
        """Return the marks of comments that stand behind what came last."""
        return self._marks("b", indices)

    def _marks(self, kind: str, indices: Iterable[int]) -> TextDoc:
        fresh = [i for i in indices if i not in self._placed]
        return TextDoc("".join(self._mark(kind, i) for i in fresh), width=False)

    def _mark(self, kind: str, index: int) -> str:
        if kind != "e":
            self._placed.add(index)
        return f"{self.sign}{kind}{index}{self.sign}"

    # --- text ---------------------------------------------------------------------------------

    def flat(self, doc: AbstractDoc) -> str:
        """Return ``doc`` on one line, without marks."""
        words = pformat_doc(doc, _FLAT)
        return re.sub(f"{self.sign}[^{self.sign}]*{self.sign}", "", words)

    def bare(self) -> Layout:
        """Return a layout that places no comments, for what is never broken."""
        return Layout(_FLAT)

    def render(self, doc: AbstractDoc) -> str:
        """Return the lines of ``doc``, every comment in its place."""
        made = pformat_doc(doc, self.width).split("\n")
        return "\n".join(shown for line in made for shown in self._lines(line))

    def _lines(self, line: str) -> list[str]:
        parts = line.split(self.sign)
        if len(parts) == 1:
            return [line.rstrip()]
        words = "".join(parts[::2]).rstrip()
        margin = " " * (len(words) - len(words.lstrip()))
        above: list[str] = []
        behind: list[str] = []
        for mark in parts[1::2]:
            above += [""] if mark[0] in "ce" else []
            if mark[0] != "e":
                comment = self.comments[int(mark[1:])].text
                (behind if mark[0] == "b" else above).append(comment)
        above += behind[:-1]
        ending = f"  {behind[-1]}" if behind else ""
        return [*((margin + note).rstrip() for note in above), words + ending]


def _inside(node: n.Node) -> list[n.Node]:
    return [part for part in children(node) if part.span.end > part.span.start]


def _place(piece: n.Node | Quoted) -> int:
    return piece.span.start


def _start(piece: Comment | Quoted) -> int:
    return piece.span.start
