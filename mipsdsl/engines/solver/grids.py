"""What can be told of the expressions of a program before it is encoded."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.core.walk import expressions_in, walk
from mipsdsl.engines.schema import Schema, Target, stored_scale


@define
class Grids:
    """On how coarse a grid the value of an item lies, and which names an expression mentions."""

    schema: Schema
    _items: dict[Target, int] = field(factory=dict)
    _places: dict[Target, bool] = field(factory=dict)
    _names: dict[int, tuple[object, frozenset[str]]] = field(factory=dict)

    def of_item(self, item: c.Item) -> int:
        """Return the places that the value of ``item`` needs at most."""
        target = (item.record, item.name)
        if target not in self._items:
            self._items[target] = stored_scale(item)
            # INVARIANT: what is to be given is no value of its rule, but any that can be stored.
            if not isinstance(item.expr, c.Missing):
                places = self._of(item.expr, item.record, ())
                self._items[target] = min(stored_scale(item), places)
        return self._items[target]

    def _of(self, expr: c.Expr, here: str, elements: tuple[str, ...]) -> int:  # noqa: C901 - one case a node
        finest = expr.shape.scale if expr.shape and expr.shape.is_decimal else 99
        match expr:
            case c.Read(row, name):
                record = self.schema.of_row(row, here, elements)
                if (item := self.schema.items.get((record, name))) is not None:
                    return self.of_item(item)
                return finest
            case c.Missing():
                return 0
            case c.Land(operand):
                return min(finest, self._of(operand, here, elements))
            case c.Cases(_, arms, otherwise):
                return max(
                    self._of(x, here, elements) for x in (*(a.value for a in arms), otherwise)
                )
            case c.Pick(_, values):
                return max(self._of(x, here, elements) for x in values)
            case c.Default(one, other):
                return max(self._of(one, here, elements), self._of(other, here, elements))
            case c.Arithmetic(operator, left, right) if operator is not c.Operator.MULTIPLY:
                return max(self._of(left, here, elements), self._of(right, here, elements))
            case c.Divide():
                return 99
            case c.Fold(kind, level, rows, _, body) if kind is not c.FoldKind.AVERAGE:
                record = self.schema.of_rows(rows, here, elements)
                return self._of(body, here, (*elements[:level], record))
            case c.Constant(value) if isinstance(value, int) and expr.type.unit in QUANTITIES:
                scale = finest
                while scale and value % 10 == 0:
                    value, scale = value // 10, scale - 1
                return scale
            case c.Parameter(_, literal):
                return self._of(literal, here, elements)
            case _:
                return finest

    def lands_places(self, item: c.Item) -> bool:
        """Return whether ``item`` has places on starts, and each is put on its grid as it is."""
        target = (item.record, item.name)
        if target not in self._places:
            every = sum(isinstance(x, c.Position) for x in expressions_in(item.expr))
            self._places[target] = 0 < every == len(list(_landed_places(item.expr)))
        return self._places[target]

    def mentions(self, part: object, names: set[str]) -> bool:
        """Return whether a part of the core names one of ``names``."""
        if not names:
            return False
        if id(part) not in self._names:
            self._names[id(part)] = (part, frozenset(_mentioned(part)))
        return not names.isdisjoint(self._names[id(part)][1])


def _mentioned(part: object) -> Iterator[str]:
    """Yield the names in a part of the core: of what is read, of lists and of references."""
    for node in walk(part):
        if isinstance(name := getattr(node, "name", None), str):
            yield name


def _landed_places(expr: c.Expr) -> Iterator[c.Position]:
    """Give the places in what ``expr`` may be as a whole, and in the best of what it may be."""
    match expr:
        case c.Position():
            yield expr
        case c.Land(operand):
            yield from _landed_places(operand)
        case c.Cases(_, arms, otherwise):
            for value in (*(arm.value for arm in arms), otherwise):
                yield from _landed_places(value)
        case c.Default(one, other):
            yield from _landed_places(one)
            yield from _landed_places(other)
        case c.Fold(kind, body=body) if kind in (c.FoldKind.HIGHEST, c.FoldKind.LOWEST):
            yield from _landed_places(body)
        case _:
            return
