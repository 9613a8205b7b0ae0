"""CMS's published files into the reference tables that a program declares.

Layout only: what a number means is said in policies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from mipsdsl.data.cms.benchmarks import benchmarks
from mipsdsl.data.cms.catalogues import CATALOGUES, rows_of
from mipsdsl.data.cms.lists import (
    clinical_clusters,
    listed_pathways,
    measure_collections,
    measure_impacts,
    value_pathways,
)
from mipsdsl.data.cms.published import Published, Row, open_year
from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import Sheet, json_cell
from mipsdsl.data.slots import Layout

Filler: TypeAlias = Callable[[Published, Findings], Sequence[tuple[int, Row]]]
"""What returns the rows of a table, each with the place of its entry in the published file."""

_FILLERS: dict[str, tuple[str, Filler]] = {
    "benchmark": ("benchmarks/{year}.json", benchmarks),
    "measure_collection": ("measures/{year}/measures-data.json", measure_collections),
    "measure_impact": ("measures/{year}/measures-data.json", measure_impacts),
    "mvp_list": ("mvp/{year}.json", listed_pathways),
    "mvp_catalogue": ("mvp/{year}.json", value_pathways),
    "clinical_cluster": ("clinical-clusters/{year}", clinical_clusters),
}


def load_reference(folder: Path, year: int, layout: Layout, findings: Findings) -> dict[str, Sheet]:
    """Return a sheet for each reference table that the program declares and CMS publishes.

    ``folder`` holds ``benchmarks`` and ``measures``, or the package or checkout that does.

    Raises:
        DataError: the folder, or the year in it, is not there.
    """
    tables = [name for name in layout.slots if layout.records[name].is_reference]
    wanted = [name for name in tables if name in _FILLERS or name in CATALOGUES]
    if not wanted:
        return {}
    published = open_year(folder, year)
    sheets: dict[str, Sheet] = {}
    for name in wanted:
        file, fill = _filler(name)
        rows = fill(published, findings)
        label = (
            file.format(year=year) if name == "benchmark" else f"{file.format(year=year)}, {name}"
        )
        sheets[name] = _sheet(label, rows, list(layout.slots[name]))
    findings.files.extend(published.files)
    return sheets


def _filler(name: str) -> tuple[str, Filler]:
    if name in _FILLERS:
        return _FILLERS[name]
    return "measures/{year}/measures-data.json", partial(_catalogue, name)


def _catalogue(name: str, published: Published, findings: Findings) -> list[tuple[int, Row]]:
    del findings
    return rows_of(CATALOGUES[name], published)


def _sheet(file: str, rows: Sequence[tuple[int, Row]], declared: Sequence[str]) -> Sheet:
    """Return the rows as text cells, those of the declared columns only."""
    columns = [name for name in (rows[0][1] if rows else declared) if name in declared]
    cells = [[json_cell(row[name]) for name in columns] for _, row in rows]
    return Sheet(file, tuple(columns), cells, [number for number, _ in rows])
