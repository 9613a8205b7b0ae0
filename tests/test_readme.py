"""Every command and output in the README is true: each is run, in order, in one folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mipsdsl.cli.main import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"\A# (\S+\.mips)\n")
ELLIPSIS = "…"
READMES = ["grammar/README.md", "policies/README.md"]


def _blocks() -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in FENCE.finditer(README)]


def _plain_blocks() -> list[str]:
    """Return the blocks of commands whose output is not shown."""
    return re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _own_files() -> dict[str, str]:
    """Return the policies that the README writes, by name."""
    return {
        name[1]: block
        for kind, block in _blocks()
        if kind == "mips" and (name := FILE.match(block))
    }


def _commands(block: str) -> list[tuple[str, list[str]]]:
    commands: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line.rstrip())
    return commands


def _run(command: str, folder: Path) -> list[str]:
    words = command.replace("mips ", f"{sys.executable} -m mipsdsl ", 1)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-c", words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout
    return [line.rstrip() for line in done.stdout.splitlines()]


def _matches(expected: list[str], printed: list[str]) -> bool:
    """Compare; a line that is only an ellipsis stands for any number of lines."""
    if ELLIPSIS not in expected:
        return expected == printed
    cut = expected.index(ELLIPSIS)
    rest = expected[cut + 1 :]
    tail = printed[len(printed) - len(rest) :] if rest else []
    return expected[:cut] == printed[:cut] and rest == tail


def test_the_set_up_commands_are_the_first_two() -> None:
    consoles = [block for kind, block in _blocks() if kind == "console"]
    first, second = [command for block in consoles for command, _ in _commands(block)][:2]

    assert first.endswith("mips run 2017 --sample")
    assert second.endswith("pytest")
    assert " && " in first
    assert first.rpartition(" && ")[0] == second.rpartition(" && ")[0]


def test_every_command_prints_what_the_readme_says(tmp_path: Path) -> None:
    wrong: list[str] = []
    for kind, block in _blocks():
        if kind == "mips" and (name := FILE.match(block)):
            (tmp_path / name[1]).write_text(block, encoding="utf-8")
        if kind != "console":
            continue
        for command, expected in _commands(block):
            if not command.startswith(("mips ", "grep ")):
                continue
            printed = _run(command, tmp_path)
            if expected and not _matches(expected, printed):
                wrong.append("\n".join([f"$ {command}", *printed]))

    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md", *READMES])
def test_every_command_that_is_named_has_the_options_that_are_named(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(r"(?<!`)`mips ([^`\n]+)`|^(?:\$ )?mips (.*)", text, re.MULTILINE)
    named = ["".join(each).partition(" # ")[0] for each in found]

    assert [] == [words for words in named if not _is_call(words)]


def _is_call(words: str) -> bool:
    """Return whether a call of ``mips``, maybe with parts left out, is of a command with its options."""
    command: click.Command = cli
    first, *rest = re.split(r"[ ,/|<>]+|=\S*", words)
    rest = [word for word in (first, *rest) if word]
    while rest and isinstance(command, click.Group) and not rest[0].startswith("-"):
        found = command.get_command(click.Context(command), rest.pop(0))
        if found is None:
            return False
        command = found
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    return {word for word in rest if re.fullmatch(r"--[a-z-]+|-[a-z]", word)} <= {*known, "--help"}


def test_the_checks_of_a_repository_are_as_the_readme_has_them(tmp_path: Path) -> None:
    block = next(block for block in _plain_blocks() if "policies/mine" in block)
    (own := tmp_path / "policies" / "mine").mkdir(parents=True)
    (own / "threshold.mips").write_text(_own_files()["threshold.mips"], encoding="utf-8")
    for command in (
        "git init -q -b main",
        "git add .",
        "git -c user.name=a -c user.email=a@example.org commit -q -m first",
    ):
        _run(command, tmp_path)
    commands = [line.partition(" #")[0].strip() for line in block.splitlines()]
    quick = [each for each in commands if "--mutate" not in each]  # which takes minutes
    printed = {each: _run(f"{each}; echo $?", tmp_path) for each in quick}

    assert 4 == len(quick)
    assert dict.fromkeys(quick, "0") == {each: out[-1] for each, out in printed.items()}


@pytest.mark.parametrize("name", re.findall(r"\]\(((?!http)[^)#]+)\)", README))
def test_links_lead_somewhere(name: str) -> None:
    assert (ROOT / name).exists()
