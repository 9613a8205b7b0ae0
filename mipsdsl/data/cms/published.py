"""The files that CMS publishes for a year: where they are, and the words that all of them use.

Source: the files of CMS's public repository of QPP measures data, 2017 on, and its npm package
(2017 to 2022), which has the same layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from attrs import frozen

from mipsdsl.data.tables import DataError

Entry: TypeAlias = Mapping[str, Any]
"""One object of a published file; what it holds differs by year, hence ``Any``."""

Row: TypeAlias = dict[str, object]
"""One row of a reference table, by column."""

COLLECTION_TYPES = {
    "claims": "claims",
    "registry": "mips_cqm",
    "electronicHealthRecord": "ecqm",
    "cmsWebInterface": "web_interface",
    "certifiedSurveyVendor": "cahps",
    "administrativeClaims": "administrative_claims",
}
"""Submission methods, as CMS's files and its API name them, and what policies call them."""

_OF_ACOS = "SSP"
_INSIDE = (".", "package", "node_modules/qpp-measures-data")


@frozen
class Source:
    """A published file: its name within the folder, and its entries."""

    name: str
    entries: tuple[Entry, ...]

    def numbered(self) -> Iterable[tuple[int, Entry]]:
        """Return the entries with their places in the file, from 1."""
        return enumerate(self.entries, start=1)


@frozen
class Published:
    """What CMS published for one year: its measures, and the folder that has the other files.

    ``files`` are those that were read.
    """

    root: Path
    year: int
    measures: Source
    by_id: Mapping[str, Entry]
    files: list[Path]

    def read(self, name: str) -> Source:
        """Return the file ``name``, and keep that it was read."""
        self.files.append(self.root / name)
        return read(self.root, name)

    def first_of(self, *names: str) -> Source | None:
        """Return the first of the files ``names`` that is there."""
        return next((self.read(name) for name in names if (self.root / name).exists()), None)


def open_year(folder: Path, year: int) -> Published:
    """Return what is published for ``year`` in ``folder``, or in the package or checkout in it.

    Raises:
        DataError: the folder, or the year in it, is not there.
    """
    root = _root(folder)
    name = f"measures/{year}/measures-data.json"
    measures = read(root, name)
    by_id = {str(entry["measureId"]): entry for entry in measures.entries}
    return Published(root, year, measures, by_id, [root / name])


def _root(folder: Path) -> Path:
    """Return the folder that holds the benchmarks: this one, or one just inside it."""
    for candidate in [*(folder / name for name in _INSIDE), *sorted(folder.glob("*/"))]:
        if (candidate / "measures").is_dir() and (candidate / "benchmarks").is_dir():
            return candidate
    raise DataError(
        f"`{folder}` is not a folder of CMS's measures data",
        "it must hold the folders `benchmarks` and `measures` of CMS's public repository",
    )


def read(root: Path, name: str) -> Source:
    """Return the file ``name`` below ``root``.

    Raises:
        DataError: it is not there, or is not laid out as CMS does it.
    """
    path = root / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        years = sorted(each.stem for each in (root / "benchmarks").glob("2*.json"))
        raise DataError(
            f"`{root}` has no `{name}`", f"the years in it are {', '.join(years)}"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(f"`{path}` cannot be read: {error}") from error
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise DataError(f"`{path}` is not a list of entries, as CMS publishes it")
    return Source(name, tuple(content))


def collection_type(method: str, measure: Entry) -> str:
    """Return the collection type of a measure that is sent by ``method``.

    CMS has one word for three: a registry sends MIPS CQMs, the measures of its own (QCDR), and
    the Medicare CQMs of ACOs, whose names end with SSP.
    """
    if method != "registry":
        return COLLECTION_TYPES.get(method) or method
    if measure.get("isRegistryMeasure"):
        return "qcdr"
    return "medicare_cqm" if str(measure.get("measureId")).endswith(_OF_ACOS) else "mips_cqm"


def snake(text: object) -> str | None:
    """Return camel case as snake case.

    >>> snake("patientReportedOutcome")
    'patient_reported_outcome'
    """
    if text is None:
        return None
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(text)).lower()
