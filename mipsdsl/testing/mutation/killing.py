"""Which mutants the examples of a policy notice.

A mutant is tried only on the worlds in which what it changes was computed, and there only what depends
on it is computed again: a pass over a few values of one world, no compilation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.engines.schema import LAYOUT, NUMBER
from mipsdsl.engines.store import Row
from mipsdsl.engines.trace import Trace
from mipsdsl.testing.judge import DEPTH, NoValue, Wanted
from mipsdsl.testing.mutation.changed import Changed, Values, computed, kept, value_of
from mipsdsl.testing.mutation.mutants import Mutant, Target
from mipsdsl.testing.mutation.processes import in_processes
from mipsdsl.testing.mutation.reach import Reach
from mipsdsl.testing.scenes import Scene

WRONG = (NoValue, ValueError, TypeError, ZeroDivisionError, KeyError, IndexError)
"""What may be raised when a changed rule reads what nobody said, or makes no sense: that is noticed."""

_PART = 50
"""How many mutants are handed to a process at a time."""


@define
class Bench:
    """The scenes of the examples of a program, ready to try mutants on."""

    scenes: Sequence[Scene]
    reach: Reach
    computed: list[dict[Target, list[Row]]]
    scenes_of: dict[Target, list[int]]
    _kept: dict[int, tuple[frozenset[Target], Values, dict[str, Any]]] = field(factory=dict)
    _below: dict[int, frozenset[Target]] = field(factory=dict)

    @classmethod
    def of(cls, program: c.Program, scenes: Sequence[Scene]) -> Bench:
        """Return the bench of examples that all passed."""
        return cls.with_reach(scenes, Reach.of(program))

    @classmethod
    def with_reach(cls, scenes: Sequence[Scene], reach: Reach) -> Bench:
        """Return the bench of examples that all passed, for a program whose reach is known."""
        found = [computed(scene.judge.witness) for scene in scenes]
        by_target: dict[Target, list[int]] = {}
        for index, targets in enumerate(found):
            for target in targets:
                by_target.setdefault(target, []).append(index)
        for target, indices in by_target.items():
            indices.sort(key=lambda i: all(_target(w) != target for w in scenes[i].wanted))
        return cls(scenes, reach, found, by_target)

    def is_killed(self, mutant: Mutant) -> bool:
        """Return whether an example fails under ``mutant``."""
        affected = self.reach.of_all(mutant.targets)
        indices = dict.fromkeys(i for t in mutant.targets for i in self.scenes_of.get(t, ()))
        return any(self._fails(index, mutant, affected) for index in indices)

    def alive(self, mutants: Sequence[Mutant]) -> list[int]:
        """Return the places of those of ``mutants`` under which no example fails."""
        return [index for index, mutant in enumerate(mutants) if not self.is_killed(mutant)]

    def _fails(self, index: int, mutant: Mutant, affected: frozenset[Target]) -> bool:
        scene = self.scenes[index]
        wanted = [each for each in scene.wanted if _target(each) in affected]
        if not wanted:
            return False
        items = dict(zip(mutant.targets, mutant.items, strict=True))
        if not self.reach.grouping.isdisjoint(mutant.targets):
            return _fails_anew(scene, items, wanted)
        values, populations = self._without(index, affected)
        changed = Changed(scene.judge.witness, items, dict(values), dict(populations))
        if len(items) == 1 and self._is_same(index, mutant.targets[0], changed):
            wanted = [
                w for w in wanted if w.because and mutant.targets[0] in self._reasons(index, w)
            ]
        return not all(_met(each, changed) for each in wanted)

    def _without(self, index: int, affected: frozenset[Target]) -> tuple[Values, dict[str, Any]]:
        """Return what the change leaves as it is; asked again and again for the same item."""
        known = self._kept.get(index)
        if known is None or known[0] is not affected:
            known = (affected, *kept(self.scenes[index].judge.witness, affected))
            self._kept[index] = known
        return known[1], known[2]

    def _is_same(self, index: int, target: Target, changed: Changed) -> bool:
        """Return whether the changed item has the values that it had."""
        base = self.scenes[index].judge.witness
        try:
            return all(
                value_of(changed, target, row) == value_of(base, target, row)
                for row in self.computed[index].get(target, ())
            )
        except WRONG:
            return False

    def _reasons(self, index: int, wanted: Wanted) -> frozenset[Target]:
        """Return the items among which the reason of ``wanted`` is looked for."""
        if (known := self._below.get(id(wanted))) is None:
            witness = self.scenes[index].judge.witness
            trace = witness.trace(wanted.slot.record, wanted.row, wanted.slot.name)
            known = self._below[id(wanted)] = frozenset(_items(trace, DEPTH))
        return known


def _target(wanted: Wanted) -> Target:
    return wanted.slot.record, wanted.slot.name


def _met(wanted: Wanted, changed: Changed) -> bool:
    try:
        return wanted.is_met(changed)
    except WRONG:
        return False


def _items(trace: Trace, depth: int) -> Iterator[Target]:
    yield trace.record, trace.name
    if depth:
        for read in trace.reads:
            yield from _items(read, depth - 1)


def _fails_anew(scene: Scene, items: dict[Target, c.Item], wanted: Sequence[Wanted]) -> bool:
    """Return whether a test fails when the groups have to be made anew."""
    changed = Changed(scene.judge.witness, items, {}, {}, store=scene.world.store())
    try:
        return not all(_in(changed, each).is_met(changed) for each in wanted)
    except WRONG:
        return True


def _in(changed: Changed, wanted: Wanted) -> Wanted:
    """Return ``wanted`` of the same row of another store."""
    if not wanted.slot.record:
        return wanted
    changed.groups(wanted.slot.record)
    row = changed.store.rows[wanted.row[LAYOUT].record][wanted.row[NUMBER]]
    return Wanted(wanted.slot, row, wanted.value, wanted.tolerance, wanted.because)


def survivors(
    bench: Bench,
    mutants: Sequence[Mutant],
    *,
    jobs: int = 1,
    told: Callable[[int], None] = lambda _: None,
) -> list[Mutant]:
    """Return the mutants that no example notices, tried in ``jobs`` processes.

    ``told`` hears now and then how many more were tried.
    """
    parts = [mutants[start : start + _PART] for start in range(0, len(mutants), _PART)]
    alive: list[Mutant] = []
    for part, kept_alive in in_processes(bench.alive, parts, jobs):
        told(len(part))
        alive += (part[index] for index in kept_alive)
    return alive
