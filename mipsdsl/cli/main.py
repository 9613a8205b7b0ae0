"""``mips``: the commands, each imported when it is called."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from mipsdsl import resources
from mipsdsl.cli import exits

COMMANDS = {
    "build": ("mipsdsl.cli.build", "Print a year as SQL, for a database elsewhere."),
    "check": ("mipsdsl.cli.check", "Check policies: names, units, gaps, overlaps, citations."),
    "cliffs": ("mipsdsl.cli.cliffs", "List where a hair more makes an outcome jump."),
    "completion": ("mipsdsl.cli.completion", "Print what completes commands in a shell."),
    "config": ("mipsdsl.cli.config", "Say which settings hold here."),
    "data": ("mipsdsl.cli.data", "Profile and map your data; what a policy asks for."),
    "diff": ("mipsdsl.cli.diff", "Say what one year changed of another."),
    "doctor": ("mipsdsl.cli.doctor", "Look whether all that is needed is here, and works."),
    "explain": ("mipsdsl.cli.explain", "Say why: one clinician's outcomes and every reason."),
    "explain-code": ("mipsdsl.cli.explain_code", "Say what the code of a finding means."),
    "fmt": ("mipsdsl.cli.fmt", "Lay out policies in the one canonical way; comments stay."),
    "history": ("mipsdsl.cli.history", "Follow one thing through the years."),
    "merge": ("mipsdsl.cli.merge", "Put the parts of a run together."),
    "new": ("mipsdsl.cli.new", "Start a what-if policy or a file of tests."),
    "run": ("mipsdsl.cli.run", "Score all rows of data under the rules of a year."),
    "sample": ("mipsdsl.cli.sample", "Invent a nation of clinicians for a year, in files."),
    "show": ("mipsdsl.cli.show", "Show a policy, or one thing of it, and what reads it."),
    "solve": ("mipsdsl.cli.solve", "Find the values of a parameter that meet a goal."),
    "test": ("mipsdsl.cli.test", "Run the examples and claims of policies."),
    "verify": ("mipsdsl.cli.verify", "Prove or refute what a policy claims."),
    "whatif": ("mipsdsl.cli.whatif", "Say what a change does to a population."),
    "whynot": ("mipsdsl.cli.whynot", "Find the smallest changes that lead to another outcome."),
}
"""Where each command is, and its line in the help; the module's ``command`` is the click command."""


class LazyCommands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and their lines, without a look at the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, without a look at the commands."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        found = [CompletionItem(name, help=COMMANDS[name][1]) for name in names]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of a call; of an unknown one, name the near ones."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"there is no command `{args[0]}`{hint}")
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and command is not None and not ctx.resilient_parsing:
            rest = _configured(ctx, name, command, rest)
        return name, command, rest


def _configured(
    ctx: click.Context, name: str, command: click.Command, args: list[str]
) -> list[str]:
    """Let the settings of the project hold where the call says nothing; return its arguments."""
    from mipsdsl.cli import config

    if name not in (*config.FOR, "data", "diff"):
        return args
    settings = config.find()
    ctx.default_map = {name: settings.of_command(name)}
    if name not in config.FOR or not settings.policy:
        return args
    return config.with_policy(ctx, command, args, settings.policy)


def _say_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"mips, version {resources.version()}")
        ctx.exit()


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MIPS"},
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour the output.",
)
@click.option("--traceback/--no-traceback", default=False, help="Show where a bug of ours arose.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    allow_from_autoenv=False,
    callback=_say_version,
    help="Say which version this is, and stop.",
)
@click.pass_context
def cli(ctx: click.Context, color: str, traceback: bool) -> None:
    """Score clinicians under Medicare's MIPS, year by year, and see why.

    A YEAR is one that comes with the program (mips check 2017); a PATH is a folder or a file of
    your own. Results go to standard output, everything else to standard error.
    """
    ctx.color = _color(color)
    ctx.obj = traceback


def _color(wanted: str) -> bool | None:
    if wanted != "auto":
        return wanted == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn what tells a process to end into an interruption, so that all is cleaned up.

    A library that is at work when it comes may make another exception of it.
    """
    told = []

    def stop(number: int, _: object) -> None:
        told.append(number)
        raise KeyboardInterrupt

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, stop)
    try:
        yield
    except Exception as mistake:
        if told:
            raise KeyboardInterrupt from mistake
        raise


def main() -> None:
    """Run the command line, with the exit codes of ``exits``."""
    try:
        with _stoppable():
            # Without its standalone mode click gives back the code of an `Exit`, and raises none.
            code = cli.main(prog_name="mips", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else exits.DONE)
    except click.UsageError as mistake:
        mistake.show()
        sys.exit(exits.USAGE)
    except click.ClickException as mistake:
        mistake.show()
        sys.exit(mistake.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; nothing was half-written", err=True)
        sys.exit(exits.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(exits.DONE)
    except Exception as bug:  # the last resort: a bug of ours, never the user's mistake
        if "--traceback" in sys.argv or os.environ.get("MIPS_TRACEBACK"):
            raise
        click.echo(f"this is a bug of mips: {type(bug).__name__}: {bug}", err=True)
        click.echo("see where with `mips --traceback …`, and please report it", err=True)
        sys.exit(exits.BUG)
