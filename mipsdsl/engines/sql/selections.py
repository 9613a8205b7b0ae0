"""Selections in SQL: which rows of a list are chosen, by windows over the list."""

from __future__ import annotations

from sqlglot import exp

from mipsdsl.core import nodes as c
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import PARENT, POSITION, ROW
from mipsdsl.engines.sql.lists import Inside, base_of
from mipsdsl.engines.sql.translate import Translator
from mipsdsl.engines.sql.values import Absent, Decimal, Held, Plain, Ratio, literal


def selected(translator: Translator, select: c.Select) -> exp.Query:
    """Return the rows that ``select`` chooses: ``PARENT``, ``ROW`` and ``POSITION``.

    The rows of the list stay apart by the row that selects; see ``engines.choose`` for the meaning.
    """
    parts = [
        part
        for places in select.places
        for part in (
            places.number, places.where, places.each, *places.fallbacks,
            *(key.value for key in places.keys),
        )
    ]  # fmt: skip
    inside = translator.looking_at(select.rows, 0, parts, exact=True)
    return _Choosing(translator, inside, select).query()


class _Choosing:
    """Chooses in the query of a list."""

    def __init__(self, outer: Translator, inside: Inside, select: c.Select) -> None:
        self.reader = inside.reader
        self.frame = inside.reader.frame
        self.select = select
        self.parent = next(iter(inside.key_columns().values()))
        self.row = self.reader.row_of(c.Element(0))
        self.there = self.frame.bind(inside.condition(c.Constant(True, type=select.type)))
        self.ties = self._ties(outer)

    def _ties(self, outer: Translator) -> list[t.Sql]:
        """Return what decides where the keys leave a tie: the record's key, the order of the list."""
        schema = outer.catalog.schema
        record = self.reader.elements[0]
        element = c.Element(0)
        key = [self.reader.column(element, name) for name in schema.records[record].key]
        base = base_of(self.select.rows)
        if not isinstance(base, c.Chosen):
            return [*key, self.row]
        table = outer.catalog.lists[outer.record_of(base.row), base.name]
        on = {PARENT: self.reader.row_of(base.row), ROW: self.row}
        return [*key, self.frame.joined_table(table, on, POSITION)]

    def query(self) -> exp.Query:
        """Return who is chosen."""
        rest = self.there
        stages, ranks = [], []
        for places in self.select.places:
            taken, rank = self._stage(places, rest)
            rest = self.frame.bind(t.every([rest, t.negated(taken)]))
            stages.append(taken)
            ranks.append(rank)
        arms = [(taken, t.number(i)) for i, taken in enumerate(stages)]
        stage = self.frame.bind(t.case(arms, None))
        rank = self.frame.bind(t.case(list(zip(stages, ranks, strict=True)), None))
        chosen = [t.named(self.parent, PARENT), t.named(self.row, ROW), t.named(stage, "_stage"),
                  t.named(rank, "_rank")]  # fmt: skip
        inner = self.frame.selected(chosen, t.is_given(stage))
        place = t.numbered([t.column(PARENT)], [t.column("_stage"), t.column("_rank")])
        position = t.named(t.cast(place, exp.DataType.build("BIGINT")), POSITION)
        return t.select([t.column(PARENT), t.column(ROW), position], t.subquery(inner, "p"))

    def _stage(self, places: c.Places, rest: t.Sql) -> tuple[t.Sql, t.Sql]:
        """Return whether a row is taken, and its rank among those that could be."""
        candidate = self._candidates(places, rest)
        order = [part for key in places.keys for part in self._order(key)]
        order += [t.ascending(each) for each in self.ties]
        rank = self.frame.bind(t.numbered([self.parent, candidate], order))
        number = self._number(places)
        if places.each is None:
            return self.frame.bind(t.every([candidate, _at_most(rank, number)])), rank
        each = self.frame.bind(_sql(self.reader.held(self.reader.expr(places.each))))
        of_each = self.frame.bind(t.numbered([self.parent, candidate, each], order))
        parts = [candidate, t.is_given(each), _at_most(of_each, number)]
        return self.frame.bind(t.every(parts)), rank

    def _candidates(self, places: c.Places, rest: t.Sql) -> t.Sql:
        """Return whether a row could be taken: the first condition that some row of the rest meets."""
        wheres = [
            self.frame.bind(t.holds(t.every([rest, self.reader.condition(where)])))
            for where in (places.where, *places.fallbacks)
        ]
        if len(wheres) == 1:
            return wheres[0]
        some = [
            self.frame.bind(
                exp.Window(
                    this=exp.Max(this=t.case([(where, t.number(1))], t.number(0))),
                    partition_by=[self.parent.copy()],
                )
            )
            for where in wheres
        ]
        arms = [(t.equal(a, t.number(1)), b) for a, b in zip(some, wheres, strict=True)]
        return self.frame.bind(t.case(arms, t.boolean(False)))

    def _number(self, places: c.Places) -> t.Sql:
        value = self.reader.held(self.reader.expr(places.number))
        ratio = self.reader.as_ratio(value)
        return self.frame.bind(self.reader.numbers.divided(ratio.top, ratio.bottom).sql)

    def _order(self, key: c.SortKey) -> list[exp.Ordered]:
        ordered = t.descending if key.highest_first else t.ascending
        return [ordered(each) for each in self._sortable(self.reader.expr(key.value))]

    def _sortable(self, value: Held) -> list[t.Sql]:
        """Return what sorts as a value does; of a quotient its digits, as many as tell two apart."""
        match value:
            case Absent():
                return []
            case Plain(sql):
                return [self.frame.bind(sql)]
            case Decimal(whole):
                return [self.frame.bind(whole.sql)] if whole.literal is None else []
            case Ratio(top, bottom):
                # Two quotients that differ do so by 1 / (bottom · bottom) at least.
                return self._digits(Ratio(top, bottom))

    def _digits(self, ratio: Ratio) -> list[t.Sql]:
        reader, numbers = self.reader, self.reader.numbers
        factor = 10 ** len(str(ratio.bottom.most**2))
        dividend = reader.bound(ratio.top)
        parts = []
        while True:
            parts.append(reader.bound(numbers.divided(dividend, ratio.bottom)).sql)
            if factor == 1:
                return parts
            rest = reader.bound(numbers.remainder(dividend, ratio.bottom))
            step = reader.step(factor, ratio.bottom)
            dividend = reader.bound(numbers.times(rest, literal(step)))
            factor //= step


def _at_most(rank: t.Sql, number: t.Sql) -> t.Sql:
    return t.binary(exp.LTE, rank, number)


def _sql(value: Held) -> t.Sql:
    match value:
        case Plain(sql):
            return sql
        case Decimal(whole):
            return whole.sql
        case Absent():
            return exp.Null()
        case Ratio(top, bottom):
            raise TypeError(f"a quotient tells no rows apart: {top}, {bottom}")
