"""How the bare numbers of a percent column are read: 0.85 is 85%, or 85 is 85%."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from mipsdsl.data.decimals import Decimal, parse_decimal, plain, to_steps
from mipsdsl.data.options import PercentIn
from mipsdsl.data.tables import DataError

_FIFTEEN = Decimal(15, 0)


@frozen
class Decision:
    """Whether bare numbers are hundredths, and whether the look at the column said so."""

    hundred: bool
    looked: bool


@frozen
class _Seen:
    """Examples of a column: a `%` sign, a bare number up to 1.5, a larger one."""

    signed: str = ""
    small: str = ""
    large: str = ""


def decide(column: str, cells: Iterable[str], asked: PercentIn | None) -> Decision:
    """Return the reading of a column; ``asked`` is what the user said, if anything.

    Raises:
        DataError: its bare numbers lie on both sides of 1.5, or small ones stand beside `%` signs.
    """
    if asked is not None:
        return Decision(asked == "hundred", looked=False)
    seen = _look(cells)
    if seen.small and (seen.large or seen.signed):
        raise DataError(
            f"`{column}`: {_both(seen)} cannot both be read as percents of one kind",
            f"say `--percent-in fraction` ({seen.small} is {_times_hundred(seen.small)}%) or "
            f"`--percent-in hundred` ({seen.small} is {seen.small}%), or write `%` signs",
        )
    return Decision(bool(seen.large), looked=bool(seen.small or seen.large))


def _look(cells: Iterable[str]) -> _Seen:
    signed = small = large = ""
    for cell in dict.fromkeys(cells):
        number = parse_decimal(cell.strip())
        if number is None or number.mantissa == 0:
            continue
        if number.percent:
            signed = signed or cell.strip()
        elif _is_small(number):
            small = small or cell.strip()
        else:
            large = large or cell.strip()
    return _Seen(signed, small, large)


def _is_small(number: Decimal) -> bool:
    """Return whether the magnitude is at most 1.5, in whole numbers: ten times it is at most 15."""
    magnitude = 10 * abs(number.mantissa)
    scale = max(-number.exponent, 0)
    return (
        to_steps(evolve(number, mantissa=magnitude), scale).steps <= to_steps(_FIFTEEN, scale).steps
    )


def _both(seen: _Seen) -> str:
    return f"{seen.small} and {seen.large or seen.signed}"


def _times_hundred(text: str) -> str:
    number = parse_decimal(text)
    assert number is not None
    return plain(number.mantissa, -number.exponent - 2)
