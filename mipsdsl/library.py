"""Policies by name: the years that come with the program, and folders and files of the user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mipsdsl import resources
from mipsdsl.source import Source


class NoSuchPolicy(Exception):
    """There is no policy of that name; the message says which there are."""


def years() -> tuple[str, ...]:
    """Return the years that come with the program, ascending."""
    folder = resources.policies()
    return tuple(sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name.isdigit()))


def read_sources(policy: str) -> tuple[Source, ...]:
    """Return the files of a policy: a year that comes with the program, a folder, or a file.

    Raises:
        NoSuchPolicy: there is none; the message lists the years.

    """
    path = resources.policies() / policy if policy in years() else Path(policy)
    if path.is_file():
        return (_read(path, path.name),)
    if path.is_dir():
        found = sorted(path.glob("*.mips"))
        if found:
            prefix = path.resolve().name
            return tuple(_read(file, f"{prefix}/{file.name}") for file in found)
        raise NoSuchPolicy(f"no .mips files in {policy}")
    raise NoSuchPolicy(f"there is no policy {policy}: {_those_there_are(policy)}")


def path_of(policy: str, name: str) -> Path:
    """Return where the file is that is known as ``name`` in a policy.

    It may be a file of the policy itself, or of a year that the policy amends.
    """
    path = (resources.policies() / policy if policy in years() else Path(policy)).resolve()
    folder, _, file = name.rpartition("/")
    if path.name == name or (not folder and path.is_file()):
        return path
    return path / file if folder == path.name else resources.policies() / name


def _those_there_are(policy: str) -> str:
    from difflib import get_close_matches

    near = [] if policy.isdigit() else get_close_matches(policy, years(), n=1, cutoff=0.72)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"the years are {', '.join(years())}{hint}"


def _read(path: Path, name: str) -> Source:
    try:
        return Source(name, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as mistake:
        raise NoSuchPolicy(f"{name} is not UTF-8 text (byte {mistake.start})") from None
    except OSError as mistake:
        raise NoSuchPolicy(f"{name} cannot be read: {mistake.strerror}") from None


_HEADER = re.compile(r"^[ \t]*rules[ \t]+for[ \t]+performance\b", re.MULTILINE)


def has_header(source: Source) -> bool:
    """Return whether ``source`` says for which year it is."""
    return _HEADER.search(source.text) is not None


_AMENDS = re.compile(r"^[ \t]*amends[ \t]+(\d{4})\b", re.MULTILINE)


def base_of(sources: Sequence[Source]) -> str:
    """Return the year that ``sources`` amend, as they say it; nothing when they amend none."""
    found = (match[1] for source in sources if (match := _AMENDS.search(source.text)))
    return next(found, "")


def layers(sources: Sequence[Source]) -> tuple[tuple[Source, ...], ...]:
    """Return ``sources`` after the years that they amend, the oldest first.

    Raises:
        NoSuchPolicy: a year that is amended does not come with the program, or years amend each
            other in a circle.

    """
    made: list[tuple[Source, ...]] = [tuple(sources)]
    seen: set[str] = set()
    while base := base_of(made[0]):
        if base in seen or base not in years():
            why = "amends itself" if base in seen else "does not come with the program"
            raise NoSuchPolicy(f"{base} {why}: {_those_there_are(base)}")
        seen.add(base)
        made.insert(0, read_sources(base))
    return tuple(made)
