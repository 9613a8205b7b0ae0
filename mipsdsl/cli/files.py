"""Text files that a command writes: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mipsdsl.cli import exits
from mipsdsl.scraps import part_of


def write_text(path: Path, text: str) -> None:
    """Write beside ``path`` and move it into place; what is a link stays one."""
    target = path.resolve()
    try:
        part = part_of(target)
        try:
            part.write_text(text, encoding="utf-8", newline="")
            part.chmod(_mode(target))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as mistake:
        raise exits.Stop(f"{path} cannot be written: {mistake.strerror}") from None


def make_folder(folder: Path) -> None:
    """Make a folder that results go to, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as mistake:
        raise exits.Stop(f"`{folder}` cannot be made: {mistake.strerror}") from None


def is_folder(path: Path) -> bool:
    """Return whether a path that a user named is that of a folder, there or yet to be made."""
    return path.is_dir() or not path.suffix


def hand_over(text: str, output: str | None) -> None:
    """Write ``text`` to the file that a user named, or to standard output."""
    if output is None:
        click.echo(text, nl=False)
    else:
        write_text(Path(output), text)


def _mode(target: Path) -> int:
    """Return what may be done with the file: as before, or as the user has it for new files."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
