"""What the fields and results of a policy are: for ``mips data dictionary`` and for workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import fields, frozen

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.slots import Layout, Slot

_SHOWN_USES = 12
_NO_LIMITS = ("0001-01-01", "9999-12-31")


@frozen
class Entry:
    """A field or a result, in words."""

    record: str
    name: str
    kind: str
    type: str
    unit: str
    required: str
    key: str
    allowed: str
    least: str
    greatest: str
    missing: str
    label: str
    used_by: str
    cites: str


HEADER = tuple(each.name for each in fields(Entry))


def entries(program: Program) -> list[Entry]:
    """Return an entry for each column that data may have, and for each result."""
    from mipsdsl.data.slots import layout_of

    layout = layout_of(program)
    used = _uses(program)
    labels, cites = _labels(program), _citations(program)
    return [
        _entry(slot, layout, used, labels, cites)
        for slots in layout.slots.values()
        for slot in slots.values()
    ]


def as_cells(entry: Entry) -> list[str]:
    """Return an entry as the cells of a line."""
    return [str(getattr(entry, name)) for name in HEADER]


def _entry(
    slot: Slot,
    layout: Layout,
    used: dict[tuple[str, str], list[str]],
    labels: dict[tuple[str, str], str],
    cites: dict[tuple[str, str], tuple[str, ...]],
) -> Entry:
    from mipsdsl.core.types import Unit
    from mipsdsl.data.cells import bound

    place = (slot.record, slot.name)
    readers = used.get(place, [])
    more = f", … ({len(readers)} in all)" if len(readers) > _SHOWN_USES else ""
    is_choice = slot.type.unit is Unit.CHOICE
    limits = [bound(slot, steps) if steps is not None else "" for steps in (slot.low, slot.high)]
    limits = ["" if text in _NO_LIMITS else text for text in limits]
    return Entry(
        record=slot.record,
        name=slot.name,
        kind="result" if slot.is_item else "field",
        type=f"list of at most {slot.many}" if slot.many else (slot.type.choice or "plain"),
        unit=slot.type.unit.value,
        required="yes" if slot.is_required else "no",
        key="yes" if slot.name in layout.records[slot.record].key else "no",
        allowed="; ".join(slot.choices) if is_choice else _allowed(slot),
        least=limits[0],
        greatest=limits[1],
        missing="" if slot.is_required else "empty",
        label=labels.get(place, ""),
        used_by=", ".join(readers[:_SHOWN_USES]) + more,
        cites="; ".join(cites.get(place, ())),
    )


def _allowed(slot: Slot) -> str:
    from mipsdsl.core.types import Unit

    return {Unit.YESNO: "yes; no", Unit.DATE: "year-month-day"}.get(slot.type.unit, "")


def _labels(program: Program) -> dict[tuple[str, str], str]:
    of_fields = {(r.name, each.name): each.label for r in program.records for each in r.fields}
    return {**{(item.record, item.name): item.label for item in program.items}, **of_fields}


def _citations(program: Program) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(item.record, item.name): item.citations for item in program.items}


def _uses(program: Program) -> dict[tuple[str, str], list[str]]:
    """Return which items read each field and each item."""
    from mipsdsl.engines.schema import schema_of
    from mipsdsl.engines.uses import UseKind, uses_of

    schema = schema_of(program)
    found: dict[tuple[str, str], list[str]] = {}
    for item in program.items:
        for use in uses_of(schema, item.record, [item.expr]):
            if use.kind is UseKind.VALUE:
                reader = f"{item.record}.{item.name}" if item.record else item.name
                found.setdefault((use.record, use.name), []).append(reader)
    return found


# --- how it is written ---------------------------------------------------------------------------


def as_markdown(found: Sequence[Entry], title: str) -> str:
    """Return a table for each record."""
    return "\n".join(_markdown(found, title))


def _markdown(found: Sequence[Entry], title: str) -> Iterator[str]:
    shown = ("name", "unit", "required", "allowed", "least", "greatest", "label", "used_by")
    yield f"# {title}"
    for record in dict.fromkeys(entry.record for entry in found):
        for kind in ("field", "result"):
            own = [each for each in found if (each.record, each.kind) == (record, kind)]
            if not own:
                continue
            yield f"\n## {record}: {kind}s\n"
            yield f"| {' | '.join(shown)} |"
            yield f"|{'---|' * len(shown)}"
            for entry in own:
                cells = [str(getattr(entry, name)).replace("|", "\\|") for name in shown]
                yield f"| {' | '.join(cells)} |"


def as_csv(found: Sequence[Entry]) -> str:
    """Return a line for each entry."""
    import csv
    import io

    from mipsdsl.data.write import neutral

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(map(neutral, as_cells(entry)) for entry in found)
    return out.getvalue()


def to_workbook(found: Sequence[Entry], path: Path) -> None:
    """Write a workbook with one sheet."""
    from mipsdsl.data.spreadsheet import text_tab, write_workbook

    write_workbook(path, [text_tab("dictionary", HEADER, map(as_cells, found))])
