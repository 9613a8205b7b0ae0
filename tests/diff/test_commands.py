from __future__ import annotations

import json
import subprocess

import pytest

from tests.diff.comparing import POLICY

NEW = (
    POLICY.replace("threshold = 3 points", "threshold = 15 points")
    .replace("60%            | 40%", "70%            | 30%")
    .replace("    rural    yesno", "    rural    yesno\n    hpsa     yesno")
    .replace("clinician.final", "clinician.final_points")
    .replace("always final", "always final_points")
)


@pytest.fixture
def sides(tmp_path):
    old, new = tmp_path / "old.mips", tmp_path / "new.mips"
    old.write_text(POLICY, encoding="utf-8")
    new.write_text(NEW, encoding="utf-8")
    return old, new


def test_the_text_is_by_area_and_thing(mips, sides):
    text = mips("diff", *sides).stdout

    assert "─── new ─" in text
    assert "─── old ─" not in text
    assert "  > rule clinician.final is now final_points\n" in text
    assert "  ~ parameter threshold   3 points → 15 points\n" in text
    assert "  + field clinician.hpsa yesno   DATA: new required field\n" in text
    assert "1 added, 2 changed, 1 renamed, 0 removed; " in text
    table = text[text.index("~ table clinician.weights") :].splitlines()
    assert "quality_   cost_" in table[1]
    assert "~ yes    yes       | 70% → 60%" not in text
    assert ["~", "yes", "yes", "|", "60%", "→", "70%", "40%", "→", "30%"] == table[3].split()
    assert "and 2 rows as before" in table[4]


def test_a_policy_differs_from_itself_in_nothing(mips, sides):
    assert "no difference; 10 as before\n" == mips("diff", sides[0], sides[0], "--exit-code").stdout


def test_the_exit_code_says_that_there_is_a_difference_if_asked(mips, sides):
    told = mips("diff", *sides, code=0).stdout

    assert told == mips("diff", *sides, "--exit-code", code=1).stdout
    assert "no difference" in mips("diff", *sides, "--exit-code", "--only", "scales", code=0).stdout


def test_only_some_kinds_or_areas(mips, sides):
    text = mips("diff", *sides, "--only", "parameters,tables").stdout

    assert "threshold" in text
    assert "hpsa" not in text
    assert "hpsa" in mips("diff", *sides, "--only", "data").stdout
    assert "knows rules, parameters" in mips("diff", *sides, "--only", "x", code=2).stderr
    assert "there is no area x; there are" in mips("diff", *sides, "--area", "x", code=2).stderr


def test_a_policy_differs_from_itself_in_what_is_set(mips, sides):
    sides[0].write_text(f"{POLICY}\nresults of clinician = base\n", encoding="utf-8")
    text = mips("diff", sides[0], "--set", "threshold=15 points").stdout
    layers = mips("diff", sides[0], "--set", "threshold=15 points", "--witnesses").stdout
    both = mips("diff", *sides, "--set", "threshold=3 points", "--only", "parameters").stdout

    assert "  ~ parameter threshold   3 points → 15 points\n" in text
    assert "0 added, 1 changed, 0 renamed, 0 removed; " in text
    assert "W1" in layers
    assert "threshold" not in both


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("--set", "threshhold=15 points"), 2, "near it: threshold"),
        (("--set", "threshold=15%"), 2, "`threshold` is in points, so write it like 75 points"),
        (("--set", "threshold"), 2, "write a name, an equals sign and a value"),
        (("--set", "threshold=1 point", "--save-tests", "x.mips"), 2, "amends B"),
        (("--set", "threshold=15 points", "--against", "git:main"), 2, "there is no file"),
    ],
)
def test_what_cannot_be_set_is_refused(mips, sides, given, code, said):
    name = "nothing.mips" if "--against" in given else sides[0]

    assert said in mips("diff", name, *given, code=code).stderr


def test_a_value_outside_the_range_of_its_parameter_does_not_compile(mips, sides):
    old = sides[0]
    told = "parameter threshold: points from 0 points to 100 points = 3 points"
    old.write_text(POLICY.replace("parameter threshold = 3 points", told), encoding="utf-8")
    found = mips("diff", old, "--set", "threshold=101 points", code=1).stderr

    assert "error[E0405]: `threshold` is declared from 0 points to 100 points" in found
    assert "this is 101 points" in found
    assert "it does not compile with what --set says" in found
    assert "" == mips("diff", old, "--set", "threshold=99 points", "--only", "scales").stderr


def test_markdown_and_json_say_the_same(mips, sides):
    text = mips("diff", *sides, "--format", "md").stdout
    data = json.loads(mips("diff", *sides, "--format", "json").stdout)

    assert "- **changed** parameter `threshold`\n  - `3 points` → `15 points`" in text
    assert "  | ~ | yes | yes | 60% → 70% | 40% → 30% |" in text
    assert ("mips/1", "diff") == (data["format"], data["kind"])
    assert {"added": 1, "changed": 2, "renamed": 1, "removed": 0, "as_before": 7} == data["counts"]
    cell = next(x for x in data["changes"] if x["what"] == "table")
    assert ["row rural yes, eligible yes", "quality_weight"] == cell["part"]
    assert ("60%", "70%", "value") == (cell["old"], cell["new"], cell["effect"])
    assert ["42 CFR 6"] == cell["citations"]


def test_what_cannot_be_read_is_shown_and_compared_with_nothing(mips, tmp_path, sides):
    broken = tmp_path / "broken.mips"
    broken.write_text("parameter = 3", encoding="utf-8")

    assert "does not compile" in mips("diff", sides[0], broken, code=1).stderr


def test_a_git_revision_can_be_one_side(mips, tmp_path, sides, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "größer"
    folder.mkdir()
    (folder / "rules.mips").write_text(POLICY, encoding="utf-8")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for args in (("init", "-q"), ("add", "größer"), (*who, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *args], cwd=tmp_path, check=True)
    (folder / "rules.mips").write_text(NEW, encoding="utf-8")

    for old, new in (("größer", "größer"), ("größer/rules.mips", "größer/rules.mips")):
        assert "3 points → 15 points" in mips("diff", f"git:HEAD:{old}", new).stdout
    assert "git says" in mips("diff", "git:nowhere:mine", "mine", code=2).stderr
    assert "is written git:REV:PATH" in mips("diff", "git:--output=x:mine", "mine", code=2).stderr


# --- history -----------------------------------------------------------------------------------------


def test_a_line_a_year_with_citation_and_a_chart_if_asked(mips):
    text = mips("history", "performance_threshold").stdout

    assert "2017  3 points" in text
    assert "[42 CFR 414.1405(b)]" in text
    assert "█" not in text
    assert "2017  █" in mips("history", "performance_threshold", "--chart").stdout
    data = json.loads(mips("history", "performance_threshold", "--format", "json").stdout)
    assert "3 points" == data["years"][0]["value"]


def test_the_years_can_be_chosen(mips):
    assert "2017" not in mips("history", "performance_threshold", "--years", "2018..").stdout
    assert "no range" in mips("history", "performance_threshold", "--years", "x", code=2).stderr


def test_a_cell_and_a_column_have_a_history(mips):
    where = "too_few_categories no, scheme traditional, quality_scored no"
    cell = mips("history", f"weights.quality_weight where {where}", "--years", "2017").stdout

    assert "submission.weights.quality_weight\n2017  0%" in cell
    assert "2017  5 rows" in mips("history", "submission.pace", "--years", "..2017").stdout


def test_what_no_year_has_is_said_with_what_is_near(mips):
    near = mips("history", "performance_treshold", code=2).stderr

    assert "near it: performance_threshold" in near
    assert "submission.final_score" in mips("history", "final_score", code=2).stderr
    assert "is no name" in mips("history", "a b", code=2).stderr


def test_a_renamed_thing_is_followed_by_either_name(mips):
    old = mips("history", "advancing_care_information_score").stdout

    assert old == mips("history", "promoting_interoperability_score").stdout
    assert old.index("2017  ") < old.index("submission.promoting_interoperability_score\n2018")
