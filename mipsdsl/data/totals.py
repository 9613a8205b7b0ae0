"""Rows of totals at the end of a sheet: they are no data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import partial

from attrs import evolve

from mipsdsl.data.sheets import Sheet
from mipsdsl.data.tables import Reject

_WORDS = re.compile(
    r"(?:grand|sub|overall)?[ -]?totals?:?|sum:?|averages?:?|mean:?|count:?", re.IGNORECASE
)


def without_totals(sheet: Sheet, keys: Collection[int]) -> Sheet:
    """Return ``sheet`` without its last rows that are totals; they become unreadable rows.

    ``keys`` are the places of the columns of a key.

    Reports: D0123.
    """
    last = len(sheet.rows)
    while last and is_totals(
        sheet.rows[last - 1], keys, partial(_are_named, sheet, last - 1, keys)
    ):
        last -= 1
    if last == len(sheet.rows):
        return sheet
    rejects = tuple(reject_totals(sheet, index, keys) for index in range(last, len(sheet.rows)))
    return evolve(
        sheet,
        rows=sheet.rows[:last],
        numbers=sheet.numbers[:last],
        unreadable=(*sheet.unreadable, *rejects),
    )


def is_totals(row: Sequence[str], keys: Collection[int], others_named: Callable[[], bool]) -> bool:
    """Return whether ``row``, the last one, has totals.

    ``others_named``: whether more than half of the rows above have something in their key.
    """
    if any(_WORDS.fullmatch(row[place].strip()) for place in {0, *keys}):
        return True
    if not keys or any(row[place].strip() for place in keys) or not any(map(str.strip, row)):
        return False
    return others_named()


def _are_named(sheet: Sheet, number: int, keys: Collection[int]) -> bool:
    named = sum(any(row[place].strip() for place in keys) for row in sheet.rows[:number])
    return 2 * named > number


def reject_totals(sheet: Sheet, index: int, keys: Collection[int]) -> Reject:
    """Return the reject of a row of totals."""
    row, number = sheet.rows[index], sheet.numbers[index]
    said = next((p for p in (0, *sorted(keys)) if _WORDS.fullmatch(row[p].strip())), None)
    place = min(keys, default=0) if said is None else said
    name = sheet.columns[place]
    reason = (
        f"the last row has nothing in its key (`{name}`), as rows of totals have"
        if said is None
        else f"`{row[place].strip()}` in `{name}` says that the row is no data"
    )
    original = dict(zip(sheet.columns, row, strict=True))
    return Reject(sheet.file, number, name, "D0123", reason, row[place], original)
