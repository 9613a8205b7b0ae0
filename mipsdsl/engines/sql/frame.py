"""A query in layers: each adds columns that read those below it, and joins by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import define, field
from sqlglot import exp

from mipsdsl.engines.sql import trees as t


@define
class _Joined:
    """A join of a layer: its alias, and the columns taken from it under their new names."""

    alias: str
    source: Callable[[], t.Sql]
    on: t.Sql | None
    taken: dict[str, str] = field(factory=dict)


@define
class _Layer:
    joins: list[_Joined] = field(factory=list)
    columns: dict[str, t.Sql] = field(factory=dict)


@define
class Minting:
    """Names that are not in use; none can be a name of a policy."""

    count: int = 0

    def name(self, hint: str = "") -> str:
        """Return a new name, which says ``hint`` to a reader."""
        self.count += 1
        return f"_{hint}_{self.count}" if hint else f"_{self.count}"


@define
class Frame:
    """A query that grows: the rows of ``core`` with more and more columns.

    ``core`` is a table or query; ``given`` are its columns that are wanted, by their names here.
    """

    core: t.Sql
    minting: Minting
    given: dict[str, str] = field(factory=dict)
    _layers: list[_Layer] = field(factory=list)
    _levels: dict[str, int] = field(factory=dict)
    _bound: dict[str, str] = field(factory=dict)
    _joins: dict[tuple[str, str], tuple[int, _Joined]] = field(factory=dict)

    def core_column(self, of_core: str, hint: str = "") -> exp.Column:
        """Return the column of the core named ``of_core``."""
        for known, named in self.given.items():
            if named == of_core:
                return t.column(known)
        mine = self.minting.name(hint or of_core)
        self.given[mine] = of_core
        self._levels[mine] = 0
        return t.column(mine)

    def joined_table(self, table: str, on: Mapping[str, t.Sql], wanted: str) -> exp.Column:
        """Return the column ``wanted`` of the row of ``table`` whose columns equal ``on``."""
        return self.joined(lambda: t.table(table), table, on, wanted)

    def level(self, value: t.Sql) -> int:
        """Return the layer above which ``value`` can be computed."""
        names = [each.name for each in value.find_all(exp.Column)]
        return max((self._levels[name] for name in names), default=0)

    def bind(self, value: t.Sql, hint: str = "") -> t.Sql:
        """Return ``value`` under a name, computed once; literals and columns as they are."""
        if isinstance(value, exp.Column | exp.Literal | exp.Boolean | exp.Null):
            return value.copy()
        said = value.sql()
        if said not in self._bound:
            level = self.level(value) + 1
            mine = self.minting.name(hint)
            self._layer(level).columns[mine] = value
            self._levels[mine] = level
            self._bound[said] = mine
        return t.column(self._bound[said])

    def joined(
        self,
        source: Callable[[], t.Sql],
        said: str,
        on: Mapping[str, t.Sql],
        wanted: str,
        hint: str = "",
    ) -> exp.Column:
        """Return the column ``wanted`` of the row of ``source`` whose columns equal ``on``.

        There is at most one such row. ``said`` tells sources apart; a source is asked for when the
        query is written. Without ``on`` there is one row.
        """
        values = {name: self.bind(value) for name, value in on.items()}
        told = ", ".join(f"{name}={value.sql()}" for name, value in values.items())
        known = self._joins.get((said, told))
        if known is None:
            level = max((self.level(value) for value in values.values()), default=0) + 1
            alias = self.minting.name("t")
            pairs = [t.equal(t.column(name, alias), value) for name, value in values.items()]
            known = level, _Joined(alias, source, t.every(pairs) if pairs else None)
            self._joins[said, told] = known
            self._layer(level).joins.append(known[1])
        level, join = known
        if wanted not in join.taken:
            join.taken[wanted] = self.minting.name(hint or wanted)
            self._levels[join.taken[wanted]] = level
        return t.column(join.taken[wanted])

    def _layer(self, level: int) -> _Layer:
        while len(self._layers) < level:
            self._layers.append(_Layer())
        return self._layers[level - 1]

    # --- the query ---

    def rows(self) -> t.Sql:
        """Return the query so far as a table."""
        own = [t.named(t.column(theirs, "p"), mine) for mine, theirs in self.given.items()]
        query = t.select(own or [t.named(t.number(1), "_one")], _aliased(self.core.copy(), "p"))
        for layer in self._layers:
            query = self._rendered(layer, query)
        return t.subquery(query, "p")

    def _rendered(self, layer: _Layer, below: exp.Select) -> exp.Select:
        columns: list[t.Sql] = [exp.Column(this=exp.Star(), table=t.name("p"))]
        joins = []
        for each in layer.joins:
            columns += [t.named(t.column(a, each.alias), b) for a, b in each.taken.items()]
            joins.append(t.join(_aliased(each.source(), each.alias), each.on))
        columns += [t.named(value, mine) for mine, value in layer.columns.items()]
        return t.select(columns, t.subquery(below, "p"), joins)

    def selected(
        self, columns: Sequence[t.Sql], where: t.Sql | None = None, group: Sequence[t.Sql] = ()
    ) -> exp.Select:
        """Return the query of ``columns``, which read those of this frame."""
        return t.select(columns, self.rows(), (), where, group)


def _aliased(source: t.Sql, alias: str) -> t.Sql:
    if isinstance(source, exp.Table):
        return t.table(source.name, alias)
    if isinstance(source, exp.Query):
        return t.subquery(source, alias)
    raise TypeError(f"no table: {type(source).__name__}")
