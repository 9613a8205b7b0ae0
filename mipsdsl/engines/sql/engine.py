"""The engine: each step of a plan as statements, each of which makes a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field
from sqlglot import exp

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.core.walk import below
from mipsdsl.engines.plan import Plan, Population, Populations, population_value
from mipsdsl.engines.schema import group_list, select_of, stored_scale
from mipsdsl.engines.sql import trees as t
from mipsdsl.engines.sql.catalog import CREATED, PARENT, POSITION, ROW, Catalog, Index, lacking
from mipsdsl.engines.sql.database import Database
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.frame import Frame, Minting
from mipsdsl.engines.sql.linking import Linked, first_rows
from mipsdsl.engines.sql.nation import finished
from mipsdsl.engines.sql.selections import selected
from mipsdsl.engines.sql.translate import Translator
from mipsdsl.engines.sql.values import Absent, Decimal, Held, Numbers, Plain, literal
from mipsdsl.engines.store import Stored, grouping_of


@define
class SqlEngine:
    """Runs plans in a database; the same bits as the interpreter, in tables."""

    program: c.Program
    database: Database
    linked: Linked
    populations: Populations
    _minting: Minting = field(factory=Minting, init=False)
    _made: int = field(default=0, init=False)

    @property
    def catalog(self) -> Catalog:
        """Return where the values are."""
        return self.linked.catalog

    def run(self, plan: Plan) -> None:
        """Compute what ``plan`` says; the values are then in the tables of the catalog.

        Raises:
            Unsupported: an item needs what SQL cannot do exactly.

        """
        self.catalog.make_index = self._index
        self._set_populations()
        for step in plan.steps:
            if not step.items:
                self._make_groups(step.record)
            elif step.record:
                self._rows(step.record, step.items, plan)
            else:
                self._nation(step.items)

    def _table(self, hint: str) -> str:
        self._made += 1
        return f"step_{self._made}__{hint}"

    def _index(self, record: str) -> Index:
        """Make the rows of ``record`` by key."""
        key = self.catalog.schema.records[record].key
        made = Index(f"key__{record}", key)
        self.database.create(made.table, first_rows(self.catalog.rows[record], key))
        return made

    def translator(self, record: str) -> Translator:
        """Return what writes expressions for the rows of ``record``, none for the population."""
        numbers = Numbers(self.database.dialect)
        if not record:
            one = t.select([t.named(t.number(1), "one")], t.subquery(_one(), "one"))
            return Translator(self.catalog, numbers, Frame(one, self._minting), "", {})
        table = self.catalog.rows[record]
        frame = Frame(t.table(table), self._minting)
        return Translator(self.catalog, numbers, frame, record, {c.Here(): ROW}, core_table=table)

    # --- items of rows ---

    def _rows(self, record: str, names: Sequence[str], plan: Plan) -> None:
        """Compute items: in one query as far as none reads another of them but in its own row."""
        batch = _Batch(self.translator(record))
        for name in names:
            expr = self.catalog.schema.items[record, name].expr
            if batch.values and any(
                each in batch.values for each in _elsewhere(expr, record, self)
            ):
                self._finish(record, batch)
                batch = _Batch(self.translator(record))
            with _naming(record, name):
                if isinstance(expr, c.Select):
                    self._select(record, name)
                else:
                    self._item(batch, record, name, partial=(record, name) in plan.partial)
        self._finish(record, batch)

    def _item(self, batch: _Batch, record: str, name: str, *, partial: bool) -> None:
        item, reader = self.catalog.schema.items[record, name], batch.translator
        value = self._stored(reader, item)
        if partial:
            without = reader.own(lacking(name), stored=(record, name))
            value = t.case([(without, value)], reader.own(name))
        batch.values[name] = reader.locals[name] = reader.frame.bind(value, name)

    def _stored(self, reader: Translator, item: c.Item) -> t.Sql:
        """Return the value of an item as it is stored."""
        held = reader.stored(item.expr, stored_scale(item))
        type_ = self.database.dialect.type_of(item.type)
        match held:
            case Plain(sql):
                return sql
            case Decimal(whole):
                return reader.numbers.typed(reader.numbers.narrowed(whole))
            case Absent():
                return t.cast(exp.Null(), type_)
            case _:
                raise TypeError("a quotient was not landed")

    def _finish(self, record: str, batch: _Batch) -> None:
        if not batch.values:
            return
        reader = batch.translator
        columns = [t.named(reader.row_of(c.Here()), ROW)]
        columns += [t.named(value.copy(), name) for name, value in batch.values.items()]
        table = self._table(record)
        self.database.create(table, reader.frame.selected(columns))
        for name in batch.values:
            self.catalog.columns[record, name] = table

    def _select(self, record: str, name: str) -> None:
        select = select_of(self.catalog.schema.items[record, name].expr)
        table = self._table(f"{record}__{name}")
        self.database.create(table, selected(self.translator(record), select))
        self.catalog.lists[record, name] = table

    # --- the population ---

    def _set_populations(self) -> None:
        """Make the table of the population items that are set or published.

        What is neither, and not computed, is missing: a plan sees that no row comes to need it.
        """
        values = {}
        for item in self.program.items:
            if not item.record:
                said = population_value(item, self.populations)
                if not isinstance(said, Population):
                    values[item.name] = self._constant(item, said)
        self._put_populations(
            t.select(
                [t.named(t.number(1), "_one"), *(t.named(v, k) for k, v in values.items())],
                t.subquery(_one(), "one"),
            )
        )

    def _constant(self, item: c.Item, value: Stored) -> t.Sql:
        numbers = Numbers(self.database.dialect)
        if isinstance(value, bool):
            return t.boolean(value)
        if isinstance(value, int):
            return numbers.typed(numbers.widened(literal(value)))
        if isinstance(value, str):
            return self.database.dialect.text(value)
        return self._nothing(item)

    def _nothing(self, item: c.Item) -> t.Sql:
        dialect = self.database.dialect
        is_quantity = item.type.unit in QUANTITIES
        return t.cast(exp.Null(), dialect.wide() if is_quantity else dialect.type_of(item.type))

    def _put_populations(self, query: exp.Query) -> None:
        self.catalog.populations = self._table("population")
        self.database.create(self.catalog.populations, query)

    def _nation(self, names: Sequence[str]) -> None:
        """Compute items of the population."""
        batch = _Batch(self.translator(""))
        for name in names:
            item = self.catalog.schema.items["", name]
            if batch.values and any(
                each in batch.values for each in _elsewhere(item.expr, "", self)
            ):
                self._finish_nation(batch)
                batch = _Batch(self.translator(""))
            reader = batch.translator
            try:
                held = reader.stored(item.expr, stored_scale(item))
            except Unsupported as why:
                self._finish_nation(batch)
                self._finish_here(item, why)
                batch = _Batch(self.translator(""))
                continue
            value = self._national(reader, item, held)
            batch.values[name] = reader.locals[name] = reader.frame.bind(value, name)
        self._finish_nation(batch)

    def _finish_here(self, item: c.Item, why: Unsupported) -> None:
        """Compute a population item of which SQL can say the sums, but not what is made of them."""
        with _naming("", item.name):
            if not self.database.has_rows:
                raise why
            reader = self.translator("")
            value = finished(item, reader, self.database, self.population)
        column = t.named(self._constant(item, value), item.name)
        self._add_to_nation(t.select([column], t.subquery(_one(), "one")))

    def population(self, name: str) -> Stored:
        """Return a population item that is known by now."""
        return stored_column(self, "", name)[0]

    def _national(self, reader: Translator, item: c.Item, held: Held) -> t.Sql:
        match held:
            case Plain(sql):
                return sql
            case Decimal(whole):
                return reader.numbers.typed(reader.numbers.widened(whole))
            case _:
                return self._nothing(item)

    def _finish_nation(self, batch: _Batch) -> None:
        if batch.values:
            columns = [t.named(value.copy(), name) for name, value in batch.values.items()]
            self._add_to_nation(batch.translator.frame.selected(columns))

    def _add_to_nation(self, now: exp.Query) -> None:
        """Put the one row of ``now`` beside the items that are known."""
        everything: list[t.Sql] = [exp.Column(this=exp.Star(), table=t.name(x)) for x in "pq"]
        before = t.table(self.catalog.populations, "p")
        self._put_populations(t.select(everything, before, [t.join(t.subquery(now, "q"), None)]))

    # --- groups ---

    def _make_groups(self, record: str) -> None:
        """Make the rows of a grouped record; see ``Store.make_groups``."""
        declared = self.catalog.schema.records[record]
        grouping = grouping_of(declared)
        child = self.catalog.schema.lists[grouping.parent, grouping.list_name]
        reader = self.translator(child)
        joined = t.boolean(False) if grouping.joined is None else reader.condition(grouping.joined)
        labels = self._table(f"{record}__labels")
        self.database.create(
            labels,
            reader.frame.selected([
                t.named(reader.row_of(c.Here()), ROW),
                t.named(reader.frame.bind(reader.own(grouping.by)), "_label"),
                t.named(reader.frame.bind(t.holds(joined)), "_joined"),
            ]),
        )  # fmt: skip
        rows = self._group_rows(declared, labels)
        self._group_lists(declared, labels, rows)
        self.catalog.rows[record] = rows
        self.catalog.indexes.pop(record, None)

    def _group_rows(self, declared: c.Record, labels: str) -> str:
        grouping, schema = grouping_of(declared), self.catalog.schema
        listed = self.catalog.lists[grouping.parent, grouping.list_name]
        own = t.every([t.negated(t.column("_joined", "q")), t.is_given(t.column("_label", "q"))])
        keys = [t.column(PARENT, "p"), t.column("_label", "q")]
        firsts = t.select(
            [*(key.copy() for key in keys), t.named(exp.Min(this=t.column(ROW, "p")), "_first")],
            t.table(listed, "p"),
            [t.join(t.table(labels, "q"), _same_row("p", "q"), "INNER")],
            own,
            keys,
        )
        place = t.numbered([], [t.column(PARENT), t.column("_first")])
        number = t.cast(exp.Paren(this=t.binary(exp.Sub, place, t.number(1))), _whole())
        numbered = t.select(
            [t.named(number, ROW), t.column(PARENT), t.column("_label")], t.subquery(firsts, "p")
        )
        reader = self.translator(grouping.parent)
        above = schema.layouts[grouping.parent].slots
        copied = [name for name in declared.key if name in above and name != grouping.by]
        there = [name for name in copied if (grouping.parent, name) in self.catalog.columns]
        parents = reader.frame.selected(
            [t.named(reader.row_of(c.Here()), "_parent"),
             *(t.named(reader.own(name), name) for name in there)]
        )  # fmt: skip
        columns: list[t.Sql] = [t.column(ROW, "p"), t.named(t.column(PARENT, "p"), grouping.parent),
                                t.named(t.column("_label", "p"), grouping.by)]  # fmt: skip
        columns += [t.column(name, "q") for name in there]
        known = {grouping.by, grouping.parent, *there}
        for each in declared.fields:
            if each.name not in known:
                type_ = self.database.dialect.type_of(each.type, many=each.many > 0)
                columns.append(t.named(t.cast(exp.Null(), type_), each.name))
        nowhere = [x.name for x in declared.references if x.name not in known]
        columns += [t.named(t.cast(exp.Null(), _whole()), name) for name in nowhere]
        columns.append(t.named(t.boolean(False), CREATED))
        on = t.equal(t.column("_parent", "q"), t.column(PARENT, "p"))
        table = self._table(declared.name)
        joins = [t.join(t.subquery(parents, "q"), on, "INNER")]
        self.database.create(table, t.select(columns, t.subquery(numbered, "p"), joins))
        for name in (*known, *(each.name for each in declared.fields), *nowhere):
            self.catalog.columns[declared.name, name] = table
        return table

    def _group_lists(self, declared: c.Record, labels: str, rows: str) -> None:
        """Make the list of groups of each parent, and the members of each group."""
        grouping = grouping_of(declared)
        groups = f"{rows}__of_parent"
        parent = t.named(t.column(grouping.parent), PARENT)
        self.database.create(groups, t.select([parent, t.column(ROW)], t.table(rows)))
        self.catalog.lists[grouping.parent, group_list(declared)] = groups
        listed = self.catalog.lists[grouping.parent, grouping.list_name]
        of_parent = t.equal(t.column(grouping.parent, "g"), t.column(PARENT, "p"))
        same = t.equal(t.column(grouping.by, "g"), t.column("_label", "q"))
        belongs = t.some([t.holds(t.column("_joined", "q")), same])
        members = t.select(
            [t.named(t.column(ROW, "g"), PARENT), t.column(ROW, "p")],
            t.table(listed, "p"),
            [t.join(t.table(labels, "q"), _same_row("p", "q"), "INNER"),
             t.join(t.table(rows, "g"), of_parent, "INNER")],
            belongs,
        )  # fmt: skip
        table = f"{rows}__members"
        self.database.create(table, members)
        self.catalog.lists[declared.name, grouping.list_name] = table
        for relation in declared.relations:
            if (declared.name, relation.name) not in self.catalog.lists:
                # Groups are made after rows were linked: no other list of theirs has rows.
                empty = f"{rows}__{relation.name}"
                nothing = t.select(
                    [t.column(PARENT), t.column(ROW)], t.table(groups), (), t.boolean(False)
                )
                self.database.create(empty, nothing)
                self.catalog.lists[declared.name, relation.name] = empty


@define
class _Batch:
    """The items of one query, by name."""

    translator: Translator
    values: dict[str, t.Sql] = field(factory=dict)


class _naming:  # noqa: N801 - a block, as `with suppress` is
    """Says which item cannot be done."""

    def __init__(self, record: str, name: str) -> None:
        self._name = ".".join(part for part in (record, name) if part)

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Name the item."""
        if isinstance(error, Unsupported):
            raise Unsupported(f"`{self._name}` cannot be computed in SQL: {error}") from error


def _elsewhere(expr: c.Expr, record: str, engine: SqlEngine) -> Iterator[str]:
    """Yield the items of ``record`` that ``expr`` reads where its own row is not at hand.

    That is in another row, or within a list: such a query looks at tables only.
    """
    yield from _Elsewhere(engine, record).part(expr, (), inside=False)


@define
class _Elsewhere:
    engine: SqlEngine
    record: str

    def part(self, part: object, elements: tuple[str, ...], *, inside: bool) -> Iterator[str]:
        schema = self.engine.catalog.schema
        if isinstance(part, c.Read):
            owner = schema.of_row(part.row, self.record, elements)
            if owner == self.record and (inside or not isinstance(part.row, c.Here)):
                yield part.name
        if isinstance(part, c.ReadPopulation) and inside and not self.record:
            yield part.name
        if isinstance(part, c.Fold):
            element = schema.of_rows(part.rows, self.record, elements)
            within = (*elements[: part.level], element)
            yield from self.part(part.rows, elements, inside=True)
            yield from self.part((part.where, part.body), within, inside=True)
        elif isinstance(part, c.Select):
            element = schema.of_rows(part.rows, self.record, elements)
            yield from self.part(part.rows, elements, inside=True)
            yield from self.part(part.places, (element,), inside=True)
        else:
            for each in below(part):
                yield from self.part(each, elements, inside=inside)


def _one() -> exp.Select:
    return exp.Select(expressions=[t.named(t.number(1), "one")])


def _whole() -> exp.DataType:
    return exp.DataType.build("BIGINT")


def _same_row(one: str, other: str) -> t.Sql:
    return t.equal(t.column(ROW, one), t.column(ROW, other))


# --- results -------------------------------------------------------------------------------------


def stored_column(engine: SqlEngine, record: str, name: str) -> list[Stored]:
    """Return what all rows of ``record`` have under ``name``, in order; chosen rows by number."""
    catalog, database = engine.catalog, engine.database
    if (record, name) in catalog.lists:
        return _chosen(engine, record, name)
    if not record:
        values = database.rows(t.select([t.column(name)], t.table(catalog.populations)))
        return [_plain(value) for (value,) in values]
    table = catalog.columns[record, name]
    query = t.select([t.column(ROW), t.column(name)], t.table(table))
    return [_plain(value) for _, value in sorted(database.rows(query), key=lambda row: int(row[0]))]


def _chosen(engine: SqlEngine, record: str, name: str) -> list[Stored]:
    catalog, database = engine.catalog, engine.database
    rows = database.rows(t.select([t.column(ROW)], t.table(catalog.rows[record])))
    chosen: Mapping[int, list[tuple[int, int]]] = {int(row): [] for (row,) in rows}
    columns = [t.column(PARENT), t.column(POSITION), t.column(ROW)]
    for parent, position, row in database.rows(
        t.select(columns, t.table(catalog.lists[record, name]))
    ):
        chosen[int(parent)].append((int(position), int(row)))
    return [tuple(row for _, row in sorted(chosen[parent])) for parent in sorted(chosen)]


def _plain(value: object) -> Stored:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, list | tuple):
        return tuple(value)
    return int(value)  # type: ignore[call-overload,no-any-return]  # wide numbers come as decimals
