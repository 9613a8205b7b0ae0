"""Collect what is declared: every name once, types known, lists paired with their records."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.build import shape_of
from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.diagnostics import Label, Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.literals import literal
from mipsdsl.semantics.symbols import ItemSymbol, ListSymbol, RecordSymbol, Symbols
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.words import KEYWORDS

FIELD_PLACES = {Unit.COUNT: 0, Unit.DATE: 0, Unit.MONEY: 2}
DEFAULT_PLACES = 4
DEFAULT_RANGES = {
    Unit.COUNT: (0, 10_000_000),
    Unit.MONEY: (-10_000_000_000, 10_000_000_000),
    Unit.PERCENT: (0, 1),
    Unit.POINTS: (0, 1000),
    Unit.NUMBER: (0, 1_000_000),
    Unit.DATE: (1, 3_652_059),
}
"""What a field without a range may hold, in its unit (100% is 1; days from year 1 to 9999)."""

_SOME_YEAR = 2000
"""Stands for the year of a program that does not say it, so that its dates mean something."""


def place(span: Span) -> c.Place:
    """Return where ``span`` begins, as the core keeps it."""
    return c.Place(span.source.name, span.line)


def resolve(files: Sequence[n.File], report: Report) -> Symbols:
    """Return all declarations of ``files``.

    Reports: E0203 declared twice, E0206 unknown type, record or choice, E0208 reserved word,
    E0404/E0405 ranges, E0501 header, E0503 keys, E0504 lists and relations.
    """
    return _Resolver(files, report).run()


class _Resolver:
    def __init__(self, files: Sequence[n.File], report: Report) -> None:
        self._items = [item for file in files for item in file.items]
        self._report = report
        self._symbols = Symbols()
        self._first: dict[str, Span] = {}
        self._tested = 0

    def run(self) -> Symbols:
        for item in self._items:
            self._header(item)
        self._symbols.year = self._symbols.year or self._tested or _SOME_YEAR
        for item in self._items:
            if isinstance(item, n.Choice):
                self._choice(item)
            elif isinstance(item, (n.Record, n.Reference)):
                self._open_record(item)
        for item in self._items:
            self._record_body(item)
        for item in self._items:
            self._relation(item)
        for item in self._items:
            self._item(item)
        for item in self._items:
            if isinstance(item, n.Selection):
                self._selection(item)
        return self._symbols

    # --- helpers -----------------------------------------------------------------------------

    def _declare(self, name: n.Name, space: str) -> bool:
        if name.text in KEYWORDS:
            message = f"`{name.text}` is a word of the language"
            self._report.error("E0208", message, name.span, help="choose another name")
        twice = f"`{name.text}` is declared twice"
        return self._is_first(f"{space}/{name.text}", name.span, twice, "remove one, or rename it")

    def _is_first(self, key: str, span: Span, twice: str, cure: str) -> bool:
        first = self._first.setdefault(key, span)
        if first is span:
            return True
        self._report.error(
            "E0203", twice, span, "again here", Label(first, "first declared here"), help=cure
        )
        return False

    def _record(self, name: n.Name) -> RecordSymbol | None:
        found = self._symbols.records.get(name.text)
        if found is None:
            near = nearest(name.text, list(self._symbols.records))
            self._report.error(
                "E0206", f"there is no record `{name.text}`", name.span,
                help=f"`{near}` is near" if near else "declare it with `record`",
            )  # fmt: skip
        return found

    def type_of(self, node: n.Type) -> Type | None:
        """Return the type of a value; lists and references are not values."""
        match node:
            case n.BaseType():
                return Type(Unit(node.name))
            case n.ChoiceType():
                return self._choice_type(node.name, node.span, Unit.CHOICE)
            case n.SetType():
                return self._choice_type(node.choice.text, node.choice.span, Unit.SET)
            case n.OptionalType():
                inner = self.type_of(node.inner)
                return inner.or_missing() if inner else None
            case n.ListType() | n.RecordType():
                self._report.error("E0204", "a value cannot be a list or a record", node.span)
                return None

    def _choice_type(self, name: str, span: Span, unit: Unit) -> Type | None:
        if name in self._symbols.choices:
            return Type(unit, choice=name)
        near = nearest(name, [*self._symbols.choices, *(u.value for u in Unit)])
        self._report.error(
            "E0206", f"there is no type `{name}`", span,
            help=f"`{near}` is near" if near else f"declare it: `choice {name} = …`",
        )  # fmt: skip
        return None

    # --- header, choices ------------------------------------------------------------------------

    def _header(self, item: n.Item) -> None:
        match item:
            case n.RulesHeader():
                if self._symbols.year:
                    self._report.error(
                        "E0501", "a program has one header", item.span,
                        help="keep `rules for performance year …` in one file of the folder",
                    )  # fmt: skip
                    return
                self._symbols.year = _whole(item.year)
                self._symbols.paying = _whole(item.paying)
                if not 1000 <= self._symbols.year <= 9000:
                    self._report.error("E0501", "this is not a year", item.year.span)
                    self._symbols.year = _SOME_YEAR
            case n.TestsHeader():
                self._tested = self._tested or _whole(item.year)
            case n.Title():
                self._symbols.title = item.text
            case n.SourceOf():
                self._symbols.sources.append(item.citation)
            case _:
                pass

    def _choice(self, item: n.Choice) -> None:
        if not self._declare(item.name, "type"):
            return
        seen: dict[str, Span] = {}
        for value in item.values:
            if value.name.text in seen:
                first = Label(seen[value.name.text], "first here")
                message = f"`{value.name.text}` is in the choice twice"
                self._report.error("E0203", message, value.name.span, "again here", first)
            seen[value.name.text] = value.name.span
        values = tuple(value.name.text for value in item.values)
        labels = tuple(value.label for value in item.values)
        choice = c.Choice(item.name.text, values, labels, place(item.span))
        self._symbols.choices[item.name.text] = choice

    # --- records -------------------------------------------------------------------------------

    def _open_record(self, item: n.Record | n.Reference) -> None:
        if not self._declare(item.name, "record"):
            return
        record = RecordSymbol(item.name.text, item.name.span)
        record.is_reference = isinstance(item, n.Reference)
        record.key = tuple(name.text for name in item.key)
        self._symbols.records[record.name] = record

    def _record_body(self, item: n.Item) -> None:
        if not isinstance(item, (n.Record, n.Reference, n.Extend)):
            return
        record = self._record(item.name)
        if record is None or (not isinstance(item, n.Extend) and record.span != item.name.span):
            return
        for field in item.fields:
            self._field(record, field)
        if isinstance(item, n.Record) and item.groups is not None:
            record.groups = item.groups
        if not isinstance(item, n.Extend):
            self._check_key(record, item)

    def _check_key(self, record: RecordSymbol, item: n.Record | n.Reference) -> None:
        if isinstance(item, n.Record) and item.groups is not None:
            return
        if not item.key:
            self._report.error(
                "E0503", f"record `{record.name}` has no key", item.name.span,
                help=f"say what tells two rows apart: `record {record.name} key …`",
            )  # fmt: skip
        for name in item.key:
            field = record.fields.get(name.text)
            if field is None or field.type.optional or field.many:
                self._report.error(
                    "E0503", f"the key `{name.text}` is not a field that every row has", name.span,
                    help=f"declare it among the fields: `{name.text} text`",
                )  # fmt: skip

    def _field(self, record: RecordSymbol, node: n.Field) -> None:
        if not self._declare(node.name, f"in {record.name}"):
            return
        record.spans[node.name.text] = node.name.span
        optional = isinstance(node.type, n.OptionalType)
        inner = node.type.inner if isinstance(node.type, n.OptionalType) else node.type
        match inner:
            case n.RecordType():
                by = tuple(name.text for name in inner.by)
                reference = c.Reference(
                    node.name.text, inner.record.text, by, optional, place(node.span)
                )
                record.references[node.name.text] = reference
            case n.ListType() if inner.element.text not in {u.value for u in Unit}:
                record.relations[node.name.text] = inner
            case n.ListType():
                many = _whole(inner.at_most)
                base = n.BaseType(inner.element.text, span=inner.element.span)
                self._plain_field(record, node, base, many, optional)
            case _:
                self._plain_field(record, node, inner, 0, optional)

    def _plain_field(
        self, record: RecordSymbol, node: n.Field, inner: n.Type, many: int, optional: bool
    ) -> None:
        type_ = self.type_of(inner)
        if type_ is None:
            return
        type_ = type_.or_missing() if optional else type_
        scale = FIELD_PLACES.get(type_.unit, DEFAULT_PLACES)
        if node.places is not None and type_.unit not in FIELD_PLACES:
            scale = _whole(node.places)
        if scale > 12:
            assert node.places is not None
            self._report.error("E0404", "a field has at most 12 places", node.places.span)
            scale = 12
        low, high = self._range(node.range, type_, scale)
        record.fields[node.name.text] = c.Field(
            node.name.text, type_, scale, low, high, many, node.label, place(node.span)
        )

    def _range(self, node: n.Range | None, type_: Type, scale: int) -> tuple[int, int]:
        if type_.unit not in QUANTITIES:
            if node is not None:
                message = f"{type_.required().spoken()} has no range"
                self._report.error("E0405", message, node.span)
            return 0, 0
        low, high = (Fraction(x) for x in DEFAULT_RANGES[type_.unit])
        if node is not None:
            low, high = self.bounds(node, type_) or (low, high)
        if high < low:
            assert node is not None
            self._report.error("E0405", "the range ends before it begins", node.span)
            high = low
        return ceil(low * 10**scale), floor(high * 10**scale)

    def bounds(self, node: n.Range, type_: Type) -> tuple[Fraction, Fraction] | None:
        """Return the ends of a declared range, in the unit of ``type_``."""
        ends = [self._end(end, type_) for end in (node.low, node.high)]
        if ends[0] is None or ends[1] is None:
            return None
        return ends[0], ends[1]

    def _end(self, node: n.Expr, type_: Type) -> Fraction | None:
        sign, inner = (-1, node.operand) if isinstance(node, n.Minus) else (1, node)
        fitting: dict[Unit, tuple[type[n.Node], ...]] = {
            Unit.COUNT: (n.Number,),
            Unit.NUMBER: (n.Number,),
            Unit.PERCENT: (n.Percent,),
            Unit.POINTS: (n.Points,),
            Unit.MONEY: (n.Money,),
            Unit.DATE: (n.Date, n.RelativeDate),
        }
        if isinstance(inner, fitting.get(type_.unit, ())):
            value = literal(inner, self._symbols.year, self._report)  # type: ignore[arg-type]  # narrowed by the table above
            if isinstance(value, c.Constant) and isinstance(value.value, int):
                return Fraction(sign * value.value, 10 ** shape_of(value).scale)
            return None
        self._report.error(
            "E0405", f"an end of this range must be written in {type_.required()}", node.span
        )
        return None

    # --- relations between records -------------------------------------------------------------

    def _relation(self, item: n.Item) -> None:
        match item:
            case n.Record() | n.Reference() | n.Extend():
                for field in item.fields:
                    self._field_relation(item.name.text, field)
                if isinstance(item, n.Record) and item.groups is not None:
                    self._group(item, item.groups)
            case n.Relation():
                self._reverse(item)
            case n.Ensure():
                self._symbols.ensures.append(item)
            case _:
                pass

    def _field_relation(self, name: str, field: n.Field) -> None:
        record = self._symbols.records.get(name)
        if record is None:
            return
        reference = record.references.get(field.name.text)
        if reference is not None:
            self._check_reference(record, reference, field)
        node = record.relations.get(field.name.text)
        if isinstance(node, n.ListType):
            self._children(record, field.name, node)

    def _check_reference(
        self, record: RecordSymbol, reference: c.Reference, field: n.Field
    ) -> None:
        inner = field.type.inner if isinstance(field.type, n.OptionalType) else field.type
        assert isinstance(inner, n.RecordType)
        target = self._record(inner.record)
        for name in inner.by:
            if name.text not in record.fields and target is not None:
                self._report.error(
                    "E0504", f"`{record.name}` has no field `{name.text}`", name.span,
                    help="a reference goes by fields of its own record",
                )  # fmt: skip
        if target is not None and len(target.key) != len(reference.by):
            self._report.error(
                "E0504", f"the key of `{target.name}` is {', '.join(target.key)}", inner.span,
                help="name a field for each part of the key, in its order",
            )  # fmt: skip

    def _children(self, record: RecordSymbol, name: n.Name, node: n.ListType) -> None:
        child = self._record(node.element)
        if child is None:
            return
        absent = [key for key in record.key if key not in child.fields]
        if absent:
            self._report.error(
                "E0504", f"`{child.name}` has no field `{absent[0]}` to belong to a `{record.name}`",
                node.span, help=f"add `{absent[0]}` to its fields",
            )  # fmt: skip
            return
        if node.one_for_each is not None:
            self._record(node.one_for_each.record)
        at_most = _whole(node.at_most)
        record.lists[name.text] = ListSymbol(child.name, at_most, True, name.span)
        if record.name not in child.names():
            optional = any(child.fields[key].type.optional for key in record.key)
            child.references[record.name] = c.Reference(
                record.name, record.name, record.key, optional, place(name.span)
            )

    def _group(self, item: n.Record, groups: n.Groups) -> None:
        record = self._symbols.records[item.name.text]
        owner = self._symbols.records.get(groups.path.parts[0].text)
        listed = owner.lists.get(groups.path.parts[-1].text) if owner else None
        if owner is None or listed is None or len(groups.path.parts) != 2:
            self._report.error(
                "E0504", "what is grouped must be a list of a record", groups.path.span,
                help="write it as `record.list`, like `submission.quality_measures`",
            )  # fmt: skip
            return
        at_most = _whole(groups.at_most)
        owner.lists[f"{record.name}s"] = ListSymbol(record.name, at_most, True, item.name.span)
        owner.relations[f"{record.name}s"] = groups
        owned = groups.joined is None
        record.lists[groups.path.parts[-1].text] = evolve(listed, owned=owned)
        record.references[owner.name] = c.Reference(
            owner.name, owner.name, owner.key, False, place(item.span)
        )
        record.key = (*owner.key, groups.by.text)

    def _reverse(self, item: n.Relation) -> None:
        record, element = self._record(item.record), self._record(item.element)
        if record is None or element is None or not self._declare(item.name, f"in {record.name}"):
            return
        for name in item.by:
            for side in (record, element):
                if name.text not in side.fields:
                    self._report.error(
                        "E0504", f"`{side.name}` has no field `{name.text}`", name.span,
                        help="a relation goes by fields that both records have",
                    )  # fmt: skip
                    return
        symbol = ListSymbol(element.name, _whole(item.at_most), False, item.name.span)
        record.lists[item.name.text] = symbol
        record.relations[item.name.text] = item

    # --- items ------------------------------------------------------------------------------------

    def _item(self, item: n.Item) -> None:  # noqa: C901 - one case a kind of item
        match item:
            case n.Parameter():
                if self._declare(item.name, "global"):
                    self._symbols.parameters[item.name.text] = item
            case n.Rule():
                type_ = self.type_of(item.type)
                self._add(item.target, type_, item, c.ItemKind.RULE)
            case n.Scale():
                type_ = self.type_of(item.type)
                self._add(item.target, type_, item, c.ItemKind.SCALE)
            case n.Table():
                self._table(item)
            case n.Population():
                type_ = self.type_of(item.type)
                if self._declare(item.name, "global") and type_ is not None:
                    name = item.name.text
                    symbol = ItemSymbol("", name, type_, item, c.ItemKind.POPULATION)
                    self._symbols.population[name] = symbol
            case n.Results():
                if self._record(item.record) is not None and self._declare(item.record, "results"):
                    self._symbols.results[item.record.text] = item
            case n.Changeable():
                if self._record(item.record) is not None and self._declare(
                    item.record, "changeable"
                ):
                    self._symbols.changeable[item.record.text] = item
            case n.Require():
                self._symbols.required.append(item)
            case n.Claim():
                self._claim(item)
            case n.PinChanges() | n.PinSame():
                self._symbols.pins.append(item)
            case n.Usual() | n.Example() | n.Examples() | n.PopulationExample():
                self._symbols.tests.append(item)
            case _:
                pass

    def _claim(self, item: n.Claim) -> None:
        """Keep a claim; its text is its name."""
        twice, cure = f"two claims say “{item.text}”", "remove one, or say what tells them apart"
        if self._is_first(f"claim/{item.text}", item.span, twice, cure):
            self._symbols.claims.append(item)

    def _owner(self, target: n.Target) -> RecordSymbol | None:
        if target.record is not None:
            return self._record(target.record)
        if not self._symbols.records:
            self._report.error(
                "E0206", "there is no record that this could belong to", target.span,
                help="declare one with `record`",
            )  # fmt: skip
            return None
        return next(iter(self._symbols.records.values()))

    def _add(
        self, target: n.Target, type_: Type | None, node: n.Rule | n.Scale, kind: c.ItemKind
    ) -> None:
        record = self._owner(target)
        if record is None or not self._declare(target.name, f"in {record.name}"):
            return
        if type_ is not None:
            name = target.name.text
            record.items[name] = ItemSymbol(record.name, name, type_, node, kind)
            record.spans[name] = target.name.span

    def _table(self, node: n.Table) -> None:
        record = self._owner(node.target)
        if record is None:
            return
        row_name = f"{node.target.name.text} row"
        count = Type(Unit.COUNT)
        row = ItemSymbol(record.name, row_name, count, node, c.ItemKind.ROW)
        if not self._declare(n.Name(row_name, span=node.target.span), f"in {record.name}"):
            return
        record.items[row_name] = row
        declared = self.type_of(node.type) if node.type is not None else None
        for index, cell in enumerate(node.header.conclusions):
            name = header_name(cell)
            if name is None:
                self._report.error(
                    "E0309", "a conclusion of a table is headed by the name it concludes", cell.span
                )
                continue
            type_ = declared or self._column_type(node, index)
            if type_ is None:
                self._report.error(
                    "E0309", f"the type of `{name.text}` does not follow from its cells", name.span,
                    help="write it after the table's name: `table weights: percent`",
                )  # fmt: skip
                continue
            if self._declare(name, f"in {record.name}"):
                kind = c.ItemKind.COLUMN
                symbol = ItemSymbol(record.name, name.text, type_, node, kind, index)
                record.items[name.text] = symbol
                record.spans[name.text] = name.span

    def _column_type(self, node: n.Table, index: int) -> Type | None:
        names: set[str] = set()
        found: Type | None = None
        optional = False
        for row in node.rows:
            if index >= len(row.conclusions) or len(row.conclusions[index].parts) != 1:
                continue
            part = row.conclusions[index].parts[0]
            if not isinstance(part, n.CellValue):
                continue
            value = part.value.operand if isinstance(part.value, n.Minus) else part.value
            optional = optional or isinstance(value, n.Missing)
            found = found or _literal_type(value)
            if isinstance(value, n.Path):
                names.add(value.text)
        if found is None and names:
            fitting = [x for x in self._symbols.choices.values() if names <= set(x.values)]
            if len(fitting) == 1:
                found = Type(Unit.CHOICE, choice=fitting[0].name)
        return found.or_missing() if found and optional else found

    # --- selections -----------------------------------------------------------------------------

    def _selection(self, item: n.Selection) -> None:
        owner, listed = self._selected_list(item)
        if owner is None or listed is None:
            return
        if not self._declare(item.name, f"in {owner.name}"):
            return
        type_ = Type(Unit.SET, choice=listed.record)
        owner.items[item.name.text] = ItemSymbol(
            owner.name, item.name.text, type_, item, c.ItemKind.SELECTION,
            list_of=listed.record, at_most=listed.at_most,
        )  # fmt: skip
        owner.spans[item.name.text] = item.name.span
        child = self._symbols.records[listed.record]
        if listed.owned and item.name.text not in child.names() and owner.groups is None:
            child.memberships[item.name.text] = (owner.name, item.name.text)

    def _selected_list(self, item: n.Selection) -> tuple[RecordSymbol | None, ListSymbol | None]:
        parts = [part.text for part in item.rows.parts]
        if len(parts) == 2 and parts[0] in self._symbols.records:
            record = self._symbols.records[parts[0]]
            return record, self._list_of(record, parts[1], item.rows.span)
        owners = [r for r in self._symbols.records.values() if self._has_list(r, parts[0])]
        if len(parts) == 1 and len(owners) == 1:
            return owners[0], self._list_of(owners[0], parts[0], item.rows.span)
        self._report.error(
            "E0504", f"`{item.rows.text}` is not one list", item.rows.span,
            help="name the record and its list: `submission.quality_measures`",
        )  # fmt: skip
        return None, None

    def _has_list(self, record: RecordSymbol, name: str) -> bool:
        item = record.items.get(name)
        return name in record.lists or (item is not None and bool(item.list_of))

    def _list_of(self, record: RecordSymbol, name: str, span: Span) -> ListSymbol | None:
        item = record.items.get(name)
        if item is not None and item.list_of:
            return ListSymbol(item.list_of, item.at_most, False, span)
        if name not in record.lists:
            near = nearest(name, list(record.lists))
            self._report.error(
                "E0504", f"`{record.name}` has no list `{name}`", span,
                help=f"`{near}` is near" if near else "",
            )  # fmt: skip
            return None
        return record.lists[name]


def header_name(cell: n.Cell) -> n.Name | None:
    """Return the single name that heads a column, if that is what stands there."""
    part = cell.parts[0] if len(cell.parts) == 1 else None
    if isinstance(part, n.CellValue) and isinstance(part.value, n.Path):
        return part.value.parts[-1] if len(part.value.parts) == 1 else None
    return None


def _literal_type(node: n.Expr) -> Type | None:
    match node:
        case n.Number():
            return Type(Unit.NUMBER if "." in node.text else Unit.COUNT)
        case n.Percent():
            return Type(Unit.PERCENT)
        case n.Points():
            return Type(Unit.POINTS)
        case n.Money():
            return Type(Unit.MONEY)
        case n.YesNo():
            return Type(Unit.YESNO)
        case _:
            return None


def _whole(node: n.Number) -> int:
    digits = node.text.replace(",", "").partition(".")[0]
    return min(int(digits), 10**9)
