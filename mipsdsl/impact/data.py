"""A difference with all its layers as plain data, for JSON; ``schema.json`` says what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction

from mipsdsl.core.types import Type
from mipsdsl.data.write import Column, cell_text
from mipsdsl.diff import Change, Difference
from mipsdsl.diff import as_data as text_as_data
from mipsdsl.diff.policy import Key
from mipsdsl.engines.store import Stored
from mipsdsl.impact.answers import (
    Attribution,
    Effect,
    Layers,
    Population,
    Proofs,
    Spread,
    Why,
    Witness,
)
from mipsdsl.resources import PACKAGE
from mipsdsl.whatif.compare import Comparison, Group
from mipsdsl.whatif.report import Figure

FORMAT = "mips/diff/1"
"""What the layers are in; a change that breaks a reader makes it ``mips/diff/2``."""

_DIGITS = 12

Data = dict[str, object]


def schema() -> Mapping[str, object]:
    """Return the JSON Schema (draft 2020-12) of ``as_data``."""
    text = (PACKAGE / "impact" / "schema.json").read_text(encoding="utf-8")
    found: Mapping[str, object] = json.loads(text)
    return found


def as_data(
    difference: Difference, layers: Layers, *, changes: Sequence[Change] | None = None
) -> Data:
    """Return ``changes`` (without them: all of ``difference``) and the ``layers``.

    Quantities are texts, exact: percents as fractions, 4.25% as 0.0425. A layer that was not asked
    for is null.
    """
    population, why = layers.population, layers.why
    return {
        "schema": FORMAT,
        **text_as_data(difference, difference.changes if changes is None else changes),
        "proof": None if layers.proofs is None else _proofs(layers.proofs),
        "witnesses": None if layers.witnesses is None else list(map(_witness, layers.witnesses)),
        "population": None if population is None else _population(population),
        "why": None if why is None else _why(why),
        "skipped": dict(layers.skipped),
    }


def _key(key: Key) -> Data:
    return {"what": key.what, "record": key.record, "name": key.name}


def _text(type_: Type, scale: int, value: Stored) -> str | None:
    if value is None or isinstance(value, bool):
        return None if value is None else cell_text(Column("", type_, scale), value)
    return cell_text(Column("", type_, scale), value, "fraction")


def _proofs(proofs: Proofs) -> Data:
    outputs = [
        {
            "record": each.record,
            "name": each.name,
            "sameness": each.sameness.value,
            "why": each.why,
            "bound": each.bound,
        }
        for each in proofs.outputs
    ]
    return {"outputs": outputs, "reworded": [_key(key) for key in proofs.reworded]}


def _figure(figure: Figure) -> Data:
    return {
        "name": figure.name,
        "unit": str(figure.type.required()),
        "before": _text(figure.type, figure.scale, figure.before),
        "after": _text(figure.type, figure.scale, figure.after),
        "published": _text(figure.type, figure.scale, figure.published),
        "how": figure.how,
    }


def _witness(witness: Witness) -> Data:
    before, after = witness.explained
    return {
        "number": witness.number,
        "kind": witness.kind,
        "record": witness.record,
        "name": witness.name,
        "tables": {name: [dict(row) for row in rows] for name, rows in witness.tables.items()},
        "figures": [_figure(each) for each in witness.figures],
        "explained": {"before": before, "after": after},
    }


def _population(population: Population) -> Data:
    scales = {each.name: (each.type, each.scale) for each in population.spreads}
    return {
        "whose": population.whose,
        "size": population.size,
        "outcomes": {
            name: _comparison(each, population, scales.get(name))
            for name, each in population.outcomes.items()
        },
        "spreads": [_spread(each) for each in population.spreads],
        "factors": [_figure(each) for each in population.factors],
        "notes": list(population.notes),
    }


def _comparison(
    comparison: Comparison, population: Population, of_outcome: tuple[Type, int] | None
) -> Data:
    quantiles = comparison.spread if of_outcome is not None else ()
    type_, scale = of_outcome or (None, 0)
    return {
        **_group(comparison.whole, population),
        "labels": list(comparison.labels),
        "in_one_alone": comparison.alone,
        "quantiles": [
            {
                "percent": percent,
                "before": _text(type_, scale, before),
                "after": _text(type_, scale, after),
            }
            for percent, before, after in quantiles
            if type_ is not None
        ],
        "subgroups": [
            {"by": each.by, "value": each.value, **_group(each, population)}
            for each in comparison.groups
        ],
    }


def _group(group: Group, population: Population) -> Data:
    return {
        "size": group.size,
        "moved": group.moved,
        "flows": [
            {"before": before, "after": after, "number": number}
            for (before, after), number in group.flows.items()
        ],
        "money": {
            name: {
                "before": _text(*population.money[name], before),
                "after": _text(*population.money[name], after),
            }
            for name, (before, after) in group.money.items()
        },
    }


def _spread(spread: Spread) -> Data:
    return {
        "name": spread.name,
        "unit": str(spread.type.required()),
        "edges": [_text(spread.type, spread.scale, edge) for edge in spread.edges],
        "before": list(spread.before),
        "after": list(spread.after),
    }


def _why(why: Why) -> Data:
    return {
        "groups": {name: [_key(key) for key in keys] for name, keys in why.groups.items()},
        "together": why.together,
        "notes": list(why.notes),
        "attributions": [_attribution(each) for each in why.attributions],
    }


def _attribution(attribution: Attribution) -> Data:
    type_, scale = attribution.type, attribution.scale
    return {
        "measure": attribution.measure,
        "unit": str(type_.required()),
        "before": _text(type_, scale, attribution.before),
        "after": _text(type_, scale, attribution.after),
        "exact": attribution.exact,
        "laws": attribution.laws,
        "effects": [_effect(each, attribution) for each in attribution.effects],
    }


def _effect(effect: Effect, attribution: Attribution) -> Data:
    type_, scale = attribution.type, attribution.scale
    steps = 10**scale
    share = Fraction(effect.shapley, attribution.orders * steps)
    return {
        "group": effect.group,
        "alone": _text(type_, scale, effect.alone),
        "last": _text(type_, scale, effect.last),
        "shapley": _decimal(share),
        "shapley_exact": str(share),
        "error": effect.error / steps,
    }


def _decimal(value: Fraction) -> str:
    """Return ``value`` to twelve places.

    >>> _decimal(Fraction(-1, 3)), _decimal(Fraction(5, 2)), _decimal(Fraction(0))
    ('-0.333333333333', '2.5', '0')
    """
    whole, rest = divmod(abs(round(value * 10**_DIGITS)), 10**_DIGITS)
    places = f"{rest:0{_DIGITS}d}".rstrip("0")
    sign = "-" if value < 0 and (whole or rest) else ""
    return f"{sign}{whole}" + (f".{places}" if places else "")
