"""Do the engines agree on everything? Random people of every year, and random programs, value by value.

    python -m benchmarks.differential [--values 1000000] [--programs 200] [--seed 1] [--years 2017,2022]

Each world is linked once for each engine; the interpreter says what every value of every item is, and
the generated Python, the native engine and (every so many worlds, as it is slow on few rows) the SQL
engine are held to it: the same value with the same type, chosen rows the same rows. It goes on until so
many values were compared with the native engine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count
from random import Random

import duckdb
from attrs import define, field, frozen

from benchmarks import report
from benchmarks.timing import machine
from mipsdsl import library
from mipsdsl.core import nodes as c
from mipsdsl.engines import native
from mipsdsl.engines.columns import ColumnStore, columns_of, stored_values
from mipsdsl.engines.frames import Values, frames, linked
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.native import NativeEngine, compile_native
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.python import PythonEngine
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import NUMBER
from mipsdsl.engines.sql.database import DuckDB
from mipsdsl.engines.sql.dialect import Unsupported
from mipsdsl.engines.sql.engine import SqlEngine, stored_column
from mipsdsl.engines.sql.linking import link_tables
from mipsdsl.engines.store import Store, Stored, Tabular
from mipsdsl.pipeline import compile_policy
from mipsdsl.scoring import to_be_given
from mipsdsl.verify.random_world import Maker, populations_of

SQL_EVERY = 50
"""One in so many worlds of a year is run by SQL, too; of random programs one in ten."""


@define
class Tally:
    """How many values each engine was held to, which differ, and which programs an engine refused."""

    values: Counter[str] = field(factory=Counter)
    differing: list[str] = field(factory=list)
    refused: Counter[str] = field(factory=Counter)
    worlds: int = 0
    programs: int = 0

    def hold(self, engine: str, where: str, found: list[object], wanted: list[object]) -> None:
        """Compare a column."""
        self.values[engine] += len(wanted)
        if found != wanted:
            self.differing.append(f"{engine}: {where}")


@frozen
class Subject:
    """A program, everything asked of it, and what is said of its population."""

    name: str
    program: c.Program
    plan: Plan
    populations: Populations
    compiled: native.Compiled | None


def subject_of(name: str, program: c.Program, data: Mapping[str, Tabular] | None = None) -> Subject:
    """Return a program that is asked for everything; what nobody has published has some value.

    Without ``data`` every field is there, and no item is given.
    """
    said: dict[str, Stored | Population] = {
        item.name: Population.COMPUTE for item in program.items if not item.record
    }
    open_ones = to_be_given(program)
    values = populations_of(program, Maker(program, 1)).items() if open_ones else ()
    said |= {parameter: steps for parameter, steps in values if parameter in open_ones}
    every = [(item.record, item.name) for item in program.items]
    if data is not None:
        columns = {record: table.columns for record, table in data.items()}
        plan = requirements(program, columns, every, said, link(program, data).partial)
    else:
        plan = requirements(program, _all_columns(program), every, said)
    try:
        compiled = compile_native(program, plan)
    except native.Unsupported:
        compiled = None
    return Subject(name, program, plan, said, compiled)


def _all_columns(program: c.Program) -> dict[str, list[str]]:
    return {
        record.name: [each.name for each in record.fields]
        for record in program.records
        if record.grouping is None
    }


def compare(subject: Subject, store: Callable[[], Store], tally: Tally) -> Store:
    """Hold the Python and the native engine to the interpreter; return what that computed."""
    program, plan, said = subject.program, subject.plan, subject.populations
    wanted, other = store(), store()
    turned = columns_of(wanted)
    Interpreter(program, wanted, said).run(plan)
    PythonEngine(program, other, said).run(plan)
    is_native = _runs(subject, turned)
    if not is_native:
        tally.refused["native"] += 1
    for step in plan.steps:
        for name in step.items:
            where = f"{subject.name} {step.record}.{name}"
            right = shown(of_rows(wanted, step.record, name))
            tally.hold("python", where, shown(of_rows(other, step.record, name)), right)
            if is_native:
                mine = (
                    stored_values(turned, (step.record, name))
                    if step.record
                    else [turned.populations[name]]
                )
                tally.hold("native", where, shown(mine), right)
    tally.worlds += 1
    return wanted


def _runs(subject: Subject, columns: ColumnStore) -> bool:
    """Run the native engine; return whether it could.

    It refuses values that are beyond what the program says of them, as random programs have some.
    """
    if subject.compiled is None:
        return False
    try:
        NativeEngine(subject.program, columns, subject.populations).run(
            subject.plan, subject.compiled, threads=2
        )
    except native.OutOfRange:
        return False
    return True


def compare_sql(
    subject: Subject, tables: Mapping[str, Tabular], wanted: Store, tally: Tally
) -> None:
    """Hold the SQL engine to what the interpreter computed."""
    from tests.engines.sql.typed import load

    with duckdb.connect(config={"threads": 1}) as connection:
        database = DuckDB(connection)
        loaded = load(connection, subject.program, tables)
        try:
            linked_tables = link_tables(subject.program, database, loaded)
            engine = SqlEngine(subject.program, database, linked_tables, subject.populations)
            engine.run(subject.plan)
        except Unsupported:
            tally.refused["sql"] += 1
            return
        for step in subject.plan.steps:
            for name in step.items:
                found = shown(stored_column(engine, step.record, name))
                right = shown(of_rows(wanted, step.record, name))
                tally.hold("sql", f"{subject.name} {step.record}.{name}", found, right)


def of_rows(store: Store, record: str, name: str) -> list[Stored]:
    """Return what rows have, or what the nation has."""
    return store.column(record, name) if record else [store.populations[name]]


def shown(values: list[Stored]) -> list[object]:
    """Return values with their types, and chosen rows as their numbers."""
    return [
        tuple(row[NUMBER] for row in value)
        if isinstance(value, tuple) and value and isinstance(value[0], list)
        else (type(value).__name__, value)
        if not isinstance(value, tuple)
        else value
        for value in values
    ]


def of_years(years: list[str], values: int, seed: int, tally: Tally) -> None:
    """Compare random people of the years in turn until so many values were compared."""
    subjects = [subject_of(year, compile_policy(library.read_sources(year))) for year in years]
    for number in count():
        if tally.values["native"] >= values:
            return
        subject = subjects[number % len(subjects)]
        people: dict[str, list[Values]] = Maker(subject.program, seed * 10_000_000 + number).world()
        wanted = compare(subject, lambda: linked(subject.program, people), tally)  # noqa: B023 - called here
        if number // len(subjects) % SQL_EVERY == 0:
            compare_sql(subject, frames(subject.program, people), wanted, tally)


def of_programs(number: int, seed: int, tally: Tally) -> None:
    """Compare random programs on data of their own."""
    from tests.engines.random_programs import data_of, program_of

    for each in range(number):
        dice = Random(seed * 10_000_000 + each)
        program = program_of(dice)
        data = data_of(dice, program)
        subject = subject_of(f"program {each}", program, data)
        compare(subject, lambda: link(program, data), tally)  # noqa: B023 - called here
        tally.programs += 1


def main() -> int:
    """Compare, print, and record; the exit code is 1 when something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--years", default=",".join(library.years()))
    asked = parser.parse_args()
    began, tally = time.perf_counter(), Tally()
    of_programs(asked.programs, asked.seed, tally)
    of_years(asked.years.split(","), tally.values["native"] + asked.values, asked.seed, tally)
    text = _text(tally, asked.years, time.perf_counter() - began)
    report.record("differential", text)
    print(text)
    return 1 if tally.differing else 0


def _text(tally: Tally, years: str, seconds: float) -> str:
    command = " ".join(["python -m benchmarks.differential", *sys.argv[1:]])
    lines = [
        f"| {engine} | {number:,} | {sum(1 for each in tally.differing if each.startswith(engine))} "
        f"| {tally.refused[engine]} |"
        for engine, number in sorted(tally.values.items())
    ]
    first = "".join(f"\n- differs: {each}" for each in sorted(set(tally.differing))[:20])
    worlds = f"{tally.worlds:,} random worlds of {tally.programs:,} random programs"
    how = f"`{command}` ({seconds:,.0f} s; {machine(['llvmlite', 'duckdb'])})"
    return (
        f"## Engines against the interpreter\n\n{how}: {worlds} and of the years "
        f"{years.replace(',', ', ')}; every value of every item.\n\n"
        "| engine | values compared | columns that differ | runs it refused |\n|---|---|---|---|\n"
        + "\n".join(lines)
        + f"\n{first}"
    )


if __name__ == "__main__":
    sys.exit(main())
