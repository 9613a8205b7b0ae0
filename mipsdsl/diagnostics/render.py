"""Diagnostics as text for a terminal, and as data for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from mipsdsl.diagnostics.model import Diagnostic, Label, Severity
from mipsdsl.source import Source

TAB_WIDTH = 4
MAX_SHOWN = 100
_LEAD = 24
_CUT = "…"

Styler = Callable[[str, str], str]
"""Takes a text and its role (error, warning, place, mark, help); returns what is printed."""

_COLOURS: dict[str, dict[str, Any]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "message": {"bold": True},
    "place": {"fg": "blue"},
    "mark": {"fg": "red"},
    "help": {"fg": "green"},
}


def render(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """Return ``diagnostic`` as lines of text, without a final line break.

    >>> from mipsdsl.source import Span
    >>> span = Span(Source("total.mips", "rule total: count = weight"), 20, 26)
    >>> print(render(Diagnostic("E0201", "`weight` is not a name here", (Label(span, "this"),))))
    error[E0201]: `weight` is not a name here
     --> total.mips:1:21
    1 | rule total: count = weight
      |                     ^^^^^^ this
    """
    style = _coloured if colour else _plain
    severity = diagnostic.severity.value
    head = style(f"{severity}[{diagnostic.code}]", severity)
    lines = [f"{head}{style(f': {_one_line(diagnostic.message)}', 'message')}"]
    for label in diagnostic.labels:
        lines += _labelled(label, style)
    if diagnostic.help:
        lines.append(f"{style('help:', 'help')} {_one_line(diagnostic.help)}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Return all of ``diagnostics``, an empty line between them, and a line that counts them."""
    found = list(diagnostics)
    shown = [render(diagnostic, colour=colour) for diagnostic in found]
    return "\n\n".join([*shown, summary(found)]) if shown else ""


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Return how many errors and warnings there are, in words.

    >>> summary([])
    'no errors'
    """
    severities = [diagnostic.severity for diagnostic in diagnostics]
    errors, warnings = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    counts = [_count(errors, "error")] if errors else []
    counts += [_count(warnings, "warning")] if warnings else []
    return ", ".join(counts) or "no errors"


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return ``diagnostic`` as data for JSON.

    Units: ``line`` and ``column`` count from 1, ``start`` and ``end`` are characters from 0.
    """
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "labels": [_label_json(label) for label in diagnostic.labels],
        "help": diagnostic.help,
    }


def _label_json(label: Label) -> dict[str, Any]:
    span = label.span
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "start": span.start,
        "end": span.end,
        "text": label.text,
    }


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _plain(text: str, role: str) -> str:
    return text


def _coloured(text: str, role: str) -> str:
    return click.style(text, **_COLOURS[role])


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _labelled(label: Label, style: Styler) -> list[str]:
    """Return the place, the line, and the marks under it; a longer span is marked on its first."""
    source, start = label.span.source, label.span.start
    number, column = source.position(start)
    place = style(f" --> {source.name}:{number}:{column}", "place")
    if not source.text:
        return [place]
    shown, offset, width = _window(source, number, column - 1, label.span.end - start)
    gutter = str(number)
    marks = style(f"{'^' * width} {_one_line(label.text)}".rstrip(), "mark")
    bar = style("|", "place")
    return [
        place,
        f"{style(gutter, 'place')} {bar} {shown}".rstrip(),
        f"{' ' * len(gutter)} {bar} {' ' * offset}{marks}",
    ]


def _window(source: Source, number: int, column: int, length: int) -> tuple[str, int, int]:
    """Return the line as shown, the offset of the marks in it, and how many marks there are."""
    line = source.line(number)
    before = _shown(line[:column], 0)
    marked = _shown(line[column : column + length], len(before))
    after = _shown(line[column + length :], len(before) + len(marked))
    whole, offset, width = before + marked + after, len(before), max(1, len(marked))
    if len(whole) <= MAX_SHOWN:
        return whole, offset, width
    first = max(0, min(offset - _LEAD, len(whole) - MAX_SHOWN))
    last = min(len(whole), first + MAX_SHOWN)
    lead, trail = _CUT if first else "", _CUT if last < len(whole) else ""
    width = max(1, min(width, last - offset))
    return lead + whole[first:last] + trail, offset - first + len(lead), width


def _shown(text: str, column: int) -> str:
    """Return ``text`` with tabs as spaces and characters that move the cursor as a dot."""
    shown: list[str] = []
    for character in text:
        if character == "\t":
            piece = " " * (TAB_WIDTH - column % TAB_WIDTH)
        else:
            piece = character if character.isprintable() else "·"
        shown.append(piece)
        column += len(piece)
    return "".join(shown)
