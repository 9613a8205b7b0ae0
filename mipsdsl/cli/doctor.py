"""``mips doctor``: what is here, what is missing, and whether the engines agree."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
from attrs import asdict, frozen

from mipsdsl import resources
from mipsdsl.cli import exits, forms, policies

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_HARM = ("missing", "wrong")
_NOT_FOR_USERS = {"dev", "bench"}


@frozen
class Found:
    """One line: what was looked at, how it is (ok, absent, missing, wrong), and what to do about it."""

    name: str
    state: str
    detail: str
    cure: str = ""


@click.command(name="doctor")
@forms.shown_as("text", "json")
def command(form: str) -> None:
    """Look whether all that the program needs is here, and works.

    Exit code 5 when something that is needed is missing; what is only absent is of no harm.
    """
    found = list(_all())
    if form == "json":
        click.echo(policies.envelope("doctor", {"checks": [asdict(each) for each in found]}))
    else:
        for each in found:
            click.echo(f"{each.state:<9}{each.name:<12}{each.detail}")
            if each.cure and each.state != "ok":
                click.echo(f"{'':<21}{each.cure}")
    if any(each.state in _HARM for each in found):
        raise click.exceptions.Exit(exits.ENVIRONMENT)


def _all() -> Iterator[Found]:
    """Yield everything; the engines are tried when nothing is missing that they need."""
    there = list(_things())
    yield from there
    if not any(each.state in _HARM for each in there):
        yield _engines()


def _things() -> Iterator[Found]:
    yield Found("mips", "ok", f"{resources.version()}, {resources.PACKAGE}")
    yield Found("python", "ok", f"{platform.python_version()}, {sys.executable}")
    yield from _packages()
    yield _place("grammar", resources.grammar(), "mips.lark")
    yield _policies()
    yield _place("sample", resources.sample(), "*.csv")
    yield _cache()
    yield _fetched()


# --- packages ------------------------------------------------------------------------------------


def _packages() -> Iterator[Found]:
    """Yield the packages that are needed, and the extras that are wanted by some."""
    needed, extras = _requirements()
    versions = {name: _version(name) for name in needed}
    absent = [name for name, version in versions.items() if version is None]
    there = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    yield Found("packages", "ok", there)
    for name in absent:
        yield Found("packages", "missing", name, f"pip install {name}")
    for extra, names in extras.items():
        lacking = [name for name in names if _version(name) is None]
        said = ", ".join(lacking or names)
        yield Found(
            f"[{extra}]", "absent" if lacking else "ok", said, f"pip install 'mipsdsl[{extra}]'"
        )


def _requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Return the names of the packages that are needed, and those of each extra."""
    needed: list[str] = []
    extras: dict[str, list[str]] = {}
    for requirement in _declared():
        text, _, marker = requirement.partition(";")
        match, extra = _NAME.match(text.strip()), _EXTRA.search(marker)
        if match is None or match[0] == "mipsdsl":
            continue
        if extra is None:
            needed.append(match[0])
        elif extra[1] not in _NOT_FOR_USERS:
            extras.setdefault(extra[1], []).append(match[0])
    return needed, extras


def _declared() -> list[str]:
    """Return the requirements as the installed package says them, or as the checkout does."""
    import tomllib

    try:
        return metadata.requires("mipsdsl") or []
    except metadata.PackageNotFoundError:
        pass
    try:
        text = (resources.PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
        project = tomllib.loads(text)["project"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return []
    optional = project.get("optional-dependencies", {})
    of_extras = [f"{name}; extra == '{extra}'" for extra in optional for name in optional[extra]]
    return [*project["dependencies"], *of_extras]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


# --- places --------------------------------------------------------------------------------------


def _place(name: str, folder: Path, content: str) -> Found:
    if folder.is_dir() and any(folder.glob(content)):
        return Found(name, "ok", str(folder))
    return Found(name, "missing", f"no {content} in {folder}", "install mipsdsl again")


def _policies() -> Found:
    from mipsdsl.library import years

    folder = resources.policies()
    if not folder.is_dir() or not years():
        return Found("policies", "missing", f"no years in {folder}", "install mipsdsl again")
    return Found("policies", "ok", f"{', '.join(years())} in {folder}")


def _cache() -> Found:
    from mipsdsl import cache, kept

    folder = cache.folder()
    if kept.is_off():
        return Found("cache", "absent", "MIPS_NO_CACHE is set, so nothing is kept", "unset it")
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return Found("cache", "absent", f"{folder} cannot be written", "set XDG_CACHE_HOME")
    files = list(folder.glob("*.json")) if folder.is_dir() else []
    size = sum(file.stat().st_size for file in files) / 1_000_000
    return Found("cache", "ok", f"{len(files)} files, {size:.1f} MB in {folder}")


def _fetched() -> Found:
    from mipsdsl.data import fetch

    folder = fetch.kept()
    years = sorted(file.stem for file in (folder / "benchmarks").glob("*.json"))
    if not years:
        cure = "mips data get 2017 fetches them; --measures DIR reads them from a folder of yours"
        return Found("catalogues", "absent", "CMS's measures and benchmarks were not fetched", cure)
    return Found("catalogues", "ok", f"{', '.join(years)} in {folder}")


# --- engines -------------------------------------------------------------------------------------


def _engines() -> Found:
    """Run the first practice of the sample through both engines."""
    from mipsdsl.data.options import ReadOptions
    from mipsdsl.data.read import read
    from mipsdsl.library import years
    from mipsdsl.testing.agreement import agreement, first_practice

    _, program = policies.compiled(years()[0])
    inputs = first_practice(program, read(program, [resources.sample()], ReadOptions()))
    found = agreement(program, inputs)
    if found.differing:
        said = f"the interpreter and the Python engine differ on {', '.join(found.differing[:5])}"
        return Found("engines", "wrong", said, "please report this")
    rows = sum(
        len(table.rows)
        for name, table in inputs.tables.items()
        if name in {r.name for r in program.records if not r.is_reference}
    )
    said = f"interpreter and Python agree on {found.values:,} values of {rows} rows of the sample"
    return Found("engines", "ok", said)
