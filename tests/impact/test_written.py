"""``mips diff … -o``: the form goes by the name of the file, and the file is whole or not there."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from jsonschema import validate

from mipsdsl.cli.main import cli
from mipsdsl.impact.data import schema
from tests.impact.conftest import OLD


@pytest.fixture
def sides(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in (("a", OLD), ("b", OLD.replace("= 3 points", "= 15 points"))):
        (tmp_path / f"{name}.mips").write_text(text, encoding="utf-8")
    return [str(tmp_path / name) for name in ("a.mips", "b.mips")]


def _diff(*args: str) -> str:
    result = CliRunner().invoke(cli, ["diff", *args])

    assert 0 == result.exit_code, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("name", "begins"),
    [("x.html", "<!doctype html>"), ("x.md", "# "), ("x.json", "{"), ("x.txt", "")],
)
def test_the_name_of_the_file_says_the_form(sides, tmp_path, name, begins) -> None:
    said = _diff(*sides, "-o", str(tmp_path / name))
    written = (tmp_path / name).read_text(encoding="utf-8")

    assert "" == said
    assert written.startswith(begins)
    assert written.endswith("\n")
    assert "threshold" in written


def test_the_form_that_is_named_goes_before_the_name_of_the_file(sides, tmp_path) -> None:
    _diff(*sides, "--format", "text", "-o", str(tmp_path / "x.html"))

    assert "~ parameter threshold" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_json_in_its_envelope_is_as_the_schema_says(sides) -> None:
    data = json.loads(_diff(*sides, "--format", "json"))

    validate(data, schema())
    assert ("mips/1", "diff", "mips/diff/1") == (data["format"], data["kind"], data["schema"])


def test_a_file_that_cannot_be_written_is_said(sides, tmp_path) -> None:
    path = tmp_path / "nowhere" / "x.html"
    result = CliRunner().invoke(cli, ["diff", *sides, "-o", str(path)])

    assert 2 == result.exit_code
    assert f"{path} cannot be written" in result.stderr
    assert not path.parent.exists()


def test_a_page_says_where_it_comes_from(sides) -> None:
    page = _diff(*sides, "--format", "html")

    assert "Made by mips" in page
    assert 2 == page.count("SHA-256")
