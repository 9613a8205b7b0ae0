"""Charts in Vega-Lite: flows between outcomes, waterfalls of provisions, distributions.

Colours are the page's own (``var(--…)``), so that they follow dark mode and print; what stands
after the comma is for a chart that is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from mipsdsl.core.types import Type, Unit
from mipsdsl.impact.answers import Attribution, Effect, Spread
from mipsdsl.impact.words import difference_text, mean_of, share_text, spoken, total_text
from mipsdsl.whatif.compare import NEUTRAL, NONE, RAISE, REDUCTION, Comparison

Spec = dict[str, object]

INK, MUTED, LINE = "var(--ink, #1c2330)", "var(--muted, #55606f)", "var(--line, #d4dae2)"
OLD, NEW = "var(--old, #8a94a3)", "var(--new, #1f5fbf)"
WORSE, BETTER = "var(--worse, #b3401a)", "var(--better, #1a7a4c)"

_RANK = {REDUCTION: 0, NONE: 1, NEUTRAL: 1, RAISE: 2}
_GAP = 0.04
_SIDE = 0.58
_TALL = 70
_LABEL = 36
_CURVE = 16
_ROW = 30


def _chart(description: str, height: int, layers: Sequence[Spec], **more: object) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": description,
        "width": "container",
        "height": height,
        "background": "transparent",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": "system-ui, sans-serif",
            "view": {"stroke": None},
            "text": {"fontSize": 12, "fill": INK},
            "axis": {
                "labelColor": INK, "titleColor": MUTED, "gridColor": LINE, "domainColor": LINE,
                "tickColor": LINE, "labelFontSize": 12, "titleFontSize": 12,
                "titleFontWeight": "normal",
            },
            "legend": {"labelColor": INK, "titleColor": MUTED, "labelFontSize": 12},
        },
        "layer": list(layers),
        **more,
    }  # fmt: skip


def _data(values: Sequence[Mapping[str, object]]) -> Spec:
    return {"values": list(values)}


def _at(field: str, low: float, high: float) -> Spec:
    scale = {"domain": [low, high], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


# --- who moves from which outcome to which -------------------------------------------------------


def flow(name: str, comparison: Comparison) -> Spec:
    """Return ribbons from the outcomes before, on the left, to those after, on the right."""
    whole, labels = comparison.whole, comparison.labels
    before = [whole.before(label) for label in labels]
    after = [whole.after(label) for label in labels]
    left, right = _stacked(before), _stacked(after)
    height = _TALL * len(labels) + 60
    lowest = max(left[-1][1], right[-1][1])
    apart = _LABEL / height * lowest
    ends = [
        *_ends("before", 0.0, labels, before, left, apart),
        *_ends("after", 1.0, labels, after, right, apart),
    ]
    lowest = max([lowest, *(float(str(each["middle"])) + apart / 2 for each in ends)])
    x, y = _at("x", -_SIDE, 1 + _SIDE), _at("y", lowest, min(0.0, -apart / 4))
    bars: Spec = {
        "data": _data(ends),
        "mark": {"type": "rect", "fill": INK},
        "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}},
    }
    texts = [_names(ends, side, x, {**y, "field": "middle"}) for side in ("before", "after")]
    said = f"{spoken(name)}: {whole.size - whole.moved:,} stay, {whole.moved:,} move"
    layers = [_flowing(name, _ribbons(comparison, left, right), x, y), bars, *texts]
    return _chart(said, height, layers)


def _flowing(name: str, ribbons: Iterable[Spec], x: Spec, y: Spec) -> Spec:
    ways = {"stay": OLD, "worse": WORSE, "better": BETTER, "other": NEW}
    shown = {"domain": list(ways), "range": list(ways.values())}
    colour: Spec = {"field": "way", "type": "nominal", "legend": None, "scale": shown}
    faint = {"condition": {"test": "datum.way === 'stay'", "value": 0.28}, "value": 0.75}
    told = [{"field": "flow", "title": spoken(name)}, {"field": "number", "title": "clinicians"}]
    return {
        "data": _data(list(ribbons)),
        "mark": {"type": "area"},
        "encoding": {
            "x": x, "y": y, "y2": {"field": "y2"}, "detail": {"field": "flow"},
            "fill": colour, "fillOpacity": faint, "tooltip": told,
        },
    }  # fmt: skip


def _names(ends: Sequence[Spec], side: str, x: Spec, y: Spec) -> Spec:
    field, align, move = ("x", "right", -7) if side == "before" else ("x2", "left", 7)
    return {
        "data": _data([each for each in ends if each["side"] == side]),
        "mark": {
            "type": "text",
            "align": align,
            "baseline": "middle",
            "dx": move,
            "lineBreak": "\n",
        },
        "encoding": {"x": {**x, "field": field}, "y": y, "text": {"field": "text"}},
    }


def _stacked(numbers: Sequence[int]) -> list[tuple[float, float]]:
    """Return where each of the stacked outcomes begins and ends; all of them are 1 high."""
    whole = sum(numbers) or 1
    at, places = 0.0, []
    for number in numbers:
        places.append((at, at + number / whole))
        at += number / whole + _GAP
    return places


def _ribbons(
    comparison: Comparison,
    left: Sequence[tuple[float, float]],
    right: Sequence[tuple[float, float]],
) -> Iterator[Spec]:
    whole = comparison.whole
    starts = [low for low, _ in left]
    ends = [low for low, _ in right]
    pairs = [(i, k) for i in range(len(left)) for k in range(len(right))]
    flows = {}
    for i, k in pairs:
        number = whole.flows.get((comparison.labels[i], comparison.labels[k]), 0)
        high = number / (whole.size or 1)
        flows[i, k] = (starts[i], ends[k], high, number)
        starts[i] += high
        ends[k] += high
    # Those that move are drawn above those that stay.
    for (i, k), (start, end, high, number) in sorted(
        flows.items(), key=lambda each: each[0][0] != each[0][1]
    ):
        if number:
            old, new = comparison.labels[i], comparison.labels[k]
            yield from (
                {"x": step / _CURVE, "y": y, "y2": y + max(high, 0.003), "way": way(old, new),
                 "flow": f"{old} → {new}", "number": number}
                for step in range(_CURVE + 1)
                for y in [start + (end - start) * _smooth(step / _CURVE)]
            )  # fmt: skip


def _smooth(t: float) -> float:
    return t * t * (3 - 2 * t)


def way(old: str, new: str) -> str:
    """Return whether a move is for better or worse, where outcomes say so."""
    if old == new:
        return "stay"
    if old not in _RANK or new not in _RANK or _RANK[old] == _RANK[new]:
        return "other"
    return "better" if _RANK[new] > _RANK[old] else "worse"


def _ends(
    side: str, at: float, labels: Sequence[str], numbers: Sequence[int],
    places: Sequence[tuple[float, float]], apart: float,
) -> Iterator[Spec]:  # fmt: skip
    """Yield the bars of one side with their names, which stand at least so far ``apart``."""
    last = -apart
    for label, number, (low, high) in zip(labels, numbers, places, strict=True):
        if number:
            last = max((low + high) / 2, last + apart)
            yield {
                "x": at - 0.012, "x2": at + 0.012, "y": low, "y2": max(high, low + 0.004),
                "middle": last, "side": side,
                "text": f"{label}\n{number:,} · {share_text(number, sum(numbers))}",
            }  # fmt: skip


# --- which provision did it ----------------------------------------------------------------------


def waterfall(why: Attribution) -> Spec:
    """Return how the share of each group of provisions leads from the old value to the new."""
    steps = 10**why.scale
    rows: list[Spec] = []
    at = Fraction(why.before, steps)
    rows.append(_total("before", at, why))
    for each in ordered(why):
        amount = mean_of(each.shapley, why)
        if amount:
            rows.append(_step(spoken(each.group), at, amount, why))
            at += amount
    rows.append(_total("after", Fraction(why.after, steps), why))
    names = [row["name"] for row in rows]
    y: Spec = {
        "field": "name", "type": "nominal", "sort": names, "title": None,
        "axis": {"labelLimit": 150, "ticks": False, "domain": False},
    }  # fmt: skip
    x = _at("low", *_room(rows))
    colour = {
        "field": "way", "type": "nominal", "legend": None,
        "scale": {"domain": ["more", "less", "total"], "range": [NEW, WORSE, INK]},
    }  # fmt: skip
    bars: Spec = {
        "transform": [{"filter": "datum.way !== 'total'"}],
        "mark": {"type": "bar", "height": 16, "cornerRadius": 2},
        "encoding": {"x": x, "x2": {"field": "high"}, "y": y, "fill": colour, "tooltip": [
            {"field": "name", "title": "provisions"}, {"field": "text", "title": spoken(why.measure)}]},
    }  # fmt: skip
    totals: Spec = {
        "transform": [{"filter": "datum.way === 'total'"}],
        "mark": {"type": "tick", "thickness": 4, "size": 22, "color": INK},
        "encoding": {"x": x, "y": y},
    }
    texts: Spec = {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 7},
        "encoding": {"x": {**x, "field": "high"}, "y": y, "text": {"field": "text"}},
    }
    ends = f"from {rows[0]['text']} to {rows[-1]['text']}"
    description = f"{spoken(why.measure)}, {ends}, by group of provisions"
    return _chart(description, _ROW * len(rows), [bars, totals, texts], data=_data(rows))


def _room(rows: Sequence[Spec]) -> tuple[float, float]:
    """Return from where to where a waterfall goes, with room for the texts on the right of it."""
    ends = [float(str(row[side])) for row in rows for side in ("low", "high")]
    wide = (max(ends) - min(ends)) or abs(ends[0]) or 1.0
    return min(ends) - 0.04 * wide, max(ends) + 0.5 * wide


def ordered(why: Attribution) -> list[Effect]:
    """Return the effects, the largest share first."""
    return sorted(why.effects, key=lambda each: -abs(each.shapley))


def _step(name: str, at: Fraction, amount: Fraction, why: Attribution) -> Spec:
    low, high = sorted((at, at + amount))
    return {
        "name": name, "low": float(low), "high": float(high),
        "way": "more" if amount > 0 else "less", "text": difference_text(why.type.unit, amount),
    }  # fmt: skip


def _total(name: str, at: Fraction, why: Attribution) -> Spec:
    return {
        "name": name, "low": float(at), "high": float(at), "way": "total",
        "text": total_text(why.type.unit, at),
    }  # fmt: skip


def _axis(type_: Type) -> str:
    return {Unit.MONEY: "$~s", Unit.PERCENT: "%"}.get(type_.unit, ",f")


# --- how a quantity is spread --------------------------------------------------------------------


def spread(of: Spread, names: tuple[str, str]) -> Spec:
    """Return how many have which values: before as an area, after as a line."""
    edges = [edge / 10**of.scale for edge in of.edges]
    rows = [
        {"at": at, "side": name, "number": number}
        for name, counts in zip(names, (of.before, of.after), strict=True)
        for at, number in zip(edges, (*counts, counts[-1] if counts else 0), strict=True)
    ]
    x = {
        "field": "at", "type": "quantitative", "title": spoken(of.name),
        "scale": {"nice": False},
        "axis": {"format": _axis(of.type), "grid": False, "tickCount": 6, "labelOverlap": True},
    }  # fmt: skip
    y = {
        "field": "number", "type": "quantitative", "title": "clinicians",
        "axis": {"format": ",f", "tickCount": 4}, "stack": None,
    }  # fmt: skip
    shown = {"domain": list(names), "range": [OLD, NEW]}
    legend = {"title": None, "orient": "top", "symbolType": "square"}
    colour = {"field": "side", "type": "nominal", "scale": shown, "legend": legend}
    old: Spec = {
        "transform": [{"filter": {"field": "side", "equal": names[0]}}],
        "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.55},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    new: Spec = {
        "transform": [{"filter": {"field": "side", "equal": names[1]}}],
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    description = f"How {spoken(of.name)} is spread, {names[0]} and {names[1]}"
    return _chart(description, 200, [old, new], data=_data(rows))
