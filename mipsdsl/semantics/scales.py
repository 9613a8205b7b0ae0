"""Scales: piecewise linear, without gaps, each jump declared."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from attrs import evolve, frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import YESNO, Type, Unit
from mipsdsl.diagnostics import Label
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.resolve import place
from mipsdsl.semantics.symbols import ItemSymbol
from mipsdsl.syntax import nodes as n


@frozen
class Line:
    """A straight line through two points."""

    x: Fraction
    y: Fraction
    slope: Fraction

    def at(self, x: Fraction) -> Fraction:
        """Return the height of the line at ``x``."""
        return self.y + self.slope * (x - self.x)


@frozen
class Segment:
    """A row of a scale: from ``low`` to ``high``, the line, and the core of both."""

    row: n.Row
    low: Fraction
    low_included: bool
    high: Fraction
    high_included: bool
    line: Line
    test: c.Expr
    value: c.Expr


def scale(node: n.Scale, symbol: ItemSymbol, context: Context) -> c.Expr | None:
    """Return the cases of a scale.

    Reports: E0304 a jump that is not declared, E0305 a declared jump that is not there, E0307 gaps,
    order or ends, E0309 malformed.
    """
    scope = Scope(symbol.record)
    argument = e.quantity(node.of, scope, context)
    if argument is None:
        return None
    segments = [_segment(row, argument, symbol.type, scope, context) for row in node.rows]
    if any(segment is None for segment in segments):
        return None
    good = [segment for segment in segments if segment is not None]
    if not _contiguous(node, good, argument, context):
        return None
    _jumps(node, good, scope, context, argument.type)
    arms = tuple(c.Arm(s.test, s.value, place=place(s.row.span)) for s in good[:-1])
    last = good[-1]
    at = place(last.row.span)
    return _bounded(build.cases(c.CasesKind.ROWS, arms, last.value, symbol.type, at), good)


def declared_jumps(node: n.Scale, symbol: ItemSymbol, context: Context) -> tuple[Fraction, ...]:
    """Return where a scale that compiles was declared to jump."""
    scope = Scope(symbol.record)
    argument = e.quantity(node.of, scope, context)
    if argument is None:
        return ()
    found = [_constant(jump.at, argument.type, scope, context) for jump in node.jumps]
    return tuple(end[1] for end in found if end is not None)


def _segment(
    row: n.Row, argument: c.Expr, type_: Type, scope: Scope, context: Context
) -> Segment | None:
    ends = row.conditions[0].parts[0]
    shape_ok = len(row.conditions) == 1 == len(row.conclusions)
    if not shape_ok or not isinstance(ends, (n.CellRange, n.CellValue)):
        context.report.error(
            "E0309", "a row of a scale is a range and what it gives", row.span,
            help="like `| above 3 points to 100 points || line from (…) to (…) |`",
        )  # fmt: skip
        return None
    bounds = _ends(ends, argument, scope, context)
    value = _conclusion(row.conclusions[0], argument, type_, scope, context)
    if bounds is None or value is None:
        return None
    (low, low_included), (high, high_included), test = bounds
    line, expr = value
    return Segment(row, low, low_included, high, high_included, line, test, expr)


def _bounded(expr: c.Cases, segments: list[Segment]) -> c.Cases:
    """Return the cases with the bounds that the lines have on their own segments."""
    assert expr.shape is not None
    ends = [s.line.at(x) for s in segments for x in (s.low, s.high)]
    return evolve(expr, shape=evolve(expr.shape, low=min(ends), high=max(ends)))


End = tuple[Fraction, bool]


def _ends(
    part: n.CellRange | n.CellValue, argument: c.Expr, scope: Scope, context: Context
) -> tuple[End, End, c.Expr] | None:
    if isinstance(part, n.CellValue):
        part = n.CellRange(part.value, True, part.value, True, span=part.span)
    shape = build.shape_of(argument)
    tests: list[c.Expr] = []
    ends: list[End] = []
    sides = (
        (part.low, part.low_included, c.Comparison.AT_LEAST, c.Comparison.MORE, shape.low),
        (part.high, part.high_included, c.Comparison.AT_MOST, c.Comparison.LESS, shape.high),
    )
    for node, included, closed, open_, limit in sides:
        if node is None:
            ends.append((limit, True))
            continue
        end = _constant(node, argument.type, scope, context)
        if end is None:
            return None
        expr, value = end
        sign = closed if included else open_
        tests.append(c.Compare(sign, argument, expr, type=YESNO))
        ends.append((value, included))
    test = tests[0] if len(tests) == 1 else c.And(tuple(tests), type=YESNO)
    return ends[0], ends[1], test


def _constant(
    node: n.Expr, type_: Type, scope: Scope, context: Context
) -> tuple[c.Expr, Fraction] | None:
    expr = e.quantity(node, scope, context, type_)
    fitted = None if expr is None else e.fit(expr, type_, node.span, context)
    if fitted is None:
        return None
    value = build.value_of(fitted)
    if value is None:
        context.report.error(
            "E0307", "a scale is cut at literals and parameters", node.span,
            help="this changes from clinician to clinician; use a rule with if and else",
        )  # fmt: skip
        return None
    return fitted, value


def _conclusion(
    cell: n.Cell, argument: c.Expr, type_: Type, scope: Scope, context: Context
) -> tuple[Line, c.Expr] | None:
    part = cell.parts[0]
    if len(cell.parts) == 1 and isinstance(part, n.CellValue):
        found = _constant(part.value, type_, scope, context)
        if found is None:
            return None
        return Line(Fraction(0), found[1], Fraction(0)), found[0]
    if len(cell.parts) == 1 and isinstance(part, n.CellLine):
        return _line(part, argument, type_, scope, context)
    context.report.error("E0309", "a segment gives a value or a line", cell.span)
    return None


def _line(
    part: n.CellLine, argument: c.Expr, type_: Type, scope: Scope, context: Context
) -> tuple[Line, c.Expr] | None:
    """Return the line, and ``y1 + (x - x1) * (y2 - y1) / (x2 - x1)`` in the core."""
    points = [
        (
            _constant(point.x, argument.type, scope, context),
            _constant(point.y, type_, scope, context),
        )
        for point in (part.start, part.end)
    ]
    (x1, y1), (x2, y2) = points
    if x1 is None or y1 is None or x2 is None or y2 is None:
        return None
    if x1[1] == x2[1]:
        context.report.error(
            "E0307", "the two points of this line stand above each other", part.span
        )
        return None
    slope = (y2[1] - y1[1]) / (x2[1] - x1[1])
    subtract, multiply = c.Operator.SUBTRACT, c.Operator.MULTIPLY
    along = build.arithmetic(subtract, argument, x1[0], argument.type)
    rise = build.arithmetic(subtract, y2[0], y1[0], type_)
    run = build.arithmetic(subtract, x2[0], x1[0], argument.type)
    share = build.divide(along, run, None, Type(Unit.RATIO))
    climbed = build.arithmetic(multiply, share, rise, type_)
    expr = build.arithmetic(c.Operator.ADD, y1[0], climbed, type_)
    checked = e.within_width(expr, part.span, context)
    return None if checked is None else (Line(x1[1], y1[1], slope), checked)


def _contiguous(node: n.Scale, segments: list[Segment], argument: c.Expr, context: Context) -> bool:
    unit = argument.type.unit
    shape = build.shape_of(argument)
    for before, after in pairwise(segments):
        if before.high != after.low or before.high_included == after.low_included:
            here = quantity_text(before.high, unit)
            context.report.error(
                "E0307", f"the scale is not whole at {here}", after.row.span,
                "this segment does not begin where the one before ends",
                Label(before.row.span, "which ends here"),
                help=f"exactly one of the two must hold {here} itself: `above … to …`, `… to under …`",
            )  # fmt: skip
            return False
    first, last = segments[0], segments[-1]
    for segment, reached, limit, word in (
        (first, first.low < shape.low or (first.low == shape.low and first.low_included),
         shape.low, "begins"),
        (last, last.high > shape.high or (last.high == shape.high and last.high_included),
         shape.high, "ends"),
    ):  # fmt: skip
        if not reached:
            value = quantity_text(limit, unit)
            context.report.error(
                "E0307", f"the scale does not reach {value}", segment.row.span,
                f"`{node.of.text}` {word} at {value}",
                help=f"let the scale reach it, or narrow `{node.of.text}` with `at least`/`at most`",
            )  # fmt: skip
            return False
    return True


def _jumps(
    node: n.Scale, segments: list[Segment], scope: Scope, context: Context, type_: Type
) -> None:
    declared: dict[Fraction, n.Jump] = {}
    for jump in node.jumps:
        found = _constant(jump.at, type_, scope, context)
        if found is not None:
            declared[found[1]] = jump
    jumping: set[Fraction] = set()
    for before, after in pairwise(segments):
        at = before.high
        left, right = before.line.at(at), after.line.at(at)
        if left != right:
            jumping.add(at)
        if left != right and at not in declared:
            unit = node.type.name if isinstance(node.type, n.BaseType) else ""
            one, other = (quantity_text(y, Unit(unit or "number")) for y in (left, right))
            context.report.error(
                "E0304", f"the scale jumps at {quantity_text(at, type_.unit)}", after.row.span,
                f"from {one} to {other}", Label(before.row.span, "the segment before"),
                help="if the regulation has this cliff, declare it: `jump at … because \"…\"`",
            )  # fmt: skip
    for at, jump in declared.items():
        if at not in jumping:
            _no_jump(jump, context)


def _no_jump(jump: n.Jump, context: Context) -> None:
    context.report.error(
        "E0305", "the scale does not jump here", jump.span, help="remove this line"
    )
