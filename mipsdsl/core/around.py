"""Expressions made anew, where it matters which record the rows around a place are of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeAlias, TypeVar

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import Schema, record_of, record_of_each
from mipsdsl.core.walk import held, is_node

Node = TypeVar("Node")
Around: TypeAlias = tuple[str, ...]
"""The records of the rows that the folds around look at."""


class Remaker(ABC):
    """Makes the expressions of a record anew; a kind of remaker says what becomes of each."""

    def __init__(self, record: str, schema: Schema) -> None:
        """Take the record whose expressions are made anew, and the schema that they are in."""
        self._record = record
        self._schema = schema

    @abstractmethod
    def expr(self, expr: c.Expr, around: Around) -> c.Expr:
        """Return what stands for ``expr``, which has rows of these records around."""

    def record_of(self, row: c.Row, around: Around) -> str:
        """Return the record of ``row``."""
        return record_of(row, self._record, around, self._schema)

    def inside(self, rows: c.Rows, around: Around) -> Around:
        """Return the records around what looks at each of ``rows``."""
        return (*around, record_of_each(rows, self._record, around, self._schema))

    def selection(self, expr: c.Select, around: Around) -> c.Select:
        """Return a selection of parts made anew."""
        inside = self.inside(expr.rows, around)
        places = tuple(self._places(one, around, inside) for one in expr.places)
        return evolve(expr, rows=self.part(expr.rows, around), places=places)

    def _places(self, one: c.Places, around: Around, inside: Around) -> c.Places:
        return evolve(
            one,
            number=self.expr(one.number, around),
            where=self.expr(one.where, inside),
            each=None if one.each is None else self.expr(one.each, inside),
            keys=tuple(evolve(key, value=self.expr(key.value, inside)) for key in one.keys),
            fallbacks=tuple(self.expr(each, inside) for each in one.fallbacks),
        )

    def part(self, part: Any, around: Around) -> Any:  # noqa: ANN401 - any part of the core
        """Return a part of an expression made anew."""
        if isinstance(part, c.Valued):
            return self.expr(part, around)  # type: ignore[arg-type]  # each is one of Expr
        if isinstance(part, tuple):
            return tuple(self.part(each, around) for each in part)
        return self.with_parts(part, around) if is_node(part) else part

    def with_parts(self, node: Node, around: Around) -> Node:
        """Return ``node`` of parts made anew; itself where they are the same."""
        made = {name: (value, self.part(value, around)) for name, value in held(node)}
        changes = {name: new for name, (old, new) in made.items() if new is not old}
        return evolve(node, **changes) if changes else node  # type: ignore[misc]  # nodes are of attrs
