"""One item of one row of a world, evaluated as if other things had been given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.schema import LAYOUT, NUMBER, stored_scale
from mipsdsl.engines.store import Row, Stored
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.judge import Judge, NoValue, Strict
from mipsdsl.testing.mutation.changed import Changed
from mipsdsl.testing.scenes import Scene
from mipsdsl.testing.world import World

Spot: TypeAlias = tuple[str, int, str]
"""A record ("" the population), the number of a row of it, and a field or item."""

Facts: TypeAlias = Mapping[Spot, Stored]
"""What is given besides what a world has."""

Signature: TypeAlias = frozenset[tuple[int, bool]]
"""Which conditions were asked, by identity, and how they were answered."""


@frozen(eq=False)
class Base:
    """A world to start from: the scene, and the row that the item is asked of."""

    scene: Scene
    row: Row

    @classmethod
    def of(cls, world: World, record: str, number: int) -> Base | None:
        """Return the base of a world that no example has, if it has such a row."""
        judge = Judge(world, Coverage())
        if record:
            judge.witness.groups(record)
            rows = judge.witness.store.rows.get(record, [])
            return cls(Scene(world, judge, ()), rows[number]) if number < len(rows) else None
        return cls(Scene(world, judge, ()), [])

    @property
    def told(self) -> dict[str, int]:
        """Return how many rows of each record a test can speak of."""
        return {record: len(rows) for record, rows in self.scene.world.rows.items()}


HIDDEN = frozenset({c.ItemKind.ROW, c.ItemKind.SELECTION})
"""Items that no test can give or expect: they are part of those that read them."""


class _Silent:
    """An answer of nothing: the item could not be computed."""

    def __repr__(self) -> str:
        return "no answer"


NONE_GIVEN = _Silent()


@define
class _Seen:
    reads: dict[Spot, Row] = field(factory=dict)
    asked: set[tuple[int, bool]] = field(factory=set)


class Probe(Changed):
    """An interpreter that takes some things as given, and notes what an item reads and asks."""

    def __init__(self, base: Strict) -> None:
        """Take over all that ``base`` has computed."""
        super().__init__(base, {}, dict(base._values), dict(base._population_values))
        self._hidden = {(x.record, x.name) for x in base.program.items if x.kind in HIDDEN}
        self._values = {at: v for at, v in self._values.items() if at[::2] not in self._hidden}
        self._facts: Facts = {}
        self._depth = 1
        self._seen = _Seen()

    def ask(self, item: c.Item, row: Row, facts: Facts) -> tuple[object, _Seen]:
        """Return what ``item`` is for ``row``, given ``facts``, and what was read and asked for it."""
        self._facts, self._depth, self._seen = facts, 0, _Seen()
        answer: object = NONE_GIVEN
        try:
            answer = self.stored(item.expr, At(row), stored_scale(item))
        except NoValue as lack:
            self._note_lack(lack, row)
        except (ValueError, TypeError, ZeroDivisionError, KeyError, IndexError):
            pass
        finally:
            self._facts, self._depth = {}, 1
            for spot in [at for at in self._values if at[::2] in self._hidden]:
                del self._values[spot]
        return answer, self._seen

    def _note_lack(self, lack: NoValue, row: Row) -> None:
        """Take what nobody said as read, so that it is tried to say it."""
        if lack.record == row[LAYOUT].record:
            self._seen.reads.setdefault((lack.record, row[NUMBER], lack.name), row)
        elif len(rows := self.store.rows.get(lack.record, [])) == 1:
            self._seen.reads.setdefault((lack.record, 0, lack.name), rows[0])

    def read(self, row: Row, name: str) -> Stored:
        """Return a value, noting that the item itself reads it."""
        if self._depth == 0:
            self._seen.reads.setdefault((row[LAYOUT].record, row[NUMBER], name), row)
        return super().read(row, name)

    def value(self, row: Row, name: str) -> Stored:
        """Return what is given, else the value there is."""
        spot = (row[LAYOUT].record, row[NUMBER], name)
        if spot in self._facts:
            value = self._facts[spot]
            if value is None and spot[::2] in self._required:
                raise NoValue(spot[0], name)
            return value
        item = self.item(spot[0], name) if self._depth == 0 else None
        if item is not None and item.kind in HIDDEN:
            self._values.pop(spot, None)
        return super().value(row, name)

    def population(self, name: str) -> Stored:
        """Return what is given, else the value there is."""
        if self._depth == 0:
            self._seen.reads.setdefault(("", 0, name), [])
        if ("", 0, name) in self._facts:
            return self._facts["", 0, name]
        return super().population(name)

    def holds(self, expr: c.Expr, at: At) -> bool:
        """Return whether a condition holds, noting the answer."""
        answer = super().holds(expr, at)
        if self._depth == 0:
            self._seen.asked.add((id(expr), answer))
        return answer

    def _computed(self, item: c.Item, at: At, where: str) -> Stored:
        if self._depth == 0 and item.kind in HIDDEN:
            return Interpreter._computed(self, item, at, where)
        self._depth += 1
        facts, self._facts = self._facts, {}
        try:
            return Interpreter._computed(self, item, at, where)
        finally:
            self._depth -= 1
            self._facts = facts
