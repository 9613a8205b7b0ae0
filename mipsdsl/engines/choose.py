"""Selections: which rows of a list are chosen, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from mipsdsl.engines.schema import NUMBER
from mipsdsl.engines.store import Key, Row

Sortable: TypeAlias = int | Fraction | str | bool | None
Test: TypeAlias = Callable[[Row], object]
SortBy: TypeAlias = tuple[Callable[[Row], Sortable], bool]
"""What rows are sorted by, and whether the highest comes first."""


@frozen
class Stage:
    """One ``Places`` of a selection, as functions of a row; ``wheres`` end in the fallbacks."""

    number: int
    wheres: tuple[Test, ...]
    each: Callable[[Row], object] | None
    keys: tuple[SortBy, ...]


def choose(
    rows: Iterable[Row], key: Callable[[Row], Key], stages: Sequence[Stage]
) -> tuple[Row, ...]:
    """Return the rows that ``stages`` choose, in the order they are chosen.

    Ties that the keys leave are decided by ``key`` ascending, then by the order of the list. A row
    without a value of ``each`` is not chosen.
    """
    rest = sorted(rows, key=lambda row: [(part is None, part) for part in key(row)])
    chosen: list[Row] = []
    for stage in stages:
        taken = _best(rest, stage)
        chosen.extend(taken)
        numbers = {row[NUMBER] for row in taken}
        rest = [row for row in rest if row[NUMBER] not in numbers]
    return tuple(chosen)


def _best(rest: list[Row], stage: Stage) -> list[Row]:
    candidates: list[Row] = []
    for where in stage.wheres:
        if candidates := [row for row in rest if where(row)]:
            break
    for value, highest_first in reversed(stage.keys):
        candidates = _sorted(candidates, value, highest_first=highest_first)
    if stage.each is None:
        return candidates[: max(0, stage.number)]
    return _best_of_each(candidates, stage.each, stage.number)


def _sorted(rows: list[Row], value: Callable[[Row], Sortable], *, highest_first: bool) -> list[Row]:
    pairs = [(value(row), row) for row in rows]
    there = [pair for pair in pairs if pair[0] is not None]
    # Stable also when reversed: equal values stay in the order of the keys that follow.
    there.sort(key=lambda pair: pair[0], reverse=highest_first)  # type: ignore[arg-type,return-value]
    return [row for _, row in there] + [row for found, row in pairs if found is None]


def _best_of_each(rows: list[Row], each: Callable[[Row], object], number: int) -> list[Row]:
    counts: dict[object, int] = {}
    taken = []
    for row in rows:
        value = each(row)
        if value is not None and counts.get(value, 0) < number:
            counts[value] = counts.get(value, 0) + 1
            taken.append(row)
    return taken
