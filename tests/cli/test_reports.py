"""Findings and outcomes for other programs: SARIF, GitHub, JUnit."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as Xml

import pytest
from jsonschema import validate

from mipsdsl import resources
from mipsdsl.cli.junit import Case, junit
from mipsdsl.library import path_of

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


def _object(required: str, **properties: object) -> dict[str, object]:
    """Return the schema of an object that has nothing but these properties."""
    allowed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**allowed, "required": required.split()}


def _list(of: object, **more: object) -> dict[str, object]:
    return {"type": "array", "items": of, **more}


# Of the schema of SARIF 2.1.0 what we write; required is also what code scanning of GitHub wants.
_SAID = {"type": "string", "minLength": 1}
_TEXT = _object("text", text=_SAID)
_INDEX = {"type": "integer", "minimum": 0}
_PLACE = {"type": "integer", "minimum": 1}
_REGION = _object(
    "startLine startColumn endLine endColumn",
    startLine=_PLACE, startColumn=_PLACE, endLine=_PLACE, endColumn=_PLACE,
)  # fmt: skip
# A reference within the repository, or the whole address of a file of the program.
_URI = {"type": "string", "pattern": r"^(file:///)?[A-Za-z0-9._~-][A-Za-z0-9._~/%-]*$"}
_PHYSICAL = _object(
    "artifactLocation region", artifactLocation=_object("uri", uri=_URI), region=_REGION
)
_LOCATION = _object("physicalLocation", id=_INDEX, physicalLocation=_PHYSICAL, message=_TEXT)
_RELATED = {**_LOCATION, "required": ["id", "physicalLocation", "message"]}
_RESULT = _object(
    "ruleId level message locations",
    ruleId=_SAID, ruleIndex=_INDEX, level={"enum": ["none", "note", "warning", "error"]},
    message=_TEXT, locations=_list(_LOCATION, minItems=1, maxItems=1),
    relatedLocations=_list(_RELATED, uniqueItems=True),
)  # fmt: skip
_RULE = _object(
    "id shortDescription fullDescription help",
    id=_SAID, shortDescription=_TEXT, fullDescription=_TEXT, help=_TEXT,
)  # fmt: skip
_DRIVER = _object(
    "name version rules", name=_SAID, version=_SAID, rules=_list(_RULE, uniqueItems=True)
)
_RUN = _object(
    "tool results",
    tool=_object("driver", driver=_DRIVER), results=_list(_RESULT),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=_list(_object("executionSuccessful", executionSuccessful={"type": "boolean"})),
)  # fmt: skip
_SARIF = _object(
    "$schema version runs",
    **{"$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"}},
    version={"const": "2.1.0"}, runs=_list(_RUN, minItems=1, maxItems=1),
)  # fmt: skip


def _sound_sarif(text):
    """Return the results of a log that is as its schema and code scanning want it."""
    log = json.loads(text)
    validate(log, _SARIF)
    (run,) = log["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert sorted(set(ids)) == ids
    for result in run["results"]:
        assert result["ruleId"] == ids[result["ruleIndex"]]
        numbers = [each["id"] for each in result["relatedLocations"]]
        assert list(range(1, len(numbers) + 1)) == numbers
        for location in (*result["locations"], *result["relatedLocations"]):
            region = location["physicalLocation"]["region"]
            start, end = ((region[f"{x}Line"], region[f"{x}Column"]) for x in ("start", "end"))
            assert start < end
    return run["results"]


def test_sarif_is_as_its_schema_and_code_scanning_want_it(mips, wrong):
    assert _sound_sarif(mips("check", wrong, "--format", "sarif", code=1).stdout)


def test_sarif_of_an_amendment_names_its_own_file_and_that_of_the_year(mips, tmp_path, monkeypatch):
    folder = tmp_path / "politik" / "höher"
    folder.mkdir(parents=True)
    (folder / "rules.mips").write_text(
        "rules for performance year 2017 paying 2019\namends 2017\n"
        'set performance_threshold = 80 points was 75 points because "x" [proposal]\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    (found,) = _sound_sarif(mips("check", "politik/höher", "--format", "sarif", code=1).stdout)
    own, others = found["locations"][0], found["relatedLocations"]

    assert "politik/h%C3%B6her/rules.mips" == _uri(own)
    assert 3 == own["physicalLocation"]["region"]["startLine"]
    assert all(_uri(each).endswith("2017/payment_adjustment.mips") for each in others)


def test_sarif_of_warnings_is_sound(mips, policy):
    policy.write_text(f"{policy.read_text()}\nparameter unused = 3\n", encoding="utf-8")
    results = _sound_sarif(mips("check", policy, "--format", "sarif").stdout)

    assert {"W0701", "W0702"} == {each["ruleId"] for each in results}
    assert {"warning"} == {each["level"] for each in results}


def _uri(location):
    return location["physicalLocation"]["artifactLocation"]["uri"]


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
