"""Tables: rows into cases, and the proof that exactly one of them matches."""

from __future__ import annotations

from fractions import Fraction

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, YESNO, Type, Unit
from mipsdsl.diagnostics import Label
from mipsdsl.semantics import cells
from mipsdsl.semantics import expressions as e
from mipsdsl.semantics.context import Context, Scope
from mipsdsl.semantics.resolve import place
from mipsdsl.semantics.symbols import ItemSymbol
from mipsdsl.syntax import nodes as n


def row_number(node: n.Table, symbol: ItemSymbol, context: Context) -> c.Expr | None:
    """Return the number of the row that matches, from 1.

    Reports: E0301 no row matches, E0302 two rows match, E0306 a row does not add up, E0308 too many
    combinations, E0309 malformed.
    """
    scope = Scope(symbol.record)
    if not _well_formed(node, context):
        return None
    headers = [_header(cell, scope, context) for cell in node.header.conditions]
    rows: list[tuple[n.Row, c.Expr]] = []
    catch_all: n.Row | None = None
    for row in node.rows:
        if all(_is(cell, n.CellOtherwise) for cell in row.conditions):
            catch_all = row
            continue
        tests = [
            None if header is None else _cell(cell, header, scope, context)
            for cell, header in zip(row.conditions, headers, strict=True)
        ]
        if any(test is None for test in tests):
            return None
        rows.append((row, _all([test for test in tests if test is not None])))
    if any(header is None for header in headers):
        return None
    looked_at = [h for h in headers if h is not None]
    _exactly_one(node, rows, catch_all, looked_at, context)
    return _as_cases(node, rows, catch_all)


def _as_cases(node: n.Table, rows: list[tuple[n.Row, c.Expr]], catch_all: n.Row | None) -> c.Expr:
    numbers = {id(row): index for index, row in enumerate(node.rows, 1)}
    count = Type(Unit.COUNT)
    arms = tuple(
        c.Arm(test, build.constant(numbers[id(row)], 0, count), place=_place_of(row))
        for row, test in rows
    )
    last = catch_all or node.rows[-1]
    otherwise = build.constant(numbers[id(last)], 0, count)
    at = None if catch_all is None else _place_of(catch_all)
    return build.cases(c.CasesKind.ROWS, arms, otherwise, count, at)


def _place_of(row: n.Row) -> c.Place | None:
    """Return where a row stands that can occur."""
    can_occur = not any(_is(cell, n.CellImpossible) for cell in row.conclusions)
    return place(row.span) if can_occur else None


def _well_formed(node: n.Table, context: Context) -> bool:
    good = True
    wide = len(node.header.conditions), len(node.header.conclusions)
    for row in node.rows:
        if (len(row.conditions), len(row.conclusions)) != wide:
            context.report.error(
                "E0309", "this row has not as many cells as the header", row.span,
                f"{len(row.conditions)} looked at, {len(row.conclusions)} concluded",
                Label(node.header.span, f"{wide[0]} looked at, {wide[1]} concluded"),
            )  # fmt: skip
            good = False
    catching = [r for r in node.rows if all(_is(x, n.CellOtherwise) for x in r.conditions)]
    if len(catching) > 1 or (catching and catching[0] is not node.rows[-1]):
        context.report.error("E0309", "`otherwise` is the last row", catching[0].span)
        good = False
    return good


def _is(cell: n.Cell, kind: type[n.Node]) -> bool:
    return len(cell.parts) == 1 and isinstance(cell.parts[0], kind)


def _header(cell: n.Cell, scope: Scope, context: Context) -> c.Expr | None:
    part = cell.parts[0]
    if len(cell.parts) > 1 or not isinstance(part, n.CellValue):
        context.report.error("E0309", "a column is headed by what it looks at", cell.span)
        return None
    return e.check(part.value, scope, context)


def _cell(cell: n.Cell, header: c.Expr, scope: Scope, context: Context) -> c.Expr | None:
    tests = [part_test(part, header, scope, context) for part in cell.parts]
    if any(test is None for test in tests):
        return None
    good = tuple(test for test in tests if test is not None)
    return good[0] if len(good) == 1 else c.Or(good, type=YESNO)


def part_test(part: n.CellPart, header: c.Expr, scope: Scope, context: Context) -> c.Expr | None:
    """Return the condition that one alternative of a cell puts on ``header``."""
    match part:
        case n.CellAny():
            return build.yes()
        case n.CellGiven():
            return c.IsGiven(header, type=YESNO)
        case n.CellNot():
            inner = _equal(part.value, header, scope, context)
            return None if inner is None else c.Not(inner, type=YESNO)
        case n.CellValue():
            return _equal(part.value, header, scope, context)
        case n.CellRange():
            return _range(part, header, scope, context)
        case _:
            context.report.error(
                "E0309", "this cannot stand on the side that is looked at", part.span
            )
            return None


def _equal(node: n.Expr, header: c.Expr, scope: Scope, context: Context) -> c.Expr | None:
    if isinstance(node, n.Missing):
        if not header.type.optional:
            context.report.error("E0209", "this is never missing", node.span)
            return None
        return c.Not(c.IsGiven(header, type=YESNO), type=YESNO)
    value = e.check(node, scope, context, header.type.required())
    if value is None:
        return None
    fitted = e.fit(value, header.type.required(), node.span, context)
    if fitted is None:
        return None
    if header.type.unit in QUANTITIES:
        return _guarded(header, _compare(c.Comparison.EQUAL, header, fitted))
    return c.Same(header, fitted, type=YESNO)


def _compare(sign: c.Comparison, left: c.Expr, right: c.Expr) -> c.Expr:
    return c.Compare(sign, left, right, type=YESNO)


def _guarded(header: c.Expr, test: c.Expr) -> c.Expr:
    if header.type.optional:
        return c.And((c.IsGiven(header, type=YESNO), test), type=YESNO)
    return test


def _range(part: n.CellRange, header: c.Expr, scope: Scope, context: Context) -> c.Expr | None:
    if header.type.unit not in QUANTITIES:
        message = f"{header.type.spoken()} has no ranges"
        context.report.error("E0209", message, part.span)
        return None
    tests: list[c.Expr] = []
    ends = (
        (part.low, c.Comparison.AT_LEAST if part.low_included else c.Comparison.MORE),
        (part.high, c.Comparison.AT_MOST if part.high_included else c.Comparison.LESS),
    )
    for node, sign in ends:
        if node is None:
            continue
        end = e.quantity(node, scope, context, header.type.required())
        fitted = None if end is None else e.fit(end, header.type.required(), node.span, context)
        if fitted is None:
            return None
        tests.append(_compare(sign, header, fitted))
    return _guarded(header, _all(tests))


def _all(tests: list[c.Expr]) -> c.Expr:
    return tests[0] if len(tests) == 1 else c.And(tuple(tests), type=YESNO)


def _exactly_one(
    node: n.Table, rows: list[tuple[n.Row, c.Expr]], catch_all: n.Row | None,
    headers: list[c.Expr], context: Context,
) -> None:  # fmt: skip
    seen = cells.dimensions([test for _, test in rows], context.symbols.choices)
    names = {
        header: cell.span.text.strip()
        for header, cell in zip(headers, node.header.conditions, strict=True)
    }
    try:
        for at in cells.combinations(seen):
            matching = [row for row, test in rows if cells.holds(test, at)]
            example = cells.shown(at, names)
            if not matching and catch_all is None:
                context.report.error(
                    "E0301", "nobody has decided what happens to some clinicians",
                    node.target.span, f"no row matches: {example}",
                    help="add a row, or `otherwise` if the regulation has one",
                )  # fmt: skip
                return
            if len(matching) > 1:
                context.report.error(
                    "E0302", "two rows match the same clinician", matching[1].span,
                    f"this row matches: {example}", Label(matching[0].span, "and so does this"),
                    help="make one of them narrower",
                )  # fmt: skip
                return
    except cells.TooMany as too_many:
        message = f"this table looks at {too_many.count:,} combinations"
        context.report.error(
            "E0308", message, node.target.span,
            help=f"at most {cells.MAX_COMBINATIONS:,} are tried: split the table",
        )  # fmt: skip


def column(node: n.Table, symbol: ItemSymbol, row: c.Item, context: Context) -> c.Expr | None:
    """Return what the table concludes in a column, by the number of the row.

    Reports: E0209 a cell of another type, E0309 malformed.
    """
    scope = Scope(symbol.record)
    values: list[c.Expr | None] = []
    impossible: list[int] = []
    for index, one in enumerate(node.rows):
        cell = one.conclusions[symbol.column]
        part = cell.parts[0]
        if _is(cell, n.CellImpossible):
            impossible.append(index)
            values.append(None)
            continue
        if len(cell.parts) > 1 or not isinstance(part, n.CellValue):
            context.report.error("E0309", "a conclusion is one value", cell.span)
            return None
        value = e.check(part.value, scope, context, symbol.type)
        fitted = None if value is None else e.fit(value, symbol.type, cell.span, context)
        if fitted is None:
            return None
        if fitted.type.unit in QUANTITIES and fitted.shape is not None:
            fitted = build.land(fitted, fitted.type.unit)
        values.append(fitted)
    some = next((value for value in values if value is not None), None)
    if some is None:
        context.report.error("E0309", "every row of this column is impossible", node.target.span)
        return None
    kept = tuple(value if value is not None else some for value in values)
    shapes = [value.shape for value in kept if value.shape is not None]
    shape = build.joined(shapes) if shapes else None
    index_ = c.Read(c.Here(), row.name, type=row.type, shape=row.shape)
    return c.Pick(index_, kept, type=symbol.type, shape=shape)


def check_sums(node: n.Table, context: Context, record: str) -> None:
    """Check that each row adds up to what the table says, those apart that `unless` lets off.

    Reports: E0306, and what the condition reports.
    """
    if node.check is None:
        return
    scope = Scope(record)
    total = e.quantity(node.check.total, scope, context)
    wanted = None if total is None else build.value_of(total)
    if total is None or wanted is None:
        return
    unless = None
    if node.check.unless is not None:
        unless = e.condition(node.check.unless, scope, context)
        if unless is None:
            return
    for row in node.rows:
        amounts = [_amount(cell, scope, context, total.type) for cell in row.conclusions]
        if any(_is(cell, n.CellImpossible) for cell in row.conclusions):
            continue
        known = [x for x in amounts if x is not None]
        if len(known) == len(amounts) and sum(known, Fraction(0)) != wanted:
            if unless is not None and _implies(
                _row_test(row, node, scope, context), unless, context
            ):
                continue
            got = cells.quantity_text(sum(known, Fraction(0)), total.type.unit)
            context.report.error(
                "E0306", f"this row adds to {got}", row.span, "",
                Label(node.check.total.span, "each row should add to this"),
            )  # fmt: skip


def _row_test(row: n.Row, node: n.Table, scope: Scope, context: Context) -> c.Expr:
    """Return when ``row`` matches: in words of the table that have been checked already."""
    quiet = _quiet(context)
    if all(_is(cell, n.CellOtherwise) for cell in row.conditions):
        others = [_row_test(other, node, scope, context) for other in node.rows[:-1]]
        return c.Not(c.Or(tuple(others), type=YESNO), type=YESNO)
    tests: list[c.Expr] = []
    for cell, head in zip(row.conditions, node.header.conditions, strict=False):
        header = _header(head, scope, quiet)
        test = None if header is None else _cell(cell, header, scope, quiet)
        tests.append(build.yes() if test is None else test)
    return _all(tests)


def _implies(test: c.Expr, then: c.Expr, context: Context) -> bool:
    """Return whether ``then`` holds wherever ``test`` does; no when that cannot be decided."""
    try:
        return all(
            cells.holds(then, at)
            for at in cells.combinations(cells.dimensions([test, then], context.symbols.choices))
            if cells.holds(test, at)
        )
    except cells.TooMany:
        return False


def _quiet(context: Context) -> Context:
    quiet = Context(context.symbols, type(context.report)(), context.define_item, context.items)
    quiet.parameters = context.parameters
    quiet.stack = context.stack
    return quiet


def _amount(cell: n.Cell, scope: Scope, context: Context, type_: Type) -> Fraction | None:
    part = cell.parts[0]
    if not isinstance(part, n.CellValue):
        return None
    value = e.check(part.value, scope, _quiet(context), type_)
    return None if value is None else build.value_of(value)
