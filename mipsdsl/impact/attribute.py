"""Which provisions did it: the effect of each group alone, last, and on average over all orders.

With groups of provisions as players and a measure of the people under a law as the worth of a
coalition, the average over all orders is the Shapley value. It adds up to the whole change exactly:
all arithmetic is in whole numbers. Source: L. Shapley, A value for n-person games, 1953.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, combinations
from math import factorial, sqrt
from operator import xor

from attrs import frozen

from mipsdsl.diff.change import Difference
from mipsdsl.diff.policy import Key
from mipsdsl.engines.schema import schema_of
from mipsdsl.impact.answers import Attribution, Effect, Why
from mipsdsl.impact.look import Measure
from mipsdsl.impact.people import Crowd
from mipsdsl.impact.runs import Groups, Law, Runs, runs_of
from mipsdsl.whatif.lens import scale_of

EXACT = 10
"""Of so many groups all orders are weighed, of more a sample."""
ORDERS = 60
"""How many orders are weighed then: half of them are drawn, the others are their reverses."""
EVERYTHING = "all changes"

Worth = Callable[[Groups], int]


# --- shares --------------------------------------------------------------------------------------


@frozen
class Shares:
    """What each player adds: alone, last, and summed over so many ``orders``.

    The sums of all players add up to ``orders`` times the whole. ``errors``: of a sample of orders,
    the standard error of the mean.
    """

    alone: Mapping[str, int]
    last: Mapping[str, int]
    summed: Mapping[str, int]
    errors: Mapping[str, float]
    orders: int


def shares(players: Sequence[str], worth: Worth, seed: int = 1) -> Shares:
    """Return the shares of ``players``, in whatever order they are given.

    >>> found = shares(("a", "b"), lambda on: 10 * ("a" in on) + 4 * len(on))
    >>> found.summed, found.orders
    ({'a': 28, 'b': 8}, 2)
    """
    every = frozenset(players)
    if len(every) <= EXACT:
        summed, orders = {each: _weighed(each, every, worth) for each in players}, len(every)
        errors, number = dict.fromkeys(players, 0.0), factorial(orders)
    else:
        added = [_added(order, worth) for order in drawn(every, seed)]
        number = len(added)
        summed = {each: sum(one[each] for one in added) for each in players}
        errors = {each: _error([one[each] for one in added]) for each in players}
    return Shares(
        alone={each: worth(frozenset({each})) - worth(frozenset()) for each in players},
        last={each: worth(every) - worth(every - {each}) for each in players},
        summed=summed, errors=errors, orders=number,
    )  # fmt: skip


def coalitions(players: Groups, seed: int = 1) -> set[Groups]:
    """Return all coalitions whose worth ``shares`` asks for."""
    if len(players) <= EXACT:
        return set(_subsets(players))
    found = {players, frozenset[str]()}
    found |= {frozenset({each}) for each in players} | {players - {each} for each in players}
    for order in drawn(players, seed):
        found |= {frozenset(order[:number]) for number in range(len(order))}
    return found


def in_turn(
    some: Iterable[Groups], players: Sequence[str], effort: Callable[[str], int]
) -> list[Groups]:
    """Return coalitions so that few join or leave between two, the dearest seldom: as a Gray code.

    >>> found = in_turn(coalitions(frozenset("ab")), "ab", {"a": 1, "b": 9}.__getitem__)
    >>> ["".join(sorted(on)) for on in found]
    ['', 'a', 'ab', 'b']
    """
    dear = sorted(players, key=lambda each: (-effort(each), each))

    def place(on: Groups) -> list[int]:
        return list(accumulate((int(each in on) for each in dear), xor))

    return sorted(some, key=place)


def drawn(players: Groups, seed: int) -> list[list[str]]:
    """Return orders of ``players`` at random, each followed by its reverse.

    They are the same for the same players and seed. What two players do only together falls to the
    first in one order and to the second in its reverse, so a pair of orders halves it, as all orders
    do. Source: R. Mitchell and others, Sampling permutations for Shapley value estimation, Journal of
    Machine Learning Research 23, 2022.
    """
    dice, names = random.Random(seed), sorted(players)
    some = (dice.sample(names, len(names)) for _ in range(ORDERS // 2))
    return [each for one in some for each in (one, one[::-1])]


def _subsets(players: Groups) -> Iterator[Groups]:
    sizes = range(len(players) + 1)
    parts = chain.from_iterable(combinations(sorted(players), size) for size in sizes)
    return (frozenset(each) for each in parts)


def _weighed(player: str, players: Groups, worth: Worth) -> int:
    """Return what a player adds, summed over all orders: each coalition as often as it is first."""
    n = len(players)
    times = [factorial(size) * factorial(n - size - 1) for size in range(n)]
    return sum(
        times[len(on)] * (worth(on | {player}) - worth(on)) for on in _subsets(players - {player})
    )


def _added(order: Sequence[str], worth: Worth) -> dict[str, int]:
    """Return what each player adds to those before it."""
    found, before = {}, worth(frozenset())
    for number, each in enumerate(order):
        after = worth(frozenset(order[: number + 1]))
        found[each], before = after - before, after
    return found


def _error(values: Sequence[int]) -> float:
    """Return the standard error of the mean of ``values``, which come in pairs."""
    pairs = [sum(values[at : at + 2]) / 2 for at in range(0, len(values), 2)]
    number, mean = len(pairs), sum(pairs) / len(pairs)
    return sqrt(sum((x - mean) ** 2 for x in pairs) / (number - 1) / number)


# --- provisions ----------------------------------------------------------------------------------


def why(found: Crowd, difference: Difference, seed: int = 1) -> Why:
    """Return which provisions moved each measure of the people."""
    keys = _provisions(difference)
    together, notes = _apart(found)
    if together:
        return Why({EVERYTHING: _all(keys)}, tuple(_of_all(found)), together, notes)
    runs = found.new
    movers = runs.movers()
    players = list(dict.fromkeys(name for names in movers.values() for name in names))
    for on in in_turn(coalitions(frozenset(players), seed), players, runs.effort):
        runs.measured(on)
    ordered = sorted(players, key=list(runs.law.switches).index)
    attributions = []
    for number, measure in enumerate(runs.measures):
        own = shares(ordered, lambda on, n=number: runs.measured(on)[n], seed)  # type: ignore[misc]
        attributions.append(_attribution(runs, measure, number, own, ordered))
    groups = {name: keys.get(name, ()) for name in runs.law.switches}
    return Why(groups, tuple(attributions), "", notes)


def _attribution(
    runs: Runs, measure: Measure, number: int, own: Shares, players: Sequence[str]
) -> Attribution:
    before, after = (runs.measured(on)[number] for on in (frozenset[str](), frozenset(players)))
    effects = tuple(
        Effect(each, own.alone[each], own.last[each], own.summed[each], own.errors[each])
        for each in players
    )
    exact = len(players) <= EXACT
    return _told(runs, measure, (before, after), own.orders, effects, exact=exact)


def _told(
    runs: Runs,
    measure: Measure,
    ends: tuple[int, int],
    orders: int,
    effects: tuple[Effect, ...],
    *,
    exact: bool = True,
) -> Attribution:
    schema = schema_of(runs.law.look.program)
    type_, scale = schema.items["", measure.item].type, scale_of(schema, "", measure.item)
    return Attribution(measure.said, type_, scale, *ends, orders, effects, exact, runs.laws)


def _of_all(found: Crowd) -> Iterator[Attribution]:
    """Yield the attributions where all changes are one group."""
    known = {each.item: number for number, each in enumerate(found.old.measures)}
    olds, news = _measured_apart(found)
    for number, measure in enumerate(found.new.measures):
        if measure.item in known:
            before, after = olds[known[measure.item]], news[number]
            moved = after - before
            effect = Effect(EVERYTHING, moved, moved, moved)
            yield _told(found.new, measure, (before, after), 1, (effect,))


def _provisions(difference: Difference) -> dict[str, tuple[Key, ...]]:
    """Return what each file changes."""
    keys: dict[str, dict[Key, None]] = {}
    for change in difference.changes:
        keys.setdefault(change.area, {})[change.key] = None
    return {area: tuple(each) for area, each in keys.items()}


def _all(keys: Mapping[str, tuple[Key, ...]]) -> tuple[Key, ...]:
    return tuple(chain.from_iterable(keys.values()))


# --- what is not one program ---------------------------------------------------------------------


def _apart(found: Crowd) -> tuple[str, tuple[str, ...]]:
    """Return why all changes are one group here, and what is to be known otherwise.

    Where one law makes rows that the other does not, the program of both has them all. It is tried
    against each law by itself, on these people.
    """
    merged = found.laws.merged
    if merged is None:
        return found.laws.apart, ()
    if not merged.made_apart:
        return "", ()
    records = ", ".join(sorted(merged.made_apart))
    every = frozenset(found.new.law.switches)
    ends = found.new.measured(frozenset()), found.new.measured(every)
    if ends == _measured_apart(found):
        same = f"one law alone makes some rows of {records}; here both laws come out the same with them"
        return "", (same,)
    return f"one law alone makes some rows of {records}, and they count here", ()


def _measured_apart(found: Crowd) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the measures under each law as a program of its own."""
    if not found.is_one:
        return found.old.measured(frozenset()), found.new.measured(frozenset())
    sides = []
    for law in (found.laws.old, found.laws.new):
        runs = runs_of(Law(found.looked(law), {}), found.people)
        known = {
            each.item: value
            for each, value in zip(runs.measures, runs.measured(frozenset()), strict=True)
        }
        sides.append(tuple(known.get(each.item, 0) for each in found.new.measures))
    return sides[0], sides[1]
