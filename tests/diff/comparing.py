"""Texts of policies, compared."""

from __future__ import annotations

from mipsdsl.diagnostics import Report
from mipsdsl.diff import Change, Difference, Policy, diff, policy_of, route
from mipsdsl.diff.words import words
from mipsdsl.library import read_sources
from mipsdsl.pipeline import consolidate
from mipsdsl.source import Source


def policy(*sources: Source) -> Policy:
    """Return the consolidated policy of ``sources``, which can be read."""
    report = Report()
    files = consolidate(sources, report)

    assert not report.has_errors, [d.message for d in report]
    return policy_of(files)


def of_text(text: str, name: str = "small.mips") -> Policy:
    """Return the policy of a text."""
    return policy(Source(name, text))


def between(old: str, new: str) -> Difference:
    """Return what is different in the text ``new``."""
    return diff(of_text(old), of_text(new))


def on_the_way(old: tuple[Source, ...], new: tuple[Source, ...]) -> Difference:
    """Return what is different in ``new``, with the renames and reasons on the way."""
    way = route(old, new)
    return diff(policy(*old), policy(*new), way.renamings, way.amendments)


def year(name: str) -> tuple[Source, ...]:
    """Return the files of a year."""
    return read_sources(name)


def said(changes: tuple[Change, ...]) -> list[str]:
    """Return each change in a line."""
    return [" ".join(part for part in _parts(change) if part) for change in changes]


def _parts(change: Change) -> tuple[str, ...]:
    sides = [words(side) if side is not None else "" for side in (change.old, change.new)]
    shown = " → ".join(side for side in sides if side)
    part = ", ".join(change.part)
    if not change.way and change.kind.value in {"added", "removed"}:
        shown = ""
    return change.kind.value, change.key.what, change.key.full, f"({part})" if part else "", shown
