"""The columns of the sample, in the steps of the program, and as Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.slots import Slot

if TYPE_CHECKING:
    import pyarrow as pa

    from mipsdsl.sample.draws import Codes, Mask, Numbers

EPOCH = 719_163
"""The day number of 1970-01-01, from which Arrow counts."""


@frozen(eq=False)
class Texts:
    """Texts of one length. Shapes: (n, length), bytes of ASCII."""

    letters: NDArray[np.uint8]


@frozen(eq=False)
class Words:
    """Texts of which there are few. Shapes: ``codes`` (n,), places among the words."""

    codes: Codes
    words: tuple[str, ...]


@frozen(eq=False)
class Column:
    """A column of a record. Shapes: (n,).

    ``values`` are steps of ``places`` decimals, days, 0 and 1, or places among the choices of the
    slot; ``present`` is ``None`` when nothing is missing.
    """

    slot: Slot
    values: Codes | Texts | Words
    present: Mask | None = None


_FINEST = 4

Table: TypeAlias = Mapping[str, Column]


def numbered(prefix: str, numbers: Codes, width: int) -> Texts:
    """Return texts that end in a number, with zeros before it."""
    head = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    letters = np.empty((len(numbers), len(head) + width), dtype=np.uint8)
    letters[:, : len(head)] = head
    letters[:, len(head) :] = digits(numbers, width) + ord("0")
    return Texts(letters)


def digits(numbers: Codes, width: int) -> Codes:
    """Return the decimal digits of numbers. Shapes: (n, width)."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    found: Codes = numbers[:, None] // powers % 10
    return found


def npis(numbers: Codes) -> Texts:
    """Return identifiers that begin with 2, with the right check digit.

    Source: the Luhn formula over the ten digits with 80840 before them, as CMS prescribes it; the
    prefix and the 2 add 24 + 4.
    """
    body = digits(numbers, 8)
    doubled = body[:, 1::2] * 2
    total = 28 + body[:, 0::2].sum(axis=1) + (doubled // 10 + doubled % 10).sum(axis=1)
    check = -total % 10
    return numbered("2", numbers * 10 + check, 9)


def places(slot: Slot) -> int:
    """Return how many decimals a column is written with: no more than anyone would measure."""
    return min(slot.scale, _FINEST) if slot.type.unit in QUANTITIES else 0


def steps(slot: Slot, plain: Numbers) -> Codes:
    """Return numbers in steps, kept within the range of the slot."""
    if slot.type.unit not in QUANTITIES:
        whole: Codes = plain.astype(np.int64)
        return whole
    finer = 10 ** (slot.scale - places(slot))
    low = -np.inf if slot.low is None else -(-slot.low // finer)
    high = np.inf if slot.high is None else slot.high // finer
    found = np.rint(np.nan_to_num(plain) * 10 ** places(slot))
    within: Codes = np.clip(found, low, high).astype(np.int64)
    return within


def taken(table: Table, rows: Codes) -> dict[str, Column]:
    """Return these rows of a table."""
    return {name: _taken(column, rows) for name, column in table.items()}


def _taken(column: Column, rows: Codes) -> Column:
    values = column.values
    match values:
        case Texts(letters):
            kept: Codes | Texts | Words = Texts(letters[rows])
        case Words(codes, words):
            kept = Words(codes[rows], words)
        case _:
            kept = values[rows]
    return Column(column.slot, kept, None if column.present is None else column.present[rows])


# --- Arrow -----------------------------------------------------------------------------------------


def as_arrow(table: Table) -> pa.Table:
    """Return a table as Arrow has it: decimals with the places of the slot, texts as texts."""
    import pyarrow as pa

    return pa.table({name: _arrow(column) for name, column in table.items()})


def _arrow(column: Column) -> pa.Array:
    import pyarrow as pa

    missing = None if column.present is None else ~column.present
    values = column.values
    if isinstance(values, Texts):
        return _texts(values, column.present)
    if isinstance(values, Words):
        codes = pa.array(values.codes.astype(np.int16), mask=missing)
        return pa.DictionaryArray.from_arrays(codes, list(values.words))
    match column.slot.type.unit:
        case Unit.YESNO:
            return pa.array(values != 0, mask=missing)
        case Unit.CHOICE:
            names = pa.array(list(column.slot.choices))
            codes = pa.array(values.astype(np.int8), mask=missing)
            return pa.DictionaryArray.from_arrays(codes, names)
        case Unit.DATE:
            return pa.array((values - EPOCH).astype(np.int32), mask=missing).cast(pa.date32())
        case Unit.COUNT:
            return pa.array(values, mask=missing)
        case _:
            return _decimals(column, values)


def _texts(texts: Texts, present: Mask | None) -> pa.Array:
    import pyarrow as pa

    number, length = texts.letters.shape
    lengths = np.full(number, length) if present is None else np.where(present, length, 0)
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    kept = texts.letters if present is None else texts.letters[present]
    buffers = [_validity(present), pa.py_buffer(ends), pa.py_buffer(kept.tobytes())]
    return pa.Array.from_buffers(pa.string(), number, buffers)


def _decimals(column: Column, values: Codes) -> pa.Array:
    """Return steps as decimals: they are the two halves of a 128-bit number each."""
    import pyarrow as pa

    halves = np.stack([values, values >> 63], axis=1)
    type_ = pa.decimal128(18, places(column.slot))
    buffers = [_validity(column.present), pa.py_buffer(halves.tobytes())]
    return pa.Array.from_buffers(type_, len(values), buffers)


def _validity(present: Mask | None) -> pa.Buffer | None:
    import pyarrow as pa

    if present is None:
        return None
    return pa.py_buffer(np.packbits(present, bitorder="little").tobytes())
