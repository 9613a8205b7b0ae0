"""A curve of what-ifs: a chart on the terminal, CSV, JSON, and a page that needs no network."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from fractions import Fraction

import click

from mipsdsl.about import About
from mipsdsl.cli import policies
from mipsdsl.cli.whatif_tables import answered, factor_text, laid_out, percent_text, said_of
from mipsdsl.core.types import Type
from mipsdsl.data.privacy import is_small, number_text
from mipsdsl.data.write import Column, cell_text, neutral
from mipsdsl.diff.history import bar
from mipsdsl.engines.store import Stored
from mipsdsl.whatif.changes import places
from mipsdsl.whatif.compare import REDUCTION
from mipsdsl.whatif.question import literal
from mipsdsl.whatif.report import Curve, Point, share

_BAR = 30


def how_answered(curve: Curve, least: int) -> Iterator[str]:
    """Yield how the answer came about, for standard error."""
    yield from said_of(curve.how, least)


def show(curve: Curve, least: int) -> None:
    """Show the curve: a line for each value, with a bar for the share of the first outcome."""
    label = _drawn(curve)
    header = [curve.name, *curve.factors, *curve.labels, f"share: {label}", ""]
    shares = [_share_of(point, label) for point in curve.points]
    highest = max(shares, default=share(0, 1))
    body = []
    for (point, hidden), part in zip(_points(curve, least), shares, strict=True):
        counts = [_number(point.counts.get(each, 0), least, hidden=hidden) for each in curve.labels]
        factors = [_shown(*curve.factors[each], point.factors[each]) for each in curve.factors]
        drawn = bar(float(part / highest), _BAR) if highest and not hidden else ""
        said = "" if hidden else percent_text(part)
        value = literal(point.value, curve.type)
        body.append([value, *factors, *counts, said, drawn.ljust(_BAR)])
    click.echo(laid_out(header, body))


def _drawn(curve: Curve) -> str:
    return REDUCTION if REDUCTION in curve.labels else curve.labels[0]


def _share_of(point: Point, label: str) -> Fraction:
    return share(point.counts.get(label, 0), sum(point.counts.values()))


def _points(curve: Curve, least: int) -> Iterator[tuple[Point, bool]]:
    """Yield the points, and whether their numbers are hidden.

    They are when one is too small, or when so few have another outcome than at the last point
    shown that the two together would tell their number.
    """
    last: Point | None = None
    for point in curve.points:
        numbers = list(point.counts.values())
        if last is not None:
            numbers += [abs(point.counts.get(x, 0) - last.counts.get(x, 0)) for x in curve.labels]
        hidden = any(is_small(number, least) for number in numbers)
        last = last if hidden else point
        yield point, hidden


def _number(number: int, least: int, *, hidden: bool) -> str:
    if hidden and number:
        return f"<{least}" if is_small(number, least) else "–"
    return f"{number:,}"


def _shown(type_: Type, scale: int, value: Stored) -> str:
    if isinstance(value, str):
        return value
    return factor_text(type_, scale, value) if isinstance(value, int) else "–"


# --- for programs --------------------------------------------------------------------------------


def _rows(curve: Curve, least: int) -> Iterator[dict[str, str]]:
    scale = max(places(point.value) for point in curve.points)
    of_value = Column(curve.name, curve.type, scale)
    for point, hidden in _points(curve, least):
        row = {curve.name: cell_text(of_value, int(point.value * 10**scale), "fraction")}
        for name, (type_, places_) in curve.factors.items():
            row[name] = cell_text(Column(name, type_, places_), point.factors[name], "fraction")
        for label in curve.labels:
            number = point.counts.get(label, 0)
            row[label] = "" if hidden and number else str(number)
        for name, (type_, places_) in curve.money.items():
            total = cell_text(Column(name, type_, places_), point.money[name], "fraction")
            row[name] = "" if hidden else total
        yield row


def csv_of(curve: Curve, least: int) -> str:
    """Return the curve as CSV: a line for each value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([neutral(each) for each in next(_rows(curve, least))])
    for row in _rows(curve, least):
        writer.writerow([neutral(cell) for cell in row.values()])
    return out.getvalue()


def json_of(curve: Curve, least: int, found: About) -> str:
    """Return the curve in the envelope of all JSON output; quantities as exact texts."""
    content: dict[str, object] = {
        "year": curve.program.year,
        "record": curve.how.record,
        "outcome": curve.lens.outcome,
        "among": curve.lens.among,
        "varied": curve.name,
        "answered": answered(curve.how, least),
        "points": list(_rows(curve, least)),
        "about": found.as_json(),
    }
    return policies.envelope("whatif_curve", content)


def html_of(curve: Curve, least: int, found: About) -> str:
    """Return a page with the curve, its data and all that draws it."""
    from mipsdsl.cli.page import page

    return page(f"What if {curve.name} were …", _about(curve, least, found), _chart(curve, least))


def _about(curve: Curve, least: int, found: About) -> str:
    first, last = (
        literal(point.value, curve.type) for point in (curve.points[0], curve.points[-1])
    )
    return (
        f"Performance year {curve.program.year}: {curve.name} from {first} to {last}, for "
        f"{number_text(curve.how.rows, least)} {curve.how.record}. Outcomes go by {curve.lens.outcome}. "
        f"Made from {found.line()}."
    )


def _chart(curve: Curve, least: int) -> dict[str, object]:
    """Return the curve as Vega-Lite: shares of outcomes, factors and money, one above the other."""
    per_hundred = 100 if curve.type.unit.value == "percent" else 1
    outcomes: list[dict[str, object]] = []
    factors: list[dict[str, object]] = []
    for point, hidden in _points(curve, least):
        at = float(point.value * per_hundred)
        for label in curve.labels:
            if not hidden:
                part = float(_share_of(point, label))
                outcomes.append({"x": at, "share": part, "outcome": label})
        for name, (_, scale) in curve.factors.items():
            value = point.factors[name]
            if isinstance(value, int):
                factors.append({"x": at, "value": value / 10**scale, "factor": name})
    unit = {"percent": "%", "points": "points", "money": "$"}.get(curve.type.unit.value, "")
    title = f"{curve.name} ({unit})" if unit else curve.name
    from_here = {"zero": False}
    x = {"field": "x", "type": "quantitative", "title": title, "scale": from_here}
    charts = [
        _lines(outcomes, x, "share", "outcome", "share of those counted", ".1%"),
        *([_lines(factors, x, "value", "factor", "national factor", ".4f")] if factors else []),
    ]
    apart = {"scale": {"color": "independent"}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "vconcat": charts,
        "resolve": apart,
    }


def _lines(
    values: list[dict[str, object]], x: Mapping[str, object], y: str, by: str, title: str, form: str
) -> dict[str, object]:
    axis = {"format": form}
    encoding = {
        "x": x,
        "y": {"field": y, "type": "quantitative", "title": title, "axis": axis},
        "color": {"field": by, "type": "nominal", "title": by},
        "tooltip": [
            {"field": "x", "title": x["title"]}, {"field": by}, {"field": y, "format": form}
        ],
    }  # fmt: skip
    return {
        "width": 640, "height": 260, "data": {"values": values},
        "mark": {"type": "line", "point": True}, "encoding": encoding,
    }  # fmt: skip
