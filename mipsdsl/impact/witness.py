"""The smallest clinician for each kind of change of each output, as both policies see them.

Who is known to have another outcome (of the examples of both policies, of people by chance, of those
that the solver or the user brought) is made smaller and more usual as long as the kind of change stays;
each try is replayed by the interpreter under both policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.schema import Target, stored_scale
from mipsdsl.engines.store import Key, Row, Store, Stored
from mipsdsl.explain.render import lines_of, render
from mipsdsl.explain.sentences import sentence_of, value_text
from mipsdsl.impact.answers import Witness
from mipsdsl.impact.candidates import Side
from mipsdsl.impact.kinds import EXTREMES, kinds
from mipsdsl.impact.law import OneLaw, People
from mipsdsl.impact.naming import Naming
from mipsdsl.impact.shrink import Shrinker
from mipsdsl.impact.trial import Sighting, Trial, is_known
from mipsdsl.scoring import NATIONAL
from mipsdsl.whatif.report import Figure

STARTS = 1
"""So many of those who were seen are made smaller; the smallest is shown."""
AT_MOST = 400
"""So many of them are looked at to find these."""
SMALL = 8
"""Whoever has more rows is made smaller only where nobody has fewer: a witness is read by people."""
MANY = 60
"""People of so many rows are large, whatever is in them."""
DEPTH = 3
WRONG = (ValueError, TypeError, ZeroDivisionError, KeyError, IndexError)


@frozen(eq=False)
class Case:
    """A witness with the people themselves, for those who write tests."""

    witness: Witness
    target: Target
    people: People
    key: Key
    values: tuple[Stored, Stored]


def witnesses(tried: Trial) -> tuple[Witness, ...]:
    """Return the witnesses, numbered from 1; needs no solver."""
    return tuple(each.witness for each in cases(tried))


def cases(tried: Trial) -> tuple[Case, ...]:
    """Return the witnesses with their people; found once for each trial."""
    if tried.cases is None:
        tried.cases = tuple(_Seeker(tried).cases())
    return tried.cases


@define(eq=False)
class _Seeker:
    trial: Trial
    _shrinker: Shrinker = field(init=False)
    _naming: Naming = field(init=False)
    _items: tuple[dict[Target, c.Item], dict[Target, c.Item]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn what both policies compute."""
        candidates = self.trial.candidates
        self._shrinker = Shrinker(candidates)
        self._naming = Naming(candidates.program, candidates.usual)
        old, new = ({(i.record, i.name): i for i in law.program.items} for law in self.trial.both)
        self._items = old, new

    def cases(self) -> Iterator[Case]:
        """Give a witness for each kind of change of each output that was seen to differ."""
        shown: dict[str, Case] = {}
        for target in self.trial.outputs:
            for kind, sightings in self._kinds(target).items():
                # Whoever is shown is shown with all outcomes that differ: once is enough.
                if any(self._shows(case, target, kind, sightings[0]) for case in shown.values()):
                    continue
                found = self._smallest(target, kind, sightings)
                if found is None or (who := _who(target[0], *found)) in shown:
                    continue
                shown[who] = self._case(len(shown) + 1, target, kind, *found)
                yield shown[who]

    def _shows(self, case: Case, target: Target, kind: str, most: Sighting) -> bool:
        """Return whether a case shows this too: as large a change, or with a thing unusual at most."""
        values = {f.name: (f.before, f.after) for f in case.witness.figures}
        sides = values.get(_told(target, case.target[0]))
        if sides is None or kind not in kinds(self._items[1][target], *sides):
            return False
        if kind in EXTREMES:
            return _difference(*sides) >= _moved(most)
        return self._size(case.people)[1] <= 1

    def _kinds(self, target: Target) -> dict[str, list[Sighting]]:
        """Return who was seen, by kind of change, those to start from first."""
        item = self._items[1][target]
        found: dict[str, list[Sighting]] = {}
        for each in self.trial.seen.get(target, ()):
            for kind in kinds(item, each.before, each.after):
                found.setdefault(kind, []).append(each)
        return {kind: self._first(kind, found[kind]) for kind in sorted(found, key=_turn)}

    def _first(self, kind: str, sightings: list[Sighting]) -> list[Sighting]:
        def size(one: Sighting) -> tuple[int, int]:
            rows = sum(map(len, one.people.rows.values()))
            return rows, len(self._shrinker.unusual(one.people)) if rows < MANY else 0

        small = [one for one in sightings if sum(map(len, one.people.rows.values())) <= SMALL]
        sightings = small or sightings
        if kind in EXTREMES:
            most = max(_moved(one) for one in sightings)
            sightings = [one for one in sightings if _moved(one) == most]
        return sorted(sightings[:AT_MOST], key=size)[:STARTS]

    # --- smaller ---

    def _smallest(
        self, target: Target, kind: str, sightings: list[Sighting]
    ) -> tuple[People, Key] | None:
        best: tuple[People, Key] | None = None
        for one in sightings:

            def good(people: People, one: Sighting = one) -> bool:
                return self._confirms(self._computed(people, target, one.key), target, kind, one)

            def certain(people: People, one: Sighting = one) -> bool:
                return self._is(people, target, kind, one)

            if not certain(one.people):
                continue
            focus = target[0], one.key
            people = self._shrinker.shrunk(one.people, focus, good)
            if not certain(people):
                people = self._shrinker.shrunk(one.people, focus, certain)
            if best is None or self._size(people) < self._size(best[0]):
                best = self._named(target, kind, evolve(one, people=people))
        return best

    def _named(self, target: Target, kind: str, one: Sighting) -> tuple[People, Key]:
        """Return people under usual names, if nothing depends on the names that they have."""
        people, key = self._naming.named(one.people, target[0], one.key)
        is_still = self._is(people, target, kind, evolve(one, people=people, key=key))
        return (people, key) if is_still else (one.people, one.key)

    def _size(self, people: People) -> tuple[int, int]:
        return sum(map(len, people.rows.values())), len(self._shrinker.unusual(people))

    def _is(self, people: People, target: Target, kind: str, one: Sighting) -> bool:
        """Return whether the interpreter confirms the kind of change under both policies."""
        return self._confirms(self._both(people, target, one.key), target, kind, one)

    def _confirms(
        self, both: tuple[Stored, Stored] | None, target: Target, kind: str, one: Sighting
    ) -> bool:
        if both is None or kind not in kinds(self._items[1][target], *both):
            return False
        return kind not in EXTREMES or _difference(*both) >= _moved(one)

    def _computed(self, people: People, target: Target, key: Key) -> tuple[Stored, Stored] | None:
        """Return the values under both policies, of generated Python: many are asked for."""
        try:
            old, new = (
                _found(law.run(people, self.trial.items), target, key) for law in self.trial.both
            )
        except WRONG:
            return None
        return (old, new) if is_known(old) and is_known(new) else None

    def _both(self, people: People, target: Target, key: Key) -> tuple[Stored, Stored] | None:
        try:
            old, new = (_value(law.interpreter(people), target, key) for law in self.trial.both)
        except WRONG:
            return None
        return old, new

    # --- told ---

    def _case(self, number: int, target: Target, kind: str, people: People, key: Key) -> Case:
        engines = [law.interpreter(people) for law in self.trial.both]
        rows = [_row(engine, target[0], key) for engine in engines]
        values = tuple(
            engine.value(row, target[1]) for engine, row in zip(engines, rows, strict=True)
        )
        told = [
            _explained(law, side, engine, row, target)
            for law, side, engine, row in zip(
                self.trial.both, self.trial.sides, engines, rows, strict=True
            )
        ]
        witness = Witness(
            number, kind, *target, self._tables(people), tuple(self._figures(target, engines, rows)),
            (told[0], told[1]),
        )  # fmt: skip
        return Case(witness, target, people, key, (values[0], values[1]))

    def _tables(self, people: People) -> Mapping[str, tuple[Mapping[str, str], ...]]:
        """Return the rows, by record: what says whose they are, and what is not as usual.

        Factors that these people come with are those of the one row of the whole population.
        """
        unusual = set(self._shrinker.unusual(people))
        found: dict[str, tuple[Mapping[str, str], ...]] = {}
        for record in self.trial.candidates.program.records:
            told = [
                {
                    f.name: _text(row[f.name], f)
                    for f in record.fields
                    if f.name in row
                    and (f.name in record.key or (record.name, number, f.name) in unusual)
                }
                for number, row in enumerate(people.rows.get(record.name, ()))
            ]
            if told:
                found[record.name] = tuple(told)
        if people.populations:
            found[NATIONAL] = (self._factors(people),)
        return found

    def _factors(self, people: People) -> Mapping[str, str]:
        items = {item.name: item for item in self.trial.candidates.program.items if not item.record}
        return {
            name: value_text(value, items[name].type, stored_scale(items[name]))
            for name, value in people.populations.items()
        }

    def _figures(
        self, target: Target, engines: list[Interpreter], rows: list[Row]
    ) -> Iterator[Figure]:
        """Give the output, the others of its row that differ, and those of records of one row."""
        both = {target[0]: rows}
        for record in dict.fromkeys(record for record, _ in self.trial.outputs):
            found = [engine.store.rows.get(record, []) for engine in engines]
            if [len(each) for each in found] == [1, 1]:
                both.setdefault(record, [each[0] for each in found])
        for record, pair in both.items():
            others = [x for x in self.trial.outputs if x[0] == record and x != target]
            for at in [target, *others] if record == target[0] else others:
                yield from self._figure(at, target[0], engines, pair)

    def _figure(
        self, at: Target, focus: str, engines: list[Interpreter], rows: list[Row]
    ) -> Iterator[Figure]:
        """Give an output of rows, if it differs."""
        item = self._items[1][at]
        try:
            old, new = (e.value(r, at[1]) for e, r in zip(engines, rows, strict=True))
        except WRONG:
            return
        if old != new:
            scale = stored_scale(item) if item.type.unit in QUANTITIES else 0
            yield Figure(_told(at, focus), item.type, scale, old, new)


def _told(target: Target, focus: str) -> str:
    """Return the name of an output among those of the record ``focus``: with its record elsewhere."""
    return target[1] if target[0] == focus else ".".join(target)


def _who(record: str, people: People, key: Key) -> str:
    return repr((record, key, sorted(people.rows.items()), sorted(people.populations.items())))


def _turn(kind: str) -> tuple[bool, str]:
    return kind in EXTREMES, kind


def _moved(one: Sighting) -> int:
    return _difference(one.before, one.after)


def _difference(before: Stored, after: Stored) -> int:
    return abs(after - before) if isinstance(before, int) and isinstance(after, int) else 0


def _found(store: Store, target: Target, key: Key) -> Stored:
    for row, value in zip(store.rows.get(target[0], ()), store.column(*target), strict=True):
        if store.key(row) == key:
            return value
    raise KeyError(key)


def _row(engine: Interpreter, record: str, key: Key) -> Row:
    for row in engine.store.rows.get(record, ()):
        if engine.store.key(row) == key:
            return row
    raise KeyError(key)


def _value(engine: Interpreter, target: Target, key: Key) -> Stored:
    return engine.value(_row(engine, target[0], key), target[1])


def _text(value: Stored, each: c.Field) -> str:
    return value_text(value, each.type, each.scale if each.type.unit in QUANTITIES else None)


def _explained(law: OneLaw, side: Side, engine: Interpreter, row: Row, target: Target) -> str:
    """Return the account of an output under a policy."""
    sentence = sentence_of(law.program, engine.trace(target[0], row, target[1]))
    sources = {x.span.source for file in side.analysis.files for x in file.items}
    return render([sentence], lines=lines_of(sources), depth=DEPTH)
