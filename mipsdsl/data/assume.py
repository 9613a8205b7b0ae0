"""Values that the user assumes for every row that lacks them (``--assume``)."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from mipsdsl.core.types import Unit
from mipsdsl.data.cells import Reading, parse_cell
from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.percents import decide
from mipsdsl.data.slots import Layout, Slot
from mipsdsl.data.tables import DataError, Value


@frozen
class Assumption:
    """The value that ``slot`` has in the rows that lack it; ``text`` as the user wrote it."""

    slot: Slot
    value: Value
    text: str


def assumptions(layout: Layout, assume: dict[str, str]) -> tuple[Assumption, ...]:
    """Return what is assumed of which record.

    The name of a field alone stands for that field of every record that has it; the name of an
    item alone for the item of the first record that has it.

    Raises:
        DataError: a name is not known, or a value does not fit its field.
    """
    return tuple(
        _assumption(slot, text, f"--assume {name}={text}")
        for name, text in assume.items()
        for slot in _slots(layout, name.strip())
    )


def _slots(layout: Layout, name: str) -> list[Slot]:
    first = layout.target(name, "--assume")
    if "." in name or first.is_item:
        return [first]
    name = first.name
    slots = [
        slots[name]
        for record, slots in layout.slots.items()
        if name in slots and not layout.records[record].is_reference
    ]
    return [slot for slot in slots if not slot.is_item]


def _assumption(slot: Slot, text: str, option: str) -> Assumption:
    hundred = slot.type.unit is Unit.PERCENT and decide(option, [text], None).hundred
    parsed = parse_cell(slot, text, Reading(hundred=hundred))
    if parsed.problem is not None:
        raise DataError(f"{option}: {parsed.problem.reason}")
    if parsed.value is None:
        raise DataError(f"{option} assumes nothing", "write a value after the equals sign")
    return Assumption(slot, parsed.value, text.strip())


def fill(drafts: dict[str, Draft], assumed: Iterable[Assumption], findings: Findings) -> None:
    """Put the assumed values into the rows that lack them, and say into how many."""
    for each in assumed:
        draft = drafts.get(each.slot.record)
        if draft is not None:
            drafts[draft.record], number = _filled(draft, each)
            note_filled(each, number, len(draft.rows), findings)


def note_filled(assumed: Assumption, number: int, rows: int, findings: Findings) -> None:
    """Say into how many rows a value was put."""
    findings.note(f"assumed {assumed.slot.full_name} = {assumed.text} for {number} of {rows} rows")


def _filled(draft: Draft, assumption: Assumption) -> tuple[Draft, int]:
    place = draft.index(assumption.slot.name)
    if place is None:
        rows = [[*row, assumption.value] for row in draft.rows]
        slots = (*draft.slots, assumption.slot)
        return Draft(draft.record, slots, rows, draft.origins, draft.rejects), len(rows)
    number = 0
    for row in draft.rows:
        if row[place] is None:
            row[place] = assumption.value
            number += 1
    return draft, number
