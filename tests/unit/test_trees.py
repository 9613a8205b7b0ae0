"""Trees that are kept are those that were read."""

from __future__ import annotations

import pytest

from mipsdsl import kept
from mipsdsl.diagnostics import Report
from mipsdsl.library import read_sources, years
from mipsdsl.source import Source
from mipsdsl.syntax import parser, trees
from mipsdsl.syntax.parser import parse
from mipsdsl.syntax.walk import walk

SOURCES = [source for year in years()[:3] for source in read_sources(year)]


@pytest.fixture(autouse=True)
def fresh():
    trees._tree.cache_clear()
    yield
    trees._tree.cache_clear()


def places(tree):
    return [(type(node).__name__, node.span.start, node.span.end) for node in walk(tree)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_tree_read_back_is_the_same_in_the_same_places(source, monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "folder", lambda name: tmp_path / name)
    first = trees.tree_of(source, Report())
    trees._tree.cache_clear()
    monkeypatch.setattr(parser, "parse", lambda *_: pytest.fail("it was read before"))
    again = trees.tree_of(source, Report())

    assert first == again == parse(source, Report())
    assert places(first) == places(again)


def test_a_mistake_is_reported_each_time_and_never_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "folder", lambda name: tmp_path / name)
    source = Source("a.mips", "parameter x 3")
    for _ in range(2):
        report = Report()
        trees.tree_of(source, report)
        assert report.has_errors
    assert not list(tmp_path.rglob("*.json"))


def test_a_broken_file_in_the_cache_is_read_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "folder", lambda name: tmp_path / name)
    source = Source("a.mips", "parameter x = 3")
    tree = trees.tree_of(source, Report())
    (found,) = tmp_path.rglob("*.json")
    for text in ("[0, 1, 2]", "{", "[-1]", "[99, 0, 1]"):
        trees._tree.cache_clear()
        found.write_text(text, encoding="utf-8")
        assert tree == trees.tree_of(source, Report())
