"""A year that amends another: the base year with what changed put in its place.

All amendments of a year happen at once. A target and a `was` name things of the base year; new text
names things of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from mipsdsl.diagnostics import Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.amended_parts import (
    change_part,
    remove_field,
    set_cell,
)
from mipsdsl.semantics.base_year import (
    KINDS,
    Entry,
    Work,
    changes_nothing,
    find,
    lock_holds,
    name_of,
)
from mipsdsl.semantics.labels import Labels
from mipsdsl.semantics.rewrite import renamed
from mipsdsl.semantics.symbols import Symbols
from mipsdsl.syntax import nodes as n

HEADERS = (n.RulesHeader, n.Correction, n.TestsHeader, n.Amends, n.Title, n.SourceOf)


_EXAMPLES = (n.Example, n.Examples, n.PopulationExample)
TESTS = (*_EXAMPLES, n.PinChanges, n.PinSame, n.Require)
_SAID_ANEW = (n.Results, n.Changeable)
"""What a year that says it for a record says instead of the year before."""


AMENDMENTS = (
    n.SetValue, n.Keep, n.AddItem, n.Members, n.Values, n.ChangeExcept, n.ChangeReason, n.ChangeRows,
    n.RemoveItem, n.RemoveClaim, n.Rename,
)  # fmt: skip


def amend(
    base: Sequence[n.File], changes: Sequence[n.File], symbols: Symbols, report: Report
) -> tuple[n.File, ...]:
    """Return the files of the base year, amended; what is new stands in the file of its area.

    ``symbols`` are those of the base. Examples are of their own year and stay behind; claims and
    usual values go on. A correction is of the same year: examples go on too, but for those that it
    has itself.

    Reports: E0507 nothing to amend, E0508 a lock that does not hold, E0509 an amendment that changes
    nothing, E0510 two amendments of one part.
    """
    anew = {(type(x), x.record) for f in changes for x in f.items if isinstance(x, _SAID_ANEW)}
    left = _left_behind(changes)
    entries = [
        Entry(index, item, item, item)
        for index, file in enumerate(base)
        for item in file.items
        if not left(item)
        if not (isinstance(item, _SAID_ANEW) and (type(item), item.record) in anew)
    ]
    work = Work(entries, symbols, report, Labels(next(iter(symbols.records), "")))
    items = [item for file in changes for item in file.items]
    for item in items:
        if isinstance(item, n.Rename):
            _rename(item, work)
    for entry in work.entries:
        named = renamed(entry.base, work.renames, symbols)
        entry.named = entry.item = work.labels.on(named, entry.base)
    for span in work.labels.open.values():
        report.error("E0507", "this has no label", span, help="rename it without one")
    for span in work.labels.same:
        changes_nothing(1, 1, span, work)
    for item in sorted(items, key=_turn):
        _apply(item, work)
    return _filed(base, changes, work)


def _left_behind(changes: Sequence[n.File]) -> Callable[[n.Item], bool]:
    """Return what says of an item of the base whether it is of the base alone."""
    items = [item for file in changes for item in file.items]
    if not any(isinstance(item, n.Correction) for item in items):
        return lambda item: isinstance(item, (*HEADERS, *TESTS))
    told = {item.text for item in items if isinstance(item, _EXAMPLES)}
    return lambda item: isinstance(item, _EXAMPLES) and item.text in told


def _turn(item: n.Item) -> int:
    """Cells are set first, and rows put before others: both are found in the base year."""
    counted = isinstance(item, n.SetValue) and item.where
    return 0 if counted or (isinstance(item, n.ChangeReason) and item.before) else 1


def _filed(base: Sequence[n.File], changes: Sequence[n.File], work: Work) -> tuple[n.File, ...]:
    areas = {_area(file): index for index, file in enumerate(base)}
    contents: list[list[n.Item]] = [[] for _ in base]
    spans = [file.span for file in base]
    for entry in work.entries:
        if entry.item is not None:
            contents[entry.file].append(entry.item)
    for file in changes:
        kept = [x.item if isinstance(x, n.AddItem) else x for x in file.items if _stays(x)]
        index = areas.get(_area(file))
        if index is None:
            contents.append(list(kept))
            spans.append(file.span)
            continue
        headers = [x for x in kept if isinstance(x, HEADERS)]
        contents[index] = [*headers, *contents[index], *(x for x in kept if x not in headers)]
    made = zip(spans, contents, strict=True)
    return tuple(n.File(tuple(items), span=span) for span, items in made)


def _area(file: n.File) -> str:
    return file.span.source.name.rpartition("/")[2]


def _stays(item: n.Item) -> bool:
    if isinstance(item, n.AddItem):
        return not item.replaces
    return not isinstance(item, (*AMENDMENTS, n.Amends, n.Correction))


def _kind(item: n.Item) -> str:
    return type(item).__name__.lower()


def _apply(item: n.Item, work: Work) -> None:
    match item:
        case n.SetValue() | n.Keep() if item.where:
            set_cell(item, work)
        case n.SetValue() | n.Keep():
            _set(item, work)
        case n.AddItem() if item.replaces:
            _replace(item, work)
        case (
            n.Members() | n.Values() | n.ChangeExcept() | n.ChangeReason() | n.ChangeRows()
        ):  # fmt: skip
            change_part(item, work)
        case n.RemoveItem() if item.kind == "field":
            remove_field(item, work)
        case n.RemoveItem():
            entry = find(item.path, KINDS[item.kind], work)
            if entry is not None and work.claim((id(entry),), item.span):
                entry.item = None
        case n.RemoveClaim():
            _remove_claim(item, work)
        case _:
            pass


def _set(item: n.SetValue | n.Keep, work: Work) -> None:
    entry = find(item.path, (n.Parameter, n.Rule, n.Population), work)
    if entry is None or entry.item is None:
        return
    old, now = _value_of(entry.base), _value_of(entry.named)
    if old is None or now is None or isinstance(old, (n.ToBeGiven, n.FirstOf)):
        work.report.error(
            "E0507", f"`{item.path.text}` has no value to set", item.path.span,
            help="write `replace …` and the whole item",
        )  # fmt: skip
        return
    if isinstance(item, n.Keep):
        lock_holds(item.value, old, old, work)
        return
    if not work.claim((id(entry),), item.span):
        return
    if lock_holds(item.was, old, old, work) and not changes_nothing(
        item.value, now, item.span, work
    ):
        entry.item = _with_value(entry.item, item)


def _value_of(item: n.Item) -> n.Expr | n.ToBeGiven | n.FirstOf | None:
    """Return what `set` sets: of a population item, the published value."""
    match item:
        case n.Parameter():
            return item.value
        case n.Rule():
            return item.body
        case n.Population():
            return item.published
        case _:
            raise AssertionError(f"has no value: {item!r}")


def _with_value(item: n.Item, change: n.SetValue) -> n.Item:
    assert isinstance(item, (n.Parameter, n.Rule, n.Population))
    because = change.because or item.because
    citations = change.citations or item.citations
    match item:
        case n.Parameter():
            return evolve(item, value=change.value, because=because, citations=citations)
        case n.Rule():
            return evolve(item, body=change.value, because=because, citations=citations)
        case n.Population():
            return evolve(item, published=change.value, because=because, citations=citations)


def _replace(item: n.AddItem, work: Work) -> None:
    new = item.item
    name = name_of(new)
    assert name is not None
    kinds = KINDS[_kind(new)] if not isinstance(new, (n.Rule, n.Table, n.Scale)) else _OWNED
    if isinstance(new, n.Claim):
        found = [e for e in work.entries if name_of(e.base) == name]
        if not found:
            work.report.error("E0507", "the base year has no such claim", new.span)
            return
        entry: Entry | None = found[0]
    else:
        entry = find(_path_of(new), kinds, work, in_result=True)
    if entry is None or changes_nothing(new, entry.item, item.span, work):
        return
    if work.claim((id(entry),), item.span):
        entry.item = new


_OWNED: tuple[type[n.Node], ...] = (n.Rule, n.Table, n.Scale)


def _path_of(item: n.Item) -> n.Path:
    match item:
        case n.Rule(target=target) | n.Table(target=target) | n.Scale(target=target):
            parts = (target.name,) if target.record is None else (target.record, target.name)
            return n.Path(parts, span=target.span)
        case n.Selection():
            record = item.rows.parts[:1] if len(item.rows.parts) == 2 else ()
            return n.Path((*record, item.name), span=item.name.span)
        case n.Parameter() | n.Population() | n.Choice():
            return n.Path((item.name,), span=item.name.span)
        case _:
            raise AssertionError(f"cannot be replaced: {item!r}")


def _remove_claim(item: n.RemoveClaim, work: Work) -> None:
    for entry in work.entries:
        if isinstance(entry.base, n.Claim) and entry.base.text == item.text:
            if work.claim((id(entry),), item.span):
                entry.item = None
            return
    known = [e.base.text for e in work.entries if isinstance(e.base, n.Claim)]
    near = nearest(item.text, known)
    work.report.error(
        "E0507", "the base year makes no such claim", item.span,
        help=f"it claims “{near}”" if near else "",
    )  # fmt: skip


def _rename(item: n.Rename, work: Work) -> None:
    names = [part.text for part in item.path.parts]
    records = work.symbols.records
    match item.kind:
        case "parameter" | "population":
            known = [*work.symbols.parameters, *work.symbols.population]
            key, good = ("global", names[-1]), names[-1] in known
        case "choice":
            key, good = ("choice", names[-1]), names[-1] in work.symbols.choices
        case "record" | "reference":
            key, good = ("record", names[-1]), names[-1] in records
        case "value":
            choice = work.symbols.choices.get(names[0])
            key = (f"={names[0]}", names[-1])
            good = choice is not None and names[-1] in choice.values
        case _:
            owner = names[0] if len(names) == 2 else next(iter(records), "")
            key = (owner, names[-1])
            good = owner in records and names[-1] in records[owner].names()
            good = good or (owner in records and f"{names[-1]} row" in records[owner].items)
    if not good:
        message = f"the base year has no {item.kind} `{item.path.text}`"
        work.report.error("E0507", message, item.path.span)
        return
    if names[-1] == item.name.text and not item.label:
        changes_nothing(1, 1, item.span, work)
        return
    if work.claim(("rename", *key), item.span):
        renamed_too = names[-1] != item.name.text
        if renamed_too:
            work.renames[key] = item.name.text
        if item.label:
            work.labels.add(key, item.label, item.span, renamed=renamed_too)
