"""``mips run``: score all rows of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from mipsdsl.cli import exits, forms, policies, progress, run_rejects
from mipsdsl.cli import inputs as i
from mipsdsl.cli import privacy as p
from mipsdsl.cli.engine import ENGINES, LARGE, engine_of
from mipsdsl.cli.run_asked import Asked
from mipsdsl.cli.run_results import Done, check_ending, check_place, hand_over

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs
    from mipsdsl.large.world import LargeOptions, LargeWorld
    from mipsdsl.scoring import Scored, Wanted
    from mipsdsl.settings import Settings


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
    _check(asked)
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
        run_rejects.settle(inputs, privacy, asked)
        stage("scoring")
        if asked.shard is not None:
            _write_part(program, inputs, settings, data, privacy, asked)
            return
        scored = _score(program, inputs, settings, data, privacy, asked)
        stage("writing")
        hand_over(Done(program, inputs, scored, data, privacy, asked))


def _check(asked: Asked) -> None:
    """Refuse what cannot be written before anything is read."""
    if asked.shard is None:
        check_ending(asked)
    else:
        from mipsdsl.cli.shard import check

        check(
            asked.shard,
            asked.output,
            hides=bool(asked.privacy.mask or asked.privacy.suppress_below),
        )


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
            run_rejects.settle(inputs, privacy, asked)
            stage("scoring")
            wanted = _wanted(program, inputs, settings, data, privacy, asked)
            options = LargeOptions(
                folder=space.folder,
                rooms=Rooms(space.folder, space.columns),
                threads=asked.threads,
                heed=progress.rows(stage, "fetching"),
            )
            scored = _score_large(large_world(program, large), wanted, asked, options)
            check_place(scored, asked)
            stage("writing")
            if has_own and asked.wants_own(privacy):
                outcomes = [with_own_columns(each, large) for each in scored.outcomes]
                scored = evolve(scored, outcomes=tuple(outcomes))
            hand_over(Done(program, inputs, scored, data, privacy, asked, space.connection))
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
            raise exits.Stop(str(mistake), exits.ENVIRONMENT) from None


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
        raise exits.Stop(str(mistake), exits.ENVIRONMENT) from None


def _say_reading(inputs: Inputs, privacy: Privacy, asked: Asked, *, has_own: bool = False) -> None:
    from mipsdsl.cli import summary

    summary.say(summary.of_reading(inputs, privacy))
    has_own = has_own or any(own.names for own in inputs.own.values())
    if privacy and asked.own_columns is None and has_own:
        summary.say([summary.of_own_columns()])


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
    check_place(scored, asked)
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
    write_part(asked.policy, program, inputs, wanted, said, shard, str(asked.output))
