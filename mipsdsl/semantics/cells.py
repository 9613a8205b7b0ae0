"""Cells: the finitely many kinds of value that a condition can tell apart.

A quantity is cut at the constants it is compared with; a choice has its values; missing is a cell of
its own. Tables and exceptions are decided by trying every combination of cells, never by a solver.
Distinct expressions count as independent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import floor, prod

from attrs import frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.meaning import compared
from mipsdsl.core.types import QUANTITIES, Unit

MAX_COMBINATIONS = 200_000


@frozen
class Cell:
    """A kind of value: an exact one (quantity, text, yes/no), or missing (``None``)."""

    value: Fraction | str | bool | None


@frozen
class Dimension:
    """An expression that conditions look at, and the cells of it."""

    expr: c.Expr
    cells: tuple[Cell, ...]


Assignment = dict[c.Expr, Cell]


class TooMany(Exception):
    """More combinations than are worth trying."""

    def __init__(self, count: int) -> None:
        """Keep how many there are."""
        super().__init__(count)
        self.count = count


def dimensions(conditions: Sequence[c.Expr], choices: dict[str, c.Choice]) -> tuple[Dimension, ...]:
    """Return what the conditions look at, each cut into cells."""
    cuts: dict[c.Expr, set[Fraction]] = {}
    texts: dict[c.Expr, set[str]] = {}
    for condition in conditions:
        _atoms(condition, cuts, texts)
    return tuple(
        Dimension(expr, _cells(expr, cuts.get(expr, set()), texts.get(expr, set()), choices))
        for expr in {**cuts, **texts}
    )


def _atoms(  # noqa: C901 - one case a node
    expr: c.Expr, cuts: dict[c.Expr, set[Fraction]], texts: dict[c.Expr, set[str]]
) -> None:
    match expr:
        case c.And(operands=operands) | c.Or(operands=operands):
            for operand in operands:
                _atoms(operand, cuts, texts)
        case c.Not(operand=operand):
            _atoms(operand, cuts, texts)
        case c.Compare(left=left, right=right):
            one, other = build.value_of(left), build.value_of(right)
            if other is not None:
                cuts.setdefault(left, set()).add(other)
            elif one is not None:
                cuts.setdefault(right, set()).add(one)
            else:
                texts.setdefault(expr, set())
        case c.Same(left=left, right=c.Constant(value=value)):
            texts.setdefault(left, set()).add(str(value))
        case c.Same(left=left, right=c.Missing()):
            texts.setdefault(left, set())
        case c.Among(operand=operand, values=values):
            members = _members(values)
            if members is None:
                texts.setdefault(expr, set())
            else:
                texts.setdefault(operand, set()).update(members)
        case c.IsGiven(operand=operand):
            kind = cuts if operand.type.unit in QUANTITIES else texts
            kind.setdefault(operand, set())
        case c.Constant():
            pass
        case _:
            texts.setdefault(expr, set())


def _members(values: c.Expr) -> tuple[str, ...] | None:
    inner = values.value if isinstance(values, c.Parameter) else values
    return inner.values if isinstance(inner, c.SetOf) else None


def _cells(
    expr: c.Expr, cuts: set[Fraction], texts: set[str], choices: dict[str, c.Choice]
) -> tuple[Cell, ...]:
    cells = [Cell(None)] if expr.type.optional else []
    match expr.type.unit:
        case Unit.YESNO:
            return (*cells, Cell(True), Cell(False))
        case Unit.CHOICE:
            return (*cells, *(Cell(value) for value in choices[expr.type.choice].values))
        case unit if unit in QUANTITIES:
            return (*cells, *_intervals(expr, cuts))
        case _:
            return (*cells, *(Cell(text) for text in sorted(texts)), Cell("any other"))


def _intervals(expr: c.Expr, cuts: set[Fraction]) -> Iterator[Cell]:
    """Give each cut and, between two cuts, one value of the grid that lies there."""
    shape = build.shape_of(expr)
    step = Fraction(1, 10**shape.scale) if shape.is_decimal else Fraction(1, 10**12)
    inside = {cut for cut in cuts if shape.low <= cut <= shape.high}
    points = sorted({shape.low, *inside, shape.high})
    for index, point in enumerate(points):
        if not shape.is_decimal or (point / step).denominator == 1:
            yield Cell(point)
        following = points[index + 1] if index + 1 < len(points) else None
        if following is not None:
            between = (floor(point / step) + 1) * step
            if between < following:
                yield Cell(between)


def combinations(parts: Sequence[Dimension]) -> Iterator[Assignment]:
    """Give every combination of cells.

    Raises:
        TooMany: there are more than ``MAX_COMBINATIONS``.

    """
    count = prod(len(part.cells) for part in parts)
    if count > MAX_COMBINATIONS:
        raise TooMany(count)
    exprs = [part.expr for part in parts]
    for cells in product(*(part.cells for part in parts)):
        yield dict(zip(exprs, cells, strict=True))


def holds(condition: c.Expr, at: Assignment) -> bool:
    """Return whether ``condition`` holds for the values in ``at``."""
    if condition in at:
        return at[condition].value is True
    match condition:
        case c.And(operands=operands):
            return all(holds(x, at) for x in operands)
        case c.Or(operands=operands):
            return any(holds(x, at) for x in operands)
        case c.Not(operand=operand):
            return not holds(operand, at)
        case c.Constant(value=value):
            return value is True
        case c.Compare():
            return _compared(condition, at)
        case c.Same(left=left, right=right):
            return _value(left, at) == _value(right, at)
        case c.Among(operand=operand, values=values):
            return _value(operand, at) in (_members(values) or ())
        case c.IsGiven(operand=operand):
            return _value(operand, at) is not None
        case _:
            raise AssertionError(f"an atom without a cell: {condition!r}")


def _value(expr: c.Expr, at: Assignment) -> Fraction | str | bool | None:
    if expr in at:
        return at[expr].value
    if isinstance(expr, c.Missing):
        return None
    if isinstance(expr, c.Constant) and not isinstance(expr.value, int):
        return expr.value
    if isinstance(expr, c.Constant) and isinstance(expr.value, bool):
        return expr.value
    return build.value_of(expr)


def _compared(expr: c.Compare, at: Assignment) -> bool:
    left, right = _value(expr.left, at), _value(expr.right, at)
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return False
    return compared(expr.comparison, left, right)


def shown(at: Assignment, names: dict[c.Expr, str] | None = None) -> str:
    """Return a combination as an author would write the clinician it stands for."""
    return ", ".join(
        f"{(names or {}).get(expr) or name_of(expr)} {_text(expr, cell)}"
        for expr, cell in at.items()
    )


def name_of(expr: c.Expr) -> str:
    """Return what an expression is called in a message."""
    match expr:
        case c.Read(name=name):
            return name.removesuffix(" row")
        case c.ReadPopulation(name=name) | c.Parameter(name=name):
            return name
        case c.IsMember(rows=c.Chosen(name=name)):
            return name
        case c.HasRow(row=c.Follow(name=name)):
            return f"{name} is given:"
        case c.Fold(kind=kind, rows=c.Children(name=name) | c.Chosen(name=name)):
            return f"{kind.value} of {name}"
        case c.Compare(left=left, right=right, comparison=comparison):
            return f"{name_of(left)} {comparison.value} {name_of(right)}:"
        case c.Among(operand=operand, values=values):
            return f"{name_of(operand)} is in {name_of(values)}:"
        case c.Arithmetic(left=left, right=right, operator=operator):
            return f"({name_of(left)} {operator.value} {name_of(right)})"
        case c.Default(operand=operand):
            return name_of(operand)
        case c.Constant():
            value = build.value_of(expr)
            return quantity_text(value, expr.type.unit) if value is not None else str(expr.value)
        case _:
            return "a condition"


def _text(expr: c.Expr, cell: Cell) -> str:
    match cell.value:
        case None:
            return "missing"
        case bool():
            return "yes" if cell.value else "no"
        case str():
            return cell.value
        case _:
            return quantity_text(cell.value, expr.type.unit)


def quantity_text(value: Fraction, unit: Unit) -> str:
    """Return a quantity as an author writes it."""
    if unit is Unit.DATE:
        from datetime import date

        return date.fromordinal(int(value)).isoformat()
    scaled = value * 100 if unit is Unit.PERCENT else value
    text = _decimal(scaled, 2 if unit is Unit.MONEY and scaled.denominator != 1 else 0)
    match unit:
        case Unit.PERCENT:
            return f"{text}%"
        case Unit.MONEY:
            return f"-${text[1:]}" if text.startswith("-") else f"${text}"
        case Unit.POINTS:
            return f"{text} point" if text == "1" else f"{text} points"
        case _:
            return text


def _decimal(value: Fraction, least: int) -> str:
    steps = abs(value) * 10**12
    whole = floor(steps + Fraction(1, 2))
    digits, places = divmod(whole, 10**12)
    tail = f"{places:012d}".rstrip("0").ljust(least, "0")
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{digits:,}" + (f".{tail}" if tail else "")
