"""From a program and the parameters that change to a program over cells of clinicians alike.

All that moves is parted: what other rows read is carried (``carry.py``) and stays in the run over
rows, once; what reads its own row alone, and the population, is left to the cells. A cell is one
combination of the values that the latter reads. A sum over the population is taken apart into a
factor, the same in a cell, and an amount of each row that does not move.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from attrs import define, evolve, field, frozen

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.reads import Dependency, dependencies
from mipsdsl.core.strata import schema_of as links_of
from mipsdsl.core.strata import steps
from mipsdsl.core.types import GRID, QUANTITIES, YESNO, Shape, Type
from mipsdsl.core.walk import expressions_in, replaced
from mipsdsl.engines.histogram.carry import Carrier, high, open_
from mipsdsl.engines.histogram.grades import Grade, Grades, Moving
from mipsdsl.engines.schema import Schema, Target, schema_of, stored_scale


class Irreducible(Exception):
    """Rows have to be scored again; the message says which rule is the reason."""


@frozen
class Sum:
    """A sum (or, ``counts``, a count) over the population, by cell.

    ``where``: the item that says which cells are in it (all, when empty). ``factor``: the item that
    is multiplied with ``amount`` of each row (1, when empty), each product landed on ``scale``.
    """

    name: str
    where: str
    factor: str
    amount: str
    scale: int
    counts: bool


@frozen
class Stage:
    """Items of the cells, or (record "") sums and an item of the population after them."""

    record: str
    names: tuple[str, ...]
    sums: tuple[Sum, ...] = ()


@frozen
class Reduction:
    """What is run over rows, once, and what is then evaluated over cells for any parameters.

    ``keys`` and ``amounts``: fields of a cell, and the item or field of ``rows`` that fills each.
    ``opens``: items of ``record`` that must not hold for any row.
    """

    record: str
    rows: c.Program = field(repr=False)
    cells: c.Program = field(repr=False)
    keys: Mapping[str, str]
    amounts: Mapping[str, str]
    opens: tuple[str, ...]
    stages: tuple[Stage, ...]
    fixed: tuple[str, ...]
    """Items of the population, and parameters, that cells read."""

    @property
    def national(self) -> frozenset[str]:
        """Return the items of the population that are computed from the cells."""
        return frozenset(stage.names[0] for stage in self.stages if not stage.record)


def reduce(
    program: c.Program,
    moving: Iterable[Moving],
    record: str,
    wanted: Collection[Target],
    *,
    computed: Collection[str],
    given: Collection[Target] = (),
    partial: Collection[Target] = (),
    varied: Collection[str] = (),
) -> Reduction:
    """Return how ``wanted`` (items of ``record`` and of the population) depend on ``moving``.

    ``computed``: the items of the population that are computed from the data. ``given``: the items
    that came as data; ``partial``: those among them that some rows are without.
    ``varied``: items of the population that are set to other values.

    Raises:
        Irreducible: they depend on them in a way that only scoring rows again tells.

    """
    moves = {each.name: each for each in moving}
    whole = set(given) - set(partial)
    made = _Reducer(
        program, moves, record, tuple(wanted), set(computed), whole, set(partial), set(varied)
    )
    return made.reduction()


@define(slots=False)
class _Reducer:
    program: c.Program
    moves: Mapping[str, Moving]
    record: str
    wanted: tuple[Target, ...]
    computed: set[str]
    given: set[Target]
    partial: set[Target]
    varied: set[str]
    keys: dict[str, str] = field(factory=dict)
    fields: dict[str, c.Field] = field(factory=dict)
    amounts: dict[str, str] = field(factory=dict)
    kept: list[c.Item] = field(factory=list)
    items: list[c.Item] = field(factory=list)
    stages: list[Stage] = field(factory=list)
    fixed: dict[str, None] = field(factory=dict)
    sums: list[Sum] = field(factory=list)
    at_work: str = ""
    """The parameter that what is carried follows."""

    @cached_property
    def schema(self) -> Schema:
        return schema_of(self.program)

    @cached_property
    def grades(self) -> Grades:
        """Grade every item, in the order of the program."""
        grades = Grades(self.schema, self.moves)
        for item in self.program.items:
            target = (item.record, item.name)
            if not item.record and item.name in self.varied:
                grades.of[target] = Grade.FREE
                continue
            if target in self.given or (not item.record and item.name not in self.computed):
                continue
            found = grades.grade(item.expr, item.record)
            if found is not Grade.STILL:
                grades.of[target] = found if item.record else Grade.FREE
        return grades

    @cached_property
    def written_out(self) -> tuple[c.Item, ...]:
        """All items; a sum of what a rule multiplies with an amount has the product itself.

        The value of a rule is landed as the body of a sum is.
        """
        return tuple(
            item if item.record else self._written_out(item) for item in self.program.items
        )

    def _written_out(self, item: c.Item) -> c.Item:
        def swap(part: object) -> c.Expr | None:
            match part:
                case c.Fold(c.FoldKind.SUM, 0, _, _, c.Read(c.Element(0), name)):
                    rule = self.schema.items.get((self.record, name))
                    target = (self.record, name)
                    if rule is None or target in self.partial or target not in self.grades.of:
                        return None
                    expr = rule.expr
                    inner = expr.operand if isinstance(expr, c.Land) else expr
                    if self._parted(inner) is None or _has_fold(expr):
                        return None
                    return evolve(part, body=_of_element(expr))
                case _:
                    return None

        made: c.Expr = replaced(item.expr, swap)
        return evolve(item, expr=made)

    @cached_property
    def reads(self) -> dict[Target, tuple[Dependency, ...]]:
        """What each item that moves reads of what moves."""
        links = links_of(self.program.records, self.program.items)
        return {
            (item.record, item.name): tuple(
                each
                for each in dependencies(item.expr, item.record, links)
                if (each.record, each.name) in self.grades.of and self._is_ruled(item)
            )
            for item in self.written_out
            if (item.record, item.name) in self.grades.of
        }

    def _is_ruled(self, item: c.Item) -> bool:
        """Return whether the value of ``item`` comes of its rule."""
        return bool(item.record) or item.name in self.computed

    @cached_property
    def needed(self) -> set[Target]:
        """All that moves and that ``wanted`` needs."""
        ahead = [target for target in self.wanted if target in self.reads]
        found: set[Target] = set()
        while ahead:
            if (target := ahead.pop()) not in found:
                found.add(target)
                ahead += [(each.record, each.name) for each in self.reads[target]]
        return found

    @cached_property
    def carried(self) -> frozenset[Target]:
        """What moves and reads other rows or is read by them, with all that moves behind it."""
        ahead: list[Target] = []
        for target in self.needed:
            across = [x for x in self.reads[target] if x.record and not x.same_row]
            if target[0] and (across or target[0] != self.record):
                ahead.append(target)
        found: set[Target] = set()
        while ahead:
            if (target := ahead.pop()) not in found:
                found.add(target)
                ahead += [(each.record, each.name) for each in self.reads[target]]
        return frozenset(found)

    def reduction(self) -> Reduction:
        self._check_carried()
        carrier = Carrier(self.grades, self.carried)
        rows: list[c.Item] = []
        for item in self.program.items:
            if (item.record, item.name) in self.carried:
                rows += carrier.items_for(item)
            else:
                rows.append(item)
        for item in self.written_out:
            if (item.record, item.name) in self.needed:
                self._take(item)
        for record, name in self.wanted:
            if record and (record, name) not in self.needed:
                self._key(name, name)
            elif not record:
                self.fixed[name] = None
        opens = [name for record, name in carrier.opens if record == self.record]
        rows += self.kept
        return Reduction(
            record=self.record,
            rows=evolve(
                self.program, items=tuple(rows), steps=steps(self.program.records, rows), claims=()
            ),
            cells=self._cells(),
            keys=self.keys,
            amounts=self.amounts,
            opens=tuple(open_(name) for name in opens if self._is_read(name)),
            stages=tuple(_merged(self.stages)),
            fixed=tuple(self.fixed),
        )

    def _is_read(self, name: str) -> bool:
        return name in self.keys.values()

    def _check_carried(self) -> None:
        """See that what is carried follows at most one parameter and is settled besides."""
        for target in self.partial & self.needed:
            raise Irreducible(f"`{_said(target)}` is given for some rows and moves in the others")
        at_work: set[str] = set()
        for item in self.program.items:
            target = (item.record, item.name)
            if target not in self.carried:
                continue
            if self.grades.of[target] is Grade.FREE:
                raise Irreducible(
                    f"`{_said(target)}` is calculated from what changes, and other rows read it"
                )
            parameters = {
                each.name for each in expressions_in(item.expr) if isinstance(each, c.Parameter)
            }
            at_work |= parameters & set(self.moves)
        self.at_work = next(iter(at_work), "")
        if len(at_work) > 1:
            raise Irreducible(f"scores move with {', '.join(sorted(at_work))} at once")

    # --- cells ---

    def _cells(self) -> c.Program:
        cell = c.Record(self.record, (), tuple(self.fields.values()), (), (), None, False, _PLACE)
        known = {item.name for item in self.items if not item.record}
        national = [
            _bare(item)
            for item in self.program.items
            if not item.record and item.name in self.fixed and item.name not in known
        ]
        parameters = [
            self._parameter_item(each)
            for each in self.program.parameters
            if each.name in self.moves and each.name in self.fixed
        ]
        return evolve(
            self.program, records=(cell,), items=(*parameters, *national, *self.items),
            ensures=(), steps=(), claims=(), results=(), usual=(), parameters=(),
        )  # fmt: skip

    def _parameter_item(self, parameter: c.NamedConstant) -> c.Item:
        value = parameter.value
        shape = None if not isinstance(value, c.Constant) else value.shape
        return c.Item(
            "", parameter.name, c.ItemKind.POPULATION, parameter.type, _grid(shape, parameter.type),
            c.Missing(type=parameter.type), "", (), (), None, parameter.place,
        )  # fmt: skip

    def _take(self, item: c.Item) -> None:
        """Leave ``item`` to the cells."""
        target = (item.record, item.name)
        if target in self.carried:
            if item.record == self.record:
                self._take_carried(item)
        elif item.record:
            self._add(evolve(item, kind=c.ItemKind.RULE, expr=self.own(item.expr)))
        elif self._is_ruled(item):
            before = len(self.sums)
            expr = self._national(item)
            self.items.append(evolve(item, expr=expr, published=None))
            self.stages.append(Stage("", (item.name,), tuple(self.sums[before:])))

    def _take_carried(self, item: c.Item) -> None:
        target = (item.record, item.name)
        readers = [t for t in self.needed - self.carried if self._reads_own(t, target)]
        if not readers and target not in self.wanted:
            return
        if self.grades.of[target] is not Grade.FOLLOWS:
            self._key(item.name, item.name)
            return
        low, upper = f"{item.name} low", high(item.name)
        self._key(low, item.name)
        self._key(upper, upper, like=item)
        parameter = self._read_parameter(self.at_work)
        lower, higher = (_read(name, item) for name in (low, upper))
        middle = build.arithmetic(
            c.Operator.GREATEST, lower,
            build.arithmetic(c.Operator.LEAST, parameter, higher, item.type), item.type,
        )  # fmt: skip
        there = c.Arm(c.IsGiven(lower, type=YESNO), middle)
        expr = build.cases(c.CasesKind.IF, (there,), c.Missing(type=item.type), item.type)
        self._add(evolve(item, kind=c.ItemKind.RULE, expr=expr))

    def _reads_own(self, reader: Target, target: Target) -> bool:
        return any((each.record, each.name) == target for each in self.reads[reader])

    def _add(self, item: c.Item) -> None:
        self.items.append(item)
        self.stages.append(Stage(self.record, (item.name,)))

    def _key(self, name: str, source: str, like: c.Item | None = None) -> None:
        """Let cells be parted by the item or field ``source``, under ``name``."""
        if name in self.keys:
            return
        self.keys[name] = source
        self.fields[name] = self._field(name, source, like)

    def _field(self, name: str, source: str, like: c.Item | None) -> c.Field:
        known = self.schema.fields.get((self.record, source))
        if known is not None:
            return evolve(known, name=name)
        kept = next((each for each in self.kept if each.name == source), None)
        item = like or kept or self.schema.items[self.record, source]
        scale = stored_scale(item)
        low, top = (0, 0) if item.shape is None else (item.shape.low, item.shape.high)
        ends = (int(low * 10**scale), int(top * 10**scale))
        return c.Field(name, item.type, scale, *ends, 0, "", item.place)

    # --- expressions of the own row ---

    def own(self, expr: c.Expr) -> c.Expr:
        """Return ``expr`` of a row of the record as one of its cell."""

        def swap(part: object) -> c.Expr | None:
            match part:
                case c.Parameter(name) if name in self.moves:
                    return self._read_parameter(name)
                case c.ReadPopulation(name):
                    self.fixed[name] = None
                    return part
                case c.Read(c.Here(), name):
                    if (self.record, name) not in self.grades.of:
                        self._key(name, name)
                    return part
                case c.Read() | c.Fold() | c.HasRow() | c.IsMember() | c.Position():
                    return self._keep(part)
                case _:
                    return None

        made: c.Expr = replaced(expr, swap)
        return made

    def _read_parameter(self, name: str) -> c.Expr:
        self.fixed[name] = None
        declared = next(each for each in self.program.parameters if each.name == name)
        value = declared.value
        shape = value.shape if isinstance(value, c.Constant) else None
        return c.ReadPopulation(name, type=declared.type, shape=_grid(shape, declared.type))

    def _keep(self, expr: c.Expr) -> c.Expr:
        """Return the read of a column that holds ``expr``, which looks at other rows and stays."""
        kept = self._hoisted(expr)
        self._key(kept.name, kept.name)
        return c.Read(c.Here(), kept.name, type=expr.type, shape=kept.shape)

    def _hoisted(self, expr: c.Expr) -> c.Item:
        """Return the item of the rows that holds ``expr``."""
        if self.grades.grade(expr, self.record) is not Grade.STILL:
            raise Irreducible("a rule that moves looks at other rows in a way that is not known")
        for each in self.kept:
            if each.expr == expr:
                return each
        if expr.shape is not None and not _is_on_grid(expr):
            raise Irreducible("a value that a rule looks up is finer than what can be kept")
        item = c.Item(
            self.record, f"kept {len(self.kept) + 1}", c.ItemKind.RULE, expr.type,
            _grid(expr.shape, expr.type), expr, "", (), (), None, _PLACE,
        )  # fmt: skip
        self.kept.append(item)
        return item

    # --- the population ---

    def _national(self, item: c.Item) -> c.Expr:
        """Return the rule of a population item with its sums as values that are given."""

        def swap(part: object) -> c.Expr | None:
            match part:
                case c.Fold():
                    return self._sum(part, item.name)
                case c.Parameter(name) if name in self.moves:
                    return self._read_parameter(name)
                case c.ReadPopulation(name):
                    self.fixed[name] = None
                    return part
                case c.Read() | c.Select() | c.HasRow() | c.IsMember():
                    raise Irreducible(f"`{item.name}` looks at single rows")
                case _:
                    return None

        made: c.Expr = replaced(item.expr, swap)
        return made

    def _sum(self, fold: c.Fold, of: str) -> c.Expr:
        if fold.rows != c.Everyone(self.record) or fold.kind not in _SUMS:
            raise Irreducible(f"`{of}` is more than sums and counts over {self.record}")
        if _has_fold(fold.where) or _has_fold(fold.body):
            raise Irreducible(f"`{of}` adds up lists of lists")
        where, body = _of_own_row(fold.where), _of_own_row(fold.body)
        number = len(self.sums) + 1
        test = ""
        if where != build.yes():
            test = self._helper(f"where {number}", YESNO, self.own(where), None)
        name = f"sum {number}"
        if fold.kind is c.FoldKind.COUNT:
            made = Sum(name, test, "", "", 0, counts=True)
        else:
            factor, amount, scale = self._product(body, number)
            made = Sum(name, test, factor, amount, scale, counts=False)
        self.sums.append(made)
        shape = _grid(fold.shape, fold.type)
        self.items.append(_national(name, fold.type, shape))
        return c.ReadPopulation(name, type=fold.type, shape=shape)

    def _product(self, body: c.Expr, number: int) -> tuple[str, str, int]:
        """Return the factor and the amount of what is added up, and the places of its landing."""
        scale, inner = _scale(body), body
        if isinstance(inner, c.Land):
            inner = inner.operand
        if self._is_still(body) and _is_on_grid(body):
            return "", self._amount(body), scale
        if (parts := self._parted(inner)) is not None:
            factor, amount = parts
            name = f"factor {number}"
            self._helper(name, factor.type, self.own(factor), factor.shape)
            return name, self._amount(amount), scale
        name = f"factor {number}"
        return self._helper(name, body.type, self.own(body), body.shape), "", scale

    def _parted(self, expr: c.Expr) -> tuple[c.Expr, c.Expr] | None:
        """Return what a product is made of: what moves, and what does not; nothing if it is none."""
        if isinstance(expr, c.Arithmetic) and expr.operator is c.Operator.MULTIPLY:
            for factor, amount in ((expr.left, expr.right), (expr.right, expr.left)):
                if self._is_still(amount) and _is_on_grid(amount) and _is_on_grid(factor):
                    return factor, amount
        return None

    def _is_still(self, expr: c.Expr) -> bool:
        """Return whether ``expr`` of the own row does not move; the population may always."""
        national = any(isinstance(each, c.ReadPopulation) for each in expressions_in(expr))
        return not national and self.grades.grade(expr, self.record) is Grade.STILL

    def _amount(self, expr: c.Expr) -> str:
        match expr:
            case c.Read(c.Here(), name):
                source = name
            case _:
                source = self._hoisted(expr).name
        self.amounts[source] = source
        return source

    def _helper(self, name: str, type_: Type, expr: c.Expr, shape: Shape | None) -> str:
        self._add(_rule(self.record, name, type_, _grid(shape, type_), expr))
        return name


_PLACE = c.Place("", 0)
_SUMS = (c.FoldKind.SUM, c.FoldKind.COUNT)


def _merged(stages: Iterable[Stage]) -> list[Stage]:
    """Return the stages with items of the cells that follow each other together."""
    made: list[Stage] = []
    for stage in stages:
        if made and stage.record and made[-1].record:
            made[-1] = evolve(made[-1], names=(*made[-1].names, *stage.names))
        else:
            made.append(stage)
    return made


def _has_fold(expr: c.Expr) -> bool:
    return any(isinstance(each, c.Fold) for each in expressions_in(expr))


def _of_own_row(expr: c.Expr) -> c.Expr:
    """Return what is said of the element of a fold as said of the own row."""
    made: c.Expr = replaced(expr, lambda part: c.Here() if part == c.Element(0) else None)
    return made


def _of_element(expr: c.Expr) -> c.Expr:
    """Return what is said of the own row as said of the element of a fold around it."""
    made: c.Expr = replaced(expr, lambda part: c.Element(0) if part == c.Here() else None)
    return made


def _read(name: str, item: c.Item) -> c.Read:
    return c.Read(c.Here(), name, type=item.type, shape=item.shape)


def _national(name: str, type_: Type, shape: Shape | None) -> c.Item:
    """Return an item of the population whose value is given."""
    missing = c.Missing(type=type_)
    kind = c.ItemKind.POPULATION
    return c.Item("", name, kind, type_, shape, missing, "", (), (), None, _PLACE)


def _rule(record: str, name: str, type_: Type, shape: Shape | None, expr: c.Expr) -> c.Item:
    return c.Item(record, name, c.ItemKind.RULE, type_, shape, expr, "", (), (), None, _PLACE)


def _bare(item: c.Item) -> c.Item:
    return evolve(item, expr=c.Missing(type=item.type), published=None)


def _grid(shape: Shape | None, type_: Type) -> Shape | None:
    """Return the shape of a value that was put on the grid of its unit."""
    if shape is None or type_.unit not in QUANTITIES:
        return None
    return build.decimal(GRID[type_.unit], shape.low, shape.high, shape.error)


def _is_on_grid(expr: c.Expr) -> bool:
    shape = expr.shape
    return shape is not None and shape.is_decimal and shape.scale <= GRID.get(expr.type.unit, 0)


def _scale(expr: c.Expr) -> int:
    return 0 if expr.shape is None else expr.shape.scale


def _said(target: Target) -> str:
    return ".".join(part for part in target if part)
