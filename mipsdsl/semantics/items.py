"""Items: a declared rule, table, scale, selection or population item into its core."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import assert_never

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.build import value_of
from mipsdsl.core.types import GRID, QUANTITIES, Type, Unit
from mipsdsl.diagnostics import Label
from mipsdsl.semantics import cells, facts, folds, scales, tables
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.names import ValueFound, find
from mipsdsl.semantics.resolve import place
from mipsdsl.semantics.symbols import ItemSymbol
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


def define(context: Context, symbol: ItemSymbol) -> c.Item | None:
    """Return the compiled item of ``symbol``.

    Reports: what its expressions report; E0303 contradicting exceptions; E0401 too wide; E0405 a
    value outside the declared range.
    """
    node = symbol.node
    match node:
        case n.Rule():
            expr = _rule(node, symbol, context)
        case n.Table() if symbol.kind is c.ItemKind.ROW:
            expr = tables.row_number(node, symbol, context)
            tables.check_sums(node, context, symbol.record)
        case n.Table():
            expr = _column(node, symbol, context)
        case n.Scale():
            expr = scales.scale(node, symbol, context)
        case n.Selection():
            expr = _selection(node, symbol, context)
        case n.Population():
            expr = _population(node, symbol, context)
        case _:
            assert_never(node)
    return None if expr is None else _finished(node, symbol, expr, context)


def _finished(
    node: n.Rule | n.Table | n.Scale | n.Selection | n.Population, symbol: ItemSymbol,
    expr: c.Expr, context: Context,
) -> c.Item | None:  # fmt: skip
    shape = None
    if symbol.type.unit in QUANTITIES:
        expr = build.land(expr, symbol.type.unit)
        landed = build.shape_of(expr)
        shape = build.decimal(GRID[symbol.type.unit], landed.low, landed.high, landed.error)
        if shape.numerator >= build.STORED_LIMIT:
            context.report.error(
                "E0401", f"`{symbol.name}` can become too large to keep", _span(node),
                help="bound it: `at most …`, or narrow the ranges of what it reads",
            )  # fmt: skip
            return None
    label = node.label if isinstance(node, (n.Rule, n.Population)) else ""
    return c.Item(
        symbol.record, symbol.name, symbol.kind, symbol.type, shape, expr, label, node.because,
        node.citations, _published(node, symbol, context), place(_span(node)),
        scales.declared_jumps(node, symbol, context) if isinstance(node, n.Scale) else (),
    )  # fmt: skip


def _span(node: n.Rule | n.Table | n.Scale | n.Selection | n.Population) -> Span:
    return node.name.span if isinstance(node, (n.Selection, n.Population)) else node.target.span


def _published(node: n.Node, symbol: ItemSymbol, context: Context) -> c.Constant | None:
    if not isinstance(node, n.Population) or node.published is None:
        return None
    expr = e.check(node.published, Scope(""), context, symbol.type)
    fitted = None if expr is None else e.fit(expr, symbol.type, node.published.span, context)
    if fitted is not None and not isinstance(fitted, c.Constant):
        context.report.error("E0209", "what was published is a literal", node.published.span)
    return fitted if isinstance(fitted, c.Constant) else None


# --- rules ----------------------------------------------------------------------------------------


def _rule(node: n.Rule, symbol: ItemSymbol, context: Context) -> c.Expr | None:
    scope = Scope(symbol.record)
    if isinstance(node.body, n.FirstOf):
        body = _first_of(node.body, symbol.type, scope, context)
    else:
        body = _value(node.body, symbol.type, scope, context)
    arms = [_exception(x, symbol.type, scope, context) for x in node.exceptions]
    if body is None or any(arm is None for arm in arms):
        return None
    good = tuple(arm for arm in arms if arm is not None)
    _contradictions(node, good, context)
    expr = (
        build.cases(c.CasesKind.EXCEPTIONS, good, body, symbol.type, place(node.body.span))
        if good
        else body
    )
    return _in_range(expr, node.range, symbol.type, context)


def _value(node: n.Expr, type_: Type, scope: Scope, context: Context) -> c.Expr | None:
    expr = e.check(node, scope, context, type_)
    return None if expr is None else e.fit(expr, type_, node.span, context)


def _first_of(node: n.FirstOf, type_: Type, scope: Scope, context: Context) -> c.Expr | None:
    arms: list[c.Arm] = []
    mistaken = False
    for row in node.rows:
        test = e.condition(row.condition, scope, context)
        known = facts.NOTHING if test is None else facts.when_true(test)
        with context.knowing_less(test):
            value = _value(row.value, type_, scope.knowing(known), context)
        if test is None or value is None:
            mistaken = True
            continue
        scope = scope.knowing(facts.when_false(test))
        arms.append(c.Arm(test, value, row.because, row.citations, place(row.span)))
    otherwise = _value(node.otherwise, type_, scope, context)
    if mistaken or otherwise is None:
        return None
    return build.cases(
        c.CasesKind.FIRST_OF, tuple(arms), otherwise, type_, place(node.otherwise.span)
    )


def _exception(node: n.Except, type_: Type, scope: Scope, context: Context) -> c.Arm | None:
    test = e.condition(node.condition, scope, context)
    known = facts.NOTHING if test is None else facts.when_true(test)
    with context.knowing_less(test):
        value = _value(node.value, type_, scope.knowing(known), context)
    if test is None or value is None:
        return None
    return c.Arm(test, value, node.because, node.citations, place(node.span))


def _contradictions(node: n.Rule, arms: tuple[c.Arm, ...], context: Context) -> None:
    """Report two exceptions that can hold at once and disagree on the value."""
    for (i, first), (j, second) in combinations(enumerate(arms), 2):
        if first.value == second.value:
            continue
        seen = cells.dimensions([first.condition, second.condition], context.symbols.choices)
        try:
            for at in cells.combinations(seen):
                if cells.holds(first.condition, at) and cells.holds(second.condition, at):
                    context.report.error(
                        "E0303", "two exceptions that can both hold do not agree",
                        node.exceptions[j].span, f"both hold for: {cells.shown(at)}",
                        Label(node.exceptions[i].span, "this says otherwise"),
                        help="let one of them say `and not …`, or use `first of` to order them",
                    )  # fmt: skip
                    break
        except cells.TooMany as too_many:
            message = f"these exceptions look at {too_many.count:,} combinations"
            help_ = "give a part of the condition its own rule"
            context.report.error("E0308", message, node.exceptions[j].span, help=help_)


def _in_range(expr: c.Expr, node: n.Range | None, type_: Type, context: Context) -> c.Expr | None:
    """Check that the values stay within the range that the author declared."""
    if node is None or expr.shape is None:
        return expr
    low = _constant(node.low, type_, context)
    high = _constant(node.high, type_, context)
    if low is None or high is None:
        return None
    if expr.shape.low < low or expr.shape.high > high:
        unit = type_.unit
        real = " to ".join(cells.quantity_text(x, unit) for x in (expr.shape.low, expr.shape.high))
        context.report.error(
            "E0405", "the values can leave the declared range", node.span,
            f"as far as the ranges of its inputs tell, they reach from {real}",
            help="bound the value: `at least …`, `at most …`",
        )  # fmt: skip
        return None
    return expr


def _constant(node: n.Expr, type_: Type, context: Context) -> Fraction | None:
    expr = e.quantity(node, Scope(""), context, type_.required())
    fitted = None if expr is None else e.fit(expr, type_.required(), node.span, context)
    if fitted is None:
        return None
    value = value_of(fitted)
    if value is None:
        context.report.error("E0405", "the end of a range is a literal", node.span)
    return value


def _population(node: n.Population, symbol: ItemSymbol, context: Context) -> c.Expr | None:
    expr = _value(node.body, symbol.type, Scope(""), context)
    return None if expr is None else _in_range(expr, node.range, symbol.type, context)


def _column(node: n.Table, symbol: ItemSymbol, context: Context) -> c.Expr | None:
    row_symbol = context.record(symbol.record).items[f"{node.target.name.text} row"]
    row = context.item(row_symbol, node.target.span)
    return None if row is None else tables.column(node, symbol, row, context)


# --- selections -----------------------------------------------------------------------------------


def _selection(node: n.Selection, symbol: ItemSymbol, context: Context) -> c.Expr | None:
    scope = Scope(symbol.record)
    parts = node.rows.parts
    path = evolve(node.rows, parts=parts[1:]) if len(parts) == 2 else node.rows
    listed = n.List(path, None, span=node.rows.span)
    found = folds.rows(listed, scope, context)
    if found is None:
        return None
    inside = scope.inside(found.record)
    places: list[c.Places] = []
    keys: tuple[c.SortKey, ...] = ()
    for index, taken in enumerate(node.places):
        one = _places(taken, keys, index, scope, inside, context)
        if one is None:
            return None
        keys = one.keys
        places.append(one)
    return c.Select(found.rows, tuple(places), type=symbol.type)


def _places(
    node: n.PlacesTaken, inherited: tuple[c.SortKey, ...], index: int, scope: Scope, inside: Scope,
    context: Context,
) -> c.Places | None:  # fmt: skip
    if index and not node.of_the_rest:
        context.report.error(
            "E0309", "what follows is chosen from the rest", node.span, help="write `of the rest`"
        )
        return None
    number = _places_number(node, scope, context)
    where: c.Expr | None = build.yes()
    if node.where is not None:
        where = e.condition(node.where, inside, context)
    known = facts.NOTHING if where is None else facts.when_true(where)
    keys = tuple(_sort_key(key, inside.knowing(known), context) for key in node.keys)
    each = None if node.each is None else _each(node.each, inside, context)
    fallbacks = [e.condition(x, inside, context) for x in node.fallbacks]
    bad = number is None or where is None or None in keys or None in fallbacks
    if bad or (node.each is not None and each is None):
        return None
    assert number is not None
    assert where is not None
    if not keys and not inherited:
        context.report.error("E0309", "it is not said what is best", node.span, help="add `by …`")
        return None
    return c.Places(
        number, where, each, tuple(k for k in keys if k is not None) or inherited,
        tuple(x for x in fallbacks if x is not None),
    )  # fmt: skip


def _places_number(node: n.PlacesTaken, scope: Scope, context: Context) -> c.Expr | None:
    number = e.quantity(node.number, scope, context, Type(Unit.COUNT))
    return None if number is None else e.fit(number, Type(Unit.COUNT), node.number.span, context)


def _sort_key(node: n.SortKey, scope: Scope, context: Context) -> c.SortKey | None:
    found = e.check(node.path, scope, context)
    if found is None:
        return None
    quantity = found.type.unit in QUANTITIES or found.type.unit is Unit.YESNO
    return c.SortKey(found, quantity and not node.lowest)


def _each(name: n.Name, scope: Scope, context: Context) -> c.Expr | None:
    found = find(n.Path((name,), span=name.span), scope, context, None)
    if isinstance(found, ValueFound):
        return found.expr
    if found is not None:
        context.report.error("E0204", f"`{name.text}` is not a value", name.span)
    return None
