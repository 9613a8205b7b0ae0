"""A run as a script: the statements that a database elsewhere executes, one after another."""

from __future__ import annotations

from collections.abc import Iterator

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.engines.plan import Plan, Populations
from mipsdsl.engines.schema import stored_scale
from mipsdsl.engines.sql.catalog import CREATED, ROW
from mipsdsl.engines.sql.database import Script
from mipsdsl.engines.sql.dialect import Dialect
from mipsdsl.engines.sql.engine import SqlEngine
from mipsdsl.engines.sql.linking import link_tables
from mipsdsl.engines.sql.results import results

_HEAD = """\
{title}: performance year {year}, paying {paying}.
Written by mipsdsl for {dialect}. Whole numbers throughout: nothing here is rounded by the database.

Execute the statements in order, in an empty schema that holds these tables, one for each record (a
table may be empty). `row` numbers the rows 0, 1, 2, … in the order of the data. A quantity is a whole
number of steps, a date the number of its day (1 is the first of January of the year 1), a yes/no is
BOOLEAN, all else text. NULL is missing. No policy checks here what `mips run` checks of data: keys
are there and each once, and values are within their ranges.
"""


def script(program: c.Program, dialect: Dialect, plan: Plan, populations: Populations) -> str:
    """Return the statements of ``plan``, and before them what they expect and leave.

    Raises:
        Unsupported: an item needs what SQL cannot do exactly.

    """
    records = [record for record in program.records if record.grouping is None]
    inputs = {r.name: [ROW, *(each.name for each in r.fields)] for r in records}
    database = Script(dialect, inputs)
    linked = link_tables(program, database, {record.name: record.name for record in records})
    engine = SqlEngine(program, database, linked, populations)
    engine.run(plan)
    outputs = _outputs(engine, plan)
    for record, names in outputs.items():
        database.create(_result(record), results(engine, record, names))
    statements = [dialect.written(each, pretty=True) + ";" for each in database.statements]
    head = "\n".join(_comment(program, dialect, records, engine, outputs))
    return head + "\n\n" + "\n\n".join(statements) + "\n"


def _outputs(engine: SqlEngine, plan: Plan) -> dict[str, list[str]]:
    """Return the columns of results by record: the key first. Chosen rows are tables already."""
    found: dict[str, list[str]] = {}
    for record, name in plan.outputs:
        if (record, name) not in engine.catalog.lists:
            key = engine.catalog.schema.records[record].key if record else ()
            names = found.setdefault(record, list(key))
            if name not in names:
                names.append(name)
    return found


def _result(record: str) -> str:
    return f"results__{record or 'population'}"


def _comment(
    program: c.Program,
    dialect: Dialect,
    records: list[c.Record],
    engine: SqlEngine,
    outputs: dict[str, list[str]],
) -> Iterator[str]:
    title = program.title or "MIPS"
    spoken = {Dialect.DUCKDB: "DuckDB", Dialect.SPARK: "Spark"}[dialect]
    head = _HEAD.format(title=title, year=program.year, paying=program.paying, dialect=spoken)
    yield from (f"-- {line}".rstrip() for line in head.splitlines())
    for record in records:
        yield "--"
        yield f"-- {record.name} (key {', '.join(record.key)})"
        yield f"--   {ROW} BIGINT"
        for each in record.fields:
            yield f"--   {each.name} {_said(dialect, each.type, each.scale, many=each.many > 0)}"
    yield "--"
    yield "-- The results:"
    for name, names in outputs.items():
        yield "--"
        yield f"-- {_result(name)}"
        if name:
            yield f"--   {ROW} BIGINT"
            yield f"--   {CREATED} BOOLEAN: no table had the row, the rules made it"
        for each_name in names:
            yield f"--   {each_name} {_said_of(engine, dialect, name, each_name)}"


def _said_of(engine: SqlEngine, dialect: Dialect, record: str, name: str) -> str:
    schema = engine.catalog.schema
    if (item := schema.items.get((record, name))) is not None:
        return _said(dialect, item.type, stored_scale(item))
    each = schema.fields[record, name]
    return _said(dialect, each.type, each.scale, many=each.many > 0)


def _said(dialect: Dialect, type_: Type, scale: int, *, many: bool = False) -> str:
    """Return the type of a column in SQL, and what it means."""
    kind = dialect.written(dialect.type_of(type_, many=many))
    missing = ", may be missing" if type_.optional else ""
    if type_.unit is Unit.CHOICE:
        return f"{kind}: {type_.choice}{missing}"
    if type_.unit in QUANTITIES and scale:
        return f"{kind}: {type_.unit.value} in steps of 10^-{scale}{missing}"
    return f"{kind}: {type_.unit.value}{missing}"
