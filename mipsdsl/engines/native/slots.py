"""What generated code finds in memory: each function has a table of whole numbers and addresses."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from mipsdsl.engines.store import Stored


class SlotKind(Enum):
    """What a slot of a table holds; an address unless it says: the number itself.

    ``VALUES`` and ``PRESENT`` are of a field or an item. ``BEGIN``, ``END`` and ``ROWS`` are of a list:
    where that of a row begins and ends, and its rows (of a field that is a list, its quantities).
    ``LINK`` is a reference, ``LACKING`` tells which rows a given item is computed for. ``KEYS`` and
    ``KEY_ROWS`` are the rows of a record by key, in order; ``KEY_COUNT`` (itself) how many. ``RANK`` is
    the place of each row in the order of its record's key. ``SIZE`` (itself) is how many rows there
    are, ``TEXT`` (itself) the number of a text, ``TEXTS`` those of the values of a choice, ``ROW``
    (itself) the row of a record with a known key. ``POPULATION`` and ``IS_SET`` (themselves) are a
    population item, ``PART`` (itself) a limb of what was added up over a record.
    """

    VALUES = "values"
    PRESENT = "present"
    BEGIN = "begin"
    END = "end"
    ROWS = "rows"
    LINK = "link"
    LACKING = "lacking"
    KEYS = "keys"
    KEY_ROWS = "key rows"
    KEY_COUNT = "key count"
    RANK = "rank"
    SIZE = "size"
    TEXT = "text"
    TEXTS = "texts"
    ROW = "row"
    POPULATION = "population"
    IS_SET = "is set"
    PART = "part"


@frozen
class Slot:
    """A slot: what it holds, of which record and name. ``key`` is that of a known row."""

    kind: SlotKind
    record: str = ""
    name: str = ""
    number: int = 0
    key: tuple[Stored, ...] = ()
