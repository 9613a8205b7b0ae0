"""The options of commands that say what stays inside: ``--mask`` and ``--suppress-below``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from mipsdsl.cli import exits

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.privacy import Privacy

Command = TypeVar("Command", bound=Callable[..., Any])
_LEAST = 2

_OPTIONS = (
    click.option(
        "--mask",
        type=click.Choice(["keys"]),
        help="Write a mask for each NPI, TIN and other key: the same for the same person.",
    ),
    click.option(
        "--mask-secret-file",
        metavar="FILE",
        help="The secret that masks are made with, so that they are the same in the next run.  "
        "[default: a new one for each run]",
    ),
    click.option(
        "--suppress-below",
        type=click.IntRange(min=_LEAST),
        metavar="N",
        help="Show no number of fewer than N people, nor what gives it away; CMS asks for 11.",
    ),
)


@frozen(kw_only=True)
class Asked:
    """What a user said of privacy: the options above, as they came."""

    mask: str | None
    mask_secret_file: str | None
    suppress_below: int | None


def options(command: Command) -> Command:
    """Give ``command`` the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def taken(options: dict[str, Any]) -> Asked:
    """Take what is said of privacy out of the options of a command, and return it."""
    return Asked(**{field.name: options.pop(field.name) for field in Asked.__attrs_attrs__})


def of(program: Program, asked: Asked) -> Privacy:
    """Return what is to be hidden of data of ``program``."""
    from mipsdsl.data.privacy import OPEN, Privacy

    if asked.mask is None:
        if asked.mask_secret_file is not None:
            raise exits.Stop("--mask-secret-file does nothing without --mask keys")
        secret = None
    else:
        secret = _secret(asked.mask_secret_file)
    if secret is None and asked.suppress_below is None:
        return OPEN
    return Privacy.of(program, secret, asked.suppress_below or 0)


def _secret(file: str | None) -> bytes:
    from mipsdsl.data.masks import secret_in, secret_of_run
    from mipsdsl.data.tables import DataError

    try:
        return secret_of_run() if file is None else secret_in(Path(file))
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
