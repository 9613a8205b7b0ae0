"""``check``, ``show``, ``fmt``, ``explain-code`` and ``data get``."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys

import pytest

from mipsdsl.cli.main import COMMANDS
from mipsdsl.data import fetch


def test_check_says_that_all_is_well_on_standard_error(mips, policy):
    result = mips("check", policy)

    assert result.stdout == ""
    assert "no errors in 1 file (" in result.stderr


def test_findings_are_the_same_from_the_cache(mips, policy):
    policy.write_text(policy.read_text().replace("base * factor", "bse * factor"))

    assert mips("check", policy, code=1).stderr == mips("check", policy, code=1).stderr


def test_show_has_the_text_the_place_and_the_uses(mips, policy):
    text = mips("show", policy, "clinician.base").stdout

    assert "# small.mips:35" in text
    assert "# From the score to the percent." in text
    assert "scale clinician.base of score: percent" in text
    assert "reads: clinician.score, threshold" in text
    assert "read by: clinician.adjustment" in text


@pytest.mark.parametrize("name", ["threshold", "kind_of", "practice", "factor", "charges"])
def test_anything_that_has_a_name_can_be_shown(mips, policy, name):
    assert name in mips("show", policy, name).stdout


def test_a_claim_is_shown_by_its_text(mips, policy):
    claim = 'claim "nobody is above 4%": always base <= 4% [42 CFR 9]'
    policy.write_text(f"{policy.read_text()}\n{claim}\n", encoding="utf-8")
    (told,) = json.loads(mips("show", policy, "nobody is above 4%", "--format", "json").stdout)[
        "things"
    ]

    assert claim == told["text"]
    assert ["42 CFR 9"] == told["citations"]
    assert ["clinician.base"] == told["reads"]
    assert "reads: clinician.base" in mips("show", policy, "nobody is above 4%").stdout


def test_show_suggests_the_near_name(mips, policy):
    assert "near it: threshold" in mips("show", policy, "treshold", code=2).stderr


def test_the_overview_has_areas_and_parameters(mips, policy):
    text = mips("show", policy).stdout

    assert "2017, paying 2019: a small year" in text
    assert "1 scale" in text
    assert "$30,000 [42 CFR 2]" in text


def test_the_flat_text_is_the_policy_again(mips, policy, tmp_path):
    flat = tmp_path / "flat.mips"
    flat.write_text(mips("show", policy, "--flat").stdout, encoding="utf-8")

    assert "# small.mips:1\nrules for performance year 2017" in flat.read_text()
    mips("check", flat)


def test_fmt_writes_the_canonical_layout_once(mips, policy):
    mips("fmt", "--check", policy, code=1)
    assert "reformatted" in mips("fmt", policy).stderr

    text = policy.read_text()

    assert mips("fmt", "--check", policy).output == ""
    mips("fmt", policy)
    assert text == policy.read_text()


def test_fmt_shows_what_it_would_change_and_leaves_it(mips, policy):
    text = policy.read_text()
    result = mips("fmt", "--diff", policy, code=1)

    assert "+++ " in result.stdout
    assert text == policy.read_text()


def test_fmt_passes_standard_input_through(mips, policy):
    text = mips("fmt", "-", text=policy.read_text()).stdout

    assert text == mips("fmt", "-", text=text).stdout


def test_fmt_leaves_what_it_cannot_read(mips, policy):
    policy.write_text("rule = = =\n")

    assert "stay as they are" in mips("fmt", policy, code=1).stderr
    assert policy.read_text() == "rule = = =\n"


def test_each_code_has_a_page(mips):
    codes = [line.split()[0] for line in mips("explain-code").stdout.splitlines()]

    assert {"E0201", "D0101"} <= set(codes)
    for code in codes:
        assert mips("explain-code", code.lower()).stdout.startswith(code)


def test_a_code_that_is_not_there_is_said(mips):
    assert "there is no code D010" in mips("explain-code", "D010", code=2).stderr


def test_data_that_cannot_be_had_end_with_their_own_code(mips, monkeypatch):
    assert "not 1999" in mips("data", "get", "1999", code=5).stderr

    monkeypatch.setattr(fetch, "get", lambda year: f"/measures/{year}")

    assert mips("data", "get", "2017").stdout == "/measures/2017\n"


def _loaded(*args: str) -> set[str]:
    """Return the heavy modules that a call of the program imports."""
    code = (
        "import sys, json\n"
        f"sys.argv = ['mips', *{list(args)!r}]\n"
        "from mipsdsl.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"lark", "duckdb", "rich", "cattrs", "wadler_lindig"}
    return heavy & set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("verb", ["check", "run", "explain"])
def test_a_compiled_policy_needs_no_compiler(mips, policy, data, verb):
    args = {
        "check": ("check", policy),
        "run": ("run", policy, data),
        "explain": ("explain", policy, data, "--npi", "1"),
    }
    call = [str(arg) for arg in args[verb]]
    mips(*call)

    assert set() == _loaded(*call)


def test_policies_that_were_compared_need_no_parser(mips, policy, tmp_path):
    other = tmp_path / "other.mips"
    other.write_text(policy.read_text().replace("$30,000", "$40,000"))
    call = ["diff", str(policy), str(other)]
    first = mips(*call).stdout

    assert {"wadler_lindig"} == _loaded(*call)
    assert "$30,000 → $40,000" in first
    assert first == mips(*call).stdout


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_says_what_it_does(mips, verb):
    assert "Usage:" in mips(verb, "--help").stdout
    assert f"  {verb} " in mips("--help").stdout
    assert COMMANDS[verb][1] in " ".join(mips("--help").stdout.split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_no_command(option):
    assert set() == _loaded(option)


def test_a_checkout_that_is_not_installed_has_a_version(mips, monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)

    assert re.match(r"mips, version \d+\.\d+\.\d+ \(a checkout", mips("--version").stdout)


@pytest.mark.parametrize("wrong", ["-3", "nan", "many", "3 rows"])
def test_rows_that_may_be_wrong_are_a_number_or_a_share(mips, policy, data, wrong):
    result = mips("run", policy, data, "--max-rejects", wrong, code=2)

    assert f"--max-rejects {wrong}: write a number of rows, or a percent" in result.stderr


def test_a_file_read_as_another_format_keeps_its_name_in_messages(mips, policy, data):
    result = mips("run", policy, data / "clinician.csv", "--input-format", "parquet", code=2)

    assert f"`{data / 'clinician.csv'}` is not a Parquet file" in result.stderr


def test_years_that_are_not_there_have_no_history(mips):
    result = mips("history", "performance_threshold", "--years", "2199..", code=2)

    assert "the years are 2016 to" in result.stderr


def test_a_folder_without_data_cannot_be_profiled(mips, tmp_path):
    (tmp_path / "empty").mkdir()

    assert "no file in" in mips("data", "profile", tmp_path / "empty", code=2).stderr
