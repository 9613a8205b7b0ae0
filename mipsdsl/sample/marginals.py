"""How each column of the sample is distributed: ``marginals.toml``, as it stands in one year."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from attrs import frozen

FILE = Path(__file__).with_name("marginals.toml")

Detail: TypeAlias = Literal["scores", "measures"]
"""Whether category scores are given, or the measures and activities that they follow from."""

Knots: TypeAlias = tuple[tuple[float, ...], tuple[float, ...]]
"""Shares at or below, ascending, and the values there."""


@frozen
class Share:
    """Yes for this share, no for the others."""

    yes: float


@frozen
class Shares:
    """One of the values for its share."""

    values: tuple[str, ...]
    shares: tuple[float, ...]


@frozen
class Ranges:
    """A whole number of one of the ranges, each within as likely."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    shares: tuple[float, ...]


@frozen
class Quantiles:
    """A number, linear between quantiles."""

    knots: Knots


@frozen
class Times:
    """The value of another column of the row times a factor."""

    of: str
    knots: Knots


@frozen
class Around:
    """The level of the unit, moved by a share of what is left to either end."""

    spread: float


@frozen
class Nearest:
    """One of the two values next to the level, so often that the mean is the level."""

    values: tuple[float, ...]


@frozen
class Fixed:
    """The same for all."""

    value: str | float


@frozen
class Metrics:
    """Measures by name, each with its metric; all of them are sent."""

    of: tuple[tuple[str, str], ...]


@frozen
class Rows:
    """What a catalogue says of measures, by name; ``other``: of all others."""

    of: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    def row(self, name: str) -> dict[str, str]:
        """Return what is said of a measure."""
        said = dict(self.of)
        return dict(said.get(name, said.get("other", ())))


Law: TypeAlias = (
    Metrics | Rows | Share | Shares | Ranges | Quantiles | Times | Around | Nearest | Fixed
)


@frozen
class Marginal:
    """One column, or the part of it ``where`` other columns have one of some values."""

    names: tuple[str, ...]
    law: Law
    source: str
    missing: float = 0.0
    per_practice: bool = False
    draw: str = ""
    reversed: bool = False
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


Marginals: TypeAlias = Mapping[str, Sequence[tuple[Marginal, ...]]]
"""Of each record its columns, each with its parts, in the order of the file."""


def title() -> str:
    """Return what every output says of itself."""
    text: str = _read()["title"]
    return text


def marginals(year: int, detail: Detail = "scores") -> Marginals:
    """Return what holds in ``year``, in a sample of this detail."""
    tables = {name: table for name, table in _read().items() if isinstance(table, dict)}
    return {name: list(_columns(table, year, detail)) for name, table in tables.items()}


def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _columns(table: Mapping[str, Any], year: int, detail: Detail) -> Iterator[tuple[Marginal, ...]]:
    for name, said in table.items():
        parts = said if isinstance(said, list) else [said]
        there = tuple(
            _marginal(name, _of_year(part, year)) for part in parts if _holds(part, year, detail)
        )
        if there:
            yield there


def _holds(part: Mapping[str, Any], year: int, detail: Detail) -> bool:
    in_years = part.get("since", year) <= year <= part.get("until", year)
    return bool(in_years and part.get("detail", detail) == detail)


def _of_year(said: Any, year: int) -> Any:  # noqa: ANN401 - what TOML gives
    """Return a value without its years: of several the last that has begun, else the first."""
    if not isinstance(said, dict):
        return said
    if "by_year" not in said:
        return {name: _of_year(value, year) for name, value in said.items()}
    begins = sorted((int(each), value) for each, value in said["by_year"].items())
    begun = [value for each, value in begins if each <= year]
    return begun[-1] if begun else begins[0][1]


def _marginal(name: str, said: Mapping[str, Any]) -> Marginal:
    where = said.get("where", {})
    return Marginal(
        names=(name, *([said["also_named"]] if "also_named" in said else [])),
        law=_law(said),
        source=said["source"],
        missing=float(said.get("missing", 0)),
        per_practice=said.get("per") == "practice",
        draw=said.get("draw", ""),
        reversed=said.get("reversed", False),
        where=tuple((column, tuple(values)) for column, values in where.items()),
    )


def _law(said: Mapping[str, Any]) -> Law:
    match said:
        case {"metrics": metrics}:
            return Metrics(tuple(metrics.items()))
        case {"rows": rows}:
            return Rows(tuple((name, tuple(row.items())) for name, row in rows.items()))
        case {"share": share}:
            return Share(share)
        case {"shares": shares}:
            return Shares(tuple(shares), tuple(shares.values()))
        case {"ranges": ranges}:
            low, high, shares = zip(*ranges, strict=True)
            return Ranges(low, high, shares)
        case {"quantiles": knots}:
            return Quantiles(_knots(knots))
        case {"of": of, "times": knots}:
            return Times(of, _knots(knots))
        case {"spread": spread}:
            return Around(spread)
        case {"values": values}:
            return Nearest(tuple(values))
        case _:
            return Fixed(said["value"])


def _knots(pairs: Sequence[Sequence[float]]) -> Knots:
    shares, values = zip(*pairs, strict=True)
    return tuple(map(float, shares)), tuple(map(float, values))
