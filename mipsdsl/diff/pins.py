"""Pins: what a year says has changed from another year, held against what has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from mipsdsl.diagnostics import Diagnostic, Report
from mipsdsl.diff.change import Change, Difference, Effect, Kind
from mipsdsl.diff.compare import diff
from mipsdsl.diff.policy import Key, policy_of
from mipsdsl.diff.reading import policy_in
from mipsdsl.diff.route import route_between
from mipsdsl.library import NoSuchPolicy, layers_of_both, read_sources
from mipsdsl.pipeline import Analysis
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n

_RULES = frozenset({"rule", "table", "scale", "selection", "population"})
_RECORDS = frozenset({"record", "reference", "field", "choice", "relation", "ensure", "list"})
_WORDS = {"parameters": frozenset({"parameter"}), "rules": _RULES, "records": _RECORDS}


@frozen
class Judged:
    """A pin, and what was wrong with it (nothing: it holds)."""

    name: str
    span: Span
    findings: tuple[Diagnostic, ...]


def judge(analysis: Analysis) -> Iterator[Judged]:
    """Give the outcome of each pin of a policy.

    Reports: E0505 no such year, E0605 something changed that is not listed, or is listed and did not.
    """
    found: dict[str, Difference] = {}
    for pin in analysis.symbols.pins:
        report = Report()
        year = pin.year.text
        if year not in found:
            try:
                found[year] = _difference(read_sources(year), analysis)
            except NoSuchPolicy as mistake:
                report.error("E0505", str(mistake), pin.year.span)
        if year in found:
            if isinstance(pin, n.PinSame):
                _same(pin, found[year], report)
            else:
                _changes(pin, found[year], report)
        word = "same as" if isinstance(pin, n.PinSame) else "changes from"
        yield Judged(f"pin {word} {year}", pin.span, tuple(report))


def _difference(sources: Sequence[Source], analysis: Analysis) -> Difference:
    olds, news = layers_of_both(sources, analysis.sources)
    way = route_between(olds, news)
    old = policy_in(olds, Report())
    new = policy_of(analysis.files, analysis.symbols)
    return diff(old, new, way.renamings, way.amendments)


def _counts(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that a pin is about: not of citations, reasons, labels or claims."""
    kept = (Effect.TEXT, Effect.TEST)
    return [
        x
        for x in changes
        if x.effect not in kept and x.key.what not in ("results", "changeable", "header")
    ]


def _changes(pin: n.PinChanges, difference: Difference, report: Report) -> None:
    listed: set[tuple[str, str]] = set()
    changes = _counts(difference.changes)
    for one in pin.changes:
        for path in one.paths:
            fitting = [x for x in changes if _is_named(x, one.kind, path.text)]
            listed.update((x.kind.value, x.key.full) for x in fitting)
            if not fitting:
                verb = one.kind if one.kind in ("added", "removed") else "changed"
                message = f"`{path.text}` is not {verb}"
                report.error("E0605", message, path.span, help="take it off the list")
    for rename in pin.renames:
        fitting = [x for x in changes if _is_renamed(x, rename)]
        listed.update((x.kind.value, x.key.full) for x in fitting)
        if not fitting:
            message = f"`{rename.path.text}` is not renamed to `{rename.name.text}`"
            report.error("E0605", message, rename.span)
    if pin.nothing_else:
        _rest(pin, changes, listed, report)


def _rest(
    pin: n.PinChanges, changes: Sequence[Change], listed: set[tuple[str, str]], report: Report
) -> None:
    others: dict[str, None] = {}
    for change in changes:
        owner = change.key.record if change.key.what == "field" else change.key.full
        known = {(change.kind.value, change.key.full), (change.kind.value, owner)}
        known.add((Kind.CHANGED.value, owner))
        if not known & listed:
            others[f"{change.kind.value} {change.key.full}"] = None
    if others:
        shown = ", ".join(list(others)[:6]) + (
            f" and {len(others) - 6} more" if len(others) > 6 else ""
        )
        report.error(
            "E0605", "more has changed than is listed", pin.span, f"also {shown}",
            help="list it if it was meant, else undo it",
        )  # fmt: skip


def _is_named(change: Change, word: str, name: str) -> bool:
    if not _names(change.key, name):
        return False
    if word == "added":
        return change.kind is Kind.ADDED
    if word == "removed":
        return change.kind is Kind.REMOVED
    return change.key.what in _WORDS[word] and (
        change.kind is Kind.CHANGED or change.key.what == "field" or bool(change.part)
    )


def _names(key: Key, name: str) -> bool:
    owner = key.record if key.what == "field" else ""
    return name in (key.full, key.name, owner)


def _is_renamed(change: Change, rename: n.PinnedRename) -> bool:
    if change.kind is not Kind.RENAMED:
        return False
    return change.old == rename.path.parts[-1].text and change.new == rename.name.text


def _same(pin: n.PinSame, difference: Difference, report: Report) -> None:
    changes = _counts(difference.changes)
    for path in pin.paths:
        there = any(_names(key, path.text) for key in difference.new)
        if not there:
            report.error("E0601", f"nothing is named `{path.text}`", path.span)
        elif any(_names(x.key, path.text) and x.kind is not Kind.RENAMED for x in changes):
            report.error(
                "E0605", f"`{path.text}` is not the same as in {pin.year.text}", path.span,
                help="take it off the list if the change was meant",
            )  # fmt: skip
