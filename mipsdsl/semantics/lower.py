"""All of a program into the core."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.strata import steps
from mipsdsl.core.types import GRID, QUANTITIES, Shape, Type, Unit
from mipsdsl.diagnostics import Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics import cells, items, units
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics.claims import claim
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.names import group_type
from mipsdsl.semantics.resolve import DEFAULT_RANGES, place
from mipsdsl.semantics.symbols import RecordSymbol, Symbols
from mipsdsl.semantics.usual import usual
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.walk import walk

RECURSION = 20_000
"""Enough for the longest chain of items times the deepest expression that the limits allow."""


def lower(
    symbols: Symbols, report: Report, settings: Mapping[str, n.Expr] | None = None
) -> c.Program | None:
    """Return the program in the core, or nothing when an error was found.

    ``settings`` replace the values of parameters for this compilation.

    Reports: all that expressions and items report; E0206, E0506.
    """
    with _deep():
        context = Context(symbols, report, items.define)
        for name in symbols.parameters:
            _settle(name, (), settings or {}, context)
        for record in symbols.records.values():
            for symbol in list(record.items.values()):
                context.item(symbol, record.spans.get(symbol.name, record.span))
        for symbol in symbols.population.values():
            context.item(symbol, symbol.node.span)
        records = tuple(_record(record, context) for record in symbols.records.values())
        ensures = tuple(x for x in (_ensure(node, context) for node in symbols.ensures) if x)
        claimed = tuple(x for x in (claim(node, context) for node in symbols.claims) if x)
    shown = tuple(_results(node, context) for node in symbols.results.values())
    changeable = tuple(_changeable(node, context) for node in symbols.changeable.values())
    if report.has_errors:
        return None
    given = tuple(_to_be_given(context))
    compiled = given + tuple(item for item in context.items.values() if item is not None)
    return c.Program(
        symbols.year, symbols.paying, symbols.title, tuple(symbols.sources),
        tuple(symbols.choices.values()), records, tuple(_constants(context)), compiled, ensures,
        steps(records, compiled), claimed, shown, usual(symbols), changeable,
    )  # fmt: skip


def _results(node: n.Results, context: Context) -> tuple[str, tuple[str, ...]]:
    """Return what is shown of a record.

    Reports: E0201 no such rule.
    """
    record = context.record(node.record.text)
    for name in node.names:
        if name.text not in record.items:
            near = nearest(name.text, list(record.items))
            context.report.error(
                "E0201", f"`{record.name}` has no rule `{name.text}`", name.span,
                help=f"`{near}` is near" if near else "",
            )  # fmt: skip
    return record.name, tuple(name.text for name in node.names)


def _changeable(node: n.Changeable, context: Context) -> tuple[str, tuple[str, ...]]:
    """Return what can be changed of a record: fields, and given values.

    A part of its key only if that is its name in a catalogue: another one may then be sent.

    Reports: E0201 no such field or rule.
    """
    record = context.record(node.record.text)
    references = record.references.values()
    named = {x for r in references if context.record(r.record).is_reference for x in r.by}
    fixed = set(record.key) - named
    known = [x for x in (*record.fields, *record.items) if x not in fixed]
    for name in node.names:
        if name.text not in known:
            near = nearest(name.text, known)
            context.report.error(
                "E0201", f"`{record.name}` has nothing named `{name.text}` that can be changed",
                name.span, help=f"`{near}` is near" if near else "",
            )  # fmt: skip
    return record.name, tuple(name.text for name in node.names)


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


# --- parameters ----------------------------------------------------------------------------------


def _settle(
    name: str, around: tuple[str, ...], settings: Mapping[str, n.Expr], context: Context
) -> None:
    """Compile a parameter after those that its value reads; ``around`` are those that wait for it.

    Reports: E0502 for a circle of parameters.
    """
    known, node = context.parameters, context.symbols.parameters[name]
    if name in known:
        return
    if name in around:
        known[name] = None
        context.report.error(
            "E0502", f"`{name}` depends on itself", node.name.span,
            help="it goes round: " + " → ".join((*around[around.index(name) :], name)),
        )  # fmt: skip
        return
    value = settings.get(name, node.value)
    # The names in a set, and of a choice, are values; only a calculation reads parameters.
    if not isinstance(value, n.SetOf) and not isinstance(node.type, (n.ChoiceType, n.SetType)):
        for part in walk(value):
            if isinstance(part, n.Path) and part.text in context.symbols.parameters:
                _settle(part.text, (*around, name), settings, context)
    if name not in known:
        known[name] = _parameter(name, node, settings, context)


def _parameter(
    name: str, node: n.Parameter, settings: Mapping[str, n.Expr], context: Context
) -> c.Expr | None:
    """Return the constant behind a parameter (of one that is to be given: a population value)."""
    declared = _declared_type(node, context)
    value = settings.get(name, node.value)
    if isinstance(value, n.ToBeGiven):
        if declared is None:
            context.report.error(
                "E0209", "the type of this parameter does not follow", node.name.span,
                help=f"write it: `parameter {name}: number from … to … = to be given`",
            )  # fmt: skip
            return None
        shape = _given_shape(node, declared, context)
        return c.ReadPopulation(name, type=declared, shape=shape)
    expr = e.check(value, Scope(""), context, declared)
    if expr is not None and declared is not None:
        expr = e.fit(expr, declared, value.span, context)
    if expr is None:
        return None
    if isinstance(expr, c.SetOf):
        return c.Parameter(name, expr, type=expr.type)
    steps_ = build.value_of(expr)
    if not _is_within(steps_, node, value, expr.type, context):
        return None
    if isinstance(expr, c.Constant):
        return c.Parameter(name, expr, type=expr.type, shape=expr.shape)
    shape_ = expr.shape
    if steps_ is None or shape_ is None or not shape_.is_decimal:
        context.report.error(
            "E0209", "a parameter is a literal or a set", value.span,
            help="write a rule for what is calculated",
        )  # fmt: skip
        return None
    constant = build.constant(int(steps_ * 10**shape_.scale), shape_.scale, expr.type)
    return c.Parameter(name, constant, type=constant.type, shape=constant.shape)


def _is_within(
    found: Fraction | None, node: n.Parameter, value: n.Expr, type_: Type, context: Context
) -> bool:
    """Check that a value is within the range that the parameter was declared with."""
    if found is None or node.range is None:
        return True
    shape = _given_shape(node, type_, context)
    if shape is None or shape.low <= found <= shape.high:
        return True
    low, high = (cells.quantity_text(end, type_.unit) for end in (shape.low, shape.high))
    context.report.error(
        "E0405", f"`{node.name.text}` is declared from {low} to {high}", value.span,
        f"this is {cells.quantity_text(found, type_.unit)}",
        help="set it within its range, or declare it with a wider one",
    )  # fmt: skip
    return False


def _declared_type(node: n.Parameter, context: Context) -> Type | None:
    match node.type:
        case n.BaseType(name):
            return Type(Unit(name))
        case n.ChoiceType(name) if name in context.symbols.choices:
            return Type(Unit.CHOICE, choice=name)
        case n.SetType(choice) if choice.text in context.symbols.choices:
            return Type(Unit.SET, choice=choice.text)
        case None:
            return None
        case other:
            context.report.error("E0206", "this is no type of a parameter", other.span)
            return None


def _given_shape(node: n.Parameter, type_: Type, context: Context) -> Shape | None:
    if type_.unit not in QUANTITIES:
        return None
    low, high = DEFAULT_RANGES[type_.unit]
    if node.range is not None:
        ends = [
            e.quantity(end, Scope(""), context, type_) for end in (node.range.low, node.range.high)
        ]
        values = [None if end is None else build.value_of(end) for end in ends]
        if values[0] is not None and values[1] is not None:
            return build.decimal(GRID[type_.unit], values[0], values[1])
    return build.decimal(GRID[type_.unit], low, high)


def _to_be_given(context: Context) -> Iterator[c.Item]:
    """Give an item of the population, without a value, for each parameter that is to be given."""
    for name, node in context.symbols.parameters.items():
        expr = context.parameters[name]
        if isinstance(expr, c.ReadPopulation):
            yield c.Item(
                "", name, c.ItemKind.POPULATION, expr.type, expr.shape, c.Missing(type=expr.type),
                "", node.because, node.citations, None, place(node.name.span),
            )  # fmt: skip


def _constants(context: Context) -> Iterator[c.NamedConstant]:
    for name, node in context.symbols.parameters.items():
        expr = context.parameters[name]
        if expr is None:
            continue
        value = expr.value if isinstance(expr, c.Parameter) else None
        yield c.NamedConstant(
            name, expr.type, value, node.citations, node.because, place(node.name.span)
        )


# --- records -------------------------------------------------------------------------------------


def _record(record: RecordSymbol, context: Context) -> c.Record:
    fields = tuple(record.fields.values())
    grouping = None
    if record.groups is not None and len(record.key) > 1:
        grouping = _grouping(record, record.groups, context)
        by = _by_field(record, record.groups, context)
        fields = (by, *fields) if by is not None else fields
    relations = tuple(
        relation
        for name, node in record.relations.items()
        if not isinstance(node, n.Groups) and name in record.lists
        for relation in [_relation(record, name, node, context)]
    )
    key = (record.groups.by.text,) if record.groups is not None else record.key
    return c.Record(
        record.name, key, fields, tuple(record.references.values()), relations, grouping,
        record.is_reference, place(record.span),
    )  # fmt: skip


def _relation(
    record: RecordSymbol, name: str, node: n.ListType | n.Relation, context: Context
) -> c.Relation:
    listed = record.lists[name]
    if isinstance(node, n.Relation):
        by = tuple(part.text for part in node.by)
        at = place(node.span)
        return c.Relation(name, listed.record, by, by, listed.at_most, "", None, at, owned=False)
    each, where = "", None
    if node.one_for_each is not None:
        each = node.one_for_each.record.text
        if node.one_for_each.where is not None and each in context.symbols.records:
            where = e.condition(node.one_for_each.where, Scope(each), context)
    return c.Relation(
        name, listed.record, record.key, record.key, listed.at_most, each, where, place(node.span)
    )


def _grouping(record: RecordSymbol, groups: n.Groups, context: Context) -> c.Grouping | None:
    owner, name = (part.text for part in groups.path.parts)
    child = context.record(owner).lists[name].record
    joined = None
    if groups.joined is not None:
        joined = e.condition(groups.joined, Scope(child), context)
    at_most = context.record(owner).lists[f"{record.name}s"].at_most
    return c.Grouping(owner, name, groups.by.text, at_most, joined)


def _by_field(record: RecordSymbol, groups: n.Groups, context: Context) -> c.Field | None:
    type_ = group_type(record, groups, context)
    if type_ is None or type_.unit in QUANTITIES:
        child = groups.path.parts[-1].text
        context.report.error(
            "E0201", f"`{groups.by.text}` is no choice or text of {child}", groups.by.span,
            help="group by a choice, a text or a yes/no",
        )  # fmt: skip
        return None
    return c.Field(groups.by.text, type_, 0, 0, 0, 0, "", place(groups.by.span))


# --- rows that exist without data -----------------------------------------------------------------


def _ensure(node: n.Ensure, context: Context) -> c.Ensure | None:
    records = context.symbols.records
    for name in (node.record, node.each):
        if name.text not in records:
            near = nearest(name.text, list(records))
            context.report.error(
                "E0206", f"there is no record `{name.text}`", name.span,
                help=f"`{near}` is near" if near else "",
            )  # fmt: skip
            return None
    record, scope = records[node.record.text], Scope(node.each.text)
    where: c.Expr | None = build.yes()
    if node.where is not None:
        where = e.condition(node.where, scope, context)
    matching = [_filled(part, record, scope, context) for part in node.matching]
    fill = [_filled(part, record, scope, context) for part in node.fill]
    if where is None or None in matching or None in fill:
        return None
    filled = {part.name.text for part in (*node.matching, *node.fill)} | set(record.key)
    lacking = [f for f in record.fields.values() if not f.type.optional and f.name not in filled]
    if lacking:
        context.report.error(
            "E0506", f"the `{record.name}` that is made has no `{lacking[0].name}`", node.record.span,
            help=f"add `{lacking[0].name} …` after `with`, or let the field be optional",
        )  # fmt: skip
        return None
    return c.Ensure(
        record.name, node.each.text, where, tuple(x for x in matching if x),
        tuple(x for x in fill if x), place(node.span),
    )  # fmt: skip


def _filled(
    part: n.EnsureField, record: RecordSymbol, scope: Scope, context: Context
) -> tuple[str, c.Expr] | None:
    field = record.fields.get(part.name.text)
    if field is None:
        near = nearest(part.name.text, list(record.fields))
        context.report.error(
            "E0201", f"`{record.name}` has no field `{part.name.text}`", part.name.span,
            help=f"`{near}` is near" if near else "",
        )  # fmt: skip
        return None
    expr = e.check(part.value, scope, context, field.type.required())
    if expr is None:
        return None
    if not units.fits(expr, field.type):
        context.report.error("E0209", f"{field.type.spoken()} is needed here", part.value.span)
        return None
    return part.name.text, expr
