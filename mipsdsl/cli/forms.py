"""How an answer is shown and written: options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def shown_as(*forms: str) -> Callable[[Command], Command]:
    """Return the option ``--format``, of ``forms``: the first is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help="How to show it.",
    )


def percents(command: Command) -> Command:
    """Give ``command`` the option ``--percent``."""
    return click.option(
        "--percent",
        type=click.Choice(["fraction", "text"]),
        default="fraction",
        show_default=True,
        help="How percents are written: 0.0425 or 4.25%.",
    )(command)
