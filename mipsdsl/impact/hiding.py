"""Answers about people as they may leave: small groups taken together, and what tells of few left out.

What is shown stays exact, and adds up: outcomes and groups are pooled until no number of those who move
is small, so that nothing follows from a total less the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import evolve

from mipsdsl.core.types import Unit
from mipsdsl.data.privacy import Privacy, is_small
from mipsdsl.hiding import of_nation
from mipsdsl.impact.answers import Attribution, Effect, Population, Why
from mipsdsl.whatif.compare import Comparison, Group, Label
from mipsdsl.whatif.report import Figure

OTHERS = "others"


def population_shown(found: Population, privacy: Privacy) -> Population:
    """Return what may be shown of people; ``notes`` say what is not."""
    least = privacy.least
    if not least:
        return found
    outcomes, notes = dict[str, Comparison](), list[str]()
    for name, comparison in found.outcomes.items():
        shown = _comparison(comparison, least)
        if shown is None:
            notes.append(f"`{name}`: fewer than {least} move one way, so who moves is not shown")
            continue
        outcomes[name] = shown
        bys = dict.fromkeys(group.by for group in comparison.groups)
        kept = {group.by for group in shown.groups}
        if gone := [by for by in bys if by not in kept]:
            notes.append(f"`{name}`: fewer than {least} move in groups by {', '.join(gone)}")
    factors = tuple(each for each in found.factors if _may_be_shown(each, privacy))
    if len(factors) < len(found.factors):
        notes.append(f"factors that tell of fewer than {least} people are left out")
    pooled = f"numbers of fewer than {least} people are in pools with others, or left out"
    return evolve(
        found, outcomes=outcomes, spreads=(), factors=factors,
        money=found.money if outcomes else {}, notes=(*found.notes, pooled, *notes),
    )  # fmt: skip


def _may_be_shown(figure: Figure, privacy: Privacy) -> bool:
    if figure.how == "published":
        return True
    for value in (figure.before, figure.after):
        if value is not None and of_nation({figure.name: value}, privacy):
            return False
    both = figure.before, figure.after
    if figure.type.unit is Unit.COUNT and isinstance(both[0], int) and isinstance(both[1], int):
        return not is_small(abs(both[0] - both[1]), privacy.least)
    return True


# --- outcomes and groups -------------------------------------------------------------------------


def _comparison(found: Comparison, least: int) -> Comparison | None:
    """Return a comparison of outcomes that are pooled as little as will do, if any will."""
    for pools in _poolings(found.labels):
        labels = tuple(dict.fromkeys(pools[label] for label in found.labels))
        whole = _relabelled(found.whole, pools)
        if len(labels) > 1 and _is_safe(whole, least):
            groups = [_relabelled(group, pools) for group in found.groups]
            alone = 0 if is_small(found.alone, least) else found.alone
            return Comparison(whole, tuple(_groups(groups, least)), labels, (), alone)
    return None


def _poolings(labels: Sequence[Label]) -> list[Mapping[Label, Label]]:
    """Return the ways to take outcomes together, those that keep most apart first."""
    found: list[Mapping[Label, Label]] = []
    for parts in sorted(_partitions(list(labels)), key=lambda parts: -len(parts)):
        found.append({label: " or ".join(part) for part in parts for label in part})
    return found


def _partitions(labels: list[Label]) -> Iterator[list[list[Label]]]:
    """Give the partitions of a few labels; of many only all apart and all together.

    >>> [len(each) for each in _partitions(["a", "b", "c"])]
    [1, 2, 2, 2, 3]
    """
    if len(labels) > MANY:
        yield from ([[label] for label in labels], [labels])
        return
    if not labels:
        yield []
        return
    first, rest = labels[0], labels[1:]
    for parts in _partitions(rest):
        for place, part in enumerate(parts):
            yield [*parts[:place], [first, *part], *parts[place + 1 :]]
        yield [[first], *parts]


MANY = 6
"""Of so many outcomes all partitions are looked at."""


def _relabelled(group: Group, pools: Mapping[Label, Label]) -> Group:
    flows: Counter[tuple[Label, Label]] = Counter()
    for (old, new), number in group.flows.items():
        flows[pools[old], pools[new]] += number
    return evolve(group, flows=dict(flows))


def _is_safe(group: Group, least: int) -> bool:
    return not any(is_small(number, least) for number in group.flows.values())


def _groups(groups: Sequence[Group], least: int) -> Iterator[Group]:
    """Give the groups, those of each ``by`` pooled until none tells of few."""
    for by in dict.fromkeys(group.by for group in groups):
        own = [group for group in groups if group.by == by]
        pooled = _pooled(
            own, lambda group: _is_safe(group, least), _together, lambda group: group.size
        )
        if pooled is not None:
            yield from pooled


def _together(groups: Sequence[Group]) -> Group:
    flows: Counter[tuple[Label, Label]] = Counter()
    for group in groups:
        flows.update(group.flows)
    money = {
        name: (sum(g.money[name][0] for g in groups), sum(g.money[name][1] for g in groups))
        for name in groups[0].money
    }
    value = f"{len(groups)} {OTHERS}" if len(groups) > 1 else groups[0].value
    return Group(groups[0].by, value, sum(group.size for group in groups), dict(flows), money)


def _pooled(
    groups: Sequence[Group],
    safe: Callable[[Group], bool],
    together: Callable[[Sequence[Group]], Group],
    size: Callable[[Group], int],
) -> list[Group] | None:
    """Return the groups that tell of few as one with the smallest others; none if all were in it."""
    pool = [group for group in groups if not safe(group)]
    rest = sorted((group for group in groups if safe(group)), key=size)
    while pool and rest and (len(pool) == 1 or not safe(together(pool))):
        pool.append(rest.pop(0))
    if pool and not (rest and safe(together(pool))):
        return None
    kept = [group for group in groups if any(group is each for each in rest)]
    return [*kept, together(pool)] if pool else kept


# --- provisions ----------------------------------------------------------------------------------


def why_shown(found: Why, least: int) -> Why:
    """Return the attributions without provisions that move few, unless these follow from the rest."""
    if not least:
        return found
    kept, notes = list[Attribution](), list[str]()
    few_move = False
    for each in found.attributions:
        if each.type.unit is not Unit.COUNT:
            # Sums are those of whom the count before them counts.
            shown = None if few_move else each
        else:
            shown = _counted(each, least)
            few_move = shown is not each
        if shown is None:
            notes.append(f"left out: {each.measure}, as it tells of fewer than {least} people")
        else:
            kept.append(shown)
            gone = [x.group for x in each.effects if x not in shown.effects]
            if gone:
                listed = ", ".join(gone)
                notes.append(f"{each.measure}: the rest is of {listed}, some of which move few")
    return evolve(found, attributions=tuple(kept), notes=(*found.notes, *notes))


def _counted(found: Attribution, least: int) -> Attribution | None:
    """Return the attribution of a count without what moves few; nothing if it gave itself away."""
    steps = 10**found.scale
    ends = found.before, found.after, abs(found.after - found.before)
    if any(is_small(each // steps, least) for each in ends):
        return None
    few = [x for x in found.effects if _moves_few(x, found, least)]
    rest = sorted((x for x in found.effects if x not in few), key=lambda x: abs(x.shapley))
    while few and rest and (len(few) == 1 or _is_few(sum(x.shapley for x in few), found, least)):
        few.append(rest.pop(0))
    if few and _is_few(sum(x.shapley for x in few), found, least):
        return None
    return evolve(found, effects=tuple(x for x in found.effects if x not in few)) if few else found


def _moves_few(effect: Effect, found: Attribution, least: int) -> bool:
    steps = 10**found.scale
    ends = (abs(effect.alone) // steps, abs(effect.last) // steps)
    return any(is_small(each, least) for each in ends) or _is_few(effect.shapley, found, least)


def _is_few(shapley: int, found: Attribution, least: int) -> bool:
    return 0 < abs(Fraction(shapley, found.orders * 10**found.scale)) < least
