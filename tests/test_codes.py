"""The register of codes against what the program reports, and against the golden cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mipsdsl
from mipsdsl.diagnostics import codes
from mipsdsl.diagnostics.pages.entry import Entry
from mipsdsl.lint import lint
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source
from mipsdsl.testing import run_tests

PACKAGE = Path(mipsdsl.__file__).parent
CASES = Path(__file__).parent / "cases"
CODE = re.compile(r'"([EW]\d{4})"')
HEADER = "rules for performance year 2017 paying 2019\n"

# Their examples would be longer than a page: what they say in a comment stands for them.
TOLD_IN_A_COMMENT = {"E0105", "E0106", "E0308"}
# No golden case shows them: an item of 200,001 characters is nothing to read, and a year that is
# not there is told with the years that are, which grow (the manual has an example of it).
WITHOUT_CASE = {"E0105", "E0505"}


def raised() -> set[str]:
    """Return every code that stands in the source, the register apart."""
    files = [p for p in PACKAGE.rglob("*.py") if "pages" not in p.parts and p.name != "codes.py"]
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def shown() -> set[str]:
    """Return every code that a golden case shows."""
    pattern = re.compile(r"^(?:error|warning)\[([EW]\d{4})\]", re.MULTILINE)
    texts = (path.read_text(encoding="utf-8") for path in CASES.glob("*/*.out"))
    return {code for text in texts for code in pattern.findall(text)}


def reported(text: str, code: str) -> set[str]:
    """Return the codes that ``text`` earns, its tests run when ``code`` is one of tests."""
    whole = text.lstrip("\n")
    if not whole.startswith(("rules for", "tests for")):
        # E0101 is about what stands before the first item.
        whole = whole + HEADER if code == "E0101" else HEADER + whole
    analysis = analyse([Source("example.mips", whole)])
    found = list(analysis.diagnostics)
    if code.startswith("W07"):
        found += lint(analysis)
    if code.startswith("E06") and analysis.program is not None:
        suite = run_tests(analysis, trials=100, claims=True)
        found += [*suite.mistakes, *(d for outcome in suite.outcomes for d in outcome.findings)]
    return {diagnostic.code for diagnostic in found}


def test_every_code_that_is_raised_has_a_page() -> None:
    assert set() == raised() - set(codes.ENTRIES)


def test_every_page_is_of_a_code_that_is_raised_or_reserved() -> None:
    reserved = {entry.code for entry in codes.ENTRIES.values() if entry.reserved}

    assert set(codes.ENTRIES) - raised() == reserved


def test_every_code_that_is_raised_has_a_golden_case() -> None:
    assert raised() - shown() == WITHOUT_CASE


@pytest.mark.parametrize("entry", codes.ENTRIES.values(), ids=lambda entry: entry.code)
def test_the_examples_of_a_page_do_what_it_says(entry: Entry) -> None:
    assert set() == reported(entry.good, entry.code)
    if not entry.reserved and entry.code not in TOLD_IN_A_COMMENT:
        assert {entry.code} == reported(entry.bad, entry.code)


@pytest.mark.parametrize("entry", codes.ENTRIES.values(), ids=lambda entry: entry.code)
def test_a_page_says_all_that_it_should(entry: Entry) -> None:
    page = codes.page(entry.code.lower())

    assert page.startswith(f"{entry.code}: {entry.title}\n")
    assert all(part in page for part in ("Why it matters:", "Wrong:", "Right:"))
    assert not entry.title.endswith(".")


def test_a_code_that_is_not_there_has_near_ones() -> None:
    assert "E0301" in codes.nearest("E301")
    with pytest.raises(KeyError):
        codes.page("E9999")
