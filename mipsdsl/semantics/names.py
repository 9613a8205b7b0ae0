"""What a path of names leads to: a value, a row, or a list of rows."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.build import decimal
from mipsdsl.core.types import QUANTITIES, YESNO, Type, Unit
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.symbols import ItemSymbol, RecordSymbol
from mipsdsl.syntax import nodes as n


@frozen
class ValueFound:
    """A value. ``many`` is the greatest length of a list of numbers, 0 for one value."""

    expr: c.Expr
    many: int = 0


@frozen
class RowFound:
    """A row of ``record``; ``optional`` when there may be none."""

    row: c.Row
    record: str
    optional: bool


@frozen
class RowsFound:
    """A list of at most ``at_most`` rows of ``record``."""

    rows: c.Rows
    record: str
    at_most: int


Found: TypeAlias = ValueFound | RowFound | RowsFound


def find(path: n.Path, scope: Scope, context: Context, expected: Type | None) -> Found | None:
    """Return what ``path`` leads to; report it when it leads nowhere.

    Where a choice is expected, a value of that choice comes first.
    Reports: E0201 undefined name, E0204 a value where a row is needed.
    """
    first = path.parts[0]
    choice = _choice_value(path, context, expected)
    if choice is not None:
        return choice
    found = _first(first, scope, context)
    if found is None:
        _undefined(first, scope, context, expected)
        return None
    if isinstance(found, _Mistaken):
        return None
    return _follow(path, found, scope, context)


@frozen
class _Mistaken:
    """Found, but wrong; already reported."""


def _choice_value(path: n.Path, context: Context, expected: Type | None) -> ValueFound | None:
    if expected is None or expected.unit not in (Unit.CHOICE, Unit.SET) or len(path.parts) > 1:
        return None
    choice = context.symbols.choices.get(expected.choice)
    if choice is None or path.text not in choice.values:
        return None
    type_ = Type(Unit.CHOICE, choice=choice.name)
    return ValueFound(c.Constant(path.text, type=type_))


def _first(name: n.Name, scope: Scope, context: Context) -> Found | _Mistaken | None:
    for row, record in scope.rows:
        found = member(RowFound(row, record, False), name, scope, context)
        if found is not None:
            return found
        if name.text == record:
            return RowFound(row, record, False)
    return _global(name, context)


def _global(name: n.Name, context: Context) -> Found | _Mistaken | None:
    if name.text in context.symbols.parameters:
        expr = context.parameters.get(name.text)
        context.used.add(("parameter", name.text))
        return _Mistaken() if expr is None else ValueFound(expr)
    symbol = context.symbols.population.get(name.text)
    if symbol is not None:
        item = context.item(symbol, name.span)
        if item is None:
            return _Mistaken()
        return ValueFound(c.ReadPopulation(name.text, type=item.type, shape=item.shape))
    record = name.text[:-1]
    if name.text.endswith("s") and record in context.symbols.records:
        return RowsFound(c.Everyone(record), record, 0)
    return None


def _follow(path: n.Path, found: Found, scope: Scope, context: Context) -> Found | None:
    for name in path.parts[1:]:
        if not isinstance(found, RowFound):
            what = "a list" if isinstance(found, RowsFound) else "a value"
            context.report.error(
                "E0204", f"{what} has no `{name.text}`", name.span,
                help="only a record has members",
            )  # fmt: skip
            return None
        step = member(found, name, scope, context)
        if step is None:
            _no_member(found.record, name, context)
            return None
        if isinstance(step, _Mistaken):
            return None
        found = step
    return found


def member(of: RowFound, name: n.Name, scope: Scope, context: Context) -> Found | _Mistaken | None:
    """Return what ``name`` is in the row ``of``, or nothing when its record has no such name."""
    if of.record not in context.symbols.records:
        return _Mistaken()
    record = context.record(of.record)
    optional = of.optional and ("row", of.row) not in scope.facts
    if name.text in record.fields:
        field = record.fields[name.text]
        context.used.add((of.record, name.text))
        return _field(of, field, optional, scope)
    if record.groups is not None and name.text == record.groups.by.text:
        return _group_by(of, record, context)
    if name.text in record.references:
        reference = record.references[name.text]
        row = c.Follow(of.row, name.text)
        maybe = (optional or reference.optional) and ("row", row) not in scope.facts
        return RowFound(row, reference.record, maybe)
    if name.text in record.lists:
        listed = record.lists[name.text]
        return RowsFound(c.Children(of.row, name.text), listed.record, listed.at_most)
    if name.text in record.items:
        return _item(of, record.items[name.text], optional, scope, context, name)
    if name.text in record.memberships:
        parent, selection = record.memberships[name.text]
        symbol = context.record(parent).items[selection]
        if context.item(symbol, name.span) is None:
            return _Mistaken()
        chosen = c.Chosen(c.Follow(of.row, parent), selection)
        return ValueFound(c.IsMember(of.row, chosen, type=YESNO))
    return None


def _field(of: RowFound, field: c.Field, optional: bool, scope: Scope) -> ValueFound:
    type_ = field.type
    if optional:
        type_ = type_.or_missing()
    if ("value", (of.row, field.name)) in scope.facts:
        type_ = type_.required()
    shape = None
    if type_.unit in QUANTITIES:
        step = 10**field.scale
        shape = decimal(field.scale, _over(field.low, step), _over(field.high, step))
    return ValueFound(c.Read(of.row, field.name, type=type_, shape=shape), field.many)


def _group_by(of: RowFound, record: RecordSymbol, context: Context) -> ValueFound | _Mistaken:
    assert record.groups is not None
    type_ = group_type(record, record.groups, context)
    if type_ is None:
        return _Mistaken()
    return ValueFound(c.Read(of.row, record.groups.by.text, type=type_))


def group_type(record: RecordSymbol, groups: n.Groups, context: Context) -> Type | None:
    """Return the type of what ``record`` groups by, or nothing when there is no such name."""
    owner, name = groups.path.parts[0].text, groups.path.parts[-1].text
    listed = context.record(owner).lists.get(name) if owner in context.symbols.records else None
    if listed is None:
        return None
    child = context.record(listed.record)
    if groups.by.text in child.fields:
        return child.fields[groups.by.text].type
    found = child.items.get(groups.by.text)
    return found.type if found is not None else None


def _over(steps: int, step: int) -> Fraction:
    return Fraction(steps, step)


def _item(
    of: RowFound, symbol: ItemSymbol, optional: bool, scope: Scope, context: Context, name: n.Name
) -> Found | _Mistaken:
    item = context.item(symbol, name.span)
    if item is None:
        return _Mistaken()
    if symbol.kind is c.ItemKind.SELECTION:
        at_most = min(symbol.at_most, _places(item))
        return RowsFound(c.Chosen(of.row, symbol.name), symbol.list_of, at_most)
    type_ = item.type.or_missing() if optional else item.type
    if ("value", (of.row, symbol.name)) in scope.facts:
        type_ = type_.required()
    return ValueFound(c.Read(of.row, symbol.name, type=type_, shape=item.shape))


def _places(item: c.Item) -> int:
    """Return how many rows a selection can choose."""
    assert isinstance(item.expr, c.Select)
    total = 0
    for places in item.expr.places:
        if places.each is not None or places.number.shape is None:
            return 10**9
        total += int(places.number.shape.high)
    return total


def _undefined(name: n.Name, scope: Scope, context: Context, expected: Type | None) -> None:
    known = [x for _, record in scope.rows for x in (record, *context.record(record).names())]
    known += [*context.symbols.parameters, *context.symbols.population]
    choice = context.symbols.choices.get(expected.choice) if expected is not None else None
    if choice is not None:
        known += choice.values
        message = f"`{name.text}` is no {choice.name} and no other name"
        listed = ", ".join(choice.values[:8]) + (", …" if len(choice.values) > 8 else "")
        fallback = f"a {choice.name} is one of {listed}"
    else:
        message, fallback = f"nothing is named `{name.text}` here", ""
    near = nearest(name.text, [x for x in known if not x.endswith(" row")])
    help_ = f"`{near}` is near" if near else fallback or _elsewhere(name.text, context)
    context.report.error("E0201", message, name.span, help=help_)


def _elsewhere(name: str, context: Context) -> str:
    owners = [r.name for r in context.symbols.records.values() if name in r.names()]
    return f"`{owners[0]}` has it: `{owners[0]}.{name}`" if owners else ""


def _no_member(record: str, name: n.Name, context: Context) -> None:
    near = nearest(name.text, [x for x in context.record(record).names() if " " not in x])
    context.report.error(
        "E0201", f"`{record}` has no `{name.text}`", name.span,
        help=f"`{near}` is near" if near else "",
    )  # fmt: skip
