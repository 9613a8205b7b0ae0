"""A way to call ``mips``, and where the items at random are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mipsdsl.cli.main import cli

sys.path.insert(0, str(Path(__file__).parents[1] / "properties"))  # items at random

Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def _as_on_a_terminal_of_100_columns(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def mips() -> Call:
    runner = CliRunner()

    def call(*args: object, code: int = 0) -> Result:
        result = runner.invoke(cli, [str(arg) for arg in args])

        assert code == result.exit_code, result.output
        return result

    return call
