"""Diagnostics as data; ``render`` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import Enum

from attrs import define, field, frozen

from mipsdsl.source import Span


class Severity(Enum):
    """An error stops the compilation; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@frozen
class Label:
    """A place in the text and what is to be said about it."""

    span: Span
    text: str = ""


@frozen
class Diagnostic:
    """One finding: a code of the register, a sentence, places (the first is the main one), help."""

    code: str
    message: str
    labels: tuple[Label, ...]
    help: str = ""
    severity: Severity = Severity.ERROR


@define
class Report:
    """Collects what the stages find."""

    diagnostics: list[Diagnostic] = field(factory=list)

    def error(
        self, code: str, message: str, span: Span, label: str = "", *more: Label, help: str = ""
    ) -> None:
        """Add an error at ``span``."""
        labels = (Label(span, label), *more)
        self.diagnostics.append(Diagnostic(code, message, labels, help))

    def warning(
        self, code: str, message: str, span: Span, label: str = "", *more: Label, help: str = ""
    ) -> None:
        """Add a warning at ``span``."""
        labels = (Label(span, label), *more)
        self.diagnostics.append(Diagnostic(code, message, labels, help, Severity.WARNING))

    @property
    def has_errors(self) -> bool:
        """Whether an error was found."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def __iter__(self) -> Iterator[Diagnostic]:
        """Give the findings in the order of the text."""
        return iter(sorted(self.diagnostics, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[str, int]:
    span = diagnostic.labels[0].span
    return span.source.name, span.start


class PolicyError(Exception):
    """A policy does not compile: ``diagnostics`` says why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Keep the findings."""
        super().__init__(f"{len(diagnostics)} findings")
        self.diagnostics = tuple(diagnostics)


def nearest(name: str, candidates: Sequence[str]) -> str:
    """Return the candidate that ``name`` was probably meant to be, or nothing."""
    close = get_close_matches(name, sorted(set(candidates)), n=1, cutoff=0.72)
    return close[0] if close else ""
