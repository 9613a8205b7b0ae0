"""Settings of a project: ``mips.toml``, or ``[tool.mips]`` in ``pyproject.toml``; the nearest wins.

What the command line says goes before the environment (``MIPS_RUN_MEASURES``), and that before a
file of settings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from attrs import field, frozen

from mipsdsl.cli import exits, forms, policies
from mipsdsl.library import years

OWN, SHARED = "mips.toml", "pyproject.toml"
FOR = ("check", "explain", "run", "show", "solve", "test", "verify", "whatif")
"""The commands that all settings are for, and whose policy may be left out."""
READINGS = ("fraction", "hundred")


@frozen
class Settings:
    """What a file of settings says: the value of each option, by the name of its setting."""

    path: Path | None = None
    values: Mapping[str, Any] = field(factory=dict)

    @property
    def policy(self) -> str:
        """The policy that is meant when none is named."""
        return str(self.values.get("policy", ""))

    def defaults(self) -> dict[str, Any]:
        """Return the values by the names that the commands know."""
        names = {"map": "mapping"}
        return {names.get(key, key): value for key, value in self.values.items() if key != "policy"}

    def of_command(self, name: str) -> dict[str, Any]:
        """Return what holds for the command ``name`` where a call says nothing.

        ``diff A`` compares with the policy of the project, and ``data`` is about its fields.
        """
        if name in FOR:
            return self.defaults()
        policy = {"policy": self.policy} if self.policy else {}
        match name:
            case "diff":
                return {"new": self.policy} if self.policy else {}
            case "data":
                return {"dictionary": policy, "map": {"init": policy}}
            case _:
                return {}


# --- the settings --------------------------------------------------------------------------------


def _path(value: object, folder: Path) -> str:
    """Return a path from the folder of the file of settings, or a year as it stands."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text:
        raise ValueError('a path, like "data", or a year')
    there = folder / text
    return text if text.isdigit() and not there.exists() else str(there)


def _file(value: object, folder: Path) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError('a file, like "columns.toml"')
    return str(folder / value)


def _policy(value: object, folder: Path) -> str:
    text = _path(value, folder)
    return str(value) if str(value) in years() else text


def _reading(value: object, folder: Path) -> str:
    if value not in READINGS:
        raise ValueError(f"one of {', '.join(READINGS)}")
    return str(value)


def _assumed(value: object, folder: Path) -> list[str]:
    """Return ``field=value`` texts, from a list of them or from a table."""
    if isinstance(value, dict):
        plain = {True: "yes", False: "no"}
        return [
            f"{name}={plain[each] if isinstance(each, bool) else each}"
            for name, each in value.items()
        ]
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(x, str) and "=" in x for x in texts):
        raise ValueError('a list of texts like ["rural=no"], or a table')
    return texts


def _rejects(value: object, folder: Path) -> str:
    text = str(value).removesuffix("%")
    if isinstance(value, bool) or not text.replace(".", "", 1).isdigit():
        raise ValueError('a number of rows, or a percent like "1%"')
    return str(value)


KEYS: dict[str, Callable[[object, Path], Any]] = {
    "policy": _policy,
    "measures": _path,
    "map": _file,
    "percent_in": _reading,
    "assume": _assumed,
    "max_rejects": _rejects,
}
"""Each setting, and what reads it."""


def find(start: Path | None = None) -> Settings:
    """Return the settings of the nearest file, from ``start`` (or here) upwards."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for name in (OWN, SHARED):
            path = folder / name
            if path.is_file() and (content := _content(path)) is not None:
                return Settings(path, _checked(content, path))
    return Settings()


def _content(path: Path) -> Mapping[str, Any] | None:
    """Return the settings in a file; nothing when it is a project's and has none."""
    import tomllib

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as mistake:
        raise exits.Stop(f"{path} cannot be read: {mistake.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as mistake:
        if path.name == SHARED:  # other tools tell of that
            return None
        raise exits.Stop(f"{path} is not TOML: {mistake}") from None
    if path.name == OWN:
        return content
    tool = content.get("tool")
    found = tool.get("mips") if isinstance(tool, dict) else None
    return found if isinstance(found, dict) else None


def _checked(content: Mapping[str, Any], path: Path) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for key, value in content.items():
        if key not in KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key.replace("-", "_"), KEYS, n=1)
            said = f"did you mean `{near[0]}`?" if near else f"settings are {', '.join(KEYS)}"
            raise exits.Stop(f"{path}: there is no setting `{key}`; {said}")
        try:
            checked[key] = KEYS[key](value, path.parent)
        except ValueError as wanted:
            raise exits.Stop(f"{path}: `{key}` is {wanted}") from None
    return checked


# --- on the command line -------------------------------------------------------------------------


def with_policy(
    ctx: click.Context, command: click.Command, args: Sequence[str], policy: str
) -> list[str]:
    """Return the arguments of a call with ``policy`` before them, when they name none."""
    probe = command.make_context(command.name, list(args), parent=ctx, resilient_parsing=True)
    named = probe.params.get("policy")
    if isinstance(named, str) and _is_policy(named):
        return list(args)
    return list(args) if isinstance(named, tuple) and named else [policy, *args]


def _is_policy(name: str) -> bool:
    """Return whether ``name`` is meant as a policy, and not as data or as the name of a rule."""
    path = Path(name)
    return name.isdigit() or path.suffix == ".mips" or any(path.glob("*.mips"))


@click.group(name="config")
def command() -> None:
    """Say which settings hold here."""


@command.command(name="show", short_help="Show the settings of this folder, and their files.")
@forms.shown_as("text", "json")
def show(form: str) -> None:
    """Show the settings that hold in this folder, and where they stand."""
    found = find()
    variables = {
        name: value for name, value in sorted(os.environ.items()) if name.startswith("MIPS_")
    }
    if form == "json":
        content = {
            "file": str(found.path) if found.path else None,
            "settings": dict(found.values),
            "environment": variables,
        }
        click.echo(policies.envelope("config", content))
        return
    if found.path is None:
        click.echo(f"no {OWN}, and no {SHARED} with [tool.mips], here or above", err=True)
    else:
        click.echo(f"# {found.path}")
    for key, value in found.values.items():
        click.echo(f"{key} = {_toml(value)}")
    for name, value in variables.items():
        click.echo(f"# {name}={value}")


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    import json

    return json.dumps(str(value), ensure_ascii=False)
