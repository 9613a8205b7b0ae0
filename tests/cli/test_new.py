"""``new`` and ``completion``, and the hooks for pre-commit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mipsdsl import library
from mipsdsl.cli.main import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.mark.parametrize("year", library.years())
def test_a_new_policy_checks_and_is_laid_out(mips, year):
    assert "what_if.mips\n" == mips("new", "policy", "what_if", "--amends", year).stdout
    mips("check", "what_if.mips")
    mips("fmt", "--check", "what_if.mips")

    text = Path("what_if.mips").read_text(encoding="utf-8")

    assert f"rules for performance year {year} paying" in text
    assert 'title "what if"' in text


def test_the_change_that_is_suggested_fits_the_year(mips):
    mips("new", "policy", "what_if.mips", "--amends", "2017")
    text = Path("what_if.mips").read_text(encoding="utf-8")
    changed = text.replace("# set", "set").replace("#     because", "    because")
    Path("what_if.mips").write_text(changed, encoding="utf-8")

    assert "E0509" in mips("check", "what_if.mips", code=1).stderr


@pytest.mark.parametrize("year", library.years())
def test_a_new_test_passes_and_is_laid_out(mips, year):
    mips("new", "test", "mine", "--amends", year)
    mips("fmt", "--check", "mine.mips")

    assert "mine.mips: 1 passed, 0 failed" in mips("test", "mine.mips", "--no-claims").stdout


def test_the_newest_year_is_amended_unless_another_is_named(mips):
    mips("new", "policy", "what_if")

    assert f"amends {library.years()[-1]}\n" in Path("what_if.mips").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["policy", "test"])
def test_what_is_there_is_never_overwritten(mips, kind):
    Path("mine.mips").write_text("mine\n", encoding="utf-8")

    assert "is there already" in mips("new", kind, "mine", code=2).stderr
    assert "mine\n" == Path("mine.mips").read_text(encoding="utf-8")


def test_a_place_that_is_not_there_and_a_year_that_is_none_are_said(mips):
    assert "cannot be written" in mips("new", "policy", "no/where", code=2).stderr
    assert (
        "the years are 2016, 2017" in mips("new", "policy", "x", "--amends", "1999", code=2).stderr
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_what_completes(mips, shell):
    assert "_MIPS_COMPLETE" in mips("completion", shell).stdout


def test_commands_and_options_are_completed():
    def completed(*words: str) -> list[str]:
        environment = {
            **os.environ,
            "_MIPS_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["mips", *words]),
            "COMP_CWORD": str(len(words)),
            "PYTHONPATH": str(ROOT),
        }
        call = [sys.executable, "-m", "mipsdsl"]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert ["explain", "explain-code"] == completed("expl")
    assert "--format" in completed("check", "--f")


def test_a_file_of_a_folder_is_checked_with_its_folder(mips):
    folder = Path("mine")
    folder.mkdir()
    (folder / "head.mips").write_text(
        "rules for performance year 2017 paying 2019\nrecord clinician key npi\n    npi text\n"
        "    charges money\n",
        encoding="utf-8",
    )
    (folder / "rules.mips").write_text(
        "rule clinician.low: yesno = charges <= $30,000 [42 CFR 1]\n", encoding="utf-8"
    )
    files = [folder / "head.mips", folder / "rules.mips"]

    assert "E0501" in mips("check", files[1], code=1).stderr
    assert "mine: no errors in 2 files" in mips("check", "--folders", *files).stderr

    (folder / "other.mips").write_text(files[0].read_text(encoding="utf-8"), encoding="utf-8")

    assert "head.mips: no errors in 1 file" in mips("check", "--folders", files[0]).stderr


def test_the_hooks_call_what_there_is(mips):
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"entry: mips (\S+)(.*)", text)

    assert ["mips-check", "mips-test", "mips-fmt"] == re.findall(r"- id: (\S+)", text)
    for verb, options in entries:
        command = cli.get_command(
            cli.make_context("mips", ["--help"], resilient_parsing=True), verb
        )
        assert command is not None
        assert all(word in mips(verb, "--help").stdout for word in options.split())
