"""A year that amends another: the base year with what changed put in its place.

All amendments of a year happen at once. A target and a `was` name things of the base year; new text
names things of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from attrs import define, evolve, field

from mipsdsl.diagnostics import Label, Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.labels import Labels
from mipsdsl.semantics.rewrite import renamed
from mipsdsl.semantics.symbols import Symbols
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n

HEADERS = (n.RulesHeader, n.TestsHeader, n.Amends, n.Title, n.SourceOf)
TESTS = (n.Example, n.Examples, n.PopulationExample, n.PinChanges, n.PinSame)
AMENDMENTS = (
    n.SetValue, n.Keep, n.AddItem, n.Members, n.Values, n.ChangeExcept, n.ChangeRows, n.RemoveItem,
    n.RemoveClaim, n.Rename,
)  # fmt: skip

Owned: TypeAlias = n.Rule | n.Table | n.Scale
Part: TypeAlias = tuple[object, ...]


@define
class _Entry:
    """An item of the base year as it becomes; ``None`` when it is removed.

    ``named`` is the item of the base under its new names, with nothing else changed.
    """

    file: int
    item: n.Item | None
    base: n.Item
    named: n.Item


@define
class _Work:
    """The base year while it is amended."""

    entries: list[_Entry]
    symbols: Symbols
    report: Report
    labels: Labels
    touched: dict[Part, Span] = field(factory=dict)
    renames: dict[tuple[str, str], str] = field(factory=dict)

    def claim(self, part: Part, span: Span) -> bool:
        """Note that ``part`` is amended; report a second amendment of it.

        Reports: E0510.
        """
        if part in self.touched:
            self.report.error(
                "E0510", "this is amended twice", span, "again here",
                Label(self.touched[part], "amended here already"),
                help="all amendments of a year happen at once: say it in one",
            )  # fmt: skip
            return False
        self.touched[part] = span
        return True


def amend(
    base: Sequence[n.File], changes: Sequence[n.File], symbols: Symbols, report: Report
) -> tuple[n.File, ...]:
    """Return the files of the base year, amended; what is new stands in the file of its area.

    ``symbols`` are those of the base. Examples are of their own year and stay behind; claims and
    usual values go on.

    Reports: E0507 nothing to amend, E0508 a lock that does not hold, E0509 an amendment that changes
    nothing, E0510 two amendments of one part.
    """
    shown = {x.record for file in changes for x in file.items if isinstance(x, n.Results)}
    entries = [
        _Entry(index, item, item, item)
        for index, file in enumerate(base)
        for item in file.items
        if not isinstance(item, (*HEADERS, *TESTS))
        if not (isinstance(item, n.Results) and item.record in shown)
    ]
    work = _Work(entries, symbols, report, Labels(next(iter(symbols.records), "")))
    items = [item for file in changes for item in file.items]
    for item in items:
        if isinstance(item, n.Rename):
            _rename(item, work)
    for entry in work.entries:
        named = renamed(entry.base, work.renames, symbols)
        entry.named = entry.item = work.labels.on(named, entry.base)
    for span in work.labels.open.values():
        report.error("E0507", "this has no label", span, help="rename it without one")
    for item in sorted(items, key=_changes_no_cell):
        _apply(item, work)
    return _filed(base, changes, work)


def _changes_no_cell(item: n.Item) -> bool:
    """Cells are set first: their rows are counted in the base year."""
    return not (isinstance(item, n.SetValue) and item.where)


def _filed(base: Sequence[n.File], changes: Sequence[n.File], work: _Work) -> tuple[n.File, ...]:
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
    return not isinstance(item, (*AMENDMENTS, n.Amends))


# --- finding what is amended -----------------------------------------------------------------------


def _kind(item: n.Item) -> str:
    return type(item).__name__.lower()


def _name(item: n.Item) -> tuple[str, str] | None:
    """Return the record (or nothing) and name under which an item can be amended."""
    match item:
        case n.Rule(target=target) | n.Table(target=target) | n.Scale(target=target):
            return (target.record.text if target.record else ""), target.name.text
        case n.Selection():
            parts = item.rows.parts
            return (parts[0].text if len(parts) == 2 else ""), item.name.text
        case n.Relation():
            return item.record.text, item.name.text
        case n.Parameter() | n.Population() | n.Choice() | n.Record() | n.Reference():
            return "", item.name.text
        case n.Claim():
            return "", f"claim {item.text}"
        case _:
            return None


def _find(
    path: n.Path, kinds: tuple[type[n.Node], ...], work: _Work, *, in_result: bool = False
) -> _Entry | None:
    """Return the entry that ``path`` names in the base year, or under its new name ``in_result``.

    Reports: E0507.
    """
    names = [part.text for part in path.parts]
    first = next(iter(work.symbols.records), "")
    wanted = (names[0], names[1]) if len(names) == 2 else ("", names[-1])
    fitting = [
        entry
        for entry in work.entries
        if isinstance(entry.base, kinds)
        if _matches(_name(entry.named if in_result else entry.base), wanted, first)
    ]
    if len(fitting) == 1:
        return fitting[0]
    what = " or ".join(sorted({_word(kind) for kind in kinds}))
    if fitting:
        message = f"`{path.text}` can be several things: name its record too"
        work.report.error("E0507", message, path.span)
        return None
    known = [name[1] for e in work.entries if isinstance(e.base, kinds) and (name := _name(e.base))]
    near = nearest(names[-1], known)
    work.report.error(
        "E0507", f"the base year has no {what} `{path.text}`", path.span,
        help=f"`{near}` is near" if near else "",
    )  # fmt: skip
    return None


def _matches(name: tuple[str, str] | None, wanted: tuple[str, str], first: str) -> bool:
    if name is None or name[1] != wanted[1]:
        return False
    return not wanted[0] or name[0] == wanted[0] or (not name[0] and wanted[0] == first)


def _word(kind: type[n.Node]) -> str:
    return kind.__name__.lower()


_KINDS: dict[str, tuple[type[n.Node], ...]] = {
    "parameter": (n.Parameter,),
    "rule": (n.Rule,),
    "table": (n.Table,),
    "scale": (n.Scale,),
    "selection": (n.Selection,),
    "population": (n.Population,),
    "choice": (n.Choice,),
    "record": (n.Record,),
    "reference": (n.Reference,),
    "relation": (n.Relation,),
    "claim": (n.Claim,),
}

# --- the verbs -------------------------------------------------------------------------------------


def _apply(item: n.Item, work: _Work) -> None:
    match item:
        case n.SetValue() | n.Keep() if item.where:
            _set_cell(item, work)
        case n.SetValue() | n.Keep():
            _set(item, work)
        case n.AddItem() if item.replaces:
            _replace(item, work)
        case n.Members():
            _members(item, work)
        case n.Values():
            _values(item, work)
        case n.ChangeExcept():
            _change_except(item, work)
        case n.ChangeRows():
            _change_rows(item, work)
        case n.RemoveItem() if item.kind == "field":
            _remove_field(item, work)
        case n.RemoveItem():
            entry = _find(item.path, _KINDS[item.kind], work)
            if entry is not None and work.claim((id(entry),), item.span):
                entry.item = None
        case n.RemoveClaim():
            _remove_claim(item, work)
        case _:
            pass


def _lock(was: n.Expr, now: n.Expr, base: n.Expr, work: _Work) -> bool:
    """Return whether the base still says what the amendment thinks it says.

    Reports: E0508.
    """
    if was == now:
        return True
    work.report.error(
        "E0508", "the base year does not say this", was.span, f"it says {now.span.text}",
        Label(base.span, "here"), help="the base has moved: read it again, then amend it",
    )  # fmt: skip
    return False


def _unchanged(new: object, old: object, span: Span, work: _Work) -> bool:
    """Return whether an amendment changes nothing, which is reported.

    Reports: E0509.
    """
    if new != old:
        return False
    work.report.error(
        "E0509", "this changes nothing", span, help="remove it, or write `keep` to hold on to it"
    )
    return True


def _set(item: n.SetValue | n.Keep, work: _Work) -> None:
    entry = _find(item.path, (n.Parameter, n.Rule, n.Population), work)
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
        _lock(item.value, old, old, work)
        return
    if not work.claim((id(entry),), item.span):
        return
    if _lock(item.was, old, old, work) and not _unchanged(item.value, now, item.span, work):
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


def _replace(item: n.AddItem, work: _Work) -> None:
    new = item.item
    name = _name(new)
    assert name is not None
    kinds = _KINDS[_kind(new)] if not isinstance(new, (n.Rule, n.Table, n.Scale)) else _OWNED
    if isinstance(new, n.Claim):
        found = [e for e in work.entries if _name(e.base) == name]
        if not found:
            work.report.error("E0507", "the base year has no such claim", new.span)
            return
        entry: _Entry | None = found[0]
    else:
        entry = _find(_path_of(new), kinds, work, in_result=True)
    if entry is None or _unchanged(new, entry.item, item.span, work):
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


def _members(item: n.Members, work: _Work) -> None:
    entry = _find(item.path, (n.Parameter,), work)
    if entry is None or not isinstance(entry.item, n.Parameter):
        return
    value = entry.item.value
    if not isinstance(value, n.SetOf):
        work.report.error("E0507", f"`{item.path.text}` is not a set", item.path.span)
        return
    members = list(value.members)
    for member in item.members.members:
        if not work.claim((id(entry), member), member.span):
            continue
        there = member in members
        if there is not item.removes:
            word = "is not in the set" if item.removes else "is in the set already"
            shown = member.span.text
            work.report.error("E0509", f"`{shown}` {word}", member.span, "", Label(value.span))
        elif item.removes:
            members.remove(member)
        else:
            members.append(member)
    made = evolve(value, members=tuple(members), span=item.span)
    entry.item = evolve(
        entry.item, value=made, because=(*entry.item.because, *item.because),
        citations=(*entry.item.citations, *_new(item.citations, entry.item.citations)),
    )  # fmt: skip


def _new(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(x for x in these if x not in those)


def _values(item: n.Values, work: _Work) -> None:
    path = n.Path((item.choice,), span=item.choice.span)
    entry = _find(path, (n.Choice,), work)
    if entry is None or not isinstance(entry.item, n.Choice):
        return
    values = list(entry.item.values)
    for name in item.names:
        if not work.claim((id(entry), name.text), name.span):
            continue
        there = [value for value in values if value.name == name]
        if bool(there) is not item.removes:
            word = "is no value of the choice" if item.removes else "is a value of it already"
            work.report.error("E0509", f"`{name.text}` {word}", name.span)
        elif item.removes:
            values.remove(there[0])
        else:
            values.append(n.ChoiceValue(name, "", span=name.span))
    entry.item = evolve(entry.item, values=tuple(values))


def _change_except(item: n.ChangeExcept, work: _Work) -> None:
    entry = _find(item.path, (n.Rule,), work)
    if entry is None or not isinstance(entry.item, n.Rule):
        return
    rule = entry.item
    if not item.reason:
        assert item.exception is not None
        if item.exception in rule.exceptions:
            _unchanged(1, 1, item.span, work)
            return
        entry.item = evolve(rule, exceptions=(*rule.exceptions, item.exception))
        return
    old = [x for x in rule.exceptions if x.because == item.reason]
    if len(old) != 1:
        reasons = [x.because for x in rule.exceptions]
        near = nearest(item.reason, reasons)
        work.report.error(
            "E0507", f"`{item.path.text}` has no exception because “{item.reason}”", item.span,
            help=f"one says “{near}”" if near else "",
        )  # fmt: skip
        return
    if item.exception is not None and _unchanged(item.exception, old[0], item.span, work):
        return
    if work.claim((id(entry), "except", item.reason), item.span):
        new = () if item.exception is None else (item.exception,)
        at = rule.exceptions.index(old[0])
        kept = (*rule.exceptions[:at], *new, *rule.exceptions[at + 1 :])
        entry.item = evolve(rule, exceptions=kept)


def _change_rows(item: n.ChangeRows, work: _Work) -> None:
    entry = _find(item.path, (n.Table, n.Scale), work)
    if entry is None or not isinstance(entry.item, (n.Table, n.Scale)):
        return
    assert isinstance(entry.base, (n.Table, n.Scale))
    assert isinstance(entry.named, (n.Table, n.Scale))
    rows = list(entry.item.rows)
    at = len(rows)
    if (
        rows
        and not item.old
        and all(isinstance(x.parts[0], n.CellOtherwise) for x in rows[-1].conditions)
    ):
        at -= 1
    for row in item.old:
        named = [y for x, y in zip(entry.base.rows, entry.named.rows, strict=True) if x == row]
        if not named or named[0] not in rows:
            work.report.error(
                "E0508", "the base year has no such row", row.span, "",
                Label(entry.base.span, "in this"), help="copy the row as it stands there",
            )  # fmt: skip
            return
        if not work.claim((id(entry), row), row.span):
            return
        at = rows.index(named[0])
        del rows[at]
    if item.old == item.new and _unchanged(item.old, item.new, item.span, work):
        return
    rows[at:at] = item.new
    entry.item = evolve(entry.item, rows=tuple(rows))


def _set_cell(item: n.SetValue | n.Keep, work: _Work) -> None:
    found = _cell(item, work)
    if found is None:
        return
    entry, number, column = found
    table = entry.item
    assert isinstance(table, n.Table)
    old, now = _concluded(entry.base, number, column), _concluded(entry.named, number, column)
    if isinstance(item, n.Keep):
        _lock(item.value, old, old, work)
        return
    if not work.claim((id(entry), number, column), item.span):
        return
    if not _lock(item.was, old, old, work) or _unchanged(item.value, now, item.span, work):
        return
    row = table.rows[number]
    cell = n.Cell((n.CellValue(item.value, span=item.value.span),), span=item.value.span)
    cells = (*row.conclusions[:column], cell, *row.conclusions[column + 1 :])
    rows = (*table.rows[:number], evolve(row, conclusions=cells), *table.rows[number + 1 :])
    citations = (*table.citations, *_new(item.citations, table.citations))
    because = (*table.because, *_new(item.because, table.because))
    entry.item = evolve(table, rows=rows, citations=citations, because=because)


def _cell(item: n.SetValue | n.Keep, work: _Work) -> tuple[_Entry, int, int] | None:
    """Return the table, the row and the column of the cell that is meant.

    Reports: E0507.
    """
    names = item.path.parts
    if len(names) < 2:
        work.report.error(
            "E0507", "a cell is named by its table and column", item.path.span,
            help="write `set table.column where … = … was …`",
        )  # fmt: skip
        return None
    entry = _find(evolve(item.path, parts=names[:-1]), (n.Table,), work)
    if entry is None or not isinstance(entry.item, n.Table):
        return None
    table = entry.item
    heads = [cell.span.text.strip() for cell in table.header.conclusions]
    looked_at = [cell.span.text.strip() for cell in table.header.conditions]
    if names[-1].text not in heads:
        near = nearest(names[-1].text, heads)
        work.report.error(
            "E0507", f"the table concludes no `{names[-1].text}`", names[-1].span,
            help=f"`{near}` is near" if near else "",
        )  # fmt: skip
        return None
    for assign in item.where:
        if assign.path.text not in looked_at:
            message = f"the table does not look at `{assign.path.text}`"
            work.report.error("E0507", message, assign.path.span)
            return None
    assert isinstance(entry.base, n.Table)
    rows = [i for i, row in enumerate(entry.base.rows) if _row_is(row, item.where, looked_at)]
    if len(rows) != 1:
        what = "no row is" if not rows else f"{len(rows)} rows are"
        work.report.error(
            "E0507", f"{what} this one", item.where[0].span, "", Label(table.span, "of this table"),
            help="say after `where` what the row says, cell by cell",
        )  # fmt: skip
        return None
    return entry, rows[0], heads.index(names[-1].text)


def _concluded(table: n.Item, number: int, column: int) -> n.Expr:
    """Return what a row of a table concludes in a column."""
    assert isinstance(table, n.Table)
    part = table.rows[number].conclusions[column].parts[0]
    return part.value if isinstance(part, n.CellValue) else n.Missing(span=part.span)


def _row_is(row: n.Row, where: tuple[n.Assign, ...], looked_at: list[str]) -> bool:
    """Whether each cell that is named says just that; cells not named may be `any`."""
    said = {assign.path.text: assign.value for assign in where}
    for head, cell in zip(looked_at, row.conditions, strict=False):
        values = [part.value for part in cell.parts if isinstance(part, n.CellValue)]
        if head in said and values != [said[head]]:
            return False
    return True


def _remove_field(item: n.RemoveItem, work: _Work) -> None:
    names = [part.text for part in item.path.parts]
    if len(names) != 2:
        work.report.error("E0507", "a field is named with its record", item.path.span)
        return
    new = work.renames.get((names[0], names[1]), names[1])
    for entry in work.entries:
        now, base = entry.item, entry.base
        if not isinstance(now, (n.Record, n.Reference, n.Extend)):
            continue
        assert isinstance(base, (n.Record, n.Reference, n.Extend))
        if base.name.text != names[0]:
            continue
        kept = tuple(field for field in now.fields if field.name.text != new)
        if len(kept) < len(now.fields) and work.claim((id(entry), "field", names[1]), item.span):
            entry.item = evolve(now, fields=kept)
            _forget_usual(now.name.text, new, work)
            return
    work.report.error("E0507", f"the base year has no field `{item.path.text}`", item.path.span)


def _forget_usual(record: str, name: str, work: _Work) -> None:
    for entry in work.entries:
        if isinstance(entry.item, n.Usual) and entry.item.record.text == record:
            kept = tuple(x for x in entry.item.values if x.path.text != name)
            entry.item = evolve(entry.item, values=kept)


def _remove_claim(item: n.RemoveClaim, work: _Work) -> None:
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


def _rename(item: n.Rename, work: _Work) -> None:
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
    if names[-1] == item.name.text:
        _unchanged(1, 1, item.span, work)
        return
    if work.claim(("rename", *key), item.span):
        work.renames[key] = item.name.text
        if item.label:
            work.labels.add(key, item.label, item.span)
