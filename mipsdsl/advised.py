"""Errors that are for the person who caused them: what is wrong, and what to do about it."""

from __future__ import annotations


class Advised(Exception):
    """A sentence that says what is wrong, and the advice that goes with it (or none)."""

    def __init__(self, message: str, advice: str = "") -> None:
        """Keep the sentence and the advice apart; they are shown on lines of their own."""
        super().__init__(message)
        self.message = message
        self.help = advice

    def __str__(self) -> str:
        """Return both lines."""
        return f"{self.message}\nhelp: {self.help}" if self.help else self.message
