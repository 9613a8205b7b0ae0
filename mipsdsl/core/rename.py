"""The same expressions about items of other names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import evolve, fields, has

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import Schema, record_of, record_of_each
from mipsdsl.core.types import Shape, Type

ReadAs: TypeAlias = Callable[[str, c.Read | c.ReadPopulation], c.Expr]
"""What stands for the read of a name of a record; the population has the record ""."""
NameOf: TypeAlias = Callable[[str, str], str]
"""The name that a selection of a record has now."""


def renamed(expr: c.Expr, record: str, schema: Schema, read_as: ReadAs, name_of: NameOf) -> c.Expr:
    """Return ``expr``, of the rows of ``record``, with what it reads as ``read_as`` has it."""
    return _Renamer(record, schema, read_as, name_of).expr(expr, ())


Around: TypeAlias = tuple[str, ...]


class _Renamer:
    def __init__(self, record: str, schema: Schema, read_as: ReadAs, name_of: NameOf) -> None:
        self._record = record
        self._schema = schema
        self._read_as = read_as
        self._name_of = name_of

    def expr(self, expr: c.Expr, around: Around) -> c.Expr:
        """Return ``expr`` with other names in it."""
        match expr:
            case c.Read(row=row):
                record = record_of(row, self._record, around, self._schema)
                return self._read_as(record, evolve(expr, row=self._part(row, around)))
            case c.ReadPopulation():
                return self._read_as("", expr)
            case c.Fold(rows=rows, where=where, body=body):
                inside = (*around, record_of_each(rows, self._record, around, self._schema))
                return evolve(
                    expr, rows=self._part(rows, around), where=self.expr(where, inside),
                    body=self.expr(body, inside),
                )  # fmt: skip
            case c.Select(rows=rows, places=places):
                inside = (*around, record_of_each(rows, self._record, around, self._schema))
                made = tuple(self._places(one, around, inside) for one in places)
                return evolve(expr, rows=self._part(rows, around), places=made)
            case c.Parameter() | c.Constant() | c.SetOf() | c.Missing():
                return expr
            case _:
                return self._whole(expr, around)  # type: ignore[no-any-return]  # of its own kind

    def _places(self, one: c.Places, around: Around, inside: Around) -> c.Places:
        return evolve(
            one,
            number=self.expr(one.number, around),
            where=self.expr(one.where, inside),
            each=None if one.each is None else self.expr(one.each, inside),
            keys=tuple(evolve(key, value=self.expr(key.value, inside)) for key in one.keys),
            fallbacks=tuple(self.expr(each, inside) for each in one.fallbacks),
        )

    def _part(self, part: Any, around: Around) -> Any:  # noqa: ANN401 - any part of the core
        if isinstance(part, c.Valued):
            return self.expr(part, around)  # type: ignore[arg-type]  # each is one of Expr
        if isinstance(part, tuple):
            return tuple(self._part(each, around) for each in part)
        if isinstance(part, c.Chosen):
            record = record_of(part.row, self._record, around, self._schema)
            return c.Chosen(self._part(part.row, around), self._name_of(record, part.name))
        if has(type(part)) and not isinstance(part, Type | Shape | c.Place):
            return self._whole(part, around)
        return part

    def _whole(self, part: Any, around: Around) -> Any:  # noqa: ANN401 - any part of the core
        changes = {}
        for attribute in fields(type(part)):
            value = getattr(part, attribute.name)
            if (made := self._part(value, around)) is not value:
                changes[attribute.name] = made
        return evolve(part, **changes) if changes else part
