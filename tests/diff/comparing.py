"""A small policy, and texts of policies compared."""

from __future__ import annotations

from mipsdsl.diagnostics import Report
from mipsdsl.diff import Change, Difference, Policy, diff, policy_of, route
from mipsdsl.diff.words import words
from mipsdsl.library import read_sources
from mipsdsl.pipeline import consolidate
from mipsdsl.source import Source

POLICY = """\
rules for performance year 2017 paying 2019
title "a small year"
source [81 FR 77008] published 2016-11-04

choice kind_of = physician "a doctor", dentist, other "someone else"

record clinician key npi
    npi      text
    kind     kind_of
    charges  optional money from $0 to $1,000,000
    score    points from 0 points to 100 points
    rural    yesno

parameter threshold = 3 points [42 CFR 1]
parameter low_charges = $30,000 [42 CFR 2]
parameter eligible_kinds = {physician, dentist} [42 CFR 3]

rule clinician.eligible: yesno "eligible" = kind is in eligible_kinds [42 CFR 4]
    except no when (charges default $0) <= low_charges because "bills too little" [42 CFR 4(b)]

rule clinician.final: points = score + (if rural then 5 points else 0 points) at most 100 points
    [42 CFR 5]

table clinician.weights [42 CFR 6]
    | rural | eligible || quality_weight | cost_weight |
    | yes   | yes      || 60%            | 40%         |
    | no    | yes      || 50%            | 50%         |
    | any   | no       || 0%             | 0%          |

scale clinician.base of score: percent [42 CFR 7]
    | score                         || base                                          |
    | 0 points to threshold         || line from (0 points, -4%) to (threshold, 0%)  |
    | above threshold to 100 points || line from (threshold, 0%) to (100 points, 4%) |

claim "nobody has more than 100 points": always final <= 100 points [42 CFR 5]
"""


def policy(*sources: Source) -> Policy:
    """Return the consolidated policy of ``sources``, which can be read."""
    report = Report()
    files = consolidate(sources, report)

    assert not report.has_errors, [d.message for d in report]
    return policy_of(files)


def of_text(text: str, name: str = "small.mips") -> Policy:
    """Return the policy of a text."""
    return policy(Source(name, text))


def between(old: str, new: str) -> Difference:
    """Return what is different in the text ``new``."""
    return diff(of_text(old), of_text(new))


def on_the_way(old: tuple[Source, ...], new: tuple[Source, ...]) -> Difference:
    """Return what is different in ``new``, with the renames and reasons on the way."""
    way = route(old, new)
    return diff(policy(*old), policy(*new), way.renamings, way.amendments, way.identifiers)


def year(name: str) -> tuple[Source, ...]:
    """Return the files of a year."""
    return read_sources(name)


def said(changes: tuple[Change, ...]) -> list[str]:
    """Return each change in a line."""
    return [" ".join(part for part in _parts(change) if part) for change in changes]


def _parts(change: Change) -> tuple[str, ...]:
    sides = [words(side) if side is not None else "" for side in (change.old, change.new)]
    shown = " → ".join(side for side in sides if side)
    part = ", ".join(change.part)
    if not change.way and change.kind.value in {"added", "removed"}:
        shown = ""
    return change.kind.value, change.key.what, change.key.full, f"({part})" if part else "", shown
