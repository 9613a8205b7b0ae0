"""Amendments of parts: members, values, exceptions, rows, cells, fields."""

from __future__ import annotations

from typing import assert_never

from attrs import evolve

from mipsdsl.diagnostics import Label
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.base_year import Entry, Work, changes_nothing, find, lock_holds
from mipsdsl.syntax import nodes as n


def change_part(
    item: n.Members | n.Values | n.ChangeExcept | n.ChangeReason | n.ChangeRows, work: Work
) -> None:
    """Add, replace or remove parts of an item."""
    match item:
        case n.Members():
            _members(item, work)
        case n.Values():
            _values(item, work)
        case n.ChangeExcept():
            _except(item, work)
        case n.ChangeReason():
            _reason(item, work)
        case n.ChangeRows():
            _rows(item, work)
        case _:
            assert_never(item)


def _members(item: n.Members, work: Work) -> None:
    """Add members to a set, or take them out.

    Reports: E0507 not a set, E0509 there already (or not there).
    """
    entry = find(item.path, (n.Parameter,), work)
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


def _values(item: n.Values, work: Work) -> None:
    """Add values to a choice, or take them out.

    Reports: E0509.
    """
    path = n.Path((item.choice,), span=item.choice.span)
    entry = find(path, (n.Choice,), work)
    if entry is None or not isinstance(entry.item, n.Choice):
        return
    values = list(entry.item.values)
    for new in item.values:
        name = new.name
        if not work.claim((id(entry), name.text), name.span):
            continue
        there = [value for value in values if value.name == name]
        if bool(there) is not item.removes:
            word = "is no value of the choice" if item.removes else "is a value of it already"
            work.report.error("E0509", f"`{name.text}` {word}", name.span)
        elif item.removes:
            values.remove(there[0])
        else:
            values.append(new)
    entry.item = evolve(entry.item, values=tuple(values))


def _except(item: n.ChangeExcept, work: Work) -> None:
    """Add, replace or remove an exception of a rule; it is known by its reason.

    Reports: E0507 no such exception, E0509.
    """
    entry = find(item.path, (n.Rule,), work)
    if entry is None or not isinstance(entry.item, n.Rule):
        return
    rule = entry.item
    if not item.reason:
        assert item.exception is not None
        if item.exception in rule.exceptions:
            changes_nothing(1, 1, item.span, work)
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
    if item.exception is not None and changes_nothing(item.exception, old[0], item.span, work):
        return
    if work.claim((id(entry), "except", item.reason), item.span):
        new = () if item.exception is None else (item.exception,)
        at = rule.exceptions.index(old[0])
        kept = (*rule.exceptions[:at], *new, *rule.exceptions[at + 1 :])
        entry.item = evolve(rule, exceptions=kept)


def _reason(item: n.ChangeReason, work: Work) -> None:
    """Add, replace or remove a row of the ordered reasons of a rule; it is known by its reason.

    Reports: E0507 no ordered reasons, or no such row, E0509.
    """
    entry = find(item.path, (n.Rule,), work)
    if entry is None or not isinstance(entry.item, n.Rule):
        return
    body = entry.item.body
    if not isinstance(body, n.FirstOf):
        work.report.error(
            "E0507", f"`{item.path.text}` has no ordered reasons", item.path.span,
            help="only a rule that says `first of` has rows",
        )  # fmt: skip
        return
    at = _place_of(item, body, work)
    if at is None:
        return
    rows, new = body.rows, () if item.row is None else (item.row,)
    if item.row is not None and item.row in rows:
        changes_nothing(1, 1, item.span, work)
    elif not item.reason:
        rows = (*rows[:at], *new, *rows[at:])
    elif work.claim((id(entry), "row", item.reason), item.span):
        rows = (*rows[:at], *new, *rows[at + 1 :])
    if not rows:
        work.report.error(
            "E0507", "this is the last row", item.span,
            help="write `replace rule …` and the whole rule",
        )  # fmt: skip
        return
    entry.item = evolve(entry.item, body=evolve(body, rows=rows))


def _place_of(item: n.ChangeReason, body: n.FirstOf, work: Work) -> int | None:
    """Return the index of the row that is meant, or that a new one comes before.

    Reports: E0507.
    """
    reason = item.reason or item.before
    if not reason:
        return len(body.rows)
    found = [i for i, row in enumerate(body.rows) if row.because == reason]
    if len(found) == 1:
        return found[0]
    near = nearest(reason, [row.because for row in body.rows])
    work.report.error(
        "E0507", f"`{item.path.text}` has no row because “{reason}”", item.span,
        help=f"one says “{near}”" if near else "",
    )  # fmt: skip
    return None


def _rows(item: n.ChangeRows, work: Work) -> None:
    """Add, replace or remove rows of a table or segments of a scale; they are known by what they say.

    Reports: E0508 no such row, E0509.
    """
    entry = find(item.path, (n.Table, n.Scale), work)
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
    if item.old == item.new and changes_nothing(item.old, item.new, item.span, work):
        return
    rows[at:at] = item.new
    entry.item = evolve(entry.item, rows=tuple(rows))


def set_cell(item: n.SetValue | n.Keep, work: Work) -> None:
    """Set (or keep) what a row of a table concludes.

    Reports: E0507, E0508, E0509.
    """
    found = _cell(item, work)
    if found is None:
        return
    entry, number, column = found
    table = entry.item
    assert isinstance(table, n.Table)
    old, now = _concluded(entry.base, number, column), _concluded(entry.named, number, column)
    if isinstance(item, n.Keep):
        lock_holds(item.value, old, old, work)
        return
    if not work.claim((id(entry), number, column), item.span):
        return
    if not lock_holds(item.was, old, old, work) or changes_nothing(
        item.value, now, item.span, work
    ):
        return
    row = table.rows[number]
    cell = n.Cell((n.CellValue(item.value, span=item.value.span),), span=item.value.span)
    cells = (*row.conclusions[:column], cell, *row.conclusions[column + 1 :])
    rows = (*table.rows[:number], evolve(row, conclusions=cells), *table.rows[number + 1 :])
    citations = (*table.citations, *_new(item.citations, table.citations))
    because = (*table.because, *_new(item.because, table.because))
    entry.item = evolve(table, rows=rows, citations=citations, because=because)


def _cell(item: n.SetValue | n.Keep, work: Work) -> tuple[Entry, int, int] | None:
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
    entry = find(evolve(item.path, parts=names[:-1]), (n.Table,), work)
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


def _row_is(row: n.Row, where: tuple[n.RowCell, ...], looked_at: list[str]) -> bool:
    """Whether each cell that is named says just that; cells not named may say anything."""
    said = {cell.path.text: _said(cell.part) for cell in where}
    cells = zip(looked_at, row.conditions, strict=False)
    return all(cell.parts == said[head] for head, cell in cells if head in said)


def _said(part: n.CellPart) -> tuple[n.CellPart, ...]:
    """Return what a cell says: `{a, b}` stands for the cell `a, b`."""
    if isinstance(part, n.CellValue) and isinstance(part.value, n.SetOf):
        return tuple(n.CellValue(member, span=member.span) for member in part.value.members)
    return (part,)


def remove_field(item: n.RemoveItem, work: Work) -> None:
    """Remove a field of a record, and what usual rows say of it.

    Reports: E0507.
    """
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


def _forget_usual(record: str, name: str, work: Work) -> None:
    for entry in work.entries:
        if isinstance(entry.item, n.Usual) and entry.item.record.text == record:
            kept = tuple(x for x in entry.item.values if x.path.text != name)
            entry.item = evolve(entry.item, values=kept)
