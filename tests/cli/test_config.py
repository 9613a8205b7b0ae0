"""Settings of a project: where they are found, what they are for, and what goes before them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mipsdsl.cli import config

ASK = ("--set", "factor=0.5", "--outputs", "eligible")


@pytest.fixture
def project(policy, data, monkeypatch):
    """Give the folder of a policy and its data, and stand in it."""
    monkeypatch.chdir(policy.parent)
    return policy.parent


def _settings(folder, text, name="mips.toml"):
    (folder / name).write_text(text, encoding="utf-8")


def test_without_settings_a_policy_must_be_named(mips, project):
    assert "no mips.toml" in mips("config", "show").stderr
    assert "Missing argument" in mips("check", code=2).stderr
    assert "name B, or say --against" in mips("diff", "small.mips", code=2).stderr
    assert "Missing argument" in mips("data", "dictionary", code=2).stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mips.toml", 'policy = "small.mips"\n'),
        ("pyproject.toml", '[tool.mips]\npolicy = "small.mips"\n'),
    ],
)
def test_a_policy_that_is_set_need_not_be_named(mips, project, name, text):
    _settings(project, text, name)

    assert "no errors" in mips("check").stderr
    assert "0 passed" in mips("test", "--no-claims").stdout
    assert "T1,1,yes" in mips("run", "data", *ASK).stdout
    assert "eligible is no" in mips("explain", "data", "--npi", "4", "--output", "eligible").stdout
    assert "scale clinician.base" in mips("show", "base").stdout


def test_the_policy_of_a_project_is_what_diff_and_data_are_about(mips, project, tmp_path):
    _settings(project, 'policy = "small.mips"\n')
    other = (project / "small.mips").read_text(encoding="utf-8").replace("= 3 points", "= 4 points")
    (tmp_path / "other.mips").write_text(other, encoding="utf-8")

    assert "threshold" in mips("diff", tmp_path / "other.mips").stdout
    assert "clinician,charges" in mips("data", "dictionary").stdout
    assert "charges" in mips("data", "map", "init", "data/clinician.csv").stdout


def test_a_policy_that_is_named_goes_before(mips, project):
    _settings(project, 'policy = "nowhere.mips"\n')

    assert "no errors" in mips("check", "small.mips").stderr
    assert "T1,1,yes" in mips("run", "small.mips", "data", *ASK).stdout
    assert "the years are" in mips("run", "1999", "data", code=2).stderr
    assert "there is no file or folder" in mips("check", code=2).stderr


def test_a_policy_that_is_set_is_found_from_below(mips, project, monkeypatch):
    _settings(project, 'policy = "small.mips"\n')
    monkeypatch.chdir(project / "data")

    assert "T1,1,yes" in mips("run", ".", *ASK).stdout


def test_years_may_be_set(mips, project):
    _settings(project, "policy = 2017\n")

    assert "2017: no errors" in mips("check").stderr


def test_options_that_are_set_hold_unless_the_call_says_otherwise(mips, project, monkeypatch):
    (project / "data" / "clinician.csv").write_text("tin,npi,charges,score\nT1,1,50000,80\n")
    _settings(project, 'policy = "small.mips"\n[assume]\nkind = "physician"\n')

    assert "T1,1,yes" in mips("run", "data", *ASK).stdout
    assert "T1,1,no" in mips("run", "data", *ASK, "--assume", "kind=other").stdout

    monkeypatch.setenv("MIPS_RUN_ASSUME", "kind=other")

    assert "T1,1,no" in mips("run", "data", *ASK).stdout
    assert "T1,1,yes" in mips("run", "data", *ASK, "--assume", "kind=physician").stdout


def test_rows_that_may_be_rejected_are_set(mips, project):
    content = (project / "data" / "clinician.csv").read_text(encoding="utf-8")
    (project / "data" / "clinician.csv").write_text(f"{content}T9,9,wizard,1,1\n")
    mips("run", "small.mips", "data", *ASK, code=3)
    _settings(project, "max_rejects = 1\n")

    assert "T1,1,yes" in mips("run", "small.mips", "data", *ASK).stdout


def test_paths_are_from_the_file_of_settings(project, monkeypatch):
    _settings(project, 'map = "columns.toml"\nmeasures = "cms"\npercent_in = "hundred"\n')
    monkeypatch.chdir(project / "data")
    found = config.find()

    assert {
        "mapping": str(project / "columns.toml"),
        "measures": str(project / "cms"),
        "percent_in": "hundred",
    } == found.defaults()


def test_measures_may_be_a_year(project):
    _settings(project, "measures = 2017\n")

    assert {"measures": "2017"} == config.find().defaults()


def test_the_nearest_file_wins_and_the_own_one_first(project):
    _settings(project, "[tool.mips]\nmax_rejects = 1\n", "pyproject.toml")

    assert {"max_rejects": "1"} == config.find().values

    _settings(project, "max_rejects = 2\n")
    _settings(project / "data", "[tool.other]\n", "pyproject.toml")

    assert {"max_rejects": "2"} == config.find(project / "data").values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mesures = "cms"', "no setting `mesures`; did you mean `measures`?"),
        ("max-rejects = 1", "did you mean `max_rejects`?"),
        ("colour = 1", "settings are policy, measures"),
        ('percent_in = "half"', "`percent_in` is one of fraction, hundred"),
        ('assume = ["rural"]', "`assume` is a list of texts"),
        ('max_rejects = "many"', "`max_rejects` is a number of rows"),
        ("max_rejects = true", "`max_rejects` is a number of rows"),
        ("policy = []", "`policy` is a path"),
        ("map = 7", "`map` is a file"),
        ("policy = ", "is not TOML"),
    ],
)
def test_a_mistake_is_said_with_its_file(mips, project, text, said):
    _settings(project, text)
    for call in (("config", "show"), ("check", "small.mips")):
        stderr = mips(*call, code=2).stderr

        assert said in stderr
        assert "mips.toml" in stderr


def test_a_mistake_does_not_stop_what_needs_no_settings(mips, project):
    _settings(project, "policy = ")

    assert "" == mips("fmt", "small.mips").stdout
    assert "E0501" in mips("explain-code", "E0501").stdout


def test_the_settings_are_shown(mips, project, monkeypatch):
    _settings(project, 'policy = "small.mips"\nassume = ["kind=other"]\n')
    monkeypatch.setenv("MIPS_COLOR", "never")
    text = mips("config", "show").stdout
    data = json.loads(mips("config", "show", "--format", "json").stdout)

    assert f"# {project / 'mips.toml'}" in text
    assert 'assume = ["kind=other"]' in text
    assert "# MIPS_COLOR=never" in text
    assert str(Path(project, "mips.toml")) == data["file"]
    assert "never" == data["environment"]["MIPS_COLOR"]
