"""Two years compared, the layers above made by hand, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mipsdsl.cli.main import cli
from mipsdsl.diff import Difference
from tests.diff.comparing import between, on_the_way, year
from tests.impact import made

OLD = """\
rules for performance year 2017 paying 2019
title "a small year"

record clinician key npi
    npi    text
    score  points from 0 points to 100 points

parameter threshold = 3 points [42 CFR 414.1405(b)]

rule clinician.final: points = score + threshold [a fact sheet]
rule clinician.kept: points = score [42 CFR 5]
"""


@pytest.fixture(scope="session")
def small() -> Difference:
    """Return a small difference, in whose texts there is markup."""
    new = OLD.replace("3 points [", '15 points because "<script>alert(1)</script> & <b>" [')
    return between(OLD, new.replace("score + threshold", "score + 2 * threshold"))


@pytest.fixture(scope="session")
def two_years() -> Difference:
    return on_the_way(year("2018"), year("2019"))


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Yield one browser for all tests: that of the system, nothing is downloaded."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on PATH (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def whole_page(two_years, tmp_path_factory):
    """Return the file of a page of two real years with all layers."""
    return _page(two_years, tmp_path_factory)


@pytest.fixture(scope="session")
def small_page(small, tmp_path_factory):
    """Return the file of a page of a small difference with all layers."""
    return _page(small, tmp_path_factory)


def _page(difference, factory):
    from mipsdsl.impact.page import as_page

    file = factory.mktemp("page") / "change.html"
    page = as_page(difference, made.layers(difference), names=("2018", "2019"), about=["a test"])
    file.write_text(page, encoding="utf-8")
    return file


@pytest.fixture
def mips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Return a way to call ``mips``, as on a terminal of 100 columns."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")

    def call(*args: object, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, [str(arg) for arg in args])

        assert code == result.exit_code, result.output
        return result

    return call
