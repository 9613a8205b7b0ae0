"""Lists of rows become one value; positions on a scale of starts; rows of a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias, assert_never

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.build import decimal
from mipsdsl.core.types import QUANTITIES
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics import facts, units
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.names import RowsFound, ValueFound, find
from mipsdsl.syntax import nodes as n

Change: TypeAlias = Callable[[c.Expr], c.Expr | None]
MAX_FOLDS = 4
"""How deep folds may be nested."""

_KINDS = {
    "sum": c.FoldKind.SUM,
    "average": c.FoldKind.AVERAGE,
    "highest": c.FoldKind.HIGHEST,
    "lowest": c.FoldKind.LOWEST,
}


def rows(node: n.List, scope: Scope, context: Context) -> RowsFound | None:
    """Return the list of rows that ``node`` names.

    Reports: E0204 not a list, or lists of two records.
    """
    found = _rows_at(node.path, scope, context)
    if found is None or node.apart_from is None:
        return found
    without = _rows_at(node.apart_from, scope, context)
    if without is None:
        return None
    if without.record != found.record:
        context.report.error(
            "E0204", f"these are lists of {found.record} and of {without.record}", node.span,
            help="only rows of the same record can be left out",
        )  # fmt: skip
        return None
    return RowsFound(c.Apart(found.rows, without.rows), found.record, found.at_most)


def _rows_at(path: n.Path, scope: Scope, context: Context) -> RowsFound | None:
    found = find(path, scope, context, None)
    if found is None:
        return None
    if not isinstance(found, RowsFound):
        context.report.error("E0204", f"`{path.text}` is not a list", path.span)
        return None
    if isinstance(found.rows, c.Everyone):
        if scope.record:
            context.report.error(
                "E0204", "only a population item looks at everyone", path.span,
                help="write it as `population …`, and read that here",
            )  # fmt: skip
            return None
        return evolve(found, at_most=build.POPULATION_ROWS)
    return found


def fold(
    node: n.AnyOf | n.CountOf | n.AllHave | n.Fold, scope: Scope, context: Context
) -> c.Expr | None:
    """Return the core of an aggregate.

    Reports: E0106 nested too deep, E0209 what cannot be added up, E0401.
    """
    found = rows(node.rows, scope, context)
    if found is None:
        return None
    level = len(scope.elements)
    if level >= MAX_FOLDS:
        message = f"aggregates may be nested {MAX_FOLDS} deep"
        context.report.error("E0106", message, node.span, help="give the inner one its own rule")
        return None
    inside = scope.inside(found.record)
    where: c.Expr | None = build.yes()
    if node.where is not None:
        where = e.condition(node.where, inside, context)
        inside = inside if where is None else inside.knowing(facts.when_true(where))
    with context.knowing_less(where):
        kind, body = _body(node, inside, context)
    if where is None or body is None:
        return None
    expr = build.fold(kind, level, found.rows, found.at_most, where, body)
    return e.within_width(expr, node.span, context)


def _body(
    node: n.AnyOf | n.CountOf | n.AllHave | n.Fold, scope: Scope, context: Context
) -> tuple[c.FoldKind, c.Expr | None]:
    match node:
        case n.AnyOf():
            return c.FoldKind.ANY, build.yes()
        case n.CountOf():
            return c.FoldKind.COUNT, build.yes()
        case n.AllHave():
            return c.FoldKind.ALL, e.condition(node.body, scope, context)
        case n.Fold():
            return _KINDS[node.kind], e.quantity(node.body, scope, context)
        case _:
            assert_never(node)


def position(node: n.Position, scope: Scope, context: Context) -> c.Expr | None:
    """Return the core of ``position of … on …``.

    Reports: E0204 not a list of numbers, E0202 mixed units.
    """
    value = e.quantity(node.value, scope, context)
    found = find(node.starts, scope, context, None)
    if value is None or found is None:
        return None
    if not isinstance(found, ValueFound) or not found.many or not isinstance(found.expr, c.Read):
        context.report.error(
            "E0204", f"`{node.starts.text}` is not a list of numbers", node.starts.span,
            help="declare it as `list of number at most 10`",
        )  # fmt: skip
        return None
    starts = e.present(found.expr, node.starts.span, context)
    if starts is None:
        return None
    if units.common_unit(value, starts) is None:
        message = f"the starts are each {starts.type.spoken()}, the value is {value.type.spoken()}"
        context.report.error("E0202", message, node.value.span)
        return None
    first = int(node.first.text.partition(".")[0].replace(",", "")[:6])
    assert isinstance(starts, c.Read)
    rising = node.direction == "rising"
    return e.within_width(
        build.position(value, starts, found.many, first, rising), node.span, context
    )


def catalogue(node: n.CatalogueRow, scope: Scope, context: Context) -> c.Expr | None:
    """Return a field of the row of a reference table with the given keys.

    Reports: E0206 no such table, E0503 keys that do not fit, E0201 no such field.
    """
    record = context.symbols.records.get(node.record.text)
    if record is None or not record.is_reference:
        context.report.error(
            "E0206", f"there is no reference table `{node.record.text}`", node.record.span
        )
        return None
    if len(node.keys) != len(record.key):
        message = f"the key of `{record.name}` is {', '.join(record.key)}"
        context.report.error("E0503", message, node.span)
        return None
    keys: list[c.Expr] = []
    for part, name in zip(node.keys, record.key, strict=True):
        type_ = record.fields[name].type
        key = e.check(part, scope, context, type_)
        fitted = None if key is None else e.fit(key, type_, part.span, context)
        if fitted is None:
            return None
        keys.append(fitted)
    field = record.fields.get(node.name.text)
    if field is None:
        message = f"`{record.name}` has no `{node.name.text}`"
        context.report.error("E0201", message, node.name.span)
        return None
    row = c.Catalogue(record.name, tuple(keys))
    shape = None
    if field.type.unit in QUANTITIES:
        step = 10**field.scale
        shape = decimal(field.scale, _share(field.low, step), _share(field.high, step))
    known = ("value", (row, field.name)) in scope.facts
    type_ = field.type.required() if known else field.type.or_missing()
    return c.Read(row, field.name, type=type_, shape=shape)


def _share(steps: int, step: int) -> Fraction:
    return Fraction(steps, step)
