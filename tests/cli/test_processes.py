"""What a shell sees: the exit codes of real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SLIP = """rules for performance year 2017 paying 2019
amends 2017
set performance_threshold = 15 points was 4 points because "what if" [42 CFR 414.1405(b)]
"""
FAILING = """rules for performance year 2017 paying 2019
amends 2017
example "a wrong expectation"
    given quality_score 80%
    expect quality_score 90%
"""


def _code(folder: Path, *words: str) -> int:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-m", "mipsdsl", *words]
    return subprocess.run(
        call, cwd=folder, env=environment, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "2017"), 0),
        (("--help",), 0),
        (("--version",), 0),
        (("check", "slip.mips"), 1),
        (("test", "--no-claims", "failing.mips"), 1),
        (("fmt", "--check", "loose.mips"), 1),
        (("diff", "2017", "2018"), 0),
        (("diff", "2017", "2018", "--exit-code"), 1),
        (("diff", "2017", "2017", "--exit-code"), 0),
        (("check", "1999"), 2),
        (("chek",), 2),
        (("check", "--no-such-option"), 2),
        (("explain-code", "E0999"), 2),
        (("run", "2017", "bad.csv"), 3),
    ],
)
def test_the_exit_code_is_as_designed(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    (tmp_path / "slip.mips").write_text(SLIP, encoding="utf-8")
    (tmp_path / "failing.mips").write_text(FAILING, encoding="utf-8")
    (tmp_path / "loose.mips").write_text(SLIP.replace("set ", "set   "), encoding="utf-8")
    (tmp_path / "bad.csv").write_text("npi,quality_score\n1,abc\n", encoding="utf-8")

    assert code == _code(tmp_path, *words)
