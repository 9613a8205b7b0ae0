"""The reproducibility block of a command: what the user asked for, and the file beside results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from mipsdsl.cli import policies

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs

BESIDE = "about.json"
_NO_SETTINGS = frozenset(
    {"policy", "files", "output", "rejects", "form", "npi", "tin", "key", "depth", "parts"}
    | {"engine", "threads", "memory", "remote", "scratch"}
)
_FILES = frozenset({"measures", "mapping", "other"})
_SECRETS = frozenset({"mask_secret_file"})


def of_run(
    policy: str,
    program: Program,
    inputs: Inputs,
    evaluated: Mapping[str, int],
    engine: str,
    privacy: Privacy,
) -> About:
    """Return the block of the command that runs."""
    from mipsdsl.about import about

    return about(
        policy=Path(policy).resolve().name,
        sources=policies.sources(policy),
        program=program,
        engine=engine,
        inputs=_with_more(inputs),
        evaluated=evaluated,
        settings=settings(),
        privacy=privacy,
    )


def _with_more(inputs: Inputs) -> Inputs:
    """Return what was read, a map of its columns and another policy too."""
    options = click.get_current_context().params
    more = [Path(options[name]) for name in ("mapping", "other") if options.get(name)]
    if not more:
        return inputs
    from attrs import evolve

    from mipsdsl.data.digests import files_read

    return evolve(inputs, files=(*inputs.files, *files_read(more)))


def settings() -> dict[str, str]:
    """Return the options that the user gave, but for those that do not change a result."""
    context = click.get_current_context()
    found: dict[str, str] = {}
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name in _NO_SETTINGS or source in (None, ParameterSource.DEFAULT):
            continue
        text = _text(name, context.params.get(name))
        found[parameter.opts[0].lstrip("-")] = text
    return found


def _text(name: str, value: object) -> str:
    if name in _SECRETS:
        return "a file"
    if name in _FILES:
        return Path(str(value)).name
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ", ".join(map(str, value))
        case datetime():
            return f"{value:%Y-%m-%d}"
        case _:
            return str(value)


def say(about: About) -> None:
    """Write the block in one line to standard error."""
    click.echo(f"{'about':<10}{about.line()}", err=True)


def write_beside(about: About, out: Path, written: Sequence[Path]) -> None:
    """Write the block beside the results that it is of, with the digest of each.

    In a folder it is `about.json`; beside `results.csv` it is `results.csv.about.json`. What is no
    file (a pipe, a terminal) has none.
    """
    from mipsdsl.data.digests import digest
    from mipsdsl.data.write import replacing

    files = [path for path in dict.fromkeys(written) if path.resolve().is_file()]
    if not files:
        return
    results = [{"file": path.name, "sha256": digest(path)} for path in files]
    content = {**about.as_json(), "results": results}
    beside = out / BESIDE if out.is_dir() else out.with_name(f"{out.name}.{BESIDE}")
    with replacing(beside) as part:
        part.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
