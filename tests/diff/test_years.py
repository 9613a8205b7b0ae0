"""The years that come with the program, and what a user makes of them."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from mipsdsl.core import nodes as c
from mipsdsl.diagnostics import Report
from mipsdsl.diff import Kind, apply, diff
from mipsdsl.diff.flat import flat
from mipsdsl.diff.policy import said as what_is_said
from mipsdsl.diff.words import words
from mipsdsl.format import format_file
from mipsdsl.library import base_of, versions, years
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.parser import parse
from tests.diff.comparing import on_the_way, policy, said, year

YEARS = years()
LAYERS = [layer for name in YEARS for layer in versions(name)]
# A year as it was published and the year that it amends; a correction and what it corrects.
PAIRS = [(base, layer) for layer in LAYERS if (base := base_of(year(layer)))]


def without_places(node: Any) -> Any:
    """Return a part of a program without the places where it was written."""
    if isinstance(node, tuple):
        return tuple(without_places(part) for part in node)
    if not attrs.has(type(node)):
        return node
    if isinstance(node, c.Place):
        return None
    names = [each.name for each in attrs.fields(type(node))]
    left_out = {"place", "otherwise_place"}
    return type(node).__name__, tuple(
        without_places(getattr(node, name)) for name in names if name not in left_out
    )


@pytest.mark.parametrize("name", YEARS)
def test_the_flat_text_is_the_same_program(name: str) -> None:
    analysis = analyse(year(name))
    text = flat(analysis)
    again = analyse((Source("flat.mips", text),))

    assert again.program is not None
    assert [d.code for d in analysis.diagnostics] == [d.code for d in again.diagnostics]
    for field in attrs.fields(c.Program):
        expected = without_places(getattr(analysis.program, field.name))
        assert expected == without_places(getattr(again.program, field.name)), field.name


@pytest.mark.parametrize("name", YEARS)
def test_the_flat_text_is_no_difference_and_laid_out(name: str) -> None:
    text = flat(analyse(year(name)))

    assert () == diff(policy(*year(name)), policy(Source("flat.mips", text))).changes
    assert text == format_file(text)


@pytest.mark.parametrize("name", YEARS)
def test_a_year_laid_out_anew_and_in_another_order_differs_in_nothing(name: str) -> None:
    text = flat(analyse(year(name)))
    head, *blocks = text.split("\n\n")
    turned = "\n\n".join([head, *reversed(blocks)])
    narrow = format_file(f"{turned}\n", width=40)

    assert text != narrow
    assert () == diff(policy(*year(name)), policy(Source("flat.mips", narrow))).changes


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_the_difference_of_two_years_can_be_made_again_both_ways(old: str, new: str) -> None:
    first, second = policy(*year(old)), policy(*year(new))
    there, back = on_the_way(year(old), year(new)), on_the_way(year(new), year(old))

    assert what_is_said(second) == what_is_said(apply(there.changes, first))
    assert what_is_said(first) == what_is_said(apply(back.changes, second))
    assert len(there.changes) == len(back.changes)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_amendment_of_a_year_is_in_the_difference_with_its_reason(old: str, new: str) -> None:
    items = [item for source in year(new) for item in parse(source, Report()).items]
    reasons = {
        reason for item in items if isinstance(item, n.Amendment) and not isinstance(item, n.Keep)
        for reason in getattr(item, "because", ())
    }  # fmt: skip
    given = {
        reason for change in on_the_way(year(old), year(new)).changes for reason in change.because
    }

    assert set() == reasons - given


def test_what_is_known_to_have_changed_from_2017_to_2018_is_said() -> None:
    found = on_the_way(year("2017"), year("2018"))
    lines = said(found.changes)

    for line in (
        "changed parameter performance_threshold 3 points → 15 points",
        "changed parameter applicable_percent 4% → 5%",
        "changed parameter low_volume_charges $30,000 → $90,000",
        "changed parameter low_volume_patients 100 → 200",
        "added rule submission.complex_patient_bonus",
        "removed table submission.pace",
    ):
        assert line in lines
    renamed = {c.key.name: c.new for c in found.changes if c.kind is Kind.RENAMED}
    assert "promoting_interoperability_score" == renamed["advancing_care_information_score"]
    assert not [c for c in found.changes if c.key.name == "additional_performance_threshold"]


def test_a_what_if_differs_in_what_it_says_and_has_its_reason() -> None:
    base = "2017"
    text = f"""\
rules for performance year {base} paying 2019
amends {base}
rename parameter performance_threshold to threshold because "shorter"
set performance_threshold = 30 points was 3 points because "what if" [42 CFR 414.1405(b)]
"""
    found = on_the_way(year(base), (Source("what_if.mips", text),))

    assert [
        "renamed parameter performance_threshold performance_threshold → threshold",
        "changed parameter threshold 3 points → 30 points",
    ] == [line for line in said(found.changes) if " parameter " in line and "(" not in line]
    assert ("what if",) == found.changes[1].because


def test_over_the_years_a_change_has_the_reason_of_the_year_that_made_it() -> None:
    found = on_the_way(year("2017"), year("2026"))
    lines = said(found.changes)

    # renamed in 2018 and gone since 2019: removed under its first name, and no rename
    assert "removed rule submission.care_information_registry_bonus" in lines
    assert not [c for c in found.changes if c.new == "interoperability_registry_bonus"]
    # set as a whole in 2021 and again in 2023: what stands now has the later reason
    reasons = {
        words(change.new): change.because
        for change in found.changes
        if change.key.name == "score_under_this_tin" and change.way and change.new
    }
    assert "subgroup" in reasons["and subgroup_score is missing"][0]
    assert "however it was reported" in reasons["apm_entity_score is missing"][0]
    # a set with other members year after year has all their reasons
    (changed,) = (
        change for change in found.changes
        if change.key.name == "prescribing_measures" and isinstance(change.new, n.SetOf)
    )  # fmt: skip
    assert 2 == len(changed.because)
