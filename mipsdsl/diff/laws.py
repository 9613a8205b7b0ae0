"""Two policies as programs under the names of the newer one, and as one with switches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from mipsdsl.core.merge import Apart, Merged, Target, merge
from mipsdsl.core.nodes import Program
from mipsdsl.diagnostics import PolicyError, Report
from mipsdsl.diff.change import Difference
from mipsdsl.diff.policy import Entry, Key, Policy, files_of
from mipsdsl.semantics.lower import lower
from mipsdsl.semantics.resolve import resolve
from mipsdsl.syntax import nodes as n


@frozen
class Laws:
    """Both policies as programs; ``merged`` holds them both, or ``apart`` says why none does.

    A group of changes is what one file changes: ``merged.switches`` has one for each.
    """

    old: Program
    new: Program
    merged: Merged | None
    apart: str


def laws_of(difference: Difference) -> Laws:
    """Return the programs of both sides of ``difference``, and the one that holds both.

    Raises:
        PolicyError: one of them does not compile.

    """
    old, new = program_of(difference.old), program_of(difference.new)
    try:
        return Laws(old, new, merge(old, new, groups_of(difference)), "")
    except Apart as why:
        return Laws(old, new, None, str(why))


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
        for target in _targets(key, entry)
    }


def _targets(key: Key, entry: Entry) -> Iterator[Target]:
    record = "" if key.what in {"parameter", "population"} else key.record
    yield record, key.name
    if isinstance(entry.thing, n.Table | n.Scale):
        yield record, f"{key.name} row"
        for cell in entry.thing.header.conclusions:
            for part in cell.parts:
                if isinstance(part, n.CellValue) and isinstance(part.value, n.Path):
                    yield record, part.value.text
