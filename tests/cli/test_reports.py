"""Findings and outcomes for other programs: SARIF, GitHub, JUnit."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as Xml

import pytest

from mipsdsl import resources
from mipsdsl.cli.junit import Case, junit
from mipsdsl.library import path_of

REGION = {"startLine", "startColumn", "endLine", "endColumn"}

EXAMPLES = """
usual clinician tin "1" npi "1" kind physician charges $50,000 score 50 points
example "in"
    expect eligible yes
example "out"
    expect eligible no
claim "nobody is in": always not eligible [42 CFR 9]
"""


@pytest.fixture
def wrong(policy, monkeypatch):
    """Give a policy with an error and a warning, in the current folder."""
    text = policy.read_text().replace("parameter threshold = 3 points [42 CFR 1]\n", "")
    policy.write_text(text)
    monkeypatch.chdir(policy.parent)
    return policy.name


@pytest.fixture
def tried(policy):
    policy.write_text(policy.read_text() + EXAMPLES, encoding="utf-8")
    return policy


def _location_is_sound(location, *, message):
    assert set(location) <= {"id", "physicalLocation", "message"}
    physical = location["physicalLocation"]

    assert {"artifactLocation", "region"} == set(physical)
    assert re.fullmatch(r"[A-Za-z0-9._/:%-]+", physical["artifactLocation"]["uri"])
    assert REGION == set(physical["region"])
    assert all(isinstance(number, int) and number > 0 for number in physical["region"].values())
    assert not message or location["message"]["text"]


def test_sarif_has_the_shape_of_its_schema(mips, wrong):
    log = json.loads(mips("check", wrong, "--format", "sarif", code=1).stdout)

    assert {"$schema", "version", "runs"} == set(log)
    assert "2.1.0" == log["version"]
    (run,) = log["runs"]

    assert {"tool", "columnKind", "invocations", "results"} == set(run)
    driver = run["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]

    assert "mips" == driver["name"]
    assert sorted(set(ids)) == ids
    for rule in driver["rules"]:
        assert {"id", "shortDescription", "fullDescription", "help"} == set(rule)
        assert all(rule[name]["text"] for name in set(rule) - {"id"})
    assert run["results"]
    for result in run["results"]:
        assert result["ruleId"] == ids[result["ruleIndex"]]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        for location in result["locations"]:
            _location_is_sound(location, message=False)
        for location in result["relatedLocations"]:
            _location_is_sound(location, message=True)


def test_sarif_names_the_file_as_it_lies(mips, wrong):
    log = json.loads(mips("check", wrong, "--format", "sarif", code=1).stdout)
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]

    assert {"uri": "small.mips"} == location["artifactLocation"]


def test_one_log_holds_all_policies_and_may_be_empty(mips, policy, tmp_path):
    log = json.loads(mips("check", policy, policy, "--format", "sarif").stdout)

    assert 1 == len(log["runs"])
    assert [] == log["runs"][0]["results"]


def test_github_has_a_line_for_each_finding(mips, wrong):
    lines = mips("check", wrong, "--format", "github", code=1).stdout.splitlines()

    assert 4 == len(lines)
    for line in lines:
        assert re.match(r"::error file=small\.mips,line=\d+,endLine=\d+,col=\d+,", line)
        assert ",title=E0201::nothing is named `threshold` here" in line


def test_github_lines_hold_no_break_and_no_bare_percent(mips, policy):
    text = policy.read_text().replace("-4%) to (threshold, 0%)", "-4%) to (threshold, 1%)")
    policy.write_text(text)
    lines = mips("check", policy, "--format", "github", code=1).stdout.splitlines()

    assert any("%25" in line for line in lines)
    for line in lines:
        assert re.match(r"::(error|warning) file=[^,]+,line=\d+,", line)
        assert not re.search(r"%(?![0-9A-F]{2})", line)


def test_junit_of_check_fails_for_errors_only(mips, wrong):
    root = Xml.fromstring(mips("check", wrong, "--format", "junit", code=1).stdout)

    assert ("testsuites", "1", "1") == (root.tag, root.get("tests"), root.get("failures"))
    case = root.find("./testsuite/testcase")
    assert case is not None
    assert "small.mips" == case.get("file")
    failure = case.find("failure")
    assert failure is not None
    assert "E0201" == failure.get("type")
    assert "error[E0201]" in (failure.text or "")


def test_junit_of_check_passes_when_all_is_well(mips, policy):
    root = Xml.fromstring(mips("check", policy, "--format", "junit").stdout)

    assert "0" == root.get("failures")


def test_a_report_is_written_to_a_file(mips, wrong, tmp_path):
    for form in ("text", "json", "sarif", "github", "junit"):
        path = tmp_path / f"report.{form}"
        result = mips("check", wrong, "--format", form, "--output", path, code=1)

        assert "" == result.stdout
        assert "E0201" in path.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_said(mips, policy, tmp_path):
    path = tmp_path / "nowhere" / "report.xml"
    stderr = mips("check", policy, "--format", "junit", "--output", path, code=2).stderr

    assert "cannot be written" in stderr


def test_junit_of_tests_has_a_case_for_each_example_and_claim(mips, tried, tmp_path):
    path = tmp_path / "tests.xml"
    mips("test", tried, "--format", "junit", "--output", path, code=1)
    root = Xml.parse(path).getroot()
    names = {case.get("name"): case for case in root.iter("testcase")}

    assert ("3", "2", "0") == (root.get("tests"), root.get("failures"), root.get("errors"))
    assert names["in"].find("failure") is None
    assert "E0605" == _failure(names["out"]).get("type")
    assert "E0606" == _failure(names["nobody is in"]).get("type")
    assert ["42 CFR 9"] == [x.get("value") for x in names["nobody is in"].iter("property")]
    assert "nobody is in [42 CFR 9]" in (_failure(names["nobody is in"]).get("message") or "")
    assert int(names["out"].get("line") or 0) > int(names["in"].get("line") or 0)


def _failure(case):
    found = case.find("failure")
    assert found is not None
    return found


def test_junit_of_a_policy_that_does_not_compile_is_an_error(mips, wrong):
    root = Xml.fromstring(mips("test", wrong, "--format", "junit", code=1).stdout)

    assert ("1", "0", "1") == (root.get("tests"), root.get("failures"), root.get("errors"))


def test_a_mistake_in_what_is_usual_is_an_error(mips, policy):
    policy.write_text(policy.read_text() + 'usual clinician nip "1"\n', encoding="utf-8")
    root = Xml.fromstring(mips("test", policy, "--format", "junit", code=1).stdout)

    assert ("1", "1") == (root.get("tests"), root.get("errors"))


def test_text_of_tests_goes_to_no_file(mips, policy, tmp_path):
    stderr = mips("test", policy, "--output", tmp_path / "out.txt", code=2).stderr

    assert "say --format json" in stderr


def test_xml_holds_what_it_can_of_any_name():
    root = Xml.fromstring(junit([("a\x00b", [Case("c\x1b", "<d>&", "e\ud800")])]))
    case = root.find("./testsuite/testcase")

    assert case is not None
    assert ("c·", "<d>&", "e·") == (case.get("classname"), case.get("name"), case.get("file"))


def test_files_are_found_again(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.mips").touch()
    monkeypatch.chdir(tmp_path)
    shipped = resources.policies()

    assert folder / "a.mips" == path_of("mine", "mine/a.mips")
    assert folder / "a.mips" == path_of("mine/a.mips", "a.mips")
    assert shipped / "2017" / "x.mips" == path_of("mine/a.mips", "2017/x.mips")
    assert shipped / "2017" / "x.mips" == path_of("2017", "2017/x.mips")
