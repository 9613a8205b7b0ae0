"""Trees of SQL: the few shapes that everything is built of; names are always quoted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

Sql = exp.Expr


def name(text: str) -> exp.Identifier:
    """Return a name."""
    return exp.to_identifier(text, quoted=True)


def column(text: str, of: str = "") -> exp.Column:
    """Return a column, ``of`` a table."""
    return exp.Column(this=name(text), table=name(of) if of else None)


def table(text: str, alias: str = "") -> exp.Table:
    """Return a table."""
    named = exp.TableAlias(this=name(alias)) if alias else None
    return exp.Table(this=name(text), alias=named)


def number(value: int) -> Sql:
    """Return a whole number."""
    literal = exp.Literal.number(str(abs(value)))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def boolean(value: bool) -> Sql:
    """Return yes or no."""
    return exp.Boolean(this=value)


def cast(value: Sql, type_: exp.DataType) -> Sql:
    """Return a value as another type."""
    return exp.Cast(this=value, to=type_)


def named(value: Sql, alias: str) -> Sql:
    """Return a value with a name."""
    return exp.Alias(this=value, alias=name(alias))


def closed(value: Sql) -> Sql:
    """Return a value that may stand beside any operator."""
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Not | exp.Neg) else value


def binary(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    """Return ``left kind right``."""
    return kind(this=closed(left), expression=closed(right))


def equal(left: Sql, right: Sql) -> Sql:
    """Return whether two values are the same; missing when one is."""
    return binary(exp.EQ, left, right)


def is_null(value: Sql) -> Sql:
    """Return whether a value is missing."""
    return exp.Is(this=closed(value), expression=exp.Null())


def is_given(value: Sql) -> Sql:
    """Return whether a value is there."""
    return exp.Not(this=exp.Paren(this=is_null(value)))


def holds(value: Sql) -> Sql:
    """Return whether a yes/no is yes: missing is not."""
    return coalesce(value, boolean(False))


def negated(value: Sql) -> Sql:
    """Return whether a yes/no is not yes: missing is not."""
    return exp.Not(this=exp.Paren(this=holds(value)))


def every(values: Iterable[Sql]) -> Sql:
    """Return whether all hold."""
    return _joined(exp.And, list(values), empty=True)


def some(values: Iterable[Sql]) -> Sql:
    """Return whether one holds."""
    return _joined(exp.Or, list(values), empty=False)


def _joined(kind: type[exp.Connector], values: list[Sql], *, empty: bool) -> Sql:
    if not values:
        return boolean(empty)
    so_far = values[0]
    for value in values[1:]:
        # A chain of one connector needs no parentheses, and many would nest too deeply.
        left = so_far if isinstance(so_far, kind) else closed(so_far)
        so_far = kind(this=left, expression=closed(value))
    return so_far


def coalesce(first: Sql, *others: Sql) -> Sql:
    """Return the first value that is there."""
    return exp.Coalesce(this=first, expressions=list(others))


def case(arms: Sequence[tuple[Sql, Sql]], otherwise: Sql | None) -> Sql:
    """Return the value of the first arm that holds."""
    ifs = [exp.If(this=condition, true=value) for condition, value in arms]
    return exp.Case(ifs=ifs, default=otherwise)


def call(function: str, *arguments: Sql) -> Sql:
    """Return a call of a function that both engines know by this name."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def select(
    columns: Sequence[Sql],
    source: Sql,
    joins: Iterable[exp.Join] = (),
    where: Sql | None = None,
    group: Sequence[Sql] = (),
) -> exp.Select:
    """Return a query."""
    query = exp.Select(expressions=list(columns), from_=exp.From(this=source))
    query.set("joins", list(joins))
    if where is not None:
        query.set("where", exp.Where(this=where))
    if group:
        query.set("group", exp.Group(expressions=list(group)))
    return query


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    """Return a query as a table."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=name(alias)))


def join(source: Sql, on: Sql | None, kind: str = "LEFT") -> exp.Join:
    """Return a join; without ``on`` of all with all."""
    if on is None:
        return exp.Join(this=source, kind="CROSS")
    if kind in {"LEFT", "RIGHT"}:
        return exp.Join(this=source, side=kind, on=on)
    return exp.Join(this=source, kind=kind, on=on)


def union(queries: Sequence[exp.Query]) -> exp.Query:
    """Return the rows of all queries."""
    whole = queries[0]
    for query in queries[1:]:
        whole = exp.Union(this=whole, expression=query, distinct=False)
    return whole


def numbered(partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """Return the number of a row in its partition, from 1."""
    ordered = exp.Order(expressions=[each if isinstance(each, exp.Ordered) else ascending(each)
                                     for each in order])  # fmt: skip
    return exp.Window(this=exp.RowNumber(), partition_by=list(partition), order=ordered)


def ascending(value: Sql) -> exp.Ordered:
    """Return an order, what is missing last."""
    return exp.Ordered(this=value, desc=False, nulls_first=False)


def descending(value: Sql) -> exp.Ordered:
    """Return an order from the highest, what is missing last."""
    return exp.Ordered(this=value, desc=True, nulls_first=False)
