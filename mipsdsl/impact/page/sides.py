"""The old and the new text of a thing side by side, with the words that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

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
    """A stretch of text; ``differs``: the other side does not have it.

    ``padding``: so many lines of the other side have nothing here.
    """

    text: str
    differs: bool
    padding: int = 0


@frozen
class Sides:
    """Both texts, each as runs that are joined; nothing where the thing is not there."""

    old: tuple[Run, ...]
    new: tuple[Run, ...]


def sides(key: Key, old: Policy, new: Policy) -> Sides:
    """Return the consolidated texts of one thing in two policies."""
    before, after = (_text(key, policy) for policy in (old, new))
    if not (before and after):
        return Sides(_all(before), _all(after))
    return _compared(before.split("\n"), after.split("\n"))


def _all(text: str) -> tuple[Run, ...]:
    return (Run(text, differs=False),) if text else ()


def _text(key: Key, policy: Policy) -> str:
    entry = policy.get(key)
    return "" if entry is None else _laid_out(key, whole(entry.thing, policy))


def _laid_out(key: Key, thing: Thing) -> str:
    if isinstance(thing, n.Field):
        return f"field {key.record}.{words(thing)}"
    return format_item(thing, width=WIDTH)


def _compared(old: Sequence[str], new: Sequence[str]) -> Sides:
    """Return lines compared: those that are not on both sides by word."""
    before: list[Run] = []
    after: list[Run] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "\n".join(old[i:j]), "\n".join(new[k:m])
        if what == "equal":
            before.append(Run(f"{gone}\n", differs=False))
            after.append(Run(f"{come}\n", differs=False))
        else:
            pairs = [(gone, come)]
            if m - k == j - i:
                pairs = list(zip(old[i:j], new[k:m], strict=True))
            for one, other in pairs:
                before += [*_marked(one, other), *_end(one, other)]
                after += [*_marked(other, one), *_end(other, one)]
    return Sides(tuple(before), tuple(after))


def _end(lines: str, other: str) -> Iterator[Run]:
    """Yield the end of ``lines``, and room for those that only the ``other`` side has."""
    if lines:
        yield Run("\n", differs=False)
    more = _number(other) - _number(lines)
    if more > 0:
        yield Run("", differs=False, padding=more)


def _number(lines: str) -> int:
    return lines.count("\n") + 1 if lines else 0


def _marked(text: str, other: str) -> Iterator[Run]:
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
