"""What measures and activities there are: CMS's, or the invented ones of the packaged sample."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen

from mipsdsl import resources
from mipsdsl.core.nodes import Program, Record
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError, Table, Value
from mipsdsl.sample.draws import Numbers
from mipsdsl.sample.marginals import Marginals, Metrics, Rows

_OUTCOMES = {"outcome", "intermediate_outcome", "patient_reported_outcome"}
_INTEROPERABILITY = ("interoperability_catalogue", "care_information_catalogue")
_SIMPLE = "single_performance_rate"
_STEPS = 10**4
"""Of the starts of a benchmark, in one unit."""


@frozen(eq=False)
class Pool:
    """Measures that a unit may send in one way, outcomes first. Shapes: ``starts`` (k, 10)."""

    measures: tuple[str, ...]
    outcomes: int
    starts: Numbers


@frozen(eq=False)
class Catalogues:
    """What a unit may send.

    ``pools``: quality measures by collection type; ``costs``: cost measures with the starts of their
    deciles; ``interoperability``: measures and whether a rate is sent of each. ``tables`` are the
    reference tables that come with a sample whose measures are invented.
    """

    pools: Mapping[str, Pool]
    activities: tuple[str, ...]
    costs: Pool
    interoperability: tuple[tuple[str, bool], ...]
    tables: Mapping[str, Table] = field(factory=dict)


def catalogues_of(program: Program, found: Marginals, measures: Path | None) -> Catalogues:
    """Return the measures of ``program``: of CMS's folder, or invented.

    Raises:
        DataError: the folder cannot be read, or has no measure that could be sent.

    """
    references = {each.name: each for each in program.records if each.is_reference}
    paths = [] if measures else list(_packaged(references))
    tables = dict(read(program, paths, ReadOptions(measures=measures)).tables)
    laws = [part.law for parts in found["interoperability"] for part in parts]
    metrics = next(law.of for law in laws if isinstance(law, Metrics))
    said = next(law for law in laws if isinstance(law, Rows))
    if measures is None:
        _invent(program, metrics, said, tables)
        tables |= _empty(program, tables)
    known = {
        str(row["measure_id"]) for name in _INTEROPERABILITY for row in _rows(tables.get(name))
    }
    pools = dict(_pools(tables))
    activities = tuple(str(row["activity_id"]) for row in _rows(tables.get("activity_catalogue")))
    if not pools or not activities:
        raise DataError(
            "there are no measures with benchmarks to draw from",
            "give --measures a folder of CMS's measures and benchmarks of the year",
        )
    return Catalogues(
        pools,
        activities,
        _costs(tables),
        tuple((name, metric == "proportion") for name, metric in metrics if name in known),
        {} if measures else tables,
    )


def _packaged(references: Mapping[str, Record]) -> Iterator[Path]:
    for name in references:
        path = resources.sample() / f"{name}.csv"
        if path.is_file():
            yield path


def _invent(
    program: Program,
    metrics: Sequence[tuple[str, str]],
    said: Rows,
    tables: dict[str, Table],
) -> None:
    """Add the catalogue of interoperability that the packaged sample has not.

    What is ``said`` of a measure counts before what is usual.
    """
    references = {each.name: each for each in program.records if each.is_reference}
    usual = dict(program.usual)
    values = {value for choice in program.choices for value in choice.values}
    for name in _INTEROPERABILITY:
        if name not in references or name in tables:
            continue
        known = {**dict(usual.get(name, ())), **said.row(""), "measure_id": "", "metric_type": ""}
        columns = tuple(each.name for each in references[name].fields if each.name in known)
        rows: list[list[Value]] = []
        for measure, metric in metrics:
            own: dict[str, Value] = {**known, **said.row(measure)}
            own |= {"measure_id": measure, "metric_type": metric}
            rows.append([_plain(_known(own[column], values)) for column in columns])
        tables[name] = Table(name, columns, rows, [])


def _empty(program: Program, tables: Mapping[str, Table]) -> dict[str, Table]:
    """Return the reference tables that may have no rows, without any."""
    needed = {
        reference.record
        for record in program.records
        for reference in record.references
        if not reference.optional
    }
    return {
        each.name: Table(each.name, tuple(f.name for f in each.fields), [], [])
        for each in program.records
        if each.is_reference and each.name not in tables and each.name not in needed
    }


def _known(value: Value, values: Collection[str]) -> Value:
    """Return a value; of several with `or` between them the one that a choice has."""
    parts = value.split(" or ") if isinstance(value, str) else []
    return next((part for part in parts if part in values), value)


def _plain(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return {"yes": True, "no": False}.get(value, int(value) if value.isdigit() else value)


def _rows(table: Table | None) -> Iterator[dict[str, Value]]:
    for row in table.rows if table is not None else ():
        yield dict(zip(table.columns, row, strict=True)) if table is not None else {}


def _pools(tables: Mapping[str, Table]) -> Iterator[tuple[str, Pool]]:
    """Yield what can be sent in each way: proportions with a benchmark of ten rates."""
    listed = {str(row["measure_id"]): row for row in _rows(tables.get("quality_catalogue"))}
    by_type: dict[str, list[tuple[bool, str, Sequence[float]]]] = {}
    for row in _rows(tables.get("benchmark")):
        measure, starts = listed.get(str(row["measure_id"])), _starts(row)
        if measure is None or measure.get("metric_type") != _SIMPLE or not starts:
            continue
        if min(starts) >= 0 and max(starts) <= 100:
            is_outcome = measure["measure_type"] in _OUTCOMES
            of_type = by_type.setdefault(str(row["collection_type"]), [])
            of_type.append((not is_outcome, str(row["measure_id"]), starts))
    for name, measures in by_type.items():
        ordered = sorted(measures)
        outcomes = sum(1 for plain, *_ in ordered if not plain)
        ids = tuple(measure for _, measure, _ in ordered)
        yield name, Pool(ids, outcomes, np.array([starts for *_, starts in ordered]))


def _costs(tables: Mapping[str, Table]) -> Pool:
    listed = {str(row["measure_id"]) for row in _rows(tables.get("cost_catalogue"))}
    found = {
        str(row["measure_id"]): _starts(row)
        for row in _rows(tables.get("benchmark"))
        if str(row["measure_id"]) in listed
    }
    kept = {name: starts for name, starts in sorted(found.items()) if starts}
    return Pool(tuple(kept), 0, np.array(list(kept.values())).reshape(len(kept), -1))


def _starts(row: Mapping[str, Value]) -> list[float]:
    """Return the starts of ten deciles, or nothing."""
    starts = row.get("starts")
    if not isinstance(starts, tuple) or len(starts) != 10:
        return []
    return [each / _STEPS for each in starts]
