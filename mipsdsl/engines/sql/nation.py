"""A population item that SQL cannot finish: its sums come from SQL, what is made of them from here.

It is one value of a whole run, so nothing is lost: Python's whole numbers have no widest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import children
from mipsdsl.engines.evaluate import At, Evaluator, Value
from mipsdsl.engines.schema import Schema, stored_scale
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.database import Database
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.translate import Translator
from mipsdsl.engines.sql.values import Absent, Decimal, Held, Plain, Ratio
from mipsdsl.engines.store import Row, Store, Stored

_ELSEWHERE = (c.Read, c.HasRow, c.IsMember, c.Position, c.Select)
"""What looks at rows, other than a fold."""


def finished(
    item: c.Item,
    reader: Translator,
    database: Database,
    population: Callable[[str], Stored],
) -> Stored:
    """Return the value of a population item; its folds are read by ``reader`` in one query.

    ``population`` gives the population items that it reads.

    Raises:
        Unsupported: it looks at rows other than by folds, or a fold is too wide for SQL.

    """
    folds = list(dict.fromkeys(_folds(item.expr)))
    found = [_Found.of(reader, fold) for fold in folds]
    columns = [t.named(sql, f"v{n}") for n, sql in enumerate(s for each in found for s in each.sql)]
    values: list[Any] = []
    if columns:
        (row,) = database.rows(reader.frame.selected(columns))
        values = list(row)
    known: dict[c.Expr, Value] = {}
    for fold, each in zip(folds, found, strict=True):
        known[fold] = each.value(values[: len(each.sql)])
        del values[: len(each.sql)]
    nation = _Nation(reader.catalog.schema, known, population)
    return nation.stored(item.expr, At([]), stored_scale(item))


def _folds(expr: c.Expr) -> Iterator[c.Fold]:
    """Yield the outermost folds."""
    if isinstance(expr, c.Fold):
        yield expr
        return
    if isinstance(expr, _ELSEWHERE):
        raise Unsupported("a number beyond 126 bits that is made of rows")
    for part in children(expr):
        yield from _folds(part)


@frozen
class _Found:
    """What SQL says of a fold: one value, or a quotient of two."""

    held: Held
    sql: tuple[t.Sql, ...]

    @classmethod
    def of(cls, reader: Translator, fold: c.Fold) -> _Found:
        """Return the columns that hold the value of ``fold``."""
        held = reader.expr(fold)
        match held:
            case Plain(sql):
                columns: Sequence[t.Sql] = [sql]
            case Decimal(whole):
                columns = [reader.numbers.typed(whole)]
            case Ratio(top, bottom):
                columns = [reader.numbers.typed(top), reader.numbers.typed(bottom)]
            case Absent():
                columns = []
        return cls(held, tuple(reader.frame.bind(each) for each in columns))

    def value(self, parts: Sequence[Any]) -> Value:
        """Return the value, exactly; a missing one is ``None``."""
        match self.held:
            case Decimal(_, scale):
                return None if parts[0] is None else Fraction(int(parts[0]), 10**scale)
            case Ratio():
                return None if parts[0] is None else Fraction(int(parts[0]), int(parts[1]))
            case Plain():
                found: Value = parts[0]
                return found
            case _:
                return None


class _Nation(Evaluator):
    """Evaluates an expression whose folds are known."""

    def __init__(
        self,
        schema: Schema,
        known: Mapping[c.Expr, Value],
        population: Callable[[str], Stored],
    ) -> None:
        super().__init__(Store(schema))
        self._known = known
        self._population = population

    def evaluate(self, expr: c.Expr, at: At) -> Value:
        """Return what ``expr`` denotes; of a fold, what SQL found."""
        return self._known[expr] if isinstance(expr, c.Fold) else super().evaluate(expr, at)

    def read(self, row: Row, name: str) -> Stored:
        """Refuse: there are no rows here."""
        raise TypeError(f"{name} is of a row")

    def population(self, name: str) -> Stored:
        """Return a population item."""
        return self._population(name)

    def groups(self, record: str) -> None:
        """Do nothing: SQL made them."""

    def note_parameter(self, parameter: c.Parameter) -> None:
        """Do nothing."""

    def note_cases(self, cases: c.Cases, matched: int | None, at: At) -> None:
        """Do nothing."""
