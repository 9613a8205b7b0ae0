"""Text to syntax tree, one item at a time. The only user of Lark besides ``build``."""

from __future__ import annotations

import gc
import re
from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.utils import TextSlice

from mipsdsl import resources
from mipsdsl.diagnostics import Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.build import build
from mipsdsl.syntax.tables import parser_of
from mipsdsl.syntax.terminals import describe
from mipsdsl.syntax.words import AMENDING_WORDS, HEADERS_BEFORE, ITEM_WORDS

MAX_CHARACTERS = 2_000_000
MAX_ITEM_CHARACTERS = 200_000
MAX_NESTING = 60
MAX_DEPTH = 120

_LINE_START = re.compile(r"^[ \t]*([a-z]+)\b", re.MULTILINE)
_BLANK = re.compile(r"(?:\s|#[^\n]*+)*+")
_WORD = re.compile(r"\S+")
_TOKENS = re.compile(r'"[^"\n]*"|#[^\n]*|[(){}]')


@cache
def _lark() -> Lark:
    text = (resources.grammar() / "mips.lark").read_text(encoding="utf-8")
    return parser_of(text)


def parse(source: Source, report: Report) -> n.File:
    """Return the tree of ``source``; an item that cannot be read is ``Broken`` and reported once.

    Reports: E0101 to E0106, and E0208 a word of the language as a name.
    """
    whole = Span(source, 0, len(source.text))
    if len(source.text) > MAX_CHARACTERS:
        limit = f"a file may have {MAX_CHARACTERS:,} characters; this one has {len(source.text):,}"
        report.error("E0105", limit, Span(source, 0, 0), help="split it by regulatory area")
        return n.File((), span=whole)
    items: list[n.Item] = []
    collecting = gc.isenabled()
    gc.disable()
    try:
        for start, end in _slices(source, report):
            items.extend(_parse_item(source, start, end, report))
    finally:
        if collecting:
            gc.enable()
    return n.File(tuple(items), span=whole)


def _slices(source: Source, report: Report) -> list[tuple[int, int]]:
    """Return where each item begins and ends: a line that begins with an item word begins one."""
    text = source.text
    starts = [m.start(1) for m in _LINE_START.finditer(text) if _begins_item(m, text)]
    first = starts[0] if starts else len(text)
    before = _first_word(text, 0, first)
    if before is not None:
        report.error(
            "E0101",
            "an item begins with a word of the language",
            Span(source, before.start(), before.end()),
            "this belongs to no item",
            help="begin the line with rule, parameter, table, record, example, …",
        )
    return list(zip(starts, [*starts[1:], len(text)][: len(starts)], strict=True))


def _begins_item(word: re.Match[str], text: str) -> bool:
    """Whether an item begins here; what follows ``add`` on a new line is still the same item."""
    if word[1] not in ITEM_WORDS:
        return False
    before = HEADERS_BEFORE.get(word[1])
    if before and not re.compile(rf"\s*{before}").match(text, word.end(1)):
        return False
    end = word.start(1)
    while end and text[end - 1].isspace():
        end -= 1
    return text[text.rfind("\n", 0, end) + 1 : end].strip() not in AMENDING_WORDS


def _first_word(text: str, start: int, end: int) -> re.Match[str] | None:
    blank = _BLANK.match(text, start, end)
    return _WORD.match(text, blank.end() if blank else start, end)


def _parse_item(source: Source, start: int, end: int, report: Report) -> tuple[n.Item, ...]:
    word = Span(source, start, start + len(source.text[start:end].split()[0]))
    broken = n.Broken(Span(source, start, end), span=word)
    if not _within_limits(source, start, end, broken.span, report):
        return (broken,)
    try:
        tree = _lark().parse(TextSlice(source.text, start, end))
    except UnexpectedInput as mistake:
        _report_syntax(mistake, source, start, end, report)
        return (broken,)
    if _is_deeper(tree, MAX_DEPTH):
        _too_deep(broken.span, report)
        return (broken,)
    reserved: list[n.Name] = []
    items: tuple[n.Item, ...] = build(tree, source, reserved)
    if not reserved:
        return items
    # The first alone: where a line was lost, all words of the next item stand as names.
    message = f"`{reserved[0].text}` is a word of the language"
    report.error("E0208", message, reserved[0].span, help="choose another name")
    return (broken,)


def _within_limits(source: Source, start: int, end: int, span: Span, report: Report) -> bool:
    if end - start > MAX_ITEM_CHARACTERS:
        message = (
            f"an item may have {MAX_ITEM_CHARACTERS:,} characters; this one has {end - start:,}"
        )
        report.error("E0105", message, span, help="split it into several")
        return False
    depth = deepest = 0
    for token in _TOKENS.finditer(source.text, start, end):
        if token[0] in "({":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in ")}":
            depth -= 1
    if deepest > MAX_NESTING:
        _too_deep(span, report)
        return False
    return True


def _is_deeper(tree: Tree[Token], limit: int) -> bool:
    """Return whether ``tree`` has more than ``limit`` levels: chains of signs, `else if`, `not`."""
    level: list[Tree[Token]] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
        if not level:
            return False
    return True


def _too_deep(span: Span, report: Report) -> None:
    message = f"an expression may be nested {MAX_NESTING} deep"
    report.error("E0106", message, span, "this item goes deeper", help="give a part its own rule")


def _report_syntax(
    mistake: UnexpectedInput, source: Source, start: int, end: int, report: Report
) -> None:
    """Report what could not be read: the place, what stands there, and what could stand there."""
    if isinstance(mistake, UnexpectedToken) and mistake.token.type != "$END":
        token = mistake.token
        at = token.start_pos or start
        span = Span(source, at, max(at + 1, token.end_pos or at + 1))
        expected = set(mistake.accepts or mistake.expected)
        if token.type == "LSQB":
            _bad_character("[", span, report)
        else:
            _unexpected(str(token), span, expected, report)
    elif isinstance(mistake, UnexpectedCharacters):
        at = mistake.pos_in_stream or start
        span = Span(source, at, min(at + 1, len(source.text)))
        _bad_character(source.text[at : at + 1], span, report)
    else:
        expected = set(getattr(mistake, "expected", ()) or ())
        word = source.text[start:end].split()[0]
        last = start + len(source.text[start:end].rstrip())
        hint = describe(expected)
        report.error(
            "E0102",
            f"this `{word}` ends too early",
            Span(source, max(start, last - 1), last),
            "something is missing after this",
            help=f"here could follow {hint}" if hint else "",
        )


def _unexpected(text: str, span: Span, expected: set[str], report: Report) -> None:
    hint = describe(expected)
    help_ = _near_item_word(span) or (f"here could stand {hint}" if hint else "")
    shown = text if len(text) <= 40 else text[:37] + "…"
    report.error("E0103", f"`{shown}` cannot stand here", span, help=help_)


def _near_item_word(span: Span) -> str:
    """Return advice where the line begins with a word that is nearly one that begins an item."""
    text = span.source.text
    begin = text.rfind("\n", 0, span.start) + 1
    word = re.match(r"[a-z]*", text[begin:])
    if word is None or word[0] in ITEM_WORDS:
        return ""
    close = nearest(word[0], [*ITEM_WORDS])
    return f"no item begins with `{word[0]}`; write `{close}`" if close else ""


def _bad_character(character: str, span: Span, report: Report) -> None:
    if character == '"':
        message, help_ = "this text has no end", 'close it with `"` on the same line'
    elif character == "[":
        message, help_ = "this citation has no end", "close it with `]` on the same line"
    else:
        message, help_ = f"`{character}` is not part of the language", ""
    report.error("E0104", message, span, help=help_)
