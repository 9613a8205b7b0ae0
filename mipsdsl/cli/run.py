"""``mips run``: score all rows of the data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve, frozen

from mipsdsl.cli import about, exits, forms, policies, progress
from mipsdsl.cli import inputs as i
from mipsdsl.cli import privacy as p
from mipsdsl.cli.engine import ENGINES, LARGE, engine_of

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.bulk.sql import Connection
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs
    from mipsdsl.data.write import PercentAs
    from mipsdsl.large.world import LargeOptions, LargeWorld
    from mipsdsl.scoring import Outcome, Scored, Wanted
    from mipsdsl.settings import Settings


@frozen(kw_only=True)
class Asked:
    """What a user wants to have, and where."""

    policy: str
    output: str | None
    outputs: str
    per: str
    rejects: str | None
    max_rejects: str
    form: str | None
    percent: PercentAs
    own_columns: bool | None
    shard: str | None
    privacy: p.Asked
    engine: str
    threads: int | None
    memory: str
    remote: str
    scratch: str

    def wants_own(self, privacy: Privacy) -> bool:
        """Return whether the user's own columns go along: not unasked where something is hidden."""
        return not privacy if self.own_columns is None else self.own_columns


@click.command(name="run")
@click.argument("policy", metavar="YEAR|PATH")
@i.data_options
@click.option("-o", "--output", metavar="OUT", help="Write the results here, by its ending.")
@click.option("--outputs", default="", metavar="A,B,…", help="What to compute, by name.")
@click.option("--per", default="", metavar="RECORD", help="One row for each of these.")
@click.option("--rejects", metavar="FILE", help="Where the rows that were left out go.")
@i.max_rejects
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "jsonl", "json"]),
    help="How to show results.  [default: table on a terminal, else csv]",
)
@forms.percents
@click.option(
    "--own-columns/--no-own-columns",
    default=None,
    help="Write columns that the policy does not know after the results.  [default: yes, but not "
    "with --mask or --suppress-below]",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    help="What computes: interpreter, python, native, sql (DuckDB), spark.  [default: native for "
    "data of more than 4 MB, else python]",
)
@click.option(
    "--remote",
    default="",
    metavar="sc://HOST:PORT",
    help="The Spark Connect server of --engine spark.",
)
@click.option(
    "--scratch", default="", metavar="FOLDER", help="Where it keeps its tables, seen from here too."
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="How many threads.")
@click.option(
    "--memory",
    default="",
    metavar="SIZE",
    help="What the run may take, about: 2GB.  [default: what the system or its container leaves]",
)
@click.option("--shard", metavar="I/N", help="Score this part of N, for `mips merge`.")
@p.options
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Score all rows of FILES (or --sample) under the rules of a year.

    FILES are folders with a file for each record (clinician.csv, submission.parquet, …), such
    files, workbooks with a sheet for each, or one flat file with a row for each clinician. Give the
    corrected file of rejects along with them, and its rows take the place of those rejected.

    Documents of CMS's QPP submissions API (.json) may stand alone: they say which year they are of.
    """
    options |= i.year_of_document(options["policy"], options["files"])
    data = i.taken(options)
    said = p.taken(options)
    asked = Asked(privacy=said, **options)
    with progress.stages() as stage:
        stage("compiling")
        program, settings = policies.with_settings(asked.policy, i.pairs(data.settings, "--set"))
        privacy = p.of(program, said)
        engine = "" if asked.shard is not None else engine_of(data, asked.engine)
        if engine in LARGE:
            asked = evolve(asked, engine=engine)
            _expect_server(asked)
            _run_large(program, settings, data, privacy, asked, stage)
            return
        stage("reading")
        inputs = i.read_inputs(program, data, privacy)
        _say_reading(inputs, privacy, asked)
        _settle_rejects(inputs, privacy, asked)
        stage("scoring")
        if asked.shard is not None:
            _write_part(program, inputs, settings, data, privacy, asked)
            return
        scored = _score(program, inputs, settings, data, privacy, asked)
        stage("writing")
        _hand_over(_Done(program, inputs, scored, data, privacy, asked))


def _run_large(
    program: Program,
    settings: Settings,
    data: i.Data,
    privacy: Privacy,
    asked: Asked,
    stage: Callable[[str], None],
) -> None:
    """Do the same for data of any size: read by query, computed as machine code or by a database."""
    from mipsdsl.data.bulk.workspace import OutOfMemory, workspace
    from mipsdsl.data.tables import DataError
    from mipsdsl.engines.native import OutOfRange, Unsupported
    from mipsdsl.engines.rooms import Rooms
    from mipsdsl.engines.sql.dialect import Unsupported as NotInSql
    from mipsdsl.large.own import has_own_columns, with_own_columns
    from mipsdsl.large.world import LargeOptions, inputs_of, large_world, read_world
    from mipsdsl.scoring import OutputError

    try:
        with (
            i.paths_of(data) as paths,
            workspace(asked.memory, asked.threads) as space,
        ):
            stage("reading")
            large = read_world(space.connection, program, paths, i.options_of(data))
            inputs = privacy.inputs(inputs_of(large))
            has_own = has_own_columns(large)
            _say_reading(inputs, privacy, asked, has_own=has_own)
            _settle_rejects(inputs, privacy, asked)
            stage("scoring")
            wanted = _wanted(program, inputs, settings, data, privacy, asked)
            options = LargeOptions(
                folder=space.folder,
                rooms=Rooms(space.folder, space.columns),
                threads=asked.threads,
                heed=progress.rows(stage, "fetching"),
            )
            scored = _score_large(large_world(program, large), wanted, asked, options)
            _check_place(scored, asked)
            stage("writing")
            if has_own and asked.wants_own(privacy):
                outcomes = [with_own_columns(each, large) for each in scored.outcomes]
                scored = evolve(scored, outcomes=tuple(outcomes))
            _hand_over(_Done(program, inputs, scored, data, privacy, asked, space.connection))
    except (DataError, OutputError) as mistake:
        raise exits.Stop(privacy.line(str(mistake))) from None
    except OutOfMemory:
        raise exits.Stop(
            "the data need more memory than the run may take\n"
            "help: --memory 4GB gives it more; with --threads 1 it needs less",
            exits.ENVIRONMENT,
        ) from None
    except (OutOfRange, Unsupported, NotInSql) as mistake:
        raise exits.Stop(
            f"the {asked.engine} engine cannot compute this: {mistake}\nhelp: --engine python does",
            exits.ENVIRONMENT,
        ) from None


def _expect_server(asked: Asked) -> None:
    """See that the server of a run on Spark is there, before anything is read."""
    if asked.engine == "spark":
        from mipsdsl.engines.sql.spark import SparkError, expect

        try:
            expect(asked.remote)
        except SparkError as mistake:
            text = f"{mistake.message}\nhelp: {mistake.cure}"
            raise exits.Stop(text, exits.ENVIRONMENT) from None


def _score_large(world: LargeWorld, wanted: Wanted, asked: Asked, options: LargeOptions) -> Scored:
    if asked.engine == "native":
        from mipsdsl.large.world import score_large

        return score_large(world, wanted, options)
    from mipsdsl.large.by_sql import score_by_sql

    if asked.engine == "sql":
        return score_by_sql(world, wanted)
    from mipsdsl.engines.sql.spark import SparkError, session_on

    try:
        with session_on(asked.remote, asked.scratch) as spark:
            return score_by_sql(world, wanted, spark)
    except SparkError as mistake:
        text = f"{mistake.message}\nhelp: {mistake.cure}"
        raise exits.Stop(text, exits.ENVIRONMENT) from None


@frozen
class _Done:
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


def _say_reading(inputs: Inputs, privacy: Privacy, asked: Asked, *, has_own: bool = False) -> None:
    from mipsdsl.cli import summary

    _say(summary.of_reading(inputs, privacy))
    has_own = has_own or any(own.names for own in inputs.own.values())
    if privacy and asked.own_columns is None and has_own:
        _say([summary.of_own_columns()])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _score(
    program: Program,
    inputs: Inputs,
    settings: Settings,
    data: i.Data,
    privacy: Privacy,
    asked: Asked,
) -> Scored:
    from mipsdsl.scoring import OutputError, score, world_of

    try:
        wanted = _wanted(program, inputs, settings, data, privacy, asked)
        scored = score(world_of(program, inputs), wanted)
    except OutputError as mistake:
        raise exits.Stop(str(mistake)) from None
    _check_place(scored, asked)
    return scored


def _wanted(
    program: Program,
    inputs: Inputs,
    settings: Settings,
    data: i.Data,
    privacy: Privacy,
    asked: Asked,
) -> Wanted:
    from mipsdsl.scoring import Wanted, computed_here

    return Wanted(
        outputs=tuple(name for name in asked.outputs.split(",") if name.strip()),
        per=asked.per,
        subjects=inputs.subjects,
        populations=computed_here(program, data.population == "here", settings.populations),
        privacy=privacy,
        engine="python" if asked.engine == "auto" else asked.engine,
    )


def _check_place(scored: Scored, asked: Asked) -> None:
    """Check that the results of several records have a folder to go to."""
    if asked.output and len(scored.outcomes) > 1 and not _holds_many(Path(asked.output)):
        records = ", ".join(outcome.record for outcome in scored.outcomes)
        raise exits.Stop(
            f"the outputs are of several records ({records}), and {asked.output} is one file\n"
            "help: name a folder (`-o results/`), or ask for the outputs of one record"
        )


def _write_part(
    program: Program,
    inputs: Inputs,
    settings: Settings,
    data: i.Data,
    privacy: Privacy,
    asked: Asked,
) -> None:
    """Score one part of the rows and write what the merge needs."""
    from mipsdsl.cli.shard import shard_of, write_part

    wanted = _wanted(program, inputs, settings, data, privacy, asked)
    said = i.pairs(data.settings, "--set")
    shard = shard_of(str(asked.shard))
    write_part(asked.policy, program, inputs, wanted, said, shard, asked.output)


# --- rows that were left out ---------------------------------------------------------------------


def _settle_rejects(inputs: Inputs, privacy: Privacy, asked: Asked) -> None:
    """Write the rows that were left out, and stop when they are too many."""
    from mipsdsl.cli import summary

    most = allowed(asked.max_rejects, sum(inputs.counts.values()))
    path = _rejects_path(asked)
    if inputs.rejects and path is not None:
        _make_folder(path.parent)
        _write_rejects(path, inputs)
    written = path if inputs.rejects else None
    total = sum(inputs.counts.values())
    _say(summary.of_rejects(inputs.rejects, total, written, privacy.least))
    if len(inputs.rejects) > most:
        number = summary.rows(len(inputs.rejects), privacy.least)
        were = "was" if number == "1 row" else "were"
        raise exits.Stop(
            f"{number} {were} rejected, and {asked.max_rejects} may be; "
            "nothing was scored\nhelp: correct them, or say --max-rejects",
            exits.REJECTED,
        )


def _write_rejects(path: Path, inputs: Inputs) -> None:
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import write_rejects

    try:
        write_rejects(path, inputs.rejects)
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as mistake:
        raise exits.Stop(f"`{folder}` cannot be made: {mistake.strerror}") from None


def allowed(text: str, total: int) -> float:
    """Return how many rows of ``total`` may be left out: a number, or a percent."""
    number = float(text.removesuffix("%"))
    return total * number / 100 if text.endswith("%") else number


def _rejects_path(asked: Asked) -> Path | None:
    if asked.rejects is not None:
        return Path(asked.rejects)
    if asked.output is None:
        return None
    out = Path(asked.output)
    return out / "rejects.csv" if _is_folder(out) else out.with_suffix(".rejects.csv")


# --- results -------------------------------------------------------------------------------------


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix


def _is_workbook(path: Path) -> bool:
    return path.suffix.casefold() == ".xlsx"


def _holds_many(path: Path) -> bool:
    return _is_folder(path) or _is_workbook(path)


def _hand_over(done: _Done) -> None:
    from mipsdsl.cli import summary

    asked = done.asked
    if asked.output is None:
        found = done.about()
        _say([*done.summary(), summary.of_about(found)])
        _show(done, found)
        return
    outcomes, out = done.outcomes(), Path(asked.output)
    found = done.about()
    if _is_workbook(out):
        paths = _write_book(done, outcomes, found)
    else:
        paths = _write(done, outcomes, found)
    _say(done.summary())
    _say(summary.of_writing(outcomes, paths, done.privacy.least))
    _say([summary.of_about(found)])


def _write_book(done: _Done, outcomes: Sequence[Outcome], found: About) -> list[Path]:
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
    _make_folder(path.parent)
    try:
        write_book(path, done.program, inputs, outcomes, of_run(found, lines))
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    return [path] * len(outcomes)


def _write(done: _Done, outcomes: Iterable[Outcome], found: About) -> list[Path]:
    """Write a file for each record, and beside them how they came about; return where."""
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import write

    asked, out = done.asked, Path(str(done.asked.output))
    ending = asked.form if asked.form in ("csv", "jsonl") else "csv"
    written = []
    try:
        for outcome in outcomes:
            path = out / f"{outcome.record}.{ending}" if _is_folder(out) else out
            _make_folder(path.parent)
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


def _show(done: _Done, found: About) -> None:
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


def _envelope(done: _Done, found: About) -> str:
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
