"""Expressions: from syntax to typed core, with each mistake reported once, where it arises.

Every function returns ``None`` for what is mistaken; what is built on it is silent.
"""

from __future__ import annotations

from typing import assert_never

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import WRITTEN_PLACES, YESNO, Type, Unit
from mipsdsl.diagnostics import Label
from mipsdsl.semantics import conditions, divisions, facts, folds, units
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.literals import literal
from mipsdsl.semantics.names import RowFound, RowsFound, ValueFound, find
from mipsdsl.semantics.resolve import place
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n

MAX_ROUNDING = 8
GUARD = 50
"""Steps of 10**-12 that a written rounding forgives (language manual, "Numbers")."""


def check(  # noqa: C901 - one case a node
    node: n.Expr, scope: Scope, context: Context, expected: Type | None = None
) -> c.Expr | None:
    """Return the core of ``node``.

    ``expected`` decides what a bare name of a choice, a set or ``missing`` means.

    Reports: E0201 to E0209, E0401 to E0404.
    """
    match node:
        case n.Missing():
            return _missing(node, context, expected)
        case (
            n.Number() | n.Percent() | n.Money() | n.Points() | n.Text() | n.YesNo() | n.Date()
            | n.RelativeDate()
        ):  # fmt: skip
            return _literal(node, context, expected)
        case n.Path():
            return _path(node, scope, context, expected)
        case n.SetOf():
            return _set(node, scope, context, expected)
        case n.Parenthesis():
            return check(node.inner, scope, context, expected)
        case n.CatalogueRow():
            return folds.catalogue(node, scope, context)
        case n.Minus():
            return _minus(node, scope, context, expected)
        case n.Sum():
            return _sum(node, scope, context, expected)
        case n.Product():
            return _product(node, scope, context)
        case n.Default():
            return _default(node, scope, context, expected)
        case n.Ratio():
            return divisions.ratio(node, scope, context)
        case n.Position():
            return folds.position(node, scope, context)
        case n.AnyOf() | n.CountOf() | n.AllHave() | n.Fold():
            return folds.fold(node, scope, context)
        case n.Comparison():
            return conditions.comparison(node, scope, context)
        case n.Is():
            return conditions.sameness(node, scope, context)
        case n.IsIn():
            return conditions.is_in(node, scope, context)
        case n.IsGiven():
            return conditions.is_given(node, scope, context)
        case n.IsWithin():
            return conditions.is_within(node, scope, context)
        case n.Not():
            operand = condition(node.operand, scope, context)
            return None if operand is None else c.Not(operand, type=YESNO)
        case n.And() | n.Or():
            return conditions.logic(node, scope, context)
        case n.If():
            return _if(node, scope, context, expected)
        case n.AtLeast() | n.AtMost():
            return _clamp(node, scope, context, expected)
        case n.Rounded():
            return _rounded(node, scope, context, expected)
        case _:
            assert_never(node)


def condition(node: n.Expr, scope: Scope, context: Context) -> c.Expr | None:
    """Return a yes/no that is never missing."""
    expr = check(node, scope, context, YESNO)
    if expr is None:
        return None
    if expr.type.unit is not Unit.YESNO:
        context.report.error(
            "E0209", "a condition is yes or no", node.span, f"this is {expr.type.spoken()}"
        )
        return None
    return present(expr, node.span, context)


def present(expr: c.Expr, span: Span, context: Context) -> c.Expr | None:
    """Return ``expr`` unless it may be missing, which is reported."""
    if not expr.type.optional:
        return expr
    shown = span.text if len(span.text) <= 40 else "this"
    context.report.error(
        "E0205", f"`{shown}` may be missing", span,
        help=f"say what happens then: `{shown} default …`, or ask first: `{shown} is given`",
    )  # fmt: skip
    return None


def quantity(
    node: n.Expr, scope: Scope, context: Context, expected: Type | None = None
) -> c.Expr | None:
    """Return a value that can be calculated with and is never missing."""
    expr = check(node, scope, context, expected)
    if expr is None:
        return None
    if not units.is_quantity(expr):
        message = f"{expr.type.required().spoken()} cannot be calculated with"
        context.report.error("E0209", message, node.span, f"this is {expr.type.spoken()}")
        return None
    return present(expr, node.span, context)


def fit(expr: c.Expr, type_: Type, span: Span, context: Context) -> c.Expr | None:
    """Return ``expr`` as a value of ``type_``, or report that it is none."""
    if not units.fits(expr, type_):
        context.report.error(
            "E0209", f"{type_.spoken()} is needed here", span, f"this is {expr.type.spoken()}",
            help=_unit_help(expr.type.unit, type_.unit),
        )  # fmt: skip
        return None
    if expr.type.optional and not type_.optional:
        return present(expr, span, context)
    if expr.type.unit is not type_.unit:
        return units.as_unit(expr, type_.unit)
    return expr


def _unit_help(have: Unit, want: Unit) -> str:
    if have is Unit.PERCENT and want is Unit.POINTS:
        return "write `100 points * …` for the points that a percent is worth"
    if have is Unit.COUNT and want in (Unit.POINTS, Unit.MONEY, Unit.PERCENT):
        sample = {Unit.POINTS: "3 points", Unit.MONEY: "$3", Unit.PERCENT: "3%"}[want]
        return f"a number alone has no unit; write it as `{sample}`"
    return ""


def within_width(expr: c.Expr, span: Span, context: Context) -> c.Expr | None:
    """Return ``expr`` unless it can outgrow what every engine calculates with."""
    shape = expr.shape
    if shape is None or max(shape.numerator, shape.denominator) < build.INTERMEDIATE_LIMIT:
        return expr
    context.report.error(
        "E0401", "this can become too large to calculate exactly", span,
        help="give a part of it its own rule, or narrow the ranges of what it reads",
    )  # fmt: skip
    return None


# --- literals and names ------------------------------------------------------------------------


def _missing(node: n.Missing, context: Context, expected: Type | None) -> c.Expr | None:
    if expected is None:
        context.report.error(
            "E0209", "it does not follow what is missing here", node.span,
            help="to ask whether something is missing write `x is missing`",
        )  # fmt: skip
        return None
    return c.Missing(type=expected.or_missing())


def _literal(node: n.Literal, context: Context, expected: Type | None) -> c.Expr | None:
    expr = literal(node, context.symbols.year, context.report)
    if expr is not None and expected is not None and expected.unit is Unit.NUMBER:
        return units.as_unit(expr, Unit.NUMBER) if units.is_plain_number(expr) else expr
    return expr


def _path(node: n.Path, scope: Scope, context: Context, expected: Type | None) -> c.Expr | None:
    found = find(node, scope, context, expected)
    match found:
        case None:
            return None
        case ValueFound(expr, 0):
            return expr
        case ValueFound():
            context.report.error(
                "E0204", f"`{node.text}` is a list of numbers", node.span,
                help="use it in `position of … on …`",
            )  # fmt: skip
        case RowFound():
            context.report.error(
                "E0204", f"`{node.text}` is a {found.record}, not a value", node.span,
                help=f"name what you need of it: `{node.text}.…`",
            )  # fmt: skip
        case RowsFound():
            context.report.error(
                "E0204", f"`{node.text}` is a list", node.span,
                help=f"say what of it: `any of {node.text}`, `count of {node.text}`, `sum of …`",
            )  # fmt: skip
    return None


def _set(node: n.SetOf, scope: Scope, context: Context, expected: Type | None) -> c.Expr | None:
    if expected is None or (expected.unit is Unit.SET and not expected.choice):
        choices = _choices_of(node, context)
        if len(choices) > 1:
            _of_several_choices(node, choices, context)
            return None
        expected = Type(Unit.SET, choice=choices[0]) if choices else None
    choice = expected.choice if expected else ""
    values: list[str] = []
    for element in node.members:
        inner = Type(Unit.CHOICE, choice=choice) if choice else Type(Unit.TEXT)
        member = check(element, scope, context, inner)
        if member is None:
            return None
        if not isinstance(member, c.Constant) or not isinstance(member.value, str):
            context.report.error("E0209", "a set holds values of a choice or texts", element.span)
            return None
        if member.value in values:
            context.report.error("E0203", f"`{member.value}` is in the set twice", element.span)
        values.append(member.value)
    return c.SetOf(tuple(values), type=Type(Unit.SET, choice=choice))


def _choices_of(node: n.SetOf, context: Context) -> list[str]:
    """Return the choices that have all the values of a set."""
    names = {m.text for m in node.members if isinstance(m, n.Path)}
    choices = context.symbols.choices.values()
    return [each.name for each in choices if names and names <= set(each.values)]


def _of_several_choices(node: n.SetOf, choices: list[str], context: Context) -> None:
    """Report a set whose values several choices have.

    Reports: E0207.
    """
    both = " and ".join((", ".join(choices[:-1]), choices[-1]))
    context.report.error(
        "E0207", f"these are values of {both}", node.span,
        help=f"say which choice is meant: `parameter …: set of {choices[0]} = …`",
    )  # fmt: skip


# --- arithmetic -----------------------------------------------------------------------------------


def _minus(node: n.Minus, scope: Scope, context: Context, expected: Type | None) -> c.Expr | None:
    operand = quantity(node.operand, scope, context, expected)
    if operand is None:
        return None
    if isinstance(operand, c.Constant):
        assert operand.shape is not None
        return build.constant(-int(operand.value), operand.shape.scale, operand.type)
    zero = build.constant(0, 0, operand.type)
    return build.arithmetic(c.Operator.SUBTRACT, zero, operand, operand.type)


def _sum(node: n.Sum, scope: Scope, context: Context, expected: Type | None) -> c.Expr | None:
    left = quantity(node.left, scope, context, expected)
    right = quantity(node.right, scope, context, expected)
    if left is None or right is None:
        return None
    operator = c.Operator.ADD if node.sign == "+" else c.Operator.SUBTRACT
    dated = _dates(node.sign, left.type.unit, right.type.unit)
    if dated is not None:
        expr = build.arithmetic(operator, left, right, Type(dated))
        return within_width(expr, node.span, context)
    unit = None if left.type.unit is Unit.DATE else units.common_unit(left, right)
    if unit is None:
        mixed(f"`{node.sign}` must have one unit", node.left, left, node.right, right, context)
        return None
    left, right = units.as_unit(left, unit), units.as_unit(right, unit)
    expr = build.arithmetic(operator, left, right, Type(unit))
    return within_width(expr, node.span, context)


def _dates(sign: str, left: Unit, right: Unit) -> Unit | None:
    if left is Unit.DATE and right is Unit.COUNT:
        return Unit.DATE
    return Unit.COUNT if sign == "-" and left is right is Unit.DATE else None


def mixed(
    message: str, left: n.Expr, a: c.Expr, right: n.Expr, b: c.Expr, context: Context
) -> None:
    """Report two values that do not go together.

    Reports: E0202.
    """
    second = Label(right.span, f"this is {b.type.spoken()}")
    units_of = {a.type.unit, b.type.unit}
    help_ = ""
    if units_of == {Unit.PERCENT, Unit.POINTS}:
        help_ = "multiply the percent by the points it is a share of"
    elif Unit.COUNT in units_of and (units.is_plain_number(a) or units.is_plain_number(b)):
        help_ = "give the number its unit, like `3 points`, `$3` or `3%`"
    context.report.error(
        "E0202", message, left.span, f"this is {a.type.spoken()}", second, help=help_
    )


def _product(node: n.Product, scope: Scope, context: Context) -> c.Expr | None:
    left = quantity(node.left, scope, context)
    right = quantity(node.right, scope, context)
    if left is None or right is None:
        return None
    if node.sign == "/":
        if build.shape_of(right).low <= 0 <= build.shape_of(right).high:
            context.report.error(
                "E0402", "this divisor may be zero", node.right.span,
                help="write `ratio of a to b (when zero: …)`",
            )  # fmt: skip
            return None
        return divisions.quotient(node, left, right, None, context)
    unit = units.product_unit(left, right)
    if unit is None:
        mixed("these two cannot be multiplied", node.left, left, node.right, right, context)
        return None
    expr = build.arithmetic(c.Operator.MULTIPLY, left, right, Type(unit))
    return within_width(expr, node.span, context)


def _default(
    node: n.Default, scope: Scope, context: Context, expected: Type | None
) -> c.Expr | None:
    operand = check(node.operand, scope, context, expected)
    if operand is None:
        return None
    otherwise = check(node.otherwise, scope, context, operand.type.required())
    if otherwise is None:
        return None
    pair = alternatives([(node.operand, operand), (node.otherwise, otherwise)], context)
    if pair is None:
        return None
    (operand, otherwise), type_ = pair
    type_ = evolve(type_, optional=otherwise.type.optional)
    return build.default(operand, otherwise, type_)


def alternatives(
    options: list[tuple[n.Expr, c.Expr]], context: Context
) -> tuple[list[c.Expr], Type] | None:
    """Return values of which one will be taken, in one unit, with their common type.

    Reports: E0202 when they have no common unit.
    """
    present_ones = [(node, expr) for node, expr in options if not isinstance(expr, c.Missing)]
    if not present_ones:
        return [expr for _, expr in options], options[0][1].type
    node, first = present_ones[0]
    unit = first.type.unit
    for other_node, other in present_ones[1:]:
        shared = common(evolve(first, type=evolve(first.type, unit=unit)), other)
        if shared is None:
            mixed("these must be of one kind", node, first, other_node, other, context)
            return None
        unit = shared
    optional = any(expr.type.optional for _, expr in options)
    type_ = Type(unit, choice=first.type.choice, optional=optional)
    exprs = [
        c.Missing(type=type_) if isinstance(expr, c.Missing) else units.as_unit(expr, unit)
        for _, expr in options
    ]
    return exprs, type_


def common(a: c.Expr, b: c.Expr) -> Unit | None:
    """Return the unit in which two values are of one kind, if they are."""
    if units.is_quantity(a) and units.is_quantity(b):
        return units.common_unit(a, b)
    same = a.type.unit is b.type.unit and a.type.choice == b.type.choice
    return a.type.unit if same else None


# --- if, clauses ----------------------------------------------------------------------------------


def _if(node: n.If, scope: Scope, context: Context, expected: Type | None) -> c.Expr | None:
    test = condition(node.test, scope, context)
    known, unknown = (facts.when_true(test), facts.when_false(test)) if test else (None, None)
    with context.knowing_less(test):
        yes = check(node.yes, scope.knowing(known or facts.NOTHING), context, expected)
    no = check(node.no, scope.knowing(unknown or facts.NOTHING), context, expected)
    if test is None or yes is None or no is None:
        return None
    pair = alternatives([(node.yes, yes), (node.no, no)], context)
    if pair is None:
        return None
    (yes, no), type_ = pair
    arm = c.Arm(test, yes, place=place(node.yes.span))
    return build.cases(c.CasesKind.IF, (arm,), no, type_, place(node.no.span))


def _clamp(
    node: n.AtLeast | n.AtMost, scope: Scope, context: Context, expected: Type | None
) -> c.Expr | None:
    operand = check(node.operand, scope, context, expected)
    bound = quantity(node.bound, scope, context, expected)
    if operand is None or bound is None:
        return None
    operator = c.Operator.GREATEST if isinstance(node, n.AtLeast) else c.Operator.LEAST

    def clamp(expr: c.Expr) -> c.Expr | None:
        unit = units.common_unit(expr, bound)
        if unit is None:
            words = "at least" if isinstance(node, n.AtLeast) else "at most"
            message = f"`{words}` must have one unit"
            mixed(message, node.operand, expr, node.bound, bound, context)
            return None
        left, right = units.as_unit(expr, unit), units.as_unit(bound, unit)
        return within_width(build.arithmetic(operator, left, right, Type(unit)), node.span, context)

    return _each_present(operand, node.operand, clamp, context)


def _rounded(
    node: n.Rounded, scope: Scope, context: Context, expected: Type | None
) -> c.Expr | None:
    operand = check(node.operand, scope, context, expected)
    if operand is None:
        return None
    places = int(node.places.text.partition(".")[0].replace(",", ""))
    if places > MAX_ROUNDING or "." in node.places.text:
        message = f"a value is rounded to a whole number of places, at most {MAX_ROUNDING}"
        context.report.error("E0404", message, node.places.span)
        return None

    def round_(expr: c.Expr) -> c.Expr | None:
        if not units.is_quantity(expr):
            context.report.error(
                "E0209", f"{expr.type.spoken()} cannot be rounded", node.operand.span
            )
            return None
        unit = expr.type.unit
        if unit is Unit.RATIO and expected is not None and expected.unit is Unit.PERCENT:
            unit = Unit.PERCENT
        if build.shape_of(expr).error * 10**12 > GUARD:
            context.report.warning(
                "E0403", "what was rounded on the way can decide this rounding", node.span,
                help="round less on the way, or round a part of it first",
            )  # fmt: skip
        scale = places + WRITTEN_PLACES.get(unit, 0)
        rounded = build.round_to(units.as_unit(expr, unit), scale, c.Rounding(node.mode))
        return within_width(rounded, node.span, context)

    return _each_present(operand, node.operand, round_, context)


def _each_present(
    expr: c.Expr, node: n.Expr, change: folds.Change, context: Context
) -> c.Expr | None:
    """Return ``expr`` with every value it can have changed; missing stays missing."""
    if isinstance(expr, c.Missing):
        return expr
    if not expr.type.optional:
        if not units.is_quantity(expr):
            message = f"{expr.type.spoken()} cannot be calculated with"
            context.report.error("E0209", message, node.span)
            return None
        return change(expr)
    if not isinstance(expr, c.Cases):
        shown = present(expr, node.span, context)
        return None if shown is None else change(shown)
    arms: list[c.Arm] = []
    for arm in expr.arms:
        value = _each_present(arm.value, node, change, context)
        if value is None:
            return None
        arms.append(evolve(arm, value=value))
    otherwise = _each_present(expr.otherwise, node, change, context)
    if otherwise is None:
        return None
    return build.cases(expr.kind, tuple(arms), otherwise, expr.type, expr.otherwise_place)
