"""The manual of the language kept true: its examples run, and its lists are those of the program.

The words behind ```` ```mips ```` say what a fence is: ``prelude NAME`` (others may build on it),
``with NAME`` (it builds on that), ``amends NAME`` (a next year that changes that), ``error CODE`` (it
is wrong, and earns exactly this code).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner
from lark import Token, Tree

from mipsdsl import arithmetic, resources
from mipsdsl.cli.main import cli
from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID, Type, Unit
from mipsdsl.diagnostics import Report, codes
from mipsdsl.format import format_file
from mipsdsl.pipeline import Analysis, analyse
from mipsdsl.semantics import cells, folds, literals, units
from mipsdsl.semantics.amend import amend
from mipsdsl.semantics.echoes import report_without_echoes
from mipsdsl.semantics.lower import lower
from mipsdsl.semantics.resolve import DEFAULT_PLACES, DEFAULT_RANGES, resolve
from mipsdsl.source import Source
from mipsdsl.syntax import parser, words
from mipsdsl.testing import Suite, run_tests, suite
from mipsdsl.verify.random_world import CHILDREN, ROWS

MANUAL = (resources.grammar() / "README.md").read_text(encoding="utf-8")
HEADER = "rules for performance year 2017 paying 2019\n"
NEXT = "rules for performance year 2018 paying 2020\namends 2017\n"
FENCE = re.compile(r"^```mips([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Fence:
    """An example of the manual: its line, what it builds on, and the code it earns (or nothing)."""

    line: int
    prelude: str
    using: str
    base: str
    code: str
    text: str

    @property
    def name(self) -> str:
        """Where the example stands."""
        return f"line {self.line}"


def _fence(found: re.Match[str]) -> Fence:
    said = found[1].split()
    pairs = dict(zip(said[::2], said[1::2], strict=True))
    assert set(pairs) <= {"prelude", "with", "amends", "error"}, f"what is `{found[1]}`?"
    line = MANUAL.count("\n", 0, found.start()) + 2
    parts = (pairs.get(word, "") for word in ("prelude", "with", "amends", "error"))
    return Fence(line, *parts, found[2])


FENCES = [_fence(found) for found in FENCE.finditer(MANUAL)]
PRELUDES = {fence.prelude: fence for fence in FENCES if fence.prelude}
GOOD = [fence for fence in FENCES if not fence.code]
WRONG = [fence for fence in FENCES if fence.code]
BY_LINE: Callable[[Fence], str] = lambda fence: fence.name  # noqa: E731 - what pytest calls ids


def program_of(fence: Fence) -> str:
    """Return a fence as a whole program: its preludes, and a header where none stands."""
    text, using = fence.text, fence.using
    while using:
        text = PRELUDES[using].text + text
        using = PRELUDES[using].using
    if text.startswith("rules for"):
        return text
    return (NEXT if fence.base else HEADER) + text


@cache
def compiled(fence: Fence) -> Analysis:
    """Return what is known of the program of a fence."""
    source = Source(f"README.md, {fence.name}", program_of(fence))
    return amended(fence, source) if fence.base else analyse([source])


def amended(fence: Fence, source: Source) -> Analysis:
    """Return what is known of a year that amends one of the preludes: the stages one by one."""
    base = compiled(PRELUDES[fence.base])
    report = Report()
    changes = (parser.parse(source, report),)
    files = amend(base.files, changes, base.symbols, report)
    symbols = resolve(files, report)
    program = lower(symbols, report)
    found = report_without_echoes(tuple(report), changes, [source])
    return Analysis((source,), (*files, *changes), symbols, program, found)


@cache
def outcomes_of(fence: Fence) -> Suite:
    """Return the outcome of the tests in a fence that compiles."""
    return run_tests(compiled(fence), trials=60)


# --- the examples --------------------------------------------------------------------------------


@pytest.mark.parametrize("fence", GOOD, ids=BY_LINE)
def test_an_example_compiles_and_its_tests_pass(fence: Fence) -> None:
    said = [f"{d.code} {d.message}: {d.labels[0].text}" for d in compiled(fence).diagnostics]
    assert said == []

    run = outcomes_of(fence)
    found = [d for outcome in run.outcomes for d in outcome.findings]
    assert [f"{d.message}: {d.labels[0].text}" for d in (*run.mistakes, *found)] == []


@pytest.mark.parametrize("fence", WRONG, ids=BY_LINE)
def test_a_wrong_example_earns_its_code(fence: Fence) -> None:
    found = list(compiled(fence).diagnostics)
    if compiled(fence).program is not None:
        run = outcomes_of(fence)
        found += [*run.mistakes, *(d for outcome in run.outcomes for d in outcome.findings)]

    assert {fence.code} == {diagnostic.code for diagnostic in found}


@pytest.mark.parametrize("fence", GOOD, ids=BY_LINE)
def test_an_example_is_in_canonical_layout(fence: Fence) -> None:
    assert fence.text == format_file(fence.text)


def test_every_example_with_rules_is_tried_by_a_test_of_its_own() -> None:
    law = re.compile(r"^(rule|table|scale|selection|population|ensure)\b", re.MULTILINE)
    untried = [
        fence.name
        for fence in GOOD
        if law.search(fence.text) and not fence.prelude and not outcomes_of(fence).outcomes
    ]

    assert untried == []


def test_the_first_program_prints_what_the_manual_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = re.search(r"^```csv\n(.*?)^```$", MANUAL, re.MULTILINE | re.DOTALL)
    assert data is not None
    (tmp_path / "low_volume.mips").write_text(FENCES[0].text, encoding="utf-8")
    (tmp_path / "clinicians.csv").write_text(data[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    sessions = re.findall(
        r"^\$ mips ([^\n]*)\n(.*?)(?=^```$|^\$)", MANUAL, re.MULTILINE | re.DOTALL
    )
    assert len(sessions) >= 5

    for command, shown in sessions:
        result = CliRunner().invoke(cli, command.split(), prog_name="mips")
        assert result.exit_code == 0, f"mips {command}: {result.output}"
        assert shown.strip() in result.output, f"mips {command}"


# --- nothing is left out -------------------------------------------------------------------------


def trees() -> Iterable[Tree[Token]]:
    """Give the syntax of every item in the examples that can be read."""
    for fence in FENCES:
        for file in compiled(fence).files:
            for item in file.items:
                if type(item).__name__ != "Broken":
                    yield parser._lark().parse(item.span.text)


def test_every_construct_of_the_grammar_has_an_example() -> None:
    rules = {
        str(rule.alias or rule.origin.name)
        for rule in parser._lark().rules
        if rule.alias or not rule.options.expand1
    }
    constructs = {name for name in rules if not name.startswith("_")}
    shown = {tree.data for whole in trees() for tree in whole.iter_subtrees()}

    assert constructs - {str(name) for name in shown} == set()


def test_every_word_of_the_language_has_an_example() -> None:
    said = {word for fence in FENCES for word in re.findall(r"[a-z_]+", fence.text)}

    assert (words.KEYWORDS | words.WORDS_IN_PLACE) - said == set()


def test_every_spelling_that_grammar_leaves_to_choice_has_an_example() -> None:
    text = "\n".join(fence.text for fence in FENCES)
    spellings = ["half up", " up\n", "down", "rising", "falling", "never lowers", "never raises"]
    spellings += ["<=", ">=", " < ", " > ", " + ", " - ", " * ", " / ", "is nothing", "is missing"]
    spellings += [unit.value for unit in GRID if unit is not Unit.RATIO]

    assert [spelling for spelling in spellings if spelling not in text] == []


# --- the lists -----------------------------------------------------------------------------------


def section(title: str) -> str:
    """Return the text under a heading, up to the next one of its level or a higher one."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |\Z)", MANUAL, re.M | re.S)
    assert found is not None, f"the manual has no section `{title}`"
    return found[2]


def rows(text: str) -> list[tuple[str, ...]]:
    """Return the rows of the tables in ``text``, without their headings."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    cut = [tuple(cell.strip() for cell in line.split("|")) for line in lines]
    heads = {index - 1 for index, row in enumerate(cut) if set("".join(row)) <= set("-: ")}
    return [row for i, row in enumerate(cut) if i not in heads and i - 1 not in heads]


LIMITS: dict[str, int] = {
    "characters in a file": parser.MAX_CHARACTERS,
    "characters in an item": parser.MAX_ITEM_CHARACTERS,
    "parentheses or braces inside each other": parser.MAX_NESTING,
    "`if` and `not` in one item, together": 10 * parser.MAX_NESTING,
    "aggregates inside each other": folds.MAX_FOLDS,
    "combinations of cells that the check of a table or of two exceptions tries": (
        cells.MAX_COMBINATIONS
    ),
    "decimal places of a literal": literals.MAX_PLACES,
    "digits of a literal before its point": literals.MAX_DIGITS - 4,
    "decimal places of an amount of money": GRID[Unit.MONEY],
    "decimal places of a field": arithmetic.FINEST,
    "decimal places of a field that does not say": DEFAULT_PLACES,
    "decimal places of a written rounding": arithmetic.MOST_PLACES,
    "rows that a sum of the population is sized for": build.POPULATION_ROWS,
    "rows that one `given … with` can add": 1000,
    "random worlds that a claim is tried on": suite.TRIALS,
    "rows of a record in such a world, not counting children": ROWS,
    "children of a row in such a world": CHILDREN,
}


def test_the_limits_are_those_of_the_program() -> None:
    told = {row[0]: row[1] for row in rows(section("19. Limits")) if len(row) == 2}

    assert {name: f"{number:,}" for name, number in LIMITS.items()} == told


def test_the_widths_are_those_of_the_program() -> None:
    assert build.STORED_LIMIT == 2**63
    assert build.INTERMEDIATE_LIMIT == 2**126
    assert arithmetic.GUARD == 50
    text = section("18. Numbers")
    assert all(part in text for part in ("2⁶³", "2¹²⁶", "50 steps", "10⁻¹²"))


def test_the_ranges_of_fields_that_do_not_say_are_those_of_the_program() -> None:
    told = {
        row[0].strip("`"): row[3] for row in rows(section("4. Types and units")) if len(row) == 4
    }

    for unit, (low, high) in DEFAULT_RANGES.items():
        low_text, high_text = (_shown(unit, end) for end in (low, high))
        assert f"{low_text} to {high_text}" == told[unit.value]


def _shown(unit: Unit, end: int) -> str:
    from fractions import Fraction

    return cells.quantity_text(Fraction(end), unit).removesuffix(" points")


def test_the_words_are_those_of_the_program() -> None:
    lists = re.findall(r"^```text\n(.*?)^```$", section("21. Words of the language"), re.M | re.S)
    told = [set(text.split()) for text in lists]

    assert told == [words.ITEM_WORDS, words.KEYWORDS - words.ITEM_WORDS, words.WORDS_IN_PLACE]


def test_the_codes_are_those_of_the_register() -> None:
    told = [row for row in rows(section("22. Diagnostics")) if re.fullmatch(r"[EW]\d{4}", row[0])]

    assert [(entry.code, entry.title) for entry in codes.ENTRIES.values()] == told


# --- the tables of units --------------------------------------------------------------------------

ORDER = (
    Unit.COUNT, Unit.NUMBER, Unit.PERCENT, Unit.RATIO, Unit.POINTS, Unit.MONEY, Unit.DATE,
)  # fmt: skip


def _read(unit: Unit) -> c.Expr:
    return c.Read(c.Here(), "x", type=Type(unit), shape=build.decimal(0, 1, 5))


@pytest.mark.parametrize(
    ("title", "function"),
    [
        ("Multiplied", units.product_unit),
        ("Divided", units.quotient_unit),
    ],
)
def test_the_units_are_those_of_the_program(
    title: str, function: Callable[[c.Expr, c.Expr], Unit | None]
) -> None:
    real = []
    for left in ORDER:
        row = [function(_read(left), _read(right)) for right in ORDER]
        real.append((left.value, *(unit.value if unit else "–" for unit in row)))

    assert real == [tuple(cell.strip("*") for cell in row) for row in rows(section(title))]
