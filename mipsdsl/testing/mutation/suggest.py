"""Examples that notice the mutants that no example notices yet, as text of the language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from random import Random

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.diagnostics import Report
from mipsdsl.engines.plan import Population
from mipsdsl.engines.schema import LAYOUT, NUMBER
from mipsdsl.engines.store import Stored
from mipsdsl.format import format_source
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.parser import parse
from mipsdsl.testing.coverage import Coverage
from mipsdsl.testing.mutation.killing import Bench
from mipsdsl.testing.mutation.mutants import Mutant, Target
from mipsdsl.testing.mutation.probe import HIDDEN, Base
from mipsdsl.testing.mutation.processes import in_processes
from mipsdsl.testing.mutation.search import TRIES, Found, Search
from mipsdsl.testing.mutation.sketch import (
    Row,
    Said,
    Sketch,
    copied,
    path_of,
    told_rows,
    value_text,
)
from mipsdsl.testing.mutation.starts import grow, starts
from mipsdsl.testing.scenes import Scene, Told, example, population_example, rows_of_examples
from mipsdsl.testing.world import Setting

_SEED = 20170101
_FEW = 6
"""How many worlds that tell a mutant apart are tried to be written down."""
_GROWN = 3
"""How many of the worlds to start from are grown."""
_WIDE = 9
"""The most columns of a table of suggested examples."""


@frozen(eq=False)
class Suggestion:
    """An example that a mutant fails and the rules pass: what is given, and what is expected.

    ``row``: what is given and expected as columns, where one row of each record is enough.
    """

    mutant: Mutant
    item: c.Item
    rows: tuple[Row, ...]
    expected: tuple[str, str]
    scenes: tuple[Scene, ...]

    @property
    def columns(self) -> tuple[tuple[str, str], ...] | None:
        """Return the paths and values of a row of a table; nothing where rows are more than one."""
        if not self.rows or any(row.another or not row.given for row in self.rows):
            return None
        return tuple((said.path, said.value) for row in self.rows for said in row.given)


@define
class Outcome:
    """What came of the mutants that no example notices, by their numbers.

    ``alike``: nothing was found to tell them from the rules, so they are probably the same.
    ``noticed``: a suggested example notices them; ``texts`` has these, each with the file of the
    rules that it tests, in canonical layout.
    """

    alike: set[int] = field(factory=set)
    noticed: set[int] = field(factory=set)
    texts: list[tuple[str, str]] = field(factory=list)

    def add(self, other: Outcome) -> None:
        """Take in what came of other mutants."""
        self.alike |= other.alike
        self.noticed |= other.noticed
        self.texts += other.texts

    def by_file(self) -> dict[str, str]:
        """Return the suggested examples of each file."""
        found: dict[str, list[str]] = {}
        for file, text in self.texts:
            found.setdefault(file, []).append(text)
        return {file: "\n".join(texts) for file, texts in found.items()}


@frozen(eq=False)
class Seeker:
    """Tells mutants from the rules, and (``write``) writes examples that notice them."""

    setting: Setting
    bench: Bench
    write: bool = False
    tries: int = TRIES

    def outcome(self, mutants: Sequence[Mutant]) -> Outcome:
        """Return what comes of ``mutants``, which begin with the same item."""
        writer = _Writer(self.setting, self.bench, self.tries)
        made = Outcome()
        for mutant in mutants:
            if self.write:
                writer.example_for(mutant)
            elif not writer.is_apart(mutant):
                writer.alike.add(mutant.number)
        made.alike, made.noticed = writer.alike, writer.noticed
        texts = as_text(self.setting, self.bench, writer.suggestions)
        made.texts = list(texts.items())
        return made


def outcome(
    seeker: Seeker,
    alive: Sequence[Mutant],
    *,
    jobs: int = 1,
    told: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Return what comes of the mutants ``alive``, looked at in ``jobs`` processes."""
    units: dict[Target, list[Mutant]] = {}
    for mutant in alive:
        units.setdefault(mutant.targets[0], []).append(mutant)
    whole = Outcome()
    for done, part in in_processes(seeker.outcome, list(units.values()), jobs):
        told(len(done))
        whole.add(part)
    return whole


@define
class _Writer:
    setting: Setting
    bench: Bench
    tries: int
    suggestions: list[Suggestion] = field(factory=list)
    alike: set[int] = field(factory=set)
    noticed: set[int] = field(factory=set)
    _searches: dict[Target, Search] = field(factory=dict)

    def is_apart(self, mutant: Mutant) -> bool:
        """Return whether something tells ``mutant`` from the rules."""
        return any(True for _ in self._found(mutant))

    def example_for(self, mutant: Mutant) -> None:
        """Write an example for ``mutant``, unless one before notices it too."""
        if any(_fails(known.scenes, mutant, self.bench) for known in self.suggestions):
            self.noticed.add(mutant.number)
            return
        number = 0
        for number, found in enumerate(self._found(mutant), 1):
            made = self._made(found, mutant)
            if made is not None:
                self.suggestions.append(made)
                self.noticed.add(mutant.number)
                return
            if number == _FEW * len(mutant.items):
                return
        if not number:
            self.alike.add(mutant.number)

    def _found(self, mutant: Mutant) -> Iterator[Found]:
        for target, changed in zip(mutant.targets, mutant.items, strict=True):
            yield from islice(self._search(target).telling(changed), _FEW)

    def _search(self, target: Target) -> Search:
        if (known := self._searches.get(target)) is None:
            program = self.setting.program
            item = next(x for x in program.items if (x.record, x.name) == target)
            known = Search(program, item, self._bases(target), Random(_SEED), self.tries)
            self._searches[target] = known
        return known

    def _bases(self, target: Target) -> list[Base]:
        """Return the worlds to start from for ``target``."""
        found = list(starts(self.setting, self.bench, target))
        item = next(x for x in self.setting.program.items if (x.record, x.name) == target)
        grown = [each for base in found[:_GROWN] for each in grow(self.setting, item, base)]
        return [*found, *grown]

    # --- from a world to an example ---

    def _made(self, found: Found, mutant: Mutant) -> Suggestion | None:
        sketch = self._sketch(found)
        if sketch is None:
            return None
        item = found.item
        for target in self._observed(item):
            if not sketch.tells(mutant, target):
                continue
            sketch.shrink(lambda at=target: sketch.tells(mutant, at))  # type: ignore[misc]
            made = self._checked(sketch, item, mutant, target)
            if made is not None:
                return made
        return None

    def _sketch(self, found: Found) -> Sketch | None:
        world = found.base.scene.world
        rows = copied(world.rows)
        populations = {k: v for k, v in world.populations.items() if not isinstance(v, Population)}
        for (record, number, name), value in found.facts.items():
            if not record:
                populations[name] = value
            elif number < len(rows.get(record, ())):
                rows[record][number][name] = value
        row = found.base.row
        asked = None
        if found.item.record:
            record, number = row[LAYOUT].record, row[NUMBER]
            if number < len(rows.get(record, ())):
                asked = rows[record][number]
            elif rows.get(record):
                return None
        return Sketch(self.setting, rows, populations, asked, row[NUMBER] if row else 0)

    def _observed(self, item: c.Item) -> Iterator[Target]:
        """Give the item, and then what depends on it, that an example can expect."""
        order = {(x.record, x.name): i for i, x in enumerate(self.setting.program.items)}
        by_target = {(x.record, x.name): x for x in self.setting.program.items}
        own = (item.record, item.name)
        reached = sorted(self.bench.reach.from_one(own), key=lambda t: order.get(t, 0))
        seen = [t for t in reached if t in by_target and by_target[t].kind not in HIDDEN]
        yield from seen[:12]

    def _checked(
        self, sketch: Sketch, item: c.Item, mutant: Mutant, target: Target
    ) -> Suggestion | None:
        pair = sketch.both(mutant, target)
        if pair is None:
            return None
        value = value_text(self.setting, target[0], target[1], pair[0])
        if value is None:
            return None
        rows = told_rows(sketch)
        given = tuple(_with_populations(sketch, rows))
        expected = (path_of(self.setting, *target), value)
        made = Suggestion(mutant, item, given, expected, ())
        scenes = tell(self.setting, _alone(self.setting, made))
        if scenes is None or not _fails(scenes, mutant, self.bench):
            return None
        return Suggestion(mutant, item, given, expected, scenes)


def _with_populations(sketch: Sketch, rows: Sequence[Row]) -> Iterator[Row]:
    yield from rows
    said = [
        Said(name, text)
        for name, value in sketch.populations.items()
        if (text := value_text(sketch.setting, "", name, value)) is not None
    ]
    if said:
        yield Row("", False, tuple(said))


# --- text -------------------------------------------------------------------------------------------


def tell(setting: Setting, text: str) -> tuple[Scene, ...] | None:
    """Return the scenes of examples in text that the rules pass; nothing when they do not."""
    report = Report()
    file = parse(Source("suggested.mips", text), report)
    told: list[Told] = []
    for item in file.items:
        match item:
            case n.Example():
                told.append(example(item, setting, Coverage()))
            case n.Examples():
                told.extend(rows_of_examples(item, setting, Coverage()))
            case n.PopulationExample():
                told.append(population_example(item, setting, Coverage()))
            case _:
                return None
    if report.has_errors or any(one.findings for one in told):
        return None
    return tuple(scene for one in told for scene in one.scenes)


def _fails(scenes: Sequence[Scene], mutant: Mutant, bench: Bench) -> bool:
    """Return whether one of ``scenes`` fails under ``mutant``."""
    return Bench.with_reach(scenes, bench.reach).is_killed(mutant)


def _alone(setting: Setting, made: Suggestion) -> str:
    """Return one suggestion as an example of its own."""
    if made.columns is not None:
        return _table(setting, [made])
    head = f'example "{_title(made)}" {_cited(made)}'
    lines = [head]
    for row in made.rows:
        word = f"{'another' if row.another else 'the'} {row.record} " if row.record else ""
        given = " ".join(f"{said.path} {said.value}" for said in row.given)
        lines.append(f"    given {word}{given}".rstrip())
    lines.append(f"    expect {made.expected[0]} {made.expected[1]}")
    return "\n".join(lines) + "\n"


def _title(made: Suggestion) -> str:
    label = made.item.label or made.item.name.removesuffix(" row").replace("_", " ")
    return f"{label.replace(chr(34), '')}: to the letter"


def _cited(made: Suggestion) -> str:
    return " ".join(f"[{each}]" for each in made.item.citations[:1])


def _qualified(setting: Setting, made: Suggestion) -> dict[str, str]:
    return {
        path_of(setting, row.record, said.path): said.value
        for row in made.rows
        for said in row.given
    }


def _table(setting: Setting, rows: Sequence[Suggestion]) -> str:
    """Return suggestions that expect one thing as a table; what one does not say it has as usual."""
    given = [_qualified(setting, made) for made in rows]
    columns = list(dict.fromkeys(path for one in given for path in one))
    path = rows[0].expected[0]
    lines = [f'examples "{_title(rows[0])}" {_cited(rows[0])}']
    lines.append(f"    | {' | '.join(columns)} || {path} |")
    for one, made in zip(given, rows, strict=True):
        cells = [one.get(column) or _usual_text(setting, column) for column in columns]
        lines.append(f"    | {' | '.join(cells)} || {made.expected[1]} |")
    return "\n".join(lines) + "\n"


def _usual_text(setting: Setting, path: str) -> str:
    """Return what is usual of something, as a cell."""
    record, _, name = path.rpartition(".")
    if not record:
        record = next(
            (r.name for r in setting.program.records if (r.name, name) in setting.slots), ""
        )
    value: Stored = setting.usual.get(record, {}).get(name)
    return value_text(setting, record, name, value) or "missing"


def as_text(setting: Setting, bench: Bench, made: Sequence[Suggestion]) -> dict[str, str]:
    """Return the suggestions in canonical layout, by the file of the rules that they test.

    Rows with the same columns stand in one table, and others are merged with them where they still
    pass and notice what they did alone.
    """
    by_file: dict[str, list[str]] = {}
    groups: dict[tuple[str, str, str], list[Suggestion]] = {}
    for each in made:
        file = each.item.place.file
        if each.columns is None:
            by_file.setdefault(file, []).append(_alone(setting, each))
        else:
            groups.setdefault((file, each.item.name, each.expected[0]), []).append(each)
    for (file, _, _), rows in groups.items():
        by_file.setdefault(file, []).extend(_merged(setting, bench, rows))
    return {file: _formatted("\n".join(texts)) for file, texts in by_file.items()}


def _merged(setting: Setting, bench: Bench, rows: list[Suggestion]) -> Iterator[str]:
    tables: list[list[Suggestion]] = []
    for one in rows:
        for table in tables:
            columns = {p for each in (*table, one) for p in _qualified(setting, each)}
            if len(columns) <= _WIDE and _stands(setting, bench, [*table, one]):
                table.append(one)
                break
        else:
            tables.append([one])
    for table in tables:
        yield _table(setting, table)


def _stands(setting: Setting, bench: Bench, rows: Sequence[Suggestion]) -> bool:
    """Return whether the rows still pass in one table, and notice what they did."""
    scenes = tell(setting, _table(setting, rows))
    return scenes is not None and all(
        _fails([scenes[index]], made.mutant, bench) for index, made in enumerate(rows)
    )


def _formatted(text: str) -> str:
    report = Report()
    formatted = format_source(Source("suggested.mips", text), report)
    assert not report.has_errors, "what is suggested was parsed before"
    return formatted
