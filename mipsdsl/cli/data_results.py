"""Results with what belongs to them: the user's own columns, and a workbook of the whole run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from mipsdsl.cli import data_dictionary
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.spreadsheet import Tab, text_tab, write_workbook
from mipsdsl.data.write import Column, reject_lines

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.tables import Inputs
    from mipsdsl.scoring import Outcome

_WORD = 10


def with_own_columns(outcome: Outcome, inputs: Inputs) -> Outcome:
    """Return the results and, after them, the columns of their files that the policy does not know.

    A row that no file had has none of them.
    """
    table = inputs.tables.get(outcome.record)
    if table is None or len(table.origins) > len(outcome.rows):
        return outcome
    files = list(dict.fromkeys(origin.file for origin in table.origins))
    names = list(
        dict.fromkeys(n for file in files if file in inputs.own for n in inputs.own[file].names)
    )
    if not names:
        return outcome
    taken = {column.name for column in outcome.columns}
    columns = [Column(f"own.{name}" if name in taken else name, Type(Unit.TEXT)) for name in names]
    places = {
        file: [own.names.index(name) if name in own.names else None for name in names]
        for file, own in inputs.own.items()
    }
    empty: list[str | None] = [None] * len(names)
    rows = []
    for index, row in enumerate(outcome.rows):
        own = list(empty)
        if index < len(table.origins) and (file := table.origins[index].file) in places:
            cells = inputs.own[file].cells[table.origins[index].row]
            own = [None if p is None else cells[p] or None for p in places[file]]
        rows.append([*row, *own])
    return evolve(outcome, columns=(*outcome.columns, *columns), rows=rows)


def write_book(
    path: Path,
    program: Program,
    inputs: Inputs,
    outcomes: Sequence[Outcome],
    run: Iterable[tuple[str, str]],
) -> None:
    """Write the results, the rows left out, the dictionary of the columns and the run."""
    header, lines = reject_lines(inputs.rejects)
    single = len(outcomes) == 1
    dictionary = [data_dictionary.as_cells(each) for each in data_dictionary.entries(program)]
    tabs = [
        *(Tab("results" if single else o.record, o.columns, o.rows, o.keys) for o in outcomes),
        text_tab("rejects", header, lines),
        text_tab("dictionary", data_dictionary.HEADER, dictionary),
        text_tab("run", ("what", "value"), list(run)),
    ]
    write_workbook(path, tabs)


def of_run(about: About, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a run: how it can be repeated, and the lines of its summary."""
    yield from about.lines()
    for line in lines:
        if not line.startswith(" "):
            yield line[:_WORD].strip(), line[_WORD:].strip()
