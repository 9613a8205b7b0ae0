"""Which parts of one list are which parts of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
Score = Callable[[T, T], float]
Pairs = list[tuple[int, int]]


def in_order(ones: Sequence[T], others: Sequence[T], score: Score[T]) -> Pairs:
    """Return the pairs with the greatest total score that keep the order; a score of 0 is no pair.

    >>> in_order("abcd", "axd", lambda x, y: float(x == y))
    [(0, 0), (3, 2)]

    Source: the alignment of Needleman and Wunsch without a price for gaps.
    """
    best = [[0.0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    gains = [[score(one, other) for other in others] for one in ones]
    for i in range(len(ones) - 1, -1, -1):
        for j in range(len(others) - 1, -1, -1):
            together = best[i + 1][j + 1] + gains[i][j] if gains[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs: Pairs = []
    i = j = 0
    while i < len(ones) and j < len(others):
        if gains[i][j] and best[i][j] == best[i + 1][j + 1] + gains[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def in_any_order(ones: Sequence[T], others: Sequence[T], score: Score[T]) -> Pairs:
    """Return pairs, the best first taken; a score of 0 is no pair.

    >>> in_any_order("abc", "cxa", lambda x, y: float(x == y))
    [(0, 2), (2, 0)]
    """
    scored = [
        (-gain, i, j)
        for i, one in enumerate(ones)
        for j, other in enumerate(others)
        if (gain := score(one, other))
    ]
    taken: Pairs = []
    left, right = set(range(len(ones))), set(range(len(others)))
    for _, i, j in sorted(scored):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            taken.append((i, j))
    return sorted(taken)
