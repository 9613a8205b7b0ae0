"""Cells that are read as they stand: which these are, and their values, as SQL.

Of every column most cells are plain: a whole number, a double that is a decimal of few places, a
word of a choice. What is not plain is read by ``mipsdsl.data.cells``, each different text once.
"""

from __future__ import annotations

import re

from attrs import frozen

from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.bulk import sql
from mipsdsl.data.bulk.scan import Cell
from mipsdsl.data.cells import MISSING, NO, YES, Reading
from mipsdsl.data.identifiers import FORMS
from mipsdsl.data.slots import Slot

_INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
)
# Every decimal of so many digits has a double of its own, so a double says which decimal it was.
_DIGITS_OF_A_DOUBLE = 15
_DIGITS_OF_A_TEXT = 15
_WIDEST = 9 * 10**18
_DECIMAL = re.compile(r"DECIMAL\(([0-9]+),([0-9]+)\)")
_DIGITS_OF_A_DECIMAL = 38
_PRINTED = r"[!-~]([ -~]*[!-~])?"


@frozen
class Plain:
    """SQL: whether a cell is plain, and its value, which is null where the cell is."""

    holds: str
    value: str


NEVER = Plain("false", "NULL")


def plain(slot: Slot, cell: Cell, reading: Reading) -> Plain:
    """Return which cells of a column are plain, and their values."""
    found = _plain(slot, cell, reading)
    if not reading.missing or found is NEVER:
        return found
    # What the map calls missing is looked at with the spaces around it taken away: not plain.
    words = f"trim({cell.text}) NOT IN {sql.literals(sorted(reading.missing))}"
    return Plain(f"({found.holds}) AND {words}", found.value)


def sql_type(slot: Slot) -> str:
    """Return the type of the values of ``slot``."""
    if slot.many:
        return "BIGINT[]"
    match slot.type.unit:
        case Unit.YESNO:
            return "BOOLEAN"
        case Unit.TEXT | Unit.CHOICE:
            return "VARCHAR"
        case _:
            return "BIGINT"


def _plain(slot: Slot, cell: Cell, reading: Reading) -> Plain:
    if slot.many:
        return NEVER
    match slot.type.unit:
        case Unit.YESNO:
            return _yesno(cell)
        case Unit.CHOICE:
            return Plain(f"{cell.name} IN {sql.literals(slot.choices)}", cell.name)
        case Unit.TEXT:
            return _text(slot, cell)
        case Unit.DATE:
            return _date(slot, cell)
        case unit if unit in QUANTITIES:
            return _quantity(slot, cell, reading)
        case _:
            return NEVER


def _yesno(cell: Cell) -> Plain:
    if cell.kind == "BOOLEAN":
        return Plain("true", cell.name)
    if cell.kind not in _INTEGERS and cell.kind != "VARCHAR":
        return NEVER
    text = f"CAST({cell.name} AS VARCHAR)"
    return Plain(f"{text} IN {sql.literals(sorted(YES | NO))}", f"{text} IN {sql.literals(YES)}")


def _text(slot: Slot, cell: Cell) -> Plain:
    if cell.kind not in _INTEGERS and cell.kind != "VARCHAR":
        return NEVER
    name = cell.name if cell.kind == "VARCHAR" else f"CAST({cell.name} AS VARCHAR)"
    if slot.name in FORMS:
        formed = f"regexp_full_match({name}, '{FORMS[slot.name].pattern}')"
        is_npi = slot.name == "npi"
        return Plain(f"{formed} AND {_check_digit(name)}" if is_npi else formed, name)
    if cell.kind != "VARCHAR":
        printed = f"{cell.name} >= 0"
    else:
        words = sql.literals(sorted(MISSING - {""}))
        printed = (
            f"regexp_full_match({name}, '{_PRINTED}') AND NOT starts_with({name}, '#') "
            f"AND lower({name}) NOT IN {words}"
        )
    if slot.former:
        printed += f" AND {name} NOT IN {sql.literals([then for then, _ in slot.former])}"
    if slot.name != "measure_id":
        return Plain(printed, name)
    padded = f"CASE WHEN length({name}) < 3 THEN lpad({name}, 3, '0') ELSE {name} END"
    digits = f"regexp_full_match({name}, '[0-9]+')"
    return Plain(printed, f"CASE WHEN {digits} THEN {padded} ELSE {name} END")


def _check_digit(name: str) -> str:
    """Return SQL for whether ten digits end in their check digit, as ``has_check_digit`` has it."""
    digits = [f"(ascii(substr({name}, {place}, 1)) - 48)" for place in range(1, 11)]
    doubled = [f"(2 * {each} - CASE WHEN {each} > 4 THEN 9 ELSE 0 END)" for each in digits[::2]]
    return f"({' + '.join([*doubled, *digits[1::2]])} + 24) % 10 = 0"


def _date(slot: Slot, cell: Cell) -> Plain:
    if cell.kind != "DATE":
        return NEVER
    day = f"date_diff('day', DATE '0001-01-01', {cell.name}) + 1"
    years = f"{cell.name} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
    return Plain(f"{years} AND {_within(slot, day)}", day)


def _quantity(slot: Slot, cell: Cell, reading: Reading) -> Plain:
    scale = slot.scale - 2 * (slot.type.unit is Unit.PERCENT and reading.hundred)
    if scale < 0:
        return NEVER
    if cell.kind in _INTEGERS:
        # In 128 bits: a whole number of 64 may be of more steps than that.
        steps = f"(CAST({cell.name} AS HUGEINT) * {10**scale})"
        return Plain(_within(slot, steps), f"TRY_CAST({steps} AS BIGINT)")
    if cell.kind == "DOUBLE":
        return _double(slot, cell.name, scale)
    if cell.kind == "VARCHAR":
        places = f"(\\.[0-9]{{0,{scale}}})?" if scale else "\\.?"
        written = f"regexp_full_match({cell.name}, '[0-9]+{places}')"
        short = f"length({cell.name}) <= {_DIGITS_OF_A_TEXT}"
        number = _double(slot, f"TRY_CAST({cell.name} AS DOUBLE)", scale)
        return Plain(f"{short} AND {written} AND {number.holds}", number.value)
    if found := _DECIMAL.fullmatch(cell.kind):
        return _decimal(slot, cell.name, int(found[1]), int(found[2]), scale)
    return NEVER


def _decimal(slot: Slot, name: str, digits: int, places: int, scale: int) -> Plain:
    """Return which decimals of so many digits have at most ``scale`` places, and their steps.

    Where their steps might not fit into 128 bits, none is plain.
    """
    if digits + max(places + 1, scale - places) > _DIGITS_OF_A_DECIMAL:
        return NEVER
    unit = f"CAST({10**places} AS DECIMAL({places + 1},0))"
    whole = f"CAST({name} * {unit} AS HUGEINT)"
    if places <= scale:
        steps = f"({whole} * {10 ** (scale - places)})"
        return Plain(_within(slot, steps), f"TRY_CAST({steps} AS BIGINT)")
    beyond = 10 ** (places - scale)
    steps = f"({whole} // {beyond})"
    is_whole = f"{whole} % {beyond} = 0"
    return Plain(f"({is_whole} AND {_within(slot, steps)})", f"TRY_CAST({steps} AS BIGINT)")


def _double(slot: Slot, number: str, scale: int) -> Plain:
    """Return which doubles are decimals of at most ``scale`` places, and their steps.

    The quotient of two whole numbers that a double holds is the double nearest to it, so the test
    is exact.
    """
    steps = f"round({number} * 1e{scale})"
    # DuckDB takes a NaN for equal to itself, and one with a sign for less than all.
    is_short = f"isfinite({number}) AND abs({steps}) < 1e{_DIGITS_OF_A_DOUBLE}"
    is_decimal = f"{is_short} AND {steps} / 1e{scale} = {number}"
    return Plain(f"({is_decimal} AND {_within(slot, steps)})", f"TRY_CAST({steps} AS BIGINT)")


def _within(slot: Slot, steps: str) -> str:
    low = -_WIDEST if slot.low is None else max(slot.low, -_WIDEST)
    high = _WIDEST if slot.high is None else min(slot.high, _WIDEST)
    return f"{steps} BETWEEN {low} AND {high}"
