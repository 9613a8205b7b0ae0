"""Shares add up to the whole, exactly, in whatever order the players come."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mipsdsl.impact.attribute import EXACT, ORDERS, coalitions, in_turn, shares

NAMES = "abcdefghijklmn"


class Game:
    """A worth of coalitions: numbers for some of them, added up over what is in a coalition."""

    def __init__(self, terms: Mapping[frozenset[str], int]) -> None:
        self.terms = terms
        self.asked: set[frozenset[str]] = set()

    def __call__(self, on: frozenset[str]) -> int:
        self.asked.add(on)
        return sum(number for some, number in self.terms.items() if some <= on)


def games(players: int):
    names = st.sampled_from(NAMES[:players])
    terms = st.dictionaries(st.frozensets(names, max_size=4), st.integers(-(10**15), 10**15))
    return terms.map(Game)


@given(games(5), st.permutations(NAMES[:5]))
def test_shares_add_up_and_the_order_of_players_does_not_matter(game, order):
    found = shares(NAMES[:5], game)

    assert found.orders * (game(frozenset(NAMES[:5])) - game(frozenset())) == sum(
        found.summed.values()
    )
    other = shares(order, game)
    assert found.summed == other.summed
    assert found.alone == other.alone
    assert found.last == other.last


@given(games(4))
def test_a_share_is_the_part_of_each_number_that_is_ones_own(game):
    """The Shapley value of a number for a coalition is shared among its members equally."""
    found = shares(NAMES[:4], game)

    for name in NAMES[:4]:
        owed = sum(24 * number // len(on) for on, number in game.terms.items() if name in on)
        assert owed == found.summed[name]


@given(games(EXACT + 2))
def test_a_sample_of_orders_adds_up_and_its_laws_are_known_before(game):
    players = NAMES[: EXACT + 2]
    found = shares(players, game)

    assert ORDERS == found.orders
    whole = game(frozenset(players)) - game(frozenset())
    assert ORDERS * whole == sum(found.summed.values())
    assert found.summed == shares(players[::-1], game).summed
    assert game.asked <= coalitions(frozenset(players))


def test_who_does_nothing_has_nothing_and_the_same_share_is_without_error():
    game = Game({frozenset(name): number for number, name in enumerate(NAMES)})
    found = shares(NAMES, game)

    assert 0 == found.summed["a"]
    assert dict.fromkeys(NAMES, 0.0) == found.errors
    assert [ORDERS * number for number in range(len(NAMES))] == list(found.summed.values())


def test_what_two_do_only_together_is_shared_equally_whatever_orders_are_drawn():
    pairs = {frozenset(pair): 10 for pair in pairwise(NAMES)}
    found = shares(NAMES, Game(pairs), seed=7)

    assert dict.fromkeys(NAMES, 0.0) == found.errors
    inner = [ORDERS * 10] * (len(NAMES) - 2)
    assert [ORDERS * 5, *inner, ORDERS * 5] == list(found.summed.values())


@pytest.mark.parametrize("players", [1, 4, EXACT + 1])
def test_laws_in_turn_are_all_laws_once(players):
    names = frozenset(NAMES[:players])
    some = coalitions(names)
    turns = in_turn(some, sorted(names), lambda each: ord(each))

    assert some == set(turns)
    assert len(some) == len(turns)
    if players <= EXACT:
        assert all(1 == len(one ^ other) for one, other in pairwise(turns))
