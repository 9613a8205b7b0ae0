"""The one traversal of the core."""

from fractions import Fraction

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type, Unit
from mipsdsl.core.walk import expressions_in, replaced, walk, with_value

_NUMBER = Type(Unit.NUMBER)
_ONE, _TWO = (build.constant(value, 0, _NUMBER) for value in (1, 2))
_FEE = c.Parameter("fee", _ONE, type=_NUMBER, shape=_ONE.shape)
_SUM = build.arithmetic(c.Operator.ADD, _FEE, _TWO, _NUMBER)


def test_a_walk_gives_parents_first_in_the_order_of_the_text() -> None:
    assert [_SUM, _FEE, _ONE, _TWO] == list(walk((_SUM,)))
    assert [_SUM, _FEE, _ONE, _TWO] == list(expressions_in(_SUM))


def test_a_walk_comes_to_rows_and_keys() -> None:
    row = c.Catalogue("measure", (_FEE,))
    read = c.Read(row, "points", type=_NUMBER, shape=_ONE.shape)

    assert [read, row, _FEE, _ONE] == list(walk(read))


def test_another_value_of_a_parameter_brings_its_shape() -> None:
    found = with_value(_SUM, "fee", build.constant(15, 1, _NUMBER))

    assert Fraction(7, 2) == build.value_of(found)
    assert isinstance(found, c.Arithmetic)
    assert found.left.shape == build.constant(15, 1, _NUMBER).shape


def test_what_nothing_is_replaced_in_is_the_same_object() -> None:
    assert with_value(_SUM, "other", _TWO) is _SUM
    assert replaced((_SUM, _SUM), lambda node: None)[0] is _SUM
