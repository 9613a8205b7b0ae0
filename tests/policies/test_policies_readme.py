"""Every command in the policies' README prints what it says, and what it points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_readme import ROOT, _commands, _matches, _run

POLICIES = ROOT / "policies"
README = (POLICIES / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```([\w ]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DATA = re.compile(r"^`([\w.]+\.csv)`:\n\n```csv\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"`(\d{4}/[\w/]+\.mips)`((?: `\w+`)*)")


def test_every_command_prints_what_the_page_says(tmp_path: Path) -> None:
    for name, text in DATA.findall(README):
        (tmp_path / name).write_text(text, encoding="utf-8")
    wrong: list[str] = []
    for kind, block in FENCE.findall(README):
        if kind == "console":
            for command, expected in _commands(block):
                printed = _run(command, tmp_path)
                if not _matches(expected, printed):
                    wrong.append("\n".join([f"$ {command}", *printed]))

    assert not wrong, "\n\n".join(wrong)


def test_excerpts_are_those_of_the_policies() -> None:
    excerpts = [text for kind, text in FENCE.findall(README) if kind == "mips excerpt"]

    assert excerpts
    for text in excerpts:
        name, _, excerpt = text.removeprefix("# ").partition("\n")
        assert excerpt in (POLICIES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("file", "names"), PLACE.findall(README))
def test_a_rule_stands_where_the_page_says(file: str, names: str) -> None:
    text = (POLICIES / file).read_text(encoding="utf-8")

    for name in re.findall(r"`(\w+)`", names):
        assert re.search(rf"\b{name}\b", text), name


@pytest.mark.parametrize("name", re.findall(r"\]\(((?!http)[^)#]+)\)", README))
def test_links_lead_somewhere(name: str) -> None:
    assert (POLICIES / name).exists()


@pytest.mark.parametrize(
    "text", re.findall(r'"([a-z][^"…]+)"', README.partition("## 6.")[2].partition("|")[2])
)
def test_a_claim_that_the_page_names_is_made(text: str) -> None:
    assert any(f'claim "{text}"' in path.read_text("utf-8") for path in POLICIES.rglob("*.mips"))


def test_every_file_of_a_year_has_its_line() -> None:
    named = set(re.findall(r"`(\w+\.mips)`", README.partition("## 2.")[0]))

    assert {path.name for path in POLICIES.glob("20[12][0-9]/*.mips")} - named <= {
        path.name for path in POLICIES.glob("2016/*.mips")
    }
