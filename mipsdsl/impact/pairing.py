"""Two policies in one program: what is alike once, all else twice, so that both can be compared.

An item of the old policy that may be another than the new one's has the name ``x (before)``. An item
whose whole cone is the same in both policies stands there once: it is the same for everyone. What is
proved to be alike is taken together (``settle``), and with it all that then says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.merge import blank, in_order, with_shapes
from mipsdsl.core.reads import Dependency, Schema, dependencies
from mipsdsl.core.rename import renamed
from mipsdsl.core.strata import schema_of
from mipsdsl.core.types import QUANTITIES, YESNO
from mipsdsl.core.walk import rebuilt, replaced
from mipsdsl.diff.laws import Laws
from mipsdsl.engines.schema import Target
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.verify.questions import differ


def before(target: Target) -> Target:
    """Return the name of the old policy's item; no author can write it."""
    return target[0], f"{target[1]}{_BEFORE}"


_BEFORE = " (before)"


def as_it_was(target: Target) -> Target:
    """Return the name of the new policy's item if its rule still said what it said before."""
    return target[0], f"{target[1]} (as it was)"


@define
class Pairing:
    """A program that holds both. ``open``: items of both that may be others in each.

    Of the rules that were asked about there is a third form: what the old text makes of what the
    new rules give it (``as_it_was``).
    """

    base: c.Program
    items: dict[Target, c.Item]
    open: dict[Target, None]
    apart: frozenset[Target]
    """Open ones that see rows which only one policy makes: nothing can be proved of them."""
    _readers: dict[Target, set[Target]] = field(factory=dict)
    _program: c.Program | None = None

    def __attrs_post_init__(self) -> None:
        """Learn who reads what of the old policy."""
        schema = schema_of(self.base.records, tuple(self.items.values()))
        for target, item in self.items.items():
            for read in _reads(item, schema):
                self._readers.setdefault((read.record, read.name), set()).add(target)

    @property
    def program(self) -> c.Program:
        """Return the program as far as is known now."""
        if self._program is None:
            self._program = evolve(self.base, items=tuple(self.items.values()))
        return self._program

    def question(self, target: Target) -> Never:
        """Return the question whether the item of both is the same for everyone."""
        return Never(target[0], self.differs(target))

    def meaning(self, target: Target) -> Never:
        """Return the question whether the old text of a rule means what the new one does."""
        return Never(target[0], self._differ(as_it_was(target), target))

    def differs(self, target: Target) -> c.Expr:
        """Return the condition that an open item is another in each."""
        return self._differ(before(target), target)

    def _differ(self, old: Target, new: Target) -> c.Expr:
        one, other = self._read(old), self._read(new)
        if one.type.unit in QUANTITIES:
            return differ(one, other)
        # Of two yes/nos, missing and no are two values.
        missing = [c.Not(c.IsGiven(x, type=YESNO), type=YESNO) for x in (one, other)]
        both = c.And(tuple(missing), type=YESNO)
        alike = c.Or((c.Same(one, other, type=YESNO), both), type=YESNO)
        return c.Not(alike, type=YESNO)

    def _read(self, target: Target) -> c.Read:
        item = self.items[target]
        return c.Read(c.Here(), item.name, type=item.type, shape=item.shape)

    def settle(self, target: Target) -> list[Target]:
        """Take the item of both as one; return it and all that thereby says the same in both."""
        settled: list[Target] = []
        waiting = [target]
        while waiting:
            one = waiting.pop()
            if one not in self.open:
                continue
            del self.open[one]
            old = before(one)
            del self.items[old]
            settled.append(one)
            for reader in self._readers.pop(old, ()):
                if reader in self.items:
                    self._rename(reader, old, one)
                    self._readers.setdefault(one, set()).add(reader)
                    waiting += list(self._says_the_same(reader))
        self._program = None
        return settled

    def _rename(self, reader: Target, old: Target, new: Target) -> None:
        item, now = self.items[reader], self.items[new]
        schema = schema_of(self.base.records, (*self.items.values(), _ghost(old, now)))

        def read_as(record: str, read: c.Read | c.ReadPopulation) -> c.Expr:
            if (record, read.name) != old:
                return read
            return evolve(read, name=now.name, type=now.type, shape=now.shape)

        def name_of(record: str, name: str) -> str:
            return now.name if (record, name) == old else name

        expr = renamed(item.expr, item.record, schema, read_as, name_of)
        self.items[reader] = evolve(item, expr=expr)

    def _says_the_same(self, old: Target) -> Iterator[Target]:
        """Give the item of both whose old form ``old`` is, if both forms now say the same."""
        target = (old[0], old[1].removesuffix(_BEFORE))
        if old != before(target) or target not in self.open or target in self.apart:
            return
        if blank(self.items[old].expr) == blank(self.items[target].expr):
            yield target

    def distances(self, target: Target) -> dict[Target, int]:
        """Return how far each item and field is, over rules, that either form of ``target`` rests on."""
        schema = schema_of(self.base.records, tuple(self.items.values()))
        waiting = [x for x in (target, before(target)) if x in self.items]
        far = dict.fromkeys(waiting, 0)
        for at in waiting:
            for read in _reads(self.items[at], schema) if at in self.items else ():
                if (read.record, read.name) not in far:
                    far[read.record, read.name] = far[at] + 1
                    waiting.append((read.record, read.name))
        return far

    def reach(self, target: Target) -> set[Target]:
        """Return all items that either form of ``target`` rests on, with both."""
        return self.distances(target).keys() & self.items.keys()

    def cone(self, target: Target) -> set[Target]:
        """Return the open items that either form of ``target`` rests on, with itself."""
        plain = ((record, name.removesuffix(_BEFORE)) for record, name in self.reach(target))
        return {each for each in plain if each in self.open}


def _ghost(target: Target, like: c.Item) -> c.Item:
    return evolve(like, record=target[0], name=target[1])


def _reads(item: c.Item, schema: Schema) -> Iterator[Dependency]:
    yield from dependencies(item.expr, item.record, schema)


# --- how it is made ------------------------------------------------------------------------------


def pairing(laws: Laws, rewritten: Iterable[Sequence[Target]] = ()) -> Pairing:
    """Return both policies of ``laws``, which could be merged, as one program.

    ``rewritten``: the items of rules of another text, those of one rule together.
    """
    assert laws.merged is not None
    return _Maker(laws).made([frozenset(each) for each in rewritten])


@frozen
class _Side:
    program: c.Program
    schema: Schema
    items: Mapping[Target, c.Item]

    @classmethod
    def of(cls, program: c.Program, factors: Mapping[str, c.Constant]) -> _Side:
        """Return a policy with what was published of the population written into its rules."""
        schema = schema_of(program.records, program.items)

        def read_as(record: str, read: c.Read | c.ReadPopulation) -> c.Expr:
            return read if record else factors.get(read.name, read)

        items = {
            (item.record, item.name): evolve(
                item, expr=renamed(item.expr, item.record, schema, read_as, lambda _, name: name)
            )
            for item in program.items
        }
        return cls(program, schema, items)


class _Maker:
    def __init__(self, laws: Laws) -> None:
        assert laws.merged is not None
        self._laws = laws
        self._base = laws.merged.program
        old, new = factors(laws)
        self._old, self._new = _Side.of(laws.old, old), _Side.of(laws.new, new)
        self._schema = schema_of(self._base.records, self._base.items)
        self._apart_rows = set(laws.merged.made_apart)

    def made(self, rewritten: Sequence[frozenset[Target]]) -> Pairing:
        alike = self._alike()
        while more := self._groups_apart(alike):
            self._apart_rows |= more
            alike = self._alike()
        both = [target for target in self._new.items if target in self._old.items]
        items = [
            *(_plain(item) for item in self._new.items.values()),
            *(self._before(target, alike) for target in self._old.items if target not in alike),
            *(self._as_it_was(target, rule) for rule in rewritten for target in rule),
        ]
        records = self._base.records
        ordered = in_order(records, items)
        shaped = with_shapes(records, ordered, schema_of(records, ordered))
        return Pairing(
            evolve(self._base, items=(), steps=(), claims=()),
            {(item.record, item.name): item for item in shaped},
            dict.fromkeys(x for x in both if x not in alike),
            frozenset(x for x in both if x not in alike and self._sees_apart(x)),
        )

    def _alike(self) -> set[Target]:
        """Return the items that say the same and rest on nothing else."""
        alike: set[Target] = set()
        for target, new in self._new.items.items():
            old = self._old.items.get(target)
            if old is None or self._sees_apart(target):
                continue
            same = (old.type.unit, old.type.choice) == (new.type.unit, new.type.choice)
            if same and self._rests_on(new, alike) and blank(old.expr) == blank(new.expr):
                alike.add(target)
        return alike

    def _rests_on(self, item: c.Item, alike: set[Target]) -> bool:
        """Return whether all items that ``item`` reads are ``alike``."""
        reads = ((x.record, x.name) for x in _reads(item, self._new.schema))
        return all(at in alike or at not in self._new.items for at in reads)

    def _sees_apart(self, target: Target) -> bool:
        """Return whether an item looks at other rows of a record of which each policy makes others."""
        if not self._apart_rows:
            return False
        return any(
            self._leads_apart(read)
            for side in (self._old, self._new)
            for read in _reads(side.items[target], side.schema)
        )

    def _leads_apart(self, read: Dependency) -> bool:
        if not read.same_row and read.record in self._apart_rows:
            return True
        try:
            led = self._schema.reference(read.record, read.name)
        except KeyError:
            led = ""
        if read.is_list and read.name:
            led = self._schema.listed(read.record, read.name)
        return led in self._apart_rows

    def _groups_apart(self, alike: set[Target]) -> set[str]:
        """Return the records whose groups are made by what is not alike."""
        found = set()
        for record in self._base.records:
            grouping = record.grouping
            if grouping is None or record.name in self._apart_rows:
                continue
            child = self._schema.listed(grouping.parent, grouping.list_name)
            reads = {(child, grouping.by)}
            if grouping.joined is not None:
                reads |= {
                    (x.record, x.name) for x in dependencies(grouping.joined, child, self._schema)
                }
            made = {*self._old.items, *self._new.items}
            if any(x in made and x not in alike for x in reads):
                found.add(record.name)
        return found

    def _before(self, target: Target, alike: set[Target]) -> c.Item:
        """Return an item of the old policy, about the other items of the old policy."""
        item = self._old.items[target]

        def name_of(record: str, name: str) -> str:
            at = (record, name)
            return before(at)[1] if self._is_double(at, alike) else name

        def read_as(record: str, read: c.Read | c.ReadPopulation) -> c.Expr:
            return evolve(read, name=name_of(record, read.name))

        expr = renamed(item.expr, item.record, self._old.schema, read_as, name_of)
        return _plain(evolve(item, name=name_of(*target), expr=expr))

    def _is_double(self, target: Target, alike: set[Target]) -> bool:
        """Return whether both policies have an item that may be another in each."""
        return target in self._old.items and target in self._new.items and target not in alike

    def _as_it_was(self, target: Target, rule: frozenset[Target]) -> c.Item:
        """Return what the old text of a rule makes of the new items."""
        item = self._old.items[target]
        values = {x.name: x.value for x in self._laws.new.parameters if x.value is not None}

        def name_of(record: str, name: str) -> str:
            at = (record, name)
            return as_it_was(at)[1] if at in rule else name

        def read_as(record: str, read: c.Read | c.ReadPopulation) -> c.Expr:
            return evolve(read, name=name_of(record, read.name))

        def valued(part: object) -> c.Parameter | None:
            if not isinstance(part, c.Parameter) or part.name not in values:
                return None
            return evolve(part, value=values[part.name], shape=values[part.name].shape)

        expr = renamed(item.expr, item.record, self._old.schema, read_as, name_of)
        return _plain(evolve(item, name=as_it_was(target)[1], expr=replaced(expr, valued)))


def _plain(item: c.Item) -> c.Item:
    """Return ``item`` without the reasons in its cases, so that what says the same is equal."""

    def made(part: object) -> object:
        if isinstance(part, c.Arm):
            return evolve(part, because="", citations=(), place=None)
        return evolve(part, otherwise_place=None) if isinstance(part, c.Cases) else part

    expr: c.Expr = rebuilt(item.expr, made)
    return evolve(item, expr=expr)


def factors(laws: Laws) -> tuple[dict[str, c.Constant], dict[str, c.Constant]]:
    """Return what each policy takes of the population: what was published for it.

    Where only one of them has something published, both take that.
    """
    olds, news = (
        {item.name: item.published for item in p.items if not item.record and item.published}
        for p in (laws.old, laws.new)
    )
    return {**news, **olds}, {**olds, **news}
