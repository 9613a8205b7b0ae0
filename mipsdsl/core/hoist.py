"""Folds over the list of another row, computed once for that row and not by each that leads to it.

Hundreds of clinicians share a practice: what each would add up over the practice's submissions is the
same for all of them, and becomes an item of the practice. Compilers call it loop-invariant code motion.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.around import Around, Remaker
from mipsdsl.core.reads import Schema
from mipsdsl.core.strata import Key, schema_of
from mipsdsl.core.types import GRID, QUANTITIES, Unit
from mipsdsl.core.walk import rebuilt, replaced, walk

_BASE = c.Element(-1)
"""Stands for the row whose list it is, while a fold is looked at."""
_OF_NONE = {c.FoldKind.ANY: False, c.FoldKind.ALL: True, c.FoldKind.COUNT: 0, c.FoldKind.SUM: 0}


def hoisted(program: c.Program) -> c.Program:
    """Return a program of the same meaning that folds each list of another row once for that row.

    Every item is there as before; what is new has names that no author can write.
    """
    schema = schema_of(program.records, program.items)
    made: dict[tuple[str, c.Fold], c.Item] = {}
    read: dict[Key, list[c.Item]] = {}
    items: dict[Key, c.Item] = {}
    for item in program.items:
        hoister = _Hoister(item, schema, made)
        expr = hoister.expr(item.expr, ()) if item.record else item.expr
        read[item.record, item.name] = hoister.read
        items |= {(each.record, each.name): each for each in hoister.read}
        items[item.record, item.name] = evolve(item, expr=expr)
    return evolve(program, items=tuple(items.values()), steps=tuple(_steps(program, read)))


def _steps(program: c.Program, read: dict[Key, list[c.Item]]) -> Iterator[c.Step]:
    """Yield the stages, each after the new items that it is the first to read.

    What such an item reads is of other rows than its reader, so it is there before that stage.
    """
    there: dict[Key, None] = {}
    for step in program.steps:
        for each in (each for name in step.items for each in read[step.record, name]):
            if (each.record, each.name) not in there:
                there[each.record, each.name] = None
                yield c.Step(each.record, (each.name,))
        yield step


class _Hoister(Remaker):
    """Puts what is read in place of folds: ``read``. ``made`` has what each fold of a record became."""

    def __init__(
        self, item: c.Item, schema: Schema, made: dict[tuple[str, c.Fold], c.Item]
    ) -> None:
        super().__init__(item.record, schema)
        self._item = item
        self._made = made
        self.read: list[c.Item] = []

    def expr(self, expr: c.Expr, around: Around) -> c.Expr:
        """Return what stands for ``expr``."""
        match expr:
            case c.Fold(rows=rows, where=where, body=body):
                if (found := self._once(expr, around)) is not None:
                    return found
                inside = self.inside(rows, around)
                return evolve(expr, where=self.expr(where, inside), body=self.expr(body, inside))
            case c.Select():
                return self.selection(expr, around)
            case _:
                return self.with_parts(expr, around)

    def _once(self, fold: c.Fold, around: Around) -> c.Expr | None:
        """Return what reads ``fold`` from the row whose list it is of, if it can be computed there."""
        if not isinstance(fold.rows, c.Children) or not isinstance(fold.rows.row, c.Follow):
            return None
        if not _can_be_kept(fold) or (own := _at_home(fold)) is None:
            return None
        base = fold.rows.row
        record = self.record_of(base, around)
        item = self._made.setdefault((record, own), self._kept(record, own))
        self.read.append(item)
        type_, of_none = item.type, _OF_NONE.get(fold.kind)
        if of_none is None:
            return c.Read(base, item.name, type=type_, shape=item.shape)
        read = c.Read(base, item.name, type=type_.or_missing(), shape=item.shape)
        shape = None if isinstance(of_none, bool) else build.decimal(0, 0, 0)
        return build.default(read, c.Constant(of_none, type=type_, shape=shape), type_)

    def _kept(self, record: str, fold: c.Fold) -> c.Item:
        assert isinstance(fold.rows, c.Children)
        name = f"{fold.kind.value} of {fold.rows.name} ({len(self._made) + 1})"
        return c.Item(
            record=record, name=name, kind=c.ItemKind.RULE, type=fold.type, shape=fold.shape,
            expr=fold, label="", because=(), citations=(), published=None, place=self._item.place,
        )  # fmt: skip


def _can_be_kept(fold: c.Fold) -> bool:
    """Return whether the value is one that a row can keep, and nothing in it needs a condition met.

    A division by what is never 0 may stand where somebody asked first whether it is.
    """
    if any(isinstance(node, c.Divide | c.Select) for node in walk(fold)):
        return False
    if fold.kind in (c.FoldKind.ANY, c.FoldKind.ALL):
        return True
    if fold.kind is c.FoldKind.AVERAGE or fold.type.unit not in QUANTITIES - {Unit.RATIO}:
        return False
    shape = build.shape_of(fold)
    return shape.is_decimal and shape.scale == GRID[fold.type.unit]


def _at_home(fold: c.Fold) -> c.Fold | None:
    """Return ``fold`` as the row would write it whose list it is of; nothing if it looks elsewhere."""
    assert isinstance(fold.rows, c.Children)
    base = fold.rows.row
    own = replaced((fold,), lambda node: _BASE if node == base else None)[0]
    for node in walk(own):
        if isinstance(node, c.Here) or (
            isinstance(node, c.Element) and 0 <= node.level < fold.level
        ):
            return None

    def moved(node: object) -> object:
        match node:
            case c.Element(level):
                return c.Here() if node == _BASE else c.Element(level - fold.level)
            case c.Fold(level=level):
                return evolve(node, level=level - fold.level)
            case _:
                return node

    return rebuilt(own, moved)
