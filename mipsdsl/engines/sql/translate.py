"""From expressions of the core to SQL."""

from __future__ import annotations

from typing import assert_never

from attrs import define
from sqlglot import exp

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.lists import Lists
from mipsdsl.engines.sql.quantities import scale_of
from mipsdsl.engines.sql.values import Absent, Decimal, Held, Plain, Ratio, Whole, literal


@define
class Translator(Lists):
    """Writes expressions."""

    def stored(self, expr: c.Expr, scale: int) -> Held:
        """Return a value as it is stored: a quantity landed on ``scale`` places, in steps."""
        value = self.landed(self.expr(expr), scale, expr)
        if isinstance(value, Decimal):
            return Decimal(self.numbers.fitted(self.at_scale(value, scale)), scale)
        return value

    def condition(self, expr: c.Expr) -> t.Sql:
        """Return a yes/no where missing is as good as no: in a case, a filter, a conjunction."""
        match expr:
            case c.And(operands):
                return t.every([self.condition(each) for each in operands])
            case c.Or(operands):
                return t.some([self.condition(each) for each in operands])
            case c.Not(operand):
                return t.negated(self.condition(operand))
            case c.Compare():
                return self.compare(expr)
            case c.IsGiven() | c.HasRow() | c.IsMember() | c.Same() | c.Among():
                return self._test(expr)
        value = self.expr(expr)
        match value:
            case Absent():
                return t.boolean(False)
            case Plain(sql):
                return sql
            case _:
                raise TypeError("a quantity is no condition")

    def expr(self, expr: c.Expr) -> Held:
        """Return what ``expr`` looks like."""
        match expr:
            case c.Constant() | c.SetOf() | c.Missing() | c.Parameter():
                return self._literal(expr)
            case c.Read():
                return self.read(expr)
            case c.ReadPopulation():
                return self.population(expr)
            case c.IsGiven() | c.HasRow():
                return Plain(self._test(expr))
            case c.IsMember() | c.Same() | c.Among() | c.Compare() | c.And() | c.Or() | c.Not():
                return Plain(t.holds(self.condition(expr)))
            case c.Arithmetic() | c.Divide() | c.Land() | c.Round() | c.Position():
                return self._quantity(expr)
            case c.Default() | c.Cases() | c.Pick():
                return self.limited(self._case(expr), expr)
            case c.Fold():
                return self.limited(self.fold(expr), expr)
            case c.Select():
                raise TypeError("a selection is a table, no value")
            case _:
                assert_never(expr)

    def _literal(self, expr: c.Constant | c.SetOf | c.Missing | c.Parameter) -> Held:
        match expr:
            case c.Constant(value):
                if isinstance(value, str):
                    return Plain(self.numbers.dialect.text(value))
                if expr.type.unit in QUANTITIES:
                    return Decimal(literal(int(value)), scale_of(expr))
                return Plain(t.boolean(bool(value)))
            case c.Missing():
                return Absent()
            case c.Parameter(_, inner):
                return self._literal(inner)
            case c.SetOf():
                raise Unsupported("a set that is kept")
            case _:
                assert_never(expr)

    def _quantity(self, expr: c.Arithmetic | c.Divide | c.Land | c.Round | c.Position) -> Held:
        match expr:
            case c.Arithmetic():
                return self.arithmetic(expr)
            case c.Divide():
                return self.limited(self.divide(expr), expr)
            case c.Land(operand):
                return self.limited(self.landed(self.expr(operand), scale_of(expr), operand), expr)
            case c.Round():
                return self.limited(self.round(expr), expr)
            case c.Position():
                return self.position(expr)
            case _:
                assert_never(expr)

    # --- yes/no ---

    def _test(self, expr: c.IsGiven | c.HasRow | c.IsMember | c.Same | c.Among) -> t.Sql:
        match expr:
            case c.IsGiven(operand):
                return self._is_given(self.expr(operand))
            case c.HasRow(row):
                return t.is_given(self.row_of(row))
            case c.IsMember(row, rows):
                return self.is_member(row, rows)
            case c.Same(left, right):
                one, other = self.expr(left), self.expr(right)
                if isinstance(one, Plain) and isinstance(other, Plain):
                    return t.equal(one.sql, other.sql)
                return t.boolean(False)
            case c.Among(operand, values):
                value = self.expr(operand)
                return self._among(value, values) if isinstance(value, Plain) else t.boolean(False)
            case _:
                assert_never(expr)

    def _is_given(self, value: Held) -> t.Sql:
        match value:
            case Absent():
                return t.boolean(False)
            case Ratio(top):
                return t.is_given(top.sql)
            case Decimal(whole):
                return t.is_given(whole.sql)
            case Plain(sql):
                return t.is_given(sql)
            case _:
                assert_never(value)

    def _among(self, value: Plain, members: c.Expr) -> t.Sql:
        match members:
            case c.Parameter(_, inner):
                return self._among(value, inner)
            case c.SetOf(values):
                if not values:
                    return t.boolean(False)
                texts = [self.numbers.dialect.text(each) for each in values]
                return exp.In(this=t.closed(value.sql), expressions=texts)
            case c.Cases(_, arms, otherwise):
                told = Plain(self.frame.bind(value.sql))
                pairs = [
                    (self.condition(arm.condition), self._among(told, arm.value)) for arm in arms
                ]
                return t.case(pairs, self._among(told, otherwise))
            case c.Missing():
                return t.boolean(False)
            case _:
                raise Unsupported("a set that is kept")

    # --- cases ---

    def _case(self, expr: c.Default | c.Cases | c.Pick) -> Held:
        match expr:
            case c.Default(operand, otherwise):
                return self._default(self.expr(operand), self.expr(otherwise))
            case c.Cases(_, arms, otherwise):
                pairs = [(self.condition(arm.condition), self.expr(arm.value)) for arm in arms]
                return self.chosen(pairs, self.expr(otherwise))
            case c.Pick(index, values):
                return self._pick(self.expr(index), [self.expr(each) for each in values])
            case _:
                assert_never(expr)

    def _default(self, value: Held, otherwise: Held) -> Held:
        if isinstance(value, Plain) and isinstance(otherwise, Plain):
            return Plain(t.coalesce(value.sql, otherwise.sql), otherwise.maybe)
        if isinstance(value, Absent):
            return otherwise
        told = self.held(value)
        return self.chosen([(self._is_given(told), told)], otherwise)

    def _pick(self, index: Held, values: list[Held]) -> Held:
        if not isinstance(index, Decimal):
            raise TypeError("an index is a count")
        told, unit = self.bound(index.whole), 10**index.scale
        arms = [
            (t.equal(told.sql, t.number(number * unit)), value)
            for number, value in enumerate(values[:-1], 1)
        ]
        return self.chosen(arms, values[-1]) if arms else values[0]

    def chosen(self, arms: list[tuple[t.Sql, Held]], otherwise: Held) -> Held:
        """Return the value of the first arm that holds."""
        values = [*(value for _, value in arms), otherwise]
        if any(isinstance(value, Plain) for value in values):
            pairs = [(condition, _plain(value)) for condition, value in arms]
            return Plain(t.case(pairs, _plain(otherwise)), maybe=True)
        if any(isinstance(value, Ratio) for value in values):
            return self._chosen_ratio(arms, otherwise)
        scales = [value.scale for value in values if isinstance(value, Decimal)]
        if not scales:
            return Absent()
        scale = max(scales)
        wholes = [(condition, self._whole(value, scale)) for condition, value in arms]
        return Decimal(self.either(wholes, self._whole(otherwise, scale)), scale)

    def _whole(self, value: Held, scale: int) -> Whole | None:
        return self.at_scale(value, scale) if isinstance(value, Decimal) else None

    def _chosen_ratio(self, arms: list[tuple[t.Sql, Held]], otherwise: Held) -> Ratio:
        conditions = [self.frame.bind(condition) for condition, _ in arms]
        ratios = [self._quotient_of(value) for value in (*(v for _, v in arms), otherwise)]
        *tops, top = [None if ratio is None else ratio.top for ratio in ratios]
        *bottoms, bottom = [None if ratio is None else ratio.bottom for ratio in ratios]
        return Ratio(
            self.bound(self.either(list(zip(conditions, tops, strict=True)), top)),
            self.bound(self.either(list(zip(conditions, bottoms, strict=True)), bottom)),
        )

    def _quotient_of(self, value: Held) -> Ratio | None:
        return None if isinstance(value, Absent) else self.as_ratio(value)


def _plain(value: Held) -> t.Sql:
    match value:
        case Plain(sql):
            return sql
        case Absent():
            return exp.Null()
        case _:
            raise TypeError(f"{value} is a quantity among others that are none")
