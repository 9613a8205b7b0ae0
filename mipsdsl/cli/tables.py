"""Results on standard output: a table for people, or text for programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Literal

import click

from mipsdsl.core.types import QUANTITIES
from mipsdsl.data.privacy import number_text
from mipsdsl.data.tables import Value
from mipsdsl.data.write import Column, PercentAs, cell_text
from mipsdsl.scoring import Outcome
from mipsdsl.shown import shown_text

_SHOWN_ROWS = 20
_MISSING = "–"


def show_table(outcome: Outcome, *, width: int, colour: bool, least: int = 0) -> None:
    """Show the first rows, and as many of the first columns as fit."""
    from rich.console import Console
    from rich.table import Table as RichTable

    rows = outcome.rows[:_SHOWN_ROWS]
    texts = [[shown_text(*pair) for pair in zip(outcome.columns, row, strict=True)] for row in rows]
    places = _that_fit(outcome, texts, width)
    table = RichTable(box=None, header_style="bold", pad_edge=False)
    for place in places:
        column = outcome.columns[place]
        is_number = column.type.unit in QUANTITIES
        side: Literal["left", "right"] = "right" if is_number else "left"
        table.add_column(_stacked(column.name), justify=side, no_wrap=True, vertical="bottom")
    for row in texts:
        table.add_row(*(row[place] or _MISSING for place in places), style=None)
    console = Console(
        file=sys.stdout, width=width, no_color=not colour, highlight=False, markup=False
    )
    console.print(table)
    left_out = len(outcome.columns) - len(places)
    click.echo(_tail(outcome, len(rows), left_out, least))


def _stacked(name: str) -> str:
    """Return a name with a word on each line, so that its column can be narrow.

    >>> _stacked("final_score")
    'final_\\nscore'
    """
    return name.replace("_", "_\n")


def _width(name: str) -> int:
    return max(len(line) for line in _stacked(name).split("\n"))


def _tail(outcome: Outcome, shown: int, left_out: int, least: int) -> str:
    number = len(outcome.rows)
    columns = f"{left_out} more columns" if left_out else ""
    if shown < number:
        beyond = f"… and {number_text(number - shown, least)} more" + (
            f", and {columns}" if columns else ""
        )
        return f"{beyond}; write them with -o"
    counted = f"{number_text(number, least)} rows of {outcome.record}"
    return f"{counted}; {columns}: write them with -o" if columns else counted


def _that_fit(outcome: Outcome, texts: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns to show: the key, and the first ones that fit beside it."""
    wide = [
        max(_width(column.name), *(len(row[place]) for row in texts), 1) + 2
        for place, column in enumerate(outcome.columns)
    ]
    keys = list(range(outcome.keys))
    room = width - sum(wide[place] for place in keys)
    chosen: list[int] = []
    for place in range(outcome.keys, len(wide)):
        if wide[place] > room and chosen:
            break
        room -= wide[place]
        chosen.append(place)
    return keys + chosen


def csv_text(outcome: Outcome, percent: PercentAs) -> str:
    """Return the results as CSV."""
    from mipsdsl.data.write import neutral

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([neutral(column.name) for column in outcome.columns])
    for row in outcome.rows:
        cells = zip(outcome.columns, row, strict=True)
        writer.writerow([neutral(cell_text(column, value, percent)) for column, value in cells])
    return out.getvalue()


def json_lines(outcome: Outcome, percent: PercentAs) -> Iterable[str]:
    """Yield each row as one JSON object."""
    for row in as_objects(outcome, percent):
        yield json.dumps(row, ensure_ascii=False)


def as_objects(outcome: Outcome, percent: PercentAs) -> Iterable[dict[str, object]]:
    """Yield each row by column; a quantity that is not whole is a text, so that it is exact."""
    for row in outcome.rows:
        yield {
            column.name: _json_value(column, value, percent)
            for column, value in zip(outcome.columns, row, strict=True)
        }


def _json_value(column: Column, value: Value, percent: PercentAs) -> object:
    if value is None or isinstance(value, bool):
        return value
    text = cell_text(column, value, percent)
    if column.type.unit in QUANTITIES and isinstance(value, int) and text.lstrip("-").isdigit():
        return int(text)
    return text
