"""What the layers say, in the words and figures that every form of output shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from mipsdsl.core.types import Type, Unit
from mipsdsl.data.write import Column
from mipsdsl.diff import Change, Difference, Effect
from mipsdsl.diff.view import counts, headings
from mipsdsl.engines.store import Stored
from mipsdsl.impact.answers import Attribution, Layers, Population, Proofs, Sameness, Why, Witness
from mipsdsl.shown import amount_text, shown_text
from mipsdsl.whatif.compare import Comparison, Label

_LAYERS = {"witnesses": "people", "people": "how many"}
"""Layers by the names that they are asked for, where they are called otherwise."""

MINUS = "\N{MINUS SIGN}"

_PLACES = {Unit.MONEY: 0, Unit.COUNT: 1, Unit.PERCENT: 2, Unit.POINTS: 2}
_FINE = 12

# --- names and figures ---------------------------------------------------------------------------


def title(difference: Difference, names: tuple[str, str]) -> str:
    """Return what is compared: the years, or what the user named where they are of one year."""
    years = next(((old, new) for what, old, new in headings(difference) if what == "year"), names)
    old, new = years if years[0] != years[1] else names
    return f"{old} → {new}"


def spoken(name: str) -> str:
    """Return a name as it is spoken.

    >>> spoken("payment_adjustment")
    'payment adjustment'
    """
    return name.replace("_", " ")


def value_text(type_: Type, scale: int, value: Stored) -> str:
    """Return a value in steps of its grid as a person reads it; a missing one is a dash."""
    return "–" if value is None else shown_text(Column("", type_, scale), value)


def difference_text(unit: Unit, amount: Fraction) -> str:
    """Return by how much something moves, with its sign, as short as it says something.

    >>> difference_text(Unit.MONEY, Fraction(-1234567, 2)), difference_text(Unit.COUNT, Fraction(7, 2))
    ('−$617,284', '+3.5')
    """
    places = _PLACES.get(unit, 4)
    if 0 < abs(amount) < Fraction(1, 10**places):
        places = _FINE
    sign = MINUS if amount < 0 else "+" if amount else ""
    return f"{sign}{amount_text(abs(amount), unit, places)}"


def total_text(unit: Unit, amount: Fraction) -> str:
    """Return a sum or a count as short as it says something.

    >>> total_text(Unit.MONEY, Fraction(-1234567, 2)), total_text(Unit.COUNT, Fraction(7))
    ('−$617,284', '7')
    """
    return amount_text(amount, unit, _PLACES.get(unit, 4)).replace("-", MINUS)


def share_text(part: int, whole: int) -> str:
    """Return a part of a whole: ``7.1%``; of nothing, nothing."""
    return amount_text(Fraction(part, whole), Unit.PERCENT, 1) if whole else ""


def mean_of(effect: int, attribution: Attribution) -> Fraction:
    """Return a Shapley value in the unit of its measure."""
    return Fraction(effect, attribution.orders * 10**attribution.scale)


def sameness_text(sameness: Sameness) -> str:
    """Return what is known of an output."""
    return "same for everyone" if sameness is Sameness.SAME else sameness.value


# --- in short ------------------------------------------------------------------------------------


def summary(
    difference: Difference, layers: Layers, changes: Sequence[Change]
) -> Iterator[tuple[str, str]]:
    """Yield what an analyst says first: a layer's name, and a sentence."""
    if layers.population is not None:
        yield from (("how many", each) for each in _population(layers.population))
    if layers.why is not None:
        yield from (("why", _why(each)) for each in layers.why.attributions)
    if layers.witnesses is not None:
        yield "people", _witnesses(layers.witnesses)
    if layers.proofs is not None:
        yield "proof", _proof(layers.proofs)
    yield "text", _text(difference, changes)
    if data := _data(changes):
        yield "data", data
    for layer, why in layers.skipped.items():
        yield _LAYERS.get(layer, layer), f"not answered: {why}"


def _text(difference: Difference, changes: Sequence[Change]) -> str:
    number = [f"{count} {word}" for word, count in counts(changes).items() if count]
    listed = ", ".join(number) if number else "nothing is different"
    return f"{listed}; {difference.untouched} as before."


def _data(changes: Sequence[Change]) -> str:
    """Return how many things those have to look at who bring the data."""
    things = {change.key.full for change in changes if change.effect is Effect.DATA}
    if not things:
        return ""
    number = "1 of them changes" if len(things) == 1 else f"{len(things)} of them change"
    return f"{number} what data have to hold."


def _proof(proofs: Proofs) -> str:
    if not proofs.outputs:
        return "no result of one is a result of the other."
    number = Counter(each.sameness for each in proofs.outputs)
    said = [f"{sameness_text(x).rstrip('…')}: {number[x]}" for x in Sameness if number[x]]
    reworded = len(proofs.reworded)
    more = f" {reworded} reworded with one meaning." if reworded else ""
    return f"of {len(proofs.outputs)} results, {'; '.join(said)}.{more}"


def _witnesses(witnesses: Sequence[Witness]) -> str:
    if not witnesses:
        return "no clinician was found for whom anything differs."
    said = [f"{spoken(name)} {_numbers(own)}" for name, own in by_output(witnesses)]
    return f"{len(witnesses)} replayed, one for each kind of change: {', '.join(said)}."


def by_output(witnesses: Sequence[Witness]) -> list[tuple[str, list[Witness]]]:
    """Return the witnesses of each output, in the order of the outputs."""
    found: dict[str, list[Witness]] = {}
    for each in witnesses:
        found.setdefault(each.name, []).append(each)
    return list(found.items())


def _numbers(witnesses: Sequence[Witness]) -> str:
    first, last = witnesses[0].number, witnesses[-1].number
    return f"W{first}" if first == last else f"W{first}–W{last}"


def _population(population: Population) -> Iterator[str]:
    for name, comparison in population.outcomes.items():
        yield f"{spoken(name)}: {_moves(comparison)}."
    whole = next((each.whole for each in population.outcomes.values() if each.whole.money), None)
    for name, (before, after) in whole.money.items() if whole is not None else ():
        type_, scale = population.money[name]
        moved = difference_text(type_.unit, Fraction(after - before, 10**scale))
        values = (total_text(type_.unit, Fraction(x, 10**scale)) for x in (before, after))
        yield f"{spoken(name)}, all together: {' → '.join(values)} ({moved})."


def _moves(comparison: Comparison) -> str:
    whole = comparison.whole
    flows = sorted(moves(comparison), key=lambda flow: -flow[2])
    most = ", ".join(f"{number:,} {old} → {new}" for old, new, number in flows[:3])
    share = share_text(whole.moved, whole.size)
    if not flows:
        return f"none of {whole.size:,} moves"
    verb = "moves" if whole.moved == 1 else "move"
    return f"{whole.moved:,} of {whole.size:,} ({share}) {verb}: {most}"


def moves(comparison: Comparison) -> Iterator[tuple[Label, Label, int]]:
    """Yield who has another outcome after: from what, to what, how many."""
    for (old, new), number in comparison.whole.flows.items():
        if old != new and number:
            yield old, new, number


def _why(why: Attribution) -> str:
    unit, steps = why.type.unit, 10**why.scale
    ends = (total_text(unit, Fraction(x, steps)) for x in (why.before, why.after))
    total = difference_text(unit, Fraction(why.after - why.before, steps))
    ordered = sorted(why.effects, key=lambda effect: -abs(effect.shapley))
    parts = (
        f"{spoken(each.group)} {difference_text(unit, mean_of(each.shapley, why))}"
        for each in ordered[:3]
        if each.shapley
    )
    most = f", most by {', '.join(parts)}" if why.after != why.before else ""
    return f"{spoken(why.measure)}: {' → '.join(ends)} ({total}){most}."


def unmoved(why: Why | None) -> list[str]:
    """Return the groups without an effect in any attribution: they cannot move what is measured."""
    if why is None:
        return []
    moving = {effect.group for each in why.attributions for effect in each.effects}
    return [group for group in why.groups if group not in moving]


def legend(layers: Layers) -> Mapping[str, str]:
    """Return what the columns of an attribution mean."""
    sampled = layers.why is not None and not all(x.exact for x in layers.why.attributions)
    mean = "the mean over a sample of the orders in which they can be made" if sampled else (
        "the mean over all orders in which they can be made"
    )  # fmt: skip
    return {
        "alone": "made first, to the old law",
        "last": "made last, to reach the new law",
        "share": f"{mean}; these add up to the whole",
    }
