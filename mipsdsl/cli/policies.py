"""Policies named on the command line: read, compiled, or their findings shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mipsdsl.cli import exits
from mipsdsl.diagnostics.model import Diagnostic
from mipsdsl.library import NoSuchPolicy, has_header, path_of, read_sources

if TYPE_CHECKING:
    from mipsdsl.cache import Compiled
    from mipsdsl.core.nodes import Program
    from mipsdsl.pipeline import Analysis
    from mipsdsl.settings import Settings
    from mipsdsl.source import Source

ENVELOPE = "mips/1"
Command = TypeVar("Command", bound=Callable[..., Any])


def dated(command: Command) -> Command:
    """Give ``command`` the option that says as of which day its policies are meant."""

    @wraps(command)
    def on_that_day(as_known_on: datetime | None, **options: Any) -> Any:  # noqa: ANN401 - what click gives
        if as_known_on is not None:
            for name in {"policy", "old", "new"} & set(options):
                if options[name]:
                    options[name] = _on(options[name], f"{as_known_on:%Y-%m-%d}")
        return command(**options)

    return click.option(
        "--as-known-on",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="Without what the government corrected after this day.",
    )(on_that_day)  # type: ignore[return-value]


def _on(policy: str | tuple[str, ...], day: str) -> str | tuple[str, ...]:
    if isinstance(policy, str):
        return f"{policy}@{day}"
    return tuple(f"{each}@{day}" for each in policy)


def sources(policy: str) -> tuple[Source, ...]:
    """Return the files of the policy that a user named."""
    try:
        return read_sources(policy)
    except NoSuchPolicy as mistake:
        raise exits.Stop(str(mistake)) from None


def whole(policy: str) -> str:
    """Return the policy that a file belongs to: its folder, when one file there has the header."""
    path = Path(policy)
    if not path.is_file():
        return policy
    beside = read_sources(str(path.parent)) if path.suffix == ".mips" else ()
    headers = sum(1 for source in beside if has_header(source))
    return str(path.parent) if headers == 1 and len(beside) > 1 else policy


def place(policy: str, source: Source) -> str:
    """Return the path of a file of a policy, from here if it is below."""
    path, here = path_of(policy, source.name), Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def analysed(policy: str) -> Analysis:
    """Return the analysis of the policy that a user named, with its syntax trees."""
    from mipsdsl.pipeline import analyse

    return analyse(sources(policy))


def compiled(policy: str, settings: Mapping[str, str] | None = None) -> tuple[Compiled, Program]:
    """Return the policy and its program; findings are shown and end the command."""
    from mipsdsl import cache
    from mipsdsl.settings import SettingError

    try:
        found = cache.compiled(sources(policy), settings)
    except SettingError as mistake:
        raise exits.Stop(str(mistake)) from None
    if found.program is None:
        show(found.diagnostics)
        raise exits.Stop(f"{policy} does not compile", exits.FINDINGS)
    return found, found.program


def with_settings(policy: str, settings: Mapping[str, str]) -> tuple[Program, Settings]:
    """Return the program with the parameters that a user set, and what was set."""
    from mipsdsl.settings import SettingError, sort_out

    _, program = compiled(policy)
    try:
        sorted_out = sort_out(program, settings)
    except SettingError as mistake:
        raise exits.Stop(str(mistake)) from None
    if sorted_out.parameters:
        _, program = compiled(policy, sorted_out.parameters)
    return program, sorted_out


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Show findings on standard error, and how many there are."""
    from mipsdsl.diagnostics.render import render, summary

    found = tuple(diagnostics)
    colour = coloured(err=True)
    for diagnostic in found:
        click.echo(render(diagnostic, colour=colour) + "\n", err=True)
    if found:
        click.echo(summary(found), err=True)


def coloured(*, err: bool = False) -> bool:
    """Return whether a stream is to be coloured: as the user said, else on a terminal."""
    said = click.get_current_context().color
    return (sys.stderr if err else sys.stdout).isatty() if said is None else said


def envelope(kind: str, content: Mapping[str, object]) -> str:
    """Return versioned JSON."""
    return json.dumps({"format": ENVELOPE, "kind": kind, **content}, indent=2, ensure_ascii=False)


def as_json(diagnostics: Iterable[Diagnostic]) -> list[object]:
    """Return findings for an envelope."""
    from mipsdsl.diagnostics.render import to_json

    return [to_json(diagnostic) for diagnostic in diagnostics]
