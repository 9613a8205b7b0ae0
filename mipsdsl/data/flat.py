"""One flat file into the rows of several records: keys made up, rows that repeat put together."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.core.nodes import Constant, Ensure, Expr, Here, Read
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.decimals import power_of_ten
from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.slots import Layout, Slot
from mipsdsl.data.tables import DataError, Reject, Value
from mipsdsl.data.validate import Checked


@frozen
class _Part:
    """The columns of one record. Shapes: each column (n,)."""

    record: str
    slots: dict[str, Slot]
    columns: dict[str, list[Value]]


@frozen
class _Rows:
    """The rows of one record on their way into its draft.

    Shapes: ``cells`` (n, k); ``keys`` (n,). ``seen``: the first row of each key.
    """

    draft: Draft
    keys: list[tuple[Value, ...]]
    cells: list[tuple[Value, ...]]
    seen: dict[tuple[Value, ...], tuple[Value, ...]]


def split(checked: Checked, layout: Layout, findings: Findings) -> list[Draft]:
    """Return the rows of each record that the sheet has columns of.

    Rows with equal keys that say the same become one. A row that contradicts an earlier one is
    rejected for all its records.

    Reports: D0113.
    """
    repeats = _repeats(checked, layout)
    parts = _parts(checked, layout)
    _mint(checked, parts, layout, findings)
    _fill(parts, layout)
    records = [_rows(part, layout) for part in parts]
    for index, reject in enumerate(checked.rejects):
        if index in repeats:
            continue
        problem = reject or _conflict(checked, index, records, findings)
        for rows in records:
            _add(rows, checked, index, problem)
    if repeats:
        findings.note(f"{checked.sheet.file}: {len(repeats)} rows repeat an earlier row")
    return [rows.draft for rows in records]


def _rows(part: _Part, layout: Layout) -> _Rows:
    draft = Draft(part.record, tuple(part.slots.values()), [], [], [])
    names = [name for name in layout.records[part.record].key if name in part.columns]
    cells = list(zip(*part.columns.values(), strict=True))
    keys = list(zip(*(part.columns[name] for name in names), strict=True))
    return _Rows(draft, keys, cells, {})


def _add(rows: _Rows, checked: Checked, index: int, problem: Reject | None) -> None:
    """Add the row at ``index``, unless an earlier one said the same of its key."""
    key = rows.keys[index]
    if problem is None and key in rows.seen:
        return
    if problem is None:
        rows.seen[key] = rows.cells[index]
    rows.draft.rows.append(list(rows.cells[index]))
    rows.draft.origins.append(checked.sheet.origin(index))
    rows.draft.rejects.append(problem)


def _conflict(
    checked: Checked, index: int, records: list[_Rows], findings: Findings
) -> Reject | None:
    """Return the reject of a row that says something else of a key than an earlier row."""
    for rows in records:
        key, row, draft = rows.keys[index], rows.cells[index], rows.draft
        earlier = rows.seen.get(key)
        if earlier is None or earlier == row:
            continue
        differing = zip(draft.slots, earlier, row, strict=True)
        name = next(slot.name for slot, before, now in differing if before != now)
        said = ", ".join(str(part) for part in key)
        reason = f"an earlier row has another `{name}` for the same {draft.record} ({said})"
        return findings.reject(checked.sheet.origin(index), name, "D0113", reason)
    return None


def _parts(checked: Checked, layout: Layout) -> list[_Part]:
    parts = {slot.record: _Part(slot.record, {}, {}) for slot in checked.slots}
    for slot, values in zip(checked.slots, checked.values, strict=True):
        parts[slot.record].slots[slot.name] = slot
        parts[slot.record].columns[slot.name] = list(values)
    return [parts[record] for record in layout.records if record in parts]


def _repeats(checked: Checked, layout: Layout) -> set[int]:
    """Return the rows that say word for word what an earlier row said of the same key."""
    given = {slot.full_name for slot in checked.slots}
    keyed = any(
        all(f"{record.name}.{name}" in given for name in record.key)
        for record in layout.records.values()
        if record.key
    )
    seen: set[tuple[Value, ...]] = set()
    repeats: set[int] = set()
    for index, row in enumerate(zip(*checked.values, strict=True) if keyed else ()):
        if checked.rejects[index] is None and row in seen:
            repeats.add(index)
        seen.add(row)
    return repeats


def _ensures(parts: list[_Part], layout: Layout) -> dict[str, Ensure]:
    """Return for each record in the row the first rule that makes it from another one there."""
    present = {part.record for part in parts}
    found: dict[str, Ensure] = {}
    for ensure in layout.program.ensures:
        if ensure.record in present and ensure.each in present:
            found.setdefault(ensure.record, ensure)
    return found


def _mint(checked: Checked, parts: list[_Part], layout: Layout, findings: Findings) -> None:
    """Give rows without a key one of their own; records of one row share it by the name."""
    ensures = _ensures(parts, layout)
    minted: list[str] = []
    for part in parts:
        filled = dict(ensures[part.record].matching) if part.record in ensures else {}
        for name in layout.records[part.record].key:
            slot = layout.slots[part.record][name]
            cells = part.columns.get(name)
            if not slot.is_required or (cells is None and name in filled):
                continue
            if cells is None or None in cells:
                _check_mintable(checked, slot, layout, is_absent=cells is None)
                if slot.type.unit is Unit.TEXT:
                    _share(name, len(checked.rejects), parts, layout)
                    minted.append(name)
    if minted:
        names = " and ".join(f"`{name}`" for name in dict.fromkeys(minted))
        findings.note(f"{checked.sheet.file}: rows without {names} were given one (`row-1`, …)")


def _check_mintable(checked: Checked, slot: Slot, layout: Layout, *, is_absent: bool) -> None:
    """Refuse to make up a key that must be found in a catalogue, or that is no text."""
    catalogues = {record.name for record in layout.program.records if record.is_reference}
    record = layout.records[slot.record]
    looked_up = any(slot.name in r.by and r.record in catalogues for r in record.references)
    if is_absent and (looked_up or slot.type.unit is not Unit.TEXT):
        raise DataError(
            f"{checked.sheet.file} has columns of {slot.record}, but no `{slot.name}`, its key",
            f"add the column, or put {slot.record} into a file of its own",
        )


def _share(name: str, number: int, parts: list[_Part], layout: Layout) -> None:
    """Put the key of each row wherever the row has a field of that name and no value."""
    for part in parts:
        slot = layout.slots[part.record].get(name)
        if slot is None or slot.is_item:
            continue
        part.slots[name] = slot
        cells = part.columns.setdefault(name, [None] * number)
        for index, value in enumerate(cells):
            if value is None:
                cells[index] = f"row-{index + 1}"


def _fill(parts: list[_Part], layout: Layout) -> None:
    """Give a record that belongs to another of the row the values by which it is found."""
    by_record = {part.record: part for part in parts}
    for record, ensure in _ensures(parts, layout).items():
        part, source = by_record[record], by_record[ensure.each]
        for name, expr in ensure.matching:
            slot = layout.slots[record].get(name)
            if slot is None or name in part.columns:
                continue
            values = _values(expr, slot, source)
            if values is not None:
                part.slots[name] = slot
                part.columns[name] = values


def _values(expr: Expr, slot: Slot, source: _Part) -> list[Value] | None:
    """Return the values of a constant, or of a field of ``source``; else nothing."""
    number = len(next(iter(source.columns.values())))
    match expr:
        case Constant(value=value):
            scale = expr.shape.scale if expr.shape is not None else slot.scale
            return [_rescaled(value, scale, slot)] * number
        case Read(row=Here(), name=name) if name in source.columns:
            scale = source.slots[name].scale
            return [_rescaled(value, scale, slot) for value in source.columns[name]]
        case _:
            return None


def _rescaled(value: Value, scale: int, slot: Slot) -> Value:
    if slot.type.unit not in QUANTITIES or not isinstance(value, int) or scale == slot.scale:
        return value
    if slot.scale > scale:
        return value * power_of_ten(slot.scale - scale)
    return value // power_of_ten(scale - slot.scale)
