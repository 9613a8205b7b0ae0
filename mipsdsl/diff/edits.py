"""What differs between two trees of one kind: the smallest parts, each with the way to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeAlias

import attrs
from attrs import evolve, frozen

from mipsdsl.diff.align import Pairs, in_any_order, in_order
from mipsdsl.diff.chains import ELSE, FIRST, Family, Link, family_of, links
from mipsdsl.diff.normal import bare, is_ordered, same, similarity
from mipsdsl.diff.words import words
from mipsdsl.syntax import nodes as n

Piece: TypeAlias = n.Node | str | bool | tuple[str, ...] | None


class Kind(Enum):
    """What happened to a thing or to a part of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"


@frozen
class Step:
    """One step down a tree: an attribute, an element of it, or a link of a chain.

    ``index`` counts in the old tree; that of what is added, in the new one.
    """

    name: str
    index: int | None = None
    family: Family | None = None


Way: TypeAlias = tuple[Step, ...]


@frozen
class Edit:
    """A part that was added, removed or changed, how to get there, and what it is called."""

    kind: Kind
    way: Way
    old: Piece
    new: Piece
    part: tuple[str, ...] = ()


_SHORT = 60
_ALIKE = 0.4
_ALIKE_CASES = 0.6
"""Two expressions that are less alike are shown whole; cases sooner, being hard to read in parts."""
_CLOSE = 0.5
_KEPT = 0.75
"""Where no link of a chain is as much like one before, the chain is another altogether."""
_ATOMS = (
    n.Path, n.Name, n.Number, n.Percent, n.Money, n.Points, n.Text, n.YesNo, n.Missing, n.Date,
    n.RelativeDate, n.CatalogueRow, n.List, n.BaseType, n.ChoiceType, n.OptionalType, n.SetType,
    n.ListType, n.RecordType, n.Range, n.SortKey, n.Cell, n.Target, n.ToBeGiven,
)  # fmt: skip
"""What is shown whole, since a part of it alone says nothing."""
_LIFTED = (
    n.Comparison, n.Is, n.IsIn, n.IsWithin, n.IsGiven, n.Not, n.Minus, n.Default, n.Ratio,
    n.Position, n.AnyOf, n.CountOf, n.AllHave, n.Fold,
)  # fmt: skip
"""What is shown whole where it is short: `x > 3 → x > 5` says more than `3 → 5`."""
_CALLED = {
    "condition": "when", "range": "range", "type": "type", "label": "label", "because": "because",
    "citations": "citation", "check": "check", "where": "where", "otherwise": "otherwise",
    "published": "published", "key": "key", "places": "places", "of": "of", "unless": "unless",
    "each": "each", "number": "how many", "keys": "order", "fallbacks": "otherwise where",
    "empty_place": "empty place", "groups": "groups", "when": "when", "by": "by",
    "at_most": "at most", "element": "list of", "test": "if", "direction": "direction",
    "when_zero": "when zero", "record": "record", "joined": "joined by", "paying": "paying",
}  # fmt: skip
"""What a part is called; the others go without saying."""


def edits(old: n.Node, new: n.Node) -> list[Edit]:
    """Return what makes ``new`` of ``old``, two items of one kind, in the order of the text."""
    return _node(old, new, (), ())


def _node(old: n.Node, new: n.Node, way: Way, part: tuple[str, ...]) -> list[Edit]:
    if same(old, new):
        return []
    whole = [Edit(Kind.CHANGED, way, old, new, part)]
    one, other = bare(old), bare(new)
    if (
        isinstance(one, n.Table)
        and isinstance(other, n.Table)
        and not same(one.header, other.header)
    ):
        return [Edit(Kind.CHANGED, way, old, new, (*part, "columns"))]
    family = family_of(one, other)
    if family is not None:
        found = _chain(one, other, family, way, part)
    elif type(one) is type(other) and not isinstance(one, _ATOMS):
        found = _attributes(one, other, way, part)
    else:
        return whole
    return whole if not found or _is_better_whole(one, other, found) else found


def _is_better_whole(one: n.Node, other: n.Node, found: Sequence[Edit]) -> bool:
    if not isinstance(one, n.Expr) or not isinstance(other, n.Expr):
        return False
    lifted = isinstance(one, _LIFTED) and type(one) is type(other)
    if lifted and max(len(words(one)), len(words(other))) <= _SHORT:
        return True
    enough = _ALIKE_CASES if isinstance(one, n.If) and len(found) > 1 else _ALIKE
    return similarity(one, other) < enough


# --- chains ----------------------------------------------------------------------------------------


def _chain(
    one: n.Node, other: n.Node, family: Family, way: Way, part: tuple[str, ...]
) -> list[Edit]:
    ones, others = links(one, family), links(other, family)
    pairs = _with_gaps_closed(in_order(ones, others, _link_score), ones, others)

    def step(index: int) -> Way:
        return (*way, Step(family.value, index, family))

    found = _unpaired(ones, others, pairs, step, part)
    for i, j in pairs:
        found += _link(ones[i], others[j], step(i), part)
    kept = any(similarity(ones[i], others[j]) >= _KEPT for i, j in pairs)
    return found if kept or len(found) == 1 else []


def _link_score(one: Link, other: Link) -> float:
    if one.word != other.word:
        return 0.0
    if one.word in {FIRST, ELSE}:
        return 1000.0
    alike = similarity(one, other)
    return alike + (alike == 1.0) if alike >= _CLOSE else 0.0


def _with_gaps_closed(pairs: Pairs, ones: Sequence[Link], others: Sequence[Link]) -> Pairs:
    """Return the pairs, and where one link stands for one other between two pairs, that pair too."""
    found: Pairs = []
    for (i, j), (k, m) in zip([(-1, -1), *pairs], [*pairs, (len(ones), len(others))], strict=True):
        if k - i == 2 and m - j == 2 and ones[i + 1].word == others[j + 1].word:
            found.append((i + 1, j + 1))
        found.append((k, m))
    return found[:-1]


def _link(one: Link, other: Link, way: Way, part: tuple[str, ...]) -> list[Edit]:
    names = ("if", "then") if one.word == "if" else (("else",) if one.word == ELSE else ("",))
    found: list[Edit] = []
    for index, (old, new) in enumerate(zip(one.parts, other.parts, strict=True)):
        called = (*part, names[index]) if names[index] else part
        found += _node(old, new, (*way, Step("parts", index)), called)
    has_sign = one.word not in {FIRST, ELSE, "if", "and", "or"}
    if has_sign and any(len(edit.way) == len(way) + 1 for edit in found):
        return [Edit(Kind.CHANGED, way, one, other, part)]
    return found


# --- attributes -------------------------------------------------------------------------------------


def _attributes(one: n.Node, other: n.Node, way: Way, part: tuple[str, ...]) -> list[Edit]:
    kind: Any = type(one)
    found: list[Edit] = []
    for each in attrs.fields(kind):
        old, new = getattr(one, each.name), getattr(other, each.name)
        if each.name == "span" or old == new:
            continue
        if isinstance(one, n.Expr) and not isinstance(old, n.Node | tuple | None):
            return []
        name = "" if isinstance(one, n.Always) and each.name == "condition" else each.name
        called = (*part, _CALLED[name]) if name in _CALLED else part
        here = (*way, Step(each.name))
        if _is_list(old) or _is_list(new):
            found += _elements(one, each.name, old, new, way, called)
        elif isinstance(old, n.Node) and isinstance(new, n.Node):
            found += _node(old, new, here, called)
        else:
            found.append(Edit(_kind(old, new), here, old, new, called))
    return found


def _kind(old: Piece, new: Piece) -> Kind:
    if old is None or old == "":
        return Kind.ADDED
    return Kind.REMOVED if new is None or new == "" else Kind.CHANGED


def _is_list(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], n.Node)


def _elements(
    owner: n.Node, name: str, ones: Sequence[n.Node], others: Sequence[n.Node],
    way: Way, part: tuple[str, ...],
) -> list[Edit]:  # fmt: skip
    if name in {"conditions", "conclusions"}:
        pairs = [(i, i) for i in range(min(len(ones), len(others)))]
    elif is_ordered(owner, name):
        pairs = in_order(ones, others, _score)
    else:
        score = _row_score if isinstance(owner, n.Table) else _score
        pairs = in_any_order(ones, others, score)

    if isinstance(owner, n.SetOf) and not pairs:
        return []  # another set altogether

    def step(index: int) -> Way:
        return (*way, Step(name, index))

    found = _unpaired(ones, others, pairs, step, part)
    for i, j in pairs:
        called = tuple(x for x in (*part, _element_called(owner, name, i)) if x)
        inside = _node(ones[i], others[j], step(i), called)
        if isinstance(owner, n.Table):
            inside = [_in_column(edit, owner.header) for edit in inside]
        found += inside
    return found


def _in_column(edit: Edit, header: n.Row) -> Edit:
    """Return an edit of a cell with the name of its column."""
    index = edit.way[-1].index
    cells: tuple[n.Cell, ...] = getattr(header, edit.way[-1].name, ())
    named = words(cells[index]) if index is not None and index < len(cells) else ""
    return evolve(edit, part=(*edit.part, named)) if named else edit


def _unpaired(
    ones: Sequence[n.Node], others: Sequence[n.Node], pairs: Pairs,
    step: Callable[[int], Way], part: tuple[str, ...],
) -> list[Edit]:  # fmt: skip
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    gone = [(i, one) for i, one in enumerate(ones) if i not in left]
    come = [(j, other) for j, other in enumerate(others) if j not in right]
    removed = [Edit(Kind.REMOVED, step(i), one, None, part) for i, one in gone]
    return removed + [Edit(Kind.ADDED, step(j), None, other, part) for j, other in come]


def _score(one: n.Node, other: n.Node) -> float:
    """Return how sure it is that one part has become the other; 0 if it has not."""
    if same(one, other):
        return 3.0
    match one, other:
        case n.Except(because=was), n.Except(because=is_now) if was and was == is_now:
            return 2.0
        case n.FirstRow(because=was), n.FirstRow(because=is_now) if was and was == is_now:
            return 2.0
        case n.ChoiceValue(), n.ChoiceValue():
            return 2.0 * (one.name == other.name)
        case n.EnsureField(), n.EnsureField():
            return 2.0 * (one.name == other.name)
        case n.Jump(), n.Jump():
            return 2.0 * same(one.at, other.at)
        case n.Row(), n.Row() if all(map(same, one.conditions, other.conditions)):
            return 2.0
        case (n.Name(), _) | (n.SortKey(), _):
            return 0.0
    if isinstance(one, n.Expr):
        return 0.0
    alike = similarity(one, other)
    return alike if alike >= _CLOSE else 0.0


def _row_score(one: n.Node, other: n.Node) -> float:
    """Return how sure it is that a row of a table has become another: it looks at the same.

    One condition may have changed where there are others; where there is one, not.
    """
    assert isinstance(one, n.Row)
    assert isinstance(other, n.Row)
    looked = [same(a, b) for a, b in zip(one.conditions, other.conditions, strict=False)]
    concluded = [same(a, b) for a, b in zip(one.conclusions, other.conclusions, strict=False)]
    if all(looked):
        return 3.0 + all(concluded)
    if len(looked) > 1 and sum(looked) == len(looked) - 1:
        return 1.0 + sum(concluded) / len(concluded)
    return 0.0


def _element_called(owner: n.Node, name: str, index: int) -> str:
    part = getattr(owner, name)[index]
    match owner, part:
        case _, n.Except(because=because):
            return exception_called(because)
        case _, n.FirstRow(because=because):
            return reason_called(because)
        case n.Table(), n.Row():
            return "row " + row_called(owner.header, part)
        case n.Scale(), n.Row():
            return "segment " + words(part.conditions[0])
        case n.Choice(), n.ChoiceValue():
            return f"value {part.name.text}"
        case _, n.Jump():
            return f"jump at {words(part.at)}"
        case _, n.EnsureField():
            return part.name.text
        case _, n.PlacesTaken():
            return f"place {index + 1}" if len(owner.places) > 1 else ""  # type: ignore[attr-defined]  # the owner is a selection
        case _:
            return ""


def exception_called(because: str) -> str:
    """Return what an exception is called: by its reason."""
    return f"exception “{because}”" if because else "exception"


def reason_called(because: str) -> str:
    """Return what a row of ordered reasons is called: by its reason."""
    return f"reason “{because}”" if because else "reason"


def row_called(header: n.Row, row: n.Row) -> str:
    """Return what a row looks at: `scheme traditional, quality_scored yes`."""
    cells = zip(header.conditions, row.conditions, strict=False)
    said = [f"{words(head)} {words(cell)}" for head, cell in cells if not _is_any(cell)]
    return ", ".join(said) or "any"


def _is_any(cell: n.Cell) -> bool:
    return all(isinstance(part, n.CellAny | n.CellOtherwise) for part in cell.parts)
