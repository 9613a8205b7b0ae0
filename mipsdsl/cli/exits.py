"""Exit codes, and the mistakes of a user that end a command with one."""

from __future__ import annotations

import click

DONE = 0
FINDINGS = 1
USAGE = 2
REJECTED = 3
UNDECIDED = 4
ENVIRONMENT = 5
BUG = 70
INTERRUPTED = 130


class Stop(click.ClickException):
    """A command cannot go on: the sentence for the user, and the exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        """Keep both."""
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click means it to be set so
