"""What the user asked of the reading: assumed values, a map of columns, readings of percents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from attrs import field, frozen

from mipsdsl.data.former import NONE, Former
from mipsdsl.data.tables import DataError

PercentIn: TypeAlias = Literal["fraction", "hundred"]
DateIn: TypeAlias = Literal["ymd", "mdy", "dmy"]
_READINGS: tuple[PercentIn, ...] = ("fraction", "hundred")
_ORDERS: tuple[DateIn, ...] = ("ymd", "mdy", "dmy")
_EXAMPLE = '"their_name" = "submission.quality_score"'


@frozen
class ColumnRule:
    """Where a column goes, how its percents and dates are written, and which cells are missing."""

    to: str
    percent: PercentIn | None = None
    missing: tuple[str, ...] = ()
    date: DateIn = "ymd"


def _rules(columns: Mapping[str, str | ColumnRule]) -> dict[str, ColumnRule]:
    return {
        " ".join(name.split()): ColumnRule(rule) if isinstance(rule, str) else rule
        for name, rule in columns.items()
    }


@frozen(kw_only=True)
class ReadOptions:
    """Options of ``read``.

    ``assume`` and the targets of ``column_map`` name a field or an item, alone or after the name
    of its record and a point. ``measures`` is a folder in the layout of CMS's public repository, or
    a year that ``fetch.get`` fetched before.
    ``year`` is the year of the reference data, if not that of the program. ``sheet`` is the one to
    read of a workbook, ``header_row`` the row that names the columns (the first row is 1),
    ``delimiter`` what parts the cells of a line. ``strict_npi`` rejects a wrong check digit.
    ``any_year`` takes documents of CMS's API that were sent for another year. ``former``: names of
    an earlier year, under which the data may call things.
    """

    percent_in: PercentIn | None = None
    assume: dict[str, str] = field(factory=dict)
    column_map: dict[str, ColumnRule] = field(factory=dict, converter=_rules)
    measures: Path | None = None
    year: int | None = None
    sheet: str = ""
    header_row: int = 1
    delimiter: str = ""
    strict_npi: bool = False
    any_year: bool = False
    former: Former = NONE


def load_map(path: Path) -> dict[str, ColumnRule]:
    """Return the map of columns in the TOML file ``path``: its table ``[columns]``.

    Raises:
        DataError: the file cannot be read, or an entry is not a target.
    """
    import tomllib

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"`{path}` cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"`{path}` is not TOML: {error}", f"write {_EXAMPLE}") from error
    columns = content.get("columns")
    if not isinstance(columns, dict):
        raise DataError(f"`{path}` has no table [columns]", f"below it, write {_EXAMPLE}")
    return {str(name): _rule(str(name), entry, path) for name, entry in columns.items()}


def _rule(name: str, entry: object, path: Path) -> ColumnRule:
    if isinstance(entry, str):
        return ColumnRule(entry)
    if not isinstance(entry, dict) or not isinstance(entry.get("to"), str):
        raise DataError(f"`{path}`: `{name}` has no target", f"write {_EXAMPLE}")
    unknown = sorted(set(entry) - {"to", "percent", "missing", "date"})
    if unknown:
        raise DataError(
            f"`{path}`: `{name}` says `{unknown[0]}`, which is not known",
            "an entry has `to`, `percent`, `date` and `missing`",
        )
    return ColumnRule(
        entry["to"],
        _percent(name, entry, path),
        _missing(name, entry, path),
        _date(name, entry, path),
    )


def _date(name: str, entry: Mapping[str, object], path: Path) -> DateIn:
    for order in _ORDERS:
        if entry.get("date", "ymd") == order:
            return order
    raise DataError(
        f"`{path}`: the `date` of `{name}` is none of the three orders",
        'write "mdy" (3/31/2019), "dmy" (31/3/2019) or "ymd" (2019-03-31, which is always read)',
    )


def _percent(name: str, entry: Mapping[str, object], path: Path) -> PercentIn | None:
    if "percent" not in entry:
        return None
    for reading in _READINGS:
        if entry["percent"] == reading:
            return reading
    raise DataError(
        f"`{path}`: the `percent` of `{name}` is neither of the two readings",
        'write "fraction" (0.85 is 85%) or "hundred" (85 is 85%)',
    )


def _missing(name: str, entry: Mapping[str, object], path: Path) -> tuple[str, ...]:
    words = entry.get("missing", [])
    words = [words] if isinstance(words, str) else words
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise DataError(
            f"`{path}`: the `missing` of `{name}` is not a list of texts", 'write ["N/A"]'
        )
    return tuple(word.strip() for word in words)
