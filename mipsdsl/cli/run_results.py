"""Results of ``mips run`` handed over: files, a workbook, or the screen."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mipsdsl.cli import about, exits, policies
from mipsdsl.cli import inputs as i
from mipsdsl.cli.files import is_folder, make_folder
from mipsdsl.cli.run_asked import Asked

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.bulk.sql import Connection
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs
    from mipsdsl.scoring import Outcome, Scored


@frozen
class Done:
    """A run that is over: what it was of, and what came of it."""

    program: Program
    inputs: Inputs
    scored: Scored
    data: i.Data
    privacy: Privacy
    asked: Asked
    connection: Connection | None = None

    def about(self) -> About:
        """Return how the results came about."""
        evaluated = {outcome.record: len(outcome.rows) for outcome in self.scored.outcomes}
        policy, engine = self.asked.policy, self.scored.engine
        return about.of_run(policy, self.program, self.inputs, evaluated, engine, self.privacy)

    def outcomes(self) -> list[Outcome]:
        """Return the results with the columns of the user's own, unless they are not wanted."""
        if not self.inputs.own or not self.asked.wants_own(self.privacy):
            return list(self.scored.outcomes)
        from mipsdsl.cli.data_results import with_own_columns

        return [with_own_columns(outcome, self.inputs) for outcome in self.scored.outcomes]

    def summary(self) -> Iterator[str]:
        """Yield what is said of the results."""
        from mipsdsl.cli import summary

        yield from summary.of_results(
            self.program, self.scored, self.data.settings, self.privacy.least
        )


def _is_workbook(path: Path) -> bool:
    return path.suffix.casefold() == ".xlsx"


def check_ending(asked: Asked) -> None:
    """Check that a file of the name that the results are to have can be written."""
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import check_ending

    if asked.output and not is_folder(Path(asked.output)):
        try:
            check_ending(Path(asked.output))
        except DataError as mistake:
            raise exits.Stop(str(mistake)) from None


def check_place(scored: Scored, asked: Asked) -> None:
    """Check that the results of several records have a folder to go to."""
    if asked.output and len(scored.outcomes) > 1 and not _holds_many(Path(asked.output)):
        records = ", ".join(outcome.record for outcome in scored.outcomes)
        raise exits.Stop(
            f"the outputs are of several records ({records}), and {asked.output} is one file\n"
            "help: name a folder (`-o results/`), or ask for the outputs of one record"
        )


def _holds_many(path: Path) -> bool:
    return is_folder(path) or _is_workbook(path)


def hand_over(done: Done) -> None:
    """Write the results where the user wants them, and say what came of the run."""
    from mipsdsl.cli import summary

    asked = done.asked
    if asked.output is None:
        found = done.about()
        summary.say([*done.summary(), summary.of_about(found)])
        _show(done, found)
        return
    outcomes, out = done.outcomes(), Path(asked.output)
    found = done.about()
    if _is_workbook(out):
        paths = _write_book(done, outcomes, found)
    else:
        paths = _write(done, outcomes, found)
    summary.say(done.summary())
    summary.say(summary.of_writing(outcomes, paths, done.privacy.least))
    summary.say([summary.of_about(found)])


def _write_book(done: Done, outcomes: Sequence[Outcome], found: About) -> list[Path]:
    """Write everything into one workbook, and return it for each of the results."""
    from mipsdsl.cli import summary
    from mipsdsl.cli.data_results import of_run, write_book
    from mipsdsl.data.tables import DataError

    path, inputs, least = Path(str(done.asked.output)), done.inputs, done.privacy.least
    lines = [
        *summary.of_reading(inputs, done.privacy),
        *summary.of_rejects(inputs.rejects, sum(inputs.counts.values()), None, least),
        *done.summary(),
    ]
    make_folder(path.parent)
    try:
        write_book(path, done.program, inputs, outcomes, of_run(found, lines))
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    return [path] * len(outcomes)


def _write(done: Done, outcomes: Iterable[Outcome], found: About) -> list[Path]:
    """Write a file for each record, and beside them how they came about; return where."""
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import write

    asked, out = done.asked, Path(str(done.asked.output))
    ending = asked.form if asked.form in ("csv", "jsonl") else "csv"
    written = []
    try:
        for outcome in outcomes:
            path = out / f"{outcome.record}.{ending}" if is_folder(out) else out
            make_folder(path.parent)
            if done.connection is not None and path.suffix.casefold() in (".parquet", ".csv"):
                from mipsdsl.large.results import write_outcome

                write_outcome(done.connection, path, outcome, asked.percent, found.timeless())
            else:
                write(
                    path,
                    outcome.columns,
                    outcome.rows,
                    percent=asked.percent,
                    about=found.timeless(),
                )
            written.append(path)
        about.write_beside(found, out, written)
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    return written


def _show(done: Done, found: About) -> None:
    from mipsdsl.cli import tables

    percent = done.asked.percent
    match done.asked.form or ("table" if sys.stdout.isatty() else "csv"):
        case "table":
            from shutil import get_terminal_size

            width = get_terminal_size().columns
            for outcome in done.scored.outcomes:
                colour = policies.coloured()
                tables.show_table(outcome, width=width, colour=colour, least=done.privacy.least)
        case "csv":
            for outcome in done.outcomes():
                click.echo(tables.csv_text(outcome, percent), nl=False)
        case "jsonl":
            for outcome in done.outcomes():
                for line in tables.json_lines(outcome, percent):
                    click.echo(line)
        case _:
            click.echo(_envelope(done, found))


def _envelope(done: Done, found: About) -> str:
    from mipsdsl.cli import tables
    from mipsdsl.cli.summary import factor_text
    from mipsdsl.scoring import reason, target_name

    scored, block = done.scored, found.as_json()
    content = {
        "year": done.program.year,
        "results": {
            outcome.record: list(tables.as_objects(outcome, done.asked.percent))
            for outcome in scored.outcomes
        },
        "read": block["rows_read"],
        "rejected": block["rows_rejected"],
        "notes": list(done.inputs.notes),
        "factors": [factor_text(factor, done.privacy.least) for factor in scored.factors],
        "left_out": [
            {"output": target_name(each.target), "missing": [reason(m) for m in each.missing]}
            for each in scored.refused
        ],
        "about": block,
    }
    return policies.envelope("run", content)
