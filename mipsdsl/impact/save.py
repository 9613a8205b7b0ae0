"""Witnesses as examples that ``mips test`` passes, under each of the two policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from attrs import define

from mipsdsl.core import nodes as c
from mipsdsl.data.tables import DataError
from mipsdsl.data.write import replacing
from mipsdsl.diagnostics import Report
from mipsdsl.engines.frames import Values
from mipsdsl.engines.store import Stored
from mipsdsl.format import format_source
from mipsdsl.impact.answers import Witness
from mipsdsl.impact.candidates import Names, Side, under_other_names
from mipsdsl.impact.law import OneLaw
from mipsdsl.impact.trial import Trial
from mipsdsl.impact.witness import WRONG, Case, cases
from mipsdsl.library import read_sources, years
from mipsdsl.source import Source
from mipsdsl.testing.judge import NoValue, Strict
from mipsdsl.testing.mutation.sketch import Sketch, path_of, told_rows, value_text
from mipsdsl.testing.mutation.suggest import tell

FIELDS = 400
"""So many fields of one witness may have to be given."""


def save_tests(found: Sequence[Witness], tried: Trial, path: Path) -> tuple[Path, ...]:
    """Write ``found`` as examples that ``mips test`` passes, a file for each policy beside ``path``.

    ``people.mips`` becomes ``people.2018.mips`` and ``people.2019.mips``: both are written, or none.

    Raises:
        DataError: they cannot be written.

    """
    numbers = {each.number for each in found}
    chosen = [each for each in cases(tried) if each.witness.number in numbers]
    texts = [_File(tried, which).text(chosen) for which in (0, 1)]
    paths = _paths(tried, path)
    for each in paths:
        if each.is_dir():
            raise DataError(f"`{each}` cannot be written: it is a folder")
    with ExitStack() as both:
        parts = [both.enter_context(replacing(each)) for each in paths]
        for part, text in zip(parts, texts, strict=True):
            part.write_text(text, encoding="utf-8")
    return paths


def _paths(tried: Trial, path: Path) -> tuple[Path, Path]:
    marks = [str(side.program.year) for side in tried.sides]
    if marks[0] == marks[1]:
        marks = ["old", "new"]
    old, new = (path.with_name(f"{path.stem}.{mark}{path.suffix or '.mips'}") for mark in marks)
    return old, new


@define(eq=False)
class _File:
    """The examples of one policy, in its own names and days."""

    trial: Trial
    which: int

    @property
    def _side(self) -> Side:
        return self.trial.sides[self.which]

    @property
    def _law(self) -> OneLaw:
        return self.trial.both[self.which]

    def text(self, found: Sequence[Case]) -> str:
        """Return the file in canonical layout."""
        parts = [self._head(), *(self._example(each) for each in found)]
        report = Report()
        text = format_source(Source("witnesses.mips", "\n".join(parts)), report)
        assert not report.has_errors, "each example was read before"
        return text

    def _head(self) -> str:
        program, sources = self._side.program, self._side.analysis.sources
        year = str(program.year)
        if year in years() and tuple(read_sources(year)) == sources:
            return f"rules for performance year {year} paying {program.paying}\namends {year}\n"
        return f"tests for performance year {year}\n"

    def _example(self, case: Case) -> str:
        witness = case.witness
        title = f"W{witness.number} {witness.kind}: {witness.name}".replace('"', "'")
        sketch = self._sketch(case)
        text = None if sketch is None else self._told(sketch, case, title)
        if text is None or tell(self._side.setting, text) is None:
            return f"# {title}: this clinician cannot be told as an example"
        return text

    def _told(self, sketch: Sketch, case: Case, title: str) -> str | None:
        setting = self._side.setting
        record, name = self._target(case)
        value = value_text(setting, record, name, case.values[self.which])
        if value is None:
            return None
        lines = [f'example "{title}"']
        for row in told_rows(sketch):
            word = f"{'another' if row.another else 'the'} {row.record} "
            given = " ".join(f"{said.path} {said.value}" for said in row.given)
            lines.append(f"    given {word}{given}".rstrip())
        for factor, held in sketch.populations.items():
            lines.append(f"    given {factor} {value_text(setting, '', factor, held)}")
        lines.append(f"    expect {path_of(setting, record, name)} {value}")
        return "\n".join(lines) + "\n"

    # --- the people under this policy's names ---

    def _names(self) -> Names:
        if self.which:
            return Names({}, {}, {})
        return Names.of(self.trial.difference).turned()

    def _target(self, case: Case) -> tuple[str, str]:
        names, (record, name) = self._names(), case.target
        return names.records.get(record, record), names.names.get((record, name), name)

    def _sketch(self, case: Case) -> Sketch | None:
        """Return the people as an example tells them; nothing when it cannot."""
        later = self._side.program.year - self._law.program.year
        given = self._law.rows(case.people)
        rows = under_other_names(given, self._law.program, self._names(), later)
        rows = _told_there(rows, self._side.program)
        record, _ = self._target(case)
        asked = _row(rows, self._side.program, record, case.key)
        sketch = Sketch(self._side.setting, rows, self._factors(case), asked)
        full = {id(row): dict(row) for told in rows.values() for row in told}
        for told in rows.values():
            for row in told:
                _leave_out(row, sketch)
        return sketch if self._fill(sketch, full, case) else None

    def _factors(self, case: Case) -> dict[str, Stored]:
        names = self._names()
        published = {x.name for x in self._side.program.items if not x.record and x.published}
        known = {x.name for x in self._side.program.items if not x.record}
        said = {
            names.names.get(("", name), name): value
            for name, value in self._law.populations(case.people).items()
            if isinstance(value, int) and (name in case.people.populations or name not in published)
        }
        return {name: value for name, value in said.items() if name in known}

    def _fill(self, sketch: Sketch, full: Mapping[int, Values], case: Case) -> bool:
        """Say of the rows what the output needs; return whether it is then what it should be."""
        for _ in range(FIELDS):
            try:
                value = self._value(sketch, case)
            except NoValue as lack:
                if not _say(sketch, full, lack):
                    return False
                continue
            except WRONG:
                return False
            return value == case.values[self.which]
        return False

    def _value(self, sketch: Sketch, case: Case) -> Stored:
        record, name = self._target(case)
        store = sketch.world().store()
        engine = Strict(self._side.program, store, dict(sketch.populations))
        engine.groups(record)
        for row in store.rows.get(record, ()):
            if store.key(row) == case.key:
                return engine.value(row, name)
        raise KeyError(case.key)


def _told_there(rows: Mapping[str, list[Values]], program: c.Program) -> dict[str, list[Values]]:
    there = {record.name for record in program.records}
    return {record: [dict(row) for row in told] for record, told in rows.items() if record in there}


def _row(
    rows: Mapping[str, list[Values]], program: c.Program, record: str, key: tuple[Stored, ...]
) -> Values | None:
    names = next(each.key for each in program.records if each.name == record)
    told = rows.get(record, ())
    return next((row for row in told if tuple(row.get(x) for x in names) == key), None)


def _leave_out(row: Values, sketch: Sketch) -> None:
    """Take out what goes without saying, and what is as plain as it can be; keys stay."""
    record = next(of for of, told in sketch.rows.items() if any(row is each for each in told))
    usual, key = sketch.setting.usual.get(record, {}), sketch.key(record)
    for name, value in list(row.items()):
        if name not in usual and name not in key and value in (None, False, 0, ()):
            del row[name]


def _say(sketch: Sketch, full: Mapping[int, Values], lack: NoValue) -> bool:
    """Say what rows of a record have of a field that an output needs; return whether that is more."""
    said = False
    for row in sketch.rows.get(lack.record, ()):
        values = full.get(id(row), {})
        if lack.name not in row and values.get(lack.name) is not None:
            row[lack.name] = values[lack.name]
            said = True
    return said
