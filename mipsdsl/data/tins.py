"""One form of TINs in all data: a practice is found by its number, with dashes or without."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mipsdsl.data.findings import Draft, Findings
from mipsdsl.data.tables import Value

TIN = "tin"
DASHED = r"[0-9]{2}-[0-9]{7}|[0-9]{3}-[0-9]{2}-[0-9]{4}"
DIGITS_ALONE = r"[0-9]{9}"
_DASHED = re.compile(DASHED)
_DIGITS = re.compile(DIGITS_ALONE)


def one_form(drafts: Mapping[str, Draft], findings: Findings) -> None:
    """Take the dashes out of TINs when the data have some with and some without, and say so."""
    columns = [
        (draft, place) for draft in drafts.values() if (place := draft.index(TIN)) is not None
    ]
    values: set[Value] = {row[place] for draft, place in columns for row in draft.rows}
    texts = [value for value in values if isinstance(value, str)]
    dashed = sorted(filter(_DASHED.fullmatch, texts))
    if not dashed or not any(map(_DIGITS.fullmatch, texts)):
        return
    plain = {text: text.replace("-", "") for text in dashed}
    for draft, place in columns:
        for row in draft.rows:
            if row[place] in plain:
                row[place] = plain[str(row[place])]
    note_dashes(dashed[0], findings)


def note_dashes(first: str, findings: Findings) -> None:
    """Say that the dashes of TINs were left out; ``first`` is the first of them in their order."""
    said = "TINs stand with dashes and without: the dashes are left out"
    findings.note(f"{said} ({first} is {first.replace('-', '')})", plain=said)
