"""Division in machine code is that of Python's whole numbers, on every path and at every edge."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mipsdsl import arithmetic
from mipsdsl.core import nodes as c
from mipsdsl.engines.native.amounts import Amounts
from mipsdsl.engines.native.code import Code
from mipsdsl.engines.native.division import divided
from mipsdsl.engines.native.objects import Tier, loaded, object_of
from mipsdsl.engines.native.values import Amount
from mipsdsl.engines.native.wholes import Whole, Wholes, known

WIDE = 512
_ALIVE: list[object] = []

Body = Callable[[Code, Whole, Whole], tuple[Whole, ...]]


def compiled(body: Body, top: tuple[int, int], bottom: tuple[int, int]) -> Callable[..., list[int]]:
    """Return a function of two whole numbers within bounds, which gives what ``body`` writes."""
    code = Code()
    bits = f"i{WIDE}"
    one = code.op(f"load {bits}, ptr %table, align 8")
    place = code.op(f"getelementptr {bits}, ptr %table, i64 1")
    other = code.op(f"load {bits}, ptr {place}, align 8")
    divisor = Whole(other, WIDE, *bottom) if bottom[0] != bottom[1] else known(bottom[0])
    found = body(code, Whole(one, WIDE, *top), divisor)
    for index, each in enumerate(found):
        place = code.op(f"getelementptr {bits}, ptr %scratch, i64 {index}")
        code.write(f"store {bits} {Wholes(code).at(each, WIDE)}, ptr {place}, align 8")
    text = "\n".join([
        *code.helpers.values(),
        "define void @f(ptr %table, i64 %first, i64 %last, ptr %report, ptr %scratch, i64 %most) {",
        *code.piece.lines, "ret void", "}",
    ])  # fmt: skip
    engine, functions = loaded({"f": object_of(text, Tier.QUICK)})
    _ALIVE.append(engine)

    def run(*numbers: int) -> list[int]:
        size = WIDE // 8
        table = b"".join(number.to_bytes(size, "little", signed=True) for number in numbers)
        given_, out = ctypes.create_string_buffer(table), np.zeros(size * len(found), np.uint8)
        functions["f"](ctypes.addressof(given_), 0, 1, 0, out.ctypes.data, 0)
        held = out.tobytes()
        return [
            int.from_bytes(held[at * size : at * size + size], "little", signed=True)
            for at in range(len(found))
        ]

    return run


def quotient_and_rest(code: Code, top: Whole, bottom: Whole) -> tuple[Whole, ...]:
    return divided(Wholes(code), top, bottom)


PATHS = [
    (2**40, 1, 2**20),
    (2**63 - 1, 1, 2**63 - 1),
    (2**90, 2**45, 2**61),
    (2**90, 2**50, 2**50),
    (2**100, 10**15 * 60, 10**15 * 60),
    (2**126, 1, 2**62),
    (2**126, 7, 7),
    (2**126, 2**80, 2**100),
    (2**250, 1, 2**120),
    (2**250, 2**40, 2**200),
]
"""The greatest dividend, the least and the greatest divisor: one for each way of dividing."""


@cache
def divider(path: int) -> Callable[..., list[int]]:
    most, least, greatest = PATHS[path]
    return compiled(quotient_and_rest, (0, most), (least, greatest))


def edges(low: int, high: int) -> st.SearchStrategy[int]:
    """Return whole numbers within bounds, many of them at and next to powers of 2 and the bounds."""
    powers = [2**k + d for k in range(high.bit_length() + 1) for d in (-1, 0, 1)]
    near = [n for n in (*powers, low, low + 1, high - 1, high) if low <= n <= high]
    return st.one_of(st.sampled_from(near), st.integers(low, high))


@pytest.mark.parametrize("path", range(len(PATHS)))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_quotients_and_rests_are_those_of_python(path: int, data: st.DataObject) -> None:
    most, least, greatest = PATHS[path]
    bottom = data.draw(edges(least, greatest))
    multiple = data.draw(edges(0, most // bottom)) * bottom
    top = data.draw(
        st.one_of(edges(0, most), st.sampled_from([multiple, max(0, multiple - 1)]),
                  st.just(min(most, multiple + bottom - 1)))
    )  # fmt: skip

    assert list(divmod(top, bottom)) == divider(path)(top, bottom)


LANDED = [(-(2**60), 2**60, 1, 10**6), (-(2**70), 2**70, 10**13, 10**13), (0, 2**62, 1, 2**62)]


@cache
def lander(case: int, what: object) -> Callable[..., list[int]]:
    low, high, least, greatest = LANDED[case]

    def body(code: Code, top: Whole, bottom: Whole) -> tuple[Whole, ...]:
        amounts = Amounts(code)
        amount = Amount(top, 1, bottom)
        if least == greatest:
            amount = Amount(top, least)
        if isinstance(what, c.Rounding):
            return (amounts.rounded(amount, what, 2).top,)
        return (amounts.in_steps(amounts.landed(amount, 12), 12),)

    return compiled(body, (low, high), (least, greatest))


ROUNDINGS = {
    c.Rounding.HALF_UP: arithmetic.round_half_up,
    c.Rounding.UP: arithmetic.round_up,
    c.Rounding.DOWN: arithmetic.round_down,
}


@pytest.mark.parametrize("case", range(len(LANDED)))
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_landing_and_rounding_are_those_of_the_language(case: int, data: st.DataObject) -> None:
    low, high, least, greatest = LANDED[case]
    bottom = data.draw(edges(least, greatest))
    half = data.draw(edges(0, high // bottom * 200)) * bottom // 200
    top = data.draw(st.one_of(edges(max(0, low), high), st.just(half), st.just(half + 1)))
    top = -top if low < 0 and data.draw(st.booleans()) else top
    top = max(low, min(high, top))

    assert [arithmetic.land(top, bottom, 12)] == lander(case, "land")(top, bottom)
    for mode, function in ROUNDINGS.items():
        assert [function(top, bottom, 2)] == lander(case, mode)(top, bottom)
