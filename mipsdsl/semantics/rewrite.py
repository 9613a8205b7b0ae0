"""Carry renames through a program: every use of a name that meant the renamed thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from attrs import fields

from mipsdsl.semantics.symbols import RecordSymbol, Symbols
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.walk import with_parts

Renames = Mapping[tuple[str, str], str]
"""New names by (record, name); records are ("record", …), and so are "choice" and "global" things.

A value of a choice is (choice, value) under the choice's name with a leading "=".
"""

T = TypeVar("T", bound=n.Node)


def renamed(item: T, renames: Renames, symbols: Symbols) -> T:
    """Return ``item`` of the program of ``symbols`` with every renamed thing under its new name."""
    if not renames:
        return item
    node: T = _Renamer(renames, symbols).item(item)
    return node


class _Renamer:
    def __init__(self, renames: Renames, symbols: Symbols) -> None:
        self._renames = renames
        self._symbols = symbols
        self._values = {(k[0][1:], k[1]): v for k, v in renames.items() if k[0].startswith("=")}
        self._chosen = ""
        """The choice whose values bare names mean where we are; nothing when that is not known."""

    # --- items --------------------------------------------------------------------------------

    def item(self, node: Any) -> Any:  # noqa: ANN401 - a node of any kind gives one of its kind
        match node:
            case n.Rule() | n.Table() | n.Scale():
                return self._of_record(node)
            case n.Record() | n.Reference() | n.Extend():
                return self._declared(node)
            case n.Relation():
                return self._relation(node)
            case n.Choice():
                return self._choice(node)
            case n.Selection():
                return self._selection(node)
            case n.Parameter() | n.Population():
                with self._choosing(self._set_of(node)):
                    made = self._inside(node, ())
                return with_parts(made, name=self._name(node.name, "global"))
            case n.Usual():
                record = node.record.text
                values = tuple(self._assign(x, record) for x in node.values)
                return with_parts(node, record=self._name(node.record, "record"), values=values)
            case n.Results() | n.Changeable():
                names = tuple(self._name(x, node.record.text) for x in node.names)
                return with_parts(node, record=self._name(node.record, "record"), names=names)
            case n.Ensure():
                return self._ensure(node)
            case n.Claim():
                scope = (node.record.text,) if node.record else tuple(self._symbols.records)
                return self._inside(node, scope)
            case _:
                return node

    def _set_of(self, node: n.Parameter | n.Population) -> str:
        """Return the choice whose values a set is of, by its type or by all its members."""
        if isinstance(node, n.Population) or not isinstance(node.value, n.SetOf):
            return ""
        if isinstance(node.type, n.SetType):
            return node.type.choice.text
        names = {x.text for x in node.value.members if isinstance(x, n.Path)}
        fitting = [
            x.name for x in self._symbols.choices.values() if names and names <= set(x.values)
        ]
        return fitting[0] if len(fitting) == 1 else ""

    def _of_record(self, node: Any) -> Any:  # noqa: ANN401
        record = node.target.record.text if node.target.record else self._first()
        made: Any
        if isinstance(node, n.Rule) and isinstance(node.type, (n.ChoiceType, n.OptionalType)):
            kind = node.type.inner if isinstance(node.type, n.OptionalType) else node.type
            with self._choosing(kind.name if isinstance(kind, n.ChoiceType) else ""):
                made = self._rule(node, (record,))
        elif isinstance(node, n.Table):
            made = self._table(node, (record,))
        else:
            made = self._inside(node, (record,))
        owner = self._name(node.target.record, "record") if node.target.record else None
        target = with_parts(node.target, record=owner, name=self._name(node.target.name, record))
        made = with_parts(made, target=target)
        if isinstance(made, n.Table):
            heads = tuple(self._conclusion(cell, record) for cell in node.header.conclusions)
            made = with_parts(made, header=with_parts(made.header, conclusions=heads))
        return made

    def _first(self) -> str:
        return next(iter(self._symbols.records), "")

    def _conclusion(self, cell: n.Cell, record: str) -> n.Cell:
        made: n.Cell = self._inside(cell, (record,))
        return made

    def _declared(self, node: Any) -> Any:  # noqa: ANN401
        record = node.name.text
        listed = tuple(self._field(x, record) for x in node.fields)
        made = with_parts(node, name=self._name(node.name, "record"), fields=listed)
        if not isinstance(made, n.Extend):
            made = with_parts(made, key=tuple(self._name(x, record) for x in made.key))
        if isinstance(made, n.Record) and made.groups is not None:
            made = with_parts(made, groups=self._groups(made.groups))
        return made

    def _groups(self, node: n.Groups) -> n.Groups:
        owner = node.path.parts[0].text
        listed = self._list_record(owner, node.path.parts[-1].text)
        joined = None if node.joined is None else self._inside(node.joined, (listed,))
        parts = (
            self._name(node.path.parts[0], "record"),
            self._name(node.path.parts[-1], owner),
        )
        by = self._name(node.by, listed)
        return with_parts(node, path=with_parts(node.path, parts=parts), by=by, joined=joined)

    def _field(self, node: n.Field, record: str) -> n.Field:
        return with_parts(
            node, name=self._name(node.name, record), type=self._type(node.type, record)
        )

    def _type(self, node: n.Type, record: str) -> n.Type:
        match node:
            case n.ChoiceType(name):
                return with_parts(node, name=self._renames.get(("choice", name), name))
            case n.SetType(choice):
                return with_parts(node, choice=self._name(choice, "choice"))
            case n.OptionalType(inner):
                return with_parts(node, inner=self._type(inner, record))
            case n.ListType():
                one = node.one_for_each
                if one is not None:
                    one = self._inside(with_parts(one, record=self._name(one.record, "record")), ())
                return with_parts(
                    node, element=self._name(node.element, "record"), one_for_each=one
                )
            case n.RecordType():
                by = tuple(self._name(x, record) for x in node.by)
                return with_parts(node, record=self._name(node.record, "record"), by=by)
            case _:
                return node

    def _relation(self, node: n.Relation) -> n.Relation:
        record = node.record.text
        return with_parts(
            node,
            record=self._name(node.record, "record"),
            name=self._name(node.name, record),
            element=self._name(node.element, "record"),
            by=tuple(self._name(x, record) for x in node.by),
        )

    def _choice(self, node: n.Choice) -> n.Choice:
        values = tuple(
            with_parts(x, name=self._name(x.name, f"={node.name.text}")) for x in node.values
        )
        return with_parts(node, name=self._name(node.name, "choice"), values=values)

    def _selection(self, node: n.Selection) -> n.Selection:
        parts = [part.text for part in node.rows.parts]
        record = parts[0] if len(parts) == 2 else self._owner_of(parts[0])
        listed = self._list_record(record, parts[-1])
        inner = (listed, record)
        places = tuple(
            with_parts(
                self._inside(place, inner),
                number=self._inside(place.number, (record,)),
                each=None if place.each is None else self._name(place.each, listed),
            )
            for place in node.places
        )
        path: tuple[n.Name, ...]
        if len(parts) == 2:
            first = self._name(node.rows.parts[0], "record")
            path = (first, self._name(node.rows.parts[1], record))
        else:
            path = (self._name(node.rows.parts[0], record),)
        rows = with_parts(node.rows, parts=path)
        return with_parts(node, name=self._name(node.name, record), rows=rows, places=places)

    def _owner_of(self, name: str) -> str:
        records = self._symbols.records.values()
        return next((r.name for r in records if name in r.lists or name in r.items), "")

    def _ensure(self, node: n.Ensure) -> n.Ensure:
        made, record = node.record.text, node.each.text

        def part(x: n.EnsureField) -> n.EnsureField:
            path = n.Path((x.name,), span=x.name.span)
            with self._choosing("" if x.is_path else self._choice_at(path, (made,))):
                value = (self._inside if x.is_path else self._value)(x.value, (record,))
            return with_parts(x, name=self._name(x.name, made), value=value)

        return with_parts(
            node,
            record=self._name(node.record, "record"),
            each=self._name(node.each, "record"),
            where=None if node.where is None else self._inside(node.where, (record,)),
            matching=tuple(part(x) for x in node.matching),
            fill=tuple(part(x) for x in node.fill),
        )

    def _assign(self, node: n.Assign, record: str) -> n.Assign:
        with self._choosing(self._choice_at(node.path, (record,))):
            value = self._value(node.value, ())
        path = with_parts(node.path, parts=tuple(self._name(x, record) for x in node.path.parts))
        return with_parts(node, path=path, value=value)

    # --- where a value of a choice stands ---------------------------------------------------------

    def _value(self, node: Any, scope: tuple[str, ...]) -> Any:  # noqa: ANN401
        """Rewrite what a rule of a choice concludes: a bare name there is a value first."""
        match node:
            case n.Path(parts=(name,)) if self._new_value(name.text):
                return with_parts(node, parts=(with_parts(name, text=self._new_value(name.text)),))
            case n.Parenthesis():
                return with_parts(node, inner=self._value(node.inner, scope))
            case n.If():
                test = self._inside(node.test, scope)
                yes, no = self._value(node.yes, scope), self._value(node.no, scope)
                return with_parts(node, test=test, yes=yes, no=no)
            case n.SetOf():
                return with_parts(node, members=tuple(self._value(x, scope) for x in node.members))
            case n.FirstOf():
                rows = tuple(
                    with_parts(
                        row,
                        value=self._value(row.value, scope),
                        condition=self._inside(row.condition, scope),
                    )
                    for row in node.rows
                )
                return with_parts(node, rows=rows, otherwise=self._value(node.otherwise, scope))
            case _:
                return self._inside(node, scope)

    def _new_value(self, name: str) -> str:
        """Return the new name of a value, where its choice is the one that is meant here."""
        owners = [x.name for x in self._symbols.choices.values() if name in x.values]
        meant = self._chosen or (owners[0] if len(owners) == 1 else "")
        return self._values.get((meant, name), "")

    @contextmanager
    def _choosing(self, choice: str) -> Iterator[None]:
        before, self._chosen = self._chosen, choice
        yield
        self._chosen = before

    def _choice_at(self, node: n.Expr, scope: tuple[str, ...]) -> str:
        """Return the choice that the value at a path is of, or nothing."""
        if not isinstance(node, n.Path):
            return ""
        names = [part.text for part in node.parts]
        owners: tuple[str, ...] = scope
        for name in names[:-1]:
            found = next((r for r in (self._step(o, name) for o in owners) if r), "")
            owners = (found,)
        for owner in owners:
            symbol = self._symbols.records.get(owner)
            if symbol is not None and names[-1] in symbol.fields:
                return symbol.fields[names[-1]].type.choice
            if symbol is not None and names[-1] in symbol.items:
                return symbol.items[names[-1]].type.choice
        return ""

    def _rule(self, node: n.Rule, scope: tuple[str, ...]) -> n.Rule:
        """Rewrite a rule of a choice."""
        exceptions = tuple(
            with_parts(
                x,
                value=self._value(x.value, scope),
                condition=self._inside(x.condition, scope),
            )
            for x in node.exceptions
        )
        kind = self._type(node.type, "")
        return with_parts(
            node, type=kind, body=self._value(node.body, scope), exceptions=exceptions
        )

    def _table(self, node: n.Table, scope: tuple[str, ...]) -> n.Table:
        """Rewrite a table: a cell means the choice of what heads its column."""
        heads = [self._head(cell, scope) for cell in node.header.conditions]
        ends = [self._head(cell, scope) for cell in node.header.conclusions]
        rows = tuple(
            with_parts(
                row,
                conditions=self._cells(row.conditions, heads, scope),
                conclusions=self._cells(row.conclusions, ends, scope),
            )
            for row in node.rows
        )
        rest: Any = self._generic(with_parts(node, rows=()), scope)
        made: n.Table = with_parts(rest, rows=rows)
        return made

    def _head(self, cell: n.Cell, scope: tuple[str, ...]) -> str:
        part = cell.parts[0]
        return self._choice_at(part.value, scope) if isinstance(part, n.CellValue) else ""

    def _cells(
        self, cells: tuple[n.Cell, ...], choices: list[str], scope: tuple[str, ...]
    ) -> tuple[n.Cell, ...]:
        made: list[n.Cell] = []
        for index, cell in enumerate(cells):
            with self._choosing(choices[index] if index < len(choices) else ""):
                parts = tuple(
                    with_parts(part, value=self._value(part.value, scope))
                    if isinstance(part, (n.CellValue, n.CellNot))
                    else self._inside(part, scope)
                    for part in cell.parts
                )
            made.append(with_parts(cell, parts=parts))
        return tuple(made)

    # --- expressions ---------------------------------------------------------------------------

    def _inside(self, node: Any, scope: tuple[str, ...]) -> Any:  # noqa: ANN401
        match node:
            case n.Path():
                return self._path(node, scope)
            case n.AnyOf() | n.CountOf() | n.AllHave() | n.Fold():
                rows = self._inside(node.rows, scope)
                inner = (self._record_at(node.rows.path, scope), *scope)
                where = None if node.where is None else self._inside(node.where, inner)
                made = with_parts(node, rows=rows, where=where)
                if isinstance(made, (n.AllHave, n.Fold)):
                    return with_parts(made, body=self._inside(made.body, inner))
                return made
            case n.Is() | n.IsIn():
                left = self._inside(node.left, scope)
                with self._choosing(self._choice_at(node.left, scope)):
                    right = self._value(node.right, scope)
                return with_parts(node, left=left, right=right)
            case n.BaseType() | n.ChoiceType() | n.OptionalType() | n.SetType():
                return self._type(node, "")
            case n.CatalogueRow():
                keys = tuple(self._inside(x, scope) for x in node.keys)
                name = self._name(node.name, node.record.text)
                return with_parts(
                    node, record=self._name(node.record, "record"), keys=keys, name=name
                )
            case n.Node():
                return self._generic(node, scope)
            case _:
                return node

    def _generic(self, node: n.Node, scope: tuple[str, ...]) -> n.Node:
        changes: dict[str, Any] = {}
        for attribute in fields(type(node)):
            value = getattr(node, attribute.name)
            if isinstance(value, n.Node) and not isinstance(value, n.Name):
                changes[attribute.name] = self._inside(value, scope)
            elif isinstance(value, tuple) and value and isinstance(value[0], n.Node):
                changes[attribute.name] = tuple(self._inside(x, scope) for x in value)
        return with_parts(node, **changes)

    def _path(self, node: n.Path, scope: tuple[str, ...]) -> n.Path:
        made: list[n.Name] = []
        record = ""
        for index, name in enumerate(node.parts):
            if index == 0:
                new, record = self._first_part(name, scope, alone=len(node.parts) == 1)
            else:
                new, record = self._name(name, record), self._next(record, name.text)
            made.append(new)
        return with_parts(node, parts=tuple(made))

    def _first_part(
        self, name: n.Name, scope: tuple[str, ...], *, alone: bool
    ) -> tuple[n.Name, str]:
        for record in scope:
            symbol = self._symbols.records.get(record)
            if symbol is None:
                continue
            if name.text in symbol.names() or self._is_group_key(symbol, name.text):
                return self._name(name, record), self._next(record, name.text)
            if name.text == record:
                return self._name(name, "record"), record
        known = {*self._symbols.parameters, *self._symbols.population}
        if alone and name.text not in known and self._new_value(name.text):
            return with_parts(name, text=self._new_value(name.text)), ""
        return self._name(name, "global"), ""

    def _is_group_key(self, symbol: RecordSymbol, name: str) -> bool:
        return symbol.groups is not None and symbol.groups.by.text == name

    def _next(self, record: str, name: str) -> str:
        symbol = self._symbols.records.get(record)
        if symbol is None:
            return ""
        if name in symbol.references:
            return symbol.references[name].record
        return symbol.lists[name].record if name in symbol.lists else ""

    def _record_at(self, path: n.Path, scope: tuple[str, ...]) -> str:
        """Return the record of the rows that a path of a fold leads to."""
        parts = [part.text for part in path.parts]
        record = ""
        for index, name in enumerate(parts):
            owners = scope if index == 0 else (record,)
            reached = (self._step(owner, name) for owner in owners)
            record = next((r for r in reached if r), "")
        if not record and len(parts) == 1 and parts[0].endswith("s"):
            record = parts[0][:-1] if parts[0][:-1] in self._symbols.records else ""
        return record

    def _step(self, record: str, name: str) -> str:
        symbol = self._symbols.records.get(record)
        if symbol is None:
            return ""
        if name == record:
            return record
        item = symbol.items.get(name)
        return self._next(record, name) or (item.list_of if item is not None else "")

    def _list_record(self, record: str, name: str) -> str:
        return self._step(record, name)

    def _name(self, name: n.Name, space: str) -> n.Name:
        new = self._renames.get((space, name.text))
        return name if new is None else with_parts(name, text=new)
