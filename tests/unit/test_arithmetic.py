"""The number rules: exact, on the magnitude, with a guard of fifty of the finest steps."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mipsdsl import arithmetic as a

numbers = st.integers(-(10**30), 10**30)
divisors = st.integers(1, 10**20)
places = st.integers(0, a.MOST_PLACES)


def magnitude_in_steps(numerator: int, denominator: int) -> Fraction:
    return abs(Fraction(numerator, denominator)) * 10**a.FINEST


@given(numbers, divisors, st.integers(0, 12))
def test_landing_is_the_nearest_step_and_a_half_goes_away_from_zero(
    numerator: int, denominator: int, scale: int
) -> None:
    exact = Fraction(numerator, denominator) * 10**scale
    landed = a.land(numerator, denominator, scale)

    assert abs(landed - exact) <= Fraction(1, 2)
    assert abs(landed - exact) < Fraction(1, 2) or abs(landed) > abs(exact)


@given(numbers, divisors, places)
def test_rounding_is_what_the_manual_says(numerator: int, denominator: int, to: int) -> None:
    m, u = magnitude_in_steps(numerator, denominator), 10 ** (a.FINEST - to)
    sign = -1 if numerator < 0 else 1
    ratio = (numerator, denominator, to)

    assert sign * math.floor((m + u // 2 + a.GUARD) / u) == a.round_half_up(*ratio)
    assert sign * math.floor((m + a.GUARD) / u) == a.round_down(*ratio)
    assert sign * math.ceil((m - a.GUARD) / u) == a.round_up(*ratio)


@given(numbers, divisors, places)
def test_rounding_a_negative_number_mirrors_the_positive(
    numerator: int, denominator: int, to: int
) -> None:
    for rounded in (a.round_half_up, a.round_down, a.round_up):
        assert -rounded(numerator, denominator, to) == rounded(-numerator, denominator, to)


@pytest.mark.parametrize(
    ("steps", "half_up", "up", "down"),
    [
        (0, 0, 0, 0),
        (50, 0, 0, 0),
        (51, 0, 1, 0),
        (4_999_999_949, 0, 1, 0),
        (4_999_999_950, 1, 1, 0),
        (9_999_999_949, 1, 1, 0),
        (9_999_999_950, 1, 1, 1),
        (10_000_000_050, 1, 1, 1),
        (10_000_000_051, 1, 2, 1),
    ],
)
def test_the_guard_reaches_fifty_steps_and_no_further(
    steps: int, half_up: int, up: int, down: int
) -> None:
    ratio = (steps, 10**12, 2)

    assert half_up == a.round_half_up(*ratio)
    assert up == a.round_up(*ratio)
    assert down == a.round_down(*ratio)


def test_rounding_to_places_that_the_guard_would_be_felt_at_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot round to 9 places"):
        a.round_half_up(1, 1, 9)


@given(st.integers(-(10**20), 10**20), st.integers(0, 12), st.integers(0, 12))
def test_a_finer_grid_loses_nothing(steps: int, scale: int, more: int) -> None:
    assert steps == a.rescale(a.rescale(steps, scale, scale + more), scale + more, scale)


@given(st.integers(-(10**20), 10**20), st.integers(0, 14))
def test_the_shortest_decimal_is_the_number(steps: int, scale: int) -> None:
    text = a.shortest(steps, scale)

    assert Fraction(steps, 10**scale) == Fraction(text)
    assert "." not in text or not text.endswith("0")


@given(st.integers(-(10**14), 10**14), st.integers(0, 10))
def test_a_double_is_read_as_its_shortest_decimal(steps: int, scale: int) -> None:
    assert (steps, True) == a.steps_of_double(float(a.shortest(steps, scale)), scale)


def test_a_double_with_too_many_places_is_rounded_and_said_to_be() -> None:
    assert (268, False) == a.steps_of_double(2.675, 2)
    assert (30, True) == a.steps_of_double(0.3, 2)
    assert (30, False) == a.steps_of_double(0.1 + 0.2, 2)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_infinity_is_no_number(value: float) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        a.steps_of_double(value, 2)
