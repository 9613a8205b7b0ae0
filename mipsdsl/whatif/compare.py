"""Before and after: who moves, how outcomes are spread, and money, in groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import evolve, frozen

from mipsdsl.engines.store import Stored
from mipsdsl.whatif.lens import Lens
from mipsdsl.whatif.study import Picture

REDUCTION, NEUTRAL, RAISE, NONE = "reduction", "neutral", "raise", "none"
SIGNS = (REDUCTION, NEUTRAL, RAISE, NONE)
QUANTILES = (0, 10, 25, 50, 75, 90, 100)

Label: TypeAlias = str


@frozen
class Group:
    """The rows with one ``value`` of ``by`` (all rows: both empty).

    ``flows`` counts them by outcome before and after; ``money`` adds each up before and after.
    """

    by: str
    value: str
    size: int
    flows: Mapping[tuple[Label, Label], int]
    money: Mapping[str, tuple[int, int]]

    def before(self, label: Label) -> int:
        """Return how many have this outcome before."""
        return sum(number for (old, _), number in self.flows.items() if old == label)

    def after(self, label: Label) -> int:
        """Return how many have it after."""
        return sum(number for (_, new), number in self.flows.items() if new == label)

    @property
    def moved(self) -> int:
        """Return how many have another outcome after."""
        return sum(number for (old, new), number in self.flows.items() if old != new)


@frozen
class Comparison:
    """A population before and after.

    ``labels``: the outcomes that occur, in order. ``spread``: the outcome's quantiles (percent of
    rows, before, after), of a quantity. ``alone``: rows that are only in one of the two.
    """

    whole: Group
    groups: tuple[Group, ...]
    labels: tuple[Label, ...]
    spread: tuple[tuple[int, int, int], ...]
    alone: int


def compare(lens: Lens, before: Picture, after: Picture, *, signed: bool) -> Comparison:
    """Return the comparison; ``signed``: outcomes go by their sign."""
    old, new, alone = _aligned(before, after)
    outcomes = [
        [_label(value, signed=signed) for value in side.columns[lens.outcome]]
        for side in (old, new)
    ]
    counted = _counted(lens, old)
    labels = _in_order({label for side in outcomes for label in side}, signed=signed)
    flows = _Flows(old, new, outcomes, lens.money)
    groups = [
        flows.group(by, _said(value), rows)
        for by in lens.by
        for value, rows in _parted(old.columns[by], counted)
    ]
    spread = _spread(lens, old, new, counted) if signed else ()
    return Comparison(flows.group("", "", counted), tuple(groups), labels, spread, alone)


def tally(lens: Lens, picture: Picture, *, signed: bool) -> dict[Label, int]:
    """Return how many have each outcome, in the order of the outcomes."""
    counts: dict[Label, int] = {}
    for row in _counted(lens, picture):
        label = _label(picture.columns[lens.outcome][row], signed=signed)
        counts[label] = counts.get(label, 0) + picture.weights[row]
    return {label: counts[label] for label in _in_order(counts, signed=signed)}


@frozen
class _Flows:
    """Rows side by side."""

    old: Picture
    new: Picture
    outcomes: Sequence[Sequence[Label]]
    money: Sequence[str]

    def group(self, by: str, value: str, rows: Sequence[int]) -> Group:
        flows: dict[tuple[Label, Label], int] = {}
        for row in rows:
            pair = (self.outcomes[0][row], self.outcomes[1][row])
            flows[pair] = flows.get(pair, 0) + self.old.weights[row]
        sums = {
            name: (
                sum(self.old.money[name][row] for row in rows),
                sum(self.new.money[name][row] for row in rows),
            )
            for name in self.money
        }
        return Group(by, value, sum(self.old.weights[row] for row in rows), flows, sums)


def _counted(lens: Lens, picture: Picture) -> list[int]:
    if not lens.among:
        return list(range(len(picture.weights)))
    return [row for row, yes in enumerate(picture.columns[lens.among]) if yes is True]


def _label(value: Stored, *, signed: bool) -> Label:
    if not signed:
        return _said(value)
    if not isinstance(value, int):
        return NONE
    return NEUTRAL if value == 0 else RAISE if value > 0 else REDUCTION


def _said(value: Stored) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NONE if value is None else str(value)


def _in_order(labels: Iterable[Label], *, signed: bool) -> tuple[Label, ...]:
    there = set(labels)
    if signed:
        return tuple(label for label in SIGNS if label in there)
    return tuple(sorted(there))


def _parted(values: Sequence[Stored], counted: Sequence[int]) -> list[tuple[Stored, list[int]]]:
    """Return the rows of each value, in the order of the values."""
    rows: dict[Stored, list[int]] = {}
    for row in counted:
        rows.setdefault(values[row], []).append(row)
    return sorted(rows.items(), key=lambda pair: (pair[0] is None, str(pair[0])))


def _aligned(before: Picture, after: Picture) -> tuple[Picture, Picture, int]:
    """Return both with the same rows in the same order, and how many were in one alone."""
    if before.ids == after.ids:
        return before, after, 0
    places = {one: place for place, one in enumerate(after.ids)}
    here = [place for place, one in enumerate(before.ids) if one in places]
    there = [places[before.ids[place]] for place in here]
    alone = len(before.ids) + len(after.ids) - 2 * len(here)
    return _only(before, here), _only(after, there), alone


def _only(picture: Picture, rows: Sequence[int]) -> Picture:
    def taken(columns: Mapping[str, Sequence[Stored]]) -> dict[str, list[Stored]]:
        return {name: [column[row] for row in rows] for name, column in columns.items()}

    money = {name: [column[row] for row in rows] for name, column in picture.money.items()}
    return evolve(
        picture, ids=[picture.ids[row] for row in rows], money=money,
        weights=[picture.weights[row] for row in rows], columns=taken(picture.columns),
    )  # fmt: skip


def _spread(
    lens: Lens, old: Picture, new: Picture, counted: Sequence[int]
) -> tuple[tuple[int, int, int], ...]:
    sides = [_quantiles(side, lens.outcome, counted) for side in (old, new)]
    if not all(sides):
        return ()
    return tuple(
        (percent, one, other) for percent, one, other in zip(QUANTILES, *sides, strict=True)
    )


def _quantiles(picture: Picture, name: str, counted: Sequence[int]) -> list[int]:
    """Return the least value that so many percent of the rows do not exceed."""
    column = picture.columns[name]
    pairs = sorted(
        (value, picture.weights[row]) for row in counted if isinstance(value := column[row], int)
    )
    total = sum(weight for _, weight in pairs)
    found: list[int] = []
    reached = 0
    for value, weight in pairs:
        reached += weight
        while len(found) < len(QUANTILES) and reached * 100 >= QUANTILES[len(found)] * total:
            found.append(value)
    return found
