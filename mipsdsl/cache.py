"""Compiled policies, kept in the user's cache folder: plain JSON, owner-only, rebuilt on any doubt.

A policy has two files: its findings, which are all that ``mips check`` needs, and its program. They
are named after a digest of the texts of the policy, the grammar, the settings, and the files of this
package, so what was compiled by other code is never found.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from mipsdsl import resources
from mipsdsl.diagnostics.model import Diagnostic, Label, Severity
from mipsdsl.library import NoSuchPolicy, layers
from mipsdsl.source import Source, Span

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.pipeline import Analysis

_Read = TypeVar("_Read")
_OFF = "MIPS_NO_CACHE"
_KEPT = 100
_FINDINGS, _PROGRAM = "findings", "program"

Finder = Callable[["Analysis"], Sequence[Diagnostic]]
"""Finds more in a policy that was analysed."""


@frozen
class Compiled:
    """A policy after compilation; ``program`` is ``None`` when it has errors."""

    sources: tuple[Source, ...]
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


@frozen
class Findings:
    """What was found in a policy, and (without errors) how many rules and parameters it has."""

    diagnostics: tuple[Diagnostic, ...]
    compiles: bool
    rules: int
    parameters: int


def compiled(sources: Sequence[Source], settings: Mapping[str, str] | None = None) -> Compiled:
    """Return ``sources`` compiled, with ``settings`` in the place of the values of parameters.

    Raises:
        SettingError: a setting is no value of the language.

    """
    file = _file(_PROGRAM, sources, settings or {})
    program = _load(file, _program)
    if program is not None:
        return Compiled(tuple(sources), program, ())
    from mipsdsl.codec import to_data
    from mipsdsl.pipeline import analyse
    from mipsdsl.settings import expressions

    analysis = analyse(sources, expressions(settings or {}))
    if analysis.program is not None:
        _store(file, to_data(analysis.program))
    return Compiled(analysis.sources, analysis.program, analysis.diagnostics)


def findings(sources: Sequence[Source], finder: Finder) -> Findings:
    """Return what is wrong with ``sources``; ``finder`` adds what it finds."""
    file = _file(_FINDINGS, sources, {})
    texts = _texts(sources)
    known = _load(file, lambda data: _as_findings(data, texts))
    if known is not None:
        return known
    from mipsdsl.codec import to_data
    from mipsdsl.pipeline import analyse

    analysis = analyse(sources)
    program = analysis.program
    found = Findings(
        diagnostics=(*analysis.diagnostics, *finder(analysis)),
        compiles=program is not None,
        rules=len(program.items) if program is not None else 0,
        parameters=len(program.parameters) if program is not None else 0,
    )
    _store(file, _as_data(found, texts))
    if program is not None:
        _store(_file(_PROGRAM, sources, {}), to_data(program))
    return found


# --- files ---------------------------------------------------------------------------------------


def folder() -> Path:
    """Return where compiled policies are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("mipsdsl", appauthor=False) / "compiled"


def is_off() -> bool:
    """Return whether the user wants no cache."""
    return bool(os.environ.get(_OFF))


def _file(kind: str, sources: Sequence[Source], settings: Mapping[str, str]) -> Path | None:
    """Return the file of a policy, or nothing when the user wants no cache."""
    if is_off():
        return None
    digest = hashlib.sha256(_version().encode())
    texts = [part for source in _texts(sources) for part in (source.name, source.text)]
    for part in (*texts, json.dumps(sorted(settings.items()))):
        content = part.encode()
        digest.update(b"%d:" % len(content) + content)
    return folder() / f"{digest.hexdigest()}.{kind}.json"


def _texts(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return the files of a policy and of the years that it amends."""
    try:
        return tuple(source for layer in layers(sources) for source in layer)
    except NoSuchPolicy:
        return tuple(sources)


def _version() -> str:
    """Return what changes when this package, its grammar or Python does."""
    root = resources.PACKAGE
    grammar = resources.grammar() / "mips.lark"
    parts = [sys.version]
    for path in [*sorted(root.rglob("*.py")), grammar]:
        known = path.stat()
        parts.append(f"{path} {known.st_size} {known.st_mtime_ns}")
    return "\n".join(parts)


def _load(file: Path | None, read: Callable[[Any], _Read]) -> _Read | None:
    """Return what ``file`` holds, or nothing when it is not there or not as it should be."""
    if file is None:
        return None
    try:
        if not (_is_ours(file.parent) and _is_ours(file)):
            return None
        return read(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def _store(file: Path | None, data: object) -> None:
    """Write ``data`` beside its place and move it there; a cache that cannot be written is none."""
    if file is None:
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".part-")
        part = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(data, out, ensure_ascii=False, separators=(",", ":"))
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        _prune(file.parent)


def _prune(place: Path) -> None:
    """Remove the files that were written longest ago, when there are many."""
    written = sorted((each.stat().st_mtime_ns, each) for each in place.glob("*.json"))
    for _, file in written[:-_KEPT]:
        file.unlink(missing_ok=True)


def _is_ours(place: Path) -> bool:
    """Return whether nobody else can have written this file, or in this folder."""
    known = place.stat()
    if not hasattr(os, "getuid"):
        return True
    return known.st_uid == os.getuid() and not known.st_mode & 0o022


# --- contents ------------------------------------------------------------------------------------


def _program(data: Any) -> Program:  # noqa: ANN401 - JSON
    from mipsdsl.codec import from_data

    return from_data(data)


def _as_data(found: Findings, sources: Sequence[Source]) -> dict[str, object]:
    places = {source.name: index for index, source in enumerate(sources)}
    return {
        "diagnostics": [
            {
                "code": each.code,
                "message": each.message,
                "help": each.help,
                "severity": each.severity.value,
                "labels": [
                    [places[label.span.source.name], label.span.start, label.span.end, label.text]
                    for label in each.labels
                ],
            }
            for each in found.diagnostics
        ],
        "compiles": found.compiles,
        "rules": found.rules,
        "parameters": found.parameters,
    }


def _as_findings(data: Any, sources: Sequence[Source]) -> Findings:  # noqa: ANN401 - JSON
    diagnostics = tuple(
        Diagnostic(
            code=each["code"],
            message=each["message"],
            labels=tuple(
                Label(Span(sources[place], start, end), text)
                for place, start, end, text in each["labels"]
            ),
            help=each["help"],
            severity=Severity(each["severity"]),
        )
        for each in data["diagnostics"]
    )
    return Findings(diagnostics, data["compiles"], data["rules"], data["parameters"])
