"""The same expressions about items of other names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.around import Around, Remaker
from mipsdsl.core.reads import Schema

ReadAs: TypeAlias = Callable[[str, c.Read | c.ReadPopulation], c.Expr]
"""What stands for the read of a name of a record; the population has the record ""."""
NameOf: TypeAlias = Callable[[str, str], str]
"""The name that a selection of a record has now."""


def renamed(expr: c.Expr, record: str, schema: Schema, read_as: ReadAs, name_of: NameOf) -> c.Expr:
    """Return ``expr``, of the rows of ``record``, with what it reads as ``read_as`` has it."""
    return _Renamer(record, schema, read_as, name_of).expr(expr, ())


class _Renamer(Remaker):
    def __init__(self, record: str, schema: Schema, read_as: ReadAs, name_of: NameOf) -> None:
        super().__init__(record, schema)
        self._read_as = read_as
        self._name_of = name_of

    def expr(self, expr: c.Expr, around: Around) -> c.Expr:
        """Return ``expr`` with other names in it."""
        match expr:
            case c.Read(row=row):
                row_now = self.part(row, around)
                return self._read_as(self.record_of(row, around), evolve(expr, row=row_now))
            case c.ReadPopulation():
                return self._read_as("", expr)
            case c.Fold(rows=rows, where=where, body=body):
                inside = self.inside(rows, around)
                return evolve(
                    expr, rows=self.part(rows, around), where=self.expr(where, inside),
                    body=self.expr(body, inside),
                )  # fmt: skip
            case c.Select():
                return self.selection(expr, around)
            case c.Parameter() | c.Constant() | c.SetOf() | c.Missing():
                return expr
            case _:
                return self.with_parts(expr, around)

    def part(self, part: Any, around: Around) -> Any:  # noqa: ANN401 - any part of the core
        """Return a part with other names in it: that of a selection, too."""
        if isinstance(part, c.Chosen):
            record = self.record_of(part.row, around)
            return c.Chosen(self.part(part.row, around), self._name_of(record, part.name))
        return super().part(part, around)
