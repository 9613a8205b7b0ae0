from __future__ import annotations

import json
import os
import stat

import pytest
from lark.exceptions import UnexpectedInput

from mipsdsl import cache, codec, kept, resources
from mipsdsl.library import read_sources, years
from mipsdsl.pipeline import analyse, compile_policy
from mipsdsl.syntax import tables


def _files():
    return sorted(cache.folder().glob("*.json"))


@pytest.mark.parametrize("year", years())
def test_a_program_comes_back_from_json_as_it_was(year):
    program = compile_policy(read_sources(year))
    text = json.dumps(codec.to_data(program))

    assert program == codec.from_data(json.loads(text))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        7,
        {"nodes": [], "program": 1},
        {"nodes": [["Nothing", 1]], "program": {"#": 0}},
        {"nodes": [["Here"]], "program": {"#": 0}},
        {"nodes": [["Here", 1]], "program": {"#": 0}},
        {"nodes": [["Program", {"#": 0}]], "program": {"#": 0}},
    ],
)
def test_what_is_no_program_is_refused(data):
    with pytest.raises(codec.CodecError):
        codec.from_data(data)


def test_what_was_compiled_is_kept_for_the_owner_only(policy):
    sources = read_sources(str(policy))
    first = cache.compiled(sources)
    (file,) = _files()

    assert first.program == cache.compiled(sources).program
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ["", "{", "[]", '{"Program": [1]}', '"text"', "[[[["])
def test_a_broken_file_is_made_again(policy, content):
    sources = read_sources(str(policy))
    program = cache.compiled(sources).program
    (file,) = _files()
    file.write_text(content)

    assert program == cache.compiled(sources).program
    assert content != file.read_text()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_a_file_that_others_can_write_is_not_believed(policy):
    sources = read_sources(str(policy))
    cache.compiled(sources)
    (file,) = _files()
    file.write_text(file.read_text().replace("a small year", "a changed year"))
    file.chmod(0o666)

    program = cache.compiled(sources).program

    assert program is not None
    assert program.title == "a small year"


def test_another_text_or_setting_is_another_program(policy):
    sources = read_sources(str(policy))
    cache.compiled(sources)
    cache.compiled(sources, {"threshold": "5 points"})
    policy.write_text(policy.read_text().replace("$30,000", "$40,000"))
    cache.compiled(read_sources(str(policy)))

    assert len(_files()) == 3


def test_no_cache_is_kept_when_the_user_wants_none(policy, monkeypatch):
    monkeypatch.setenv("MIPS_NO_CACHE", "1")

    assert cache.compiled(read_sources(str(policy))).program is not None
    assert _files() == []


def test_a_folder_that_cannot_be_made_does_not_matter(policy, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))

    assert cache.compiled(read_sources(str(policy))).program is not None


def _trees(parser):
    pieces = [
        "parameter x = 3 points [42 CFR 1]",
        "rule a: points = if b then 1 point else (c + d) at most 5 points rounded to 2 places half up",
        "choice kind = a, b",
    ]
    return [parser.parse(piece) for piece in pieces]


def _expected(parser):
    with pytest.raises(UnexpectedInput) as caught:
        parser.parse("parameter x 3")
    return caught.value.accepts or caught.value.expected


def test_the_tables_of_the_parser_are_kept_and_read_the_same():
    grammar = (resources.grammar() / "mips.lark").read_text(encoding="utf-8")
    built = tables.parser_of(grammar)
    (file,) = kept.folder("grammar").glob("*.json")
    changed = file.stat().st_mtime_ns
    read = tables.parser_of(grammar)

    assert changed == file.stat().st_mtime_ns
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert _trees(built) == _trees(read)
    assert _expected(built) == _expected(read)


@pytest.mark.parametrize("content", ["", "[]", "[{}, {}]", '[{"parser": {}}, {}]', "[1, 2, 3]"])
def test_tables_that_are_broken_are_made_again(content):
    grammar = (resources.grammar() / "mips.lark").read_text(encoding="utf-8")
    built = tables.parser_of(grammar)
    (file,) = kept.folder("grammar").glob("*.json")
    file.write_text(content, encoding="utf-8")

    assert _trees(built) == _trees(tables.parser_of(grammar))
    assert content != file.read_text(encoding="utf-8")


def test_findings_are_shown_at_their_places_again(policy):
    policy.write_text(policy.read_text().replace("base * factor", "bse * factor"))
    sources = read_sources(str(policy))
    first = cache.findings(sources, lambda _: ())
    again = cache.findings(sources, lambda _: ())

    assert first == again
    assert again.diagnostics[0].labels[0].span.text == "bse"
    assert first.diagnostics == analyse(sources).diagnostics
