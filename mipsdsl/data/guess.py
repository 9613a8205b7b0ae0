"""A map of columns to begin with: which column of a file may be which field, and how it is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from attrs import frozen

from mipsdsl.core.types import Unit
from mipsdsl.data.aliases import ALIASES
from mipsdsl.data.cells import MISSING, Reading, cleaned, parse_cell, shown
from mipsdsl.data.dates import first_two
from mipsdsl.data.options import DateIn, PercentIn
from mipsdsl.data.percents import decide
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout, Slot
from mipsdsl.data.tables import DataError

_LEAST = 0.72
_NEAR = 0.55
_MARKER = re.compile(
    r"[*?–—.-]+|[<>≤≥]=? ?[0-9]+%?|n/?a|not (?:available|applicable|reported|known|scored)|unk"
    r"(?:nown)?|missing|suppressed|null|nan|none|tbd|pending",
    re.IGNORECASE,
)
_MONTHS = 12
_EXACT, _FOLDED, _ALIAS = 1.0, 0.99, 0.95


@frozen
class Guess:
    """A column, the slot that it may be, why and how surely (0 to 1), and how it is read.

    ``slot`` is nothing when no name is near, or a surer column has it. ``to`` is its name for a
    map: alone where that suffices, since a key that stands alone goes to all records of a row.
    """

    column: str
    slot: Slot | None
    why: str
    score: float
    example: str
    to: str = ""
    percent: PercentIn | None = None
    missing: tuple[str, ...] = ()
    near: str = ""
    date: DateIn = "ymd"


def fold(name: str) -> str:
    """Return a name in lower case, its words parted by `_`.

    >>> fold(" Final MIPS-Score ")
    'final_mips_score'
    """
    return re.sub(r"[^0-9a-z]+", "_", name.casefold()).strip("_")


def guess(sheet: Sheet, record: str, layout: Layout) -> list[Guess]:
    """Return a guess for each column; no two are of one slot."""
    known = _names(record, layout)
    found = [_guess(sheet, place, known, layout) for place in range(len(sheet.columns))]
    best: dict[str, Guess] = {}
    for each in found:
        if each.slot is not None:
            other = best.get(each.slot.full_name)
            if other is None or each.score > other.score:
                best[each.slot.full_name] = each
    return [
        each
        if each.slot is None or best[each.slot.full_name] is each
        else Guess(each.column, None, "", 0, each.example, near=each.slot.full_name)
        for each in found
    ]


def _names(record: str, layout: Layout) -> dict[str, Slot]:
    """Return the slots that a column may be, by name: those of the record, or of all."""
    if record:
        return dict(layout.slots[record])
    found = {name: layout.owner(name) for name in layout.names()}
    return {name: slot for name, slot in found.items() if slot is not None}


def _guess(sheet: Sheet, place: int, known: dict[str, Slot], layout: Layout) -> Guess:
    column = sheet.columns[place]
    cells = [cleaned(row[place]) for row in sheet.rows]
    example = next((cell for cell in cells if cell.casefold() not in MISSING), "")
    name, why, score = _name(column, known)
    if score < _LEAST:
        return Guess(column, None, "", score, example, near=name if score >= _NEAR else "")
    slot = known[name]
    missing = _markers(slot, cells)
    percent = _percent(slot, cells, missing)
    to = slot.name if layout.owner(slot.name) and "." not in name else slot.full_name
    order = _order(slot, cells)
    return Guess(column, slot, why, score, example, to, percent, missing, date=order)


def _name(column: str, known: dict[str, Slot]) -> tuple[str, str, float]:
    """Return the name that the column may be, why, and how surely."""
    if column in known:
        return column, "the same name", _EXACT
    folded = fold(column)
    by_fold = {fold(name): name for name in known}
    if folded in by_fold:
        return by_fold[folded], "the same but for case and spaces", _FOLDED
    if ALIASES.get(folded) in known:
        return ALIASES[folded], "a name of CMS's files", _ALIAS
    matcher = SequenceMatcher(b=folded)
    best, score = "", 0.0
    for other, name in by_fold.items():
        matcher.set_seq1(other)
        if matcher.quick_ratio() > score and (ratio := matcher.ratio()) > score:
            best, score = name, ratio
    return best, "a near name", round(min(score, _ALIAS - 0.01), 2)


def _markers(slot: Slot, cells: Sequence[str]) -> tuple[str, ...]:
    """Return the words in the column that stand for no value and would not be read."""
    if slot.type.unit is Unit.TEXT:
        return ()
    reading = Reading(hundred=True)
    return tuple(
        cell
        for cell in dict.fromkeys(cells)
        if _MARKER.fullmatch(cell) and parse_cell(slot, cell, reading).problem is not None
    )


def _percent(slot: Slot, cells: Sequence[str], missing: Sequence[str]) -> PercentIn | None:
    if slot.type.unit is not Unit.PERCENT:
        return None
    try:
        decision = decide("", (cell for cell in cells if cell not in missing), None)
    except DataError:
        return "hundred"
    if not decision.looked:
        return None
    return "hundred" if decision.hundred else "fraction"


def _order(slot: Slot, cells: Sequence[str]) -> DateIn:
    """Return the order of the dates in a column: the American one where none tells."""
    pairs = [pair for cell in cells if (pair := first_two(cell))]
    if slot.type.unit is not Unit.DATE or not pairs:
        return "ymd"
    return "dmy" if any(first > _MONTHS for first, _ in pairs) else "mdy"


# --- as TOML -------------------------------------------------------------------------------------


def as_toml(file: str, policy: str, guesses: Sequence[tuple[Sheet, Sequence[Guess]]]) -> str:
    """Return the map as a file for people to correct; a column stands in it once."""
    return "\n".join(_lines(file, policy, guesses)) + "\n"


def _lines(
    file: str, policy: str, guesses: Sequence[tuple[Sheet, Sequence[Guess]]]
) -> Iterator[str]:
    yield f"# Which column of {file} is which field of {policy}: best guesses, to be corrected."
    yield f"# Use it with: mips run {policy} {file} --map THIS-FILE"
    yield "# `percent` says how bare percents are written: fraction (0.85) or hundred (85);"
    yield "# `date` the order of days and months: mdy (3/31/2019) or dmy (31/3/2019);"
    yield "# `missing` lists the words that stand for no value. A column that is not here, or"
    yield "# behind a `#`, is not used; it follows the results."
    yield ""
    yield "[columns]"
    seen: set[str] = set()
    for sheet, found in guesses:
        if len(guesses) > 1:
            yield f"\n# {sheet.file}"
        for each in found:
            if each.column and each.column not in seen:
                seen.add(each.column)
                yield _line(each)


def _line(each: Guess) -> str:
    example = f"for example {shown(each.example)}" if each.example else "always empty"
    key = json.dumps(each.column, ensure_ascii=False)
    if each.slot is None:
        near = f"; near: {each.near}" if each.near else ""
        return f'# {key} = ""  # {example}{near}'
    value = json.dumps(each.to)
    if each.percent or each.missing or each.date != "ymd":
        parts = [f"to = {value}"]
        parts += [f'date = "{each.date}"'] if each.date != "ymd" else []
        parts += [f'percent = "{each.percent}"'] if each.percent else []
        parts += (
            [f"missing = {json.dumps(each.missing, ensure_ascii=False)}"] if each.missing else []
        )
        value = f"{{ {', '.join(parts)} }}"
    sure = f" ({each.score:.2f})" if each.score < _ALIAS else ""
    return f"{key} = {value}  # {example}; {each.slot.type.unit.value}; {each.why}{sure}"
