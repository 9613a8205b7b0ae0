"""The same for Python: ``load`` a policy, ``run`` it on records, ``explain`` one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve, field, fields, frozen

from mipsdsl import cache, library
from mipsdsl.about import about
from mipsdsl.core.nodes import ItemKind, Program
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.arrow import ArrowStream, is_stream, table_of, write_frame
from mipsdsl.data.options import ColumnRule, PercentIn, ReadOptions, load_map
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Inputs, Reject, Value
from mipsdsl.data.write import Column
from mipsdsl.diagnostics.model import PolicyError
from mipsdsl.explain.ask import Answer, explain
from mipsdsl.explain.render import DEPTH, heading, lines_of, render, to_json
from mipsdsl.scoring import (
    Factor,
    Outcome,
    OutputError,
    Scored,
    Wanted,
    computed_here,
    score,
    target_name,
    world_of,
)
from mipsdsl.scraps import work_folder
from mipsdsl.settings import Settings, sort_out
from mipsdsl.source import Source

if TYPE_CHECKING:
    import pyarrow

_FRAME = "frame.parquet"

Plain: TypeAlias = bool | int | float | str | date | Decimal | Sequence[float] | None
"""A value as Python has it."""

Rows: TypeAlias = Sequence[Mapping[str, Plain]]
"""Rows of one record, each by field."""

Records: TypeAlias = (
    str | Path | Sequence[str | Path] | ArrowStream | Mapping[str, Rows | ArrowStream]
)
"""A file or folder, several; a table of Polars, pandas, pyarrow, DuckDB or another library that has
the Arrow stream interface, flat as a file is; or rows or tables by record:
``{"clinician": [{"npi": "…", …}], "practice": frame}``."""

Columns: TypeAlias = str | Path | Mapping[str, str | ColumnRule]
"""A map of columns: a TOML file, or targets by column: ``{"Score": "submission.quality_score"}``."""

Population: TypeAlias = Literal["published", "here"]
Engine: TypeAlias = Literal["python", "native", "interpreter"]
Answered: TypeAlias = bool | int | str | date | Decimal | tuple[Decimal, ...] | None


def load(policy: str, /, **settings: Plain) -> Policy:
    """Return a year that comes with the program, or a folder or a file of your own.

    ``settings`` are parameters, as the language writes them (``performance_threshold="6 points"``),
    and population values.

    >>> load("2017").year
    2017

    Raises:
        NoSuchPolicy: there is none of that name; the message lists the years.
        PolicyError: it does not compile; ``diagnostics`` says why.
        SettingError: a setting has no meaning in this policy.

    """
    sources = library.read_sources(policy)
    texts = {name: _text(value) for name, value in settings.items()}
    program = _program(sources, {})
    sorted_out = sort_out(program, texts)
    if sorted_out.parameters:
        program = _program(sources, sorted_out.parameters)
    return Policy(Path(policy).resolve().name, program, sources, texts, sorted_out)


def _program(sources: tuple[Source, ...], settings: Mapping[str, str]) -> Program:
    found = cache.compiled(sources, settings)
    if found.program is None:
        raise PolicyError(found.diagnostics)
    return found.program


@frozen
class Policy:
    """A compiled policy."""

    name: str
    program: Program = field(repr=False)
    sources: tuple[Source, ...] = field(repr=False)
    settings: Mapping[str, str]
    _sorted: Settings = field(repr=False)

    @property
    def year(self) -> int:
        """Return the performance year."""
        return self.program.year

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the names of all that can be asked for, each with its record."""
        return tuple(
            target_name((item.record, item.name))
            for item in self.program.items
            if item.kind is not ItemKind.ROW
        )

    def run(
        self,
        records: Records,
        *,
        outputs: Sequence[str] = (),
        per: str = "",
        population: Population = "published",
        assume: Mapping[str, Plain] | None = None,
        measures: str | Path | None = None,
        percent_in: PercentIn | None = None,
        columns: Columns | None = None,
        sheet: str = "",
        header_row: int = 1,
        delimiter: str = "",
        strict_npi: bool = False,
        max_rejects: int = 0,
        engine: Engine = "python",
    ) -> Results:
        """Return the results of all ``records``.

        ``outputs``: what to compute; without them, all results of the record ``per`` (the first
        that has data). ``population="here"`` computes national factors from these records.
        ``measures``: a folder of CMS's measures and benchmarks, or a year that was fetched.
        ``columns``: which column is which field, or the file that says so. ``sheet``,
        ``header_row``, ``delimiter``: how a workbook, or the lines of a file, are read.
        ``strict_npi``: an NPI with a wrong check digit is a mistake. ``engine``: ``native`` reads
        files of any size by query and computes machine code; ``interpreter`` is what all must equal.

        Raises:
            DataError: the records as a whole cannot be read.
            RowsRejected: more rows than ``max_rejects`` are wrong.
            OutputError: an output is not known, or lacks something that it needs.
            Unsupported: the native engine cannot do what a rule asks.

        """
        options = ReadOptions(
            percent_in=percent_in,
            assume={name: _text(value) for name, value in (assume or {}).items()},
            column_map=_columns(columns),
            measures=Path(measures) if measures is not None else None,
            sheet=sheet,
            header_row=header_row,
            delimiter=delimiter,
            strict_npi=strict_npi,
        )
        said = computed_here(self.program, population == "here", self._sorted.populations)
        wanted = Wanted(outputs=tuple(outputs), per=per, populations=said, engine=engine)
        if engine == "native":
            inputs, scored = _run_large(self.program, records, options, max_rejects, wanted)
        else:
            inputs = _read(self.program, records, options, max_rejects)
            scored = score(world_of(self.program, inputs), evolve(wanted, subjects=inputs.subjects))
        asked = {
            "outputs": ", ".join(outputs),
            "per": per,
            "population": population,
            "max_rejects": max_rejects,
        }
        return Results(inputs, scored, self, asked | _given(options))

    def explain(
        self,
        records: Records,
        *,
        record: str = "clinician",
        outputs: Sequence[str] = (),
        population: Population = "published",
        assume: Mapping[str, Plain] | None = None,
        measures: str | Path | None = None,
        percent_in: PercentIn | None = None,
        columns: Columns | None = None,
        sheet: str = "",
        header_row: int = 1,
        delimiter: str = "",
        strict_npi: bool = False,
        **key: str,
    ) -> Explanation:
        """Return the reasons behind the outcomes of the rows of ``record`` with this ``key``.

        For example ``policy.explain("data/", npi="1000000001")``. Without ``outputs``, the last
        outcomes are explained: those that no other rests on.

        Raises:
            DataError: the records as a whole cannot be read, or the row was rejected.
            OutputError: there is no such row or output, or it lacks something that it needs.

        """
        options = ReadOptions(
            percent_in=percent_in,
            assume={name: _text(value) for name, value in (assume or {}).items()},
            column_map=_columns(columns),
            measures=Path(measures) if measures is not None else None,
            sheet=sheet,
            header_row=header_row,
            delimiter=delimiter,
            strict_npi=strict_npi,
        )
        inputs = _read(self.program, records, options, None)
        said = computed_here(self.program, population == "here", self._sorted.populations)
        answers = explain(world_of(self.program, inputs), record, key, outputs, said)
        return Explanation(self.year, tuple(answers), self.sources)


class RowsRejected(DataError):
    """Rows were left out: ``rejects`` says which and why."""

    def __init__(self, rejects: Sequence[Reject]) -> None:
        """Keep the rows."""
        first = rejects[0]
        place = f"{first.file} row {first.row}, column {first.column}"
        super().__init__(
            f"{len(rejects)} rejected; the first, {place}: {first.reason}",
            "correct the rows, or say how many may be left out: max_rejects=…",
        )
        self.rejects = tuple(rejects)


# --- data in -------------------------------------------------------------------------------------


def _columns(columns: Columns | None) -> dict[str, ColumnRule]:
    """Return a map of columns: as it is given, or as its file has it."""
    if isinstance(columns, str | Path):
        return load_map(Path(columns))
    return {
        name: ColumnRule(rule) if isinstance(rule, str) else rule
        for name, rule in (columns or {}).items()
    }


def _given(options: ReadOptions) -> dict[str, object]:
    """Return how the data were to be read, as far as it is not as usual."""
    usual = ReadOptions()
    return {
        each.name: value.name if isinstance(value, Path) else value
        for each in fields(ReadOptions)
        if (value := getattr(options, each.name)) != getattr(usual, each.name)
    }


def _read(
    program: Program, records: Records, options: ReadOptions, max_rejects: int | None
) -> Inputs:
    with _paths(records) as paths:
        inputs = read(program, paths, options)
    _check_rejects(inputs, max_rejects)
    return inputs


def _check_rejects(inputs: Inputs, max_rejects: int | None) -> None:
    if max_rejects is not None and len(inputs.rejects) > max_rejects:
        raise RowsRejected(inputs.rejects)


def _run_large(
    program: Program, records: Records, options: ReadOptions, max_rejects: int, wanted: Wanted
) -> tuple[Inputs, Scored]:
    """Read by query and compute with the native engine."""
    from mipsdsl.data.bulk.workspace import workspace
    from mipsdsl.engines.rooms import Rooms
    from mipsdsl.large.world import LargeOptions, inputs_of, large_world, read_world, score_large

    with _paths(records) as paths, workspace() as space:
        large = read_world(space.connection, program, paths, options)
        inputs = inputs_of(large)
        _check_rejects(inputs, max_rejects)
        asked = evolve(wanted, subjects=inputs.subjects)
        world = large_world(program, large)
        return inputs, score_large(
            world,
            asked,
            LargeOptions(folder=space.folder, rooms=Rooms(space.folder, space.columns)),
        )


@contextmanager
def _paths(records: Records) -> Iterator[list[Path]]:
    """Give files; rows and tables are written to some, so that they are checked like all others."""
    if isinstance(records, str | Path):
        yield [Path(records)]
        return
    if not is_stream(records) and not isinstance(records, Mapping):
        yield [Path(each) for each in _files(records)]
        return
    with work_folder() as name:
        folder = Path(name)
        if not isinstance(records, Mapping):
            write_frame(records, folder / _FRAME)
            yield [folder / _FRAME]
            return
        for record, rows in records.items():
            if not record.isidentifier():
                raise DataError(f"`{record}` is no name of a record")
            if isinstance(rows, Sequence):
                _write_rows(folder / f"{record}.jsonl", rows)
            else:
                write_frame(rows, folder / f"{record}.parquet")
        yield [folder]


def _files(records: object) -> Sequence[str | Path]:
    """Return several files.

    Raises:
        DataError: it is something else.
    """
    if isinstance(records, Sequence) and all(isinstance(each, str | Path) for each in records):
        return records
    raise DataError(
        f"data of the type {type(records).__name__} cannot be read",
        "give a file, a folder, several of them, a table with the Arrow stream interface (of a lazy "
        "one its `.collect()`), or rows or tables by record",
    )


def _write_rows(path: Path, rows: Sequence[Mapping[str, Plain]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, default=_text) + "\n")


def _text(value: object) -> str:
    """Return a value as the text of a cell or a setting."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


# --- results out ---------------------------------------------------------------------------------


@frozen
class Results:
    """What came of a run."""

    inputs: Inputs = field(repr=False)
    scored: Scored = field(repr=False)
    _policy: Policy = field(repr=False)
    _asked: Mapping[str, object] = field(repr=False)

    @property
    def records(self) -> tuple[str, ...]:
        """Return the records that have results."""
        return tuple(outcome.record for outcome in self.scored.outcomes)

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """Return the rows that were left out, and why."""
        return self.inputs.rejects

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what the reading had to say."""
        return self.inputs.notes

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the population values that were used: published, set or computed."""
        return self.scored.factors

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the results that lack something that they need."""
        return tuple(target_name(each.target) for each in self.scored.refused)

    def rows(self, record: str = "") -> list[dict[str, Answered]]:
        """Return the rows of ``record`` (or of the first), the key first; quantities are exact.

        Units: a percent is a fraction: 4.25% is ``Decimal("0.0425")``.

        Raises:
            OutputError: there are no results of ``record``.

        """
        found = self._outcome(record)
        names = [column.name for column in found.columns]
        return [
            dict(zip(names, map(_answered, found.columns, row), strict=True)) for row in found.rows
        ]

    def _outcome(self, record: str) -> Outcome:
        for outcome in self.scored.outcomes:
            if record in ("", outcome.record):
                return outcome
        raise OutputError(f"there are no results of `{record}`", f"of {', '.join(self.records)}")

    def arrow(self, record: str = "") -> pyarrow.Table:
        """Return the results of ``record`` (or of the first) as a table of Arrow.

        Texts and choices are strings, dates days, counts 64-bit integers, other quantities decimals;
        a percent is a fraction.

        Raises:
            OutputError: there are no results of ``record``.

        """
        found = self._outcome(record)
        return table_of(found.columns, found.rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows of the first record to any library that takes a stream of Arrow.

        For example ``polars.DataFrame(results)``, ``pandas.DataFrame.from_arrow(results)``,
        ``pyarrow.table(results)``, or DuckDB's ``SELECT … FROM results``.
        """
        return self.arrow().__arrow_c_stream__(requested_schema)

    @property
    def about(self) -> dict[str, object]:
        """Return how the results came about: digests of rules and data, version, numbers of rows."""
        evaluated = {outcome.record: len(outcome.rows) for outcome in self.scored.outcomes}
        return about(
            policy=self._policy.name,
            sources=self._policy.sources,
            program=self._policy.program,
            engine=self.scored.engine,
            inputs=self.inputs,
            evaluated=evaluated,
            settings={**self._policy.settings, **{n: str(each) for n, each in self._asked.items()}},
        ).as_json()

    def __iter__(self) -> Iterator[dict[str, Answered]]:
        """Give the rows of the first record."""
        return iter(self.rows())


def _answered(column: Column, value: Value) -> Answered:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        return tuple(_decimal(each, column.scale) for each in value)
    if column.type.unit is Unit.DATE:
        return date.fromordinal(value)
    if column.type.unit is Unit.COUNT or column.type.unit not in QUANTITIES:
        return value
    return _decimal(value, column.scale)


def _decimal(steps: int, scale: int) -> Decimal:
    """Return steps as a decimal without trailing zeros; whatever the context, no digit is lost."""
    sign, digits = int(steps < 0), str(abs(steps))
    kept = digits.rstrip("0") if steps else "0"
    exponent = len(digits) - len(kept) - scale if steps else 0
    if exponent > 0:
        kept, exponent = kept + "0" * exponent, 0
    return Decimal((sign, tuple(map(int, kept)), exponent))


@frozen
class Explanation:
    """The reasons behind outcomes; ``str()`` of it is the text."""

    year: int
    answers: tuple[Answer, ...]
    _sources: tuple[Source, ...] = field(repr=False)

    def text(self, *, depth: int = DEPTH) -> str:
        """Return the sentences, reasons indented below what they explain."""
        lines = lines_of(self._sources)
        parts = []
        for answer in self.answers:
            text = render(answer.sentences, lines=lines, depth=depth)
            parts.append(f"{heading(answer, self.year)}\n{text}")
        return "\n\n".join(parts)

    def __str__(self) -> str:
        """Return the text, to the usual depth."""
        return self.text()

    def to_json(self) -> list[dict[str, Any]]:
        """Return the whole trees as data for JSON."""
        return [
            {
                "record": answer.record,
                "key": list(answer.key),
                "outcomes": to_json(answer.sentences),
            }
            for answer in self.answers
        ]
