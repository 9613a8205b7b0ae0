"""One entry of the register of codes."""

from __future__ import annotations

from attrs import frozen


@frozen
class Entry:
    """A code, a sentence, what it means, why it matters, and an example of fault and cure.

    The examples are whole but for the header of the year; tests check both.
    """

    code: str
    title: str
    means: str
    matters: str
    bad: str
    good: str
    reserved: bool = False
    """Nothing reports it yet."""
