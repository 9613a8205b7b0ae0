"""What an expression reads: fields, items, lists and population items, with their records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.walk import expressions_in, held


@frozen
class Dependency:
    """A read of ``name`` of ``record`` ("" for the population).

    ``same_row``: of the very row that the item is computed for. ``is_list``: of a list of rows.
    """

    record: str
    name: str
    same_row: bool
    is_list: bool = False


class Schema:
    """Where references and lists lead."""

    def __init__(self, records: Sequence[c.Record]) -> None:
        """Index the links of ``records``."""
        self._references = {(r.name, x.name): x.record for r in records for x in r.references}
        self._lists = {(r.name, x.name): x.record for r in records for x in r.relations}
        lists = {(r.name, x.name): x.record for r in records for x in r.relations}
        for record in records:
            if record.grouping is not None:
                grouping = record.grouping
                self._references[record.name, grouping.parent] = grouping.parent
                self._lists[grouping.parent, f"{record.name}s"] = record.name
                child = lists[grouping.parent, grouping.list_name]
                self._lists[record.name, grouping.list_name] = child
        self.chosen: dict[tuple[str, str], str] = {}

    def reference(self, record: str, name: str) -> str:
        """Return the record that a reference leads to."""
        return self._references[record, name]

    def listed(self, record: str, name: str) -> str:
        """Return the record that a list (or a selection) holds."""
        return self._lists.get((record, name)) or self.chosen[record, name]


def dependencies(expr: c.Expr, record: str, schema: Schema) -> Iterator[Dependency]:
    """Give everything that ``expr``, an expression of ``record``, reads."""
    yield from _Walk(record, schema).expr(expr, ())


def record_of(row: c.Row, here: str, around: tuple[str, ...], schema: Schema) -> str:
    """Return the record of ``row`` in an expression of ``here``, ``around`` it those of folds."""
    return _Walk(here, schema).row(row, around)[0]


def record_of_each(rows: c.Rows, here: str, around: tuple[str, ...], schema: Schema) -> str:
    """Return the record of each of ``rows``, as ``record_of``."""
    return _Walk(here, schema).rows(rows, around)


class _Walk:
    def __init__(self, record: str, schema: Schema) -> None:
        self._record = record
        self._schema = schema

    def row(self, row: c.Row, elements: tuple[str, ...]) -> tuple[str, bool]:
        """Return the record of a row, and whether it is the row of the item."""
        match row:
            case c.Here():
                return self._record, True
            case c.Element(level):
                return elements[level], False
            case c.Follow(inner, name):
                return self._schema.reference(self.row(inner, elements)[0], name), False
            case c.Catalogue(record):
                return record, False

    def rows(self, rows: c.Rows, elements: tuple[str, ...]) -> str:
        """Return the record of a list of rows."""
        match rows:
            case c.Everyone(record):
                return record
            case c.Apart(inner):
                return self.rows(inner, elements)
            case c.Children(row, name) | c.Chosen(row, name):
                return self._schema.listed(self.row(row, elements)[0], name)

    def expr(self, expr: c.Expr, elements: tuple[str, ...]) -> Iterator[Dependency]:
        match expr:
            case c.Read(row=row, name=name):
                record, same = self.row(row, elements)
                yield Dependency(record, name, same)
                yield from self._inside(row, elements)
            case c.ReadPopulation(name=name):
                yield Dependency("", name, False)
            case c.Fold(rows=rows, where=where, body=body):
                yield from self._rows(rows, elements)
                inner = (*elements, self.rows(rows, elements))
                yield from self.expr(where, inner)
                yield from self.expr(body, inner)
            case c.Select(rows=rows, places=places):
                yield from self._rows(rows, elements)
                inner = (*elements, self.rows(rows, elements))
                for one in places:
                    yield from self.expr(one.number, elements)
                    each = () if one.each is None else (one.each,)
                    keys = (key.value for key in one.keys)
                    for part in (one.where, *each, *keys, *one.fallbacks):
                        yield from self.expr(part, inner)
            case c.IsMember(row=row, rows=rows):
                yield from self._inside(row, elements)
                yield from self._rows(rows, elements)
            case c.HasRow(row=row):
                yield from self._inside(row, elements)
            case _:
                for part in children(expr):
                    yield from self.expr(part, elements)

    def _inside(self, row: c.Row, elements: tuple[str, ...]) -> Iterator[Dependency]:
        if isinstance(row, c.Catalogue):
            for key in row.keys:
                yield from self.expr(key, elements)
        if isinstance(row, c.Follow):
            record, same = self.row(row.row, elements)
            yield Dependency(record, row.name, same)
            yield from self._inside(row.row, elements)

    def _rows(self, rows: c.Rows, elements: tuple[str, ...]) -> Iterator[Dependency]:
        match rows:
            case c.Everyone(record):
                yield Dependency(record, "", False, True)
            case c.Apart(inner, without):
                yield from self._rows(inner, elements)
                yield from self._rows(without, elements)
            case c.Children(row, name) | c.Chosen(row, name):
                record, same = self.row(row, elements)
                yield Dependency(record, name, same, True)
                yield from self._inside(row, elements)


def children(expr: c.Expr) -> Iterator[c.Expr]:
    """Give the expressions directly inside ``expr`` (rows and keys apart)."""
    for name, value in held(expr):
        if name not in ("type", "shape"):
            yield from _expressions(value)


def _expressions(value: object) -> Iterator[c.Expr]:
    if isinstance(value, c.Valued):
        yield value  # type: ignore[misc]  # every subclass of Valued is one of Expr
    elif isinstance(value, c.Arm):
        yield value.condition
        yield value.value
    elif isinstance(value, tuple):
        for part in value:
            yield from _expressions(part)


def every_expression(program: c.Program) -> Iterator[c.Expr]:
    """Give each expression of ``program`` and all those inside it, claims apart."""
    for record in program.records:
        yield from expressions_in([each.where for each in record.relations])
        yield from expressions_in(record.grouping)
    yield from expressions_in(program.ensures)
    yield from expressions_in([item.expr for item in program.items])
