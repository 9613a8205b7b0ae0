"""Which column of a file is which field: names, the user's map, and columns shared by keys."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.data.findings import Findings
from mipsdsl.data.options import ColumnRule, ReadOptions
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout, Slot, near
from mipsdsl.data.tables import DataError


@frozen
class Binding:
    """The column at ``place`` of a sheet supplies ``slot``."""

    place: int
    header: str
    slot: Slot
    rule: ColumnRule | None = None


def bind_record(
    sheet: Sheet, record: str, layout: Layout, options: ReadOptions, findings: Findings
) -> tuple[Binding, ...]:
    """Return the bindings of the file of ``record``; each slot has one column.

    Raises:
        DataError: no column is known, two supply one field, or a column of the key is absent.
    """
    known = layout.slots[record]
    bindings: list[Binding] = []
    unknown: list[str] = []
    for place, header in enumerate(sheet.columns):
        rule = options.column_map.get(header)
        name = (rule.to if rule else header).removeprefix(f"{record}.")
        slot = layout.slot(record, name) or layout.slot(record, name.casefold())
        if slot is None:
            unknown.append(header)
        else:
            bindings.append(Binding(place, header, slot, rule))
    _say_unknown(sheet, unknown, list(known), layout, findings)
    _say_former(sheet, bindings, layout, findings)
    _check(sheet, bindings, list(known))
    _check_key(sheet, record, bindings, layout)
    return tuple(bindings)


def _check_key(sheet: Sheet, record: str, bindings: list[Binding], layout: Layout) -> None:
    there = {binding.slot.name for binding in bindings}
    for name in layout.records[record].key:
        slot = layout.slots[record].get(name)
        if slot is not None and slot.is_required and name not in there:
            close = near(name, sheet.columns)
            raise DataError(
                f"{sheet.file} has no column `{name}`, which is in the key of `{record}`",
                f"is it `{close[0]}`" if close else f"add the column `{name}`",
            )


def bind_flat(
    sheet: Sheet, layout: Layout, options: ReadOptions, findings: Findings
) -> tuple[Binding, ...]:
    """Return the bindings of a flat file.

    A column goes to the record that its name says, else to the first that declares it. A column
    that is in a key goes to every record of the row that has it; it brings in the record whose key
    it completes.

    Raises:
        DataError: no column is known, or two supply one field.
    """
    own: list[Binding] = []
    shared: list[Binding] = []
    unknown: list[str] = []
    keys = _key_names(layout)
    for place, header in enumerate(sheet.columns):
        rule = options.column_map.get(header)
        name = rule.to if rule else header
        slot = layout.owner(name) or layout.owner(name.casefold())
        if slot is None:
            unknown.append(header)
        else:
            is_shared = slot.name in keys and "." not in name
            (shared if is_shared else own).append(Binding(place, header, slot, rule))
    _say_unknown(sheet, unknown, layout.names(), layout, findings)
    _say_former(sheet, [*own, *shared], layout, findings)
    bindings = _spread(own, shared, layout)
    _check(sheet, bindings, layout.names())
    return tuple(bindings)


def _key_names(layout: Layout) -> set[str]:
    records = layout.records.values()
    return {name for record in records if not record.is_reference for name in record.key}


def _spread(own: list[Binding], shared: list[Binding], layout: Layout) -> list[Binding]:
    """Give each shared column to all records in the row; a qualified column comes first."""
    present = {binding.slot.record for binding in own}
    for binding in shared:
        present |= _brought_in(binding.slot.name, layout)
    for binding in shared:
        if not any(binding.slot.name in layout.slots[record] for record in present):
            present.add(binding.slot.record)
    taken = {binding.slot.full_name for binding in own}
    spread = [
        Binding(
            binding.place, binding.header, layout.slots[record][binding.slot.name], binding.rule
        )
        for binding in shared
        for record in layout.records
        if record in present
        and binding.slot.name in layout.slots[record]
        and f"{record}.{binding.slot.name}" not in taken
    ]
    return own + spread


def _brought_in(name: str, layout: Layout) -> set[str]:
    """Return the record that a column of a key brings into the row.

    It is the first with the column in its key, if the column is the last of that key: `npi` makes
    a clinician, `tin` beside the scores of a submission makes none.
    """
    for record in layout.records.values():
        if name in record.key and not record.is_reference:
            return {record.name} if record.key[-1] == name else set()
    return set()


def _say_unknown(
    sheet: Sheet, unknown: list[str], known: list[str], layout: Layout, findings: Findings
) -> None:
    """Put the columns that are not used into one note: of another record, or near which name."""
    places = [place for place, name in enumerate(sheet.columns) if name and name in unknown]
    findings.unused[sheet.file] = [p for p in places if layout.owner(sheet.columns[p]) is None]
    said = []
    for name in filter(None, unknown):
        elsewhere = layout.owner(name)
        close = near(name, known, number=1) if elsewhere is None else []
        hint = f" (near `{close[0]}`)" if close else ""
        said.append(f"`{name}`" + (f" (of {elsewhere.record})" if elsewhere else hint))
    if said:
        findings.note(f"{sheet.file}: columns not used: {', '.join(said)}")


def _say_former(sheet: Sheet, bindings: list[Binding], layout: Layout, findings: Findings) -> None:
    """Put the columns that have a name of an earlier year into one note."""
    if not layout.former.names:
        return
    said = [
        f"`{each.header}` is read as `{each.slot.name}`"
        for each in bindings
        if each.rule is None and each.header.rpartition(".")[2].casefold() != each.slot.name
    ]
    if said:
        findings.note(f"{sheet.file}: names of {layout.former.whose}: {', '.join(said)}")


def _check(sheet: Sheet, bindings: list[Binding], known: list[str]) -> None:
    if not bindings:
        close = [each for name in sheet.columns for each in near(name, known, number=1)]
        raise DataError(
            f"{sheet.file}: no column is the name of a field or an item",
            f"near ones: {', '.join(f'`{each}`' for each in close[:5])}"
            if close
            else "the first line must name the columns; a map says which of yours is which",
        )
    seen: dict[str, str] = {}
    for binding in bindings:
        first = seen.setdefault(binding.slot.full_name, binding.header)
        if first != binding.header:
            raise DataError(
                f"{sheet.file}: `{first}` and `{binding.header}` give one field, "
                f"{binding.slot.full_name}",
                "keep one of them",
            )
