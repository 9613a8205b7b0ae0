"""The formatter on trees at random: what it writes says the same, and it leaves its own work alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_items import items

from mipsdsl.diagnostics import Report
from mipsdsl.format import format_file, format_item
from mipsdsl.library import read_sources, years
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.comments import comments_of
from mipsdsl.syntax.parser import parse

WIDTHS = st.sampled_from([1, 40, 100])
BLANKS = re.compile(r'"[^"\n]*"|\[(?!\s*")[^\[\]\n]+\]|#[^\n]*|\s+')
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=CHECKS)
SOURCES = [source for year in years() for source in read_sources(year)]


def read(text: str) -> tuple[n.File, list[str]]:
    """Return the tree of ``text`` and what is wrong with it."""
    report = Report()
    tree = parse(Source("x.mips", text), report)
    return tree, [diagnostic.message for diagnostic in report]


@given(items, WIDTHS)
@SLOW
def test_what_is_written_says_the_same(item: n.Item, width: int) -> None:
    text = format_item(item, width=width)
    tree, wrong = read(text)

    assert ([], (item,)) == (wrong, tree.items), text


@given(st.lists(items, max_size=3), WIDTHS, st.data())
@SLOW
def test_comments_anywhere_are_kept_and_the_layout_settles(
    several: list[n.Item], width: int, data: st.DataObject
) -> None:
    text = "\n\n".join(format_item(item) for item in several)
    places = [m.end() for m in BLANKS.finditer(text) if m[0].isspace()]
    chosen = data.draw(st.sets(st.sampled_from(places), max_size=4)) if places else set()
    for number, place in enumerate(sorted(chosen, reverse=True)):
        before = data.draw(st.sampled_from(["", "\n", "\n\n", "\n    "]))
        text = f"{text[:place]}{before}# note {number}\n{text[place:]}"
    assume(not read(text)[1])

    once = format_file(text, width=width)

    assert once == format_file(once, width=width)
    assert len(chosen) == len(comments_of(Source("", once)))
    assert read(text)[0] == read(once)[0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize("width", [1, 30, 60, 100])
def test_the_years_that_come_with_the_program_can_be_laid_out(source: Source, width: int) -> None:
    once = format_file(source.text, name=source.name, width=width)

    assert once == format_file(once, name=source.name, width=width)
    assert read(source.text)[0] == read(once)[0]
