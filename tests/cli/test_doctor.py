"""``doctor``: what is here, what is missing, and whether the engines agree."""

from __future__ import annotations

import importlib.metadata
import json

import pytest

from mipsdsl import resources
from mipsdsl.data import fetch
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.engines.python import PythonEngine
from mipsdsl.library import read_sources, years
from mipsdsl.pipeline import compile_policy
from mipsdsl.testing.agreement import agreement, first_practice


def _checks(result):
    found = {}
    for each in json.loads(result.stdout)["checks"]:
        found.setdefault(each["name"], []).append(each)
    return found


def test_all_is_well_here(mips):
    text = mips("doctor").stdout

    assert "ok       grammar" in text
    assert "ok       engines" in text
    assert str(resources.policies()) in text
    assert all(year in text for year in years())


def test_what_was_not_fetched_is_absent_and_does_no_harm(mips):
    (found,) = _checks(mips("doctor", "--format", "json"))["catalogues"]

    assert "absent" == found["state"]
    assert "mips data get 2017" in found["cure"]


def test_what_was_fetched_is_said(mips):
    folder = fetch.kept() / "benchmarks"
    folder.mkdir(parents=True)
    (folder / "2017.json").write_text("[]", encoding="utf-8")
    (found,) = _checks(mips("doctor", "--format", "json"))["catalogues"]

    assert ("ok", True) == (found["state"], found["detail"].startswith("2017 in "))


@pytest.mark.parametrize("name", ["duckdb", "lark"])
def test_a_package_that_is_missing_ends_with_the_code_of_the_environment(mips, monkeypatch, name):
    known = importlib.metadata.version

    def version(package):
        if package == name:
            raise importlib.metadata.PackageNotFoundError(package)
        return known(package)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = _checks(mips("doctor", "--format", "json", code=5))

    assert ("missing", f"pip install {name}") == (
        found["packages"][1]["state"],
        found["packages"][1]["cure"],
    )
    assert "engines" not in found


@pytest.mark.parametrize("name", ["grammar", "policies", "sample"])
def test_folders_that_are_missing_are_needed(mips, monkeypatch, tmp_path, name):
    monkeypatch.setattr(resources, name, lambda: tmp_path)
    (found,) = _checks(mips("doctor", "--format", "json", code=5))[name]

    assert "missing" == found["state"]


def test_engines_that_differ_are_found(mips, monkeypatch):
    run = PythonEngine.run

    def wrong(self, plan, *args):
        run(self, plan, *args)
        step = next(step for step in plan.steps if step.record and step.items)
        for row in self.store.rows[step.record]:
            row[self.store.schema.layouts[step.record].slots[step.items[0]]] = 7

    monkeypatch.setattr(PythonEngine, "run", wrong)
    (found,) = _checks(mips("doctor", "--format", "json", code=5))["engines"]

    assert "wrong" == found["state"]
    assert "differ on" in found["detail"]


def test_the_first_practice_is_a_small_part_of_the_sample_that_belongs_together():
    program = compile_policy(read_sources("2017"))
    whole = read(program, [resources.sample()], ReadOptions())
    part = first_practice(program, whole)
    clinicians = part.tables["clinician"]

    assert 0 < len(clinicians.rows) < len(whole.tables["clinician"].rows)
    assert 1 == len({row[clinicians.columns.index("tin")] for row in clinicians.rows})
    assert () == agreement(program, part).differing
