"""``mips fmt``: the canonical layout of policies."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from mipsdsl import resources
from mipsdsl.cli import exits, files, policies
from mipsdsl.library import years


@click.command(name="fmt")
@click.argument("paths", metavar="[PATHS]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[str, ...], check: bool, diff: bool) -> None:
    """Lay out policies in the one canonical way; comments stay.

    PATHS are files, folders or years; `-` reads standard input and writes standard output. Without
    PATHS, the files below this folder.
    """
    if "-" in paths:
        _pass_through()
        return
    changed = broken = number = 0
    for path in _files(paths or (".",)):
        number += 1
        text = _read(path)
        formatted = _formatted(str(path), text)
        if formatted is None:
            broken += 1
        elif formatted != text:
            changed += 1
            _deal_with(path, text, formatted, check=check, diff=diff)
    _say(number, changed, broken, wrote=not (check or diff))
    if broken or (changed and (check or diff)):
        raise click.exceptions.Exit(exits.FINDINGS)


def _pass_through() -> None:
    formatted = _formatted("standard input", sys.stdin.read())
    if formatted is None:
        raise click.exceptions.Exit(exits.FINDINGS)
    click.echo(formatted, nl=False)


def _files(paths: tuple[str, ...]) -> Iterator[Path]:
    for name in paths:
        path = resources.policies() / name if name in years() else Path(name)
        if path.is_dir():
            yield from sorted(path.rglob("*.mips"))
        elif path.exists():
            yield path
        else:
            raise exits.Stop(f"there is no file {name}")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as mistake:
        raise exits.Stop(f"{path} is not UTF-8 text (byte {mistake.start})") from None
    except OSError as mistake:
        raise exits.Stop(f"{path} cannot be read: {mistake.strerror}") from None


def _formatted(name: str, text: str) -> str | None:
    """Return ``text`` in canonical layout, or nothing when it cannot be read, which is said."""
    from mipsdsl.diagnostics import PolicyError
    from mipsdsl.format.files import format_file

    try:
        return format_file(text, name=name)
    except PolicyError as mistake:
        policies.show(mistake.diagnostics)
        return None


def _deal_with(path: Path, text: str, formatted: str, *, check: bool, diff: bool) -> None:
    if diff:
        from difflib import unified_diff

        lines = (text.splitlines(keepends=True), formatted.splitlines(keepends=True))
        for line in unified_diff(*lines, fromfile=str(path), tofile=f"{path} (formatted)"):
            click.echo(line if line.endswith("\n") else f"{line}\n", nl=False)
    elif check:
        click.echo(f"would reformat {path}", err=True)
    else:
        files.write_text(path, formatted)
        click.echo(f"reformatted {path}", err=True)


def _say(number: int, changed: int, broken: int, *, wrote: bool) -> None:
    """Say how it went; silence means that all was well."""
    parts = []
    if changed:
        parts.append(f"{changed} {'reformatted' if wrote else 'would change'}")
    if broken:
        parts.append(f"{broken} cannot be read and stay as they are")
    if parts:
        click.echo(f"{number} {'file' if number == 1 else 'files'}: {', '.join(parts)}", err=True)
