"""One cell, one rule: the value of a text in a column, or why it has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from attrs import field, frozen

from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.dates import day_number, day_of, such_as
from mipsdsl.data.decimals import Decimal, parse_decimal, plain, to_steps
from mipsdsl.data.identifiers import NAMES, Identifiers, look_at
from mipsdsl.data.options import DateIn
from mipsdsl.data.slots import Slot, near
from mipsdsl.data.tables import Value

MISSING = frozenset({"", "n/a"})
"""Words for missing in every column; those below count in columns that hold no text."""
_MISSING_VALUES = frozenset({"na", "nan", "null"})
_SAS_MISSING = re.compile(r"\.[A-Za-z_]?")
_SUPPRESSED = re.compile(r"\*+|(?:[<>]=?|≤|≥) ?[$]?[0-9][0-9,]*(?:\.[0-9]+)? ?%?")
_ERRORS = frozenset(
    {"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!"}
)
_ODD_SPACES = str.maketrans(
    {"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": None, "\u2060": None, "\ufeff": None}
)
YES = frozenset({"yes", "true", "y", "1"})
NO = frozenset({"no", "false", "n", "0"})
_SHOWN = 40
_PLAIN = 18


@frozen
class Problem:
    """Why a cell has no value."""

    code: str
    reason: str


@frozen
class Reading:
    """How the cells of a column are read, besides what its slot says.

    ``hundred``: a bare 85 in a column of percents is 85%. ``missing``: further words for missing.
    ``strict_npi``: an NPI with a wrong check digit is a mistake, not only worth a note. ``date``:
    the order of day, month and year; 2019-03-31 is read in any case.
    """

    hundred: bool = False
    missing: frozenset[str] = frozenset()
    strict_npi: bool = False
    date: DateIn = "ymd"


@frozen
class Parsed:
    """The value of a cell, or its problem.

    ``rounded``: it had more places than declared. ``is_day_number``: a date written as a number.
    """

    value: Value
    problem: Problem | None = None
    rounded: bool = False
    is_day_number: bool = False


@frozen
class Column:
    """The values of a column. Shapes: ``values`` (n,); ``problems`` by the index of the row.

    The lists are of rows: whose NPI has a wrong check digit, whose identifier was restored, whose
    date was a number of days.
    """

    values: list[Value]
    problems: dict[int, Problem] = field(factory=dict)
    rounded: int = 0
    unsound: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    day_numbers: tuple[int, ...] = ()


def parse_column(slot: Slot, cells: Sequence[str], reading: Reading) -> Column:
    """Return the values of all ``cells``; equal texts are read once."""
    texts = parse_texts(slot, set(cells), reading)
    known, wrong, rounded = texts.known, texts.wrong, texts.rounded
    restored, unsound = _identifiers(slot, known, wrong, reading)
    return Column(
        [known[text] for text in cells],
        {index: wrong[text] for index, text in enumerate(cells) if text in wrong} if wrong else {},
        sum(text in rounded for text in cells) if rounded else 0,
        unsound=_where(cells, unsound),
        restored=_where(cells, restored),
        day_numbers=_where(cells, texts.day_numbers),
    )


@frozen
class Texts:
    """The values of different texts, the problems of some, and which were rounded or day numbers."""

    known: dict[str, Value] = field(factory=dict)
    wrong: dict[str, Problem] = field(factory=dict)
    rounded: set[str] = field(factory=set)
    day_numbers: set[str] = field(factory=set)


def parse_texts(slot: Slot, texts: Iterable[str], reading: Reading) -> Texts:
    """Return the values of ``texts``, each by itself: NPIs and TINs are not yet looked at."""
    found = Texts()
    is_plain = slot.name != "measure_id" and not slot.former and not reading.missing
    is_text = slot.type.unit is Unit.TEXT and is_plain
    short_way = _text if is_text else _plain_steps(slot, reading)
    for text in texts:
        found.known[text] = short_way(text)
        if found.known[text] is not None:
            continue
        parsed = parse_cell(slot, text, reading)
        found.known[text] = parsed.value
        if parsed.problem is not None:
            found.wrong[text] = parsed.problem
        if parsed.rounded:
            found.rounded.add(text)
        if parsed.is_day_number:
            found.day_numbers.add(text)
    return found


def _where(cells: Sequence[str], texts: set[str]) -> tuple[int, ...]:
    """Return the rows whose cell is one of ``texts``."""
    return tuple(i for i, text in enumerate(cells) if text in texts) if texts else ()


def _identifiers(
    slot: Slot, known: dict[str, Value], wrong: dict[str, Problem], reading: Reading
) -> tuple[set[str], set[str]]:
    """Look at NPIs and TINs as a column: correct ``known``, add to ``wrong``.

    Returns the texts that stand for another value, and those with a wrong check digit.

    Reports: D0118, D0119, D0121.
    """
    if slot.name not in NAMES or slot.type.unit is not Unit.TEXT:
        return set(), set()
    values = {value for value in known.values() if isinstance(value, str)}
    return settled(look_at(slot.name, values), known, wrong, reading)


def settled(
    found: Identifiers, known: dict[str, Value], wrong: dict[str, Problem], reading: Reading
) -> tuple[set[str], set[str]]:
    """Correct ``known`` and add to ``wrong`` by what was found in the column.

    Returns the texts that stand for another value, and those with a wrong check digit.
    """
    restored: set[str] = set()
    unsound: set[str] = set()
    if not (found.restored or found.wrong or found.unsound):
        return restored, unsound
    for text, value in known.items():
        if not isinstance(value, str):
            continue
        if value in found.restored:
            known[text] = found.restored[value]
            restored.add(text)
        if value in found.wrong:
            wrong[text] = Problem(*found.wrong[value])
        elif value in found.unsound and reading.strict_npi:
            wrong[text] = Problem("D0121", f"the check digit of {shown(value)} is wrong")
        elif value in found.unsound:
            unsound.add(text)
    return restored, unsound


def cleaned(text: str) -> str:
    """Return a cell without the spaces around it; those that do not break are spaces like others.

    >>> cleaned(" nurse\u00a0practitioner\u00a0")
    'nurse practitioner'
    """
    return text.strip() if text.isascii() else text.translate(_ODD_SPACES).strip()


def is_suppressed(text: str) -> bool:
    """Return whether a cell hides its value: `*`, `<11` and the like."""
    return _SUPPRESSED.fullmatch(text) is not None


def is_error(text: str) -> bool:
    """Return whether a cell is an error of a spreadsheet: `#REF!` and the like."""
    return text.casefold() in _ERRORS


def _text(text: str) -> str | None:
    text = cleaned(text)
    return None if text.casefold() in MISSING or text[:1] == "#" else text


def _plain_steps(slot: Slot, reading: Reading) -> Callable[[str], int | None]:
    """Return a short way from a plain number such as ``123.45`` to its steps, else to ``None``.

    It takes a fifth of the time of ``parse_cell`` and agrees with it: a property in the tests.
    """
    unit, low, high = slot.type.unit, slot.low, slot.high
    scale = slot.scale - 2 * (unit is Unit.PERCENT and reading.hundred)
    has_short_way = unit in QUANTITIES and unit is not Unit.DATE and not slot.many
    if not has_short_way or reading.missing or scale < 0 or low is None or high is None:
        return lambda text: None
    tens = [10 ** (scale - places) for places in range(scale + 1)]

    def steps(text: str) -> int | None:
        whole, _, part = text.partition(".")
        digits = whole + part
        if len(part) > scale or len(text) > _PLAIN or not (digits.isdigit() and digits.isascii()):
            return None
        found: int = int(digits) * tens[len(part)]
        return found if low <= found <= high else None

    return steps


def parse_cell(slot: Slot, text: str, reading: Reading) -> Parsed:
    """Return the value of one cell; empty (and ``N/A``) is missing, whether or not it may be.

    Reports: D0101 to D0109, but for D0102, which is found when all columns are known; D0120, D0122.
    """
    text = cleaned(text)
    folded = text.casefold()
    if folded in MISSING or text in reading.missing:
        return Parsed(None)
    if is_error(text):
        return _wrong("D0122", f"{shown(text)} is an error of the spreadsheet, not a value")
    if slot.type.unit is not Unit.TEXT:
        if folded in _MISSING_VALUES or _SAS_MISSING.fullmatch(text):
            return Parsed(None)
        if is_suppressed(text):
            return _wrong("D0120", f"{shown(text)} hides the value; no value follows from it")
    if slot.many:
        return _list(slot, text, reading)
    match slot.type.unit:
        case Unit.YESNO:
            return _yesno(text)
        case Unit.TEXT:
            text = measure_id(text) if slot.name == "measure_id" else text
            return Parsed(dict(slot.former).get(text, text))
        case Unit.CHOICE:
            return _choice(slot, text)
        case Unit.DATE:
            return _date(slot, text, reading)
        case unit if unit in QUANTITIES:
            return _quantity(slot, text, reading)
        case _:
            return _wrong("D0101", f"`{slot.name}` cannot be given in a file")


def _wrong(code: str, reason: str) -> Parsed:
    return Parsed(None, Problem(code, reason))


def shown(text: str) -> str:
    """Return ``text`` as it is quoted in a reason: not too long, on one line."""
    text = " ".join(text.split())
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"


def measure_id(text: str) -> str:
    """Return a measure's identifier as CMS's files have it: digits alone are padded to three.

    Spreadsheets, and some of CMS's public files, drop the zeros.

    >>> measure_id("46"), measure_id("001SSP")
    ('046', '001SSP')
    """
    return text.zfill(3) if text.isdigit() else text


def _yesno(text: str) -> Parsed:
    word = text.casefold()
    if word in YES or word in NO:
        return Parsed(word in YES)
    return _wrong("D0107", f"{shown(text)} is not yes or no")


def _choice(slot: Slot, text: str) -> Parsed:
    if text in slot.choices:
        return Parsed(text)
    folded = text.casefold()
    if folded in slot.choices:
        return Parsed(folded)
    if (now := dict(slot.former).get(folded)) is not None:
        return Parsed(now)
    close = near(text, slot.choices, number=1)
    known = f"near it: `{close[0]}`" if close else f"known: {_listed(slot.choices)}"
    return _wrong("D0103", f"{shown(text)} is not a {slot.type.choice}; {known}")


def _listed(values: Sequence[str], most: int = 12) -> str:
    return ", ".join([*values[:most], *(["…"] if len(values) > most else [])])


def _date(slot: Slot, text: str, reading: Reading) -> Parsed:
    numbered = day_number(text)
    if numbered is not None:
        return _in_range(slot, Parsed(numbered, is_day_number=True), text)
    day = day_of(text, reading.date)
    if day is None:
        return _wrong("D0108", f"{shown(text)} is not a date{such_as(text, reading.date)}")
    return _in_range(slot, Parsed(day), text)


def _quantity(slot: Slot, text: str, reading: Reading) -> Parsed:
    number = parse_decimal(text)
    unit = slot.type.unit
    if number is None:
        return _wrong("D0101", f"{shown(text)} is not a number")
    if number.percent and unit is not Unit.PERCENT:
        return _wrong("D0101", f"{shown(text)} is a percent; `{slot.name}` is a {unit.value}")
    if number.dollar and unit is not Unit.MONEY:
        return _wrong("D0101", f"{shown(text)} is money; `{slot.name}` is a {unit.value}")
    hundred = unit is Unit.PERCENT and (number.percent or reading.hundred)
    number = Decimal(number.mantissa, number.exponent - 2) if hundred else number
    steps = to_steps(number, slot.scale)
    if not steps.exact and unit is Unit.COUNT:
        return _wrong("D0105", f"{shown(text)} is not a whole number")
    if not steps.exact and unit is Unit.MONEY:
        return _wrong("D0106", f"{shown(text)} has more than {slot.scale} decimal places")
    return _in_range(slot, Parsed(steps.steps, rounded=not steps.exact), text)


def _in_range(slot: Slot, parsed: Parsed, text: str) -> Parsed:
    steps = parsed.value
    assert isinstance(steps, int)
    low, high = slot.low, slot.high
    if (low is None or low <= steps) and (high is None or steps <= high):
        return parsed
    bounds = f"from {bound(slot, low)} to {bound(slot, high)}"
    return _wrong("D0104", f"{shown(text)} is out of range: `{slot.name}` is {bounds}")


def bound(slot: Slot, steps: int | None) -> str:
    """Return the least or greatest value of a slot as people write it."""
    if steps is None:
        return "any"
    match slot.type.unit:
        case Unit.DATE:
            inside = min(max(steps, date.min.toordinal()), date.max.toordinal())
            return date.fromordinal(inside).isoformat()
        case Unit.PERCENT:
            return f"{plain(steps * 100, slot.scale)}%"
        case Unit.MONEY:
            return f"${plain(steps, slot.scale)}"
        case _:
            return plain(steps, slot.scale)


def _list(slot: Slot, text: str, reading: Reading) -> Parsed:
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    parts = [part.strip().strip('"') for part in re.split("[;,]" if inner != text else ";", inner)]
    if len(parts) > slot.many:
        return _wrong("D0109", f"{len(parts)} values; `{slot.name}` has at most {slot.many}")
    parsed = [_quantity(slot, part, reading) for part in parts]
    for each in parsed:
        if each.problem is not None:
            return each
    values = tuple(each.value for each in parsed if isinstance(each.value, int))
    return Parsed(values, rounded=any(each.rounded for each in parsed))
