"""Golden cases: a `.mips` file that names its command, and beside it what the command prints.

``pytest --update-golden`` writes the outputs; without it nothing is ever written.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mipsdsl.cli.main import cli

CASES = Path(__file__).parent / "cases"
PROMPT = "# $ mips "


def cases() -> list[Path]:
    """Return the files that name a command; what else stands there is read by them."""
    found = sorted(CASES.glob("*/*.mips"))
    return [path for path in found if path.read_text(encoding="utf-8").startswith(PROMPT)]


def printed(case: Path) -> str:
    """Return what the command of ``case`` prints, and how it ends when not well."""
    first = case.read_text(encoding="utf-8").split("\n", 1)[0]
    result = CliRunner().invoke(cli, shlex.split(first.removeprefix(PROMPT)), prog_name="mips")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    ending = f"(exit code {result.exit_code})\n" if result.exit_code else ""
    return result.output + ending


def named(path: Path) -> str:
    """Return the case as it is shown: its stage and its feature."""
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("case", cases(), ids=named)
def test_case_prints_what_is_expected(
    case: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(case.parent)
    expected = case.with_suffix(".out")
    shown = printed(case)
    if request.config.getoption("--update-golden"):
        expected.write_text(shown, encoding="utf-8")

    assert expected.is_file(), f"{named(case)}: no .out; run pytest --update-golden and read it"
    assert expected.read_text(encoding="utf-8") == shown


def test_every_output_has_its_case() -> None:
    orphans = [p for p in CASES.glob("*/*.out") if p.with_suffix(".mips") not in cases()]

    assert not orphans
