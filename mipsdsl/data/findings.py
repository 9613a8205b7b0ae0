"""What the reading finds on its way: rows in the making, notes, and the rows left out."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Slot
from mipsdsl.data.tables import Origin, Reject, Value


@frozen
class Draft:
    """The rows of one record while they are checked.

    Shapes: ``rows`` (n, k) with k the number of slots; ``origins`` and ``rejects`` (n,). A row
    that has a reject is out, but stays here: its children must be told.
    """

    record: str
    slots: tuple[Slot, ...]
    rows: list[list[Value]]
    origins: list[Origin]
    rejects: list[Reject | None]

    def index(self, name: str) -> int | None:
        """Return the place of the column ``name``, if there is one."""
        return next((i for i, slot in enumerate(self.slots) if slot.name == name), None)

    def places(self, names: tuple[str, ...]) -> tuple[int, ...] | None:
        """Return the places of the columns ``names``; nothing when one of them is absent."""
        found = [place for place in map(self.index, names) if place is not None]
        return tuple(found) if len(found) == len(names) else None


@frozen
class Findings:
    """The report of a reading; stages add to it and go on.

    ``files``: what was read, in order.
    ``plain``: for a note that quotes a value of the data, the note without it.
    ``bound``: for each file, the fields (record and name) that each column supplies.
    ``unused``: for each file, the places of the columns that the policy does not know.
    ``subjects``: the records that the data are about, when they say so.
    """

    notes: list[str] = field(factory=list)
    unreadable: list[tuple[str, Reject]] = field(factory=list)
    sheets: dict[str, Sheet] = field(factory=dict)
    unused: dict[str, list[int]] = field(factory=dict)
    subjects: list[str] = field(factory=list)
    files: list[Path] = field(factory=list)
    plain: dict[str, str] = field(factory=dict)
    bound: dict[str, dict[str, list[tuple[str, str]]]] = field(factory=dict)

    def note(self, text: str, plain: str = "") -> None:
        """Add a sentence for the summary, once; ``plain``: the same without a value it quotes."""
        if plain:
            self.plain[text] = plain
        if text not in self.notes:
            self.notes.append(text)

    @property
    def plain_notes(self) -> tuple[str, ...]:
        """Return the notes without the values of the data that some of them quote."""
        return tuple(self.plain.get(note, note) for note in self.notes)

    def reject(
        self, origin: Origin, column: str, code: str, reason: str, value: str = ""
    ) -> Reject:
        """Return the reject of the row at ``origin``, with the row as it stands in its file."""
        sheet = self.sheets.get(origin.file)
        original = sheet.original(origin.row) if sheet is not None else {}
        value = value or original.get(column, "")
        return Reject(origin.file, origin.row, column, code, reason, value, original)
