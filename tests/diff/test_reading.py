"""What is kept of policies that are compared is what was read, and is read anew when a text changes."""

from __future__ import annotations

import json

import pytest

from mipsdsl import kept
from mipsdsl.diagnostics import Report
from mipsdsl.diff import diff, policy_in, route, route_between
from mipsdsl.diff.reading import step_in
from mipsdsl.library import layers, layers_of_both, read_sources
from mipsdsl.pipeline import consolidate
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.data import from_data, to_data
from mipsdsl.syntax.walk import walk, with_parts

from .comparing import POLICY, policy

CORRECTION = """rules for performance year 2017 correction 1 published 2017-05-01
set threshold = 5 points was 3 points because "a slip" [81 FR 5]
rename parameter low_charges to few_charges
"""
TESTS = """tests for performance year 2017
example "too little" [42 CFR 4(b)]
    given charges $10
    expect eligible no
"""


@pytest.fixture
def year(tmp_path):
    """A folder with a year and its correction."""
    folder = tmp_path / "small"
    (folder / "corrections" / "1").mkdir(parents=True)
    (folder / "small.mips").write_text(POLICY)
    (folder / "edges.mips").write_text(TESTS)
    (folder / "corrections" / "1" / "slip.mips").write_text(CORRECTION)
    return folder


def _chain(folder, number=1):
    return layers(read_sources(f"{folder}#{number}"))


def _kept(kind):
    return {file: file.stat().st_mtime_ns for file in kept.folder(kind).glob("*.json")}


def _places(found):
    nodes = (node for entry in found.values() for node in walk(entry.thing))
    return [(node.span.source.name, node.span.start, node.span.end) for node in nodes]


def test_a_policy_comes_back_as_it_was_with_its_order_and_places(year):
    made = policy_in(_chain(year), Report())
    files = _kept("policies")
    read = policy_in(_chain(year), Report())

    assert len(files) == 1
    assert files == _kept("policies")
    assert list(made.items()) == list(read.items())
    assert _places(made) == _places(read)
    assert {"small/small.mips", "small/corrections/1/slip.mips"} == {x for x, _, _ in _places(read)}
    assert policy(*read_sources(str(year))) == read


def test_what_is_edited_below_is_another_policy(year):
    before = policy_in(_chain(year), Report())
    small = year / "small.mips"
    small.write_text(small.read_text().replace("at most 100 points\n", "at most 99 points\n"))
    after = policy_in(_chain(year), Report())

    assert ["final"] == [change.key.name for change in diff(before, after).changes]


def test_the_amendments_of_a_layer_come_back_as_they_were(year):
    made = route_between(_chain(year, 0), _chain(year))
    read = route_between(_chain(year, 0), _chain(year))

    assert made == read
    assert made == route(_chain(year, 0)[-1], _chain(year)[-1])
    assert [n.SetValue, n.Rename] == [type(each) for each in read.amendments]
    assert ["few_charges"] == [each.new for each in read.renamings]
    assert "clinician" == step_in(_chain(year)[0]).first


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"things": [["rule"]]}', '{"things": [["a", "b", "c", "d", [9]]]}'],
)
def test_what_was_spoilt_is_made_again(year, content):
    made = policy_in(_chain(year), Report())
    (file,) = _kept("policies")
    file.write_text(content)

    assert made == policy_in(_chain(year), Report())
    assert content != file.read_text()


def test_a_policy_with_mistakes_is_not_kept_and_told_each_time(year):
    small = year / "small.mips"
    small.write_text(small.read_text().replace("clinician.final", "nobody.final"))
    reports = Report(), Report()
    for report in reports:
        policy_in(_chain(year), report)

    assert reports[0].has_errors
    assert reports[0] == reports[1]
    assert _kept("policies") == {}


def test_a_year_that_another_amends_is_kept(year):
    small = year / "small.mips"
    small.write_text(small.read_text().replace("a small year", "a year of this test alone"))
    first = consolidate(read_sources(str(year)), Report())
    (file,) = _kept("bases")
    changed = file.stat().st_mtime_ns

    assert first == consolidate(read_sources(str(year)), Report())
    assert changed == file.stat().st_mtime_ns


def test_layers_that_two_policies_share_are_those_of_each(year):
    old, new = (read_sources(f"{year}#{number}") for number in (0, 1))

    assert (layers(old), layers(new)) == layers_of_both(old, new)
    assert (layers(new), layers(old)) == layers_of_both(new, old)
    other = (Source("other.mips", POLICY),)
    assert (layers(other), layers(new)) == layers_of_both(other, new)


def test_a_tree_of_several_sources_comes_back_and_no_other():
    one, other, third = (Source(name, "a b c") for name in ("one", "other", "third"))
    tree = n.Path(
        (n.Name("a", span=Span(other, 0, 1)), n.Name("b", span=Span(one, 2, 3))),
        span=Span(one, 0, 3),
    )
    read = from_data(json.loads(json.dumps(to_data(tree, (one, other)))), (one, other))

    assert tree == read
    assert [(one, 0), (other, 0), (one, 2)] == [
        (node.span.source, node.span.start) for node in walk(read)
    ]
    with pytest.raises(KeyError):
        to_data(with_parts(tree, parts=(n.Name("c", span=Span(third, 4, 5)),)), (one, other))


def test_a_node_with_the_parts_that_it_has_is_itself():
    name = n.Name("a", span=None)
    tree = n.Path((name,), span=None)

    assert tree is with_parts(tree, parts=(name,))
    assert n.Path((name, name), span=None) == with_parts(tree, parts=(name, name))
