"""Whose the documents are: the measurement sets that are scored together, as one submission."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from mipsdsl.data.findings import Findings
from mipsdsl.data.sheets import json_cell
from mipsdsl.data.submissions.documents import Document, Entry

KINDS = {
    "individual": "individual",
    "group": "group",
    "virtualGroup": "virtual_group",
    "subgroup": "subgroup",
    "apm": "apm_entity",
}
CATEGORIES = ("quality", "ia", "aci", "pi")
"""What a measurement set is of; cost is worked out by CMS, and sent by nobody."""

_VALUE_PATHWAY = re.compile(r"[GM][0-9]{4}")
_APM_PATHWAYS = ("app1", "appplus")
_APM_PATHWAY_BEGINS = 2021
_TRADITIONAL = "mips"


@frozen
class Sent:
    """A measurement set, and the document that it stands in."""

    document: Document
    entry: Entry


@frozen
class Unit:
    """What is scored as one: the sets that someone sent for one program of a year."""

    name: str
    kind: str
    tin: str | None
    npi: str | None
    program: str
    reporting_option: str
    mvp: str | None
    sets: list[Sent] = field(factory=list)

    @property
    def first(self) -> Document:
        """Return the document that the unit is first spoken of in."""
        return self.sets[0].document


def units_of(documents: Sequence[Document], year: int, findings: Findings) -> list[Unit]:
    """Return the units of the documents: sets of one entity and program belong together.

    Documents of one entity are parts of one submission, as for the API; each program (traditional
    MIPS, a value pathway) has a score of its own. What is for no score of MIPS is left out.
    """
    found: dict[tuple[object, ...], Unit] = {}
    names: dict[tuple[object, ...], str] = {}
    for document in documents:
        entity = _entity(document)
        name = names.setdefault(entity, _name(document))
        if not document.sets:
            said = "has no measurement sets, so no score"
            findings.note(
                f"{document.path.name}: {name} {said}",
                plain=f"{document.path.name}: a submission {said}",
            )
        for entry in document.sets:
            program = str(entry.get("programName") or _TRADITIONAL).casefold()
            option = _reporting_option(program, entity[0], year)
            why = _why_left_out(entry, option)
            if why:
                findings.note(f"{document.path.name}: {_said(entry)} was left out, as {why}")
                continue
            unit = found.setdefault((entity, program), _unit(document, name, program, option))
            unit.sets.append(Sent(document, entry))
    return _named(found.values())


def _entity(document: Document) -> tuple[object, ...]:
    """Return who sent: those of whom nothing is said are one for each document."""
    entry = document.entry
    known = [json_cell(entry.get(name)) for name in (*_IDENTIFIERS, "entityId")]
    unknown = () if any(known) else (document.path, document.number)
    return (json_cell(entry.get("entityType")), *known, *unknown)


_IDENTIFIERS = ("taxpayerIdentificationNumber", "nationalProviderIdentifier")


def _name(document: Document) -> str:
    """Return the identifier of the submission, as it is given or made of those of the entity."""
    entry = document.entry
    given = entry.get("submissionId") or entry.get("id") or entry.get("entityId")
    parts = [json_cell(entry[name]) for name in _IDENTIFIERS if entry.get(name)]
    return json_cell(given) or "-".join(parts) or f"{document.path.stem}-{document.number}"


def _unit(document: Document, name: str, program: str, option: str) -> Unit:
    entry = document.entry
    kind = json_cell(entry.get("entityType"))
    tin, npi = (json_cell(entry.get(key)) or None for key in _IDENTIFIERS)
    mvp = program.upper() if option == "mvp" else None
    return Unit(name, KINDS.get(kind, kind), tin, npi, program, option, mvp)


def _reporting_option(program: str, kind: object, year: int) -> str:
    """Return how a program is reported in MIPS; nothing for a program beside MIPS (CPC+, PCF).

    Before the API had the program `app1`, an APM Entity reported under the scoring standard.
    """
    if _VALUE_PATHWAY.fullmatch(program.upper()):
        return "mvp"
    if program in _APM_PATHWAYS:
        return "app"
    if program != _TRADITIONAL:
        return ""
    is_standard = kind == "apm" and year < _APM_PATHWAY_BEGINS
    return "apm_scoring_standard" if is_standard else "traditional"


def _why_left_out(entry: Entry, option: str) -> str:
    """Return why a set is no part of a score; nothing when it is."""
    if entry.get("suppressed") is True:
        return "it is suppressed"
    if not option:
        return f"it is for {json_cell(entry.get('programName'))}, not for MIPS"
    if str(entry.get("category")).casefold() not in CATEGORIES:
        return f"only sets of {', '.join(CATEGORIES)} are read; others have files of their own"
    return ""


def _said(entry: Entry) -> str:
    category, method = (json_cell(entry.get(key)) for key in ("category", "submissionMethod"))
    return f"the {category} set by {method}"


def _named(units: Iterable[Unit]) -> list[Unit]:
    """Return the units under names of their own: the first of an entity has its plain name."""
    from attrs import evolve

    taken: set[str] = set()
    named = []
    for unit in units:
        name = unit.name if unit.name not in taken else f"{unit.name}-{unit.mvp or unit.program}"
        taken.add(name)
        named.append(evolve(unit, name=name))
    return named
