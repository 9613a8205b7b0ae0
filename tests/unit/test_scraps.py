"""What a killed run left is removed by the next; what a live one, or another machine, has is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mipsdsl import scraps
from mipsdsl.data.write import replacing
from mipsdsl.kept import store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nobody is asked for there")


def _killed_while(folder: Path, body: str) -> None:
    """Run ``body`` in a process, which is killed once it has said so."""
    program = textwrap.dedent(body) + "\nprint('here', flush=True)\nimport time; time.sleep(60)\n"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)


PART = """
import sys
from pathlib import Path
from mipsdsl.data.write import replacing
part = replacing(Path(sys.argv[1], "out.csv")).__enter__()
part.write_text("half")
Path(sys.argv[1], f".{part.name}.abc.lines").write_text("half")
"""

FOLDER = """
import sys
from pathlib import Path
from mipsdsl.scraps import work_folder
folder = work_folder(sys.argv[1])
Path(folder.__enter__(), "big").write_text("much")
"""


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_the_next_run_removes_parts_of_a_killed_one(tmp_path: Path) -> None:
    _killed_while(tmp_path, PART)
    assert len(_names(tmp_path)) == 2

    with replacing(tmp_path / "other.csv") as part:
        part.write_text("x")
    assert len(_names(tmp_path)) == 3

    with replacing(tmp_path / "out.csv") as part:
        part.write_text("whole")

    assert _names(tmp_path) == ["other.csv", "out.csv"]
    assert (tmp_path / "out.csv").read_text() == "whole"


def test_the_next_run_removes_the_folder_of_a_killed_one(tmp_path: Path) -> None:
    _killed_while(tmp_path, FOLDER)
    assert len(_names(tmp_path)) == 1

    with scraps.work_folder(tmp_path) as mine:
        assert _names(tmp_path) == [Path(mine).name]

    assert _names(tmp_path) == []


def test_what_is_alive_or_elsewhere_or_not_ours_to_judge_stays(tmp_path: Path) -> None:
    host = scraps.mark().partition("-")[0]
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE, check=True
    )
    gone = int(dead.stdout)
    stay = [
        f".out.csv.{host}-{os.getpid()}-abc.part",
        f".out.csv.{host}-1-abc.part",
        f".out.csv.elsewhere-{gone}-abc.part",
        f".out.csv.x.{host}-{gone}-abc.part",
        ".out.csv.swp",
        "out.csv",
        f"out.csv.{host}-{gone}-abc.part",
    ]
    for name in (*stay, f".out.csv.{host}-{gone}-abc.part"):
        (tmp_path / name).write_text("x")

    scraps.sweep(tmp_path, ".out.csv.", "..out.csv.")

    assert _names(tmp_path) == sorted(stay)


def test_two_that_write_the_same_do_not_disturb_each_other(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with replacing(out) as one, replacing(out) as other:
        one.write_text("one")
        other.write_text("other")

    assert out.read_text() == "one"
    assert _names(tmp_path) == ["out.csv"]


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    host = scraps.mark().partition("-")[0]
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / f"mips-{host}-999999999-abc").symlink_to(tmp_path / "kept")

    scraps.sweep(tmp_path, "mips-")

    assert _names(tmp_path) == ["kept"]
    assert _names(tmp_path / "kept") == ["file"]


def test_the_cache_is_swept_too(tmp_path: Path) -> None:
    host = scraps.mark().partition("-")[0]
    (tmp_path / f".part-{host}-999999999-abc").write_text("x")

    store(tmp_path / "a.json", {"a": 1})

    assert _names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_told_to_stop_leaves_nothing(tmp_path: Path, sign: signal.Signals) -> None:
    program = """
    import sys, time
    from pathlib import Path
    from types import ModuleType
    import click
    from mipsdsl.cli import main
    from mipsdsl.data.write import replacing
    from mipsdsl.scraps import work_folder

    @click.command("wait")
    @click.argument("folder")
    def wait(folder):
        try:
            with replacing(Path(folder, "out.csv")), work_folder(folder):
                print("here", flush=True)
                time.sleep(60)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted")  # as a library may

    waiting = sys.modules["waiting"] = ModuleType("waiting")
    waiting.command = wait
    main.COMMANDS["wait"] = ("waiting", "Wait.")
    main.main()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), "wait", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(sign)
        stderr = process.communicate()[1]

    assert process.returncode == 130
    assert stderr == "interrupted; nothing was half-written\n"
    assert _names(tmp_path) == []
