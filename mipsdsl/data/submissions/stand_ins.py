"""The people that documents name: of them nothing is known but who they are.

A score is a submission's, an adjustment a clinician's. So that a document shows both, whoever it
names is taken for the usual clinician of the policy, and a note says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout
from mipsdsl.data.submissions.units import Unit

_CLINICIAN, _PRACTICE = "clinician", "practice"
_ANYBODY = "anybody"
"""The NPI of whoever bills under the TIN of a group."""


def stand_ins(
    units: Sequence[Unit],
    layout: Layout,
    given: Collection[str],
    assumed: Collection[str],
    findings: Findings,
) -> Iterator[tuple[Path, Sheet, str]]:
    """Yield a clinician for each unit that is an individual or a group, and the practice of a group.

    ``given`` are the records that data are given of, ``assumed`` the full names of the fields that
    the user assumes: neither is filled. Where clinicians are given, none is made up.
    """
    if _CLINICIAN in given or not {_CLINICIAN, _PRACTICE} <= layout.slots.keys():
        return
    own = [unit for unit in units if unit.tin and unit.kind in ("individual", "group")]
    people = {(unit.tin, unit.npi or _ANYBODY): unit for unit in reversed(own)}
    groups = {unit.tin: unit for unit in reversed(own) if unit.kind == "group"}
    clinicians = [
        (unit.first.path, {"tin": tin, "npi": npi}) for (tin, npi), unit in people.items()
    ]
    practices = [
        (unit.first.path, {"tin": tin, "reports_as_group": "yes"}) for tin, unit in groups.items()
    ]
    for record, rows in ((_CLINICIAN, clinicians), (_PRACTICE, practices)):
        if rows and record not in given:
            usual = _usual(record, rows[0][1], layout, assumed)
            yield from _sheets(record, rows, usual)
            _say(record, usual, findings)


def _usual(
    record: str, known: Collection[str], layout: Layout, assumed: Collection[str]
) -> dict[str, str]:
    """Return what is usual of ``record`` and neither known nor assumed."""
    usual = dict(layout.program.usual).get(record, ())
    return {
        name: text
        for name, text in usual
        if name in layout.slots[record]
        and name not in known
        and name not in layout.records[record].key
        and f"{record}.{name}" not in assumed
    }


def _sheets(
    record: str, rows: Sequence[tuple[Path, Mapping[str, str | None]]], usual: Mapping[str, str]
) -> Iterator[tuple[Path, Sheet, str]]:
    """Yield a sheet for each file that names people."""
    by_file: dict[Path, list[list[str]]] = {}
    for path, known in reversed(rows):
        cells = [value or "" for value in known.values()]
        by_file.setdefault(path, []).append([*cells, *usual.values()])
    columns = (*rows[0][1], *usual)
    for path, found in by_file.items():
        sheet = Sheet(f"{path.name}, {record}", columns, found, list(range(1, len(found) + 1)))
        yield path, sheet, record


def _say(record: str, usual: Mapping[str, str], findings: Findings) -> None:
    if usual:
        said = ", ".join(f"{name} {text}" for name, text in usual.items())
        findings.note(
            f"of each {record} a document says only who it is; the rest is taken as usual: {said}; "
            f"give {record}.csv, or --assume field=value"
        )
