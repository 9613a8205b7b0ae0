"""The old and the new text of a thing side by side, with the words that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TypeAlias

from attrs import frozen

from mipsdsl.diff.policy import Key, Policy, Thing, whole
from mipsdsl.diff.words import words
from mipsdsl.format import format_item
from mipsdsl.syntax import nodes as n

WIDTH = 64
_ALIKE = 0.5
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@frozen
class Run:
    """A stretch of a line; ``differs``: the other side does not have it."""

    text: str
    differs: bool


@frozen
class TextLine:
    """A line: how far it is indented, and its runs, which are joined."""

    indent: int
    runs: tuple[Run, ...]


Pair: TypeAlias = tuple[TextLine | None, TextLine | None]


@frozen
class Sides:
    """Lines side by side; nothing where a side has no line there. ``there``: which side has any."""

    rows: tuple[Pair, ...]
    there: tuple[bool, bool]


def sides(key: Key, old: Policy, new: Policy) -> Sides:
    """Return the consolidated texts of one thing in two policies."""
    before, after = (_text(key, policy) for policy in (old, new))
    there = bool(before), bool(after)
    if all(there):
        return Sides(tuple(_compared(before, after)), there)
    return Sides(tuple(zip_longest(_unmarked(before), _unmarked(after))), there)


def _text(key: Key, policy: Policy) -> list[str]:
    entry = policy.get(key)
    return [] if entry is None else _laid_out(key, whole(entry.thing, policy)).split("\n")


def _laid_out(key: Key, thing: Thing) -> str:
    if isinstance(thing, n.Field):
        return f"field {key.record}.{words(thing)}"
    return format_item(thing, width=WIDTH)


def _unmarked(texts: Sequence[str]) -> list[TextLine]:
    return [_line([Run(text, differs=False)]) for text in texts]


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Yield lines beside each other: those that are not on both sides compared by word."""
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = old[i:j], new[k:m]
        if what == "equal":
            yield from zip(_unmarked(gone), _unmarked(come), strict=True)
        elif len(gone) == len(come):
            for one, other in zip(gone, come, strict=True):
                yield from zip(_marked([one], [other]), _marked([other], [one]), strict=True)
        else:
            yield from zip_longest(_marked(gone, come), _marked(come, gone))


def _marked(texts: Sequence[str], others: Sequence[str]) -> list[TextLine]:
    """Return ``texts`` with what differs from ``others`` marked."""
    if not texts:
        return []
    lines: list[list[Run]] = [[]]
    for run in _compared_runs("\n".join(texts), "\n".join(others)):
        first, *more = run.text.split("\n")
        lines[-1].append(Run(first, run.differs))
        lines += [[Run(text, run.differs)] for text in more]
    return [_line(runs) for runs in lines]


def _line(runs: Sequence[Run]) -> TextLine:
    """Return a line of ``runs``; the spaces before it are its indentation."""
    text = "".join(run.text for run in runs)
    indent = left = len(text) - len(text.lstrip(" "))
    kept = []
    for run in runs:
        cut = min(left, len(run.text))
        left -= cut
        if run.text[cut:]:
            kept.append(Run(run.text[cut:], run.differs))
    return TextLine(indent, tuple(kept))


def _compared_runs(text: str, other: str) -> Iterator[Run]:
    """Yield the runs of ``text``; a space differs where it stands between words that do.

    Where little is alike, all of it differs: words that happen to be in both say nothing.
    """
    own, others = _WORDS.findall(text), _WORDS.findall(other)
    there = [False] * len(own)
    matcher = SequenceMatcher(None, _solid(own), _solid(others), autojunk=False)
    places = [place for place, word in enumerate(own) if not word.isspace()]
    if matcher.ratio() >= _ALIKE:
        for block in matcher.get_matching_blocks():
            for place in places[block.a : block.a + block.size]:
                there[place] = True
    yield from _runs(own, there)


def _solid(found: Sequence[str]) -> list[str]:
    return [word for word in found if not word.isspace()]


def _runs(found: Sequence[str], there: Sequence[bool]) -> Iterator[Run]:
    parts: list[Run] = []
    for place, word in enumerate(found):
        differs = not there[place]
        if word.isspace():
            inside = 0 < place < len(found) - 1 and not there[place - 1] and not there[place + 1]
            differs = inside and "\n" not in word
        if parts and parts[-1].differs == differs:
            parts[-1] = Run(parts[-1].text + word, differs)
        else:
            parts.append(Run(word, differs))
    yield from parts
