from __future__ import annotations

from random import Random

from mipsdsl.arithmetic import nearest
from mipsdsl.engines.histogram.products import Products


def test_products_are_landed_one_by_one_as_whole_numbers_are() -> None:
    chance = Random(7)
    amounts = [[chance.randint(-(10**9), 10**9) for _ in range(50)] for _ in range(40)]
    factors = [chance.choice([9 * 10**10, 5 * 10**11, -(10**10), 1, chance.randint(0, 10**11)])
               for _ in amounts]  # fmt: skip

    by_hand = [
        sum(nearest(factor * amount, 10**12) for amount in cell)
        for factor, cell in zip(factors, amounts, strict=True)
    ]
    assert by_hand == Products.of(amounts).landed(factors, 12)


def test_halves_are_landed_away_from_zero() -> None:
    assert [3, -3] == Products.of([[5], [-5]]).landed([5 * 10**11, 5 * 10**11], 12)


def test_what_is_too_large_for_doubles_is_left_to_whole_numbers() -> None:
    assert Products.of([[10**15]]).landed([10**12], 2) is None
