"""Markdown of all layers."""

from __future__ import annotations

from mipsdsl.impact.answers import Layers
from mipsdsl.impact.markdown import as_markdown
from tests.impact import made


def test_all_layers_stand_in_their_order(small) -> None:
    said = as_markdown(small, made.layers(small), names=("old.mips", "new.mips"))
    heads = [line for line in said.split("\n") if line.startswith(("# ", "## "))]

    assert [
        "# old.mips → new.mips",
        "## What is proved",
        "## For whom",
        "## How many",
        "## Which provision did it",
        "## What the text says now",
    ] == heads


def test_figures_stand_in_tables(small) -> None:
    said = as_markdown(small, made.layers(small))

    assert "| payment\\_adjustment | 0.88% | -0.0023% |" in said
    assert "| raise | 152 | 12 | 1,344 | 1,508 |" in said
    assert "| clinician.mips\\_eligible | same unless |" in said
    assert "209 of 2,126 (9.8%) move: 152 raise → reduction" in said


def test_the_reasons_of_a_witness_can_be_unfolded(small) -> None:
    said = as_markdown(small, made.layers(small), names=("2018", "2019"))

    assert "<summary>Why, under 2019</summary>" in said
    assert "      where performance_threshold is 30 points" in said


def test_text_of_authors_is_no_markup(small) -> None:
    said = as_markdown(small, made.layers(small))

    assert "\\<script\\>" in said
    assert "<script>" not in said.replace("\\<script\\>", "")


def test_a_layer_that_could_not_be_had_says_why(small) -> None:
    said = as_markdown(small, Layers(skipped={"proof": "z3 is not installed"}))

    assert "- **proof** not answered: z3 is not installed" in said
    assert "## What is proved" not in said
