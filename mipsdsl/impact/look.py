"""What is looked at in people under two laws: outcomes, money, groups, and measures of all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Unit
from mipsdsl.core.walk import expressions_in, replaced
from mipsdsl.scoring import results_of
from mipsdsl.whatif.lens import Lens, LensError, lens_of, looking_by, with_items

GROUPS = (
    "clinician_type", "practice.small", "in_rural_area", "in_shortage_area", "non_patient_facing",
    "hospital_based",
)  # fmt: skip
"""By what people are parted unless a user says, as far as the policies have it."""


@frozen
class Measure:
    """A number of all people, as an item of the population; ``said``: in words."""

    said: str
    item: str


@frozen
class Look:
    """What is looked at. ``eligible``: the item that says who is in (or nothing).

    ``scores``: quantities whose distribution is of interest. The program has items for what it did
    not have.
    """

    program: c.Program
    lens: Lens
    eligible: str
    scores: tuple[str, ...]
    measures: tuple[Measure, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names of rows, money apart."""
        yes = (self.eligible,) if self.eligible else ()
        return tuple(dict.fromkeys((*self.lens.names, *yes, *self.scores)))


def look(
    program: c.Program, there: Collection[str], by: Sequence[str] = (), outcome: str = ""
) -> Look:
    """Return what is looked at, on the first record that is ``there``; groups are ``by``.

    Raises:
        LensError: there is no such outcome, or no such group.

    """
    lens = lens_of(program, there, outcome)
    program, lens = _grouped(program, lens, by)
    results = results_of(program, lens.record)
    eligible = next((x.name for x in results if x.type.unit is Unit.YESNO), "")
    scores = tuple(x.name for x in results if x.type.unit is Unit.POINTS)
    program, measures = _measured(program, lens, eligible)
    return Look(program, lens, eligible, scores, measures)


def _grouped(program: c.Program, lens: Lens, by: Sequence[str]) -> tuple[c.Program, Lens]:
    if by:
        return looking_by(program, lens, by, "")
    known = []
    for each in GROUPS:
        try:
            looking_by(program, lens, [each], "")
        except LensError:
            continue
        known.append(each)
    return looking_by(program, lens, known, "")


# --- measures ------------------------------------------------------------------------------------


def _measured(
    program: c.Program, lens: Lens, eligible: str
) -> tuple[c.Program, tuple[Measure, ...]]:
    """Return the program with its measures: who is in, reduced and raised, and the sums of both."""
    items = {item.name: item for item in program.items if item.record == lens.record}
    outcome = items.get(lens.outcome)
    more: list[c.Item] = []
    measures: list[Measure] = []

    def measure(said: str, fold: c.Fold) -> None:
        name = f"measure: {said}"
        more.append(_item("", name, c.ItemKind.POPULATION, fold))
        measures.append(Measure(said, name))

    if eligible:
        measure(f"how many are {eligible}", _count(lens.record, _element(items[eligible])))
    if outcome is not None and outcome.shape is not None:
        money = [items[name] for name in lens.money if _rests_on(items[name].expr, outcome)]
        effects = [_effect(each, outcome) for each in money]
        more += effects
        for one, many, comparison in _SIDES:
            holds = _compared(outcome, comparison)
            measure(f"how many are {one}", _count(lens.record, holds))
            for effect, of in zip(effects, money, strict=True):
                tail = "" if len(effects) == 1 else f" of {of.name}"
                measure(f"sum of {many}{tail}", _sum(lens.record, holds, effect))
    return with_items(program, more), tuple(measures)


_SIDES = (
    ("reduced", "reductions", c.Comparison.LESS),
    ("raised", "raises", c.Comparison.MORE),
)


def _effect(money: c.Item, outcome: c.Item) -> c.Item:
    """Return what ``money`` is more than it were without the outcome that it rests on."""
    nothing = build.constant(0, 0, outcome.type.required())
    bare = replaced(money.expr, lambda part: nothing if _is_read_of(part, outcome) else None)
    here = c.Read(c.Here(), money.name, type=money.type, shape=money.shape)
    without = build.land(bare, money.type.unit)
    expr = build.arithmetic(c.Operator.SUBTRACT, here, without, money.type)
    return _item(money.record, f"effect on {money.name}", c.ItemKind.RULE, expr)


def _rests_on(expr: c.Expr, item: c.Item) -> bool:
    return any(_is_read_of(part, item) for part in expressions_in([expr]))


def _is_read_of(part: object, item: c.Item) -> bool:
    return isinstance(part, c.Read) and isinstance(part.row, c.Here) and part.name == item.name


# --- parts of the core ---------------------------------------------------------------------------


def _item(record: str, name: str, kind: c.ItemKind, expr: c.Expr) -> c.Item:
    place = c.Place("", 0)
    return c.Item(record, name, kind, expr.type, expr.shape, expr, "", (), (), None, place)


def _element(item: c.Item) -> c.Read:
    return c.Read(c.Element(0), item.name, type=item.type, shape=item.shape)


def _compared(item: c.Item, comparison: c.Comparison) -> c.Expr:
    read = _element(item)
    nothing = build.constant(0, 0, item.type.required())
    compared = c.Compare(comparison, read, nothing, type=YESNO)
    return c.And((c.IsGiven(read, type=YESNO), compared), type=YESNO)


def _count(record: str, where: c.Expr) -> c.Fold:
    everyone, most = c.Everyone(record), build.POPULATION_ROWS
    return build.fold(c.FoldKind.COUNT, 0, everyone, most, where, build.yes())


def _sum(record: str, where: c.Expr, item: c.Item) -> c.Fold:
    read = _element(item)
    there = c.And((where, c.IsGiven(read, type=YESNO)), type=YESNO)
    everyone, most = c.Everyone(record), build.POPULATION_ROWS
    return build.fold(c.FoldKind.SUM, 0, everyone, most, there, read)
