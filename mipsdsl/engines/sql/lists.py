"""Lists in SQL: a fold is a query of its own, grouped by the rows that it is a value of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

from attrs import define, evolve, field
from sqlglot import exp

from mipsdsl.core import nodes as c
from mipsdsl.core.walk import walk
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import PARENT, ROW
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.frame import Frame
from mipsdsl.engines.sql.quantities import Quantities
from mipsdsl.engines.sql.rows import STORED
from mipsdsl.engines.sql.values import Absent, Decimal, Held, Plain, Ratio, Whole, literal

ROWS = 10**9
"""The most rows that are counted: those of a population."""


@define
class Lists(Quantities):
    """Writes what looks at lists. ``inner`` are the queries of folds, by what they look at."""

    inner: dict[tuple[object, ...], Inside] = field(factory=dict)

    @abstractmethod
    def condition(self, expr: c.Expr) -> t.Sql:
        """Return a yes/no where missing is as good as no."""

    # --- membership ---

    def is_member(self, row: c.Row, rows: c.Rows) -> t.Sql:
        """Return whether a row is among rows."""
        match rows:
            case c.Children(owner, name) | c.Chosen(owner, name):
                table = self.catalog.lists[self.record_of(owner), name]
                on = {PARENT: self.row_of(owner), ROW: self.row_of(row)}
                return t.is_given(self.frame.joined_table(table, on, ROW))
            case c.Everyone():
                return t.is_given(self.row_of(row))
            case c.Apart(inner, without):
                left_out = t.negated(self.is_member(row, without))
                return t.every([self.is_member(row, inner), left_out])

    # --- positions ---

    def position(self, expr: c.Position) -> Held:
        """Return where a value stands on the starts of a scale, see ``Position``."""
        value = self.expr(expr.value)
        if isinstance(value, Absent):
            return value
        row, name = expr.starts.row, expr.starts.name
        record = self.record_of(row)
        starts, ratio = self.column(row, name), self.as_ratio(value)
        declared = self.catalog.schema.fields[record, name]
        numbers = self.numbers
        top = self.bound(numbers.scaled(ratio.top, declared.scale))
        most = max(abs(declared.low), abs(declared.high))

        def start(number: int) -> Whole:
            return Whole(numbers.dialect.element(starts, number), most)

        symbol = exp.GTE if expr.rising else exp.LTE
        reached = [
            t.binary(symbol, top.sql, numbers.times(self.bound(start(i)), ratio.bottom).sql)
            for i in range(declared.many, 0, -1)
        ]
        places = range(declared.many, 0, -1)
        last = [t.number(i) for i in places]
        at = self.frame.bind(t.case(list(zip(reached, last, strict=True)), t.number(0)))
        here = self.bound(Whole(_at(at, [start(i) for i in places], places), most))
        ahead = self.bound(Whole(_at(at, [start(i + 1) for i in places], places), most))
        rise = numbers.minus(ahead, here) if expr.rising else numbers.minus(here, ahead)
        gap = self.bound(numbers.times(rise, ratio.bottom))
        above = numbers.times(here, ratio.bottom)
        part = numbers.minus(top, above) if expr.rising else numbers.minus(above, top)
        count = Whole(exp.Paren(this=exp.Add(this=at, expression=t.number(expr.first - 1))),
                      abs(expr.first) + declared.many)  # fmt: skip
        between = t.is_given(gap.sql)
        whole = numbers.plus(numbers.times(self.bound(count), gap), part)
        given = t.every([t.is_given(top.sql), t.is_given(starts)])
        inner = self.bound(self.either([(between, whole)], self.bound(count)))
        bottom = self.either([(between, evolve(gap, natural=True))], literal(1))
        return Ratio(self.bound(self.either([(given, inner)], None)), self.bound(bottom))

    # --- folds ---

    def fold(self, expr: c.Fold) -> Held:
        """Return one value of a list."""
        inside = self.looking_at(expr.rows, expr.level, (expr.where, expr.body))
        reader = inside.reader
        where = reader.frame.bind(inside.condition(expr.where))
        match expr.kind:
            case c.FoldKind.COUNT:
                most = ROWS if expr.shape is None else int(expr.shape.high)
                return Decimal(self._count(inside, where, most), 0)
            case c.FoldKind.ANY:
                found = self._count(inside, t.every([where, reader.condition(expr.body)]))
                return Plain(t.binary(exp.GT, found.sql, t.number(0)))
            case c.FoldKind.ALL:
                lacking = t.every([where, t.negated(reader.condition(expr.body))])
                return Plain(t.equal(self._count(inside, lacking).sql, t.number(0)))
        body = reader.expr(expr.body)
        if isinstance(body, Absent):
            return body if expr.kind is not c.FoldKind.SUM else Decimal(literal(0), 0)
        if not isinstance(body, Decimal):
            raise Unsupported("a list of quotients that are not landed")
        return self._folded(expr, inside, where, body)

    def _count(self, inside: Inside, where: t.Sql, most: int = ROWS) -> Whole:
        count = exp.Count(this=t.case([(where, t.number(1))], None))
        value = t.coalesce(self._joined(inside, count), t.number(0))
        return Whole(self.frame.bind(value), most, natural=True)

    def _folded(self, expr: c.Fold, inside: Inside, where: t.Sql, body: Decimal) -> Held:
        numbers, one = self.numbers, body.whole
        most = STORED if expr.shape is None else _most(expr, body.scale)
        if expr.kind in {c.FoldKind.HIGHEST, c.FoldKind.LOWEST}:
            function = exp.Max if expr.kind is c.FoldKind.HIGHEST else exp.Min
            best = function(this=t.case([(where, numbers.typed(one))], None))
            found = self._joined(inside, best)
            return Decimal(evolve(one, sql=found, literal=None), body.scale)
        if expr.kind is c.FoldKind.AVERAGE:
            number = self._count(inside, where, expr.shape.denominator if expr.shape else ROWS)
            most = min(one.most * number.most, numbers.dialect.widest - 1)
            top = self._sum(inside, where, one, most)
            return Ratio(self.bound(top), self.bound(numbers.scaled(number, body.scale)))
        total = self._sum(inside, where, one, most)
        zero = numbers.typed(evolve(literal(0), wide=total.wide))
        return Decimal(self.bound(evolve(total, sql=t.coalesce(total.sql, zero))), body.scale)

    def _sum(self, inside: Inside, where: t.Sql, one: Whole, most: int) -> Whole:
        """Return a sum; missing of none."""
        if most >= self.numbers.dialect.widest:
            raise Unsupported("a sum beyond 126 bits")
        wide = most > STORED
        summand = self.numbers.widened(one) if wide else one
        total = exp.Sum(this=t.case([(where, self.numbers.typed(summand))], None))
        typed = self.numbers.dialect.wide() if wide else exp.DataType.build("BIGINT")
        return Whole(self._joined(inside, t.cast(total, typed)), most, wide, one.natural)

    def _joined(self, inside: Inside, aggregate: t.Sql) -> t.Sql:
        """Return an aggregate of the rows inside, for each row of this query."""
        name = inside.aggregated(aggregate)
        on = {key: self.frame.bind(value) for key, value in inside.keys(self).items()}
        return self.frame.joined(inside.query, inside.said, on, name)

    # --- what a fold looks at ---

    def looking_at(
        self, rows: c.Rows, level: int, parts: Sequence[object], *, exact: bool = False
    ) -> Inside:
        """Return the query of ``rows``, each the element of ``level``, in which ``parts`` are read.

        ``exact``: for each row of this query apart, also where its list is that of another row.
        """
        base, left_out = _apart(rows)
        owner = base.row if isinstance(base, c.Children | c.Chosen) else None
        starts = [x for x in walk([*parts, *left_out]) if isinstance(x, c.Here | c.Element)]
        used = {row for row in starts if _level(row) < level}
        shared = not exact and used <= ({owner} if _is_start(owner) else set())
        if exact and owner == c.Here() and used <= {owner}:
            shared = True
        key = (rows, level, None if shared else exact)
        if key not in self.inner:
            record = self.catalog.schema.of_rows(rows, self.here, self.elements)
            elements = (*self.elements[:level], record)
            said = self.frame.minting.name("list")
            reader = self._shared(base, level) if shared else self._crossed(base, level)
            reader = evolve(reader, elements=elements)
            owner_key = owner if shared else None
            self.inner[key] = Inside(reader, said, level, left_out, shared, owner_key)
        return self.inner[key]

    def _shared(self, base: c.Children | c.Chosen | c.Everyone, level: int) -> Self:
        """Return a reader of a list as it is, whoever has it."""
        anchors: dict[c.Row, str] = {c.Element(level): ROW}
        if isinstance(base, c.Everyone):
            table = self.catalog.rows[base.record]
        else:
            table = self.catalog.lists[self.record_of(base.row), base.name]
            if _is_start(base.row):
                anchors[base.row] = PARENT
        return self._inner(t.table(table), anchors)

    def _crossed(self, base: c.Children | c.Chosen | c.Everyone, level: int) -> Self:
        """Return a reader of a list for each row of this query."""
        outer = Frame(self.frame.core, self.frame.minting)
        reader = evolve(self, frame=outer, locals={}, inner={})
        kept = {row: f"_{name}_{_level(row) + 1}" for row, name in self.anchors.items()}
        columns = [
            t.named(outer.core_column(self.anchors[row]), name) for row, name in kept.items()
        ]
        if isinstance(base, c.Everyone):
            other, on = self.catalog.rows[base.record], None
        else:
            other = self.catalog.lists[self.record_of(base.row), base.name]
            columns.append(t.named(reader.row_of(base.row), "_owner"))
            on = t.equal(t.column(PARENT, "q"), t.column("_owner", "p"))
        own = [t.column(name, "p") for name in kept.values()]
        element = f"_element_{level}"
        core = t.select(
            [*own, t.named(t.column(ROW, "q"), element)],
            t.subquery(outer.selected(columns), "p"),
            [t.join(t.table(other, "q"), on, "INNER")],
        )
        return self._inner(core, {**kept, c.Element(level): element})

    def _inner(self, core: t.Sql, anchors: dict[c.Row, str]) -> Self:
        frame = Frame(core, self.frame.minting)
        return evolve(self, frame=frame, anchors=anchors, locals={}, inner={}, core_table="")


@define
class Inside:
    """The query of a list: one row for each row in it, to be grouped by the rows that have it.

    ``shared``: it is the list as it is, keyed by its ``owner`` (none: all rows of a record).
    """

    reader: Lists
    said: str
    level: int
    left_out: tuple[c.Rows, ...]
    shared: bool
    owner: c.Row | None
    _aggregates: dict[str, tuple[str, t.Sql]] = field(factory=dict)

    def condition(self, where: c.Expr) -> t.Sql:
        """Return whether a row counts: ``where`` holds and it is not among those left out."""
        element = c.Element(self.level)
        apart = [t.negated(self.reader.is_member(element, rows)) for rows in self.left_out]
        return t.every([*apart, self.reader.condition(where)])

    def aggregated(self, aggregate: t.Sql) -> str:
        """Return the name of a value of all rows of a group."""
        said = aggregate.sql()
        if said not in self._aggregates:
            self._aggregates[said] = (self.reader.frame.minting.name("of"), aggregate)
        return self._aggregates[said][0]

    def keys(self, outer: Lists) -> dict[str, t.Sql]:
        """Return the values in ``outer`` of what the rows are grouped by."""
        if self.shared:
            return {} if self.owner is None else {"_key": outer.row_of(self.owner)}
        return {f"_key_{_level(row) + 1}": outer.row_of(row) for row in outer.anchors}

    def key_columns(self) -> dict[str, t.Sql]:
        """Return what the rows are grouped by."""
        frame, anchors = self.reader.frame, self.reader.anchors
        if self.shared:
            return {} if self.owner is None else {"_key": frame.core_column(PARENT)}
        return {
            f"_key_{_level(row) + 1}": frame.core_column(name)
            for row, name in anchors.items()
            if _level(row) < self.level
        }

    def query(self) -> t.Sql:
        """Return the groups with their values."""
        keys = self.key_columns()
        columns = [t.named(value, name) for name, value in keys.items()]
        columns += [t.named(value, name) for name, value in self._aggregates.values()]
        return self.reader.frame.selected(columns, None, [each.copy() for each in keys.values()])


def _at(at: t.Sql, starts: Sequence[Whole], places: Sequence[int]) -> t.Sql:
    """Return the start that belongs to the place ``at``; missing at another place."""
    arms = [
        (t.equal(at.copy(), t.number(place)), start.sql)
        for place, start in zip(places, starts, strict=True)
    ]
    return t.case(arms, None)


def base_of(rows: c.Rows) -> c.Children | c.Chosen | c.Everyone:
    """Return the list that rows are out of."""
    return _apart(rows)[0]


def _apart(rows: c.Rows) -> tuple[c.Children | c.Chosen | c.Everyone, tuple[c.Rows, ...]]:
    """Return the list that rows are out of, and the lists that are left out of it."""
    left_out: list[c.Rows] = []
    while isinstance(rows, c.Apart):
        left_out.append(rows.without)
        rows = rows.rows
    return rows, tuple(left_out)


def _is_start(row: c.Row | None) -> bool:
    return isinstance(row, c.Here | c.Element)


def _level(row: c.Row) -> int:
    """Return the level of a row that a path begins at; ``Here`` is outside of all."""
    return row.level if isinstance(row, c.Element) else -1


def _most(expr: c.Expr, scale: int) -> int:
    assert expr.shape is not None
    size = max(abs(expr.shape.low), abs(expr.shape.high)) * 10**scale
    return -int(-size // 1)
