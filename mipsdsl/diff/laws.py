"""Two policies as programs under the names of the newer one, and as one with switches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from attrs import evolve, frozen

from mipsdsl.core.merge import Apart, Merged, Target, merge
from mipsdsl.core.nodes import Program
from mipsdsl.core.walk import replaced
from mipsdsl.diagnostics import PolicyError, Report
from mipsdsl.diff.change import Difference
from mipsdsl.diff.identifiers import under_them
from mipsdsl.diff.policy import Entry, Key, Policy, Thing, files_of
from mipsdsl.semantics.lower import lower
from mipsdsl.semantics.resolve import resolve
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.walk import walk


@frozen
class Laws:
    """Both policies as programs; ``merged`` holds them both, or ``apart`` says why none does.

    A group of changes is what one file changes: ``merged.switches`` has one for each.
    """

    old: Program
    new: Program
    merged: Merged | None
    apart: str


def laws_of(difference: Difference, year: int | None = None) -> Laws:
    """Return the programs of both sides of ``difference``, and the one that holds both.

    With ``year``, both are as if made for that performance year: that the days of one year are not
    those of another is no difference then. The old one has the identifiers of the new one.

    Raises:
        PolicyError: one of them does not compile.

    """
    difference = evolve(difference, old=under_them(difference.old, difference.identifiers))
    if year is not None:
        sides = (_in_year(side, year) for side in (difference.old, difference.new))
        difference = evolve(difference, old=next(sides), new=next(sides))
    old, new = program_of(difference.old), program_of(difference.new)
    try:
        return Laws(old, new, merge(old, new, groups_of(difference)), "")
    except Apart as why:
        return Laws(old, new, None, str(why))


def year_of(policy: Policy) -> int | None:
    """Return the performance year that a policy is the law of."""
    headers = (e.thing for e in policy.values() if isinstance(e.thing, n.RulesHeader))
    return next((int(header.year.text) for header in headers), None)


def _in_year(policy: Policy, year: int) -> Policy:
    """Return ``policy`` as it were if it had been made for ``year``: all its days are so much later.

    So a relief until the end of the year is one until the end of the year.
    """
    own = year_of(policy)
    if own is None or own == year:
        return policy
    return {
        key: evolve(entry, thing=_moved(entry.thing, year - own)) for key, entry in policy.items()
    }


def _moved(thing: Thing, years: int) -> Thing:
    if isinstance(thing, n.RulesHeader):
        year, paying = _later(thing.year, years), _later(thing.paying, years)
        return evolve(thing, year=year, paying=paying)
    if isinstance(thing, n.SourceOf) or not any(isinstance(x, n.Date) for x in walk(thing)):
        return thing
    return replaced(thing, lambda part: _later(part, years) if isinstance(part, n.Date) else None)


Dated = TypeVar("Dated", n.Date, n.Number)


def _later(part: Dated, years: int) -> Dated:
    year, day = part.text[:4], part.text[4:]
    if day == "-02-29":
        day = "-02-28"
    return evolve(part, text=f"{int(year) + years:04d}{day}")


def program_of(policy: Policy) -> Program:
    """Return the program of what a policy says.

    Raises:
        PolicyError: it does not compile.

    """
    report = Report()
    program = lower(resolve(files_of(policy), report), report)
    if program is None:
        raise PolicyError(tuple(report))
    return program


def groups_of(difference: Difference) -> Mapping[Target, str]:
    """Return the file of each item, and of each parameter under the record "": as it is now."""
    return {
        target: entry.area
        for policy in (difference.old, difference.new)
        for key, entry in policy.items()
        for target in targets_of(key, entry)
    }


def targets_of(key: Key, entry: Entry) -> Iterator[Target]:
    """Give the items (of a parameter: its name, under the record "") that a thing becomes."""
    record = "" if key.what in {"parameter", "population"} else key.record
    yield record, key.name
    if isinstance(entry.thing, n.Table | n.Scale):
        yield record, f"{key.name} row"
        for cell in entry.thing.header.conclusions:
            for part in cell.parts:
                if isinstance(part, n.CellValue) and isinstance(part.value, n.Path):
                    yield record, part.value.text
