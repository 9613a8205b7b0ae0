"""What golden cases cannot show of a rendered finding: colour, JSON, the edges of a text."""

from __future__ import annotations

import json

import pytest

from mipsdsl.diagnostics import Diagnostic, Label, Severity
from mipsdsl.diagnostics.render import MAX_SHOWN, render, render_all, summary, to_json
from mipsdsl.source import Source, Span


def finding(text: str, start: int, end: int, severity: Severity = Severity.ERROR) -> Diagnostic:
    """Return a finding about a part of ``text``."""
    span = Span(Source("x.mips", text), start, end)
    return Diagnostic("E0201", "nothing", (Label(span, "here"),), "do this", severity)


def test_an_empty_span_is_one_mark() -> None:
    assert "1 | ab\n  |   ^ here" in render(finding("ab", 2, 2))


def test_an_empty_file_shows_its_place_alone() -> None:
    assert "error[E0201]: nothing\n --> x.mips:1:1\nhelp: do this" == render(finding("", 0, 0))


def test_a_span_of_several_lines_is_marked_on_its_first() -> None:
    assert "1 | ab\n  |  ^ here" in render(finding("ab\ncd", 1, 5))


def test_tabs_and_control_characters_keep_the_marks_in_place() -> None:
    assert "1 | a   b·c\n  |       ^ here" in render(finding("a\tb\x07c", 4, 5))


@pytest.mark.parametrize("at", [0, 50, 450, 999])
def test_long_lines_are_cut_around_the_mark(at: int) -> None:
    lines = render(finding("x" * 1000, at, at + 1)).split("\n")

    assert max(map(len, lines[2:4])) <= MAX_SHOWN + 20
    assert "x" == lines[2][lines[3].index("^")]


def test_colour_adds_nothing_but_colour() -> None:
    import click

    shown = finding("ab", 0, 1)

    assert render(shown) == click.unstyle(render(shown, colour=True))
    assert render(shown) != render(shown, colour=True)


def test_findings_are_parted_and_counted() -> None:
    both = [finding("ab", 0, 1), finding("ab", 1, 2, Severity.WARNING)]

    assert render_all(both).endswith("\n\n1 error, 1 warning")
    assert "2 errors" == summary([both[0], both[0]])
    assert "" == render_all([])


def test_a_finding_is_data_for_other_programs() -> None:
    data = to_json(finding("a\nbc", 2, 4))

    assert ("E0201", "error", "nothing", "do this") == tuple(
        data[key] for key in ("code", "severity", "message", "help")
    )
    assert {
        "file": "x.mips", "line": 2, "column": 1, "end_line": 2, "end_column": 3, "start": 2,
        "end": 4, "text": "here",
    } == data["labels"][0]  # fmt: skip
    assert data == json.loads(json.dumps(data))
