"""What a run says of itself, on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import click

from mipsdsl.about import About
from mipsdsl.core.nodes import Program
from mipsdsl.core.types import GRID, QUANTITIES
from mipsdsl.data.codes import PAGES
from mipsdsl.data.privacy import OPEN, Privacy, number_text
from mipsdsl.data.tables import Inputs, Reject
from mipsdsl.engines.plan import Refusal
from mipsdsl.scoring import Factor, Outcome, Scored, reason, target_name
from mipsdsl.semantics.cells import quantity_text

_SHOWN_REJECTS = 20
_SHOWN_NAMES = 6
_WIDTH = 10


def say(lines: Iterable[str]) -> None:
    """Write lines to standard error."""
    for line in lines:
        click.echo(line, err=True)


def of_reading(inputs: Inputs, privacy: Privacy = OPEN) -> Iterator[str]:
    """Yield what was read, and the notes on it."""
    counts = [
        f"{privacy.number(number, record)} {record}"
        for record, number in inputs.counts.items()
        if number
    ]
    yield _line("read", ", ".join(counts) or "nothing")
    for note in inputs.notes:
        yield _line("note", note)


def of_rejects(
    rejects: Sequence[Reject], total: int, written: Path | None, least: int = 0
) -> Iterator[str]:
    """Yield how many rows were left out, and the first of them grouped by what was wrong.

    Rows that could be counted are not listed where their number may be too small to be shown.
    """
    if not rejects:
        return
    where = f", written to {written}" if written is not None else ""
    yield _line("rejected", f"{number_text(len(rejects), least)} of {rows(total, least)}{where}")
    by_code: dict[str, list[Reject]] = {}
    for reject in rejects:
        by_code.setdefault(reject.code, []).append(reject)
    # One of each code first; the others share what room is left.
    room = max(0, _SHOWN_REJECTS - len(by_code))
    for code, group in sorted(by_code.items(), key=lambda pair: -len(pair[1])):
        title = PAGES[code].title if code in PAGES else ""
        yield f"  {code}  {number_text(len(group), least)}  {title}"
        if least:
            continue
        shown = min(len(group), 1 + room)
        room -= shown - 1
        for reject in group[:shown]:
            why = f": {reject.reason}" if reject.reason != title else ""
            yield f"    {_place(reject)}{why}"
        if shown < len(group):
            yield f"    … and {len(group) - shown:,} more"


def of_own_columns() -> str:
    """Return what is said of the user's own columns when something is to be hidden."""
    return _line(
        "note",
        "columns that the policy does not know are left out, as they may name someone; "
        "--own-columns writes them as they are",
    )


def _place(reject: Reject) -> str:
    column = f", column {reject.column}" if reject.column else ""
    return f"{reject.file} row {reject.row}{column}"


def of_results(
    program: Program, scored: Scored, settings: Iterable[str], least: int = 0
) -> Iterator[str]:
    """Yield what was made, set, computed and refused."""
    if scored.none_of:
        yield _line("none of", f"{', '.join(scored.none_of)}: no file has them, so there are none")
    for record, number in scored.created.items():
        number_made = number_text(number, least)
        yield _line("created", f"{number_made} {record} that no file had, as the rules ask")
    for setting in settings:
        yield _line("set", setting)
    for factor in scored.factors:
        yield _line("factor", factor_text(factor, least))
    for names, refusal in _together(scored.refused, scored.record):
        yield _line("left out", f"{names}: {'; '.join(map(reason, refusal.missing[:2]))}")


def factor_text(factor: Factor, least: int = 0) -> str:
    """Return a population item in words; fewer rows than ``least`` are not counted."""
    item, value = factor.item, factor.value
    text = str(value)
    if isinstance(value, int) and item.type.unit in QUANTITIES:
        text = quantity_text(Fraction(value, 10 ** GRID[item.type.unit]), item.type.unit)
    is_computed = factor.origin == "computed"
    text = factor.instead or text
    how = f"computed over {rows(factor.rows, least)}" if is_computed else factor.origin
    return f"{item.name} = {text}, {how}"


def _together(refused: Sequence[Refusal], record: str) -> Iterator[tuple[str, Refusal]]:
    """Yield the outputs that lack the same, in one line each."""
    groups: dict[tuple[object, ...], list[Refusal]] = {}
    for refusal in refused:
        groups.setdefault(tuple(refusal.missing[:2]), []).append(refusal)
    for group in groups.values():
        names = [
            target_name(refusal.target).removeprefix(f"{record}.")
            for refusal in group[:_SHOWN_NAMES]
        ]
        more = f" and {len(group) - len(names)} more" if len(group) > len(names) else ""
        yield ", ".join(names) + more, group[0]


def of_writing(outcomes: Iterable[Outcome], paths: Iterable[Path], least: int = 0) -> Iterator[str]:
    """Yield what was written where."""
    for outcome, path in zip(outcomes, paths, strict=True):
        yield _line("wrote", f"{rows(len(outcome.rows), least)} of {outcome.record} to {path}")


def of_about(found: About) -> str:
    """Return how the results came about, in one line."""
    return _line("about", found.line())


def rows(number: int, least: int = 0) -> str:
    """Return how many rows that is, in words.

    >>> rows(1), rows(2000)
    ('1 row', '2,000 rows')
    """
    return "1 row" if number == 1 and not least else f"{number_text(number, least)} rows"


def _line(word: str, text: str) -> str:
    return f"{word:<{_WIDTH}}{text}"
