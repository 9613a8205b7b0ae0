"""The clinicians for whom two years differ are told to each year as examples, and they hold."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from mipsdsl.cli.main import cli
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source
from mipsdsl.testing import run_tests


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the folder with the examples of two years, and the numbers of those shown."""
    folder = tmp_path_factory.mktemp("saved")
    call = ["diff", "2017", "2018", "--layers", "witnesses", "--save-tests", str(folder / "p.mips")]
    result = CliRunner().invoke(cli, call)

    assert 0 == result.exit_code, result.output
    return folder, {
        int(number) for number in re.findall(r"^  W(\d+) ", result.stdout, re.MULTILINE)
    }


@pytest.mark.parametrize("year", ["2017", "2018"])
def test_every_witness_is_an_example_that_holds(saved, year) -> None:
    folder, numbers = saved
    text = (folder / f"p.{year}.mips").read_text("utf-8")
    found = [
        x for x in run_tests(analyse([Source("p.mips", text)])).outcomes if x.name.startswith("W")
    ]

    assert len(numbers) >= 5
    assert len(numbers) == text.count("cannot be told as an example") + len(found)
    assert len(found) >= len(numbers) - 2
    assert all(outcome.passed for outcome in found)
