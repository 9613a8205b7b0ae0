from __future__ import annotations

import pytest

from mipsdsl.diff import Effect, apply, diff
from mipsdsl.diff.policy import said as what_is_said
from tests.diff.comparing import POLICY, between, of_text, said

CASES = {
    "a value": (
        "threshold = 3 points", "threshold = 15 points",
        ["changed parameter threshold 3 points → 15 points"],
    ),
    "a member of a set": (
        "{physician, dentist}", "{other, physician}",
        [
            "removed parameter eligible_kinds dentist",
            "added parameter eligible_kinds other",
        ],
    ),
    "a citation": (
        "[42 CFR 2]", "[42 CFR 2] [82 FR 1]",
        ["changed parameter low_charges (citation) 42 CFR 2 → 42 CFR 2; 82 FR 1"],
    ),
    "a value of a choice": (
        "dentist, other", "dentist, nurse, other", ["added choice kind_of nurse"],
    ),
    "a label": (
        '"a doctor"', '"a doctor of medicine"',
        ["changed choice kind_of (value physician, label) a doctor → a doctor of medicine"],
    ),
    "the range of a field": (
        "to 100 points\n    rural", "to 110 points\n    rural",
        [
            "changed field clinician.score (range) from 0 points to 100 points"
            " → from 0 points to 110 points"
        ],
    ),
    "a comparison": (
        "<= low_charges", "< low_charges",
        [
            "changed rule clinician.eligible (exception “bills too little”, when)"
            " (charges default $0) <= low_charges → (charges default $0) < low_charges"
        ],
    ),
    "one term more": (
        "= score + (if", "= score + 1 point + (if",
        ["added rule clinician.final + 1 point"],
    ),
    "one clause more": (
        "at most 100 points\n", "at most 100 points rounded to 2 places half up\n",
        ["added rule clinician.final rounded to 2 places half up"],
    ),
    "a limit": (
        "at most 100 points\n", "at most 90 points\n",
        ["changed rule clinician.final at most 100 points → at most 90 points"],
    ),
    "one condition more": (
        "when (charges default $0) <= low_charges", "when rural and (charges default $0) <= low_charges",
        ["added rule clinician.eligible (exception “bills too little”, when) and rural"],
    ),
    "an exception": (
        "\n\nrule clinician.final", "\n    except no when rural because \"x\"\n\nrule clinician.final",
        ["added rule clinician.eligible except no when rural because “x”"],
    ),
    "a cell": (
        "60%            | 40%", "70%            | 30%",
        [
            "changed table clinician.weights (row rural yes, eligible yes, quality_weight) 60% → 70%",
            "changed table clinician.weights (row rural yes, eligible yes, cost_weight) 40% → 30%",
        ],
    ),
    "a row": (
        "    | any   | no       || 0%             | 0%          |\n", "",
        ["removed table clinician.weights | any | no || 0% | 0% |"],
    ),
    "a segment": (
        "(0 points, -4%)", "(0 points, -5%)",
        [
            "changed scale clinician.base (segment 0 points to threshold)"
            " line from (0 points, -4%) to (threshold, 0%)"
            " → line from (0 points, -5%) to (threshold, 0%)"
        ],
    ),
    "a claim": (
        "always final <= 100 points", "always final <= 99 points",
        [
            "changed claim nobody has more than 100 points"
            " final <= 100 points → final <= 99 points"
        ],
    ),
    "the citation of a claim": (
        "<= 100 points [42 CFR 5]", "<= 100 points [42 CFR 5(c)]",
        [
            "changed claim nobody has more than 100 points (citation) 42 CFR 5 → 42 CFR 5(c)"
        ],
    ),
    "another name": (
        "threshold", "performance_threshold",
        ["renamed parameter threshold threshold → performance_threshold"],
    ),
    "a thing": ("parameter threshold = 3 points [42 CFR 1]\n", "", ["removed parameter threshold"]),
    "the title": (
        '"a small year"', '"a year"', ["changed title a small year → a year"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_smallest_part_that_differs_is_said(name: str) -> None:
    old, new, expected = CASES[name]

    assert old in POLICY
    found = between(POLICY, POLICY.replace(old, new))

    assert expected == said(found.changes)


@pytest.mark.parametrize("name", CASES)
def test_a_difference_can_be_made_again(name: str) -> None:
    old, new, _ = CASES[name]
    first, second = of_text(POLICY), of_text(POLICY.replace(old, new))

    assert what_is_said(second) == what_is_said(apply(diff(first, second).changes, first))
    assert what_is_said(first) == what_is_said(apply(diff(second, first).changes, second))


def test_the_way_of_writing_is_no_difference() -> None:
    other = (
        POLICY.replace("$30,000", "$30000.00")
        .replace("{physician, dentist}", "{dentist,  # the two\n physician}")
        .replace("rule clinician.final", "rule final")
        .replace("score + (if", "(score + (if")
        .replace("else 0 points)", "else 0 points))")
    )
    head, *items = other.split("\n\n")
    other = "\n\n# a comment\n".join([head, *reversed(items)])

    assert other != POLICY
    assert () == between(POLICY, other).changes


def test_fields_that_are_new_are_marked_for_those_who_bring_the_data() -> None:
    found = between(
        POLICY, POLICY.replace("    rural    yesno", "    rural    yesno\n    hpsa yesno")
    )

    assert ["added field clinician.hpsa"] == said(found.changes)
    assert Effect.DATA is found.changes[0].effect


def test_a_record_is_added_whole() -> None:
    more = "record practice key tin\n    tin text\n    small yesno\n"
    found = between(POLICY, f"{POLICY}\n{more}\nextend record practice\n    rural yesno\n")

    assert ["added record practice"] == said(found.changes)


def test_parameters_alike_by_chance_are_no_rename() -> None:
    old = POLICY.replace(
        "parameter threshold", "parameter zeal = 9 [42 CFR 9]\nparameter threshold"
    )
    new = POLICY.replace(
        "parameter threshold", "parameter cost_wide = 9 [42 CFR 9]\nparameter threshold"
    )

    assert ["added parameter cost_wide", "removed parameter zeal"] == said(
        between(old, new).changes
    )


def test_a_record_under_another_name_is_a_rename_with_all_its_rules() -> None:
    found = between(POLICY, POLICY.replace("clinician", "eligible_clinician"))

    assert ["renamed record clinician clinician → eligible_clinician"] == said(found.changes)


def test_the_order_of_what_a_run_shows_is_no_difference() -> None:
    shown = "\nresults of clinician = eligible, final, base\n"
    other = "\nresults of clinician = base, final, cost_weight\n"

    assert [
        "removed results clinician eligible",
        "added results clinician cost_weight",
    ] == said(between(POLICY + shown, POLICY + other).changes)
