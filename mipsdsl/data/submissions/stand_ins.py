"""The people that documents name: of them nothing is known but who they are.

A score is a submission's, an adjustment a clinician's. So that a document shows both, whoever it
names is taken for the usual clinician of the policy, and a note says so. Of a group or a subgroup
it is anybody who bills under its TIN. Who belongs to an APM Entity or a virtual group decides on
its score, so nobody is made up there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import Sheet
from mipsdsl.data.slots import Layout
from mipsdsl.data.submissions.units import Unit

Rows: TypeAlias = Sequence[tuple[Path, Mapping[str, str]]]
"""What is known of the rows of a record, each with the file that names it."""

_CLINICIAN, _PRACTICE, _MEMBER = "clinician", "practice", "member"
_ANYBODY = "anybody"
_OF_MEMBERS = ("apm_entity", "virtual_group")


def stand_ins(
    units: Sequence[Unit],
    layout: Layout,
    given: Collection[str],
    assumed: Collection[str],
    findings: Findings,
) -> Iterator[tuple[Path, Sheet, str]]:
    """Yield a clinician and, but for an individual, the practice for each unit that has a TIN.

    ``given`` are the records that data are given of, ``assumed`` the full names of the fields that
    the user assumes: neither is filled. Where clinicians are given, none is made up.
    """
    if _CLINICIAN in given:
        return
    individuals = [unit for unit in units if unit.kind == "individual" and unit.tin and unit.npi]
    groups = [unit for unit in units if unit.kind == "group" and unit.tin]
    subgroups = [unit for unit in units if unit.kind == "subgroup" and unit.tin]
    # Who assumes something of practices means those of individuals as well.
    is_assumed = any(name.startswith(f"{_PRACTICE}.") for name in assumed)
    practised = individuals if is_assumed else []
    # Sheets of their own: made-up names among numbers would be mistakes.
    parts = [
        (_CLINICIAN, "", _known(individuals, "tin", "npi")),
        (_CLINICIAN, f" {_ANYBODY}", _known([*groups, *subgroups], "tin", "npi")),
        (_PRACTICE, "", _practices(groups, [*subgroups, *practised])),
        (_MEMBER, "", _known(subgroups, "submission_id", "tin", "npi")),
    ]
    for record, label, rows in parts:
        if rows and record not in given and record in layout.slots:
            usual = _usual(record, rows[0][1], layout, assumed)
            yield from _sheets(record, label, rows, usual)
            _say(record, usual, findings)
    if any(unit.kind in _OF_MEMBERS for unit in units):
        findings.note(
            "of an APM Entity and a virtual group documents do not say who belongs to it: the "
            "adjustments of its members need member.csv and clinician.csv"
        )


def _practices(groups: Sequence[Unit], others: Sequence[Unit]) -> list[tuple[Path, dict[str, str]]]:
    """Return the practices: those that a group's document names report as a group."""
    reporting = {unit.tin for unit in groups}
    return [
        (path, row | {"reports_as_group": "yes" if row["tin"] in reporting else "no"})
        for path, row in _known([*groups, *others], "tin")
    ]


def _known(units: Sequence[Unit], *names: str) -> list[tuple[Path, dict[str, str]]]:
    """Return what is known of the people of ``units``, each once."""
    found: dict[tuple[str, ...], Path] = {}
    for unit in units:
        row = {"submission_id": unit.name, "tin": unit.tin or "", "npi": unit.npi or _ANYBODY}
        found.setdefault(tuple(row[name] for name in names), unit.first.path)
    return [(path, dict(zip(names, key, strict=True))) for key, path in found.items()]


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
    record: str, label: str, rows: Rows, usual: Mapping[str, str]
) -> Iterator[tuple[Path, Sheet, str]]:
    """Yield a sheet for each file that names people."""
    by_file: dict[Path, list[list[str]]] = {}
    for path, known in rows:
        by_file.setdefault(path, []).append([*known.values(), *usual.values()])
    columns = (*rows[0][1], *usual)
    for path, found in by_file.items():
        numbers = list(range(1, len(found) + 1))
        yield path, Sheet(f"{path.name}, {record}{label}", columns, found, numbers), record


def _say(record: str, usual: Mapping[str, str], findings: Findings) -> None:
    if usual:
        said = ", ".join(f"{name} {text}" for name, text in usual.items())
        findings.note(
            f"of each {record} a document says only who it is; the rest is taken as usual: {said}; "
            f"give {record}.csv, or --assume field=value"
        )
