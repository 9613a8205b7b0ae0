"""From one typed table a record to linked tables: keys, references, lists, rows that are ensured.

The meaning is ``engines.rows.link``; this is the same in SQL. A typed table has the column ``row``
(BIGINT from 0, in the order of the data) and columns of fields and given items: quantities and dates
as whole numbers in steps of their scale, choices and texts as texts, yes/nos, lists of quantities;
missing (and: not given) is NULL. A linked table has besides, for all fields, each reference as the
``row`` it leads to, ``_created`` for rows that no file had, and ``_lacking_…`` for given items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import define, field, frozen
from sqlglot import exp

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.engines.plan import ensurable
from mipsdsl.engines.schema import Schema, Target, schema_of
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import CREATED, PARENT, ROW, Catalog, Index, lacking
from mipsdsl.engines.sql.database import Database
from mipsdsl.engines.sql.frame import Frame, Minting
from mipsdsl.engines.sql.translate import Translator
from mipsdsl.engines.sql.values import Numbers


@frozen
class Linked:
    """The linked tables of a run.

    ``catalog`` says where what is; ``given`` has the items that came as a column.
    """

    catalog: Catalog
    given: frozenset[Target]


def link_tables(program: c.Program, database: Database, tables: Mapping[str, str]) -> Linked:
    """Return the linked tables of ``tables`` (by record), made in ``database``.

    A record without a table has no rows but those that are ensured.
    """
    schema = schema_of(program)
    columns = {record: database.columns(table) for record, table in tables.items()}
    linker = _Linker(schema, database, tables, columns)
    return linker.linked()


@define
class _Linker:
    schema: Schema
    database: Database
    sources: Mapping[str, str]
    columns: Mapping[str, Collection[str]]
    catalog: Catalog = field(init=False)
    _versions: dict[str, int] = field(factory=dict)
    _minting: Minting = field(factory=Minting)

    def __attrs_post_init__(self) -> None:
        self.catalog = Catalog(self.schema, self._index)

    def linked(self) -> Linked:
        """Return the linked tables, having made them in the order of ``rows.link``."""
        records = [each for each in self.schema.records.values() if each.grouping is None]
        for record in records:
            self._put(record.name, self._loaded(record))
        available = {
            record: [n for n in names if n != ROW] for record, names in self.columns.items()
        }
        for ensure in ensurable(self.schema, available):
            self._ensure(ensure)
        self._add_children()
        for record in records:
            self._refer(record)
        for record in records:
            for relation in record.relations:
                if self.schema.records[relation.record].grouping is None:
                    self._list(record, relation)
        given = frozenset((record.name, name) for record in records for name in self._given(record))
        return Linked(self.catalog, given)

    # --- tables and their versions ---

    def _put(self, record: str, query: exp.Query) -> None:
        """Make ``query`` the rows of ``record`` from here on."""
        version = self._versions[record] = self._versions.get(record, 0) + 1
        table, before = f"linked__{record}__{version}", self.catalog.rows.get(record)
        self.database.create(table, query)
        if before is not None:
            self.database.drop(before)
        self.catalog.rows[record] = table
        for name in self._kept(self.schema.records[record]):
            self.catalog.columns[record, name] = table
        if (index := self.catalog.indexes.pop(record, None)) is not None:
            self.database.drop(index.table)

    def _kept(self, record: c.Record) -> list[str]:
        return [*(each.name for each in record.fields), *self._given(record)]

    def _given(self, record: c.Record) -> list[str]:
        there = self.columns.get(record.name, ())
        return [name for name in there if (record.name, name) in self.schema.items]

    def _type(self, record: c.Record, name: str) -> exp.DataType:
        each = self.schema.fields.get((record.name, name))
        if each is not None:
            return self.database.dialect.type_of(each.type, many=each.many > 0)
        return self.database.dialect.type_of(self.schema.items[record.name, name].type)

    def _loaded(self, record: c.Record) -> exp.Query:
        """Return the rows that came as data, with all fields."""
        there = self.columns.get(record.name, ())
        columns: list[t.Sql] = [t.named(t.cast(self._own(there, ROW), _whole()), ROW)]
        columns += [
            t.named(t.cast(self._own(there, name), self._type(record, name)), name)
            for name in self._kept(record)
        ]
        columns.append(t.named(t.boolean(False), CREATED))
        for name in self._given(record):
            # What may be missing is given as missing; anything else is left to be computed.
            optional = self.schema.items[record.name, name].type.optional
            without = t.boolean(False) if optional else t.is_null(t.column(name))
            columns.append(t.named(without, lacking(name)))
        if record.name in self.sources:
            return t.select(columns, t.table(self.sources[record.name]))
        none = t.select([t.named(t.number(1), "one")], t.subquery(_one(), "one"))
        return t.select(columns, t.subquery(none, "none"), (), t.boolean(False))

    def _own(self, there: Collection[str], name: str) -> t.Sql:
        return t.column(name) if name in there else exp.Null()

    def _index(self, record: str) -> Index:
        """Make the rows of ``record`` by key: of one key the first; a missing part is no key."""
        key = self.schema.records[record].key
        made = Index(f"index__{record}__{self._versions[record]}", key)
        self.database.create(made.table, first_rows(self.catalog.rows[record], key))
        return made

    def _reader(self, record: str) -> Translator:
        """Return what reads the rows of ``record``."""
        table = self.catalog.rows[record]
        frame = Frame(t.table(table), self._minting)
        numbers = Numbers(self.database.dialect)
        return Translator(self.catalog, numbers, frame, record, {c.Here(): ROW}, core_table=table)

    # --- references and lists ---

    def _refer(self, record: c.Record) -> None:
        """Add to each row the rows that its references lead to."""
        references = [x for x in record.references if (record.name, x.name) in self.schema.links]
        catalogues = [x for x in references if self.schema.records[x.record].is_reference]
        others = [x for x in references if x not in catalogues]
        # Of records of any size one at a time: two tables of millions by key need twice the memory.
        steps = [[*catalogues, *others[:1]], *([each] for each in others[1:])]
        for number, step in enumerate(steps if references else (), start=1):
            is_last = number == len(steps)
            table = f"linked__{record.name}" + ("" if is_last else f"__refer{number}")
            self._join(record, step, table)
        for name in [*self._kept(record), *(each.name for each in references)]:
            self.catalog.columns[record.name, name] = self.catalog.rows[record.name]

    def _join(self, record: c.Record, references: Sequence[c.Reference], table: str) -> None:
        """Make ``table`` of the rows of ``record`` and of those that ``references`` lead to."""
        rows = "p"
        columns: list[t.Sql] = [exp.Column(this=exp.Star(), table=t.name(rows))]
        joins = []
        for number, each in enumerate(references):
            index, alias = self.catalog.index(each.record), f"r{number}"
            pairs = zip(index.columns, each.by, strict=True)
            on = t.every([t.equal(t.column(a, alias), t.column(b, rows)) for a, b in pairs])
            joins.append(t.join(t.table(index.table, alias), on))
            columns.append(t.named(t.column(ROW, alias), each.name))
        before = self.catalog.rows[record.name]
        self.database.create(table, t.select(columns, t.table(before, rows), joins))
        self.database.drop(before)
        self.catalog.rows[record.name] = table

    def _list(self, record: c.Record, relation: c.Relation) -> None:
        """Make the table of a list: the row that has it, and a row in it."""
        table = f"list__{record.name}__{relation.name}"
        pairs = zip(relation.ours, relation.theirs, strict=True)
        on = t.every([t.equal(t.column(a, "p"), t.column(b, "q")) for a, b in pairs])
        other = t.table(self.catalog.rows[relation.record], "q")
        columns = [t.named(t.column(ROW, "p"), PARENT), t.named(t.column(ROW, "q"), ROW)]
        query = t.select(columns, t.table(self.catalog.rows[record.name], "p"), [
            t.join(other, on, "INNER")])  # fmt: skip
        self.database.create(table, query)
        self.catalog.lists[record.name, relation.name] = table

    # --- rows that no file has ---

    def _append(
        self, record: str, values: Mapping[str, t.Sql], made: str, order: Sequence[str]
    ) -> None:
        """Add a row of ``record`` for each row of the table ``made``, in ``order``.

        ``values`` are columns of ``made``.
        """
        declared, table = self.schema.records[record], self.catalog.rows[record]
        count = t.select([exp.Count(this=exp.Star())], t.table(table))
        place = t.numbered([], [t.column(name) for name in order])
        number = t.binary(exp.Sub, t.binary(exp.Add, exp.Paren(this=count), place), t.number(1))
        columns: list[t.Sql] = [t.named(t.cast(exp.Paren(this=number), _whole()), ROW)]
        for name in self._kept(declared):
            value = values.get(name) or t.cast(exp.Null(), self._type(declared, name))
            columns.append(t.named(value, name))
        columns.append(t.named(t.boolean(True), CREATED))
        columns += [t.named(t.boolean(True), lacking(name)) for name in self._given(declared)]
        names = [ROW, *self._kept(declared), CREATED, *map(lacking, self._given(declared))]
        before = t.select([t.column(name) for name in names], t.table(table))
        self._put(record, t.union([before, t.select(columns, t.table(made))]))

    def _ensure(self, ensure: c.Ensure) -> None:
        record = self.schema.records[ensure.record]
        reader = self._reader(ensure.each)
        scales = self.schema.layouts[ensure.record].scales
        names = [name for name, _ in ensure.matching]
        columns = {ROW: reader.row_of(c.Here())}
        for name, expr in (*ensure.matching, *ensure.fill):
            columns[name] = t.cast(
                reader.key_part(expr, scales.get(name, 0)), self._type(record, name)
            )
        wanted = reader.frame.bind(reader.condition(ensure.where))
        candidates = reader.frame.selected(
            [t.named(value, name) for name, value in columns.items()], wanted
        )
        there = t.every([t.is_given(t.column(name, "p")) for name in names])
        pairs = [t.equal(t.column(name, "q"), t.column(name, "p")) for name in names]
        # What is not there yet, then of equals the first: the second is of few rows.
        absent, made = f"absent__{ensure.record}", f"ensured__{ensure.record}"
        known = t.join(t.table(self.catalog.rows[ensure.record], "q"), t.every(pairs), "ANTI")
        kept = [t.column(name, "p") for name in columns]
        self.database.create(absent, t.select(kept, t.subquery(candidates, "p"), [known], there))
        first = t.named(t.numbered([t.column(x) for x in names], [t.column(ROW)]), "_first")
        firsts = t.select([exp.Star(), first], t.table(absent))
        is_first = t.equal(t.column("_first", "p"), t.number(1))
        self.database.create(made, t.select(kept, t.subquery(firsts, "p"), (), is_first))
        self.database.drop(absent)
        values = {name: t.column(name) for name in columns if name != ROW}
        open_names = [name for name in record.key if name not in values]
        if open_names:
            made = self._minted(ensure, made, open_names)
            values |= {name: t.column(name) for name in open_names}
        self._append(ensure.record, values, made, [ROW])
        self.database.drop(made)

    # --- keys that nobody gave ---

    def _minted(self, ensure: c.Ensure, made: str, open_names: Sequence[str]) -> str:
        """Return a table of ``made`` with the key's missing texts: what was matched, in words."""
        record = self.schema.records[ensure.record]
        for name in open_names:
            if self.schema.fields[record.name, name].type.unit is not Unit.TEXT:
                raise TypeError(f"{record.name}.{name} is no text: ensure cannot mint it")
        words = [self._said(self.schema.fields[record.name, name]) for name, _ in ensure.matching]
        blank = self.database.dialect.text(" ")
        said: list[t.Sql] = []
        for word in words:
            said += [blank.copy(), word] if said else [word]
        text = t.call("CONCAT", *said) if len(said) > 1 else said[0]
        columns = [exp.Star(), *(t.named(text.copy(), name) for name in open_names)]
        minted = f"minted__{record.name}"
        self.database.create(minted, t.select(columns, t.table(made)))
        self.database.drop(made)
        return self._renumbered(record, minted, open_names)

    def _said(self, each: c.Field) -> t.Sql:
        """Return a value as a reader would write it in a key."""
        value, dialect = t.column(each.name), self.database.dialect
        if each.type.unit is Unit.YESNO:
            return t.case([(value, dialect.text("yes"))], dialect.text("no"))
        if each.type.unit is Unit.DATE:
            return dialect.day(value)
        if each.type.unit in QUANTITIES:
            return dialect.shortest(value, each.scale)
        return value

    def _renumbered(self, record: c.Record, minted: str, open_names: Sequence[str]) -> str:
        """Return ``minted`` with numbers after the texts of keys that are taken, from 2."""
        keys = [t.column(name, "p") for name in record.key]
        index = self.catalog.index(record.name)
        pairs = zip(index.columns, keys, strict=True)
        on = t.every([t.equal(t.column(name, "q"), key) for name, key in pairs])
        own = [t.column(name) for name in record.key]
        first = t.named(t.numbered(own, [t.column(ROW)]), "_first")
        firsts = t.select([exp.Star(), first], t.table(minted))
        taken = t.some([t.is_given(t.column(ROW, "q")),
                        t.binary(exp.GT, t.column("_first", "p"), t.number(1))])  # fmt: skip
        query = t.select([t.column(ROW, "p")], t.subquery(firsts, "p"),
                         [t.join(t.table(index.table, "q"), on)], taken)  # fmt: skip
        if not self.database.rows(query):
            return minted
        return self._counted(record, minted, open_names)

    def _counted(self, record: c.Record, minted: str, open_names: Sequence[str]) -> str:
        """Return ``minted`` with the numbers that make keys new, found one after the other.

        This is rare, so the keys are looked at here, not in the database.
        """
        keys = [t.column(name) for name in record.key]
        known = self.database.rows(t.select(keys, t.table(self.catalog.rows[record.name])))
        there = {tuple(key) for key in known if None not in key}
        columns = [t.column(ROW), *(t.column(name) for name in record.key)]
        found = self.database.rows(t.select(columns, t.table(minted)))
        new = sorted(found, key=lambda each: int(each[0]))
        place = record.key.index(open_names[0])
        arms = []
        for row, *key in new:
            number, said = 1, key[place]
            while tuple(key) in there:
                number += 1
                key[place] = f"{said} {number}"
            there.add(tuple(key))
            if number > 1:
                arms.append((row, number))
        texts = f"{minted}__2"
        self.database.create(texts, self._with_numbers(minted, open_names[0], arms))
        self.database.drop(minted)
        return texts

    def _with_numbers(
        self, minted: str, open_name: str, numbers: Iterable[tuple[int, int]]
    ) -> exp.Query:
        dialect = self.database.dialect
        suffixes = [
            (t.equal(t.column(ROW), t.number(row)), dialect.text(f" {number}"))
            for row, number in numbers
        ]
        text = t.call("CONCAT", t.column(open_name), t.case(suffixes, dialect.text("")))
        kept = [
            t.named(text, name) if name == open_name else t.column(name)
            for name in self.database.columns(minted)
        ]
        return t.select(kept, t.table(minted))

    # --- one for each ---

    def _add_children(self) -> None:
        """Add the children that a list has ``one for each`` row of a catalogue.

        A child that was added may have such a list itself, so once for each possible generation,
        but not again where nothing has been added that it depends on.
        """
        relations = [
            (record, relation)
            for record in self.schema.records.values()
            for relation in record.relations
            if relation.one_for_each
        ]
        done: dict[tuple[str, str], tuple[int, int]] = {}
        for _ in self.schema.records:
            for record, relation in relations:
                if record.grouping is not None or record.name not in self.catalog.rows:
                    continue
                state = (self._versions[record.name], self._versions[relation.one_for_each])
                if done.get((record.name, relation.name)) == state:
                    continue
                self._one_for_each(record, relation)
                done[record.name, relation.name] = state

    def _one_for_each(self, parent: c.Record, relation: c.Relation) -> None:
        catalogue = self.schema.records[relation.one_for_each]
        reader = self._reader(catalogue.name)
        keys = [t.named(reader.own(name), f"_key_{name}") for name in catalogue.key]
        yes = None if relation.where is None else reader.condition(relation.where)
        there = [t.is_given(reader.own(name)) for name in catalogue.key]
        where = t.every(there if yes is None else [*there, yes])
        number = t.named(reader.row_of(c.Here()), "_entry")
        wanted = reader.frame.selected([number, *keys], reader.frame.bind(where))
        # Two parents of one pairing share their children: these are added once.
        ours = [
            t.named(t.column(ours), f"_our_{theirs}")
            for ours, theirs in zip(relation.ours, relation.theirs, strict=True)
        ]
        firsts = first_rows(self.catalog.rows[parent.name], list(dict.fromkeys(relation.ours)))
        parents = t.select([*ours, t.named(t.column(ROW), "_parent")], t.subquery(firsts, "p"))
        pairs = [(f"_our_{name}", name) for name in relation.theirs]
        pairs += [(f"_key_{name}", name) for name in catalogue.key]
        on = t.every([t.equal(_of(a, relation), t.column(b, "q")) for a, b in pairs])
        made = f"added__{relation.record}"
        columns = [exp.Column(this=exp.Star(), table=t.name("p")),
                   exp.Column(this=exp.Star(), table=t.name("w"))]  # fmt: skip
        child = t.table(self.catalog.rows[relation.record], "q")
        joins = [t.join(t.subquery(wanted, "w"), None), t.join(child, on)]
        new = t.is_null(t.column(ROW, "q"))
        self.database.create(made, t.select(columns, t.subquery(parents, "p"), joins, new))
        values: dict[str, t.Sql] = {name: t.column(f"_key_{name}") for name in catalogue.key}
        values |= {name: t.column(f"_our_{name}") for name in relation.theirs}
        self._append(relation.record, values, made, ["_parent", "_entry"])
        self.database.drop(made)


def _of(name: str, relation: c.Relation) -> exp.Column:
    return t.column(
        name,
        "p" if name.removeprefix("_our_") in relation.theirs and name.startswith("_our_") else "w",
    )


def _whole() -> exp.DataType:
    return exp.DataType.build("BIGINT")


def _one() -> exp.Select:
    return exp.Select(expressions=[t.named(t.number(1), "one")])


def first_rows(table: str, names: Sequence[str]) -> exp.Select:
    """Return the first row of ``table`` for each value of ``names``, where none is missing."""
    first = t.named(exp.Min(this=t.column(ROW)), ROW)
    keys = [t.column(name) for name in names]
    there = t.every([t.is_given(t.column(name)) for name in names])
    return t.select([*(t.column(name) for name in names), first], t.table(table), (), there, keys)
