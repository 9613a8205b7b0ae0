"""What is in the columns of a file, before any policy: how filled, how many values, what is odd."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from attrs import frozen

from mipsdsl.data.cells import cleaned, is_error, is_suppressed, shown
from mipsdsl.data.decimals import Decimal, parse_decimal
from mipsdsl.data.files import SUFFIXES, WORKBOOKS, load, suffix_of
from mipsdsl.data.guess import fold
from mipsdsl.data.identifiers import NAMES, look_at
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.tables import DataError

_MISSING = re.compile(r"|n/?a|nan|null|\.[a-z_]?|[-–—?]+", re.IGNORECASE)
_OTHER_DATE = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})")
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+")
_MOSTLY = Fraction(8, 10)
_SHOWN = 4
_ARTICLES = {"npi": "an", "tin": "a"}


@frozen
class Profile:
    """A column in numbers. ``filled`` and ``distinct`` count cells that are not missing."""

    file: str
    column: str
    rows: int
    filled: int
    distinct: int
    least: str
    greatest: str
    missing: str
    suspicious: str


def sheets_in(path: Path, options: ReadOptions) -> list[Sheet]:
    """Return all sheets of a file, or of the files in a folder.

    Raises:
        DataError: it is not there, or cannot be read.
    """
    if path.is_dir():
        files = [each for each in sorted(path.iterdir()) if suffix_of(each) in SUFFIXES]
        if not files:
            raise DataError(f"no file in `{path}` can be read", f"it reads {', '.join(SUFFIXES)}")
        return [sheet for each in files for sheet in sheets_in(each, options)]
    if not path.exists():
        raise DataError(f"there is no file `{path}`")
    if suffix_of(path) not in WORKBOOKS:
        return [load(path, options)]
    from mipsdsl.data.sources import asked_sheet
    from mipsdsl.data.workbooks import all_sheet_names, sheet_names

    if options.sheet:
        return [load(path, options, asked_sheet(options.sheet, all_sheet_names(path), path))]
    return [load(path, options, name) for name in sheet_names(path)]


def profile(sheet: Sheet) -> list[Profile]:
    """Return what there is to say of each column."""
    return [_profile(sheet, place) for place in range(len(sheet.columns))]


def _profile(sheet: Sheet, place: int) -> Profile:
    raw = [row[place] for row in sheet.rows]
    cells = [cleaned(cell) for cell in raw]
    markers = Counter(cell for cell in cells if cell and _MISSING.fullmatch(cell))
    markers.update(cell for cell in cells if is_suppressed(cell))
    counts = Counter(cell for cell in cells if cell and cell not in markers)
    least, greatest = _range([text for text in counts if not is_error(text)])
    return Profile(
        file=sheet.file,
        column=sheet.columns[place],
        rows=len(cells),
        filled=sum(counts.values()),
        distinct=len(counts),
        least=least,
        greatest=greatest,
        missing=", ".join(f"{text} ({n})" for text, n in markers.most_common(_SHOWN)),
        suspicious="; ".join(_suspicions(sheet, place, raw, counts)),
    )


def _range(texts: Sequence[str]) -> tuple[str, str]:
    """Return the least and the greatest value: by size where most are numbers."""
    numbers = {text: number for text in texts if (number := parse_decimal(text)) is not None}
    if numbers and len(numbers) >= _MOSTLY * len(texts):
        ranked = sorted(numbers, key=lambda text: _size(numbers[text]))
    else:
        ranked = sorted(texts)
    return (shown(ranked[0]).strip("`"), shown(ranked[-1]).strip("`")) if ranked else ("", "")


def _size(number: Decimal) -> Fraction:
    return number.mantissa * Fraction(10) ** number.exponent


def _suspicions(
    sheet: Sheet, place: int, raw: Sequence[str], counts: Counter[str]
) -> Iterator[str]:
    """Yield what someone should look at before a run."""
    if not sheet.columns[place]:
        yield "no name"
    odd = [cell for cell in raw if cell != cell.strip(" ") or "\u00a0" in cell]
    if odd:
        yield f"spaces around, or non-breaking ones: {len(odd)}"
    yield from _some(
        "errors of the spreadsheet", [text for text in counts if is_error(text)], counts
    )
    dates = [text for text in counts if _OTHER_DATE.fullmatch(text)]
    yield from _some("dates that are not year-month-day", dates, counts)
    yield from _some(
        "numbers with an exponent", [text for text in counts if _EXPONENT.fullmatch(text)], counts
    )
    texts = [text for text in counts if not is_error(text)]
    others = [text for text in texts if parse_decimal(text) is None]
    if others and len(texts) - len(others) >= _MOSTLY * len(texts):
        yield from _some("not numbers, as the others", others, counts)
    yield from _identifiers(fold(sheet.columns[place]), counts)


def _identifiers(name: str, counts: Counter[str]) -> Iterator[str]:
    field = next((each for each in sorted(NAMES) if each in name.split("_")), "")
    if not field:
        return
    found = look_at(field, counts)
    yield from _some(
        f"not {_ARTICLES[field]} {field.upper()} by its form", list(found.wrong), counts
    )
    yield from _some("wrong check digit", list(found.unsound), counts)
    yield from _some("to be brought into the form of the others", list(found.restored), counts)


def _some(what: str, texts: Sequence[str], counts: Counter[str]) -> Iterator[str]:
    if texts:
        number = sum(counts[text] for text in texts)
        yield f"{what}: {number} (such as {shown(min(texts))})"
