"""What was sent: submissions, bare, in an envelope or in a list; or one measurement set alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from attrs import frozen

Entry: TypeAlias = Mapping[str, Any]
"""An object of a document, as sent."""

_ENVELOPES = ("data", "submission", "submissions", "measurementSet")
_SETS = "measurementSets"


@frozen
class Document:
    """A submission as sent: the ``number``-th of its file."""

    path: Path
    number: int
    entry: Entry

    @property
    def sets(self) -> list[Entry]:
        """Return the measurement sets."""
        return [each for each in self.entry[_SETS] if isinstance(each, dict)]


def documents_in(content: object, path: Path) -> list[Document]:
    """Return the submissions that a file holds."""
    return [Document(path, number, each) for number, each in enumerate(_found(content), start=1)]


def _found(content: object) -> list[Entry]:
    if isinstance(content, list):
        return [found for each in content for found in _found(each)]
    if not isinstance(content, dict):
        return []
    if isinstance(content.get(_SETS), list):
        return [content]
    if isinstance(content.get("measurements"), list) and "category" in content:
        return [_of_set(content)]
    return [found for name in _ENVELOPES for found in _found(content.get(name))]


def _of_set(content: Entry) -> Entry:
    """Return the submission of a measurement set that was sent alone, and names its submission."""
    whose = content.get("submission")
    known = whose if isinstance(whose, dict) else {"submissionId": content.get("submissionId")}
    return {**known, _SETS: [content]}


def year_of(document: Document) -> int | None:
    """Return the performance year that a document was sent for, if it says one."""
    year = str(document.entry.get("performanceYear", ""))
    return int(year) if year.isascii() and year.isdigit() else None
