"""A difference as it is shown: by area, then by thing; the same for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from mipsdsl.diff.cells import Cells, cells_of
from mipsdsl.diff.chains import Link
from mipsdsl.diff.change import HEADERS, Change, Difference, Effect, Kind
from mipsdsl.diff.edits import Piece
from mipsdsl.diff.policy import Key
from mipsdsl.diff.words import words
from mipsdsl.format import format_item
from mipsdsl.syntax import nodes as n

MARKS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.RENAMED: ">"}
WIDTH = 92


@frozen
class Line:
    """One part of a thing: what it is called, what it said and says (nothing: it was not there)."""

    part: str
    old: str
    new: str
    reason: str = ""


@frozen
class Shown:
    """One thing: its head, what is to be read of it, and why it changed."""

    kind: Kind
    head: str
    text: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    cells: Cells | None = None
    reason: str = ""
    data: str = ""


@frozen
class Area:
    """The things of one file that differ."""

    name: str
    things: tuple[Shown, ...]


def areas(difference: Difference, changes: Iterable[Change]) -> list[Area]:
    """Return ``changes``, some of ``difference``, as they are shown: areas by name, renames first."""
    found: dict[str, dict[tuple[bool, Key], list[Change]]] = {}
    for change in changes:
        if change.key.what not in HEADERS:
            group = (change.kind is not Kind.RENAMED, change.key)
            found.setdefault(change.area, {}).setdefault(group, []).append(change)
    return [
        Area(
            name, tuple(_shown(things[group], difference) for group in sorted(things, key=_renames))
        )
        for name, things in sorted(found.items())
    ]


def _renames(group: tuple[bool, Key]) -> bool:
    return group[0]


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many things were added, changed, renamed and removed."""
    things: dict[tuple[Key, bool], Kind] = {}
    for change in changes:
        if change.key.what in HEADERS:
            continue
        kind = Kind.CHANGED if change.way else change.kind
        things.setdefault((change.key, kind is Kind.RENAMED), kind)
    order = (Kind.ADDED, Kind.CHANGED, Kind.RENAMED, Kind.REMOVED)
    listed = list(things.values())
    return {kind.value: listed.count(kind) for kind in order}


# --- one thing ---------------------------------------------------------------------------------------


def _shown(changes: Sequence[Change], difference: Difference) -> Shown:
    first = changes[0]
    called = f"{first.key.what} {_named(first.key)}"
    reason = _reason(first)
    data = _data(changes)
    if first.kind is Kind.RENAMED:
        new = words(first.new)
        new = f"“{new}”" if first.key.what == "claim" else new
        return Shown(first.kind, f"{called} is now {new}", reason=reason)
    if not first.way and first.kind is Kind.ADDED:
        return Shown(first.kind, "", _text(first.key, first.new), data=data, reason=_extra(first))
    if not first.way and first.kind is Kind.REMOVED:
        head = called + _value(first.old)
        return Shown(first.kind, head, reason=reason, data=data)
    return _changed(changes, difference, called, data=data)


def _data(changes: Sequence[Change]) -> str:
    """Return the mark of what data have to follow."""
    if not any(change.effect is Effect.DATA for change in changes):
        return ""
    new = changes[0].new
    led_to = (n.OptionalType, n.ListType, n.RecordType)
    asked = isinstance(new, n.Field) and not isinstance(new.type, led_to)
    return "DATA: new required field" if asked else "DATA"


def _named(key: Key) -> str:
    return f"“{key.name}”" if key.what == "claim" else key.full


def _text(key: Key, piece: object) -> tuple[str, ...]:
    if isinstance(piece, n.Field):
        return (f"field {key.record}.{words(piece)}",)
    return tuple(format_item(piece, width=WIDTH).split("\n"))  # type: ignore[arg-type]  # a thing that is no field is an item


def _value(piece: object) -> str:
    """Return the value that a parameter had, if it is short."""
    if isinstance(piece, n.Parameter) and len(words(piece.value)) < WIDTH // 2:
        return f" = {words(piece.value)}"
    return ""


def _extra(change: Change) -> str:
    """Return the reason that the text of an added thing does not hold."""
    has_tail = hasattr(change.new, "because") or isinstance(change.new, n.Record | n.Reference)
    return "" if has_tail else _reason(change)


def _reason(change: Change) -> str:
    return _said(change.because, change.citations)


def _said(because: Sequence[str], citations: Sequence[str]) -> str:
    said = [f"because “{reason}”" for reason in because]
    return " ".join([*said, *(f"[{citation}]" for citation in citations)])


def _changed(changes: Sequence[Change], difference: Difference, called: str, *, data: str) -> Shown:
    key = changes[0].key
    old, new = difference.old[key].thing, difference.new[key].thing
    cells = None
    shown = [change for change in changes if not _goes_without_saying(change, changes)]
    if isinstance(old, n.Table) and isinstance(new, n.Table):
        cells = cells_of(old, new)
        shown = [change for change in shown if not _is_of_rows(change)]
    more = [change for change in changes if not _is_reason(change)]
    reasons = list(dict.fromkeys(_of_change(change) for change in more))
    common = reasons[0] if len(reasons) == 1 else ""
    lines = tuple(_line(c, "" if common else _of_change(c)) for c in shown)
    if cells is not None and not common:
        rows = (_of_change(c) for c in changes if _is_of_rows(c))
        common = "\n".join(dict.fromkeys(rows))
    return Shown(Kind.CHANGED, called, (), lines, cells, common, data)


def _is_reason(change: Change) -> bool:
    return bool(change.way) and change.way[-1].name in {"because", "citations"}


def _goes_without_saying(change: Change, changes: Sequence[Change]) -> bool:
    """Whether a new reason or citation is shown already, beside the change that it was given for."""
    if not _is_reason(change):
        return False
    if len(change.way) == 1 and any(not _is_reason(other) for other in changes):
        return True
    more = [other for other in changes if not _is_reason(other)]
    said = {x for other in more for x in (*other.because, *other.citations)}
    return bool(more) and _texts(change.new) - _texts(change.old) <= said


def _texts(piece: Piece) -> set[str]:
    if isinstance(piece, str):
        return {piece}
    return {text for text in piece if isinstance(text, str)} if isinstance(piece, tuple) else set()


def _is_of_rows(change: Change) -> bool:
    return change.part[-1:] == ("columns",) or (bool(change.way) and change.way[0].name == "rows")


def _of_change(change: Change) -> str:
    """Return the reason of a change, without what the text of the change says itself."""
    piece = change.new if change.new is not None else change.old
    own = piece.because if isinstance(piece, n.Except | n.FirstRow) else ""
    return _said([x for x in change.because if x != own], change.citations)


def _line(change: Change, reason: str) -> Line:
    part = ", ".join(change.part)
    if (
        change.effect is Effect.TEXT
        and isinstance(change.old, tuple)
        and isinstance(change.new, tuple)
    ):
        gone = tuple(x for x in change.old if x not in change.new)
        come = tuple(x for x in change.new if x not in change.old)
        if gone or come:
            return Line(part, _listed(change, gone), _listed(change, come), "")
    is_text = change.effect is Effect.TEXT
    return Line(part, _piece(change.old), _piece(change.new), "" if is_text else reason)


def _listed(change: Change, texts: Sequence[str]) -> str:
    is_citation = change.way[-1].name == "citations"
    return " ".join(f"[{x}]" if is_citation else f"“{x}”" for x in texts)


def _piece(piece: object) -> str:
    if piece is None or piece == "":
        return ""
    if isinstance(piece, str):
        return f"“{piece}”"
    said = words(piece)  # type: ignore[arg-type]  # a piece of a change
    return f"… {said}" if isinstance(piece, Link) else said


def headings(difference: Difference) -> Iterator[tuple[str, str, str]]:
    """Yield what the headers say: what it is, what it was and is now.

    A policy without a title or source of its own, as a what-if is, says nothing of them.
    """
    for what in HEADERS:
        olds, news = (
            [_header(entry.thing) for key, entry in policy.items() if key.what == what]
            for policy in (difference.old, difference.new)
        )
        if what == "year":
            yield what, "".join(olds), "".join(news)
        elif news:
            yield from ((what, old, "") for old in olds if old not in news)
            yield from ((what, "", new) for new in news if new not in olds)


def _header(thing: n.Item | n.Field) -> str:
    match thing:
        case n.RulesHeader(year, paying):
            return f"{year.text} (paying {paying.text})"
        case n.Title(text):
            return text
        case _:
            return words(thing)
