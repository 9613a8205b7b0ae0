"""Policies by name: the years that come with the program, and folders and files of the user.

A name may say which layers are meant: ``2018#0`` is 2018 as it was published, ``2018#1`` with the
first correction of the government, ``2018@2018-02-01`` as it was known on that day. Without either
it is the year with all its corrections.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from mipsdsl import resources
from mipsdsl.source import Source


class NoSuchPolicy(Exception):
    """There is no policy of that name; the message says which there are."""


def years() -> tuple[str, ...]:
    """Return the years that come with the program, ascending."""
    folder = resources.policies()
    return tuple(sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name.isdigit()))


@frozen
class _Named:
    """A policy as it is asked for: where it is, up to which correction, known on which day."""

    policy: str
    number: int | None
    known_on: str

    @property
    def path(self) -> Path:
        """Return its folder or file."""
        return resources.policies() / self.policy if self.policy in years() else Path(self.policy)


_NAMED = re.compile(r"(?P<policy>.+?)(?:#(?P<number>\d+))?(?:@(?P<day>\d{4}-\d\d-\d\d))?")


def _named(policy: str) -> _Named:
    found = _NAMED.fullmatch(policy)
    if found is None or Path(policy).exists():
        return _Named(policy, None, "")
    if found["day"]:
        try:
            date.fromisoformat(found["day"])
        except ValueError:
            raise NoSuchPolicy(f"{found['day']} is no day of the calendar") from None
    number = int(found["number"]) if found["number"] else None
    return _Named(found["policy"], number, found["day"] or "")


def read_sources(policy: str) -> tuple[Source, ...]:
    """Return the files of a policy: a year that comes with the program, a folder, or a file.

    Of a year with corrections those of the last that counts; the others are below it.

    Raises:
        NoSuchPolicy: there is none, or nothing was published yet; the message lists the years.

    """
    asked = _named(policy)
    path = asked.path
    if path.parent.name == "corrections" and path.name.isdigit():
        return read_sources(_spelt(_Named(str(path.parent.parent), int(path.name), asked.known_on)))
    if path.is_file():
        return _with_below((_read(path, path.name),), asked)
    if not path.is_dir():
        kind = "file or folder" if path.suffix or len(path.parts) > 1 else "policy"
        raise NoSuchPolicy(f"there is no {kind} {policy}: {_those_there_are(asked.policy)}")
    folder = path.resolve().name
    applied = _applied(path, asked)
    if not applied:
        found = _files(path, folder)
        if not found:
            raise NoSuchPolicy(f"no .mips files in {policy}")
        _was_published(asked, found)
        return _with_below(found, asked)
    below = _Named(asked.policy, applied[-1] - 1, asked.known_on)
    found = _files(_correction(path, applied[-1]), f"{folder}/corrections/{applied[-1]}")
    return tuple(Source(each.name, each.text, _spelt(below)) for each in found)


def versions(year: str) -> tuple[str, ...]:
    """Return a year as it was published, then with each correction of the government.

    >>> versions("2017")[0]
    '2017#0'
    """
    numbers = _numbers(resources.policies() / year)
    return tuple(f"{year}#{number}" for number in (0, *numbers))


def _spelt(asked: _Named) -> str:
    number = "" if asked.number is None else f"#{asked.number}"
    return f"{asked.policy}{number}" + (f"@{asked.known_on}" if asked.known_on else "")


def _files(folder: Path, prefix: str) -> tuple[Source, ...]:
    names = sorted(name for name in os.listdir(folder) if name.endswith(".mips"))
    return tuple(_read(folder / name, f"{prefix}/{name}") for name in names)


def _correction(year: Path, number: int) -> Path:
    return year / "corrections" / str(number)


def _numbers(year: Path) -> list[int]:
    """Return the numbers of the corrections of a year, in the order in which they were published."""
    there = (year / "corrections").glob("*/")
    return sorted(int(each.name) for each in there if each.name.isdigit())


_CORRECTED = re.compile(
    r"^[ \t]*rules[ \t]+for[^#\n]*\bcorrection[ \t]+\d+[ \t]+published[ \t]+(\S+)", re.MULTILINE
)


def _applied(year: Path, asked: _Named) -> list[int]:
    """Return the corrections of ``year`` that count in what is asked for."""
    numbers = _numbers(year)
    if asked.number is not None:
        if asked.number > max(numbers, default=0):
            raise NoSuchPolicy(f"{asked.policy} has {len(numbers)} corrections")
        numbers = [number for number in numbers if number <= asked.number]
    if asked.known_on:
        numbers = [n for n in numbers if _published(_correction(year, n)) <= asked.known_on]
    return numbers


def _published(correction: Path) -> str:
    """Return the day on which a correction was published, as its header says it."""
    texts = (source.text for source in _files(correction, ""))
    return next((found[1] for text in texts if (found := _CORRECTED.search(text))), "")


_SOURCE = re.compile(r"^[ \t]*source[ \t]+\[[^\]\n]*\][ \t]+published[ \t]+(\S+)", re.MULTILINE)


def _was_published(asked: _Named, sources: Sequence[Source]) -> None:
    if not asked.known_on:
        return
    days = [day for source in sources for day in _SOURCE.findall(source.text)]
    if days and asked.known_on < min(days):
        raise NoSuchPolicy(
            f"nothing of {asked.policy} was known on {asked.known_on}: it was published on {min(days)}"
        )


def _with_below(sources: tuple[Source, ...], asked: _Named) -> tuple[Source, ...]:
    """Return ``sources``; what was known on a day rests on what was known of the base that day."""
    base = base_of(sources)
    if not (base and asked.known_on):
        return sources
    return tuple(Source(each.name, each.text, f"{base}@{asked.known_on}") for each in sources)


def path_of(policy: str, name: str) -> Path:
    """Return where the file is that is known as ``name`` in a policy.

    It may be a file of the policy itself, or of a year that the policy amends.
    """
    path = _named(policy).path.resolve()
    folder = name.partition("/")[0]
    if path.name == name or ("/" not in name and path.is_file()):
        return path
    if path.parent.name == "corrections":
        path = path.parent.parent
    return path.parent / name if folder == path.name else resources.policies() / name


def _those_there_are(policy: str) -> str:
    from difflib import get_close_matches

    near = [] if policy.isdigit() else get_close_matches(policy, years(), n=1, cutoff=0.72)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"the years are {', '.join(years())}{hint}"


def _read(path: Path, name: str) -> Source:
    try:
        # A quarter of the time of `read_text`, which counts for hundreds of files.
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as mistake:
        raise NoSuchPolicy(f"{name} is not UTF-8 text (byte {mistake.start})") from None
    except OSError as mistake:
        raise NoSuchPolicy(f"{name} cannot be read: {mistake.strerror}") from None
    return Source(name, text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text)


_HEADER = re.compile(r"^[ \t]*rules[ \t]+for[ \t]+performance\b", re.MULTILINE)


def has_header(source: Source) -> bool:
    """Return whether ``source`` says for which year it is."""
    return _HEADER.search(source.text) is not None


_AMENDS = re.compile(r"amends[ \t]+(\d{4})\b")


def base_of(sources: Sequence[Source]) -> str:
    """Return the policy that ``sources`` amend; nothing when they amend none."""
    below = next((source.below for source in sources if source.below), "")
    return below or next(filter(None, map(_amended_in, sources)), "")


def _amended_in(source: Source) -> str:
    """Return the year that a line of ``source`` says is amended.

    The word is looked for first, then what is before it on its line: five times as fast as to try
    each line of long files.
    """
    for found in _AMENDS.finditer(source.text):
        line = source.text.rfind("\n", 0, found.start()) + 1
        if not source.text[line : found.start()].strip(" \t"):
            return found[1]
    return ""


Layer: TypeAlias = tuple[Source, ...]
Layers: TypeAlias = tuple[Layer, ...]


def layers(sources: Sequence[Source]) -> Layers:
    """Return ``sources`` after the years that they amend, the oldest first.

    Raises:
        NoSuchPolicy: a year that is amended does not come with the program, or years amend each
            other in a circle.

    """
    made: list[tuple[Source, ...]] = [tuple(sources)]
    seen: set[str] = set()
    while base := base_of(made[0]):
        comes_with_it = any(source.below for source in made[0]) or base in years()
        if base in seen or not comes_with_it:
            why = "amends itself" if base in seen else "does not come with the program"
            raise NoSuchPolicy(f"{base} {why}: {_those_there_are(base)}")
        seen.add(base)
        made.insert(0, read_sources(base))
    return tuple(made)


def layers_of_both(old: Sequence[Source], new: Sequence[Source]) -> tuple[Layers, Layers]:
    """Return the layers of two policies, as ``layers`` does; what both rest on is read once.

    Raises:
        NoSuchPolicy: as ``layers`` does.

    """
    news = layers(new)
    if tuple(old) in news:
        return news[: news.index(tuple(old)) + 1], news
    olds = layers(old)
    if tuple(new) in olds:
        return olds, olds[: olds.index(tuple(new)) + 1]
    return olds, news
